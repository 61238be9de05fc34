"""Fragments of protected packets, and protected fragments, in the bench of tests/lib/forge.sh."""
import itertools
import socket
import struct

import forge46 as forge
from forge46 import ENDS, HOSTS, NETS, Sa

ktap = forge.Ktap()
far = {family: forge.far_wire(family) for family in (4, 6)}
near = {family: forge.near_wire(family) for family in (4, 6)}
idents = itertools.count(0x1234)


def changed(part):
    """The fragment with one byte of its payload changed."""
    return part[:-1] + bytes([part[-1] ^ 1])


def whole(parts):
    """The packet of fragments in their order."""
    if not forge.is_ip6(parts[0]):
        payload = b"".join(part[20:] for part in parts)
        head = bytearray(forge.changed(parts[0][:20], payload=payload))
        struct.pack_into("!HHH", head, 6, 0, struct.unpack_from("!H", head, 8)[0], 0)
        struct.pack_into("!H", head, 10, forge.checksum(bytes(head[:20])))
        return bytes(head)
    payload = b"".join(part[48:] for part in parts)
    return parts[0][:4] + struct.pack("!HB", len(payload), parts[0][40]) + parts[0][7:40] + payload


class Inbound:
    """A tunnel from the far end, for packets of `inner` family."""
    def __init__(self, proto, inner, outer):
        us, peer = ENDS[outer]
        left, right = NETS[inner]
        self.inner, self.outer, self.kind = inner, outer, "IN_" + proto.upper()
        self.name = f"{proto} {inner}in{outer}"
        algorithms = {"enc": "aes-128-gcm"} if proto == "esp" else {"auth": "hmac-sha2-256"}
        self.into = Sa(proto, "tunnel", 0x1001, peer, us, **algorithms)
        forge.load(f"flow {proto} in from {right} to {left} local {us} peer {peer}\n" + self.into.rule())
        self.before = forge.State()

    def packet(self, data):
        return forge.datagram(*HOSTS[self.inner][::-1], data)

    def check(self, name, parts, packet, counters):
        """What comes out of these fragments and a good packet behind them."""
        for part in parts:
            far[self.outer].send(part)
        good = self.packet(b"good")
        far[self.outer].send(self.into.protect(good))
        expected = [forge.forwarded(p) for p in (packet, good) if p]
        found = [near[self.inner].receive(15) for _ in expected]
        complaints = [] if found == expected else [f"came out: {[p and p.hex() for p in found]}"]
        after = forge.State()
        total = {self.kind: 1, "IN_PROTECTED": 1, "OUT_BYPASSED": 1}
        for counter, n in counters.items():
            total[counter] = total.get(counter, 0) + n
        complaints += forge.differences(total, after.grown(self.before))
        self.before = after
        ktap.result(f"{self.name}: {name}", complaints)

    def checks(self):
        packet = self.packet(bytes(range(256)))
        once = {self.kind: 1, "IN_PROTECTED": 1, "OUT_BYPASSED": 1}

        def parts(size=64):
            ident = next(idents)
            outer = {"ident": ident} if self.outer == 4 else {}
            return forge.fragments(self.into.protect(packet, **outer), size, ident)
        self.check("fragments in order", parts(), packet, once)
        self.check("the first one last", self.rotated(parts()), packet, once)
        self.check("backwards", parts()[::-1], packet, once)
        if self.outer == 6 and self.kind == "IN_AH":
            # RFC 8200 4.5: the host says so, and drops them.
            self.check("of 8 bytes, so AH, an extension header, is not in the first", parts(8), None,
                       {"OUT_BYPASSED": 1})
        else:
            self.check("of 8 bytes, so the header of the transform is in two", parts(8), packet, once)
        twice = parts()
        self.check("each of them twice", [p for part in twice[:-1] for p in (part, part)] + twice[-1:],
                   packet, once)
        self.check("one is missing", parts()[:-1], None, {})
        overlap, bad = parts(), parts()
        self.check("one overlaps another and says something else",
                   [overlap[0], self.shifted(overlap[1]), *overlap[1:]], None, {})
        self.check("one is changed", [changed(bad[0]), *bad[1:]], None, {self.kind: 1, "IN_ICV": 1})

    @staticmethod
    def rotated(parts):
        return [*parts[1:], parts[0]]

    def shifted(self, part):
        """The fragment, 8 bytes too early."""
        part = bytearray(part)
        if self.outer == 6:
            struct.pack_into("!H", part, 42, struct.unpack_from("!H", part, 42)[0] - 8)
            return bytes(part)
        struct.pack_into("!HHH", part, 6, struct.unpack_from("!H", part, 6)[0] - 1,
                         struct.unpack_from("!H", part, 8)[0], 0)
        struct.pack_into("!H", part, 10, forge.checksum(bytes(part[:20])))
        return bytes(part)


