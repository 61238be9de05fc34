"""What fits inside of SAs, in the bench of forge_bench6. sizes.py DOCUMENT RESULT

All algorithms that have the same lengths but for their keys are one suite here: which key, changes
from way to way. Each suite goes every way (mode, families, UDP). What fits is computed from the RFCs,
and must be what the module says, and what it does: a packet of that size leaves as one packet that
leaves no room for another byte, and one byte more is answered. The tables of DOCUMENT are made of
what the module says; RESULT is DOCUMENT with these tables.
"""
import collections
import difflib
import errno
import re
import select
import socket
import struct
import subprocess
import sys

import forge46 as forge
from algorithms import AUTH, ENC
from forge46 import ENDS, HOSTS, NETS

MTU = 1500                      # of the tables
HEADER = {4: 20, 6: 40}
KEYS = ("128", "192", "256")
IP_MTU_DISCOVER, IP_RECVERR, IPV6_MTU_DISCOVER, IPV6_RECVERR, MSG_ERRQUEUE = 10, 11, 23, 25, 0x2000
PROBE = 3                       # IP_PMTUDISC_PROBE: DF, whatever was learnt about the path
SMALL = 100                     # bytes, a packet that TFC makes as long as the largest

ktap = forge.Ktap()
far = {family: forge.far_wire(family) for family in (4, 6)}
near = {family: forge.near_wire(family) for family in (4, 6)}

Way = collections.namedtuple("Way", "mode inner outer udp")
WAYS = [Way(mode, inner, outer, udp) for mode in ("tunnel", "transport", "beet") for outer in (4, 6)
        for inner in (4, 6) if mode != "transport" or inner == outer for udp in (False, True)]
# proto, encryption and integrity as the document has them, and whether there is TFC padding
Suite = collections.namedtuple("Suite", "proto enc auth tfc")


def generic(name):
    return re.sub(r"^aes-\d+", "aes-*", name)


def padded(way):
    """A few with TFC padding, of each size of block, and one of AH."""
    for enc, auth in (("aes-*", "hmac-sha2-256"), ("3des", "hmac-md5"), ("aes-*-gcm", None), ("null", "hmac-sha2-512")):
        yield Suite("esp", enc, auth, True)
    if way.mode != "beet" and not way.udp:
        yield Suite("ah", None, "hmac-sha2-256", False)


def suites(way):
    """Each algorithm of ESP, or pair of them, and each of AH; some again with TFC padding."""
    encs = dict.fromkeys(map(generic, ENC))
    for enc in encs:
        row = ENC[enc.replace("*", "128")]
        for auth in [None] if row.icv else [auth for auth in AUTH if not AUTH[auth].iv]:
            yield Suite("esp", enc, auth, False)
    if way.mode != "beet" and not way.udp:
        for auth in AUTH:
            yield Suite("ah", None, auth, False)
    yield from (suite for suite in padded(way) if suite.tfc)


