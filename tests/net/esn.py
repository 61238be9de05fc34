"""Extended sequence numbers (RFC 4303 2.2.1 and appendix A), in the bench of
tests/lib/forge.sh: what is received around 2^32, byte for byte what is sent, and the books
of the module after each of them.
"""
import struct

import forge
from forge import FAR, FAR_HOST, NEAR_HOST, US, Sa

ktap = forge.Ktap()
far, near = forge.far_wire(), forge.near_wire()
WINDOW = 64
CYCLE = 1 << 32
IN, OUT = 0x6001, 0x6002

ESP_ALGORITHMS = [
    ("aes-128", "hmac-sha2-256"), ("3des", "hmac-sha1"), ("aes-256-ctr", "hmac-sha2-512"),
    ("null", "hmac-sha2-384"), ("aes-192", "aes-xcbc"), ("null", "aes-cmac"), ("aes-128-gcm", None),
    ("aes-256-gcm-8", None), ("aes-128-ccm", None), ("chacha20-poly1305", None), ("aes-192-gmac", None),
    ("aes-128-gcm-iiv", None), ("aes-256-ccm-8-iiv", None), ("chacha20-poly1305-iiv", None),
]
AH_ALGORITHMS = [(None, auth) for auth in ("hmac-sha1", "hmac-sha2-512", "aes-xcbc", "aes-cmac", "aes-256-gmac")]


class Bench:
    """One SA in each direction of a tunnel."""
    def __init__(self, proto, enc, auth, received=0, sent=0, window=WINDOW, esn=True):
        # pylint: disable=too-many-arguments
        self.sa = Sa(proto, "tunnel", IN, FAR, US, enc, auth, window, esn, f"received {received}")
        wrap = "" if window else "replay 0 wrap"
        self.ours = Sa(proto, "tunnel", OUT, US, FAR, enc, auth, None, esn, f"{wrap} sent {sent}")
        forge.load(f"flow {proto} from 10.1.0.0/24 to 10.2.0.0/24 local {US} peer {FAR}\n" +
                   self.sa.rule() + self.ours.rule())
        self.before = forge.State()
        self.count, self.window = 0, window

    def inner(self, seq, good=True):
        return forge.datagram(FAR_HOST, NEAR_HOST, b"number %x%s" % (seq, b"" if good else b"!"))

    def packet(self, seq):
        return self.sa.protect(self.inner(seq), seq)

    def received(self, name, packets, numbers, top, counters=None):
        """Packets arrive. numbers: of those that come out, in this order; counters: drops."""
        counters = counters or {}
        for packet in packets:
            far.send(packet)
        expected = [forge.forwarded(self.inner(n)) for n in numbers]
        came = []
        while len(came) < len(expected) and (packet := near.receive(10)) is not None:
            came.append(packet)
        while sum(self.drops(after := forge.State()).values()) < sum(counters.values()) and self.patience():
            pass
        came += near.drain()
        complaints = [] if came == expected else [
            f"came out: {len(came)} of {len(expected)}, "
            f"missing {[hex(n) for n, p in zip(numbers, expected) if p not in came]}"]
        complaints += forge.differences(counters, self.drops(after))
        books = {"packets": len(numbers), "bytes": sum(len(self.inner(n)) for n in numbers),
                 "drops": sum(counters.values()), "seq_in": top}
        old = self.before.sas[(self.sa.proto, IN)]["seq_in"]
        if top == old:
            del books["seq_in"]
        complaints += forge.differences({f"{self.sa.proto} {IN:#x} {key}": n for key, n in books.items() if n},
                                        after.sa_changes(self.before))
        self.before, self.count = after, 0
        ktap.result(f"{self.sa.name}: {name}", complaints)

    def drops(self, after):
        return after.drops(self.before)

    def patience(self):
        self.count += 1
        return self.count < 50

    def again(self, packet, seq):
        """Our packet as somebody else makes it."""
        size = 20 + (12 if self.ours.proto == "ah" else 8)
        iv = packet[size:size + self.ours.iv_len]
        self.ours.iv = lambda _seq: iv
        outer = {"ttl": packet[8], "tos": packet[1], "ident": struct.unpack_from("!H", packet, 4)[0],
                 "flags": packet[6] >> 5}
        return lambda inner: self.ours.protect(inner, seq, **outer)

    def sent(self, name, count, first, dropped=0, counter="OUT_SEQ_OVERFLOW"):
        """So many packets leave, with numbers from the first on; as many more are dropped."""
        # pylint: disable=too-many-arguments
        far.drain()
        inners = [forge.datagram(NEAR_HOST, FAR_HOST, b"packet %d" % n, ident=n + 1)
                  for n in range(count + dropped)]
        for inner in inners:
            near.send(inner)
        complaints, came = [], []
        while len(came) < count and (packet := far.receive(10)) is not None:
            came.append(packet)
        while dropped and self.drops(forge.State()).get(counter, 0) < dropped and self.patience():
            pass
        came += far.drain()
        if len(came) != count:
            complaints.append(f"{len(came)} packets were sent, not {count}")
        for n, (inner, packet) in enumerate(zip(inners, came)):
            wanted = self.again(packet, first + n)(forge.forwarded(inner))
            if packet != wanted:
                complaints.append(f"number {first + n:#x}: sent {packet.hex()}, not {wanted.hex()}")
        after = forge.State()
        complaints += forge.differences({counter: dropped} if dropped else {}, self.drops(after))
        size = sum(len(inner) for inner in inners[:count])
        books = {"packets": count, "bytes": size, "drops": dropped,
                 "seq_out": first + count - 1 if self.window else (first + count - 1) % CYCLE}
        complaints += forge.differences({f"{self.ours.proto} {OUT:#x} {key}": n for key, n in books.items() if n},
                                        after.sa_changes(self.before))
        self.before, self.count = after, 0
        ktap.result(f"{self.ours.name}: {name}", complaints)


