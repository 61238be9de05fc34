"""Inbound lookup (RFC 4301 4.1), in the bench of tests/lib/forge.sh: many SAs with one SPI
and keys of their own. A packet that is taken for another SA's fails its integrity check.
"""
import json
import socket

import forge
from forge import FAR, US

ktap = forge.Ktap()
far = forge.far_wire()
FAR2, FAR3, US2, GROUP, GROUP2 = "192.0.2.3", "192.0.2.4", "192.0.2.9", "239.1.1.1", "239.1.1.2"
ANY, SPI = "0.0.0.0", 0x7001
PORTS = {"esp": 4000, "ah": 4001}


def listen(port):
    new = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    new.bind(("", port))
    new.settimeout(5)
    for group in (GROUP, GROUP2):
        new.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, socket.inet_aton(group) + socket.inet_aton(US))
    return new


listeners = {proto: listen(port) for proto, port in PORTS.items()}


def sa(src, dst, proto="esp", words="", spi=SPI):
    new = forge.Sa(proto, "transport", spi, src, dst, *((None, "hmac-sha2-256") if proto == "ah" else ("aes-128-gcm", None)),
                   words=words)
    name = f"{proto} {src} {dst} {words}"
    new.enc_key = forge.secret("enc " + name, len(new.enc_key))
    if new.auth_key:
        new.auth_key = forge.secret("auth " + name, len(new.auth_key))
    return new


SAS = {
    "first sender": sa(FAR, GROUP, words="by-source"),
    "second sender": sa(FAR2, GROUP, words="by-source"),
    "other senders": sa(ANY, GROUP),
    "host": sa(ANY, US),
    "AH": sa(ANY, US, "ah"),
    "peer": sa(FAR, US, words="by-source"),
    "second address of the peer": sa(FAR2, US, words="by-source"),
    "any destination": sa(ANY, ANY),
    "AH, any destination": sa(ANY, ANY, "ah"),
    "any destination of a sender": sa(FAR3, ANY, words="by-source"),
}


def load(names):
    forge.load("flow esp transport in proto udp from any to any port 4000\n"
               "flow ah transport in proto udp from any to any port 4001\n" +
               "".join(SAS[name].rule() for name in names))
    for name in names:
        SAS[name].seq = 0


def name_of(rule):
    return rule.proto, rule.src, rule.dst, rule.words != ""


def books():
    """Packets and drops of each SA."""
    answer = json.loads(forge.ipsecctl("-j", "-s", "sa"))["sa"]
    return {(one["proto"], one["src"], one["dst"], one["by_source"]): (one["packets"], one["drops"]) for one in answer}


def arrived(proto, count):
    """So many datagrams, or fewer if no more come."""
    data = []
    try:
        while len(data) < count:
            data.append(listeners[proto].recv(100))
    except TimeoutError:
        pass
    return data


def round_of(name, cases, drops=None):
    """Packets arrive. cases: source, destination, SA that protects them and whose they are."""
    before, old = forge.State(), books()
    data = {"esp": [], "ah": []}
    wanted = dict(old)
    for number, (src, dst, which) in enumerate(cases):
        rule = SAS[which]
        text = b"%s %d" % (name.encode(), number)
        payload = forge.udp(src, dst, text, dport=PORTS[rule.proto])
        far.send(rule.protect(forge.ip4(src, dst, forge.UDP, payload)))
        data[rule.proto].append(text)
        packets, dropped = wanted[name_of(rule)]
        wanted[name_of(rule)] = packets + 1, dropped
    came = {proto: arrived(proto, len(texts)) for proto, texts in data.items()}
    complaints = [] if came == data else [f"expected {data}", f"found {came}"]
    complaints += forge.differences(wanted, books())
    complaints += forge.differences(drops or {}, forge.State().drops(before))
    ktap.result(name, complaints)


EACH = [
    (FAR, GROUP, "first sender"), (FAR2, GROUP, "second sender"), (FAR3, GROUP, "other senders"),
    (FAR, US, "peer"), (FAR2, US, "second address of the peer"), (FAR3, US, "host"),
    (FAR, US, "AH"), (FAR, US2, "any destination"), (FAR, GROUP2, "any destination"),
    (FAR3, US2, "any destination of a sender"), (FAR2, US2, "AH, any destination"),
]

for what, names in (("loaded in one order", list(SAS)), ("loaded in the other order", list(SAS)[::-1])):
    load(names)
    round_of(f"{what}: each packet is its SA's", EACH)
    round_of(f"{what}: and so are those that follow", EACH[::-1] + EACH)


def dropped_by(name, src, dst, which, victim, reason):
    """A packet of one SA arrives, and dies under another."""
    before, wanted = forge.State(), books()
    far.send(SAS[which].protect(forge.ip4(src, dst, forge.UDP, forge.udp(src, dst, b"lost", dport=PORTS["esp"]))))
    if victim:
        packets, drops = wanted[name_of(SAS[victim])]
        wanted[name_of(SAS[victim])] = packets, drops + 1
    for _ in range(50):
        if drops_now := forge.State().drops(before):
            break
    ktap.result(name, forge.differences({reason: 1}, drops_now) + forge.differences(wanted, books()))


# Each sender has a window of its own.
SAS["first sender"].seq = 100
round_of("a sender that is far ahead", [(FAR, GROUP, "first sender")])
round_of("does not push another one out of the window", [(FAR2, GROUP, "second sender")])
SAS["first sender"].seq = 100
dropped_by("what it repeats is a replay", FAR, GROUP, "first sender", "first sender", "IN_REPLAY")

# A wrong source finds a wrong key.
dropped_by("a sender with another's address", FAR2, GROUP, "first sender", "second sender", "IN_ICV")
dropped_by("a sender that nobody knows", FAR3, GROUP, "first sender", "other senders", "IN_ICV")

# What an SA leaves behind is for the next one in the order.
forge.ipsecctl("-d", "-f", "-", rules=SAS["first sender"].rule())
ktap.same("only the SA of that source is deleted", set(map(name_of, SAS.values())) - {name_of(SAS["first sender"])},
          set(books()))
SAS["other senders"].seq += 10
round_of("its packets are those of the SA for all sources",
         [(FAR, GROUP, "other senders"), (FAR2, GROUP, "second sender")])
forge.ipsecctl("-d", "-f", "-", rules=SAS["other senders"].rule())
SAS["any destination"].seq += 10
round_of("then those of the SA for all destinations", [(FAR, GROUP, "any destination"), (FAR2, GROUP, "second sender")])
forge.ipsecctl("-d", "-f", "-", rules=SAS["any destination"].rule())
dropped_by("and at last nobody's", FAR, GROUP, "any destination", None, "IN_NO_SA")
ktap.end()
