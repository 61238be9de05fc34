"""What becomes of bad ESP and AH packets, in the bench of tests/lib/forge.sh.

Each check sends some packets, forged under the right keys where it takes that to come as
far as the mistake, and one good packet behind them. The good one must come out, and then
all books are compared: every counter, every number of every SA, everything that came out
and was sent. So a check fails if a packet is counted twice, blamed on the wrong SA, moves
a window, is let through, or is answered.
"""
import socket
import struct

import forge
from forge import FAR, FAR_HOST, NEAR_HOST, US, Sa

ktap = forge.Ktap()
far, near, tap = forge.far_wire(), forge.near_wire(), forge.Wire("us", "eth1")
listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)    # so that nobody answers "unreachable"
listener.bind((US, 9))


class Bench:
    """One inbound SA, its flow, and beside them an SA that must never notice anything."""
    def __init__(self, sa, more=""):
        self.sa = sa
        self.ours = Sa(sa.proto, sa.mode, 0x7001, US, FAR, sa.enc, sa.auth)
        bystander = Sa(sa.proto, sa.mode, 0x7002, FAR, US, sa.enc, sa.auth)
        ends = f"from {US} to {FAR}" if sa.mode == "transport" else \
            f"from 10.1.0.0/24 to 10.2.0.0/24 local {US} peer {FAR}"
        forge.load(f"{more}flow {sa.proto} {sa.mode} {ends}\n" +
                   sa.rule() + self.ours.rule() + bystander.rule())
        self.kind = "IN_" + sa.proto.upper()
        self.checks = 0
        self.before = forge.State()

    def inner(self, data=b"inside", **header):
        """A packet that this SA may carry."""
        ends = (FAR, US) if self.sa.mode == "transport" else (FAR_HOST, NEAR_HOST)
        return forge.datagram(*ends, data, **header)

    def outer(self, payload, **header):
        """A packet from the other end with just this in it."""
        return forge.ip4(FAR, US, self.sa.protocol, payload, **header)

    def await_packet(self, wire, packet):
        """What arrives there, up to this packet."""
        packets = []
        while not packets or packets[-1] != packet:
            packets.append(wire.receive(15))
            if packets[-1] is None:
                break
        return packets

    def check(self, name, packets, counters, *, blamed=0, authentic=(), out=(), again=()):
        """counters: what the packets change; blamed: drops under the SA; authentic: what
        was found inside by the SA, and then perhaps dropped; out: what comes out; again:
        what does so to be received once more."""
        sa, self.checks = self.sa, self.checks + 1
        good = self.inner(b"good %d" % self.checks)
        protected = sa.protect(good)
        for packet in [*packets, protected]:
            far.send(packet)
        came = self.await_packet(tap, good)
        complaints = [] if came[-1] == good else ["the good packet behind them did not come out"]
        expected = [*out, good]
        passed = []
        if sa.mode == "tunnel":
            passed = self.await_packet(near, forge.forwarded(good))
            if passed != [forge.forwarded(p) for p in expected]:
                complaints.append(f"forwarded: {[p and p.hex() for p in passed]}")
        came = [p for p in came if p not in packets and p != protected]
        if came != [*again, *expected]:
            complaints.append(f"came out: {[p and p.hex() for p in came]}, "
                              f"not {[p.hex() for p in (*again, *expected)]}")
        complaints += [f"answered: {p.hex()}" for p in far.drain()]
        after = forge.State()
        total = {self.kind: 1, "IN_PROTECTED": 1, "OUT_BYPASSED": len(passed)}
        for counter, n in counters.items():
            total[counter] = total.get(counter, 0) + n
        complaints += forge.differences(total, after.grown(self.before))
        inside = [*authentic, *expected]
        books = {"packets": len(inside), "bytes": sum(map(len, inside)), "seq_in": sa.seq, "drops": blamed}
        complaints += forge.differences({f"{sa.proto} {sa.spi:#x} {key}": n for key, n in books.items()},
                                        after.sa_changes(self.before))
        self.before = after
        ktap.result(f"{sa.name}: {name}", complaints)

    def bad(self, name, packets, counter, **more):
        """The SA is known, and all of them are dropped under it for one reason."""
        self.check(name, packets, {self.kind: len(packets), counter: len(packets)},
                   blamed=len(packets), **more)

    def fine(self, name, packets, out):
        """There is nothing wrong with them."""
        self.check(name, packets, {self.kind: len(out), "IN_PROTECTED": len(out)}, out=out)

    def upcoming(self):
        """A number to come, no good packet takes it in the next checks. Whoever drops a
        packet that has it must not take note of it."""
        return self.sa.seq + 40

    def protected(self, packets, **more):
        return [self.sa.protect(packet, **more) for packet in packets]

    def payload(self):
        """ESP or AH with something in it, whole and under an upcoming number."""
        packet = self.sa.protect(self.inner(), self.upcoming())
        return packet[20:]