def across(proto, enc, auth, cycle):
    """The boundary to a cycle of 2^32, both ways, with one pair of SAs."""
    edge = cycle * CYCLE
    bench = Bench(proto, enc, auth, received=edge - 21, sent=edge - 4)
    numbers = list(range(edge - 20, edge + 10))
    packets = {n: bench.packet(n) for n in range(edge - 150, edge + 150)}
    bench.received("in order over 2^32", [packets[n] for n in numbers], numbers, edge + 9)
    # the window is 54 numbers of the old cycle and 10 of the new one
    again = [edge - 20, edge - 1, edge, edge + 9]
    bench.received("the same again, of both sides", [packets[n] for n in again], [], edge + 9, {"IN_REPLAY": 4})
    bench.received("what was received before the SA came here", [packets[edge - 21], packets[edge - 54]], [],
                   edge + 9, {"IN_REPLAY": 2})
    # RFC 4303 A2.2: a low half left of the window is taken for one of the next cycle
    bench.received("left of the window", [packets[edge - 55], packets[edge - 100]], [], edge + 9, {"IN_ICV": 2})
    wrong = [bench.sa.protect(bench.inner(n, False), n) for n in (edge + 20 - CYCLE, edge + 20 + CYCLE)]
    bench.received("right low half, wrong high half", wrong, [], edge + 9, {"IN_ICV": 2})
    # out of order: a jump, then what it left behind, down to the left edge
    order = [edge + 60, edge + 10, edge + 59, edge + 12, edge + 61]
    bench.received("out of order, with both cycles in the window", [packets[n] for n in order], order, edge + 61)
    bench.sent("sent over 2^32", 8, edge - 3)


