"""TFC padding and dummy packets, in the bench of tests/lib/forge.sh. Nothing is encrypted and
there is no IV, so each packet is known before it is sent."""
import socket
import struct

import forge46 as forge
from forge46 import ENDS, HOSTS, NETS, Sa

ktap = forge.Ktap()
far = {family: forge.far_wire(family) for family in (4, 6)}
near = {family: forge.near_wire(family) for family in (4, 6)}
MTU = 1500


def is_long(packet, length):
    return [] if len(packet) == length else [f"{len(packet)} bytes, expected {length}"]


def longest(outer):
    """The longest payload that fits the wire: in words of 4, less the trailer."""
    return (MTU - {4: 20, 6: 40}[outer] - 8 - 12) // 4 * 4 - 2


class Tunnel:
    def __init__(self, inner, outer, tfc=0):
        us, peer = ENDS[outer]
        left, right = NETS[inner]
        words = f"tfc {tfc}" if tfc else ""
        self.inner, self.outer, self.tfc = inner, outer, tfc
        self.name = f"{inner}in{outer} {words}"
        self.out = Sa("esp", "tunnel", 0x1000, us, peer, "null", "hmac-sha1", words)
        self.into = Sa("esp", "tunnel", 0x1001, peer, us, "null", "hmac-sha1")
        forge.load(f"flow esp from {left} to {right} local {us} peer {peer}\n" +
                   self.out.rule() + self.into.rule())
        self.before = forge.State()

    def books(self, counters):
        after = forge.State()
        complaints = forge.differences(counters, after.grown(self.before))
        self.before = after
        return complaints


def padding_out(bench):
    """Short ones, some just around the limit, and the longest that fits the wire."""
    complaints = []
    header, room = {4: 28, 6: 48}[bench.inner], min(bench.tfc, longest(bench.outer))
    sizes = sorted({0, 1, 100, room - header - 1, room - header, room - header + 1,
                    longest(bench.outer) - header})
    sizes = [n for n in sizes if n + header <= longest(bench.outer)]
    for size in sizes:
        packet = forge.datagram(*HOSTS[bench.inner], bytes(range(256)) * 6 if size >= 1536 else
                                (bytes(range(256)) * 6)[:size])
        near[bench.inner].send(packet)
        found = far[bench.outer].receive(15) or b""
        inside = forge.forwarded(packet)
        inside += bytes(max(0, room - len(inside)))
        body = bench.out.padded(inside, forge.IPV6 if bench.inner == 6 else forge.IPIP)
        payload = bench.out.encrypt(bench.out.next(), body)
        at = {4: 20, 6: 40}[bench.outer]
        if found[at:] != payload:
            complaints += [f"{size} bytes inside:", f"expected {payload.hex()}", f"found    {found[at:].hex()}"]
    n = len(sizes)
    complaints += bench.books({"IN_CLEAR": n, "OUT_OFFERED": n, "OUT_PROTECTED": n})
    ktap.result(f"{bench.name}: what is sent", complaints)
    books = forge.State().sas[("esp", 0x1000)]
    ktap.same(f"{bench.name}: the padding does not count", sum(sizes) + n * header, books["bytes"])


def padding_in(bench):
    """Whatever is behind the inner packet is not forwarded, up to the longest packet there is."""
    complaints = []
    extra = [1, 2, 3, 4, 100, 1000]
    for size in extra:
        packet = forge.datagram(*HOSTS[bench.inner][::-1], b"%d of TFC" % size)
        seq = bench.into.next()
        body = bench.into.padded(packet + bytes(n * 7 & 255 for n in range(size)),
                                 forge.IPV6 if bench.inner == 6 else forge.IPIP)
        payload = bench.into.encrypt(seq, body)
        us, peer = ENDS[bench.outer]
        far[bench.outer].send(forge.ip(peer, us, forge.ESP, payload))
        found = near[bench.inner].receive(15)
        if found != forge.forwarded(packet):
            complaints.append(f"{size} bytes: {found and found.hex()}")
    n = len(extra)
    complaints += bench.books({"IN_ESP": n, "IN_PROTECTED": n, "OUT_BYPASSED": n})
    ktap.result(f"{bench.name}: what comes in", complaints)


def dummies(bench):
    """RFC 4303 2.6: any payload, none at all, with TFC padding or without."""
    payloads = [b"", b"\0", bytes(1400), forge.datagram(*HOSTS[bench.inner][::-1], b"no packet"), b"\xff" * 333]
    us, peer = ENDS[bench.outer]
    for payload in payloads:
        body = bench.into.padded(payload, forge.DUMMY)
        far[bench.outer].send(forge.ip(peer, us, forge.ESP, bench.into.encrypt(bench.into.next(), body)))
    packet = forge.datagram(*HOSTS[bench.inner][::-1], b"behind the dummies")
    far[bench.outer].send(bench.into.protect(packet))
    found = near[bench.inner].receive(15)
    complaints = [] if found == forge.forwarded(packet) else [f"found {found and found.hex()}"]
    complaints += [f"answered: {p.hex()}" for family in (4, 6) for p in far[family].drain()]
    n = len(payloads)
    complaints += bench.books({"IN_ESP": n + 1, "IN_DUMMY": n, "IN_PROTECTED": 1, "OUT_BYPASSED": 1})
    ktap.result(f"{bench.name}: dummies are discarded, and nobody is told", complaints)


def transport(family):
    """UDP is padded, since it names its length; what does not is sent as it is."""
    us, peer = ENDS[family]
    out = Sa("esp", "transport", 0x1000, us, peer, "null", "hmac-sha1", words="tfc 300")
    into = Sa("esp", "transport", 0x1001, peer, us, "null", "hmac-sha1")
    forge.load(f"flow esp from {us} to {peer}\n" + out.rule() + into.rule())
    kind = socket.AF_INET6 if family == 6 else socket.AF_INET
    at, icmp = {4: (20, 1), 6: (40, 58)}[family]
    with socket.socket(kind, socket.SOCK_DGRAM) as sender:
        sender.bind((us, 4000))
        sender.sendto(b"short", (peer, 9))
    found = far[family].receive(15) or b""
    payload = forge.udp(us, peer, b"short")
    expected = out.encrypt(out.next(), out.padded(payload + bytes(300 - len(payload)), forge.UDP))
    ktap.result(f"transport v{family}: UDP is padded", [] if found[at:] == expected else
                [f"expected {expected.hex()}", f"found    {found.hex()}"])
    with socket.socket(kind, socket.SOCK_RAW, icmp) as sender:
        sender.sendto(struct.pack("!BBHHH", 128 if family == 6 else 8, 0, 0, 1, 1) + b"ping", (peer, 0))
    found = far[family].receive(15) or b""
    ktap.result(f"transport v{family}: ICMP is not", is_long(found, at + 8 + 16 + 12))
    with socket.socket(kind, socket.SOCK_DGRAM) as listener:
        listener.settimeout(15)
        listener.bind((us, 9))
        datagram = forge.udp(peer, us, b"padded")
        body = into.padded(datagram + b"\x55" * 200, forge.UDP)
        far[family].send(forge.ip(peer, us, forge.ESP, into.encrypt(into.next(), body)))
        ktap.same(f"transport v{family}: UDP loses what is behind it", b"padded", listener.recv(2000))


for outer_family in (4, 6):
    for inner_family in (4, 6):
        for length in (200, 1400, 65535):
            padding_out(Tunnel(inner_family, outer_family, length))
        plain = Tunnel(inner_family, outer_family)
        padding_in(plain)
        dummies(plain)
for outer_family in (4, 6):
    transport(outer_family)
ktap.end()
