"""SAs that are for some packets only, in the bench of tests/lib/forge.sh."""
import json
import select
import subprocess

import forge
from forge import FAR, TCP, UDP, US, Sa
from verdict import FAR4, FAR6, NEAR4, NEAR6, Gateway, ip

ktap, gateway = forge.Ktap(), Gateway()
PEER = f"local {US} peer {FAR}"
NETS = "from 10.1.0.0/24 to 10.2.0.0/24"


def udp(src=NEAR4, dst=FAR4, sport=1000, dport=53):
    return ip(src, dst, UDP, forge.udp(src, dst, b"data", sport, dport))


def tcp(src=NEAR4, dst=FAR4, sport=1000, dport=80):
    return ip(src, dst, TCP, sport.to_bytes(2, "big") + dport.to_bytes(2, "big") + bytes(16))


def ours(spi, words=""):
    return Sa("esp", "tunnel", spi, US, FAR, "aes-128-gcm", words=words)


def theirs(spi, words=""):
    return Sa("esp", "tunnel", spi, FAR, US, "aes-128-gcm", words=words)


def rules(*lines):
    gateway.load("".join(line if line.endswith("\n") else line + "\n" for line in lines))


# --- the way out chooses the SA that is for the packet --------------------------------------

rules(f"flow esp {NETS} {PEER} type dontacq",
      ours(0x1001).rule(),
      ours(0x1002, "for proto udp from 10.1.0.0/24 to 10.2.0.0/24 port 53-54").rule(),
      ours(0x1003, "for proto tcp from 10.1.0.2 to any for proto udp from any to 10.2.0.0/24 port 99").rule())
ktap.same("out: the newest of those that are for the packet", ["esp 0x1002", "esp 0x1002", "esp 0x1001", "esp 0x1003"],
          gateway.out(udp(dport=53), udp(dport=54), udp(dport=55), udp(dport=99)))
ktap.same("out: one of two selectors", ["esp 0x1003", "esp 0x1001"],
          gateway.out(tcp(), tcp(src="10.1.0.3")))
ktap.same("out: a fragment has no ports, so no selector with ports is for it", "esp 0x1001",
          gateway.out(ip(NEAR4, FAR4, UDP, bytes(16), offset=64, ident=77)))

rules(f"flow esp {NETS} {PEER} type dontacq",
      ours(0x1004, "for proto tcp from any to any").rule())
ktap.same("out: no SA is for the packet", ["esp 0x1004", "dropped OUT_NO_SA"], gateway.out(tcp(), udp()))

# RFC 4301 4.4.1.1: of IPv6 inside an IPv4 tunnel
rules(f"flow esp from fd01::/64 to fd02::/64 {PEER} type dontacq",
      ours(0x1005, "for from 10.1.0.0/24 to 10.2.0.0/24").rule(),
      ours(0x1006, "for proto udp from fd01::/64 to fd02::/64 port 53").rule())


def udp6(dport):
    body = b"\x03\xe8" + dport.to_bytes(2, "big") + b"\0\x0c\0\0data"
    return ip(NEAR6, FAR6, UDP, body)


ktap.same("out: IPv6", ["esp 0x1006", "dropped OUT_NO_SA"], gateway.out(udp6(53), udp6(54)))

# --- the way in accepts nothing else under it -------------------------------------------------

narrow = theirs(0x2001, "for proto udp from 10.2.0.0/24 port 53 to 10.1.0.2")
wide = theirs(0x2002)
rules(f"flow esp {NETS} {PEER}", narrow.rule(), wide.rule())


def inside(sa, *packets):
    return gateway.into(*(sa.protect(packet) for packet in packets))


ktap.same("in: a packet that the SA is for", "decapsulated", inside(narrow, udp(FAR4, NEAR4, 53, 1000)))
ktap.same("in: another port, protocol, source, destination", ["dropped IN_SA_SELECTOR"] * 4,
          inside(narrow, udp(FAR4, NEAR4, 54, 1000), tcp(FAR4, NEAR4, 53, 1000),
                 udp("10.3.0.1", NEAR4, 53, 1000), udp(FAR4, "10.1.0.3", 53, 1000)))
ktap.same("in: the policy allows them under an SA for all", ["decapsulated"] * 2,
          inside(wide, udp(FAR4, NEAR4, 54, 1000), tcp(FAR4, NEAR4, 53, 1000)))
ktap.same("in: a fragment", "dropped IN_SA_SELECTOR",
          inside(narrow, ip(FAR4, NEAR4, UDP, bytes(16), offset=64, ident=78)))
ktap.same("in: drops are the SA's, and so are packets that were authenticated", (5, 6),
          (lambda sa: (sa["drops"], sa["packets"]))(forge.State().sas[("esp", 0x2001)]))

# --- populate from packet ---------------------------------------------------------------------