class Case:
    """A suite on a way: a UDP port, a reqid, and the SA that sends."""
    def __init__(self, number, way, suite, key, mtu):
        # pylint: disable=too-many-arguments
        self.way, self.suite, self.mtu, self.port, self.spi = way, suite, mtu, 5000 + number, 0x1000 + number
        enc = suite.enc and suite.enc.replace("*", key)
        words = [f"for from {HOSTS[way.inner][0]} to {HOSTS[way.inner][1]}"] * (way.mode == "beet") + \
            ["udpencap"] * way.udp + ["tfc 65535"] * suite.tfc
        self.sa = forge.Sa(suite.proto, way.mode, self.spi, *ENDS[way.outer], enc, suite.auth, " ".join(words))
        self.name = " ".join([suite.proto, *filter(None, (enc, suite.auth)), *["tfc"] * suite.tfc])
        self.fixed = HEADER[way.outer] + 8 * way.udp + self.sa.header_len + (self.sa.icv_len if enc else 0)
        # The IP header of the packet inside is not protected, or not sent.
        self.kept = {"tunnel": 0, "transport": HEADER[way.outer], "beet": HEADER[way.inner]}[way.mode]
        room = mtu - self.fixed
        # RFC 4303 2.4: payload, padding and a trailer of 2 bytes fill blocks
        self.largest = self.kept + (room // self.sa.block * self.sa.block - 2 if enc else room)
        # What the kernel forwards must fit the link in clear as well.
        self.fits = min(self.largest, mtu)

    def length(self, size):
        """How long a packet becomes."""
        payload = size - self.kept
        if self.suite.proto == "ah":
            return self.fixed + payload
        return self.fixed + -(-(payload + 2) // self.sa.block) * self.sa.block

    def rules(self):
        way, (us, peer) = self.way, ENDS[self.way.outer]
        left, right = {"tunnel": NETS[way.inner], "transport": (us, peer), "beet": HOSTS[way.inner]}[way.mode]
        where = "" if way.mode == "transport" else f"local {us} peer {peer}"
        return f"flow {self.suite.proto} {way.mode} out proto udp from {left} to {right} port {self.port} {where} " \
               f"reqid {self.port}\n{self.sa.rule().rstrip()} reqid {self.port}\n"

    def small(self):
        return [SMALL] * self.suite.tfc


# --- the two ends ----------------------------------------------------------------------------

class Patience:
    """How many seconds to wait for what has to come: less, once something has not."""
    seconds = 30

    @classmethod
    def ends(cls):
        cls.seconds = 1


def spi_of(packet):
    """The SPI of a packet far; 0: none, or a fragment."""
    proto = packet[6] if forge.is_ip6(packet) else packet[9]
    places = {forge.ESP: 0, forge.AH: 4, forge.UDP: 8}
    if proto not in places or not forge.is_ip6(packet) and struct.unpack_from("!H", packet, 6)[0] & 0x3fff:
        return 0
    return struct.unpack_from("!I", packet, forge.header_len(packet) + places[proto])[0]


def lengths(family, count):
    """How long the packets far are, by SPI, once there are so many."""
    found = collections.defaultdict(list)
    for _ in range(count):
        packet = far[family].receive(Patience.seconds)
        if packet is None:
            Patience.ends()
            break
        found[spi_of(packet)].append(len(packet))
    for packet in far[family].drain():
        found[spi_of(packet)].append(len(packet))
    return found


class Forwarded:
    """Packets that come from near."""
    def __init__(self, inner):
        self.family = inner

    def send(self, port, size):
        src, dst = HOSTS[self.family]
        header = {"flags": forge.DF} if self.family == 4 else {}
        data = forge.secret(f"{port} {size}", size - HEADER[self.family] - 8)
        near[self.family].send(forge.ip(src, dst, forge.UDP, forge.udp(src, dst, data, dport=port), **header))

    def told(self, count):
        """(port, what fits) of the errors near, once there are so many."""
        found = []
        for _ in range(count):
            packet = near[self.family].receive(Patience.seconds)
            if packet is None:
                Patience.ends()
                break
            found.append(self.read(packet))
        return found + [self.read(packet) for packet in near[self.family].drain()]

    def read(self, packet):
        size = HEADER[self.family]
        kind, mtu = ((3, 4), size + 6) if self.family == 4 else ((2, 0), size + 6)
        port = struct.unpack_from("!H", packet, 2 * size + 8 + 2)[0]
        if tuple(packet[size:size + 2]) != kind:
            return port, f"an error {packet[size]} {packet[size + 1]}"
        return port, struct.unpack_from("!H", packet, mtu)[0]

    def close(self):
        pass


class Local:
    """Packets of this host, each of a socket of its own."""
    def __init__(self, family):
        self.family, self.sockets = family, {}

    def send(self, port, size):
        sender = socket.socket(socket.AF_INET if self.family == 4 else socket.AF_INET6, socket.SOCK_DGRAM)
        if self.family == 4:
            sender.setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, PROBE)
            sender.setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
        else:
            sender.setsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER, PROBE)
            sender.setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
        self.sockets[port] = sender
        try:
            sender.sendto(bytes(size - HEADER[self.family] - 8), (ENDS[self.family][1], port))
        except OSError as error:
            if error.errno != errno.EMSGSIZE:
                raise

    def told(self, _count):
        """What is in the queues of errors, once there is something in each of them."""
        found = []
        for port, sender in self.sockets.items():
            queue = select.poll()
            queue.register(sender, 0)
            if not queue.poll(Patience.seconds * 1000):
                Patience.ends()
                break
            control = sender.recvmsg(2000, 512, MSG_ERRQUEUE)[1]
            found.append((port, struct.unpack_from("IBBBBII", control[0][2])[5]))
        return found

    def close(self):
        for sender in self.sockets.values():
            sender.close()


# --- the sweep -------------------------------------------------------------------------------

def complaints_of(case, sent, told, sa):
    """What is wrong with what one SA has done: how long its packets are, what the sender of a larger one
    was told, how the module shows it."""
    fits, mtu = case.fits, case.mtu
    wanted = [case.length(case.largest)] * len(case.small()) + [case.length(fits)]
    if case.length(fits) > mtu or fits == case.largest and case.length(fits + 1) <= mtu:
        return [f"{case.name}: {fits} is not the largest packet that fits"]
    path = sa["pmtu"] or {}
    found = {"packets that left": (wanted, sent), "answers": ([fits], told), "packets": (len(wanted), sa["packets"]),
             "mtu": (mtu, path.get("mtu")), "inside": (case.largest, path.get("inside")),
             "overhead": (mtu - case.largest, path.get("overhead"))}
    return [f"{case.name}, {fits} should fit: {what}: expected {expected}, found {is_}"
            for what, (expected, is_) in found.items() if expected != is_]


