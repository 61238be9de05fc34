"""Every algorithm that the kernel's own stack has, against it: that stack rules gw2 of
gateway_chain. Runs outside of the namespaces.

Tunnel and transport mode, IPv4 and IPv6, each with all algorithms at once: each algorithm
has a UDP port, a reqid and a pair of SAs. Whatever h1 (gw1) sends to that port of h2 (gw2)
comes back under the SA of the other direction.
"""
import re
import socket
import subprocess

import forge
from algorithms import AUTH, ENC

LENGTHS = (1, 2, 5, 6, 7, 16, 1101)
HMACS = {"hmac-md5": ("hmac(md5)", 96), "hmac-sha1": ("hmac(sha1)", 96), "hmac-sha2-256-96": ("hmac(sha256)", 96),
         "hmac-sha2-256": ("hmac(sha256)", 128), "hmac-sha2-384": ("hmac(sha384)", 192),
         "hmac-sha2-512": ("hmac(sha512)", 256), "aes-xcbc": ("xcbc(aes)", 96), "aes-cmac": ("cmac(aes)", 96)}
CIPHERS = {"null": "ecb(cipher_null)", "3des": "cbc(des3_ede)"}
COMBINED = {"GCM": "rfc4106(gcm(aes))", "CCM": "rfc4309(ccm(aes))", "GMAC": "rfc4543(gcm(aes))",
            "CHACHA20": "rfc7539esp(chacha20,poly1305)"}

ktap = forge.Ktap()


def has(enc, auth):
    """Neither implicit IVs nor GMAC in AH."""
    return not (enc or "").endswith("-iiv") and not (auth or "").endswith("-gmac")


def suites(proto):
    if proto == "ah":
        return [(None, auth) for auth in AUTH if has(None, auth)]
    pairs = [(enc, None if row.icv else "hmac-sha2-256") for enc, row in ENC.items() if has(enc, None)]
    return pairs + [("aes-128", auth) for auth in AUTH if has(None, auth) and auth != "hmac-sha2-256"]


def their_words(sa):
    """As ip-xfrm has the algorithms of an SA."""
    words = []
    if sa.auth:
        name, bits = HMACS[sa.auth]
        words += ["auth-trunc", name, "0x" + sa.auth_key.hex(), str(bits)]
    if sa.enc and ENC[sa.enc].icv:
        name = next(n for part, n in COMBINED.items() if part in ENC[sa.enc].number)
        words += ["aead", name, "0x" + sa.enc_key.hex(), str(ENC[sa.enc].icv * 8)]
    elif sa.enc:
        name = CIPHERS.get(sa.enc) or ("rfc3686(ctr(aes))" if sa.enc.endswith("-ctr") else "cbc(aes)")
        words += ["enc", name, "0x" + sa.enc_key.hex() if sa.enc_key else "''"]
    return " ".join(words)


