"""Sums, in the bench of tests/lib/forge.sh: what was sent is what was counted, wherever."""
import json
import random

import forge
from forge import FAR, US, Sa
from verdict import FAR4, NEAR4, Gateway, ip

UDP, PACKETS = 17, 400
ktap, gateway, rng = forge.Ktap(), Gateway(), random.Random(4301)
PEER = f"local {US} peer {FAR}"
KINDS = ("none", "two", "three", "bypassed", "dropped", "no SA", "no policy")
PORTS = {kind: 1000 + n for n, kind in enumerate(KINDS)}


def flow(kind, words):
    return f"flow {words[0]} proto udp from 10.1.0.0/24 to 10.2.0.0/24 port {PORTS[kind]} {words[1]}\n"


def sa(spi, src, dst, reqid, proto="esp"):
    algorithms = {"enc": "aes-128-gcm"} if proto == "esp" else {"auth": "hmac-sha2-256"}
    return Sa(proto, "tunnel" if reqid < 3 else "transport", spi, src, dst, words=f"reqid {reqid}", **algorithms)


out_sas = [sa(0x1001, US, FAR, 1), sa(0x1002, US, FAR, 2, "ah"), sa(0x1003, US, FAR, 3, "ah")]
in_sas = [sa(0x2001, FAR, US, 1), sa(0x2002, FAR, US, 2, "ah"), sa(0x2003, FAR, US, 3, "ah")]
# "three" has a bundle: each packet is counted by both its SAs.
gateway.load(flow("none", ("esp tunnel", f"{PEER} reqid 1")) + flow("two", ("ah tunnel", f"{PEER} reqid 2")) +
             flow("three", ("esp tunnel", f"{PEER} reqid 1 then ah transport {PEER} reqid 3")) +
             flow("bypassed", ("", "type bypass")) + flow("dropped", ("", "type deny")) +
             flow("no SA", ("esp", f"{PEER} reqid 9 type dontacq")) + "".join(s.rule() for s in out_sas + in_sas))


def policies(direction):
    """Packets and bytes of each policy, by the port it names."""
    answer = json.loads(forge.ipsecctl("-j", "-s", "flow"))["flow"]
    end = "dport_min" if direction == "out" else "sport_min"
    return {p["selectors"][0][end]: (p["packets"], p["bytes"]) for p in answer if p["dir"] == direction and
            p["selectors"][0][end]}


def books(state, sas):
    return {s.spi: tuple(state.sas[(s.proto, s.spi)][what] for what in ("packets", "bytes", "drops")) for s in sas}


def clear(kind, size, inbound=False):
    data, port = bytes(size), PORTS[kind]
    if inbound:
        return ip(FAR4, NEAR4, UDP, forge.udp(FAR4, NEAR4, data, port, 9))
    return ip(NEAR4, FAR4, UDP, forge.udp(NEAR4, FAR4, data, 9, port))


def sums(pairs):
    return tuple(map(sum, zip(*pairs))) if pairs else (0, 0)


# --- out -------------------------------------------------------------------------------------

before = forge.State()
sent = {kind: [] for kind in KINDS}
for _ in range(PACKETS):
    kind = rng.choice(KINDS)
    packet = clear(kind, rng.randrange(1000))
    gateway.near[4].send(packet)
    sent[kind].append((1, len(packet)))
    if rng.random() < 0.05:
        gateway.settle()
gateway.settle()
after = forge.State()
total = {kind: sums(each) for kind, each in sent.items()}
grown = after.grown(before)
marks = 2 * gateway.marks    # one to settle, and one behind it
esp, ah, around = (books(after, out_sas)[s.spi] for s in out_sas)
ktap.same("out: each policy has counted its packets and their bytes",
          {PORTS[k]: total[k] for k in KINDS if k != "no policy"}, policies("out"))