def sweep(way, which, key, mtu=MTU):
    """Suites, this way. Returns what the module says fits, by suite."""
    subprocess.run(["ip", "link", "set", "eth1", "mtu", str(mtu)], check=True)
    cases = [Case(number, way, suite, key, mtu) for number, suite in enumerate(which(way))]
    forge.load("".join(case.rules() for case in cases))
    sender = Local(way.inner) if way.mode == "transport" else Forwarded(way.inner)
    before = forge.State()
    for case in cases:
        for size in [*case.small(), case.fits]:
            sender.send(case.port, size)
    left = lengths(way.outer, sum(1 + len(case.small()) for case in cases))
    sender.close()
    # Before this host hears that something does not fit, and forgets its route.
    shown = forge.State()
    for case in cases:
        sender.send(case.port, case.fits + 1)
    told = sender.told(len(cases))
    sender.close()
    after = forge.State()
    complaints = []
    for case in cases:
        complaints += complaints_of(case, left.pop(case.spi, []), [mtu for port, mtu in told if port == case.port],
                                    shown.sas[case.suite.proto, case.spi])
    complaints += [f"under no SA of these, SPI {spi:#x}: {sizes} bytes" for spi, sizes in left.items()]
    complaints += [f"afterwards {len(packet)} bytes left" for packet in far[way.outer].drain()]
    sent, ours = sum(1 + len(case.small()) for case in cases), sum(case.fits == case.largest for case in cases)
    books = {"OUT_PROTECTED": sent, "OUT_OFFERED": sent + ours, "OUT_TOO_BIG": ours}
    if way.mode != "transport":
        books.update(IN_CLEAR=sent + ours, OUT_BYPASSED=len(cases))
    complaints += forge.differences(books, after.grown(before))
    ktap.result(f"{mtu} bytes, {way.mode} {way.inner}in{way.outer}{' UDP' * way.udp}, keys of {key}: {len(cases)} SAs",
                complaints)
    return {case.suite: (shown.sas[case.suite.proto, case.spi]["pmtu"] or {}).get("inside") for case in cases}


# --- the document ----------------------------------------------------------------------------

def cell(found, way, suite):
    inside = found[way].get(suite)
    return f"{inside} ({MTU - inside})" if inside else "-"


def table(found, title, ways):
    """Lines: integrity algorithms that make no difference share one."""
    def heading(way):
        return {"beet": f"{way.inner} in {way.outer}"}.get(way.mode, f"IPv{way.outer}") + ", UDP" * way.udp
    yield "| " + " | ".join([title, "integrity", *map(heading, ways)]) + " |"
    yield "|" + "---|" * (2 + len(ways))
    lines = collections.defaultdict(list)
    for suite in found[ways[0]]:
        if not suite.tfc:
            lines[suite.proto, suite.enc, *(cell(found, way, suite) for way in ways)].append(suite.auth)
    for (proto, enc, *cells), auths in lines.items():
        first = f"`{enc}`" if proto == "esp" else "AH"
        yield "| " + " | ".join([first, ", ".join(f"`{auth}`" for auth in auths if auth), *cells]) + " |"


def document(text, tables):
    """The document with these tables, each under the heading that names it."""
    for heading, lines in tables.items():
        text, count = re.subn(rf"(?m)(^## {heading}\n(?:(?!## |\|).*\n)*)(?:\|.*\n)*",
                              lambda match, new="".join(f"{line}\n" for line in lines): match[1] + new, text)
        if count != 1:
            raise RuntimeError(f"no table under {heading}")
    return text


def compare(found, path, result):
    """What the module says, and what the document says."""
    tables = {}
    for mode in ("tunnel", "transport", "beet"):
        # What is inside of a tunnel makes no difference, as the sweep has seen.
        ways = [way for way in WAYS if way.mode == mode and (mode == "beet" or way.inner == way.outer)]
        tables[f"{'BEET' if mode == 'beet' else mode.capitalize()} mode"] = list(table(found, "encryption", ways))
    with open(path, encoding="utf-8") as file:
        old = file.read()
    new = document(old, tables)
    with open(result, "w", encoding="utf-8") as file:
        file.write(new)
    ktap.result("Documentation/sizes.md says so",
                [line for line in difflib.unified_diff(old.splitlines(), new.splitlines(), lineterm="", n=0)])


compare({way: sweep(way, suites, KEYS[number % len(KEYS)]) for number, way in enumerate(WAYS)}, *sys.argv[1:])
# As many as there are bytes in the largest block, so that the last one is full once, and has each rest.
for number, link in enumerate(range(MTU - 16, MTU)):
    sweep(WAYS[number], padded, KEYS[number % len(KEYS)], link)
for link, way in ((9000, Way("tunnel", 6, 6, True)), (1280, Way("tunnel", 4, 6, False)), (576, Way("tunnel", 4, 4, True))):
    sweep(way, padded, "128", link)
ktap.end()
