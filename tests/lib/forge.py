"""ESP and AH packets made and read by hand, for tests.

Runs in the namespace `us` of forge_bench (tests/lib/forge.sh).

    ip4() udp()         headers with right checksums
    Sa                  an SA: its rule for ipsecctl, and packets protected by it
    Wire                the other end of a cable, or a tap: packets from the IP header on
    load() state()      rules, counters and SAs of the module
    Ktap                results

Only what the kernel's crypto must be compared with comes from elsewhere: algorithms.py.
"""
import contextlib
import ctypes
import hashlib
import json
import os
import select
import socket
import struct
import subprocess
import time

import algorithms
from algorithms import AUTH, ENC

US, FAR = "192.0.2.1", "192.0.2.2"
NEAR_HOST, FAR_HOST = "10.1.0.2", "10.2.0.2"
MAC = {"us/eth0": "02:00:00:00:00:10", "us/eth1": "02:00:00:00:00:11"}

ICMP, IPIP, TCP, UDP, IPV6, ESP, AH, DUMMY = 1, 4, 6, 17, 41, 50, 51, 59
DF, MF = 2, 1


# --- results -------------------------------------------------------------------------

class Ktap:
    """Results in KTAP. Without end() there is no plan, which counts as a failure."""
    def __init__(self):
        self.count = 0

    def result(self, name, complaints):
        """Good if there are no complaints (a list of sentences)."""
        self.count += 1
        print(f"{'not ok' if complaints else 'ok'} {self.count} {name}")
        for line in complaints[:12]:
            print(f"  {line}")

    def same(self, name, expected, found):
        self.result(name, [] if expected == found else
                    [f"expected: {expected}", f"found:    {found}"])

    def skip(self, name, reason):
        self.count += 1
        print(f"ok {self.count} {name} # SKIP {reason}")

    def end(self):
        print(f"1..{self.count}")


def differences(expected, found):
    """How two dictionaries differ, as sentences."""
    return [f"{key}: expected {expected.get(key, 0)}, found {found.get(key, 0)}"
            for key in sorted(set(expected) | set(found), key=str)
            if expected.get(key, 0) != found.get(key, 0)]


# --- headers -------------------------------------------------------------------------

def checksum(data):
    data += b"\0" * (len(data) % 2)
    total = sum(struct.unpack(f"!{len(data) // 2}H", data))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return ~total & 0xffff


