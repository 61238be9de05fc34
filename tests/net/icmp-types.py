"""Types and codes, in the bench of tests/lib/forge.sh."""
import struct

import forge
from forge import FAR, US, Sa
from verdict import FAR4, FAR6, NEAR4, NEAR6, Gateway, ip

ICMP, ICMP6, MH = 1, 58, 135
ktap, gateway = forge.Ktap(), Gateway()
ours = Sa("esp", "tunnel", 0x7001, US, FAR, "aes-128", "hmac-sha2-256")
theirs = Sa("esp", "tunnel", 0x7002, FAR, US, "aes-128", "hmac-sha2-256")
PROTECTED = "esp 0x7001"


def message(src, dst, type_, code=0):
    if ":" in src:
        return ip(src, dst, ICMP6, struct.pack("!BBHI", type_, code, 0, 7))
    body = struct.pack("!BBHI", type_, code, 0, 7)
    body = body[:2] + struct.pack("!H", forge.checksum(body)) + body[4:]
    return ip(src, dst, ICMP, body)


def mobility(src, dst, type_):
    return ip(src, dst, MH, struct.pack("!BBBBHH", 59, 0, type_, 0, 0, 0))


def out4(type_, code=0):
    return gateway.out(message(NEAR4, FAR4, type_, code))


def out6(type_, code=0):
    return gateway.out(message(NEAR6, FAR6, type_, code))


def rules(*lines):
    gateway.load("".join(line + "\n" for line in lines) + ours.rule() + theirs.rule())


PEER = f"local {US} peer {FAR}"
NETS4, NETS6 = "from 10.1.0.0/24 to 10.2.0.0/24", "from fd01::/64 to fd02::/64"

# --- out ---------------------------------------------------------------------------------

rules(f"flow esp proto icmp type echoreq {NETS4} {PEER}",
      f"flow esp proto icmp type unreach code 1-3 {NETS4} {PEER}",
      f"flow proto icmp type 40-42 {NETS4} type deny",
      f"flow esp proto icmp6 type echoreq {NETS6} {PEER}",
      f"flow esp proto icmp6 type unreach code 1-3 {NETS6} {PEER}",
      f"flow proto icmp6 type 200-255 {NETS6} type deny",
      f"flow esp proto mobility-header type hoti {NETS6} {PEER}",
      f"flow proto mobility-header type 5-7 {NETS6} type deny")
ktap.same("out: a type, with any code", [PROTECTED] * 2, [out4(8), out4(8, 3)])
ktap.same("out: other types are in clear", ["clear"] * 3, [out4(0), out4(7), out4(9)])
ktap.same("out: a range of codes", ["clear", PROTECTED, PROTECTED, "clear"],
          [out4(3, code) for code in (0, 1, 3, 4)])
ktap.same("out: a code of another type", "clear", out4(11, 1))
ktap.same("out: a range of types", ["clear", "dropped OUT_DISCARD", "dropped OUT_DISCARD", "clear"],
          [out4(type_) for type_ in (39, 40, 42, 43)])
ktap.same("out, IPv6: a type", [PROTECTED, PROTECTED, "clear"], [out6(128), out6(128, 9), out6(129)])
ktap.same("out, IPv6: a range of codes", ["clear", PROTECTED, PROTECTED, "clear"],
          [out6(1, code) for code in (0, 1, 3, 4)])
ktap.same("out, IPv6: a range of types", ["clear", "dropped OUT_DISCARD", "dropped OUT_DISCARD"],
          [out6(type_) for type_ in (199, 200, 255)])
ktap.same("out: mobility headers", ["clear", PROTECTED, "clear", "dropped OUT_DISCARD", "dropped OUT_DISCARD", "clear"],
          gateway.out(*(mobility(NEAR6, FAR6, type_) for type_ in (0, 1, 2, 5, 7, 8))))
ktap.same("out: a message without its code", "dropped IN_INNER_HEADER", gateway.out(ip(NEAR4, FAR4, ICMP, b"\x08")))
ktap.same("out: a mobility header without its type", "dropped IN_INNER_HEADER",
          gateway.out(ip(NEAR6, FAR6, MH, b"\x3b\x00")))

# --- in ----------------------------------------------------------------------------------

ktap.same("in: in clear", ["dropped IN_CLEAR_PROTECT", "clear", "clear", "dropped IN_CLEAR_PROTECT", "dropped IN_DISCARD"],
          gateway.into(*(message(FAR4, NEAR4, *what) for what in ((8,), (0,), (3, 0), (3, 1), (41,)))))
ktap.same("in, IPv6: in clear", ["dropped IN_CLEAR_PROTECT", "clear", "clear", "dropped IN_CLEAR_PROTECT", "dropped IN_DISCARD"],
          gateway.into(*(message(FAR6, NEAR6, *what) for what in ((128,), (129,), (1, 0), (1, 1), (222,)))))
ktap.same("in: mobility headers in clear", ["dropped IN_CLEAR_PROTECT", "clear", "dropped IN_DISCARD"],
          gateway.into(*(mobility(FAR6, NEAR6, type_) for type_ in (1, 2, 6))))


def inside(*packets):
    return gateway.into(*map(theirs.protect, packets))


ktap.same("in: protected, the type that is meant", "decapsulated", inside(message(FAR4, NEAR4, 8)))
ktap.same("in: protected, a type that no flow has", "dropped IN_NO_POLICY", inside(message(FAR4, NEAR4, 0)))
ktap.same("in: protected, a code that no flow has", "dropped IN_NO_POLICY", inside(message(FAR4, NEAR4, 3, 4)))
ktap.same("in, IPv6: protected", ["decapsulated", "dropped IN_NO_POLICY"],
          inside(message(FAR6, NEAR6, 128), message(FAR6, NEAR6, 129)))
ktap.same("in: protected mobility headers", ["decapsulated", "dropped IN_NO_POLICY"],
          inside(mobility(FAR6, NEAR6, 1), mobility(FAR6, NEAR6, 2)))

# --- opaque ------------------------------------------------------------------------------

whole = forge.udp(NEAR4, FAR4, bytes(24), 1000, 2000)
rules(f"flow esp proto udp from 10.1.0.0/24 port opaque to 10.2.0.0/24 {PEER}")
ktap.same("opaque: a packet that has ports", "clear", gateway.out(ip(NEAR4, FAR4, 17, whole)))
ktap.same("opaque: another protocol's fragment", "clear",
          gateway.out(ip(NEAR4, FAR4, 6, whole[16:], offset=64)))
ktap.same("opaque: a fragment that is not the first", PROTECTED,
          gateway.out(ip(NEAR4, FAR4, 17, whole[16:], offset=64)))
ktap.same("opaque: the first one", "clear",
          gateway.out(ip(NEAR4, FAR4, 17, whole[:16], flags=forge.MF)))
rules(f"flow esp proto udp {NETS4} {PEER}")
ktap.same("any port encompasses opaque", [PROTECTED] * 2,
          gateway.out(ip(NEAR4, FAR4, 17, whole[:16], flags=forge.MF, ident=9),
                      ip(NEAR4, FAR4, 17, whole[16:], offset=16, ident=9)))
ktap.end()
