"""Header construction (RFC 4301 5.1.2, RFC 6040), in the bench of tests/lib/forge.sh.

Nothing is encrypted and there is no IV, so the whole of each packet is known before it is
sent, but for the ID of an IPv4 outer header, which has checks of its own.
"""
import struct
import subprocess

import forge46 as forge
from forge46 import ENDS, HOSTS, NETS, Sa

ktap = forge.Ktap()
far = {family: forge.far_wire(family) for family in (4, 6)}
near = {family: forge.near_wire(family) for family in (4, 6)}
FIRST_SPI = 0x1000


class Bench:
    """A tunnel of `outer` family for packets of `inner` family, with some words about it."""
    def __init__(self, inner, outer, words=""):
        us, peer = ENDS[outer]
        left, right = NETS[inner]
        self.inner, self.outer, self.words = inner, outer, words
        self.name = f"{inner}in{outer} {words or 'defaults'}"
        self.out = Sa("esp", "tunnel", FIRST_SPI, us, peer, "null", "hmac-sha1", words)
        self.into = Sa("esp", "tunnel", FIRST_SPI + 1, peer, us, "null", "hmac-sha1", words)
        forge.load(f"flow esp from {left} to {right} local {us} peer {peer}\n" +
                   self.out.rule() + self.into.rule())
        self.before = forge.State()

    def packet(self, back=False, data=b"inside", df=0, **header):
        ends = HOSTS[self.inner][::-1] if back else HOSTS[self.inner]
        if self.inner == 4:
            header.pop("label", 0)
            header["flags"] = forge.DF * df
        return forge.datagram(*ends, data, **header)

    def books(self, counters):
        after = forge.State()
        complaints = forge.differences(counters, after.grown(self.before))
        self.before = after
        return complaints

    def protected(self, packet, header):
        """What a packet should look like on the wire; the ID is that of `header`."""
        return self.out.protect(packet, **header)


def ident_of(packet):
    return struct.unpack_from("!H", packet, 4)[0]


# --- into the tunnel -----------------------------------------------------------------------

# What is inside: TOS, TTL, DF, flow label.
INSIDE = [
    {"tos": 0x00, "ttl": 64, "df": 0, "label": 0},
    {"tos": 0xb9, "ttl": 255, "df": 1, "label": 0x12345},
    {"tos": 0x2a, "ttl": 2, "df": 0, "label": 0xfffff},
    {"tos": 0xff, "ttl": 33, "df": 1, "label": 1},
    {"tos": 0x03, "ttl": 65, "df": 0, "label": 0x80000},
]


def dscp_is(value):
    return lambda inside, fields: fields.update(tos=value << 2 | inside["tos"] & 3)


def dscp_map(table):
    def change(inside, fields):
        dscp = inside["tos"] >> 2
        fields["tos"] = table.get(dscp, dscp) << 2 | inside["tos"] & 3
    return change


def field(name, value):
    return lambda inside, fields: fields.update({name: value})


# words, family of the outer header that they are about, what they change in it
OPTIONS = [
    ("", 0, lambda inside, fields: None),
    ("df set", 4, field("flags", forge.DF)),
    ("df clear", 4, field("flags", 0)),
    ("ecn compat", 0, lambda inside, fields: fields.update(tos=inside["tos"] & 0xfc)),
    ("dscp 46", 0, dscp_is(46)),
    ("dscp 0", 0, dscp_is(0)),
    ("dscp { 0:63, 10:0, 46:34 }", 0, dscp_map({0: 63, 10: 0, 46: 34})),
    ("ttl 7", 0, field("ttl", 7)),
    ("ttl 255", 0, field("ttl", 255)),
    ("ttl copy", 0, lambda inside, fields: fields.update(ttl=inside["ttl"] - 1)),
    ("flowlabel 0", 6, field("label", 0)),
    ("flowlabel 0xabcde", 6, field("label", 0xabcde)),
]


def outer_fields(bench, inside, change):
    """RFC 4301 5.1.2.1 and 5.1.2.2 for a packet that is not longer than 1280 bytes."""
    fields = {"tos": inside["tos"], "ttl": 64}
    if bench.outer == 4:
        fields["flags"] = forge.DF * inside["df"] if bench.inner == 4 else 0
    else:
        fields["label"] = inside["label"] if bench.inner == 6 else 0
    change(inside, fields)
    return fields


