"""The module and scapy's ipsec layer open each other's packets.

scapy-ipsec.py esp|ah, in the bench of tests/lib/forge.sh. Every packet is compared byte
for byte: what scapy makes of ours with what we sent, what we make of scapy's with what it
sent, and what both make of the same packet, sequence number and IV.
"""
import socket
import struct
import sys

from scapy.compat import raw
from scapy.layers import ipsec as scapy
from scapy.layers.inet import IP

import forge
from forge import FAR, FAR_HOST, NEAR_HOST, US

ESP_ALGORITHMS = [
    ("aes-128", "hmac-sha2-256"), ("aes-256", "hmac-sha2-256"), ("aes-128-gcm", None),
    ("aes-256-gcm", None), ("null", "hmac-sha2-256"), ("null", "hmac-sha1"),
]
AH_ALGORITHMS = [(None, "hmac-sha2-256"), (None, "hmac-sha1")]
SCAPY_NAMES = {
    "aes-128": "AES-CBC", "aes-256": "AES-CBC", "aes-128-gcm": "AES-GCM", "aes-256-gcm": "AES-GCM",
    "null": "NULL", "hmac-sha1": "HMAC-SHA1-96", "hmac-sha2-256": "SHA2-256-128", None: None,
}

NOP, END = b"\1", b"\0"
ROUTER_ALERT = bytes([0x94, 4, 0, 0])
RECORD_ROUTE = bytes([7, 11, 4, *bytes(8)])          # two empty places
STAMP = bytes([0x44, 8, 5, 0, *bytes(4)])            # one empty place
SECURITY = bytes([0x82, 11, *range(9)])
NOW = b"time"                                        # in place of a timestamp that we cannot know

ktap = forge.Ktap()
far, near = forge.far_wire(), forge.near_wire()
tap = forge.Wire("us", "eth1")
sender = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW)
listener = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)    # so that nobody answers "unreachable"
listener.bind(("0.0.0.0", 9))


def theirs(sa, outer=None):
    """The SA as scapy has it; outer: the IP header of a tunnel."""
    header = None
    if sa.mode == "tunnel":
        header = IP(outer) if outer else IP(src=sa.src, dst=sa.dst, ttl=9, id=77)
    return scapy.SecurityAssociation(
        scapy.AH if sa.proto == "ah" else scapy.ESP, sa.spi,
        crypt_algo=SCAPY_NAMES[sa.enc], crypt_key=sa.enc_key or None,
        auth_algo=SCAPY_NAMES[sa.auth], auth_key=sa.auth_key if sa.auth else None, tunnel_header=header)


def tcp_reset(data=b""):
    return struct.pack("!HHIIBBHHH", 4001, 4002, 7, 0, 0x50, 4, 0, 0, 0) + data


def echo_reply(data):
    head = struct.pack("!BBHHH", 0, 0, 0, 1, 2)
    return head[:2] + struct.pack("!H", forge.checksum(head + data)) + head[4:] + data


def originals(src, dst, options):
    """Packets of many kinds, none of which is answered by whoever gets it."""
    packets = [forge.datagram(src, dst, bytes(size), ident=100 + size, ttl=64 - size, tos=size * 4 & 255)
               for size in (0, 1, 2, 3, 5, 9, 13, 16)]
    packets += [forge.datagram(src, dst, b"all ECN and DF", ident=200 + ecn, tos=0xb8 | ecn, flags=forge.DF)
                for ecn in range(4)]
    packets += [
        forge.datagram(src, dst, bytes(range(256)) * 5, ident=300),
        forge.ip4(src, dst, forge.TCP, tcp_reset(b"data"), ident=301, flags=forge.DF),
        forge.ip4(src, dst, forge.ICMP, echo_reply(b"ping"), ident=302),
    ]
    packets += [forge.datagram(src, dst, b"options", ident=400 + n, options=o) for n, o in enumerate(options)]
    return packets


# Options in the header that AH and ESP transport mode leave outside, and inside a tunnel
# those that a router on the way does not change.
LASTING = [ROUTER_ALERT, NOP * 4, NOP + SECURITY + ROUTER_ALERT]
ON_THE_WAY = [NOP + RECORD_ROUTE, ROUTER_ALERT + NOP + RECORD_ROUTE + ROUTER_ALERT, STAMP,
              RECORD_ROUTE + END + bytes(4)]