class Monitor:
    """What the module asks the key manager for, and marks of our own in between."""
    def __init__(self):
        # pylint: disable=consider-using-with
        self.run = subprocess.Popen(["ipsecctl", "-j", "-m"], stdout=subprocess.PIPE, text=True)
        for _ in range(100):
            self.mark()
            if select.select([self.run.stdout], [], [], 0.1)[0]:
                break
        self.mark(0xffff)
        self.wanted()

    @staticmethod
    def mark(spi=0xfffe):
        forge.ipsecctl("-f", "-", rules=ours(spi).rule())
        forge.ipsecctl("-d", "-f", "-", rules=ours(spi).rule())

    def wanted(self):
        """The selectors wanted up to the mark."""
        found = []
        while True:
            event = json.loads(self.run.stdout.readline())
            if event["event"] == "acquire":
                found.append(words(event["wanted"]))
            if event["event"] == "sa_del" and event["sa"]["spi"] == 0xffff:
                return found

    def since(self, *packets):
        """What becomes of packets, and what they want."""
        result = gateway.out(*packets)
        self.mark(0xffff)
        return result, self.wanted()

    def end(self):
        self.run.kill()
        self.run.wait()


def words(sel):
    """A selector of JSON: protocol, source, source ports, destination, destination ports."""
    def span(what):
        low, high = sel.get(what + "_min"), sel.get(what + "_max")
        return str(low) if low == high else f"{low}-{high}"
    return " ".join([str(sel["proto_name"]), span("src"), span("sport"), span("dst"), span("dport")])


NET1, NET2 = "10.1.0.0-10.1.0.255", "10.2.0.0-10.2.0.255"
rules(f"flow esp out {NETS} {PEER} pfp {{ proto, dport }}", ours(0x3001).rule(),
      ours(0x3002, "for from 10.1.0.0/24 to 10.2.0.0/24").rule(),
      ours(0x3003, "for proto udp from any to any").rule(),
      ours(0x3004, "for proto udp from any to any port 53-54").rule())
monitor = Monitor()
verdicts, wanted = monitor.since(udp(dport=53), udp(sport=7, dport=53), udp(dport=54), tcp())
ktap.same("PFP: SAs that are wider are not used: packets wait", ["lost"] * 4, verdicts)
ktap.same("PFP: each flow asks, with what comes from the packet and the rest from the policy",
          [f"udp {NET1} None {NET2} 53"] * 2 + [f"udp {NET1} None {NET2} 54",
                                                    f"tcp {NET1} None {NET2} 80"], wanted)
for _ in range(5):
    gateway.near[4].send(udp(dport=60))
_, wanted = monitor.since(udp(dport=61))
ktap.same("PFP: a flow asks once in a second", [f"udp {NET1} None {NET2} {port}" for port in (60, 61)], wanted)

# The SA for one of them: those packets go, in their order, and the others go on waiting.
before = forge.State()
forge.ipsecctl("-f", "-", rules=ours(0x3005, f"for proto udp {NETS} port 53").rule())
spis = []
while (packet := gateway.far[4].receive(5 if len(spis) < 2 else 0)) is not None:
    spis.append(packet[20:24].hex())
ktap.same("PFP: the SA releases what it is for", ["00003005"] * 2, spis)
ktap.same("PFP: and nothing else", 2, forge.State().grown(before).get("OUT_RELEASED", 0))
gateway.before = forge.State()
ktap.same("PFP: such a packet does not wait any more, others still do", ["esp 0x3005", "lost"],
          gateway.out(udp(sport=8, dport=53), udp(dport=54)))
monitor.end()


def asks(flags, *packets):
    """What packets want under a policy with such flags."""
    rules(f"flow esp out {NETS} {PEER} pfp {flags}")
    listener = Monitor()
    _, found = listener.since(*packets)
    listener.end()
    return found


ktap.same("PFP: source", [f"None {NEAR4} None {NET2} None"], asks("from", udp()))
ktap.same("PFP: destination", [f"None {NET1} None {FAR4} None"], asks("to", udp()))
ktap.same("PFP: source port, with its protocol", [f"udp {NET1} 1000 {NET2} None"], asks("sport", udp()))
ktap.same("PFP: everything", [f"tcp {NEAR4} 1000 {FAR4} 80"], asks("{ from, to, proto, sport, dport }", tcp()))
ktap.same("PFP: no ports there", [f"gre {NET1} None {NET2} None"],
          asks("{ proto, sport, dport }", ip(NEAR4, FAR4, 47, bytes(8))))

# On the way in an SA must be as narrow as the policy wants it.
rules(f"flow esp in from 10.2.0.0/24 to 10.1.0.0/24 {PEER} pfp {{ to, proto }}", narrow.rule(), wide.rule())
ktap.same("PFP, in: the SA is narrow enough", "decapsulated", inside(narrow, udp(FAR4, NEAR4, 53, 1000)))
ktap.same("PFP, in: the SA is not", "dropped IN_SA_SELECTOR", inside(wide, udp(FAR4, NEAR4, 53, 1000)))
ktap.end()