def reordered():
    """Shuffled by as much as the window bears: nothing is lost, nothing comes twice."""
    edge = 3 * CYCLE
    for window, span in ((1, 1), (32, 32), (64, 50), (1000, 300)):
        bench = Bench("esp", "aes-128-gcm", None, received=edge - 151, window=window)
        numbers = list(range(edge - 150, edge + 150))
        order = [n for at in range(0, 300, span) for n in reversed(numbers[at:at + span])]
        packets = [bench.packet(n) for n in order]
        bench.received(f"window {window}, shuffled by {span}", packets, order, numbers[-1])
        last = [bench.packet(n) for n in numbers[-window:]]
        bench.received(f"window {window}, the last of them again", last, [], numbers[-1], {"IN_REPLAY": len(last)})


def jumps():
    """A receiver can tell 2^32 numbers apart, those from the left edge of its window on."""
    top = 5 * CYCLE + 1000
    bench = Bench("esp", "aes-128", "hmac-sha2-256", received=top)
    left = top - WINDOW + 1
    bench.received("one number further than can be told", [bench.packet(left + CYCLE)], [], top, {"IN_REPLAY": 1})
    bench.received("the largest jump", [bench.packet(left + CYCLE - 1)], [left + CYCLE - 1], left + CYCLE - 1)
    bench.received("and what it left behind", [bench.packet(top + 1)], [], left + CYCLE - 1, {"IN_ICV": 1})
    bench = Bench("esp", "aes-128", "hmac-sha2-256")
    bench.received("in the first cycle a large number is a jump", [bench.packet(CYCLE - 2)], [CYCLE - 2], CYCLE - 2)
    bench.received("number 0 is one of the second cycle", [bench.packet(CYCLE)], [CYCLE], CYCLE)
    bench = Bench("esp", "aes-128", "hmac-sha2-256")
    bench.received("number 0 of the first cycle", [bench.packet(0)], [], 0, {"IN_REPLAY": 1})


def wraps():
    """Without anti-replay the numbers may begin again, with 0; the IVs go on."""
    for proto, *algorithms in (("esp", "aes-128-gcm", None), ("esp", "aes-256", "hmac-sha1"), ("ah", None, "hmac-sha2-256"),
                               ("ah", None, "aes-128-gmac")):
        bench = Bench(proto, *algorithms, sent=CYCLE - 3, received=CYCLE - 3, window=0, esn=False)
        bench.sent("goes on behind the last number", 5, CYCLE - 2)
        numbers = [CYCLE - 1, 0, 1]
        bench.received("a peer that goes on is heard", [bench.packet(n) for n in numbers], numbers, CYCLE - 1)


def ends():
    """The last numbers (RFC 4303 3.3.3): nothing is sent behind them, and they do not repeat."""
    bench = Bench("esp", "aes-128-gcm", None, sent=CYCLE - 4, received=CYCLE - 3, esn=False)
    bench.sent("32 bits: up to the last number, no further", 3, CYCLE - 3, dropped=4)
    bench.received("32 bits: the last numbers arrive", [bench.packet(CYCLE - 2), bench.packet(CYCLE - 1)],
                   [CYCLE - 2, CYCLE - 1], CYCLE - 1)
    late = [bench.packet(n) for n in (1, 2)]
    bench.received("32 bits: and those that begin again do not", late, [], CYCLE - 1, {"IN_LATE": 2})
    last = (1 << 63) - 1
    bench = Bench("esp", "aes-128-gcm", None, sent=last - 2, received=last)
    bench.sent("64 bits: up to the last number, no further", 2, last - 1, dropped=3)
    more = [last + 1, last + 2]
    bench.received("64 bits: a peer that goes on is heard", [bench.packet(n) for n in more], more, last + 2)


for algorithms in ESP_ALGORITHMS:
    across("esp", *algorithms, cycle=1)
for algorithms in AH_ALGORITHMS:
    across("ah", *algorithms, cycle=1)
across("esp", "aes-128-gcm", None, cycle=0x89abcdef - (1 << 31))
across("ah", None, "hmac-sha2-256", cycle=0x1234567)
reordered()
jumps()
ends()
wraps()
ktap.end()
