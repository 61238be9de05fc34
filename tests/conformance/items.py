"""Items of the IPv6 Ready Logo's Phase-2 conformance tests for IPsec, for an end node and for
a security gateway: items.py end-node|gateway|ah, in the bench of forge_bench6. `us` is the
node under test, `far` plays the other nodes.

Each result is named after its item. Packets are scapy's, whole and byte for byte: what is
sent, what must come back, and what must be inside of it. After each item the counters must
say just what happened.
"""
import errno
import socket
import sys

from scapy.compat import raw
from scapy.layers import ipsec as scapy
from scapy.layers.inet6 import (HBHOptUnknown, ICMPv6EchoReply, ICMPv6EchoRequest, ICMPv6PacketTooBig, IPv6,
                                IPv6ExtHdrDestOpt, IPv6ExtHdrFragment, IPv6ExtHdrHopByHop, IPv6ExtHdrRouting)

import forge
import forge6
from forge6 import FAR6, FAR_HOST6, ICMP6, NEAR_HOST6, US6

HOST1, HOST2 = FAR6, FAR_HOST6
SGW1, SGW2 = FAR6, "fd02::1"
OTHER_HOST6 = "fd02:0:0:1::2"
ROUTER = "2001:db8::99"

ktap = forge.Ktap()
far, near, tap = forge6.far_wire6(), forge6.near_wire6(), forge6.Wire6("us", "eth1")


# --- nodes ------------------------------------------------------------------------------------

class Pair:
    """Two SAs with another node, as the module and as scapy have them."""
    count = 0

    def __init__(self, mode="transport", peer=HOST1, proto="esp", enc="aes-128", auth="hmac-sha1"):
        # pylint: disable=too-many-arguments
        Pair.count += 1
        algorithms = {"enc": None if proto == "ah" else enc, "auth": auth}
        self.to_us = forge6.Sa6(proto, mode, 0x1000 + Pair.count, src=peer, dst=US6, **algorithms)
        self.from_us = forge6.Sa6(proto, mode, 0x2000 + Pair.count, src=US6, dst=peer, **algorithms)
        self.mode, self.proto, self.peer = mode, proto, peer

    def rules(self):
        return self.to_us.rule() + self.from_us.rule()

    def scapys(self, sa):
        """The SA as scapy has it."""
        crypt = {"aes-128": "AES-CBC", "aes-192": "AES-CBC", "aes-256": "AES-CBC", "null": "NULL", "3des": "3DES",
                 "aes-128-ctr": "AES-CTR", "chacha20-poly1305": "CHACHA20-POLY1305",
                 **{f"aes-{n}-{mode}": f"AES-{mode.upper()}" for n in (128, 192, 256) for mode in ("gcm", "ccm")}}
        auths = {"hmac-sha1": "HMAC-SHA1-96", "hmac-sha2-256": "SHA2-256-128", "hmac-sha2-384": "SHA2-384-192",
                 "hmac-sha2-512": "SHA2-512-256", "aes-cmac": "AES-CMAC-96"}
        return scapy.SecurityAssociation(
            scapy.AH if sa.proto == "ah" else scapy.ESP, sa.spi, crypt_algo=crypt[sa.enc] if sa.enc else None,
            crypt_key=sa.enc_key or None, auth_algo=auths[sa.auth] if sa.auth else None, auth_key=sa.auth_key,
            tunnel_header=IPv6(src=sa.src, dst=sa.dst) if sa.mode == "tunnel" else None)

    def protect(self, packet):
        """As the other node sends it."""
        return raw(self.scapys(self.to_us).encrypt(packet, seq_num=self.to_us.next()))

    def sealed(self, payload, next_header, more=0, **outer):
        """ESP of the other node's with a trailer of our own making."""
        sa = self.to_us
        esp = sa.encrypt(sa.next(), sa.padded(payload, next_header, more))
        return forge6.ip6(self.peer, US6, forge.ESP, esp, **outer)

    def opened(self, packet):
        """What is in a packet of the node under test."""
        return raw(self.scapys(self.from_us).decrypt(IPv6(packet)))

    def number(self, packet):
        """SPI and sequence number."""
        layer = IPv6(packet)[scapy.AH if self.proto == "ah" else scapy.ESP]
        return layer.spi, layer.seq


def request(src, dst, data=b"conformance", number=1, hlim=64):
    return IPv6(raw(IPv6(src=src, dst=dst, hlim=hlim) / ICMPv6EchoRequest(id=7, seq=number, data=data)))