def flipped(data, at):
    data = bytearray(data)
    data[at] ^= 1 << (at % 8)
    return bytes(data)


# --- what ESP and AH have in common ------------------------------------------------------

def sequence_numbers(bench):
    sa, kind = bench.sa, bench.kind
    first, second = bench.inner(b"first"), bench.inner(b"second")
    packet = sa.protect(first)
    bench.check("received three times", [packet] * 3, {kind: 3, "IN_PROTECTED": 1, "IN_REPLAY": 2},
                blamed=2, out=[first])
    bench.bad("a number that was seen is not even authenticated", [bench.outer(flipped(packet[20:], -1))], "IN_REPLAY")
    early, late = sa.next(), sa.next(2)
    bench.check("out of order", [sa.protect(first, late), sa.protect(second, early)],
                {kind: 2, "IN_PROTECTED": 2}, out=[first, second])
    bench.bad("number 0", [sa.protect(first, 0)], "IN_REPLAY")
    sa.next(100)
    top = sa.seq
    bench.check("left of the window", [sa.protect(first, top), sa.protect(second, top - 63), sa.protect(first, top - 64)],
                {kind: 3, "IN_PROTECTED": 2, "IN_LATE": 1}, blamed=1, out=[first, second])
    high = [bench.outer(flipped(sa.protect(first, number)[20:], -1))
            for number in (sa.seq + 5, sa.seq + 1000000, 0x80000000, 0xffffffff)]
    bench.bad("a forger's high number does not move the window", high, "IN_ICV")


def with_spi(packet, spi, proto):
    at = 20 if proto == "esp" else 24
    return packet[:at] + struct.pack("!I", spi) + packet[at + 4:]


def nobodys(bench):
    sa, kind = bench.sa, bench.kind
    packet = sa.protect(bench.inner(), bench.upcoming())

    def unknown(name, packets):
        bench.check(name, packets, {kind: len(packets), "IN_NO_SA": len(packets)})
    unknown("unknown SPI", [with_spi(packet, 0x9999, sa.proto)])
    unknown("SPI of an outbound SA", [with_spi(packet, bench.ours.spi, sa.proto)])
    unknown("SPIs 0 to 255", [with_spi(packet, spi, sa.proto) for spi in range(256)])
    unknown("sent to another of our addresses", [forge.ip4(FAR, "10.1.0.1", sa.protocol, packet[20:])])
    other = "AH" if sa.proto == "esp" else "ESP"
    swapped = struct.pack("!BBHII", 4, 4, 0, sa.spi, bench.upcoming()) if other == "AH" else packet[24:]
    bench.check("SPI of the other protocol", [forge.ip4(FAR, US, getattr(forge, other), swapped + bytes(40))],
                {"IN_" + other: 1, "IN_NO_SA": 1})


def dummies(bench):
    sa, kind = bench.sa, bench.kind
    packets = [sa.protect(bench.inner(), next_header=forge.DUMMY),
               sa.protect(forge.ip4(FAR, US, forge.DUMMY), next_header=forge.DUMMY)]
    bench.check("dummies, and one of them again", [*packets, packets[0]],
                {kind: 3, "IN_DUMMY": 2, "IN_REPLAY": 1}, blamed=3)


