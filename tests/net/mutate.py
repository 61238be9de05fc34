"""Mutated packets, in the bench of forge_bench6: mutate.py PROGRAM SEED PACKETS esp|ah 4|6

A packet is made from a good one by a few random changes: bits flipped, bytes set, pieces
cut out, put in or repeated, length fields set to interesting values. Most are changed
before they are encrypted and signed, so what is changed is behind the integrity check; some
behind it. The headers in front have random options or extension headers; those of AH are
signed as RFC 4302 wants it, some wrongly. PROGRAM (mutate.c) makes and sends them, out of
what is written to it here.

In the end the books must balance: as many packets as were sent were dropped or delivered,
each for one reason; as many buffers are in use as before; and each SA goes on.
"""
import os
import random
import re
import socket
import struct
import subprocess
import sys
import time

import forge
import forge6
from forge import FAR, FAR_HOST, IPIP, NEAR_HOST, TCP, UDP, US
from forge6 import DSTOPTS, FAR6, FAR_HOST6, HOP, ICMP6, NEAR_HOST6, ROUTING, US6

PROGRAM, SEED, PACKETS = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
PROTO, FAMILY = sys.argv[4], int(sys.argv[5])
OUTERS = 96                     # headers to stand in front
WARM = 300                      # packets that fill the kernel's own caches
SPARE = 96                      # buffers that the kernel keeps for itself, at most

ktap, rng = forge.Ktap(), random.Random(SEED)
US_NOW, FAR_NOW = (US, FAR) if FAMILY == 4 else (US6, FAR6)
KIND = forge.Sa if FAMILY == 4 else forge6.Sa6
far = forge.far_wire() if FAMILY == 4 else forge6.far_wire6()
PROTOCOL = {"esp": forge.ESP, "ah": forge.AH}
TCP_RESET = struct.pack("!HHIIBBHHH", 4001, 4002, 7, 0, 0x50, 4, 0, 0, 0)


def sa(spi, mode, enc=None, auth=None, replay=None, src=None, dst=None):
    # pylint: disable=too-many-arguments
    return KIND(PROTO, mode, spi, src or FAR_NOW, dst or US_NOW, enc=enc, auth=auth, replay=replay)


# NULL is cheap and reaches the same code; the others have other lengths and code of their own.
if PROTO == "esp":
    SAS = [sa(0x1000, "tunnel", "null", "hmac-sha1", replay=1024), sa(0x1001, "tunnel", "aes-128", "hmac-sha2-256"),
           sa(0x1002, "transport", "aes-256-gcm", replay=0), sa(0x1003, "transport", "null", "hmac-sha2-256")]
else:
    SAS = [sa(0x1000, "tunnel", auth="hmac-sha1", replay=1024), sa(0x1001, "tunnel", auth="hmac-sha2-256"),
           sa(0x1002, "transport", auth="hmac-sha2-384", replay=0), sa(0x1003, "transport", auth="hmac-sha1")]
OURS = [sa(0x7000 + n, mode, "null" if PROTO == "esp" else None, "hmac-sha1", src=US_NOW, dst=FAR_NOW)
        for n, mode in enumerate(("tunnel", "transport"))]

# TCP in transport mode wants an SA that there is not; a part of the far network is denied.
RULES = f"""
flow in from 10.2.1.0/24 to 10.1.0.0/24 type deny
flow in from fd02:0:0:0:1::/80 to fd01::/64 type deny
flow {PROTO} tunnel from 10.1.0.0/24 to 10.2.0.0/24 local {US_NOW} peer {FAR_NOW}
flow {PROTO} tunnel from fd01::/64 to fd02::/64 local {US_NOW} peer {FAR_NOW}
flow {PROTO} transport in proto tcp from {FAR_NOW} to {US_NOW} reqid 77
flow {PROTO} transport from {US_NOW} to {FAR_NOW}
"""


# --- what PROGRAM is told ----------------------------------------------------------------------

def options4():
    """Random options, all of them sound: what the IP layer drops is in books of its own."""
    data = b""
    for kind in rng.sample((1, 7, 0x44, 0x82, 0x85, 0x94, 0x95, 0x99, 0x1e), rng.randrange(4)):
        size = rng.randrange(5) * 4
        if kind == 1:
            data += b"\1" * rng.randrange(1, 5)
        elif kind == 7:
            data += bytes([7, 3 + size, 4]) + bytes(size)
        elif kind == 0x44:
            data += bytes([0x44, 8, 5, 0]) + bytes(4)
        elif kind == 0x94:
            data += bytes([0x94, 4, 0, 0])
        else:
            data += bytes([kind, 2 + size]) + rng.randbytes(size)
    return data[:0] if len(data) > 40 else data + b"\0" * (-len(data) % 4)