def arrived(packet):
    """The packet as an IP layer leaves it that is its end: our place in the options."""
    header, size = bytearray(packet), forge.header_len(packet)
    at = 20
    while at < size and header[at] != 0:
        kind, length = header[at], 1 if header[at] == 1 else header[at + 1]
        if kind in (7, 0x44):
            place = at + header[at + 2] - 1
            header[place:place + 4] = socket.inet_aton(US) if kind == 7 else NOW
            header[at + 2] += 4
        at += length
    return forge.changed(bytes(header))


def timeless(packet):
    """The packet with NOW for the time it was stamped with."""
    if packet[20] != 0x44 or forge.header_len(packet) < 28:
        return packet
    return forge.changed(packet[:24] + NOW + packet[28:])


def receive(wire, count):
    packets = []
    while len(packets) < count and (packet := wire.receive(10)) is not None:
        packets.append(packet)
    return packets + wire.drain()


# --- ours, opened by scapy ---------------------------------------------------------------

def outer_header_complaints(sa, original, packet):
    """What is wrong with the header outside (RFC 4301 5.1.2.1)."""
    if sa.mode == "transport":
        expected = forge.changed(original, proto=sa.protocol, payload=packet[forge.header_len(original):])
    else:
        ident, df = struct.unpack_from("!H", packet, 4)[0], original[6] & 0x40
        expected = forge.ip4(US, FAR, sa.protocol, packet[20:], ttl=64, tos=original[1], ident=ident,
                             flags=forge.DF if df else 0)
    return [] if expected == packet else [f"expected {expected[:60].hex()}", f"found    {packet[:60].hex()}"]


def again(sa, original, number, packet):
    """What scapy makes of the original with our sequence number, IV and outer header."""
    size = forge.header_len(packet)
    iv = packet[size + 8:size + 8 + sa.iv_len] if sa.proto == "esp" else None
    peer = theirs(sa, packet[:20])
    return raw(peer.encrypt(IP(original), seq_num=number, iv=iv))


def ours_complaints(sa, sent, packets):
    complaints = {"outer header": [], "SPI and sequence number": [], "opened by scapy": [], "made again by scapy": []}
    for number, (original, packet) in enumerate(zip(sent, packets), 1):
        complaints["outer header"] += outer_header_complaints(sa, original, packet)
        at = forge.header_len(packet) + (4 if sa.proto == "ah" else 0)
        spi, seq = struct.unpack_from("!II", packet, at)
        if (spi, seq) != (sa.spi, number):
            complaints["SPI and sequence number"].append(f"{spi:#x} {seq}, not {sa.spi:#x} {number}")
        try:
            opened = raw(theirs(sa).decrypt(IP(packet)))
        except scapy.IPSecIntegrityError as error:
            opened = str(error).encode()
        if opened != original:
            complaints["opened by scapy"] += [f"sent  {original.hex()}", f"found {opened.hex()}"]
        if (made := again(sa, original, number, packet)) != packet:
            complaints["made again by scapy"] += [f"ours   {packet.hex()}", f"scapys {made.hex()}"]
    return complaints


def distinct(packets, start, length):
    """Complaint if two packets have the same bytes there."""
    values = [packet[start(packet):start(packet) + length] for packet in packets]
    return [] if len(set(values)) == len(values) else ["not distinct: " + " ".join(v.hex() for v in values)]


