#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The test vectors of src/selftest/vectors.c.

    vectors.py > src/selftest/vectors.c     write them
    vectors.py --check FILE                 are they those in FILE?

Keys, IVs and plaintexts are those of the documents named beside them. Packets are
computed here by python3-cryptography, hmac and hashlib, and where the document prints
the result, it must be the same. No document has ESP with AES-CBC and integrity, or AH:
their ICVs are from here alone.
"""
import hashlib
import hmac
import struct
import sys

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

NULL, CBC, GCM = "NFIPSEC_ENC_NULL", "NFIPSEC_ENC_AES_CBC", "NFIPSEC_ENC_AES_GCM_16"
AUTH = {
    "sha1": ("NFIPSEC_AUTH_HMAC_SHA1_96", 20, 12),
    "sha256": ("NFIPSEC_AUTH_HMAC_SHA2_256_128", 32, 16),
    "sha384": ("NFIPSEC_AUTH_HMAC_SHA2_384_192", 48, 24),
    "sha512": ("NFIPSEC_AUTH_HMAC_SHA2_512_256", 64, 32),
}


def h(text):
    return bytes.fromhex("".join(text.split()))


def same(name, computed, published):
    if computed != published:
        sys.exit(f"{name}: computed {computed.hex()}\n published {published.hex()}")


def auth_key(digest):
    """0, 1, 2 ... as long as the algorithm asks."""
    return bytes(range(AUTH[digest][1]))


def mac(digest, key, data):
    return hmac.new(key, data, getattr(hashlib, digest)).digest()[:AUTH[digest][2]]


def trailer(payload, block, next_header):
    """RFC 4303 2.4"""
    pad = -(len(payload) + 2) % block
    return payload + bytes(range(1, pad + 1)) + bytes([pad, next_header])


def esp_gcm(key, salt, spi, seq, iv, plaintext):
    head = struct.pack(">II", spi, seq)
    return head + iv + AESGCM(key).encrypt(salt + iv, plaintext, head)


def esp_cbc(key, digest, spi, seq, iv, plaintext):
    encryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    packet = struct.pack(">II", spi, seq) + iv + encryptor.update(plaintext) + encryptor.finalize()
    return packet + mac(digest, auth_key(digest), packet)


def esp_null(digest, spi, seq, plaintext):
    packet = struct.pack(">II", spi, seq) + plaintext
    return packet + mac(digest, auth_key(digest), packet)


# --- ESP ------------------------------------------------------------------------------

esp = []


def add_gcm(name, key, salt, spi, seq, iv, payload, next_header, published=None):
    packet = esp_gcm(h(key), h(salt), spi, seq, h(iv), trailer(payload, 4, next_header))
    if published:
        same(name, packet, struct.pack(">II", spi, seq) + h(iv) + h(published))
    esp.append(dict(name=name, enc=GCM, enc_key=h(key) + h(salt), spi=spi, seq=seq, iv=h(iv),
                    payload=payload, next_header=next_header, packet=packet))


def add_cbc(name, key, digest, spi, seq, iv, payload, next_header, published=None):
    packet = esp_cbc(h(key), digest, spi, seq, h(iv), trailer(payload, 16, next_header))
    if published:
        same(name, packet[8 + 16:-AUTH[digest][2]], h(published))
    esp.append(dict(name=name, enc=CBC, enc_key=h(key), auth=AUTH[digest][0],
                    auth_key=auth_key(digest), spi=spi, seq=seq, payload=payload,
                    next_header=next_header, packet=packet))


def add_null(name, digest, spi, seq, payload, next_header):
    esp.append(dict(name=name, enc=NULL, auth=AUTH[digest][0], auth_key=auth_key(digest), spi=spi,
                    seq=seq, payload=payload, next_header=next_header,
                    packet=esp_null(digest, spi, seq, trailer(payload, 4, next_header))))


# draft-mcgrew-gcm-test-01, those without extended sequence numbers. Its payloads are cut
# where the trailer begins; its next header is 1 throughout.
add_gcm("draft-mcgrew-gcm-test 2, AES-GCM-128", "feffe9928665731c6d6a8f9467308308", "cafebabe",
        0xa5f8, 10, "facedbaddecaf888",
        h("4500003e698f000080114dccc0a80102c0a801010a980035002a2343b2d00100"
          "00010000000000000373697009637962"
          "65726369747902646b0000010001"), 1,
        "deb22cd9b07c72c16e3a65beeb8df304a5a5897d33ae530f1ba76d5d114d2a5c"
        "3de81827c10e9a4f51330d0eec416642cfbb85a5b47e48a4ec3b9ba95d918bd1"
        "83b70d3aa8bc6ee4c309e9d85a41ad4a")
add_gcm("draft-mcgrew-gcm-test 3, AES-GCM-256", "abbccddef00112233445566778899aab" * 2, "11223344",
        0x4a2cbfe3, 2, "0102030405060708",
        h("4500003069a6400080062690c0a801029389155e0a9e008b2dc57ee000000000"
          "7002400020bf0000020405b401010402"), 1,
        "ff425c9b724599df7a3bcd510194e00d6a78107f1b0b1cbf06efae9d65a5d763"
        "748a637985771d347f0545659f14e99def842d8eb335f4eecfdbf831824b4c49"
        "15956c96")
add_gcm("draft-mcgrew-gcm-test 7, AES-GCM-192", "feffe9928665731c6d6a8f9467308308feffe9928665731c",
        "cafebabe", 0xa5f8, 10, "facedbaddecaf888",
        h("45000028a4ad4000400678800a01038f0a010612802306b8cb712602dd6bb03e"
          "501016d07568"), 1,
        "a5b1f8066029aea40e598b8122de02420938b3ab33f828e687b8858b5bfbdbd0"
        "315b27452144cc7795457b9652037f5318027b5b4cd7a636")
add_gcm("draft-mcgrew-gcm-test 12, nothing inside, last sequence number",
        "7d773d00c144c525ac619d18c84a3f47", "d9664267", 0x335467ae, 0xffffffff, "43457e9182443bc6",
        b"", 1, "437f866bcb3f699fe9b0822bac961c4504bef270")
add_gcm("AES-GCM-128, 300 bytes", "000102030405060708090a0b0c0d0e0f", "f0f1f2f3", 0x1001, 77,
        "0011223344556677", bytes(i * 7 & 255 for i in range(300)), 4)

# RFC 3602 section 4: keys, IVs, plaintexts and what becomes of them; the ICV is ours.
PING = h("08000ebda70a00008e9c083db95b0700") + bytes(range(8, 0x38))
add_cbc("RFC 3602 case 5, transport mode", "90d382b410eeba7ad938c46cec1a82bf", "sha256", 0x4321, 1,
        "e96e8c08ab465763fd098d45dd3ff893", PING, 1,
        "f663c25d325c18c6a9453e194e120849a4870b66cc6b9965330013b4898dc856"
        "a4699e523a55db080b59ec3a8e4b7e52775b07d1db34ed9c538ab50c551b874a"
        "a269add047ad2d5913ac19b7cfbad4a6")
add_cbc("RFC 3602 case 7, tunnel mode", "0123456789abcdef" * 2, "sha256", 0x8765, 2,
        "f4e765244f6407adf13dc1380f673f37",
        h("4500005409040000" "4001f988c0a87b03" "c0a87bc8" "08009f76a90a0100" "b49c083d02a20400") +
        bytes(range(8, 0x38)), 4,
        "773b5241a4c449225e4f3ce5ed611b0c237ca96cf74a93013c1b0ea1a0cf70f8"
        "e4ecaec78ac53aad7a0f022b859243c647752e94a859352b8a4d4d2decd136e5"
        "c177f132ad3fbfb2201ac9904c74ee0a109e0ca1e4dfe9d5a100b842f1c22f0d")

# The other key lengths and digests.
add_cbc("AES-CBC-192 with HMAC-SHA1-96", "000102030405060708090a0b0c0d0e0f1011121314151617", "sha1",
        0x1002, 2, "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", PING[:13], 17)
add_cbc("AES-CBC-256 with HMAC-SHA2-384-192",
        "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", "sha384", 0x1003, 3,
        "0f0e0d0c0b0a09080706050403020100", PING[:14], 6)
add_cbc("AES-CBC-128 with HMAC-SHA2-512-256", "ffeeddccbbaa99887766554433221100", "sha512", 0x1004,
        0x80000000, "00000000000000000000000000000001", PING + PING, 4)
for number, name in enumerate(AUTH):
    add_null(f"NULL with {AUTH[name][0][13:]}", name, 0x2000 + number, 1 + number,
             PING[:8 + 3 * number], 1)

# --- ESP that is authentic, but whose padding is wrong (RFC 4303 2.4) ---------------------

padding = []
for name, tail in (
        ("begins with 0", "000102" "03" "04"),
        ("zeroes", "000000" "03" "04"),
        ("a wrong byte in the middle", "010303" "03" "04"),
        ("a wrong last byte", "010204" "03" "04"),
        ("is longer than the packet", "010203" "ff" "04"),
        ("is longer than the packet by one byte", "010203" "0f" "04")):
    padding.append(dict(name=name, enc=NULL, auth=AUTH["sha256"][0], auth_key=auth_key("sha256"),
                        spi=0x3000, seq=1,
                        packet=esp_null("sha256", 0x3000, 1, bytes(range(11)) + h(tail))))

# --- AH (RFC 4302) -------------------------------------------------------------------------

ah = []


def checksum(header):
    total = sum(struct.unpack(f">{len(header) // 2}H", header))
    while total >> 16:
        total = (total & 0xffff) + (total >> 16)
    return struct.pack(">H", ~total & 0xffff)


def ip_header(length, options=b"", tos=0, frag=0x4000, ttl=64):
    header = struct.pack(">BBHHHBBH4s4s", 0x45 + len(options) // 4, tos, length, 0x1234, frag, ttl,
                         51, 0, h("c0000201"), h("c0000202")) + options
    return header[:10] + checksum(header) + header[12:]


def blank_options(options, keep):
    """RFC 4302 appendix A1: which options routers leave alone."""
    out, i = b"", 0
    while i < len(options):
        length = 1 if options[i] in (0, 1) else options[i + 1]
        one = options[i:i + length]
        out += one if options[i] in keep or length == 1 else bytes(length)
        i += length
    return out


def add_ah(name, digest, spi, seq, payload, next_header, options=b"", **header):
    _, _, icv_len = AUTH[digest]
    size = 12 + icv_len
    ip = ip_header(20 + len(options) + size + len(payload), options, **header)
    # version, length, total length, id, protocol and addresses stay as they are
    blank = ip[:1] + b"\0" + ip[2:6] + b"\0\0\0" + ip[9:10] + b"\0\0" + ip[12:20]
    blank += blank_options(options, (0x82, 0x85, 0x86, 0x94, 0x95))
    head = struct.pack(">BBHII", next_header, size // 4 - 2, 0, spi, seq)
    icv = mac(digest, auth_key(digest), blank + head + bytes(icv_len) + payload)
    ah.append(dict(name=name, auth=AUTH[digest][0], auth_key=auth_key(digest), spi=spi, seq=seq, ip=ip,
                   payload=payload, next_header=next_header, packet=head + icv + payload))


for number, name in enumerate(AUTH):
    add_ah(AUTH[name][0][13:], name, 0x4000 + number, 1 + number, PING, 1)
add_ah("mutable fields", "sha256", 0x4010, 9, PING[:5], 17, tos=0xff, frag=0x8000, ttl=1)
add_ah("nothing inside", "sha1", 0x4011, 0xffffffff, b"", 59)
add_ah("router alert, immutable", "sha256", 0x4012, 3, PING, 1, options=h("94040000"))
add_ah("record route, mutable, between others", "sha256", 0x4013, 4, PING, 1,
       options=h("01" "07070401020304" "94040000" "01010101"))

# --- HMAC (RFC 4231 section 4; case 5 is about truncation) -----------------------------------

RFC_4231 = (
    ("1", "0b" * 20, b"Hi There".hex(), (
        "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
        "afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59c"
        "faea9ea9076ede7f4af152e8b2fa9cb6",
        "87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde"
        "daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854")),
    ("2", b"Jefe".hex(), b"what do ya want for nothing?".hex(), (
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        "af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e"
        "8e2240ca5e69e2c78b3239ecfab21649",
        "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
        "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737")),
    ("3", "aa" * 20, "dd" * 50, (
        "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
        None, None)),
    ("4", bytes(range(1, 26)).hex(), "cd" * 50, (
        "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b",
        None, None)),
    ("6", "aa" * 131, b"Test Using Larger Than Block-Size Key - Hash Key First".hex(), (
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
        None, None)),
    ("7", "aa" * 131, b"This is a test using a larger than block-size key and a larger than "
        b"block-size data. The key needs to be hashed before being used by the HMAC algorithm.".hex(), (
        "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2",
        None, None)),
)

digests = []
for case, key, data, published in RFC_4231:
    for name, wanted in zip(("sha256", "sha384", "sha512"), published):
        value = hmac.new(h(key), h(data), getattr(hashlib, name)).digest()
        if wanted:
            same(f"RFC 4231 case {case}, {name}", value, h(wanted))
        digests.append(dict(name=f"RFC 4231 case {case}, HMAC-{name.upper()}", auth=AUTH[name][0],
                            auth_key=h(key), payload=h(data), packet=value))

# --- as C ------------------------------------------------------------------------------------


def field(name, value):
    if isinstance(value, bytes):
        return f'\t\t.{name} =\n\t\t\t"{value.hex()}",\n' if value else ""
    if isinstance(value, int):
        return f"\t\t.{name} = {value:#x},\n"
    return f"\t\t.{name} = {value},\n" if name in ("enc", "auth") else f'\t\t.{name} = "{value}",\n'


def table(name, comment, vectors):
    rows = "".join("\t{\n" + "".join(field(k, v) for k, v in vector.items()) + "\t},\n"
                   for vector in vectors)
    return f"/* {comment} */\nconst struct ipsec_vector {name}[] = {{\n{rows}\t{{ }}\n}};\n"


def source():
    return "\n".join((
        "// SPDX-License-Identifier: GPL-2.0",
        "/* Written by tests/selftest/vectors.py, which says where they are from. Do not edit. */",
        '#include "selftest/selftest.h"',
        "",
        table("ipsec_esp_vectors", "ESP packets", esp),
        table("ipsec_padding_vectors", "authentic ESP packets whose padding is wrong", padding),
        table("ipsec_ah_vectors", "AH packets", ah),
        table("ipsec_digest_vectors", "digests, not truncated", digests).rstrip() + "\n"))


if sys.argv[1:2] == ["--check"]:
    with open(sys.argv[2], encoding="ascii") as file:
        sys.exit(0 if file.read() == source() else f"{sys.argv[2]} is not what this program writes")
sys.stdout.write(source())