def tlvs6():
    """Options that are skipped by who does not know them; some may change on the way."""
    return [(rng.choice((0x1e, 0x3e, 0x0b, 0x2b)), rng.randbytes(rng.randrange(12))) for _ in range(rng.randrange(4))]


def outer4():
    header = forge.ip4(FAR, US, PROTOCOL[PROTO], tos=rng.choice((0, 0, 0, 0, 1, 2, 3)), options=options4())
    image = bytearray(header)
    image[1] = image[8] = 0
    image[6:8] = image[10:12] = b"\0\0"
    image[20:] = forge.immutable(image[20:])
    return 9, header, bytes(image)


def outer6():
    kinds = sorted(rng.sample((HOP, ROUTING), rng.randrange(3)))
    parts = kinds + [PROTOCOL[PROTO]]
    rest = b""
    for kind, after in zip(kinds, parts[1:]):
        rest += forge6.options(after, *tlvs6()) if kind == HOP else \
            bytes([after, 2, 0, 0]) + bytes(4) + socket.inet_pton(socket.AF_INET6, "2001:db8::77")
    header = forge6.ip6(FAR6, US6, parts[0], rest, tos=rng.choice((0, 0, 0, 0, 1, 2, 3)), flow=rng.getrandbits(20))
    return forge6.split(header + bytes(8))[2], header, forge6.immutable6(header)


def insides():
    """(mode, next header, packet) to start from."""
    def kinds4(src, dst):
        return [forge.datagram(src, dst, b"something"), forge.datagram(src, dst, bytes(90), options=b"\1" * 4),
                forge.ip4(src, dst, TCP, TCP_RESET), forge.ip4(src, dst, forge.ICMP, bytes(16)),
                forge.ip4(src, dst, UDP, bytes(24), flags=forge.MF), forge.ip4(src, dst, 99, b"")]

    def kinds6(src, dst):
        extended = forge6.options(UDP, (0x1e, b"abc")) + forge6.udp6(src, dst, b"behind")
        return [forge6.datagram6(src, dst, b"something"), forge6.datagram6(src, dst, bytes(90)),
                forge6.ip6(src, dst, TCP, TCP_RESET), forge6.echo6(src, dst, bytes(16), reply=True),
                forge6.ip6(src, dst, DSTOPTS, extended), forge6.ip6(src, dst, HOP, extended),
                forge6.fragments6(forge6.datagram6(src, dst, bytes(64)), 24)[0], forge6.ip6(src, dst, 99, b"")]
    for packet in kinds4(FAR_HOST, NEAR_HOST):
        yield "tunnel", IPIP, packet
    for packet in kinds6(FAR_HOST6, NEAR_HOST6):
        yield "tunnel", forge.IPV6, packet
    for packet in kinds4(FAR, US) if FAMILY == 4 else kinds6(FAR6, US6):
        at, name = (forge.header_len(packet), 9) if FAMILY == 4 else (40, 6)
        if packet[name] not in (HOP, forge6.FRAGMENT) and not (FAMILY == 4 and packet[6] & 0x20):
            yield "transport", packet[name], packet[at:]


def recipe():
    lines = []
    for one in SAS:
        cipher = {None: "null", "null": "null", "aes-128": "cbc", "aes-256-gcm": "gcm"}[one.enc]
        digest = {"hmac-sha1": "hmac(sha1)", "hmac-sha2-256": "hmac(sha256)", "hmac-sha2-384": "hmac(sha384)", None: "-"}[one.auth]
        lines.append(f"sa {one.proto} {one.mode} {one.spi} {cipher} {one.enc_key.hex() or '-'} {digest} "
                     f"{one.auth_key.hex() if one.auth_key else '-'} {one.icv_len}")
    for _ in range(OUTERS):
        named, header, image = outer4() if FAMILY == 4 else outer6()
        lines.append(f"outer {named} {header.hex()} {image.hex()}")
    lines += [f"inside {mode} {next_header} {packet.hex() or '-'}" for mode, next_header, packet in insides()]
    return "".join(line + " -\n" for line in lines)


# --- books -----------------------------------------------------------------------------------------

def outcome(grown, drop_names):
    """How many packets met their end. What was nested goes on to another end."""
    return grown.get("IN_PROTECTED", 0) + sum(n for name, n in grown.items()
                                              if name in drop_names and name.startswith("IN_"))


def settled(before, count):
    """The state once the last packet has its end, or nothing changes for 3 seconds."""
    state, since = forge.State(), time.monotonic()
    while outcome(state.grown(before), state.drop_names) < count and time.monotonic() < since + 3:
        time.sleep(0.2)
        now = forge.State()
        if now.counters != state.counters:
            state, since = now, time.monotonic()
    return state


