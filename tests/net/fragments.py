"""Fragments that are forwarded, in the bench of tests/lib/forge.sh.

Every packet here is one datagram of 24 bytes of UDP header and data, cut at 16.
"""
import itertools
import struct

import forge
from forge import FAR, MF, TCP, UDP, US, Sa, ip4
from forge6 import ip6
from verdict import FAR4, FAR6, NEAR4, NEAR6, Gateway

ktap, gateway = forge.Ktap(), Gateway()
ours = Sa("esp", "tunnel", 0x7001, US, FAR, "aes-128", "hmac-sha2-256")
other = Sa("esp", "tunnel", 0x7003, US, FAR, "aes-128", "hmac-sha2-256")
theirs = Sa("esp", "tunnel", 0x7002, FAR, US, "aes-128", "hmac-sha2-256")
idents = itertools.count(1)
around = Sa("ah", "tunnel", 0x7005, US, FAR, auth="hmac-sha2-256")
behind = Sa("ah", "tunnel", 0x7006, FAR, US, auth="hmac-sha2-256")
PEER, PEER9, PEER7 = (f"local {US} peer {FAR} reqid {reqid}" for reqid in (8, 9, 7))
NETS4, NETS6 = "from 10.1.0.0/24 to 10.2.0.0/24", "from fd01::/64 to fd02::/64"
ESP, OTHER, CLEAR = "esp 0x7001", "esp 0x7003", "clear"


def rules(*lines):
    sas = ((ours, 8), (theirs, 8), (other, 9), (around, 7), (behind, 7))
    gateway.load("".join(line + "\n" for line in lines) +
                 "".join(sa.rule().replace("\n", f" reqid {reqid}\n") for sa, reqid in sas))


def piece(src, dst, proto, payload, ident, offset, more):
    if ":" not in src:
        return ip4(src, dst, proto, payload, ident=ident, offset=offset, flags=MF if more else 0)
    return ip6(src, dst, 44, struct.pack("!BBHI", proto, 0, offset | more, ident) + payload)


def cut(port, ends=(NEAR4, FAR4), proto=UDP, at=16):
    """The two fragments of a packet."""
    ident = next(idents)
    whole = struct.pack("!HHHH", 4000, port, 24, 0) + bytes(range(16))
    return (piece(*ends, proto, whole[:at], ident, 0, True),
            piece(*ends, proto, whole[at:], ident, at, False))


SIX = (NEAR6, FAR6)
BACK4, BACK6 = (FAR4, NEAR4), (FAR6, NEAR6)


def out(*packets):
    return [gateway.out(packet) for packet in packets]


def into(*packets):
    return [gateway.into(packet) for packet in packets]


def inside(*packets):
    return [gateway.into(theirs.protect(packet)) for packet in packets]


# --- 7.1: an SA without ports ------------------------------------------------------------

rules(f"flow esp proto udp {NETS4} {PEER}", f"flow esp proto udp {NETS6} {PEER}")
ktap.same("no ports: both fragments are protected", [ESP, ESP], out(*cut(9)))
ktap.same("no ports: the later one alone, too", [ESP], out(cut(9)[1]))
ktap.same("no ports, IPv6", [ESP, ESP], out(*cut(9, SIX)))
ktap.same("no ports: both come in", ["decapsulated"] * 2, inside(*cut(9, BACK4)))
ktap.same("no ports: in clear neither", ["dropped IN_CLEAR_PROTECT"] * 2, into(*cut(9, BACK4)))

# --- 7.2: an SA for fragments ------------------------------------------------------------

PORT = f"flow esp proto udp from 10.1.0.0/24 to 10.2.0.0/24 port 9 {PEER}"
rules(f"flow esp proto udp from 10.1.0.0/24 port opaque to 10.2.0.0/24 {PEER9}", PORT,
      f"flow esp proto udp from fd01::/64 port opaque to fd02::/64 {PEER9}",
      f"flow esp proto udp from fd01::/64 to fd02::/64 port 9 {PEER}")
ktap.same("opaque: the first under its ports, the later one with the others", [ESP, OTHER], out(*cut(9)))
ktap.same("opaque: the later one alone", [OTHER], out(cut(9)[1]))
ktap.same("opaque, IPv6", [ESP, OTHER], out(*cut(9, SIX)))
ktap.same("opaque: the first one is in clear, so are the others", [CLEAR, CLEAR], out(*cut(10)))
rules(f"flow esp in proto udp from 10.2.0.0/24 port opaque to 10.1.0.0/24 {PEER}",
      f"flow esp in proto udp from 10.2.0.0/24 to 10.1.0.0/24 port 9 {PEER9}")