def fragments(bench):
    packet = bench.inner(bytes(range(200)))
    parts = forge.fragments(bench.sa.protect(packet), 48)
    bench.check("in fragments, the last one first", [parts[-1], *parts[:-1]],
                {bench.kind: 1, "IN_PROTECTED": 1}, out=[packet])


def clear(bench):
    packets = [bench.inner(), bench.inner(bytes(64)),
               forge.changed(bench.inner(), proto=forge.ICMP), forge.changed(bench.inner(), proto=99)]
    bench.check("clear text", packets, {"IN_CLEAR_PROTECT": len(packets)})


def no_ports(bench):
    packets = [forge.changed(bench.inner(), payload=bytes(n)) for n in range(4)]
    bench.bad("UDP without ports inside", bench.protected(packets), "IN_INNER_HEADER", authentic=packets)


# --- ESP ---------------------------------------------------------------------------------

def esp_lengths(bench):
    sa, kind = bench.sa, bench.kind
    payload, least = bench.payload(), sa.header_len + sa.block + sa.icv_len
    bench.check("every length that is too short", [bench.outer(payload[:n]) for n in range(least)],
                {kind: least - 8, "IN_TRUNCATED": least}, blamed=least - 8)
    odd = [bench.outer(payload + bytes(n)) for n in range(1, sa.block)]
    bench.bad("ciphertext that is no multiple of the block", odd, "IN_TRUNCATED")
    whole = sa.encrypt(bench.upcoming(), sa.padded(bench.inner(bytes(100)), 4))
    cut = [(n, (len(whole) - n - sa.header_len - sa.icv_len) % sa.block) for n in range(1, sa.icv_len + 1)]
    bench.bad("ICV cut short", [bench.outer(whole[:-n]) for n, rest in cut if rest], "IN_TRUNCATED")
    bench.bad("ICV cut to the block, or away", [bench.outer(whole[:-n]) for n, rest in cut if not rest], "IN_ICV")


def esp_changed(bench):
    payload = bench.payload()
    bench.bad("a bit of every byte behind the sequence number",
              [bench.outer(flipped(payload, at)) for at in range(8, len(payload))], "IN_ICV")
    bench.bad("ICV of zeros", [bench.outer(payload[:-bench.sa.icv_len] + bytes(bench.sa.icv_len))], "IN_ICV")
    bench.bad("another sequence number", [bench.outer(payload[:4] + struct.pack("!I", bench.sa.seq + n) + payload[8:])
                                          for n in (2, 3, 70)], "IN_ICV")


