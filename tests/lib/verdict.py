"""What a gateway does with packets, one at a time: the bench forge_bench6 of tests/lib/forge.sh.

    gateway = Gateway()
    gateway.load(rules)
    gateway.out(packet)     what becomes of a packet from near to far: "clear", "esp 0x1001", or of
                            ESP in a tunnel of AH "ah 0x1002 esp 0x1001"
    gateway.into(packet)    the same from far to near; or "dropped REASON"

Behind each packet goes a marker that every set of rules lets pass: when it has arrived, so
has whatever the gateway made of the packet, unless that came out of a tunnel: it is put into a
queue of its own then, and is waited for. One that neither came out nor was counted as dropped is
"lost", one that came out and was counted is both, with a comma.
"""
import struct
import time

import forge
import forge6
from forge import ESP, AH

NEAR4, FAR4, NEAR6, FAR6 = forge.NEAR_HOST, forge.FAR_HOST, forge6.NEAR_HOST6, forge6.FAR_HOST6
LATE = 10       # seconds that a packet may come behind the marker
MARK_NEAR, MARK_FAR = "10.1.0.2", "10.2.0.77"


def ip(src, dst, proto, payload=b"", **header):
    """A packet of the family of its addresses."""
    return (forge6.ip6 if ":" in src else forge.ip4)(src, dst, proto, payload, **header)


class Gateway:
    def __init__(self):
        self.near = {4: forge.near_wire(), 6: forge6.Wire6("near", "eth0", "us/eth0")}
        self.far = {4: forge.far_wire(), 6: forge6.Wire6("far", "eth0", "us/eth1")}
        self.marks = 0
        self.before = None

    def load(self, rules):
        """In place of all rules there were; the marker passes first."""
        forge.load(f"flow from {MARK_NEAR} to {MARK_FAR} type bypass priority 1\n{rules}")
        self.before = forge.State()

    def out(self, *packets):
        return self._send(packets, self.near, self.far, (MARK_NEAR, MARK_FAR))

    def into(self, *packets):
        return self._send(packets, self.far, self.near, (MARK_FAR, MARK_NEAR))

    def settle(self):
        """Wait for packets that were sent without asking what became of them."""
        return bool(self.out(forge.datagram(MARK_NEAR, MARK_FAR, b"settle")))

    def _send(self, packets, here, there, ends):
        verdicts = [self._one(packet, here, there, ends) for packet in packets]
        return verdicts[0] if len(verdicts) == 1 else verdicts

    def _one(self, packet, here, there, ends):
        self.marks += 1
        mark = forge.datagram(*ends, b"mark %d" % self.marks)
        here[packet[0] >> 4].send(packet)
        here[4].send(mark)
        came = []
        while (found := there[4].receive(15)) != forge.forwarded(mark):
            if found is None:
                return "no marker"
            came.append(found)
        return ", ".join(self._said(packet, came, there)) or "lost"

    def _said(self, packet, came, there):
        end = time.monotonic() + LATE
        while True:
            came += there[6].drain()
            now = forge.State()
            said = [self._what(p, packet) for p in came]
            said += [f"dropped {name}" if n == 1 else f"dropped {name} {n}"
                     for name, n in now.drops(self.before).items()]
            held = now.counters["OUT_HELD"] != self.before.counters["OUT_HELD"]
            if said or held or time.monotonic() > end:
                self.before = now
                return said
            late = there[4].receive(0.1)
            came += [late] if late else []

    @staticmethod
    def _what(came, sent):
        if came == (forge6.forwarded6 if sent[0] >> 4 == 6 else forge.forwarded)(sent):
            return "clear"
        if sent[0] >> 4 == 4 and sent[9] in (ESP, AH):
            return "decapsulated"
        return sas_of(came) or "changed " + came.hex()


def sas_of(packet):
    """The SAs of a packet that can be seen, the outermost first."""
    proto, at = (packet[6], 40) if packet[0] >> 4 == 6 else (packet[9], forge.header_len(packet))
    if proto == ESP:
        return f"esp {struct.unpack_from('!I', packet, at)[0]:#x}"
    if proto != AH:
        return ""
    inside = packet[at + 4 * (packet[at + 1] + 2):] if packet[at] in (4, 41) else b""
    said = f"ah {struct.unpack_from('!I', packet, at + 4)[0]:#x}"
    return f"{said} {sas_of(inside)}".strip() if inside else said
