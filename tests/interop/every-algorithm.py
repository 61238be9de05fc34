"""Every algorithm, opened and made by others: OpenSSL (algorithms.py) and, for what it has,
scapy. every-algorithm.py esp|ah, in the bench of forge_bench6.

All algorithms are loaded at once, each for a UDP port of its own. Of each packet of ours the
judge must find the payload in it, and make the same bytes out of it; what the judge makes
must come out of the module as it went in. Payloads are of lengths at which padding changes.
"""
import socket
import struct
import sys

from scapy.compat import raw
from scapy.layers import inet, inet6
from scapy.layers import ipsec as scapy

import forge
import forge6
from algorithms import AUTH, ENC
from forge import FAR, FAR_HOST, NEAR_HOST, UDP, US
from forge6 import FAR6, FAR_HOST6, NEAR_HOST6, US6

PROTO = sys.argv[1]
LENGTHS = (0, 1, 5, 6, 1001)

ktap = forge.Ktap()
listener = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)   # so that nobody answers "unreachable"
listener.bind(("::", 9))
raw_sockets = {4: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW),
               6: socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)}


def suites():
    """(encryption, integrity), each algorithm once; the ciphers with one that is a MUST."""
    if PROTO == "ah":
        return [(None, auth) for auth in AUTH]
    pairs = [(enc, None if row.icv else "hmac-sha2-256") for enc, row in ENC.items()]
    return pairs + [("null", auth) for auth in AUTH if not AUTH[auth].iv and auth != "hmac-sha2-256"]


class Family:
    """What differs between IPv4 and IPv6, and the ends of one way through the bench."""
    def __init__(self, number, mode):
        self.number, self.mode = number, mode
        six = number == 6
        self.us, self.far = (US6, FAR6) if six else (US, FAR)
        hosts = (NEAR_HOST6, FAR_HOST6) if six else (NEAR_HOST, FAR_HOST)
        self.ends = hosts if mode == "tunnel" else (self.us, self.far)
        self.sa = forge6.Sa6 if six else forge.Sa
        self.datagram = forge6.datagram6 if six else self.datagram4
        self.forwarded = forge6.forwarded6 if six else forge.forwarded
        wire = forge6.Wire6 if six else forge.Wire
        self.wire, self.tap = wire("far", "eth0", "us/eth1"), wire("us", "eth1")
        self.near = wire("near", "eth0", "us/eth0")
        self.nets = ("fd01::/64", "fd02::/64") if six else ("10.1.0.0/24", "10.2.0.0/24")

    @staticmethod
    def datagram4(src, dst, data, **ports):
        return forge.ip4(src, dst, UDP, forge.udp(src, dst, data, **ports))

    def header(self, packet):
        """Bytes before ESP or AH: neither options nor extension headers are here."""
        return 40 if self.number == 6 else forge.header_len(packet)

    def again(self, packet, proto, payload):
        """The packet with another payload."""
        change = forge6.changed6 if self.number == 6 else forge.changed
        return change(packet, proto=proto, payload=payload)

    def rules(self, ours, inbound, port):
        ends = f"from {self.us} to {self.far} port {port}" if self.mode == "transport" else \
            f"from {self.nets[0]} to {self.nets[1]} port {port} local {self.us} peer {self.far}"
        return f"flow {PROTO} {self.mode} proto udp {ends} reqid {port}\n" + \
            "".join(sa.rule().rstrip() + f" reqid {port}\n" for sa in (ours, inbound))

    def send(self, packet):
        if self.mode == "tunnel":
            self.near.send(packet)
        elif self.number == 6:
            raw_sockets[6].sendto(packet, (self.far, 0))
        else:
            raw_sockets[4].sendto(packet, (self.far, 0))


# --- judges --------------------------------------------------------------------------------

class OpenSsl:
    """Knows all of them."""
    name = "OpenSSL"

    def __init__(self, family, sa):
        self.family, self.sa = family, sa

    def protect(self, packet):
        return self.sa.protect(packet)

    def complaints(self, original, packet, number):
        """What is wrong with a packet of ours that should have this original in it."""
        sa, at = self.sa, self.family.header(packet)
        inner = original
        next_header = forge.IPV6 if self.family.number == 6 else forge.IPIP
        if sa.mode == "transport":
            inner, next_header = original[at:], UDP
        if sa.proto == "esp":
            iv = packet[at + 8:at + 8 + sa.iv_len]
            made = self.family.again(packet, forge.ESP, sa.encrypt(number, sa.padded(inner, next_header), iv))
        else:
            with_iv = type(sa).iv
            sa.iv = lambda _seq: packet[at + 12:at + 12 + sa.iv_len]
            made = sa.authenticate(packet[:at], number, inner, next_header)
            sa.iv = with_iv.__get__(sa)
        return [] if made == packet else [f"ours {packet.hex()}", f"made {made.hex()}"]


SCAPY_AUTH = {"hmac-md5": "HMAC-MD5-96", "hmac-sha1": "HMAC-SHA1-96", "hmac-sha2-256": "SHA2-256-128",
              "hmac-sha2-384": "SHA2-384-192", "hmac-sha2-512": "SHA2-512-256", "aes-cmac": "AES-CMAC-96"}


def scapy_enc(name):
    """The name and the length of the ICV that scapy has for an algorithm, or None."""
    if name in ("null", "3des") or ENC[name].number.endswith("AES_CBC"):
        return {"null": "NULL", "3des": "3DES"}.get(name, "AES-CBC"), None
    if name.endswith("-ctr"):
        return "AES-CTR", None
    for words, scapys, lengths in (("-gcm", "AES-GCM", (16,)), ("-ccm", "AES-CCM", (8, 12, 16)),
                                   ("chacha20", "CHACHA20-POLY1305", (16,))):
        if words in name and ENC[name].icv in lengths:
            return scapys, ENC[name].icv
    return None


