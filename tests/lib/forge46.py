"""forge.py and forge6.py as one, for tests that do the same in both families.

    import forge46 as forge

What both have is here under the name that forge.py gives it, and takes addresses and packets
of either family; what only forge.py has is here as well. The bench is forge_bench6.
"""
import socket
import struct

import forge
import forge6
from forge import *     # noqa: F403 pylint: disable=wildcard-import,unused-wildcard-import

ENDS = {4: (forge.US, forge.FAR), 6: (forge6.US6, forge6.FAR6)}
HOSTS = {4: (forge.NEAR_HOST, forge.FAR_HOST), 6: (forge6.NEAR_HOST6, forge6.FAR_HOST6)}
NETS = {4: ("10.1.0.0/24", "10.2.0.0/24"), 6: ("fd01::/64", "fd02::/64")}


def is_ip6(packet):
    return packet[0] >> 4 == 6


def header_len(packet):
    return 40 if is_ip6(packet) else forge.header_len(packet)


def ip(src, dst, proto, payload=b"", **header):
    """A packet. Fields have the names of IPv4; label is the flow label."""
    if ":" not in src:
        return forge.ip4(src, dst, proto, payload, **header)
    names = {"ttl": "hops", "label": "flow"}
    return forge6.ip6(src, dst, proto, payload, **{names.get(k, k): v for k, v in header.items()})


def udp(src, dst, data, **ports):
    return (forge6.udp6 if ":" in src else forge.udp)(src, dst, data, **ports)


def upper_sum(src, dst, proto, data):
    """The checksum of TCP, UDP or ICMPv6, with the pseudo header."""
    if ":" in src:
        return forge6.upper_sum6(src, dst, proto, data)
    ends = socket.inet_aton(src) + socket.inet_aton(dst)
    return forge.checksum(ends + struct.pack("!BBH", 0, proto, len(data)) + data)


def icmp_error(src, dst, kind, code, quoted, word=0, damage=0):
    """A packet with an ICMP error about another; word: 32 bits before that; damage: of the checksum."""
    # pylint: disable=too-many-arguments
    if ":" in src:
        message = forge6.icmp6(src, dst, kind, code, struct.pack("!I", word) + quoted)
    else:
        head = struct.pack("!BBHI", kind, code, 0, word)
        message = head[:2] + struct.pack("!H", forge.checksum(head + quoted)) + head[4:] + quoted
    total = struct.unpack_from("!H", message, 2)[0] ^ damage
    message = message[:2] + struct.pack("!H", total) + message[4:]
    return ip(src, dst, forge6.ICMP6 if ":" in src else forge.ICMP, message)


def datagram(src, dst, data, **header):
    """A packet with a UDP datagram."""
    return ip(src, dst, forge.UDP, udp(src, dst, data), **header)


def forwarded(packet):
    """The packet behind one router."""
    return (forge6.forwarded6 if is_ip6(packet) else forge.forwarded)(packet)


def fragments(packet, size, ident):
    """The packet in fragments; those of IPv4 have the ID that it has."""
    return forge6.fragments6(packet, size, ident) if is_ip6(packet) else forge.fragments(packet, size)


class _Sa6(forge6.Sa6):
    def protect(self, packet, seq=None, next_header=None, ttl=64, tos=0, label=0):
        return super().protect(packet, seq, next_header, hops=ttl, tos=tos, flow=label)


def Sa(proto, mode, spi, src, dst, enc=None, auth=None, words=""):
    """An SA of which addresses tell the family."""
    return (_Sa6 if ":" in src else forge.Sa)(proto, mode, spi, src, dst, enc=enc, auth=auth, words=words)


def far_wire(family):
    return forge6.far_wire6() if family == 6 else forge.far_wire()


def near_wire(family):
    return forge6.near_wire6() if family == 6 else forge.near_wire()


def carried(packet):
    """What is inside a packet of a tunnel with ESP that neither encrypts nor has an IV."""
    body = packet[header_len(packet) + 8:-12] if packet else b""
    return body[:-2 - body[-2]] if len(body) > 2 else b""