def esp_padding(bench):
    sa = bench.sa
    packet = bench.inner(bytes(40))
    inside, next_header = (packet, 4) if sa.mode == "tunnel" else (packet[20:], forge.UDP)
    right = sa.padded(inside, next_header, 16)
    pad = right[-2]

    def sealed(body):
        return bench.outer(sa.encrypt(bench.upcoming(), body))
    wrong = [flipped(right, len(right) - 3 - n) for n in range(pad)]
    wrong.append(inside + bytes(pad) + right[-2:])
    bench.bad("every byte of the padding", [sealed(body) for body in wrong], "IN_PADDING")
    beyond = [right[:-2] + bytes([n, next_header]) for n in range(len(right) - 1, 256)]
    bench.bad("pad length beyond the packet", [sealed(body) for body in beyond], "IN_PADDING")
    bench.bad("nothing but a pad length", [sealed(bytes(sa.block - 2) + bytes([n, next_header]))
                                           for n in range(sa.block - 1, 256)], "IN_PADDING")
    shortest = -(len(inside) + 2) % sa.block
    body = sa.padded(inside, next_header, (255 - shortest) // sa.block * sa.block)
    bench.fine("as much padding as there can be", [bench.outer(sa.encrypt(sa.next(), body))], [packet])


# --- AH ----------------------------------------------------------------------------------

def ah_lengths(bench):
    sa, kind = bench.sa, bench.kind
    payload = bench.payload()
    bench.check("every length that is too short", [bench.outer(payload[:n]) for n in range(sa.header_len)],
                {kind: sa.header_len - 12, "IN_TRUNCATED": sa.header_len}, blamed=sa.header_len - 12)
    words = [n for n in range(256) if n != sa.header_len // 4 - 2]
    header = forge.ip4(FAR, US, forge.AH)
    bench.bad("every wrong length field", [sa.authenticate(header, bench.upcoming(), bench.inner(), 4, n)
                                           for n in words], "IN_AH_LENGTH")
    whole = sa.protect(bench.inner(bytes(50)), bench.upcoming())
    bench.bad("payload cut", [forge.changed(whole, payload=whole[20:-n]) for n in (1, 2, 3, 4, 12, 16)], "IN_ICV")
    bench.bad("payload longer", [forge.changed(whole, payload=whole[20:] + bytes(n)) for n in (1, 4, 16)], "IN_ICV")


def ah_changed(bench):
    sa, payload = bench.sa, bench.payload()
    places = [at for at in range(len(payload)) if at == 0 or at in (2, 3) or at >= 12]
    bench.bad("a bit of every byte but length, SPI and sequence number",
              [bench.outer(flipped(payload, at)) for at in places], "IN_ICV")
    bench.bad("ICV of zeros", [bench.outer(payload[:12] + bytes(sa.icv_len) + payload[sa.header_len:])], "IN_ICV")
    bench.bad("another sequence number", [bench.outer(payload[:8] + struct.pack("!I", sa.seq + n) + payload[12:])
                                          for n in (2, 3, 70)], "IN_ICV")
    packet = sa.protect(bench.inner(), bench.upcoming())
    bench.bad("another source or ID outside", [
        forge.changed(packet, ident=2), forge.ip4("192.0.2.3", US, forge.AH, packet[20:])], "IN_ICV")
    alert = bytes([0x94, 4, 0, 0])
    header = forge.ip4(FAR, US, forge.AH, options=alert)
    inside = bench.inner()
    next_header, inside = (4, inside) if sa.mode == "tunnel" else (forge.UDP, inside[20:])
    signed = sa.authenticate(header, bench.upcoming(), inside, next_header)
    bench.bad("an option changed, or put in", [
        forge.changed(signed[:20] + bytes([0x94, 4, 0, 1]) + signed[24:]),
        forge.ip4(FAR, US, forge.AH, signed[24:], options=b"\1" * 4),
        forge.ip4(FAR, US, forge.AH, packet[20:], options=b"\1" * 4)], "IN_ICV")


# --- tunnels -----------------------------------------------------------------------------

def next_headers(bench):
    packets = [bench.sa.protect(bench.inner(), next_header=n)
               for n in range(256) if n not in (forge.IPIP, forge.IPV6, forge.DUMMY)]
    bench.bad("everything but IPv4 and IPv6 inside", packets, "IN_NEXT_HEADER")
    packets = [bench.sa.protect(bench.inner(), next_header=forge.IPV6),
               bench.sa.protect(b"\x60" + bytes(38), next_header=forge.IPV6),
               bench.sa.protect(b"\x60" + bytes(3) + b"\0\2" + bytes(35), next_header=forge.IPV6)]
    bench.bad("IPv6 inside that is IPv4, cut off, or shorter than it says", packets, "IN_INNER_HEADER")


def inner_headers(bench):
    def packet(**header):
        return forge.ip4(FAR_HOST, NEAR_HOST, forge.UDP, forge.udp(FAR_HOST, NEAR_HOST, bytes(20)), **header)
    wrong = [bench.inner()[:n] for n in range(20)]
    wrong += [packet(version=n) for n in range(16) if n != 4]
    wrong += [packet(ihl=n) for n in (0, 1, 2, 3, 4, 13, 14, 15)]
    wrong += [packet(length=n) for n in (0, 1, 19, 49, 576, 0xffff)]
    bench.bad("inner header that is malformed", bench.protected(wrong, next_header=forge.IPIP),
              "IN_INNER_HEADER")
    inner = bench.inner()
    bench.fine("bytes behind the packet inside", bench.protected([inner + b"x", inner + bytes(300)]), [inner] * 2)


def selectors(bench):
    def between(src, dst):
        return forge.datagram(src, dst, b"out of place")
    stray = [between("10.9.0.1", NEAR_HOST), between(FAR_HOST, "10.9.0.1"), between(NEAR_HOST, FAR_HOST),
             between(FAR, US), between(FAR_HOST, US), between("10.2.1.0", NEAR_HOST)]
    bench.bad("inside is what no policy allows", bench.protected(stray), "IN_NO_POLICY", authentic=stray)
    denied = [between("10.2.0.66", NEAR_HOST)]
    bench.bad("inside is what a policy denies", bench.protected(denied), "IN_DISCARD", authentic=denied)
    wrong = [between("10.2.0.77", NEAR_HOST), between("10.2.0.88", NEAR_HOST)]
    bench.bad("inside is what belongs to another SA", bench.protected(wrong), "IN_WRONG_SA", authentic=wrong)
    inner = bench.inner(b"in two tunnels")
    once = bench.sa.protect(inner)
    bench.check("inside is a packet for the SA again", [bench.sa.protect(once)],
                {"IN_ESP": 2, "IN_NESTED": 1, "IN_WRONG_SA": 1}, blamed=1, authentic=[once, inner], again=[once])
    # An SA of ours has this name, but it is not inbound: the packet is for somebody else.
    past = forge.ip4("10.9.0.1", FAR, bench.ours.protocol, bench.ours.encrypt(1, bytes(32)))
    bench.bad("inside is a packet for the other end's SA", bench.protected([past]), "IN_NO_POLICY", authentic=[past])


SELECTORS = f"""
flow in from 10.2.0.66 to 10.1.0.0/24 type deny
flow esp in from 10.2.0.77 to 10.1.0.0/24 local {US} peer 192.0.2.7
flow esp in from 10.2.0.88 to 10.1.0.0/24 local {US} peer {FAR} reqid 88
"""


# RFC 6040 figure 4: what comes out, by what is inside and then outside
ECN = ["Not-ECT", "ECT(1)", "ECT(0)", "CE"]
DROP = None
ODD = [(0, 1), (0, 2), (3, 1)]
DECAPSULATED = {0: [0, 0, 0, DROP], 1: [1, 1, 1, 3], 2: [2, 1, 2, 3], 3: [3, 3, 3, 3]}


def congestion(bench):
    for inside in range(4):
        for outside in range(4):
            name = f"{ECN[inside]} inside, {ECN[outside]} outside"
            inner = bench.inner(tos=0xb8 | inside)
            protected = [bench.sa.protect(inner, tos=0x28 | outside)]
            result = DECAPSULATED[inside][outside]
            if result is DROP:
                bench.bad(name, protected, "IN_ECN")
            else:
                odd = {"IN_ECN_ODD": 1} if (inside, outside) in ODD else {}
                bench.check(name, protected, {bench.kind: 1, "IN_PROTECTED": 1, **odd},
                            out=[forge.changed(inner, tos=0xb8 | result)])


# --- several at once ---------------------------------------------------------------------

def nesting(bench):
    """ESP in ESP, AH in AH: no deeper than a bundle can be, and only if a policy says so."""
    sa, kind = bench.sa, bench.kind

    def nested(depth):
        packets = [bench.inner()]
        for _ in range(depth):
            packets.append(sa.protect(packets[-1]))
        return packets
    for depth in (2, 3, 4):
        *inside, packet = nested(depth)
        bench.check(f"{depth} of them inside each other, where the policy wants one", [packet],
                    {kind: depth, "IN_NESTED": depth - 1, "IN_WRONG_SA": 1}, blamed=1, authentic=inside)
    for depth in (5, 9):
        *inside, packet = nested(depth)
        bench.check(f"{depth} of them inside each other", [packet],
                    {kind: 4, "IN_NESTED": 3, "IN_NESTING": 1}, blamed=1, authentic=inside[-4:])
    seen = sa.protect(bench.inner())
    bench.check("inside is a packet that was there before", [seen, sa.protect(seen)],
                {kind: 3, "IN_PROTECTED": 1, "IN_NESTED": 1, "IN_REPLAY": 1}, blamed=1,
                authentic=[seen], out=[bench.inner()])
    stranger = with_spi(seen, 0x9999, sa.proto)
    bench.check("inside is an unknown SPI", [sa.protect(stranger)],
                {kind: 2, "IN_NESTED": 1, "IN_NO_SA": 1}, authentic=[stranger])
    short = forge.changed(seen, payload=seen[20:27])
    bench.check("inside is not even an SPI", [sa.protect(short)],
                {kind: 1, "IN_NESTED": 1, "IN_TRUNCATED": 1}, authentic=[short])


def window(size):
    """Both edges of a window of this size."""
    sa = Sa("esp", "transport", 0x1000, enc="null", auth="hmac-sha1", replay=size)
    bench = Bench(sa)
    sa.seq = top = 3 * size + 70
    inside = [bench.inner(b"%d" % n) for n in range(3)]
    edge = top - size + 1
    numbers = [top, edge, edge + size // 2] if size > 2 else [top]
    accepted = [sa.protect(packet, number) for packet, number in zip(inside, numbers)]
    late = [sa.protect(inside[0], number) for number in (edge - 1, edge - 2, 1)]
    bench.check(f"window of {size}", [*accepted, *accepted, *late],
                {"IN_ESP": 2 * len(accepted) + 3, "IN_PROTECTED": len(accepted),
                 "IN_REPLAY": len(accepted), "IN_LATE": 3},
                blamed=len(accepted) + 3, out=inside[:len(accepted)])
    sa.seq = 0xfffffffe
    bench.check(f"window of {size} at the last number", [sa.protect(inside[0], 0xfffffffe)] * 2,
                {"IN_ESP": 2, "IN_PROTECTED": 1, "IN_REPLAY": 1}, blamed=1, out=inside[:1])


def no_window():
    sa = Sa("esp", "transport", 0x1000, enc="null", auth="hmac-sha1", replay=0)
    bench = Bench(sa)
    sa.seq = 1000
    packets = [bench.inner(b"any number will do")] * 5
    bench.fine("no window", [sa.protect(p, n) for p, n in zip(packets, (1000, 1000, 7, 7, 0))], packets)


COMMON = [sequence_numbers, nobodys, dummies, fragments, clear, no_ports]
OF_ESP = [esp_lengths, esp_changed, esp_padding]
OF_AH = [ah_lengths, ah_changed]
OF_TUNNELS = [next_headers, inner_headers]

for inbound in (
        Sa("esp", "tunnel", 0x1000, enc="aes-128", auth="hmac-sha2-256"),
        Sa("esp", "transport", 0x1001, enc="aes-256-gcm"),
        Sa("esp", "tunnel", 0x1002, enc="null", auth="hmac-sha1"),
        Sa("ah", "transport", 0x1003, auth="hmac-sha2-256"),
        Sa("ah", "tunnel", 0x1004, auth="hmac-sha1")):
    for group in (OF_ESP if inbound.proto == "esp" else OF_AH) + COMMON + \
            (OF_TUNNELS if inbound.mode == "tunnel" else [nesting]):
        inbound.seq = 0
        group(Bench(inbound))

tunnel = Sa("esp", "tunnel", 0x1000, enc="aes-128-gcm")
selectors(Bench(tunnel, SELECTORS))
tunnel.seq = 0
congestion(Bench(tunnel))
for window_size in (1, 31, 32, 33, 64, 1000, 65536, 1 << 20):
    window(window_size)
no_window()
ktap.end()