def into_tunnel(bench, change):
    complaints = []
    for inside in INSIDE:
        packet = bench.packet(**inside)
        near[bench.inner].send(packet)
        found = far[bench.outer].receive(15)
        fields = outer_fields(bench, inside, change)
        if found and bench.outer == 4:
            fields["ident"] = ident_of(found)
        expected = bench.protected(forge.forwarded(packet), fields)
        if found != expected:
            complaints += [f"{inside}:", f"expected {expected.hex()}", f"found    {found and found.hex()}"]
    n = len(INSIDE)
    complaints += bench.books({"IN_CLEAR": n, "OUT_OFFERED": n, "OUT_PROTECTED": n})
    ktap.result(f"{bench.name}: outer header, and what is inside", complaints)


def idents(inner):
    """RFC 6864: those that may be fragmented have IDs of their own; nothing is all the same."""
    bench = Bench(inner, 4)
    for df in (0, 1) if inner == 4 else (0,):
        found = set()
        for _ in range(100):
            near[inner].send(bench.packet(df=df))
            packet = far[4].receive(15)
            found.add(ident_of(packet) if packet else None)
        wanted = 100 if not df else 90
        ktap.result(f"{bench.name}, DF {df}: IDs", [] if len(found) >= wanted and None not in found
                    else [f"{len(found)} different ones in 100 packets"])


# --- out of the tunnel ----------------------------------------------------------------------

MARKS = {0: "Not-ECT", 1: "ECT(1)", 2: "ECT(0)", 3: "CE"}
# RFC 6040 figure 4: by what is inside and then outside
DECAPSULATED = {0: [0, 0, 0, None], 1: [1, 1, 1, 3], 2: [2, 1, 2, 3], 3: [3, 3, 3, 3]}
ODD = [(0, 1), (0, 2), (3, 1)]


def out_of_tunnel(bench):
    """All marks of congestion, and the DSCP; the TTL inside goes down by one, as behind any router."""
    copy = "dscp-decap copy" in bench.words
    for inside in range(4):
        for outside in range(4):
            packet = bench.packet(True, tos=0xb8 | inside, ttl=2 + outside, df=1, label=0x54321)
            far[bench.outer].send(bench.into.protect(packet, tos=0x28 | outside, ttl=9))
            mark = DECAPSULATED[inside][outside]
            name = f"{bench.name}: {MARKS[inside]} inside, {MARKS[outside]} outside"
            if mark is None:
                # Behind it comes one that passes, so nothing is still under way.
                packet = bench.packet(True, b"next", tos=0, label=0)
                far[bench.outer].send(bench.into.protect(packet))
                expected = forge.forwarded(packet)
                counters = {"IN_ESP": 2, "IN_ECN": 1, "IN_PROTECTED": 1, "OUT_BYPASSED": 1}
            else:
                tos = (0x28 if copy else 0xb8) | mark
                expected = forge.forwarded(bench.packet(True, tos=tos, ttl=2 + outside, df=1, label=0x54321))
                counters = {"IN_ESP": 1, "IN_PROTECTED": 1, "OUT_BYPASSED": 1}
                if (inside, outside) in ODD:
                    counters["IN_ECN_ODD"] = 1
            found = near[bench.inner].receive(15)
            complaints = [] if found == expected else [
                f"expected {expected.hex()}", f"found    {found and found.hex()}"]
            ktap.result(name, complaints + bench.books(counters))


def last_hop(bench):
    """A TTL of 1 inside ends here, whatever the outer one is. Our own address is no part of
    the policy, and yet its sender is told in the tunnel: that is the way of the packet."""
    packet = bench.packet(True, ttl=1)
    far[bench.outer].send(bench.into.protect(packet, ttl=200))
    answer = far[bench.outer].receive(15) or b""
    error = forge.carried(answer)
    told = error[forge.header_len(error):] if error else b""
    expected = (b"\3\0" if bench.inner == 6 else b"\x0b\0", packet)
    complaints = [] if (told[:2], told[8:]) == expected else [f"told: {answer.hex()}"]
    for where, wire in (("forwarded", near), ("in clear", far)):
        complaints += [f"{where}: {p.hex()}" for p in wire[bench.inner].drain()]
    complaints += bench.books({"IN_ESP": 1, "IN_PROTECTED": 1, "OUT_OFFERED": 1, "OUT_PROTECTED": 1})
    ktap.result(f"{bench.name}: TTL 1 inside is told to its sender, in the tunnel", complaints)


# --- what does not fit -------------------------------------------------------------------------