def reply(src, dst, data=b"conformance", number=1, hlim=64):
    return raw(IPv6(src=src, dst=dst, hlim=hlim) / ICMPv6EchoReply(id=7, seq=number, data=data))


def forwarded(packet):
    return forge6.forwarded6(raw(packet))


# --- an item ------------------------------------------------------------------------------------

class Item:
    """What has gone wrong with it; at the end it is a result."""
    def __init__(self, name, rules):
        self.name, self.complaints = name, []
        for wire in (far, near, tap):
            wire.drain()
        forge.load(rules)
        self.before = forge.State()

    def __enter__(self):
        return self

    def same(self, what, expected, found):
        if expected != found:
            self.complaints += [f"{what}: {word} {x.hex() if isinstance(x, bytes) else x}"
                                for word, x in (("expected", expected), ("found   ", found))]

    def expect(self, wire=None):
        """The next packet at the far end, or at another."""
        packet = (wire or far).receive(10)
        if packet is None:
            self.complaints.append("no packet came")
        return packet

    def answered(self, pair, packet, answer):
        """A packet of the other node is answered, and the answer protected: inside is this."""
        far.send(packet)
        came = self.expect()
        if came is not None:
            self.same("the answer", answer, self.inside(pair, came))
        return came

    def inside(self, pair, packet):
        try:
            return pair.opened(packet)
        except (scapy.IPSecIntegrityError, TypeError, IndexError) as error:
            self.complaints.append(f"{packet.hex()}: {error}")
            return b""

    def counters(self, **expected):
        """All that have grown. Whatever more came is too much."""
        after = forge.State()
        self.complaints += forge.differences(expected, after.grown(self.before))

    def __exit__(self, kind, error, trace):
        if error is not None:
            self.complaints.append(f"{kind.__name__}: {error}")
        self.complaints += [f"too much: {packet.hex()}" for packet in far.drain() + near.drain()]
        ktap.result(self.name, self.complaints)
        return isinstance(error, Exception)


def good(item, pair, number=99):
    """The node still answers."""
    item.answered(pair, pair.protect(request(HOST1, US6, b"still there", number)),
                  reply(US6, HOST1, b"still there", number))


# --- end node ---------------------------------------------------------------------------------------

def flow(pair, src=US6, dst=None, more=""):
    local = f"local {US6} peer {pair.peer}" if pair.mode == "tunnel" else ""
    return f"flow {pair.proto} {pair.mode} {more} from {src} to {dst or pair.peer} {local}\n"


def end_node():
    transport("End-Node")
    end_node_bypass_and_discard()
    end_node_fragmentation()
    end_node_too_big()
    never_a_fragment("End-Node", Pair())
    end_node_tunnel()
    for enc, auth in (("aes-128", "hmac-sha1"), ("aes-128", "hmac-sha2-256"), ("aes-192", "hmac-sha2-256"),
                      ("aes-256", "hmac-sha2-256"), ("aes-128", "hmac-sha2-384"), ("aes-128", "hmac-sha2-512"),
                      ("3des", "hmac-sha1"), ("aes-128-ctr", "hmac-sha1"), ("null", "hmac-sha1"),
                      ("null", "hmac-sha2-256"), ("aes-128-gcm", None), ("aes-192-gcm", None), ("aes-256-gcm", None),
                      ("aes-128-ccm", None), ("chacha20-poly1305", None)):
        algorithm("End-Node", "transport", enc, auth)
        algorithm("End-Node", "tunnel", enc, auth)


