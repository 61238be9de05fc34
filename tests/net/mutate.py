"""Mutated ESP and AH packets, in the bench of tests/lib/forge.sh: mutate.py SEED PACKETS

A packet is made from a good one by a few random changes: bits flipped, bytes set, pieces
cut out, put in or repeated, length fields set to interesting values. Most are changed
before they are encrypted and signed, so what is changed is behind the integrity check;
some behind it. Packets are made first, then sent as fast as it goes. In the end the books
must balance: as many packets as were sent were dropped or delivered.
"""
import random
import socket
import struct
import sys
import time

import forge
from forge import FAR, FAR_HOST, NEAR_HOST, US, Sa

SEED, PACKETS = int(sys.argv[1]), int(sys.argv[2])
BATCH = 2000
INTERESTING = [0, 1, 2, 3, 4, 5, 15, 16, 19, 20, 21, 59, 64, 127, 128, 254, 255]

ktap, rng = forge.Ktap(), random.Random(SEED)
far = forge.far_wire()

# NULL is cheap and reaches the same code; the others have other lengths and code of their own.
SAS = [
    Sa("esp", "tunnel", 0x1000, enc="null", auth="hmac-sha1", replay=1024),
    Sa("esp", "tunnel", 0x1001, enc="aes-128", auth="hmac-sha2-256"),
    Sa("esp", "transport", 0x1002, enc="aes-256-gcm", replay=0),
    Sa("esp", "transport", 0x1003, enc="null", auth="hmac-sha2-256"),
    Sa("ah", "tunnel", 0x1004, auth="hmac-sha2-256"),
    Sa("ah", "transport", 0x1005, auth="hmac-sha1", replay=1024),
]
AH_HOST = "10.3.0.2"
RULES = f"""
flow in from 10.2.1.0/24 to 10.1.0.0/24 type deny
flow esp tunnel from 10.1.0.0/24 to 10.2.0.0/24 local {US} peer {FAR}
flow ah tunnel from 10.1.0.0/24 to 10.3.0.0/24 local {US} peer {FAR}
flow ah transport proto udp from {US} to {FAR}
flow esp transport from {US} to {FAR}
"""
OURS = [Sa("esp", "tunnel", 0x7000, US, FAR, "null", "hmac-sha1"),
        Sa("esp", "transport", 0x7001, US, FAR, "null", "hmac-sha1"),
        Sa("ah", "tunnel", 0x7002, US, FAR, auth="hmac-sha1"),
        Sa("ah", "transport", 0x7003, US, FAR, auth="hmac-sha1")]


def mutated(data):
    """Some changes."""
    data = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 8))):
        at = rng.randrange(len(data) + 1)
        kind = rng.randrange(7)
        if kind == 0 and at < len(data):
            data[at] ^= 1 << rng.randrange(8)
        elif kind == 1 and at < len(data):
            data[at] = rng.choice(INTERESTING)
        elif kind == 2:
            del data[at:]
        elif kind == 3:
            del data[at:at + rng.choice((1, 2, 4, 16))]
        elif kind == 4:
            data[at:at] = rng.randbytes(rng.choice((1, 2, 4, 16)))
        elif kind == 5:
            data[at:at] = data[:rng.randrange(len(data) + 1)]
        elif at + 2 <= len(data):
            data[at:at + 2] = struct.pack("!H", rng.choice((0, 1, len(data) - 1, len(data), len(data) + 1, 0xffff)))
    return bytes(data[:1400])


def originals():
    """Packets to start from, by mode of the SA."""
    def kinds(src, dst):
        tcp = struct.pack("!HHIIBBHHH", 4001, 4002, 7, 0, 0x50, 4, 0, 0, 0)
        return [forge.datagram(src, dst, b"something"), forge.datagram(src, dst, bytes(90), options=b"\1" * 4),
                forge.ip4(src, dst, forge.TCP, tcp), forge.ip4(src, dst, forge.ICMP, bytes(16)),
                forge.ip4(src, dst, forge.UDP, bytes(24), flags=forge.MF), forge.ip4(src, dst, 99, b"")]
    return {"tunnel": kinds(FAR_HOST, NEAR_HOST) + kinds(AH_HOST, NEAR_HOST), "transport": kinds(FAR, US)}


def nested(start):
    """A packet under some SA, itself for this host."""
    sa = rng.choice(SAS)
    # Not in a fragment: IP would wait for the others.
    whole = [p for p in start[sa.mode] if sa.mode == "tunnel" or not p[6] & 0x20]
    inside = sa.protect(rng.choice(whole), number(sa))
    if rng.randrange(2):
        return inside
    # With a sound header: what the IP layer drops is not in the books of the module.
    size = forge.header_len(inside)
    return forge.changed(inside[:size], payload=mutated(inside[size:]))


def number(sa):
    """Mostly the next one."""
    choice = rng.randrange(40)
    if choice == 0:
        return rng.choice((0, 1, max(0, sa.seq - 64), max(0, sa.seq - 1024), sa.seq))
    return sa.next()