def ip4(src, dst, proto, payload=b"", *, ttl=64, tos=0, ident=1, flags=0, offset=0,
        options=b"", version=4, ihl=None, length=None):
    """An IPv4 packet. Its length and IHL may be wrong, its checksum is right."""
    size = 20 + len(options)
    header = bytearray(struct.pack(
        "!BBHHHBBH4s4s", version << 4 | (size // 4 if ihl is None else ihl), tos,
        size + len(payload) if length is None else length, ident, flags << 13 | offset // 8,
        ttl, proto, 0, socket.inet_aton(src), socket.inet_aton(dst)) + options)
    header[10:12] = struct.pack("!H", checksum(bytes(header)))
    return bytes(header) + payload


def udp(src, dst, data, sport=4000, dport=9):
    """A UDP datagram for ip4(src, dst, UDP, ...)."""
    size = 8 + len(data)
    header = struct.pack("!HHHH", sport, dport, size, 0)
    pseudo = socket.inet_aton(src) + socket.inet_aton(dst) + struct.pack("!BBH", 0, UDP, size)
    return struct.pack("!HHHH", sport, dport, size, checksum(pseudo + header + data) or 0xffff) + data


def datagram(src, dst, data, **header):
    """An IPv4 packet with a UDP datagram."""
    return ip4(src, dst, UDP, udp(src, dst, data), **header)


def header_len(packet):
    return (packet[0] & 15) * 4


def changed(packet, **fields):
    """The packet with some of proto, ttl, tos, length, ident and payload replaced."""
    size = header_len(packet)
    header, payload = bytearray(packet[:size]), fields.pop("payload", packet[size:])
    struct.pack_into("!H", header, 2, fields.pop("length", size + len(payload)))
    for name, value in fields.items():
        form, offset = {"tos": ("!B", 1), "ident": ("!H", 4), "ttl": ("!B", 8), "proto": ("!B", 9)}[name]
        struct.pack_into(form, header, offset, value)
    struct.pack_into("!H", header, 10, 0)
    struct.pack_into("!H", header, 10, checksum(bytes(header)))
    return bytes(header) + payload


def forwarded(packet):
    """The packet behind one router."""
    return changed(packet, ttl=packet[8] - 1)


def fragments(packet, size):
    """The packet in fragments with payloads of so many bytes."""
    header, payload = packet[:header_len(packet)], packet[header_len(packet):]
    result = []
    for at in range(0, len(payload), size):
        part = bytearray(changed(header, payload=payload[at:at + size]))
        more = MF << 13 if at + size < len(payload) else 0
        struct.pack_into("!HHH", part, 6, more | at // 8, struct.unpack_from("!H", part, 8)[0], 0)
        struct.pack_into("!H", part, 10, checksum(bytes(part[:len(header)])))
        result.append(bytes(part))
    return result


# --- SAs -----------------------------------------------------------------------------

def secret(what, size):
    return hashlib.shake_128(what.encode()).digest(size)


def inside(packet):
    """The next header of a tunnel that holds the packet."""
    return IPV6 if packet[:1] and packet[0] >> 4 == 6 else IPIP


class Sa:
    """An SA that we know everything about. Its last sequence number is in .seq. words: more of
    its rule."""
    def __init__(self, proto, mode, spi, src=FAR, dst=US, enc=None, auth=None, replay=None,
                 esn=False, words=""):
        # pylint: disable=too-many-arguments
        self.words, self.esn = words, esn
        self.proto, self.mode, self.spi, self.src, self.dst = proto, mode, spi, src, dst
        self.enc, self.auth, self.replay, self.seq = enc, auth, replay, 0
        self.block, self.iv_len, self.icv_len, self.enc_key, self.auth_key = 1, 0, 0, b"", None
        if enc:
            row = ENC[enc]
            self.block, self.iv_len, self.icv_len = row.block, row.iv, row.icv
            self.enc_key = secret(f"enc {spi}", row.key + row.salt)
        if auth:
            row = AUTH[auth]
            self.icv_len = row.icv
            self.auth_key = secret(f"auth {spi}", row.key)
            if proto == "ah":
                self.iv_len = row.iv
        self.protocol = AH if proto == "ah" else ESP
        self.header_len = 12 + self.iv_len + self.icv_len if proto == "ah" else 8 + self.iv_len

    @property
    def name(self):
        algorithms = " ".join(a for a in (self.enc, self.auth) if a)
        return f"{self.proto} {self.mode} {algorithms}"

    def rule(self):
        words = [self.proto, self.mode, "from", self.src, "to", self.dst, "spi", hex(self.spi)]
        if self.enc:
            words += ["enc", self.enc]
            words += ["enckey", "0x" + self.enc_key.hex()] if self.enc_key else []
        if self.auth:
            words += ["auth", self.auth, "authkey", "0x" + self.auth_key.hex()]
        if self.replay is not None:
            words += ["replay", str(self.replay)]
        words += ["esn"] * self.esn
        return " ".join([*words, self.words]) + "\n"

    def next(self, step=1):
        self.seq += step
        return self.seq

    def iv(self, seq):
        return secret(f"iv {seq}", self.iv_len)

    def encrypt(self, seq, body, iv=None):
        """An ESP payload; body ends with padding, pad length and next header."""
        return algorithms.esp(self.spi, seq, self.iv(seq) if iv is None else iv, body,
                              self.enc, self.enc_key, self.auth, self.auth_key, self.esn)

    def padded(self, payload, next_header, more=0):
        """What encrypt() takes; padding is as short as possible, or longer."""
        pad = -(len(payload) + 2) % self.block + more
        return payload + bytes(i & 255 for i in range(1, pad + 1)) + bytes([pad, next_header])

    def authenticate(self, header, seq, payload, next_header, words=None):
        """A packet with AH. header: an IP header; words: value of the length field."""
        fixed = struct.pack("!BBHII", next_header, self.header_len // 4 - 2 if words is None else words,
                            0, self.spi, seq & 0xffffffff)
        blank = bytes(self.header_len - 12)
        packet = changed(header, proto=AH, payload=fixed + blank + payload)
        size = header_len(header)
        head = bytearray(packet[:size])
        head[1] = head[8] = 0
        head[6:8] = head[10:12] = b"\0\0"
        head[20:] = immutable(head[20:])
        icv = algorithms.ah_icv(self.auth, self.auth_key, self.iv(seq), bytes(head) + fixed, payload,
                                seq >> 32 if self.esn else None)
        return packet[:size] + fixed + icv + payload

    def protect(self, packet, seq=None, next_header=None, **outer):
        """The packet under this SA, as the other end would send it; outer: for ip4()."""
        seq = self.next() if seq is None else seq
        if self.mode == "tunnel":
            header, payload = ip4(self.src, self.dst, 0, **outer), packet
            inner = inside(packet)
        else:
            size = header_len(packet)
            header, payload, inner = packet[:size], packet[size:], packet[9]
        inner = inner if next_header is None else next_header
        if self.proto == "ah":
            return self.authenticate(header, seq, payload, inner)
        return changed(header, proto=ESP, payload=self.encrypt(seq, self.padded(payload, inner)))


def immutable(options):
    """IPv4 options as AH sees them (RFC 4302 appendix A1)."""
    result, at = bytearray(options), 0
    while at < len(options) and options[at] != 0:
        size = 1 if options[at] == 1 else options[at + 1]
        if options[at] not in (1, 0x82, 0x85, 0x86, 0x94, 0x95):
            result[at:at + size] = bytes(size)
        at += size
    return bytes(result)


# --- wires ---------------------------------------------------------------------------

@contextlib.contextmanager
def namespace(name):
    """In another network namespace for a moment."""
    libc = ctypes.CDLL(None, use_errno=True)

    def enter(file):
        if libc.setns(file.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), "setns")
    with open("/proc/self/ns/net", "rb") as back, open(f"/run/netns/{name}", "rb") as there:
        enter(there)
        try:
            yield
        finally:
            enter(back)


class Wire:
    """Reads packets that arrive at ns/dev, and writes them to the other end."""
    ethertype = 0x0800

    def __init__(self, ns, dev, other_end=None):
        with namespace(ns):
            self.socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(self.ethertype))
            self.socket.setsockopt(socket.SOL_SOCKET, 33, 8 << 20)  # SO_RCVBUFFORCE
            self.socket.bind((dev, self.ethertype))
        if other_end:
            self.address = (dev, self.ethertype, 0, 0, bytes.fromhex(MAC[other_end].replace(":", "")))

    def send(self, packet):
        self.socket.sendto(packet, self.address)

    def receive(self, timeout=0.0):
        """The next packet, or None."""
        end = time.monotonic() + timeout
        while select.select([self.socket], [], [], max(0, end - time.monotonic()))[0]:
            packet, address = self.socket.recvfrom(65535)
            if address[2] != socket.PACKET_OUTGOING and not self.ignores(packet):
                return packet
        return None

    def ignores(self, _packet):
        """What a link says about itself."""
        return False

    def drain(self):
        """All packets that are there."""
        packets = []
        while (packet := self.receive()) is not None:
            packets.append(packet)
        return packets


