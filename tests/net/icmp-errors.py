"""Routers on the way, and others, say things of the packets that `us` has protected: in the bench of
tests/lib/forge.sh. What they quote is what really crossed the wire, but for what each case changes."""
import json
import select
import struct
import subprocess
import time

import forge
from forge import AH, ESP, FAR, UDP, US, Sa
from forge46 import header_len, icmp_error
from forge6 import FAR6, US6, Sa6
from verdict import FAR4, FAR6 as FAR_HOST6, NEAR4, NEAR6, Gateway, ip

ktap, gateway = forge.Ktap(), Gateway()
ROUTER = {4: "192.0.2.99", 6: "2001:db8::99"}
HERE = {4: US, 6: US6}
SPI = 0x1001


def error(family, quoted, says=0, kind=None, code=None, damaged=False):
    """What the router sends; without a kind: too big. It quotes no more than routers do."""
    quoted = quoted[:548 if family == 4 else 1232]
    too_big = (3, 4) if family == 4 else (2, 0)
    packet = icmp_error(ROUTER[family], HERE[family], too_big[0] if kind is None else kind,
                        too_big[1] if code is None else code, quoted, says)
    return packet[:-1] + bytes([packet[-1] ^ damaged])


def patched(packet, at, form, value):
    copy = bytearray(packet)
    struct.pack_into(form, copy, at, value)
    return bytes(copy)


class Path:
    """A tunnel, and the packets that have left through it."""
    def __init__(self, family, proto, words="", **algorithms):
        self.family = family
        self.sa = (Sa6 if family == 6 else Sa)(proto, "tunnel", SPI, src=HERE[family],
                                               dst=FAR6 if family == 6 else FAR, words=words, **algorithms)
        self.ends = (NEAR6, FAR_HOST6) if family == 6 else (NEAR4, FAR4)
        self.key = (proto, SPI)
        gateway.load(f"flow {proto} from {self.ends[0]} to {self.ends[1]} peer {self.sa.dst}\n" + self.sa.rule())
        gateway.far[family].drain()

    def send(self, size=1000):
        """The protected packet of one of so many bytes behind its IP header. The kernel makes a new
        route of an error that it believes, and the SA shows the path of what it has sent since."""
        gateway.near[self.family].send(ip(*self.ends, 99, bytes(size)))
        packet = gateway.far[self.family].receive(10)
        assert packet, "nothing was sent"
        return packet

    def pmtu(self):
        """What the SA shows: the MTU, and who has said so."""
        shown = forge.State().sas[self.key]["pmtu"]
        return (shown["mtu"], shown.get("router")) if shown else None

    def hears(self, name, counts, mtu, packet):
        before = forge.State()
        gateway.far[self.family].send(packet)
        gateway.settle()
        grown = forge.State().grown(before)
        self.send(100)
        found = [what for what in ("PMTU", "OTHER", "REFUSED") if grown.get(f"IN_ICMP_{what}")]
        ktap.same(f"{self.title}: {name}", (counts, (mtu, ROUTER[self.family] if mtu != 1500 else None)),
                  (found, self.pmtu()))

    @property
    def title(self):
        return f"IPv{self.family}, {self.sa.name}{' in UDP' if 'udpencap' in self.sa.words else ''}"


def numbers_at(packet):
    """Where the SPI is."""
    at = header_len(packet)
    proto = packet[6] if packet[0] >> 4 == 6 else packet[9]
    return at + {ESP: 0, AH: 4, UDP: 8}[proto]