def trailer(sa, inside, next_header):
    body = sa.padded(inside, next_header)
    if rng.randrange(3):
        return body
    # Changed, but still a multiple of the block: otherwise that is all that is noticed.
    body = mutated(body[-18:] if rng.randrange(2) else body)
    return body + rng.randbytes(-len(body) % sa.block)


def header(sa):
    options = rng.choice((b"", b"", b"\1" * 4, b"\x94\4\0\0"))
    return forge.ip4(FAR, US, sa.protocol, tos=rng.choice((0, 0, 0, 0, 1, 2, 3)), options=options)


def packet(start):
    """Changed inside and then protected, or changed as a forger could."""
    sa, forger, deeper = rng.choice(SAS), rng.randrange(4) == 0, rng.randrange(12) == 0
    inside = nested(start) if deeper else rng.choice(start[sa.mode])
    # What comes out of a tunnel for this host passes the IP layer: no changes to its header.
    sound = forger or (deeper and sa.mode == "tunnel")
    next_header = forge.IPIP if sa.mode == "tunnel" else inside[9]
    if sa.mode == "transport":
        inside = inside[forge.header_len(inside):]
    if not sound and rng.randrange(5):
        inside = mutated(inside)
    if not sound and not rng.randrange(5):
        next_header = rng.choice((0, 1, 4, 6, 17, 41, 50, 51, 59, 255))
    if sa.proto == "esp":
        body = sa.padded(inside, next_header) if sound else trailer(sa, inside, next_header)
        result = forge.changed(header(sa), payload=sa.encrypt(number(sa), body))
    else:
        result = sa.authenticate(header(sa), number(sa), inside, next_header)
    if forger:
        size = forge.header_len(result)
        result = forge.changed(result[:size], payload=mutated(result[size:]))
    return result


def outcome(grown, drop_names):
    """How many packets met their end. What was nested goes on to another end."""
    return grown.get("IN_PROTECTED", 0) + sum(n for name, n in grown.items()
                                              if name in drop_names and name.startswith("IN_"))


def settled(before, count):
    """The state once the last packet has its end, or nothing changes any more."""
    end, state = time.monotonic() + 30, forge.State()
    while outcome(state.grown(before), state.drop_names) < count and time.monotonic() < end:
        time.sleep(0.1)
        state = forge.State()
    return state


def main():
    print(f"seed {SEED}, {PACKETS} packets")
    forge.load(RULES + "".join(sa.rule() for sa in SAS + OURS))
    start, first, seconds = originals(), forge.State(), 0.0
    before = first
    for batch in range(-(-PACKETS // BATCH)):
        packets = [packet(start) for _ in range(min(BATCH, PACKETS - batch * BATCH))]
        began = time.monotonic()
        for data in packets:
            far.send(data)
        seconds += time.monotonic() - began
        after = settled(before, len(packets))
        found = outcome(after.grown(before), after.drop_names)
        ktap.result(f"batch {batch + 1}: every packet has one end",
                    [] if found == len(packets) else
                    [f"{len(packets)} sent, {found} dropped or delivered: {after.grown(before)}"])
        before = after
    grown = before.grown(first)
    print(f"{seconds:.1f} s to send; " + ", ".join(f"{name} {n}" for name, n in sorted(grown.items())))
    missing = {"IN_TRUNCATED", "IN_NO_SA", "IN_REPLAY", "IN_LATE", "IN_ICV", "IN_PADDING", "IN_AH_LENGTH",
               "IN_DUMMY", "IN_NEXT_HEADER", "IN_INNER_HEADER", "IN_ECN", "IN_NO_POLICY", "IN_PROTECTED",
               "IN_WRONG_SA", "IN_NESTED"} - grown.keys()
    ktap.same("the mutations reached everything", [], sorted(missing))
    still_good(before)


def still_good(before):
    listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    listener.bind(("0.0.0.0", 9))
    for sa in SAS:
        sa.next(3000)
        if sa.mode == "tunnel":
            inside = forge.datagram(FAR_HOST if sa.proto == "esp" else AH_HOST, NEAR_HOST, b"still here")
        elif sa.proto == "ah":
            inside = forge.datagram(FAR, US, b"still here")
        else:
            inside = forge.ip4(FAR, US, forge.ICMP, bytes(16))
        far.send(sa.protect(inside))
    after = settled(before, len(SAS))
    expected = {"IN_ESP": 4, "IN_AH": 2, "IN_PROTECTED": 6}
    ktap.result("every SA still works", forge.differences(
        expected, {name: n for name, n in after.grown(before).items() if name.startswith("IN_")}))
    changes = {sa.name: after.sas[sa.proto, sa.spi]["seq_in"] for sa in SAS}
    ktap.result("no window moved but for them", forge.differences({sa.name: sa.seq for sa in SAS}, changes))


main()
ktap.end()