def buffers():
    """Socket buffers in use, and kilobytes of slabs that cannot be reclaimed; or None: a kernel
    without SLUB does not say it."""
    slab = "/sys/kernel/slab/skbuff_head_cache/"
    if not os.path.exists(slab + "shrink"):
        return None
    with open(slab + "shrink", "w", encoding="ascii") as file:
        file.write("1")
    with open(slab + "objects", encoding="ascii") as file:
        used = int(file.read().split()[0])
    with open("/proc/meminfo", encoding="ascii") as file:
        return used, int(re.search(r"SUnreclaim: *(\d+)", file.read()).group(1))


def lost(used):
    """Those two, how many more than they were: once nothing waits any more for a fragment."""
    end, more = time.monotonic() + 8, [SPARE + 1, 0]
    while more[0] > SPARE and time.monotonic() < end:
        time.sleep(0.2)
        far.drain()
        more = [now - before for now, before in zip(buffers(), used)]
    return more


def nothing_lost(used):
    more = lost(used)
    print(f"# {used[0]} socket buffers were in use, and {more[0]} more now; {used[1]} kB of slabs, and {more[1]} kB more")
    ktap.result(f"{NAME}: no buffer is lost", [] if more[0] <= SPARE else [f"{more[0]} more are in use"])
    ktap.result(f"{NAME}: no memory is lost", [] if more[1] <= 1024 else [f"{more[1]} kB more are in use"])


def mutate(count):
    """Sends so many, and takes note of the last sequence numbers."""
    done = subprocess.run(
        ["ip", "netns", "exec", "far", PROGRAM, str(SEED), str(count), "eth0", forge.MAC["us/eth1"].replace(":", "")],
        input=recipe(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr)
    numbers = {int(spi): int(seq) for spi, seq in (line.split() for line in done.stdout.splitlines())}
    for one in SAS:
        one.seq = numbers[one.spi]


def still_good(before):
    listener = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    listener.bind(("::", 9))
    for one in SAS:
        one.next(3000)
        if FAMILY == 4:
            inside = forge.datagram(*(FAR_HOST, NEAR_HOST) if one.mode == "tunnel" else (FAR, US), b"still here")
        else:
            inside = forge6.datagram6(*(FAR_HOST6, NEAR_HOST6) if one.mode == "tunnel" else (FAR6, US6), b"still here")
        far.send(one.protect(inside))
    after = settled(before, len(SAS))
    expected = {"IN_" + PROTO.upper(): len(SAS), "IN_PROTECTED": len(SAS)}
    ktap.result(f"{NAME}: every SA still works", forge.differences(
        expected, {name: n for name, n in after.grown(before).items() if name.startswith("IN_")}))
    ktap.result(f"{NAME}: no window moved but for them", forge.differences(
        {one.spi: one.seq for one in SAS}, {one.spi: after.sas[PROTO, one.spi]["seq_in"] for one in SAS}))


NAME = f"{PROTO.upper()} IPv{FAMILY}"
REACHED = {"IN_TRUNCATED", "IN_NO_SA", "IN_REPLAY", "IN_LATE", "IN_ICV", "IN_DUMMY", "IN_NEXT_HEADER",
           "IN_INNER_HEADER", "IN_ECN", "IN_NO_POLICY", "IN_PROTECTED", "IN_WRONG_SA", "IN_NESTED"}
REACHED |= {"IN_PADDING"} if PROTO == "esp" else {"IN_AH_LENGTH"}


def main():
    print(f"# {NAME}: seed {SEED}, {PACKETS} packets")
    rules = RULES + "".join(one.rule() for one in SAS + OURS)
    forge.load(rules)
    before = forge.State()
    mutate(WARM)
    settled(before, WARM)
    forge.load(rules)           # the same numbers once more
    before, used = forge.State(), buffers()
    began = time.monotonic()
    mutate(PACKETS)
    seconds = time.monotonic() - began
    after = settled(before, PACKETS)
    grown = after.grown(before)
    print(f"# {seconds:.1f} s to send; " + ", ".join(f"{name} {n}" for name, n in sorted(grown.items())))
    found = outcome(grown, after.drop_names)
    ktap.result(f"{NAME}: every packet has one end", [] if found == PACKETS else
                [f"{PACKETS} sent, {found} dropped or delivered: {grown}"])
    ktap.same(f"{NAME}: the mutations reached everything", [], sorted(REACHED - grown.keys()))
    if used:
        nothing_lost(used)
    else:
        ktap.skip(f"{NAME}: no buffer is lost", "this kernel does not count them")
    still_good(after)


main()
ktap.end()
