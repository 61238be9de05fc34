"""What forge.py has, for IPv6: in the bench of forge_bench6 (tests/lib/forge.sh).

    ip6() udp6() echo6()    headers with right checksums
    options()               a hop-by-hop or destination options header
    Sa6                     an SA between IPv6 addresses
    Wire6                   a wire, or a tap, without neighbour discovery and MLD
"""
import socket
import struct

import algorithms
import forge
from forge import AH, ESP, UDP, inside

US6, FAR6 = "2001:db8::1", "2001:db8::2"
NEAR_HOST6, FAR_HOST6 = "fd01::2", "fd02::2"

HOP, ROUTING, FRAGMENT, ICMP6, DSTOPTS = 0, 43, 44, 58, 60
EXTENSIONS = (HOP, ROUTING, FRAGMENT, DSTOPTS)


def _address(text):
    return socket.inet_pton(socket.AF_INET6, text)


def ip6(src, dst, proto, payload=b"", *, hops=64, tos=0, flow=0, length=None, version=6):
    """An IPv6 packet; its length may be wrong."""
    return struct.pack("!IHBB16s16s", version << 28 | tos << 20 | flow,
                       len(payload) if length is None else length, proto, hops,
                       _address(src), _address(dst)) + payload


def upper_sum6(src, dst, proto, data):
    """The checksum of UDP, ICMPv6 or the like, with the pseudo header."""
    return forge.checksum(_address(src) + _address(dst) + struct.pack("!II", len(data), proto) + data)


def udp6(src, dst, data, sport=4000, dport=9):
    head = struct.pack("!HHHH", sport, dport, 8 + len(data), 0)
    return head[:6] + struct.pack("!H", upper_sum6(src, dst, UDP, head + data) or 0xffff) + data


def icmp6(src, dst, kind, code, rest):
    """An ICMPv6 message; rest: behind the checksum."""
    head = struct.pack("!BBH", kind, code, 0)
    return head[:2] + struct.pack("!H", upper_sum6(src, dst, ICMP6, head + rest)) + rest


def echo6(src, dst, data, reply=False, number=1, **header):
    """A packet with an echo request or reply."""
    message = icmp6(src, dst, 129 if reply else 128, 0, struct.pack("!HH", 77, number) + data)
    return ip6(src, dst, ICMP6, message, **header)


def datagram6(src, dst, data, sport=4000, dport=9, **header):
    """A packet with a UDP datagram."""
    return ip6(src, dst, UDP, udp6(src, dst, data, sport, dport), **header)


def options(next_header, *tlvs):
    """A hop-by-hop or destination options header; it is padded."""
    body = b"".join(struct.pack("!BB", kind, len(data)) + data for kind, data in tlvs)
    pad = -(2 + len(body)) % 8
    body += b"\0" if pad == 1 else b"\1" + bytes([pad - 2]) + bytes(pad - 2) if pad else b""
    return bytes([next_header, (2 + len(body)) // 8 - 1]) + body


def fragments6(packet, size, ident=7):
    """The packet, which has no extension headers, in fragments of so many bytes."""
    proto, payload = packet[6], packet[40:]
    return [changed6(packet, proto=FRAGMENT, payload=struct.pack(
        "!BBHI", proto, 0, at | (at + size < len(payload)), ident) + payload[at:at + size])
        for at in range(0, len(payload), size)]


def changed6(packet, **fields):
    """The packet with some of proto, hops, tos, payload (behind the fixed header) replaced."""
    header, payload = bytearray(packet[:40]), fields.pop("payload", packet[40:])
    struct.pack_into("!H", header, 4, fields.pop("length", len(payload)))
    for name, value in fields.items():
        if name == "tos":
            word = struct.unpack_from("!I", header)[0] & ~0x0ff00000 | value << 20
            struct.pack_into("!I", header, 0, word)
        else:
            header[{"proto": 6, "hops": 7}[name]] = value
    return bytes(header) + payload


def forwarded6(packet):
    """The packet behind one router."""
    return changed6(packet, hops=packet[7] - 1)


def split(packet):
    """Where transport mode puts ESP or AH: headers before, payload, and where the byte
    stands that names what follows. It is behind what routers read (RFC 4302 3.1.1)."""
    at, name = 40, 6
    while packet[name] in (HOP, ROUTING, FRAGMENT):
        name, at = at, at + 8 + (packet[at + 1] * 8 if packet[name] != FRAGMENT else 0)
    return packet[:at], packet[at:], name


def renamed(headers, name, proto, length):
    """Headers before something else of another length."""
    headers = bytearray(headers)
    headers[name] = proto
    struct.pack_into("!H", headers, 4, len(headers) - 40 + length)
    return bytes(headers)


def immutable6(headers):
    """Headers as AH sees them (RFC 4302 3.3.3.1.2): options that may change count as zeros."""
    headers, proto, at = bytearray(headers), headers[6], 40
    struct.pack_into("!I", headers, 0, 6 << 28)
    headers[7] = 0
    while at < len(headers):
        end = at + 8 + headers[at + 1] * 8
        option = at + 2
        while proto in (HOP, DSTOPTS) and option < end:
            size = 1 if headers[option] == 0 else 2 + headers[option + 1]
            if headers[option] & 0x20:
                headers[option + 2:option + size] = bytes(size - 2)
            option += size
        proto, at = headers[at], end
    return bytes(headers)


class Sa6(forge.Sa):
    """An SA between IPv6 addresses; either family inside."""
    def __init__(self, proto, mode, spi, src=FAR6, dst=US6, **more):
        super().__init__(proto, mode, spi, src, dst, **more)
        if proto == "ah":   # RFC 4302 2.6: a multiple of 8 bytes
            self.header_len += -self.header_len % 8

    def authenticate(self, header, seq, payload, next_header, words=None):
        """A packet with AH behind header, which may have extension headers."""
        fixed = struct.pack("!BBHII", next_header, self.header_len // 4 - 2 if words is None else words,
                            0, self.spi, seq)
        pad = bytes(self.header_len - 12 - self.iv_len - self.icv_len)
        name = split(header)[2]
        headers = renamed(header, name, AH, self.header_len + len(payload))
        icv = algorithms.ah_icv(self.auth, self.auth_key, self.iv(seq),
                                immutable6(headers) + fixed, pad + payload)
        return headers + fixed + icv + pad + payload

    def protect(self, packet, seq=None, next_header=None, **outer):
        seq = self.next() if seq is None else seq
        if self.mode == "tunnel":
            headers, payload, name = ip6(self.src, self.dst, self.protocol, **outer), packet, 6
            inner = inside(packet)
        else:
            headers, payload, name = split(packet)
            inner = headers[name]
        inner = inner if next_header is None else next_header
        if self.proto == "ah":
            return self.authenticate(headers, seq, payload, inner)
        sealed = self.encrypt(seq, self.padded(payload, inner))
        return renamed(headers, name, ESP, len(sealed)) + sealed


class Wire6(forge.Wire):
    """Reads and writes IPv6."""
    ethertype = 0x86dd

    def ignores(self, packet):
        proto, at = packet[6], 40
        if proto == HOP:
            proto, at = packet[40], 48 + packet[41] * 8
        return proto == ICMP6 and packet[at] in (*range(130, 138), 143)


def far_wire6():
    return Wire6("far", "eth0", "us/eth1")


def near_wire6():
    return Wire6("near", "eth0", "us/eth0")