def believed_and_not(path):
    family, packet = path.family, path.send()
    spi, length = numbers_at(packet), len(packet)
    seq = struct.unpack_from("!I", packet, spi + 4)[0]
    ktap.same(f"{path.title}: before", (1500, None), path.pmtu())

    def hears(name, counts, mtu, quoted, **said):
        path.hears(name, counts, mtu, error(family, quoted, **said))

    hears("another SPI", [], 1500, patched(packet, spi, "!I", SPI + 4), says=length - 1)
    hears("another destination", [], 1500, patched(packet, header_len(packet) - 1, "!B", 77), says=length - 1)
    hears("another protocol", [], 1500, patched(packet, 6 if family == 6 else 9, "!B", 99), says=length - 1)
    hears("too little of it", [], 1500, packet[:spi + 7], says=length - 1)
    hears("nothing of it", [], 1500, b"", says=length - 1)
    if "udpencap" in path.sa.words:
        hears("another port", [], 1500, patched(packet, header_len(packet), "!H", 4501), says=length - 1)
    else:
        hears("ESP in UDP, which it is not", [], 1500,
              ip(path.sa.src, path.sa.dst, UDP, struct.pack("!HHHH", 4500, 4500, 100, 0) + packet[spi:]),
              says=68)
        ktap.same(f"{path.title}: that is no reason to cut what is sent", length, len(path.send()))
    source = 8 if family == 6 else 12
    hears("another source", ["REFUSED"], 1500, patched(packet, source + 3, "!B", 77), says=length - 1)
    hears("not sent yet", ["REFUSED"], 1500, patched(packet, spi + 4, "!I", seq + 1000), says=length - 1)
    hears("never sent", ["REFUSED"], 1500, patched(packet, spi + 4, "!I", 0), says=length - 1)
    hears("wrong checksum", ["REFUSED"], 1500, packet, says=length - 1, damaged=True)
    hears("it would have fitted", ["REFUSED"], 1500, packet, says=length)
    for kind in (1, 3, 4) if family == 6 else (3, 11, 12):
        hears(f"type {kind}", ["OTHER"], 1500, packet, kind=kind, code=0)
    hears("no error, type 13 or 135", [], 1500, packet, kind=135 if family == 6 else 13, code=0)

    least = 1280 if family == 6 else 552
    large = path.send(1370)
    length = len(large)
    if family == 6:
        hears("less than every link passes", ["REFUSED"], 1500, large, says=1279)
    hears("the first bytes are enough", ["PMTU"], length - 20, large[:spi + 8], says=length - 20)
    hears("more than is known already", ["PMTU"], length - 20, large, says=length - 10)
    hears("less", ["PMTU"], 1390, large, says=1390)
    if family == 4:
        hears("a router that does not say", ["PMTU"], 1006, large, says=0)
        hears("next to nothing", ["PMTU"], least, large, says=68)
    else:
        hears("the least there is", ["PMTU"], least, large, says=1280)
    # What is too large now is not sent, and its sender is told.
    before = forge.State()
    df = {} if family == 6 else {"flags": forge.DF}
    gateway.near[family].send(ip(*path.ends, 99, bytes(1300), **df))
    told = gateway.near[family].receive(10)
    inside = forge.State().sas[path.key]["pmtu"]["inside"]
    if family == 6:
        # An IPv6 packet of 1280 bytes has to pass, in pieces if need be.
        found, inside = struct.unpack_from("!I", told, 44)[0], 1280
    else:
        found = struct.unpack_from("!H", told, 26)[0]
    ktap.same(f"{path.title}: a sender hears what fits inside", (inside, {"OUT_TOO_BIG": 1}),
              (found, forge.State().drops(before)))


GCM = {"enc": "aes-128-gcm"}
for family_ in (4, 6):
    believed_and_not(Path(family_, "esp", **GCM))
    believed_and_not(Path(family_, "esp", words="udpencap", **GCM))
    believed_and_not(Path(family_, "ah", auth="hmac-sha2-256"))



class Monitor:
    """The events that ipsecctl prints."""
    def __init__(self):
        self.process = subprocess.Popen(["ipsecctl", "-j", "-m"], stdout=subprocess.PIPE, text=True)
        self.markers = 77
        # It listens once it has told of something.
        while not select.select([self.process.stdout], [], [], 0.5)[0]:
            self.mark()
        self.upto_mark()

    def mark(self):
        """Make an event, behind all that there are."""
        self.markers += 1
        forge.ipsecctl("-f", "-", rules=f"flow from 10.77.0.1 to 10.77.0.2 type bypass priority {self.markers}\n")

    def upto_mark(self):
        self.mark()
        found = []
        while True:
            event = json.loads(self.process.stdout.readline())
            if event.get("policy", {}).get("priority") == self.markers:
                return found
            found.append(event)

    def end(self):
        self.process.terminate()
        self.process.wait()


for family_ in (4, 6):
    told = Path(family_, "esp", **GCM)
    seen, kind_ = told.send(), {4: 3, 6: 1}[family_]
    monitor = Monitor()
    begin = time.monotonic()
    gateway.far[family_].send(error(family_, patched(seen, numbers_at(seen) + 4, "!I", 0), kind=kind_, code=0))
    for code_ in (1, 3, 0):
        gateway.far[family_].send(error(family_, seen, kind=kind_, code=code_))
    gateway.settle()
    events_ = [e for e in monitor.upto_mark() if e["event"] == "sa_icmp"]
    ktap.same(f"{told.title}: an event says it", (ROUTER[family_], kind_, 1, SPI),
              (events_[0]["router"], events_[0]["icmp_type"], events_[0]["icmp_code"], events_[0]["sa"]["spi"])
              if events_ else None)
    ktap.result(f"{told.title}: one event a second", [] if len(events_) <= 1 + time.monotonic() - begin else
                [f"{len(events_)} events"])
    monitor.end()

