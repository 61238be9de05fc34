"""ICMP errors of routers that no policy names, about packets that were, or should have been, protected:
in the bench of tests/lib/forge.sh. `us` is the gateway of NEAR, the other one is FAR."""
import struct

import forge
import forge6
from forge import ESP, FAR, UDP, US, Sa
from forge46 import icmp_error
from verdict import FAR4, FAR6 as FAR_HOST6, NEAR4, NEAR6, Gateway, ip

ktap, gateway = forge.Ktap(), Gateway()
OUTER, INNER = (FAR, US), {4: (NEAR4, FAR4), 6: (NEAR6, FAR_HOST6)}
ROUTER = {4: "172.16.9.9", 6: "fd16:9::9"}      # in no selector
OTHER = {4: "10.2.0.99", 6: "fd02::99"}         # of whom no policy knows
sa_out = Sa("esp", "tunnel", 0x1001, US, FAR, enc="aes-128-gcm")


def datagram(src, dst, ports=(4000, 9)):
    make = forge6.udp6 if ":" in src else forge.udp
    return ip(src, dst, UDP, make(src, dst, b"some data", *ports))


def error(src, dst, quoted, kind=None, code=0):
    """An ICMP error; without a kind: unreachable."""
    unreachable = 1 if ":" in src else 3
    return icmp_error(src, dst, unreachable if kind is None else kind, code, quoted)


def rules(family, words="", more=""):
    near, far = INNER[family]
    return Sa("esp", "tunnel", 0x2001, FAR, US, enc="aes-128-gcm"), \
        f"flow esp tunnel proto udp from {near} port 4000 to {far} peer {FAR} {words}\n{more}" + sa_out.rule()


def load(family, words="", more=""):
    sa_in, text = rules(family, words, more)
    gateway.load(text + sa_in.rule())
    return sa_in


for family in (4, 6):
    near, far = INNER[family]
    router, other = ROUTER[family], OTHER[family]
    there, back = datagram(near, far), datagram(far, near, (9, 4000))

    def out(name, expected, packet):
        ktap.same(f"IPv{family} out: {name}", expected, gateway.out(packet))

    def into(name, expected, packet):
        ktap.same(f"IPv{family} in: {name}", expected, gateway.into(packet))

    sa_in = load(family)
    out("a packet of the flow", "esp 0x1001", there)
    out("an error about its answer", "esp 0x1001", error(router, far, back))
    for kind, code in ((1, 4), (2, 0), (3, 0), (4, 1)) if family == 6 else ((3, 4), (11, 0), (12, 0), (4, 0)):
        out(f"type {kind}, code {code}", "esp 0x1001", error(router, far, back, kind, code))
    out("the first bytes of the answer are enough", "esp 0x1001", error(router, far, back[:48 if family == 6 else 28]))
    out("about a packet that is none of the flow's", "clear", error(router, far, datagram(far, near, (9, 4001))))
    out("to somebody else than its sender", "clear", error(router, other, back))
    out("too little of the answer", "clear", error(router, far, back[:40 if family == 6 else 20]))
    out("no error", "clear", error(router, far, back, *((128, 0) if family == 6 else (8, 0))))
    into("an answer", "decapsulated", sa_in.protect(back))
    into("an error about a packet of the flow", "decapsulated", sa_in.protect(error(router, near, there)))
    into("about one that is none of the flow's", "dropped IN_NO_POLICY",
         sa_in.protect(error(router, near, datagram(near, far, (4001, 9)))))
    into("to somebody else than its sender", "dropped IN_NO_POLICY", sa_in.protect(error(router, other, there)))
    into("in clear, about one of the flow", "dropped IN_CLEAR_PROTECT", error(router, near, there))
    into("in clear, about another one", "clear", error(router, near, datagram(near, far, (4001, 9))))

    # Packets that another gateway has protected already, in a tunnel of this one.
    sa_in = Sa("esp", "tunnel", 0x2001, FAR, US, enc="aes-128-gcm")
    gateway.load(f"flow esp tunnel from {near} to {far} peer {FAR}\n" + sa_out.rule() + sa_in.rule())
    esp = [ip(*ends, ESP, struct.pack("!II", 0x77, 1) + bytes(40)) for ends in ((near, far), (far, near))]
    out("ESP inside: an error about it", "esp 0x1001", error(router, far, esp[1]))
    into("ESP inside: an error about it", "decapsulated", sa_in.protect(error(router, near, esp[0])))
    into("ESP inside: in clear", "dropped IN_CLEAR_PROTECT", error(router, near, esp[0]))

    # What a policy names, that policy judges.
    proto = "icmp6" if family == 6 else "icmp"
    sa_in = load(family, more=f"flow proto {proto} from {router} to {far} type deny priority 2\n"
                 f"flow proto {proto} from {near} to {router} type bypass priority 2\n")
    out("a policy that denies them", "dropped OUT_DISCARD", error(router, far, back))
    into("a policy that lets them in", "clear", error(router, near, there))

    sa_in = load(family, "icmp-errors no")
    out("icmp-errors no", "clear", error(router, far, back))
    into("icmp-errors no", "dropped IN_NO_POLICY", sa_in.protect(error(router, near, there)))
    into("icmp-errors no, in clear", "clear", error(router, near, there))
    into("icmp-errors no, an answer", "decapsulated", sa_in.protect(back))
ktap.end()
