"""Inbound lookup (RFC 4301 4.1), in the bench of tests/lib/forge.sh: many SAs with one SPI
and keys of their own. A packet that is taken for another SA's fails its integrity check.
"""
import json
import socket
import struct

import forge46 as forge

ktap = forge.Ktap()
SPI = 0x7001
PORTS = {"esp": 4000, "ah": 4001}
# Of each family: three senders, of which one of IPv6 is link-local; two addresses of us; two
# groups, those of IPv6 on the link and in the site; what stands for any.
ADDRESSES = {
    4: ("192.0.2.2", "192.0.2.3", "192.0.2.4", "192.0.2.1", "192.0.2.9", "239.1.1.1", "239.1.1.2", "0.0.0.0"),
    6: ("2001:db8::2", "2001:db8::3", "fe80::4", "2001:db8::1", "2001:db8::9", "ff02::1234", "ff05::1235", "::"),
}


def listen(family, port):
    """A socket in both groups."""
    *_, us, _, group, group2, _ = ADDRESSES[family]
    new = socket.socket(socket.AF_INET6 if family == 6 else socket.AF_INET, socket.SOCK_DGRAM)
    if family == 6:
        new.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    new.bind(("", port))
    new.settimeout(5)
    for address in (group, group2):
        if family == 6:
            new.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
                           socket.inet_pton(socket.AF_INET6, address) + struct.pack("@I", socket.if_nametoindex("eth1")))
        else:
            new.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP,
                           socket.inet_aton(address) + socket.inet_aton(us))
    return new


def sa(src, dst, proto="esp", words=""):
    new = forge.Sa(proto, "transport", SPI, src, dst, *((None, "hmac-sha2-256") if proto == "ah" else ("aes-128-gcm", None)),
                   words=words)
    name = f"{proto} {src} {dst} {words}"
    new.enc_key = forge.secret("enc " + name, len(new.enc_key))
    if new.auth_key:
        new.auth_key = forge.secret("auth " + name, len(new.auth_key))
    return new


def name_of(rule):
    return rule.proto, rule.src, rule.dst, rule.words != ""


def books():
    """Packets and drops of each SA."""
    answer = json.loads(forge.ipsecctl("-j", "-s", "sa"))["sa"]
    return {(one["proto"], one["src"], one["dst"], one["by_source"]): (one["packets"], one["drops"]) for one in answer}


