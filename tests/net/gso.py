"""What tests/net/gso.sh proves: large packets from a device, each as virtio-net describes them."""
import fcntl
import json
import os
import socket
import struct
import subprocess

import forge
import forge6
from forge import FAR, FAR_HOST, NEAR_HOST, TCP, UDP, US
from forge6 import FAR_HOST6, NEAR_HOST6

NEEDS_CSUM, GSO_TCPV4, GSO_UDP, GSO_TCPV6 = 1, 1, 3, 4
SIZE = 1000                     # of the payload of each piece
PAYLOAD = bytes(4000)

ktap = forge.Ktap()
far = forge.far_wire()


def pseudo(src, dst, proto, length):
    """The sum that a device finds in the place of the checksum."""
    family = socket.AF_INET6 if ":" in src else socket.AF_INET
    packed = socket.inet_pton(family, src) + socket.inet_pton(family, dst) + struct.pack("!II", length, proto)
    return ~forge.checksum(packed) & 0xffff


def large(src, dst, proto):
    """(packet, length of its IP header)"""
    if proto == UDP:
        length = 8 + len(PAYLOAD)
        upper = struct.pack("!HHHH", 4000, 9, length, pseudo(src, dst, UDP, length)) + PAYLOAD
    else:
        length = 20 + len(PAYLOAD)
        upper = struct.pack("!HHIIBBHHH", 4000, 80, 1, 1, 0x50, 0x10, 8192,
                            pseudo(src, dst, TCP, length), 0) + PAYLOAD
    if ":" in src:
        return forge6.ip6(src, dst, proto, upper), 40
    return forge.ip4(src, dst, proto, upper), 20


def tun(name):
    """A device that leaves everything to be cut: a veth would cut UDP before it gets here."""
    device = os.open("/dev/net/tun", os.O_RDWR)
    fcntl.ioctl(device, 0x400454ca, struct.pack("16sH22x", name.encode(), 0x5001))  # TUNSETIFF: TUN, no PI, vnet
    for command in (f"sysctl -qw net.ipv6.conf.{name}.disable_ipv6=0", f"ip link set {name} up"):
        subprocess.run(command.split(), check=True)
    return device


def send(packet, at, proto):
    v6 = at == 40
    kind, offset = (GSO_UDP, 6) if proto == UDP else (GSO_TCPV6 if v6 else GSO_TCPV4, 16)
    upper = 8 if proto == UDP else 20
    os.write(device, struct.pack("=BBHHHH", NEEDS_CSUM, kind, at + upper, SIZE, at, offset) + packet)


def stats():
    return {c["name"]: (c["value"], c.get("bytes", 0)) for c in json.loads(forge.ipsecctl("-j", "-s", "stats"))["stats"]}


device = tun("host")
theirs = [forge.Sa("esp", "tunnel", 0x9000, US, FAR, "null", "hmac-sha1")]
forge.load("flow esp tunnel out from 10.1.0.0/24 to 10.2.0.0/24 peer " + FAR + "\n"
           "flow esp tunnel out from fd01::/64 to fd02::/48 local " + US + " peer " + FAR + "\n" +
           "".join(sa.rule() for sa in theirs))
for src, dst, family in ((NEAR_HOST, FAR_HOST, 4), (NEAR_HOST6, FAR_HOST6, 6)):
    for proto, name in ((UDP, "UDP"), (TCP, "TCP")):
        packet, at = large(src, dst, proto)
        before = stats()
        send(packet, at, proto)
        pieces = []
        while (piece := far.receive(2.0 if len(pieces) < 4 else 0.2)) is not None:
            pieces.append(piece)
        after = stats()
        grown = {key: tuple(b - a for a, b in zip(before[key], after[key])) for key in before}
        ktap.same(f"{name} in IPv{family}: one packet was cut, of the length that it had", (1, len(packet)), grown["OUT_CUT"])
        ktap.same(f"{name} in IPv{family}: each piece is protected", (len(pieces), grown["OUT_PIECES"][0]),
                  (grown["OUT_PROTECTED"][0], len(pieces)))
        ktap.result(f"{name} in IPv{family}: it is in pieces", [] if len(pieces) >= 4 else [f"{len(pieces)} of them"])

# What claims to be TCP and cannot be cut: its header is shorter than any.
for src, dst, family in ((NEAR_HOST, FAR_HOST, 4), (NEAR_HOST6, FAR_HOST6, 6)):
    packet, at = large(src, dst, TCP)
    before = forge.State()
    send(packet[:at + 12] + b"\x40" + packet[at + 13:], at, TCP)
    after = forge.State()
    ktap.same(f"IPv{family}: what cannot be cut is dropped whole", {"OUT_SEGMENT": 1}, after.drops(before))
    ktap.same(f"IPv{family}: ... and nothing of it is sent", (None, 0), (far.receive(0.2), after.grown(before).get("OUT_PROTECTED", 0)))

# An SA that ends in the midst of what was one packet: the third piece finds it out.
for words, reason in (("hard packets 2", "OUT_EXPIRED"), ("sent 4294967293", "OUT_SEQ_OVERFLOW")):
    forge.load("flow esp tunnel out from 10.1.0.0/24 to 10.2.0.0/24 peer " + FAR + "\n" +
               forge.Sa("esp", "tunnel", 0x9001, US, FAR, "null", "hmac-sha1", words=words).rule())
    packet, at = large(NEAR_HOST, FAR_HOST, TCP)
    before = forge.State()
    send(packet, at, TCP)
    after = forge.State()
    pieces = after.grown(before).get("OUT_PIECES", 0)
    ktap.same(f"{words}: two pieces pass, and the others have their reason", (True, 2, {reason: pieces - 2}),
              (pieces >= 4, after.grown(before).get("OUT_PROTECTED", 0), after.drops(before)))
ktap.end()
