"""A flood of forged ICMP errors, as fast as they can be sent, in the bench of tests/lib/forge.sh. Every
hundredth packet is one of the tunnel that they are about."""
import itertools
import json
import random
import struct

import forge
from forge import ESP, FAR, US, Sa
from forge46 import icmp_error
from forge6 import FAR6, US6, Sa6
from verdict import FAR4, FAR6 as FAR_HOST6, NEAR4, NEAR6, Gateway, ip

ktap, gateway, dice = forge.Ktap(), Gateway(), random.Random(1)
HERE, PEER, ROUTER = {4: US, 6: US6}, {4: FAR, 6: FAR6}, {4: "192.0.2.99", 6: "2001:db8::99"}
ELSEWHERE = {4: "192.0.2.77", 6: "2001:db8::77"}
INNER = {4: (NEAR4, FAR4), 6: (NEAR6, FAR_HOST6)}
SPI, SIZE = 0x1001, 1400
# How many; the least that is believed: net.ipv4.route.min_pmtu, and what every link passes.
FLOOD, LEAST = {4: 10000, 6: 2000}, {4: 552, 6: 1280}
KINDS = 50      # different ones of each forgery; they come again and again


def error(family, quoted, says, damage=0):
    """Too big, says a router."""
    kind, code = (3, 4) if family == 4 else (2, 0)
    return icmp_error(ROUTER[family], HERE[family], kind, code, quoted, says, damage)


class Flood:
    """A tunnel, what leaves through it, and what is said of that."""
    def __init__(self, family):
        self.family = family
        self.sa = (Sa6 if family == 6 else Sa)("esp", "tunnel", SPI, src=HERE[family], dst=PEER[family],
                                               enc="aes-128-gcm")
        near, far = INNER[family]
        gateway.load(f"flow esp from {near} to {far} peer {PEER[family]}\n" + self.sa.rule())
        self.seq, self.least = 0, SIZE
        self.complaints = []
        self.send()

    def send(self):
        """One packet of the tunnel: it comes, whole, and has the next number."""
        gateway.near[self.family].send(ip(*INNER[self.family], 99, bytes(100)))
        packet = gateway.far[self.family].receive(10) or bytes(60)
        at = 40 if self.family == 6 else 20
        self.seq += 1
        found = struct.unpack_from("!II", packet, at)
        if found != (SPI, self.seq):
            self.complaints.append(f"expected packet {self.seq}, found {found}")

    def quoted(self, spi=SPI, seq=None, src=None, dst=None, length=SIZE):
        """What a router quotes of a protected packet, if it says as little as it may."""
        head = struct.pack("!II", spi, self.seq if seq is None else seq)
        length -= 40 if self.family == 6 else 0     # there it is that of what follows
        return ip(src or HERE[self.family], dst or PEER[self.family], ESP, head, length=length)

    def forged(self):
        """One of each that cannot be true, and whether an SA seems to be meant."""
        family, less = self.family, SIZE - dice.randrange(1, 100)
        yield error(family, self.quoted(spi=dice.randrange(0x2000, 1 << 32)), less), False
        yield error(family, self.quoted(dst=ELSEWHERE[family]), less), False
        yield error(family, self.quoted(src=ELSEWHERE[family]), less), True
        yield error(family, self.quoted(seq=dice.randrange(1000, 1 << 31)), less), True
        yield error(family, self.quoted(), less, damage=1 + dice.randrange(1000)), True
        yield error(family, self.quoted(), SIZE + dice.randrange(100)), True
        if family == 6:
            yield error(family, self.quoted(), dice.randrange(1280)), True
        else:
            yield error(family, self.quoted(length=552), dice.randrange(1, 552)), True

    def true(self):
        """One that looks true."""
        says = dice.randrange(LEAST[self.family], SIZE)
        self.least = min(self.least, says)
        yield error(self.family, self.quoted(), says), True

    def pour(self, n, make):
        """n errors; returns how many seemed to mean an SA, and packets of the tunnel."""
        errors = [one for _ in range(KINDS) for one in make()]
        meant = sent = 0
        for number, (packet, means) in zip(range(n), itertools.cycle(errors)):
            gateway.far[self.family].send(packet)
            meant += means
            if number % 100 == 99:
                self.send()
                sent += 1
        gateway.settle()
        return meant, sent

    def shown(self):
        """All that is known of the SA, but for what its own packets change."""
        sa = next(sa for sa in json.loads(forge.ipsecctl("-v", "-j", "-s", "sa"))["sa"] if sa["spi"] == SPI)
        sa["pmtu"].pop("age", None)
        return {name: value for name, value in sa.items()
                if name not in ("packets", "bytes", "seq_out", "use_time")}

    def books(self, name, n, meant, sent, counter):
        """settle() sends two packets in clear as well."""
        after = forge.State()
        expected = {"IN_CLEAR": n + sent + 2, counter: meant, "OUT_OFFERED": sent, "OUT_PROTECTED": sent,
                    "OUT_BYPASSED": 2}
        ktap.result(name, self.complaints + forge.differences(expected, after.grown(self.before)))
        self.complaints = []

    def run(self):
        family, n = self.family, FLOOD[self.family]
        before, self.before = self.shown(), forge.State()
        meant, sent = self.pour(n, self.forged)
        self.books(f"IPv{family}: {n} forged errors are counted, and the tunnel goes on", n, meant, sent,
                   "IN_ICMP_REFUSED")
        ktap.same(f"IPv{family}: they have changed nothing", before, self.shown())

        self.before = forge.State()
        meant, sent = self.pour(n // 10, self.true)
        self.books(f"IPv{family}: {n // 10} that look true", n // 10, meant, sent, "IN_ICMP_PMTU")
        after = self.shown()
        path = after["pmtu"]
        ktap.same(f"IPv{family}: the path of the SA is the least that they say", (self.least, ROUTER[family]),
                  (path["mtu"], path["router"]))
        ktap.same(f"IPv{family}: and nothing else", {**before, "pmtu": path}, after)


for family_ in (4, 6):
    Flood(family_).run()
ktap.end()