class Lookup:
    """The SAs of a family, and what arrives for them."""
    def __init__(self, family):
        far, far2, far3, us, us2, group, group2, anyone = ADDRESSES[family]
        self.family, self.far = family, forge.far_wire(family)
        self.listeners = {proto: listen(family, port) for proto, port in PORTS.items()}
        self.sas = {
            "first sender": sa(far, group, words="by-source"),
            "second sender": sa(far2, group, words="by-source"),
            "other senders": sa(anyone, group),
            "host": sa(anyone, us),
            "AH": sa(anyone, us, "ah"),
            "peer": sa(far, us, words="by-source"),
            "second address of the peer": sa(far2, us, words="by-source"),
            "any destination": sa(anyone, anyone),
            "AH, any destination": sa(anyone, anyone, "ah"),
            "any destination of a sender": sa(far3, anyone, words="by-source"),
        }
        self.each = [
            (far, group, "first sender"), (far2, group, "second sender"), (far3, group, "other senders"),
            (far, us, "peer"), (far2, us, "second address of the peer"), (far3, us, "host"),
            (far, us, "AH"), (far, us2, "any destination"), (far, group2, "any destination"),
            (far3, us2, "any destination of a sender"), (far2, us2, "AH, any destination"),
        ]

    def load(self, names):
        forge.load("flow esp transport in proto udp from any to any port 4000\n"
                   "flow ah transport in proto udp from any to any port 4001\n" +
                   "".join(self.sas[name].rule() for name in names))
        for name in names:
            self.sas[name].seq = 0

    def delete(self, name):
        forge.ipsecctl("-d", "-f", "-", rules=self.sas[name].rule())

    def result(self, name, complaints):
        ktap.result(f"v{self.family}: {name}", complaints)

    def send(self, src, dst, rule, text):
        payload = forge.udp(src, dst, text, dport=PORTS[rule.proto])
        self.far.send(rule.protect(forge.ip(src, dst, forge.UDP, payload)))

    def arrived(self, proto, count):
        """So many datagrams, or fewer if no more come."""
        data = []
        try:
            while len(data) < count:
                data.append(self.listeners[proto].recv(100))
        except TimeoutError:
            pass
        return data

    def round(self, name, cases):
        """Packets arrive. cases: source, destination, SA that protects them and whose they are."""
        before, wanted = forge.State(), books()
        data = {"esp": [], "ah": []}
        for number, (src, dst, which) in enumerate(cases):
            rule = self.sas[which]
            text = b"%s %d" % (name.encode(), number)
            self.send(src, dst, rule, text)
            data[rule.proto].append(text)
            packets, dropped = wanted[name_of(rule)]
            wanted[name_of(rule)] = packets + 1, dropped
        came = {proto: self.arrived(proto, len(texts)) for proto, texts in data.items()}
        complaints = [] if came == data else [f"expected {data}", f"found {came}"]
        complaints += forge.differences(wanted, books())
        complaints += forge.differences({}, forge.State().drops(before))
        self.result(name, complaints)

    def dropped_by(self, name, case, victim, reason):
        """A packet of one SA arrives, and dies under another."""
        before, wanted = forge.State(), books()
        src, dst, which = case
        self.send(src, dst, self.sas[which], b"lost")
        if victim:
            packets, drops = wanted[name_of(self.sas[victim])]
            wanted[name_of(self.sas[victim])] = packets, drops + 1
        for _ in range(50):
            if drops_now := forge.State().drops(before):
                break
        self.result(name, forge.differences({reason: 1}, drops_now) + forge.differences(wanted, books()))

    def checks(self):
        far, far2, far3, _, _, group, _, _ = ADDRESSES[self.family]
        for what, names in (("loaded in one order", list(self.sas)), ("loaded in the other order", list(self.sas)[::-1])):
            self.load(names)
            self.round(f"{what}: each packet is its SA's", self.each)
            self.round(f"{what}: and so are those that follow", self.each[::-1] + self.each)

        # Each sender has a window of its own.
        self.sas["first sender"].seq = 100
        self.round("a sender that is far ahead", [(far, group, "first sender")])
        self.round("does not push another one out of the window", [(far2, group, "second sender")])
        self.sas["first sender"].seq = 100
        self.dropped_by("what it repeats is a replay", (far, group, "first sender"), "first sender", "IN_REPLAY")

        # A wrong source finds a wrong key.
        self.dropped_by("a sender with another's address", (far2, group, "first sender"), "second sender", "IN_ICV")
        self.dropped_by("a sender that nobody knows", (far3, group, "first sender"), "other senders", "IN_ICV")

        # What an SA leaves behind is for the next one in the order.
        self.delete("first sender")
        left = set(map(name_of, self.sas.values())) - {name_of(self.sas["first sender"])}
        self.result("only the SA of that source is deleted", [f"left: {books()}"] if set(books()) != left else [])
        self.sas["other senders"].seq += 10
        self.round("its packets are those of the SA for all sources",
                   [(far, group, "other senders"), (far2, group, "second sender")])
        self.delete("other senders")
        self.sas["any destination"].seq += 10
        self.round("then those of the SA for all destinations",
                   [(far, group, "any destination"), (far2, group, "second sender")])
        self.delete("any destination")
        self.dropped_by("and at last nobody's", (far, group, "any destination"), None, "IN_NO_SA")

    def sent_to_group(self):
        """What this host sends to a group, on the wire; and it is a member itself."""
        *_, us, _, group, _, _ = ADDRESSES[self.family]
        rule = sa(us, group, words="by-source")
        forge.load(f"flow esp transport proto udp from {us} to {group}\n"
                   f"flow esp transport in proto udp from {us} to {group}\n" + rule.rule())
        before = forge.State()
        with socket.socket(socket.AF_INET6 if self.family == 6 else socket.AF_INET, socket.SOCK_DGRAM) as sender:
            sender.bind((us, 0))
            if self.family == 6:
                sender.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_MULTICAST_IF, socket.if_nametoindex("eth1"))
            else:
                sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, socket.inet_aton(us))
            sender.sendto(b"to all", (group, PORTS["esp"]))
            payload = forge.udp(us, group, b"to all", sport=sender.getsockname()[1], dport=PORTS["esp"])
        head = forge.header_len(forge.ip(us, group, forge.ESP))
        # Who listens to which group, IPv4 says as well.
        while (found := self.far.receive(15) or b"")[head:] and found[9 if self.family == 4 else 6] != forge.ESP:
            pass
        expected = rule.encrypt(rule.next(), rule.padded(payload, forge.UDP), iv=found[head + 8:head + 16])
        self.result("what this host sends to a group is protected", [] if found[head:] == expected else
                    [f"expected {expected.hex()}", f"found {found[head:].hex()}"])
        came = self.arrived("esp", 1)
        complaints = [] if came == [b"to all"] else [f"came: {came}"]
        complaints += forge.differences({"OUT_OFFERED": 1, "OUT_PROTECTED": 1, "IN_ESP": 1, "IN_PROTECTED": 1},
                                        forge.State().grown(before))
        complaints += forge.differences({name_of(rule): (2, 0)}, books())
        self.result("and comes back to itself, a member", complaints)


for either in (4, 6):
    lookup = Lookup(either)
    lookup.checks()
    lookup.sent_to_group()
ktap.end()