def large(bench, **header):
    """1428 bytes: they fit the wire, and not when they are protected."""
    return bench.packet(data=bytes(1400 if bench.inner == 4 else 1380), **header)


def collect(wire, n):
    return [wire.receive(15) or b"" for _ in range(n)]


def in_fragments(bench, df):
    """DF clear outside: what does not fit is fragmented once it is protected."""
    packet = large(bench, df=df)
    near[bench.inner].send(packet)
    parts = collect(far[bench.outer], 2)
    header = {"ident": ident_of(parts[0])} if bench.outer == 4 and parts[0] else {}
    whole = bench.protected(forge.forwarded(packet), header)
    # IPv6 has the ID in a header of its own.
    headers = 20 if bench.outer == 4 else 48
    ident = struct.unpack_from("!I", parts[0], 44)[0] if len(parts[0]) > 48 else 0
    complaints = [] if parts == forge.fragments(whole, len(parts[0]) - headers, ident) else [p.hex() for p in parts]
    complaints += [f"answered: {p.hex()}" for p in near[bench.inner].drain()]
    complaints += bench.books({"IN_CLEAR": 1, "OUT_OFFERED": 1, "OUT_PROTECTED": 1})
    ktap.result(f"{bench.name}: DF {df} inside, 1428 bytes are fragmented outside", complaints)


def cut_before(bench):
    """DF set outside, not inside: what does not fit is cut before it is protected."""
    packet = large(bench)
    near[4].send(packet)
    parts, complaints = collect(far[4], 2), []
    for n, part in enumerate(parts):
        inner = part[28:28 + struct.unpack_from("!H", part, 30)[0]] if len(part) > 48 else b""
        if part != bench.protected(inner, {"flags": forge.DF, "ident": ident_of(part)}):
            complaints.append(f"part {n}: {part.hex()}")
        parts[n] = inner
    first = len(parts[0]) - 20
    if parts != forge.fragments(forge.forwarded(packet), first, 0):
        complaints += [f"inside: {p.hex()}" for p in parts]
    complaints += bench.books({"IN_CLEAR": 1, "OUT_OFFERED": 1, "OUT_PROTECTED": 2, "OUT_CUT": 1, "OUT_PIECES": 2})
    ktap.result(f"{bench.name}: DF 0 inside, 1428 bytes are cut inside", complaints)


def told(bench, df):
    """What may be cut nowhere is told to its sender."""
    packet = large(bench, df=df)
    near[bench.inner].send(packet)
    answer = near[bench.inner].receive(15) or b""
    message = answer[forge.header_len(answer):] if answer else b""
    mtu = struct.unpack_from("!I", message, 4)[0] if len(message) > 8 else 0
    # 1440 of the wire, less outer header, ESP header and ICV, in words of 4, less the trailer
    expected = (1440 - (20 if bench.outer == 4 else 40) - 8 - 12) // 4 * 4 - 2
    complaints = [] if (message[:2], mtu) == (b"\3\4" if bench.inner == 4 else b"\2\0", expected) else [
        f"told: {answer.hex()}, {mtu} instead of {expected}"]
    complaints += [f"sent: {p.hex()}" for p in far[bench.outer].drain()]
    complaints += bench.books({"IN_CLEAR": 1, "OUT_OFFERED": 1, "OUT_TOO_BIG": 1, "OUT_BYPASSED": 1})
    ktap.result(f"{bench.name}: DF {df} inside, the sender of 1428 bytes is told", complaints)


def sizes():
    """On a wire of 1440 bytes."""
    subprocess.run(["ip", "link", "set", "eth1", "mtu", "1440"], check=True)
    for df in (0, 1):
        in_fragments(Bench(4, 4, "df clear"), df)
    in_fragments(Bench(6, 4, "df clear"), 0)
    told(Bench(4, 4, "df set"), 1)
    told(Bench(6, 4, "df set"), 0)
    for outer in (4, 6):
        in_fragments(Bench(4, outer), 0)
        told(Bench(4, outer), 1)
        told(Bench(6, outer), 0)
    cut_before(Bench(4, 4, "df set"))


for outer_family in (4, 6):
    for inner_family in (4, 6):
        for words, about, change in OPTIONS:
            if about in (0, outer_family):
                into_tunnel(Bench(inner_family, outer_family, words), change)
        for words in ("", "dscp-decap copy ecn compat"):
            out_of_tunnel(Bench(inner_family, outer_family, words))
        last_hop(Bench(inner_family, outer_family))
    if outer_family == 4:
        idents(4)
        idents(6)
sizes()
ktap.end()