def sent_protected(family):
    """The next ESP packet, whole or a fragment: not what the kernel tells about fragments that
    it could not put together."""
    while (packet := far[family].receive(15)) is not None:
        if forge.ESP in ([packet[9]] if family == 4 else [packet[6], packet[40] if packet[6] == 44 else 0]):
            return packet
    return b""


def protect_fragments(family):
    """Fragments on their way through: transport mode must not, a tunnel may."""
    source, target = HOSTS[family]
    out = Sa("esp", "transport", 0x1000, source, target, "null", "hmac-sha1")
    forge.load(f"flow esp transport out from {source} to {target}\n" + out.rule())
    before = forge.State()
    parts = forge.fragments(forge.datagram(source, target, bytes(200)), 96, 7)
    for part in parts:
        near[family].send(part)
    packet = forge.datagram(source, target, b"whole")
    near[family].send(packet)
    found = sent_protected(family)
    header = 40 if family == 6 else 20
    expected = out.encrypt(out.next(), out.padded(packet[header:], forge.UDP))
    complaints = [] if found[header:] == expected else [f"expected {expected.hex()}", f"found {found.hex()}"]
    complaints += forge.differences({"IN_CLEAR": 4, "OUT_OFFERED": 4, "OUT_FRAGMENT": 3, "OUT_PROTECTED": 1},
                                    forge.State().grown(before))
    ktap.result(f"v{family}: transport mode protects a whole packet, and no fragment", complaints)

    us, peer = ENDS[family]
    left, right = NETS[family]
    out = Sa("esp", "tunnel", 0x1000, us, peer, "null", "hmac-sha1")
    forge.load(f"flow esp out from {left} to {right} local {us} peer {peer}\n" + out.rule())
    complaints = []
    for part in parts:
        near[family].send(part)
        found = sent_protected(family)
        expected = out.encrypt(out.next(), out.padded(forge.forwarded(part), forge.IPV6 if family == 6 else forge.IPIP))
        if found[header:] != expected:
            complaints += [f"expected {expected.hex()}", f"found    {found.hex()}"]
    ktap.result(f"v{family}: a tunnel protects each fragment", complaints)


def fragment_protected(family):
    """What this host sends is protected first, and then fragmented."""
    us, peer = ENDS[family]
    out = Sa("esp", "transport", 0x1000, us, peer, "null", "hmac-sha1")
    forge.load(f"flow esp transport out from {us} to {peer}\n" + out.rule())
    data = bytes(range(250)) * 14
    with socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.bind((us, 4000))
        # IP_MTU_DISCOVER, IPV6_MTU_DISCOVER: fragments are allowed
        sender.setsockopt(*((41, 23) if family == 6 else (0, 10)), 0)
        sender.sendto(data, (peer, 9))
    parts = [sent_protected(family) for _ in range(3)]
    header = 40 if family == 6 else 20
    expected = out.encrypt(out.next(), out.padded(forge.udp(us, peer, data), forge.UDP))
    found = whole(parts)[header:] if all(parts) else b""
    ktap.result(f"v{family}: 3500 bytes of this host are protected, then fragmented",
                [] if found == expected else [f"found {[p.hex() for p in parts]}"])


for protocol, families in (("esp", (4, 6)), ("ah", (4, 6))):
    for outer_family in families:
        for inner_family in families:
            Inbound(protocol, inner_family, outer_family).checks()
for either in (4, 6):
    protect_fragments(either)
    fragment_protected(either)
ktap.end()