def transport(node):
    one, two = Pair(), Pair(peer=HOST2)
    with Item(f"{node}: Select SPD", flow(one) + flow(two) + one.rules() + two.rules()) as item:
        for pair in (one, two, one):
            came = item.answered(pair, pair.protect(request(pair.peer, US6)), reply(US6, pair.peer))
            item.same("the SPI", pair.from_us.spi, pair.number(came)[0])
        item.counters(IN_ESP=3, IN_PROTECTED=3, OUT_OFFERED=3, OUT_PROTECTED=3)
    with Item(f"{node}: Select SPD, under the SA of another policy", flow(one) + flow(two) + one.rules() + two.rules()) as item:
        two.to_us.src = HOST1
        far.send(one.protect(request(HOST2, US6)))
        item.answered(one, one.protect(request(HOST1, US6)), reply(US6, HOST1))
        item.counters(IN_ESP=2, IN_PROTECTED=1, IN_WRONG_SA=1, OUT_OFFERED=1, OUT_PROTECTED=1)
    pair = Pair()
    with Item(f"{node}: Sequence Number Increment", flow(pair) + pair.rules()) as item:
        for number in range(1, 6):
            came = item.answered(pair, pair.protect(request(HOST1, US6, b"data", number)),
                                 reply(US6, HOST1, b"data", number))
            item.same("SPI and sequence number", (pair.from_us.spi, number), pair.number(came))
        item.counters(IN_ESP=5, IN_PROTECTED=5, OUT_OFFERED=5, OUT_PROTECTED=5)
    pair = Pair()
    with Item(f"{node}: Receipt of No Next Header", flow(pair) + pair.rules()) as item:
        for payload in (b"", b"x", raw(request(HOST1, US6))[40:], bytes(range(200))):
            far.send(pair.sealed(payload, forge.DUMMY))
        good(item, pair)
        item.counters(IN_ESP=5, IN_PROTECTED=1, IN_DUMMY=4, OUT_OFFERED=1, OUT_PROTECTED=1)
    pair = Pair()
    with Item(f"{node}: Transport Mode Padding", flow(pair) + pair.rules()) as item:
        for data, more in ((b"", 0), (b"7 bytes", 240), (bytes(9), 16), (bytes(10), 224)):
            packet = request(HOST1, US6, data)
            item.answered(pair, pair.sealed(raw(packet)[40:], ICMP6, more, hops=64), reply(US6, HOST1, data))
        wrong = bytearray(pair.to_us.padded(raw(request(HOST1, US6, bytes(4)))[40:], ICMP6, 16))
        wrong[-4] ^= 1
        far.send(forge6.ip6(HOST1, US6, forge.ESP, pair.to_us.encrypt(pair.to_us.next(), bytes(wrong))))
        good(item, pair)
        item.counters(IN_ESP=6, IN_PROTECTED=5, IN_PADDING=1, OUT_OFFERED=5, OUT_PROTECTED=5)
    for data in (0, 7, 8, 9, 23):
        pair = Pair()
        with Item(f"{node}: Transport Mode Padding, as sent, {data} bytes of data", flow(pair) + pair.rules()) as item:
            came = item.answered(pair, pair.protect(request(HOST1, US6, bytes(data))), reply(US6, HOST1, bytes(data)))
            item.same("bytes of ESP", 8 + 16 + -(-(8 + data + 2) // 16) * 16 + 12, len(came) - 40)
    invalid(node, Pair(), HOST1, US6)


def invalid(node, pair, src, dst):
    """Invalid SPI, Invalid ICV, Non-Registered Algorithm: nothing is answered."""
    rules = flow(pair, dst if pair.mode == "transport" else "fd01::/64", None if pair.mode == "transport" else "fd02::/64")
    rules += pair.rules()
    drops = {"SPI": "IN_NO_SA", "ICV": "IN_ICV"}
    for what, counter in drops.items():
        with Item(f"{node}: Invalid {what}", rules) as item:
            packet = bytearray(pair.protect(request(src, dst)))
            packet[43 if what == "SPI" else -1] ^= 0x55
            far.send(bytes(packet))
            item.same("an answer", None, far.receive(0.3))
            item.counters(IN_ESP=1, **{counter: 1})
    with Item(f"{node}: Non-Registered Algorithm", rules) as item:
        pair.to_us.seq += 10
        other = Pair(pair.mode, auth="aes-cmac")
        other.to_us.spi, other.to_us.seq = pair.to_us.spi, pair.to_us.seq
        far.send(other.protect(request(src, dst)))
        item.same("an answer", None, far.receive(0.3))
        item.counters(IN_ESP=1, IN_ICV=1)


def end_node_bypass_and_discard():
    with Item("End-Node: Bypass Policy", f"flow from {US6} to {HOST1} type bypass\nflow from any to any type deny\n") as item:
        far.send(raw(request(HOST1, US6)))
        item.same("the answer", reply(US6, HOST1), item.expect())
        item.counters(IN_CLEAR=1, OUT_BYPASSED=1)
    with Item("End-Node: Discard Policy", f"flow from {US6} to {HOST1} type deny\n") as item:
        far.send(raw(request(HOST1, US6)))
        item.same("an answer", None, far.receive(0.3))
        item.counters(IN_DISCARD=1)
    pair = Pair()
    with Item("End-Node: Discard Policy, in clear what has to be protected", flow(pair) + pair.rules()) as item:
        far.send(raw(request(HOST1, US6)))
        item.same("an answer", None, far.receive(0.3))
        item.counters(IN_CLEAR_PROTECT=1)


def reassembled(packets):
    """A datagram out of its fragments, in order; and what stands before the data in each."""
    first = IPv6(packets[0])
    data, kinds = b"", []
    for packet in packets:
        layer = IPv6(packet)
        kinds.append((layer.nh, layer[IPv6ExtHdrFragment].nh, layer[IPv6ExtHdrFragment].offset * 8 == len(data)))
        data += raw(layer[IPv6ExtHdrFragment].payload)
    return forge6.ip6(first.src, first.dst, first[IPv6ExtHdrFragment].nh, data, hops=first.hlim), kinds


def end_node_fragmentation():
    pair, data = Pair(), bytes(range(250)) * 8
    with Item("End-Node: Fragmentation", flow(pair) + pair.rules()) as item:
        # Fragments of an ESP packet come in; what goes out is one, too, not the other way round.
        for part in forge6.fragments6(pair.protect(request(HOST1, US6, data)), 1232):
            far.send(part)
        packets = [item.expect(), item.expect()]
        whole, kinds = reassembled(packets)
        item.same("headers", [(44, forge.ESP, True)] * 2, kinds)
        item.same("the answer", reply(US6, HOST1, data), item.inside(pair, whole))
        item.same("no fragment is too long", True, max(map(len, packets)) <= 1500)
        item.counters(IN_ESP=1, IN_PROTECTED=1, OUT_OFFERED=1, OUT_PROTECTED=1)


def too_big(about, mtu, src=ROUTER, dst=US6):
    """A router's answer: as much of the packet as makes 1280 bytes."""
    return raw(IPv6(src=src, dst=dst, hlim=64) / ICMPv6PacketTooBig(mtu=mtu) / about[:1232])


def end_node_too_big():
    pair, data = Pair(), bytes(range(200)) * 7
    with Item("End-Node: Packet Too Big Reception", flow(pair) + pair.rules()) as item:
        came = item.answered(pair, pair.protect(request(HOST1, US6, data)), reply(US6, HOST1, data))
        far.send(too_big(came, 1280))
        far.send(pair.protect(request(HOST1, US6, data, 2)))
        packets = [item.expect(), item.expect()]
        whole, kinds = reassembled(packets)
        item.same("headers", [(44, forge.ESP, True)] * 2, kinds)
        item.same("the answer", reply(US6, HOST1, data, 2), item.inside(pair, whole))
        item.same("no fragment is too long", True, max(map(len, packets)) <= 1280)
        item.counters(IN_ESP=2, IN_PROTECTED=2, OUT_OFFERED=2, OUT_PROTECTED=2, IN_ICMP_PMTU=1, IN_CLEAR=1)


def never_a_fragment(name, pair):
    """RFC 4302 3.3.4 and RFC 4303 3.3.4: transport mode is for whole packets."""
    with Item(f"{name}: Fragmentation, a fragment is never protected", flow(pair) + pair.rules()) as item:
        sender = socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)
        parts = forge6.fragments6(reply(US6, HOST1, bytes(100)), 64)
        for part in parts:
            try:
                sender.sendto(part, (HOST1, 0))
            except OSError as error:
                item.same("the sender is told", "EACCES", errno.errorcode[error.errno])
        item.same("a packet", None, far.receive(0.3))
        item.counters(OUT_OFFERED=len(parts), OUT_FRAGMENT=len(parts))


def end_node_tunnel():
    one = Pair("tunnel", SGW1)
    rules = flow(one, US6, HOST2) + one.rules()
    with Item("End-Node: Tunnel Mode with SGW", rules) as item:
        came = item.answered(one, one.protect(request(HOST2, US6)), reply(US6, HOST2))
        item.same("the ends", (US6, SGW1), (IPv6(came).src, IPv6(came).dst))
        item.counters(IN_ESP=1, IN_PROTECTED=1, OUT_OFFERED=1, OUT_PROTECTED=1)
    both = Pair("tunnel", HOST1)
    with Item("End-Node: Tunnel Mode with End-Node", flow(both, US6, HOST1) + both.rules()) as item:
        came = item.answered(both, both.protect(request(HOST1, US6)), reply(US6, HOST1))
        item.same("the ends", (US6, HOST1), (IPv6(came).src, IPv6(came).dst))
        item.counters(IN_ESP=1, IN_PROTECTED=1, OUT_OFFERED=1, OUT_PROTECTED=1)
    one = Pair("tunnel", SGW1)
    with Item("End-Node: Tunnel Mode Fragmentation", flow(one, US6, HOST2) + one.rules()) as item:
        data = bytes(range(250)) * 5
        for part in forge6.fragments6(one.protect(request(HOST2, US6, data)), 1232):
            far.send(part)
        item.same("the answer", reply(US6, HOST2, data), item.inside(one, item.expect()))
        item.counters(IN_ESP=1, IN_PROTECTED=1, OUT_OFFERED=1, OUT_PROTECTED=1)


def algorithm(node, mode, enc, auth):
    pair = Pair(mode, enc=enc, auth=auth)
    src, dst = HOST1, US6
    with Item(f"{node}: {mode} mode, {' '.join(a for a in (enc, auth) if a)}",
              (flow(pair, US6, HOST1) if mode == "tunnel" else flow(pair)) + pair.rules()) as item:
        item.answered(pair, pair.protect(request(src, dst)), reply(dst, src))
        item.counters(IN_ESP=1, IN_PROTECTED=1, OUT_OFFERED=1, OUT_PROTECTED=1)


# --- security gateway ------------------------------------------------------------------------------

def through(item, pair, src=HOST2, dst=NEAR_HOST6, packet=None):
    """From a host behind the other gateway to one behind us, and the answer back."""
    packet = packet or pair.protect(request(src, dst))
    far.send(packet)
    item.same("forwarded", forwarded(request(src, dst)), item.expect(near))
    near.send(reply(dst, src))
    came = item.expect()
    if came is not None:
        item.same("the answer", reply(dst, src, hlim=63), item.inside(pair, came))
        item.same("the ends", (US6, pair.peer), (IPv6(came).src, IPv6(came).dst))
    return came


def once(n=1, **more):
    return {"IN_ESP": n, "IN_PROTECTED": n, "OUT_OFFERED": n, "OUT_PROTECTED": n, "OUT_BYPASSED": n, "IN_CLEAR": n, **more}


def gateway():
    net, other = "fd02::/64", "fd02:0:0:1::/64"
    one, two = Pair("tunnel", SGW1), Pair("tunnel", SGW2)
    with Item("SGW: Select SPD", flow(one, "fd01::/64", other) + flow(two, "fd01::/64", net) + one.rules() + two.rules()) as item:
        came = through(item, two)
        item.same("the SPI", two.from_us.spi, two.number(came)[0])
        came = through(item, one, OTHER_HOST6)
        item.same("the SPI", one.from_us.spi, one.number(came)[0])
        item.counters(**once(2))
    one = Pair("tunnel", SGW1)
    rules = flow(one, "fd01::/64", net) + one.rules()
    with Item("SGW: Sequence Number Increment", rules) as item:
        for number in range(1, 5):
            item.same("SPI and sequence number", (one.from_us.spi, number), one.number(through(item, one)))
        item.counters(**once(4))
    gateway_items(one, net)
    gateway_too_big(net)
    gateway_padding(net)
    pair = Pair("tunnel", SGW1)
    invalid("SGW", pair, HOST2, NEAR_HOST6)
    for enc, auth in (("aes-128", "hmac-sha1"), ("aes-128", "hmac-sha2-256"), ("aes-256", "hmac-sha2-256"),
                      ("aes-128", "hmac-sha2-384"), ("aes-128", "hmac-sha2-512"), ("3des", "hmac-sha1"),
                      ("aes-128-ctr", "hmac-sha1"), ("null", "hmac-sha1"), ("aes-128-gcm", None),
                      ("aes-256-gcm", None), ("aes-128-ccm", None), ("chacha20-poly1305", None)):
        pair = Pair("tunnel", SGW1, enc=enc, auth=auth)
        with Item(f"SGW: {' '.join(a for a in (enc, auth) if a)}", flow(pair, "fd01::/64", net) + pair.rules()) as item:
            through(item, pair)
            item.counters(**once())


def gateway_items(one, net):
    with Item("SGW: Receipt of No Next Header", flow(one, "fd01::/64", net) + one.rules()) as item:
        one.to_us.seq = 0
        for payload in (b"", raw(request(HOST2, NEAR_HOST6)), bytes(range(100))):
            far.send(one.sealed(payload, forge.DUMMY))
        through(item, one)
        item.counters(**{**once(), "IN_ESP": 4, "IN_DUMMY": 3})
    with Item("SGW: Bypass Policy", f"flow from fd01::/64 to {net} type bypass\nflow from {net} to fd01::/64 type bypass\n"
              "flow from any to any type deny\n") as item:
        far.send(raw(request(HOST2, NEAR_HOST6)))
        item.same("forwarded", forwarded(request(HOST2, NEAR_HOST6)), item.expect(near))
        near.send(reply(NEAR_HOST6, HOST2))
        item.same("the answer", reply(NEAR_HOST6, HOST2, hlim=63), item.expect())
        item.counters(IN_CLEAR=2, OUT_BYPASSED=2)
    with Item("SGW: Discard Policy", f"flow from fd01::/64 to {net} type deny\n") as item:
        far.send(raw(request(HOST2, NEAR_HOST6)))
        near.send(reply(NEAR_HOST6, HOST2))
        item.same("forwarded", (None, None), (near.receive(0.3), far.receive(0.3)))
        item.counters(IN_DISCARD=1, IN_CLEAR=1, OUT_DISCARD=1)
    one = Pair("tunnel", SGW1)
    with Item("SGW: ICMP error for a host behind a tunnel", flow(one, US6, net) + one.rules()) as item:
        # It comes from us, so it is under the policy for what comes from us (RFC 4301 6.2). What
        # it is about dies before it is forwarded, and before any policy.
        packet = raw(request(HOST2, "fd01::99", hlim=1))
        far.send(packet)
        inside = IPv6(item.inside(one, item.expect()))
        item.same("time exceeded, from us", (US6, HOST2, 3), (inside.src, inside.dst, raw(inside)[40]))
        item.same("about the packet", packet, raw(inside)[48:])
        item.counters(OUT_OFFERED=1, OUT_PROTECTED=1)
    one = Pair("tunnel", SGW1)
    with Item("SGW: Fragmentation", flow(one, "fd01::/64", net) + one.rules()) as item:
        # Fragments of ESP are one packet again, those inside stay what they are.
        packet = request(HOST2, NEAR_HOST6, bytes(range(200)))
        for part in forge6.fragments6(one.protect(packet), 104):
            far.send(part)
        item.same("forwarded", forwarded(packet), item.expect(near))
        for part in forge6.fragments6(raw(packet), 104):
            far.send(one.protect(IPv6(part)))
            item.same("a fragment, forwarded", forwarded(part), item.expect(near))
        item.counters(IN_ESP=3, IN_PROTECTED=3, OUT_BYPASSED=3)


def gateway_too_big(net):
    """Outside there are 76 bytes besides the blocks: IPv6, ESP and IV, ICV; of these the trailer has 2."""
    def large(size, number):
        return raw(request(NEAR_HOST6, HOST2, bytes(size - 48), number))

    def told(item, mtu, about):
        item.same("the sender is told", too_big(about, mtu, "fd01::1", NEAR_HOST6), item.expect(near))

    one = Pair("tunnel", SGW1)
    rules = flow(one, "fd01::/64", net) + one.rules()
    with Item("SGW: Packet Too Big Transmission", rules) as item:
        packet = large(1423, 1)
        near.send(packet)
        told(item, 1422, forwarded(packet))
        fits = large(1422, 2)
        near.send(fits)
        item.same("what fits", forwarded(fits), item.inside(one, item.expect()))
        item.counters(OUT_OFFERED=2, OUT_TOO_BIG=1, OUT_PROTECTED=1, IN_CLEAR=2, OUT_BYPASSED=1)
    with Item("SGW: Packet Too Big Forwarding", rules) as item:
        packet = large(1400, 1)
        near.send(packet)
        far.send(too_big(item.expect(), 1380))
        near.send(packet)
        told(item, (1380 - 76) // 16 * 16 - 2, forwarded(packet))
        item.counters(OUT_OFFERED=2, OUT_PROTECTED=1, OUT_TOO_BIG=1, IN_ICMP_PMTU=1, IN_CLEAR=3, OUT_BYPASSED=1)


def gateway_padding(net):
    one = Pair("tunnel", SGW1)
    rules = flow(one, "fd01::/64", net) + one.rules()
    packet = raw(request(HOST2, NEAR_HOST6))
    with Item("SGW: Tunnel Mode Padding", rules) as item:
        for more in (0, 16, 240):
            through(item, one, packet=one.sealed(packet, forge.IPV6, more))
        item.counters(**once(3))
    with Item("SGW: TFC Padding", rules) as item:
        one.to_us.seq = 0
        for more in (1, 16, 200, 700):
            through(item, one, packet=one.sealed(packet + bytes(more), forge.IPV6))
        item.counters(**once(4))


# --- AH ---------------------------------------------------------------------------------------------

def ah():
    pair = Pair(proto="ah")
    with Item("AH: Outbound and Inbound AH packet (HMAC-SHA1)", flow(pair) + pair.rules()) as item:
        for number in (1, 2, 3):
            came = item.answered(pair, pair.protect(request(HOST1, US6)), reply(US6, HOST1))
            item.same("SPI and sequence number", (pair.from_us.spi, number), pair.number(came))
        item.counters(IN_AH=3, IN_PROTECTED=3, OUT_OFFERED=3, OUT_PROTECTED=3)
    pair, data = Pair(proto="ah"), bytes(range(250)) * 8
    with Item("AH: Header Order (Fragment Header vs AH)", flow(pair) + pair.rules()) as item:
        for part in forge6.fragments6(pair.protect(request(HOST1, US6, data)), 1232):
            far.send(part)
        whole, kinds = reassembled([item.expect(), item.expect()])
        item.same("headers", [(44, forge.AH, True)] * 2, kinds)
        item.same("the answer", reply(US6, HOST1, data), item.inside(pair, whole))
    never_a_fragment("AH", Pair(proto="ah"))
    for name, packet, change, detected in changes():
        pair = Pair(proto="ah")
        word = "Detect" if detected else "Undetect"
        with Item(f"AH: {word} modification of {name}", flow(pair) + pair.rules()) as item:
            whole = bytearray(pair.to_us.protect(raw(packet)))
            change(whole)
            far.send(pair.to_us.protect(raw(packet)))
            item.same("it is answered", True, echoed(item, pair))
            far.send(bytes(whole))
            if detected:
                item.same("an answer", None, far.receive(0.3))
                item.counters(IN_AH=2, IN_ICV=1, IN_PROTECTED=1, OUT_OFFERED=1, OUT_PROTECTED=1)
            else:
                item.same("it is answered", True, echoed(item, pair))
                item.counters(IN_AH=2, IN_PROTECTED=2, OUT_OFFERED=2, OUT_PROTECTED=2)


def echoed(item, pair):
    packet = item.expect()
    return packet is not None and item.inside(pair, packet)[40:41] == b"\x81"


def changes():
    """Name, packet before it is signed, what happens to it on the way, whether AH sees it."""
    def packet(*extensions):
        result = IPv6(src=HOST1, dst=US6, hlim=64)
        for extension in extensions:
            result /= extension
        return IPv6(raw(result / ICMPv6EchoRequest(id=7, seq=1, data=b"data")))

    def flip(at, bit=1):
        def change(packet):
            packet[at] ^= bit
        return change
    # The first option may change on the way: its data are at 44. The second may not: it is at 48.
    two = [HBHOptUnknown(otype=0x3e, optdata=b"move"), HBHOptUnknown(otype=0x1e, optdata=b"stay")]
    hop = packet(IPv6ExtHdrHopByHop(options=two))
    behind = packet(IPv6ExtHdrDestOpt(options=two))
    routed = packet(IPv6ExtHdrRouting(type=0, segleft=0, addresses=["2001:db8::77"]))
    yield "IPv6 header IP src address", packet(), flip(23, 0x40), True
    yield "IPv6 header hoplimit", packet(), flip(7, 4), False
    yield "IPv6 header traffic class and flow label", packet(), flip(1, 0x50), False
    yield "Routing header address", routed, flip(63), True
    yield "HBHOpt header option type", hop, flip(48), True
    yield "HBHOpt header option data", hop, flip(51), True
    yield "HBHOpt header option data that may change", hop, flip(45), False
    yield "DstOpt header option data after AH", behind, flip(75), True
    yield "AH reserved field", packet(), flip(42), True
    yield "AH sequence number", packet(), flip(51, 2), True
    yield "payload", packet(), flip(-1), True


{"end-node": end_node, "gateway": gateway, "ah": ah}[sys.argv[1]]()
ktap.end()