ktap.same("out: an SA has counted what two policies gave it", sums([total["none"], total["three"]]), esp[:2])
ktap.same("out: an SA has counted what one policy gave it", total["two"], ah[:2])
ktap.same("out: the SA around another has counted the packets of that", (total["three"][0], 0), (around[0], around[2]))
ktap.same("out: which were larger", True, around[1] > total["three"][1])
ktap.same("out: the namespace has counted all that was protected", sum(total[k][0] for k in ("none", "two", "three")),
          grown.get("OUT_PROTECTED", 0))
ktap.same("out: all that passed in clear, with the marks of this test",
          total["bypassed"][0] + total["no policy"][0] + marks, grown.get("OUT_BYPASSED", 0))
ktap.same("out: and each packet that was dropped, by its reason",
          {"OUT_DISCARD": total["dropped"][0], "OUT_NO_SA": total["no SA"][0]}, after.drops(before))

# --- in --------------------------------------------------------------------------------------

before, old = forge.State(), policies("in")
good = {kind: [] for kind in ("none", "two", "three")}
bad = {"replayed": 0, "changed": 0, "stranger": 0, "wrong SA": 0}
authenticated = {s.spi: 0 for s in in_sas}
drops = {s.spi: 0 for s in in_sas}
inner, outer_ah, bundle = in_sas
stranger = sa(0x2fff, FAR, US, 1)
for _ in range(PACKETS):
    kind = rng.choice((*good, *bad))
    packet = clear(kind if kind in good else "none", rng.randrange(1000), True)
    if kind == "two":
        wires = [outer_ah.protect(packet)]
        authenticated[outer_ah.spi] += 1
    elif kind == "three":
        wires = [bundle.protect(inner.protect(packet))]
        authenticated[bundle.spi] += 1
        authenticated[inner.spi] += 1
    elif kind == "stranger":
        wires = [stranger.protect(packet)]
    elif kind == "wrong SA":
        wires = [outer_ah.protect(packet)]
        authenticated[outer_ah.spi] += 1
        drops[outer_ah.spi] += 1
    else:
        wires = [inner.protect(packet)]
        if kind == "changed":
            wires[0] = wires[0][:-1] + bytes([wires[0][-1] ^ 1])
            drops[inner.spi] += 1
        else:
            authenticated[inner.spi] += 1
        if kind == "replayed":
            wires *= 2
            drops[inner.spi] += 1
            good["none"].append((1, len(packet)))
    for wire in wires:
        gateway.far[4].send(wire)
    if kind in good:
        good[kind].append((1, len(packet)))
    else:
        bad[kind] += 1
    gateway.settle()
after = forge.State()
grown = after.grown(before)
found = books(after, in_sas)
ktap.same("in: each SA has counted what it authenticated", authenticated, {spi: each[0] for spi, each in found.items()})
ktap.same("in: and what was dropped under it", drops, {spi: each[2] for spi, each in found.items()})
ktap.same("in: the namespace knows the reasons",
          {"IN_REPLAY": bad["replayed"], "IN_ICV": bad["changed"], "IN_NO_SA": bad["stranger"],
           "IN_WRONG_SA": bad["wrong SA"]}, after.drops(before))
ktap.same("in: and what was delivered", sum(len(each) for each in good.values()), grown.get("IN_PROTECTED", 0))
ktap.same("in: all that arrived was delivered, was inside another, or was dropped",
          grown.get("IN_ESP", 0) + grown.get("IN_AH", 0),
          grown.get("IN_PROTECTED", 0) + grown.get("IN_NESTED", 0) + sum(after.drops(before).values()))
new = policies("in")
wrong = bad["wrong SA"]
ktap.same("in: each policy has counted the packets that came to it",
          {PORTS[k]: len(good[k]) + (wrong if k == "none" else 0) for k in good},
          {port: new[port][0] - old[port][0] for port in (PORTS[k] for k in good)})
ktap.same("in: and the bytes of those for one SA", sums(good["two"])[1], new[PORTS["two"]][1] - old[PORTS["two"]][1])
ktap.end()