def far_wire():
    return Wire("far", "eth0", "us/eth1")


def near_wire():
    return Wire("near", "eth0", "us/eth0")


# --- the module ------------------------------------------------------------------------

def ipsecctl(*arguments, rules=None):
    done = subprocess.run(["ipsecctl", *arguments], input=rules, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"ipsecctl {' '.join(arguments)}: {done.stderr}\n{rules or ''}")
    return done.stdout


def load(rules):
    """In place of all rules there were."""
    ipsecctl("-F", "-f", "-", rules=rules)


# What only the books look at, tests/lib/books.sh: they grow with every packet.
SUMS = ("OUT_SEEN", "OUT_OVERHEAD", "OUT_WAITING", "IN_SEEN", "IN_OVERHEAD", "IN_WAITING")


class State:
    """Counters, and what is known about each SA, at one moment."""
    def __init__(self):
        answer = json.loads(ipsecctl("-j", "-s", "stats", "-s", "sa"))
        self.counters = {c["name"]: c["value"] for c in answer["stats"] if c["name"] not in SUMS}
        self.drop_names = [c["name"] for c in answer["stats"] if c["drop"]]
        self.sas = {(sa["proto"], sa["spi"]): sa for sa in answer["sa"]}

    def grown(self, before):
        """Counters that have grown, by how much."""
        return {name: value - before.counters[name] for name, value in self.counters.items()
                if value != before.counters[name]}

    def drops(self, before):
        return {name: n for name, n in self.grown(before).items() if name in self.drop_names}

    def sa_changes(self, before):
        """What has changed of each SA: numbers by how much, but the new seq_in and seq_out; not its path."""
        changes = {}
        for key, sa in self.sas.items():
            for field, value in sa.items():
                old = before.sas.get(key, {}).get(field)
                if value == old or field in ("use_time", "pmtu"):
                    continue
                add = field in ("packets", "bytes", "drops") and old is not None
                changes[f"{key[0]} {key[1]:#x} {field}"] = value - old if add else value
        for key in before.sas.keys() - self.sas.keys():
            changes[f"{key[0]} {key[1]:#x}"] = "gone"
        return changes