ktap.same("opaque, in: each under its SA", ["dropped IN_WRONG_SA", "decapsulated"], inside(*cut(9, BACK4)))
ktap.same("opaque, in: in clear", ["dropped IN_CLEAR_PROTECT"], into(cut(9, BACK4)[1]))

# --- an SA with ports, and nothing else --------------------------------------------------

rules(PORT, f"flow esp proto udp from fd01::/64 to fd02::/64 port 9 {PEER}")
ktap.same("ports: the SA is not for the later one", [ESP, "dropped OUT_FRAGMENT_PORTS"], out(*cut(9)))
ktap.same("ports, IPv6", [ESP, "dropped OUT_FRAGMENT_PORTS"], out(*cut(9, SIX)))
ktap.same("ports: whose first was not seen does not slip past", ["dropped OUT_FRAGMENT_PORTS"], out(cut(10)[1]))
ktap.same("ports, IPv6: neither does it", ["dropped OUT_FRAGMENT_PORTS"], out(cut(10, SIX)[1]))
ktap.same("ports: the rest of what is in clear is in clear", [CLEAR, CLEAR], out(*cut(10)))
ktap.same("ports: another protocol", [CLEAR], out(cut(9, proto=TCP)[1]))
rules(f"flow esp in proto udp from 10.2.0.0/24 to 10.1.0.0/24 port 9 {PEER}")
ktap.same("ports, in: the SA is not for the later one",
          ["decapsulated", "dropped IN_FRAGMENT_PORTS"], inside(*cut(9, BACK4)))
ktap.same("ports, in clear: none slips past", ["dropped IN_FRAGMENT_PORTS"], into(cut(9, BACK4)[1]))
rules(PORT, f"flow esp {NETS4} {PEER9}")
ktap.same("ports, and the rest under another SA", [ESP, OTHER], out(*cut(9)))
ktap.same("ports, and the rest under another SA: alone", [OTHER], out(cut(9)[1]))

# --- 7.3: stateful -----------------------------------------------------------------------

rules(f"{PORT} fragments stateful",
      f"flow esp proto udp from fd01::/64 to fd02::/64 port 9 {PEER} fragments stateful",
      "flow esp in proto udp from 10.2.0.0/24 to 10.1.0.0/24 port 53 " + PEER + " fragments stateful")
ktap.same("stateful: the later one follows", [ESP, ESP], out(*cut(9)))
ktap.same("stateful, IPv6", [ESP, ESP], out(*cut(9, SIX)))
ktap.same("stateful: too early", ["dropped OUT_FRAGMENT_FIRST", ESP], out(*reversed(cut(9))))
ktap.same("stateful, IPv6: too early", ["dropped OUT_FRAGMENT_FIRST"], out(cut(9, SIX)[1]))
ktap.same("stateful: the rest of what is in clear", [CLEAR, CLEAR], out(*cut(10)))
first, _ = cut(9)
_, later = cut(9)
ktap.same("stateful: another packet's", [ESP, "dropped OUT_FRAGMENT_FIRST"], out(first, later))
ktap.same("stateful, in", ["decapsulated", "decapsulated"], inside(*cut(53, BACK4)))
ktap.same("stateful, in: too early", ["dropped IN_FRAGMENT_FIRST"], inside(cut(53, BACK4)[1]))
ktap.same("stateful, in clear", ["dropped IN_CLEAR_PROTECT"] * 2, into(*cut(53, BACK4)))
ktap.same("stateful, in clear: too early", ["dropped IN_FRAGMENT_FIRST"], into(cut(53, BACK4)[1]))
many = [cut(port) for port in [9] * 300]
for first, _ in many[:-1]:
    gateway.near[4].send(first)
gateway.settle()
ktap.same("stateful: the last of many packets at a time", [ESP, ESP], out(*many[-1]))

# --- 7.4: BYPASS and DISCARD ------------------------------------------------------------

rules("flow proto udp from 10.1.0.0/24 to 10.2.0.0/24 port 9 type bypass",
      "flow proto udp from 10.1.0.0/24 to 10.2.0.0/24 port 10 type deny",
      f"flow esp {NETS4} {PEER}")
ktap.same("bypass: the later one follows", [CLEAR, CLEAR], out(*cut(9)))
ktap.same("deny: the later one follows", ["dropped OUT_DISCARD"] * 2, out(*cut(10)))
ktap.same("of neither", [ESP, ESP], out(*cut(11)))
ktap.same("who knows of which: not past deny", ["dropped OUT_DISCARD"], out(cut(11)[1]))
rules("flow proto udp from 10.1.0.0/24 to 10.2.0.0/24 port 9 type bypass", f"flow esp {NETS4} {PEER}")
ktap.same("who knows of which: never past in clear", [ESP], out(cut(9)[1]))

# --- sub-policies: where two protect, the rest of a packet has both SAs ---------------------