# Senders hear it as well, if the flow says so, for as long as routers do.
for family_ in (4, 6):
    relays = Path(family_, "esp", **GCM)
    unreachable_ = {4: b"\3\1", 6: b"\1\3"}[family_]

    def heard():
        """What the sender is told of a packet that leaves."""
        packet = relays.send(100)
        gateway.settle()
        found = [p[header_len(p):][:2] for p in gateway.near[family_].drain()]
        return found, packet

    def loops(packet):
        kind = {4: 11, 6: 3}[family_]
        gateway.far[family_].send(error(family_, packet, kind=kind, code=0))
        gateway.settle()

    loops(heard()[1])
    ktap.same(f"{relays.title}: the flow does not say so", [], heard()[0])
    forge.load(f"flow esp from {relays.ends[0]} to {relays.ends[1]} peer {relays.sa.dst} relay-errors\n"
               f"flow from 10.1.0.2 to 10.2.0.77 type bypass priority 1\n" + relays.sa.rule())
    seen = heard()
    ktap.same(f"{relays.title}: nobody has said so", [], seen[0])
    loops(seen[1])
    ktap.same(f"{relays.title}: its sender is told, and it is sent", [unreachable_], heard()[0])
    end = time.monotonic() + 60
    while (quiet := heard()[0]) and time.monotonic() < end:
        time.sleep(0.2)
    ktap.same(f"{relays.title}: nobody says so any more", [], quiet)

# A packet that an SA sent a million packets ago no router has just seen.
old = Path(4, "esp", **GCM)
first = old.send()
forge.load(f"flow esp from {old.ends[0]} to {old.ends[1]} peer {FAR}\n" + old.sa.rule().rstrip() + " sent 1000002\n")
old.send()
old.hears("a million packets ago", ["REFUSED"], 1500, error(4, first, says=1000))

# A policy for all that the ends say to each other is not one for routers between them.
ends = Path(4, "esp", **GCM)
forge.load(f"flow esp from {ends.ends[0]} to {ends.ends[1]} peer {FAR}\n"
           f"flow esp tunnel from {US} to {FAR} peer {FAR}\n" + ends.sa.rule())
ends.hears("a policy for all between the ends", ["PMTU"], 1000, error(4, ends.send(), says=1000))

# One around another shows what is said of its packets; what fits inside, the other one shows.
way = Path(4, "esp", **GCM)
around = Sa("ah", "transport", SPI + 1, src=US, dst=FAR, auth="hmac-sha2-256")
gateway.load(f"flow esp from {way.ends[0]} to {way.ends[1]} peer {FAR} then ah transport\n" + way.sa.rule() + around.rule())
packet_ = way.send()
ktap.same("an SA around another: nothing said yet", None, forge.State().sas["ah", SPI + 1]["pmtu"])
gateway.far[4].send(error(4, packet_, says=1000))
gateway.settle()
path_ = forge.State().sas["ah", SPI + 1]["pmtu"] or {}
ktap.same("an SA around another", (1000, ROUTER[4], False), (path_.get("mtu"), path_.get("router"), "inside" in path_))
ktap.same("an SA around another, in words", f"\t# path MTU 1000, told by {ROUTER[4]}",
          next((line.rpartition(" seconds ago")[0].rpartition(" ")[0] for line in forge.ipsecctl("-v", "-s", "sa").splitlines()
                if "told by" in line), None))
way.send(800)
path_ = forge.State().sas["esp", SPI]["pmtu"] or {}
# 1000 less AH, then as in any tunnel
ktap.same("the one inside knows what fits", (1000, (1000 - 20 - 28 - 8 - 8 - 16) // 4 * 4 - 2, None),
          (path_.get("mtu"), path_.get("inside"), path_.get("router")))

# Who does not want them says so, and the firewall as well.
deaf = Path(4, "esp", **GCM)
seen = deaf.send()
forge.load(f"flow esp from {deaf.ends[0]} to {deaf.ends[1]} peer {FAR}\n"
           f"flow in proto icmp from {ROUTER[4]} to {US} type deny\n" + deaf.sa.rule())
seen = deaf.send()
deaf.hears("a policy that denies them", [], 1500, error(4, seen, says=1000))
ktap.end()