def test_ours(sa):
    if sa.mode == "transport":
        sent = originals(US, FAR, LASTING + ON_THE_WAY)
        expected = sent
    else:
        sent = originals(NEAR_HOST, FAR_HOST, LASTING)
        expected = [forge.forwarded(packet) for packet in sent]
    before = forge.State()
    for packet in sent:
        if sa.mode == "transport":
            sender.sendto(packet, (FAR, 0))
        else:
            near.send(packet)
    packets = receive(far, len(sent))
    ktap.same(f"{sa.name}: ours: one packet for each", len(sent), len(packets))
    for what, complaints in ours_complaints(sa, expected, packets).items():
        ktap.result(f"{sa.name}: ours: {what}", complaints)
    if sa.iv_len:
        ktap.result(f"{sa.name}: ours: IVs do not repeat",
                    distinct(packets, lambda p: forge.header_len(p) + 8, sa.iv_len))
    if sa.mode == "tunnel":
        ktap.result(f"{sa.name}: ours: IDs do not repeat", distinct(packets, lambda p: 4, 2))
    after, n = forge.State(), len(sent)
    forwarded = {"IN_CLEAR": n} if sa.mode == "tunnel" else {}
    ktap.result(f"{sa.name}: ours: counters", forge.differences(
        {"OUT_OFFERED": n, "OUT_PROTECTED": n, **forwarded}, after.grown(before)))
    ktap.result(f"{sa.name}: ours: the SA's books", forge.differences(
        {f"{sa.proto} {sa.spi:#x} {field}": value for field, value in
         (("packets", n), ("bytes", sum(map(len, sent))), ("seq_out", n))}, after.sa_changes(before)))


# --- scapy's, opened by us ---------------------------------------------------------------

def on_the_way(sa, packet):
    """What routers may change in the header, and AH does not protect."""
    if sa.proto != "ah":
        return packet
    packet = bytearray(packet)
    packet[6] |= 0x40       # DF
    return forge.changed(bytes(packet), ttl=packet[8] - 1, tos=packet[1] ^ 0xe0)


def test_theirs(sa):
    if sa.mode == "transport":
        sent = originals(FAR, US, LASTING + ON_THE_WAY)
        expected = [arrived(on_the_way(sa, packet)) for packet in sent]
    else:
        sent = originals(FAR_HOST, NEAR_HOST, LASTING)
        expected = sent
    peer, before = theirs(sa), forge.State()
    wire = [on_the_way(sa, raw(peer.encrypt(IP(packet)))) for packet in sent]
    for packet in wire:
        far.send(packet)
    # The tap sees what arrives, and what comes out of it.
    found = [timeless(packet) for packet in receive(tap, 2 * len(sent)) if packet not in wire]
    complaints = [f"{a.hex() if a else None} became {b.hex() if b else None}"
                  for a, b in zip(expected, found) if a != b]
    if len(expected) != len(found):
        complaints.append(f"{len(expected)} sent, {len(found)} came out")
    ktap.result(f"{sa.name}: scapy's: what comes out is what went in", complaints)
    if sa.mode == "tunnel":
        passed = receive(near, len(sent))
        ktap.same(f"{sa.name}: scapy's: it is forwarded", [forge.forwarded(p) for p in expected], passed)
    after, n = forge.State(), len(sent)
    forwarded = {"OUT_BYPASSED": n} if sa.mode == "tunnel" else {}
    ktap.result(f"{sa.name}: scapy's: counters", forge.differences(
        {"IN_" + sa.proto.upper(): n, "IN_PROTECTED": n, **forwarded}, after.grown(before)))
    ktap.result(f"{sa.name}: scapy's: the SA's books", forge.differences(
        {f"{sa.proto} {sa.spi:#x} {field}": value for field, value in
         (("packets", n), ("bytes", sum(map(len, sent))), ("seq_in", n))}, after.sa_changes(before)))
    ktap.same(f"{sa.name}: scapy's: nothing is answered", [], far.drain())


def test(proto, mode, enc, auth):
    ours = forge.Sa(proto, mode, 0x1000 + ktap.count, US, FAR, enc, auth)
    inbound = forge.Sa(proto, mode, 0x80000000 + ktap.count, FAR, US, enc, auth)
    ends = f"from {US} to {FAR}" if mode == "transport" else \
        f"from 10.1.0.0/24 to 10.2.0.0/24 local {US} peer {FAR}"
    forge.load(f"flow {proto} {mode} {ends}\n" + ours.rule() + inbound.rule())
    for wire in (far, near, tap):
        wire.drain()
    test_ours(ours)
    test_theirs(inbound)


for mode_ in ("transport", "tunnel"):
    for enc_, auth_ in ESP_ALGORITHMS if sys.argv[1] == "esp" else AH_ALGORITHMS:
        test(sys.argv[1], mode_, enc_, auth_)
ktap.end()