BOTH, ONLY_AH = "ah 0x7005 esp 0x7001", "ah 0x7005"
ALL = f"flow ah {NETS4} {PEER7}"
MARKS = "flow from 10.1.0.2 to 10.2.0.77 type bypass priority 1 sub"
SIXTH = f"flow esp proto udp from fd01::/64 to fd02::/64 port 9 {PEER}"
rules(MARKS, f"{PORT} sub", ALL, f"{SIXTH} sub", f"flow ah {NETS6} {PEER7}")
ktap.same("the sub-policy has ports: not without its SA", [BOTH, "dropped OUT_FRAGMENT_PORTS"], out(*cut(9)))
ktap.same("the sub-policy has ports, IPv6", [BOTH, "dropped OUT_FRAGMENT_PORTS"], out(*cut(9, SIX)))
ktap.same("the sub-policy has ports: nor alone", ["dropped OUT_FRAGMENT_PORTS"], out(cut(9)[1]))
ktap.same("the sub-policy has ports: other ports", [ONLY_AH, ONLY_AH], out(*cut(10)))
rules(MARKS, f"{PORT} fragments stateful sub", ALL, f"{SIXTH} fragments stateful sub", f"flow ah {NETS6} {PEER7}")
ktap.same("the sub-policy is stateful: both SAs", [BOTH, BOTH], out(*cut(9)))
ktap.same("the sub-policy is stateful, IPv6", [BOTH, BOTH], out(*cut(9, SIX)))
ktap.same("the sub-policy is stateful: too early", ["dropped OUT_FRAGMENT_FIRST"], out(cut(9)[1]))
ktap.same("the sub-policy is stateful: other ports", [ONLY_AH, ONLY_AH], out(*cut(10)))
rules(MARKS, f"flow esp {NETS4} {PEER} sub", f"flow ah proto udp from 10.1.0.0/24 to 10.2.0.0/24 port 9 {PEER7}")
ktap.same("the other one has ports: not without its SA", [BOTH, "dropped OUT_FRAGMENT_PORTS"], out(*cut(9)))
ktap.same("the other one has ports: nor alone", ["dropped OUT_FRAGMENT_PORTS"], out(cut(9)[1]))
ktap.same("the other one has ports: other ports", [ESP, ESP], out(*cut(10)))
STATEFUL7 = f"flow ah proto udp from 10.1.0.0/24 to 10.2.0.0/24 port 9 {PEER7} fragments stateful"
rules(MARKS, f"flow esp {NETS4} {PEER} sub", STATEFUL7)
ktap.same("the other one is stateful: both SAs", [BOTH, BOTH], out(*cut(9)))
ktap.same("the other one is stateful: too early", ["dropped OUT_FRAGMENT_FIRST"], out(cut(9)[1]))
rules(MARKS, f"{PORT} sub", STATEFUL7)
ktap.same("both have ports, one is stateful", [BOTH, "dropped OUT_FRAGMENT_PORTS"], out(*cut(9)))
rules(MARKS, f"{PORT} fragments stateful sub", STATEFUL7)
ktap.same("both are stateful", [BOTH, BOTH], out(*cut(9)))
rules(MARKS, f"flow esp proto udp from 10.1.0.0/24 port opaque to 10.2.0.0/24 {PEER9} sub", f"{PORT} sub", ALL)
ktap.same("a sub-policy for fragments", [BOTH, f"{ONLY_AH} {OTHER}"], out(*cut(9)))
ktap.same("a sub-policy for fragments: alone", [f"{ONLY_AH} {OTHER}"], out(cut(9)[1]))
rules(MARKS, f"{PORT} sub", "flow proto udp from 10.1.0.0/24 to 10.2.0.0/24 port 9 type bypass", ALL)
ktap.same("the other one bypasses the first: the SA of a third is not enough",
          [ESP, "dropped OUT_FRAGMENT_PORTS"], out(*cut(9)))
rules(MARKS, f"{PORT} fragments stateful sub", ALL,
      "flow proto udp from 10.1.0.0/24 port opaque to 10.2.0.0/24 type deny priority 1")
ktap.same("the sub-policy is stateful, others are not let through", [BOTH, "dropped OUT_FRAGMENT_PORTS"], out(*cut(9)))


def through(*packets):
    return [gateway.into(behind.protect(theirs.protect(packet))) for packet in packets]


def through_ah(*packets):
    return [gateway.into(behind.protect(packet)) for packet in packets]