class Group:
    """All algorithms of a protocol, in one mode and family."""
    def __init__(self, proto, mode, family):
        self.proto, self.mode, self.family = proto, mode, family
        self.ends = ("192.0.2.1", "192.0.2.2") if family == 4 else ("2001:db8::1", "2001:db8::2")
        self.nets = ("10.1.0.0/24", "10.2.0.0/24") if family == 4 else ("fd01::/64", "fd02::/64")
        if mode == "transport":
            self.spaces, self.to, self.nets = ("gw1", "gw2"), self.ends[1], self.ends
        else:
            self.spaces, self.to = ("h1", "h2"), "10.2.0.2" if family == 4 else "fd02::2"
        self.cases = [(port, enc, auth, self.sa(0x4000 + port, *self.ends, enc, auth),
                       self.sa(0x8000 + port, *reversed(self.ends), enc, auth))
                      for port, (enc, auth) in enumerate(suites(proto), 5000)]

    def sa(self, spi, src, dst, enc, auth):
        # pylint: disable=too-many-arguments
        return forge.Sa(self.proto, self.mode, spi, src, dst, enc, auth)

    def our_rules(self):
        where = f"local {self.ends[0]} peer {self.ends[1]}" if self.mode == "tunnel" else ""
        return "".join(
            f"flow {self.proto} {self.mode} proto udp from {self.nets[0]} to {self.nets[1]} port {port} {where} "
            f"reqid {port}\n" + "".join(f"{sa.rule().rstrip()} reqid {port}\n" for sa in (out, back))
            for port, _, _, out, back in self.cases)

    def their_rules(self):
        # What that stack has to be told: AH's length is a multiple of 4 bytes (RFC 4302 2.6).
        flag = "flag align4" if self.proto == "ah" and self.family == 4 else ""
        rules = ["state flush", "policy flush"]
        for port, _, _, out, back in self.cases:
            words = f"proto {self.proto} reqid {port} mode {self.mode}"
            for sa in (out, back):
                rules.append(f"state add src {sa.src} dst {sa.dst} spi {sa.spi} {words} {flag} "
                             f"replay-window 32 {their_words(sa)}")
            for way in ("in", "fwd") if self.mode == "tunnel" else ("in",):
                rules.append(f"policy add dir {way} src {self.nets[0]} dst {self.nets[1]} proto udp dport {port} "
                             f"tmpl src {out.src} dst {out.dst} {words}")
            rules.append(f"policy add dir out src {self.nets[1]} dst {self.nets[0]} proto udp sport {port} "
                         f"tmpl src {back.src} dst {back.dst} {words}")
        return "".join(f"xfrm {rule}\n" for rule in rules)

    def load(self):
        with forge.namespace("gw1"):
            forge.load(self.our_rules())
        subprocess.run(["ip", "-n", "gw2", "-batch", "-"], input=self.their_rules(), text=True, check=True)

    def converse(self, port):
        """Each length there and back."""
        kind = socket.AF_INET if self.family == 4 else socket.AF_INET6
        with forge.namespace(self.spaces[0]):
            here = socket.socket(kind, socket.SOCK_DGRAM)
        with forge.namespace(self.spaces[1]):
            there = socket.socket(kind, socket.SOCK_DGRAM)
            there.bind(("", port))
        here.settimeout(5)
        there.settimeout(5)
        try:
            for length in LENGTHS:
                said = forge.secret(f"{port} {length}", length)
                here.sendto(said, (self.to, port))
                heard, address = there.recvfrom(2000)
                there.sendto(heard, address)
                if (answer := here.recv(2000)) != said:
                    return [f"{said.hex()} became {heard.hex()}, and then {answer.hex()}"]
        except OSError as error:
            return [f"length {length}: {error}"]
        finally:
            here.close()
            there.close()
        return []


def our_state():
    with forge.namespace("gw1"):
        return forge.State()


def their_books():
    """Packets by SPI."""
    text = subprocess.run(["ip", "-n", "gw2", "-s", "xfrm", "state"], capture_output=True, text=True, check=True).stdout
    return {int(spi, 16): int(packets) for spi, packets in
            re.findall(r"spi 0x([0-9a-f]+)\(.*?lifetime current:\s+\d+\(bytes\), (\d+)\(packets\)", text, re.S)}


def their_complaints():
    with forge.namespace("gw2"), open("/proc/thread-self/net/xfrm_stat", encoding="ascii") as file:
        return [line.strip() for line in file if not line.rstrip().endswith("\t0")]


def test(proto, mode, family):
    group = Group(proto, mode, family)
    group.load()
    before = our_state()
    said = {port: group.converse(port) for port, *_ in group.cases}
    after, books, n = our_state(), their_books(), len(LENGTHS)
    for port, enc, auth, *sas in group.cases:
        for sa in sas:
            found = (after.sas[proto, sa.spi]["packets"], books.get(sa.spi))
            if found != (n, n):
                said[port].append(f"SA {sa.spi:#x}: {found[0]} packets in our books, {found[1]} in theirs, {n} went")
        ktap.result(f"{proto} {mode} IPv{family} {' '.join(a for a in (enc, auth) if a)}", said[port])
    total = n * len(group.cases)
    grown = {name: value for name, value in after.grown(before).items() if name != "IN_CLEAR"}
    ktap.result(f"{proto} {mode} IPv{family}: our counters", forge.differences(
        {"OUT_OFFERED": total, "OUT_PROTECTED": total, f"IN_{proto.upper()}": total, "IN_PROTECTED": total},
        {name: value for name, value in grown.items() if name != "OUT_BYPASSED" or mode == "transport"}))
    ktap.same(f"{proto} {mode} IPv{family}: they complain about nothing", [], their_complaints())


for proto_ in ("esp", "ah"):
    for mode_ in ("tunnel", "transport"):
        for family_ in (4, 6):
            test(proto_, mode_, family_)
ktap.end()