class Scapy:
    """Implicit IVs it has not, but it takes a nonce of ours."""
    name = "scapy"

    @staticmethod
    def has(enc, auth):
        return (enc is None or scapy_enc(enc) is not None) and (auth is None or auth in SCAPY_AUTH)

    def __init__(self, family, sa):
        self.family, self.sa = family, sa
        crypt, icv = scapy_enc(sa.enc) if sa.enc else (None, None)
        header = None
        self.ip = inet6.IPv6 if family.number == 6 else inet.IP
        if sa.mode == "tunnel":
            header = self.ip(src=sa.src, dst=sa.dst)
        self.peer = scapy.SecurityAssociation(
            scapy.AH if PROTO == "ah" else scapy.ESP, sa.spi, crypt_algo=crypt,
            crypt_key=sa.enc_key or None, crypt_icv_size=icv,
            auth_algo=SCAPY_AUTH.get(sa.auth), auth_key=sa.auth_key, tunnel_header=header)
        if sa.enc and sa.enc.endswith("-iiv"):
            self.implicit(self.peer.crypt_algo)

    def implicit(self, algo):
        """RFC 8750 4: the IV is the sequence number, as 64 bits."""
        self.peer.crypt_algo = scapy.CryptAlgo(
            algo.name, cipher=algo.cipher, mode=None, block_size=1, iv_size=0, icv_size=algo.icv_size,
            key_size=algo.key_size, salt_size=algo.salt_size,
            format_mode_iv=lambda sa, **_: sa.crypt_salt + struct.pack("!Q", sa.seq_num))

    def protect(self, packet):
        self.peer.seq_num = number = self.sa.next()
        return raw(self.peer.encrypt(self.ip(packet), seq_num=number))

    def complaints(self, original, packet, number):
        self.peer.seq_num = number
        try:
            opened = raw(self.peer.decrypt(self.ip(packet)))
        except scapy.IPSecIntegrityError as error:
            return [f"{packet.hex()}: {error}"]
        if opened != original:
            return [f"sent  {original.hex()}", f"found {opened.hex()}"]
        at = self.family.header(packet)
        if self.sa.mode == "tunnel":
            self.peer.tunnel_header = self.ip(packet[:at])
        iv = packet[at + 8:at + 8 + self.sa.iv_len] if PROTO == "esp" else None
        made = raw(self.peer.encrypt(self.ip(original), seq_num=number, iv=iv))
        return [] if made == packet else [f"ours   {packet.hex()}", f"scapys {made.hex()}"]


# --- both ways -------------------------------------------------------------------------------

def receive(wire, count):
    packets = []
    while len(packets) < count and (packet := wire.receive(10)) is not None:
        packets.append(packet)
    return packets


def ours(family, judges, sa, port):
    """We protect, and everybody opens it."""
    sent = [family.datagram(*family.ends, bytes(n), dport=port) for n in LENGTHS]
    for packet in sent:
        family.send(packet)
    packets = receive(family.wire, len(sent))
    complaints = {judge.name: [] if len(packets) == len(sent) else [f"{len(packets)} packets of {len(sent)}"]
                  for judge in judges}
    at = family.header(packets[0]) + (8 if PROTO == "esp" else 12) if packets else 0
    if sa.iv_len and len({packet[at:at + sa.iv_len] for packet in packets}) != len(packets):
        complaints[judges[0].name].append("an IV is there twice")
    for number, (original, packet) in enumerate(zip(sent, packets), 1):
        original = family.forwarded(original) if family.mode == "tunnel" else original
        for judge in judges:
            complaints[judge.name] += judge.complaints(original, packet, number)
    return complaints


def theirs(family, judge, port):
    """They protect, and what comes out of the module is what they put in."""
    sent = [family.datagram(*reversed(family.ends), bytes(n), sport=port) for n in LENGTHS]
    wire = [judge.protect(packet) for packet in sent]
    for packet in wire:
        family.wire.send(packet)
    found = [packet for packet in receive(family.tap, 2 * len(sent)) if packet not in wire]
    return [] if found == sent else [f"expected {[p.hex() for p in sent]}", f"found {[p.hex() for p in found]}"]


def group(number, mode):
    family, cases, rules = Family(number, mode), [], ""
    for port, (enc, auth) in enumerate(suites(), 7000):
        out = family.sa(PROTO, mode, port, src=family.us, dst=family.far, enc=enc, auth=auth)
        inbound = family.sa(PROTO, mode, 0x10000 + port, enc=enc, auth=auth)
        cases.append((port, enc, auth, out, inbound))
        rules += family.rules(out, inbound, port)
    forge.load(rules)
    for port, enc, auth, out, inbound in cases:
        test(family, port, enc, auth, out, inbound)


def test(family, port, enc, auth, out, inbound):
    # pylint: disable=too-many-arguments
    kinds = [OpenSsl] + ([Scapy] if Scapy.has(enc, auth) else [])
    for wire in (family.wire, family.tap, family.near):
        wire.drain()
    said = ours(family, [kind(family, out) for kind in kinds], out, port)
    name = f"{PROTO} {family.mode} IPv{family.number} " + " ".join(a for a in (enc, auth) if a)
    for kind in kinds:
        family.tap.drain()
        ktap.result(f"{name}: {kind.name}", said[kind.name] + theirs(family, kind(family, inbound), port))


before = forge.State()
for number_ in (4, 6):
    for mode_ in ("transport", "tunnel"):
        group(number_, mode_)
ktap.same("nothing was dropped", {}, forge.State().drops(before))
ktap.end()