FROM = f"flow esp in proto udp from 10.2.0.0/24 to 10.1.0.0/24 port 53 {PEER}"
rules(MARKS, f"{FROM} fragments stateful sub", f"flow ah in from 10.2.0.0/24 to 10.1.0.0/24 {PEER7}")
ktap.same("in: both SAs", ["decapsulated"] * 2, through(*cut(53, BACK4)))
first, later = cut(53, BACK4)
ktap.same("in: not without that of the sub-policy", ["decapsulated", "dropped IN_WRONG_SA"], through(first) + through_ah(later))
ktap.same("in: too early", ["dropped IN_FRAGMENT_FIRST"] * 2, through(cut(53, BACK4)[1]) + through_ah(cut(53, BACK4)[1]))
ktap.same("in: other ports", ["decapsulated"] * 2, through_ah(*cut(54, BACK4)))
ktap.same("in, in clear", ["dropped IN_CLEAR_PROTECT"] * 2, into(*cut(53, BACK4)))
rules(MARKS, f"{FROM} sub", f"flow ah in from 10.2.0.0/24 to 10.1.0.0/24 {PEER7}")
first, later = cut(53, BACK4)
ktap.same("in: the SAs are not for the later one", ["decapsulated"] + ["dropped IN_FRAGMENT_PORTS"] * 2,
          through(first, later) + through_ah(later))

# --- made to deceive --------------------------------------------------------------------

rules(PORT, f"flow esp proto tcp from 10.1.0.0/24 to 10.2.0.0/24 port 9 {PEER}")
ident = next(idents)
head = struct.pack("!HHHH", 4000, 10, 24, 0) + bytes(8)
ktap.same("a later one that overlaps the first", [CLEAR, "dropped IN_FRAGMENT_OVERLAP"],
          out(piece(NEAR4, FAR4, UDP, head, ident, 0, True), piece(NEAR4, FAR4, UDP, bytes(16), ident, 8, False)))
ktap.same("IPv6: the same", [CLEAR, "dropped IN_FRAGMENT_OVERLAP"],
          out(piece(NEAR6, FAR6, UDP, head, ident, 0, True), piece(NEAR6, FAR6, UDP, bytes(16), ident, 8, False)))
ktap.same("out of the tunnel: the same", ["dropped IN_NO_POLICY", "dropped IN_FRAGMENT_OVERLAP"],
          inside(piece(FAR4, NEAR4, UDP, head, ident, 0, True), piece(FAR4, NEAR4, UDP, bytes(16), ident, 8, False)))
ktap.same("the first one without its ports", ["dropped IN_FRAGMENT_TINY"],
          out(piece(NEAR4, FAR4, UDP, b"", next(idents), 0, True)))
ktap.same("TCP's flags in the second one", [CLEAR, "dropped IN_FRAGMENT_TINY"], out(*cut(10, proto=TCP, at=8)))
ktap.same("IPv6: a fragment in a fragment", ["dropped IN_INNER_HEADER"],
          out(piece(NEAR6, FAR6, 44, struct.pack("!BBHI", UDP, 0, 0, 1) + head, next(idents), 0, True)))
ktap.same("UDP may be cut there", [CLEAR, CLEAR], out(*cut(10, at=8)))

# --- bounds ---------------------------------------------------------------------------------

rules(f"flow esp proto udp from fd01::/64 to fd02::/64 port 9 {PEER}")


def extended(number):
    """That many options for the destination before UDP; nothing in them but padding."""
    options = [struct.pack("!BBBBI", UDP if n == 1 else 60, 0, 1, 4, 0) for n in range(number, 0, -1)]
    return ip6(NEAR6, FAR6, 60, b"".join(options) + struct.pack("!HHHH", 4000, 9, 8, 0))


ktap.same("the ports are found behind 16 extension headers", [ESP], out(extended(16)))
ktap.same("not behind 17", ["dropped IN_INNER_HEADER"], out(extended(17)))

rules(f"{PORT} fragments stateful")
many = [cut(9) for _ in range(2048)]


def send_many(packets):
    """Not more at a time than a socket holds."""
    for n, packet in enumerate(packets):
        gateway.near[4].send(packet)
        if n % 100 == 99:
            gateway.settle()
    gateway.settle()


send_many([first for first, _ in many])
before = forge.State()
send_many([later for _, later in many])
known = len(many) - forge.State().drops(before)["OUT_FRAGMENT_FIRST"]
# What is forwarded is remembered once for each direction: about half as many packets.
ktap.result("of 2048 first fragments the table remembers no more than it holds, 1024 for both directions",
            [] if 400 <= known <= 640 else [f"{known} are remembered"])
ktap.same("the newest are remembered", [ESP] * 8, out(*[later for _, later in many[-8:]]))
ktap.same("the oldest are forgotten", ["dropped OUT_FRAGMENT_FIRST"] * 8, out(*[later for _, later in many[:8]]))
ktap.same("one more still goes its way", [ESP, ESP], out(*cut(9)))
ktap.end()
