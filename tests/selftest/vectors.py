#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""The test vectors of src/selftest/esp_vectors.c and ah_vectors.c.

    vectors.py --write FILE...      write them; what belongs into a file is told by its name
    vectors.py --check FILE...      are they those in the files?

Keys, IVs and plaintexts are those of the documents named beside them. Packets are
computed here by tests/lib/algorithms.py, and where the document prints the result, or a
part of it, it must be the same. No document has ESP with integrity by another algorithm,
or AH: their ICVs are from here alone.
"""
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import algorithms  # noqa: E402 pylint: disable=wrong-import-position
from algorithms import AUTH, ENC  # noqa: E402 pylint: disable=wrong-import-position


def h(text):
    return bytes.fromhex("".join(text.split()))


def same(name, computed, published):
    if computed != published:
        sys.exit(f"{name}: computed {computed.hex()}\n published {published.hex()}")


def auth_key(auth):
    """0, 1, 2 ... as long as the algorithm asks."""
    return bytes(range(AUTH[auth].key))


def trailer(payload, block, next_header):
    """RFC 4303 2.4"""
    pad = -(len(payload) + 2) % block
    return payload + bytes(range(1, pad + 1)) + bytes([pad, next_header])


# --- ESP ------------------------------------------------------------------------------

esp = []


def add(name, enc, key, spi, seq, iv, payload, next_header, published="", auth=None, esn=False):
    """published: what the document prints, from the ciphertext on"""
    # pylint: disable=too-many-arguments
    row = ENC[enc]
    vector = dict(name=name, enc=row.number, enc_key=h(key))
    if auth:
        vector.update(auth=AUTH[auth].number, auth_key=auth_key(auth))
    # an IV that counts; random ones are left to the module
    vector.update(spi=spi, seq=seq, iv=h(iv) if row.iv and row.salt else b"", payload=payload,
                  next_header=next_header, **({"esn": "true"} if esn else {}))
    body = trailer(payload, row.block, next_header)
    packet = algorithms.esp(spi, seq, h(iv), body, enc, h(key), auth, vector.get("auth_key"), esn)
    same(name, packet[8 + row.iv:][:len(h(published))], h(published))
    esp.append(dict(vector, packet=packet))


# draft-mcgrew-gcm-test-01. Its payloads are cut where the trailer begins; its next header is
# 1 throughout.
MCGREW_7 = h("45000028a4ad4000400678800a01038f0a010612802306b8cb712602dd6bb03e501016d07568")
add("draft-mcgrew-gcm-test 2, AES-GCM-128", "aes-128-gcm",
    "feffe9928665731c6d6a8f9467308308" "cafebabe", 0xa5f8, 10, "facedbaddecaf888",
    h("4500003e698f000080114dccc0a80102c0a801010a980035002a2343b2d00100"
      "0001000000000000037369700963796265726369747902646b0000010001"), 1,
    "deb22cd9b07c72c16e3a65beeb8df304a5a5897d33ae530f1ba76d5d114d2a5c"
    "3de81827c10e9a4f51330d0eec416642cfbb85a5b47e48a4ec3b9ba95d918bd1"
    "83b70d3aa8bc6ee4c309e9d85a41ad4a")
add("draft-mcgrew-gcm-test 3, AES-GCM-256", "aes-256-gcm",
    "abbccddef00112233445566778899aab" * 2 + "11223344", 0x4a2cbfe3, 2, "0102030405060708",
    h("4500003069a6400080062690c0a801029389155e0a9e008b2dc57ee000000000"
      "7002400020bf0000020405b401010402"), 1,
    "ff425c9b724599df7a3bcd510194e00d6a78107f1b0b1cbf06efae9d65a5d763"
    "748a637985771d347f0545659f14e99def842d8eb335f4eecfdbf831824b4c49"
    "15956c96")
add("draft-mcgrew-gcm-test 7, AES-GCM-192", "aes-192-gcm",
    "feffe9928665731c6d6a8f9467308308feffe9928665731c" "cafebabe", 0xa5f8, 10, "facedbaddecaf888",
    MCGREW_7, 1,
    "a5b1f8066029aea40e598b8122de02420938b3ab33f828e687b8858b5bfbdbd0"
    "315b27452144cc7795457b9652037f5318027b5b4cd7a636")
add("draft-mcgrew-gcm-test 12, nothing inside, last sequence number", "aes-128-gcm",
    "7d773d00c144c525ac619d18c84a3f47" "d9664267", 0x335467ae, 0xffffffff, "43457e9182443bc6",
    b"", 1, "437f866bcb3f699fe9b0822bac961c4504bef270")
add("AES-GCM-128, 300 bytes", "aes-128-gcm", "000102030405060708090a0b0c0d0e0f" "f0f1f2f3", 0x1001, 77,
    "0011223344556677", bytes(i * 7 & 255 for i in range(300)), 4)
# RFC 4106 6: the same, but for what is cut off the ICV.
add("draft-mcgrew-gcm-test 7, ICV of 8 bytes", "aes-192-gcm-8",
    "feffe9928665731c6d6a8f9467308308feffe9928665731c" "cafebabe", 0xa5f8, 10, "facedbaddecaf888",
    MCGREW_7, 1,
    "a5b1f8066029aea40e598b8122de02420938b3ab33f828e687b8858b5bfbdbd0"
    "315b27452144cc7795457b9652037f53")
add("draft-mcgrew-gcm-test 12, ICV of 12 bytes", "aes-128-gcm-12",
    "7d773d00c144c525ac619d18c84a3f47" "d9664267", 0x335467ae, 0xffffffff, "43457e9182443bc6",
    b"", 1, "437f866bcb3f699fe9b0822bac961c45")

# RFC 3686 section 6: what it encrypts is the payload here, so the ciphertext goes on
# behind what it prints; the ICV is ours.
add("RFC 3686 vector 1, AES-CTR-128", "aes-128-ctr", "ae6852f8121067cc4bf7a5765577f39e" "00000030",
    0x5001, 1, "0000000000000000", b"Single block msg", 6,
    "e4095d4fb7a7b3792d6175a3261311b8", auth="hmac-sha2-256")
add("RFC 3686 vector 5, AES-CTR-192", "aes-192-ctr",
    "7c5cb2401b3dc33c19e7340819e0f69c678c3db8e6f6a91a" "0096b03b", 0x5002, 2, "020c6eadc2cb500d",
    bytes(range(32)), 17,
    "453243fc609b23327edfaafa7131cd9f8490701c5ad4a79cfc1fe0ff42f4fb00", auth="hmac-sha1")
add("RFC 3686 vector 9, AES-CTR-256", "aes-256-ctr",
    "ff7a617ce69148e4f1726e2f43581de2aa62d9f805532edff1eed687fb54153d" "001cc5b7", 0x5003, 0xfffffffe,
    "51a51d70a1c11148", bytes(range(36)), 4,
    "eb6c52821d0bbbf7ce7594462aca4faab407df866569fd07f48cc0b583d6071f1ec0e6b8", auth="hmac-sha2-512")

# RFC 4309 has no vectors of its own. Those of RFC 3610 have another length of nonce, so
# they cannot be packets: they show that what computes ours is right.
same("RFC 3610 packet vector 1",
     ENC["aes-128-ccm-8"].how(h("c0c1c2c3c4c5c6c7c8c9cacbcccdcecf"), h("00000003020100a0a1a2a3a4a5"),
                              bytes(range(8)), b"", bytes(range(8, 31))),
     h("588c979a61c663d2f066d0c2c0f989806d5f6b61dac384" "17e8d12cfdf926e0"))
CCM_KEY = "c0c1c2c3c4c5c6c7c8c9cacbcccdcecfd0d1d2d3d4d5d6d7d8d9dadbdcdddedf"
add("AES-CCM-128, ICV of 8 bytes", "aes-128-ccm-8", CCM_KEY[:32] + "030201", 0x5011, 3,
    "00a0a1a2a3a4a5a6", bytes(range(8, 31)), 1)
add("AES-CCM-192, ICV of 12 bytes", "aes-192-ccm-12", CCM_KEY[:48] + "030201", 0x5012, 0xffffffff,
    "00a0a1a2a3a4a5a7", b"", 59)
add("AES-CCM-256, ICV of 16 bytes", "aes-256-ccm", CCM_KEY + "030201", 0x5013, 1,
    "00a0a1a2a3a4a5a8", bytes(i * 5 & 255 for i in range(1000)), 4)

# draft-mcgrew-gcm-test-01 has GMAC as well: what is inside stays as it is.
GMAC_PAYLOAD = "45000030da3a00008001df3bc0a80005c0a800010800c6cd020007006162636465666768696a6b6c6d6e6f7071727374"
add("draft-mcgrew-gcm-test, AES-GMAC-128", "aes-128-gmac", "4c80cdefbb5d10da906ac73c3613a634" "22433c64",
    0x4321, 7, "0000000000000000", h(GMAC_PAYLOAD), 1,
    GMAC_PAYLOAD + "01020201" "f2a9a836e155106aa8dcd618e4099aaa")
add("AES-GMAC-256, nothing inside", "aes-256-gmac",
    "abbccddef00112233445566778899aab" * 2 + "11223344", 0x5021, 0x80000001, "0102030405060708", b"", 59)
add("AES-GMAC-192, an odd length", "aes-192-gmac",
    "feffe9928665731c6d6a8f9467308308feffe9928665731c" "cafebabe", 0x5022, 5, "facedbaddecaf888",
    bytes(range(251)), 17)

# RFC 7634 appendix A: a whole packet.
add("RFC 7634 appendix A", "chacha20-poly1305",
    "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f" "a0a1a2a3", 0x01020304, 5,
    "1011121314151617",
    h("45000054a6f200004001e778c6336405c000020508005b7a3a080000553bec10"
      "0007362708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f20212223"
      "2425262728292a2b2c2d2e2f3031323334353637"), 4,
    "24039428b97f417e3c13753a4f05087b67c352e6a7fab1b982d466ef407ae5c6"
    "14ee8099d52844eb61aa95dfab4c02f72aa71e7c4c4f64c9befe2facc638e8f3"
    "cbec163fac469b502773f6fb94e664da9165b82829f641e0"
    "76aaa8266b7fb0f7b11b369907e1ad43")

# RFC 8750 4: as the ones above, but the IV is the sequence number, and not in the packet.
add("AES-CCM-128, ICV of 8 bytes, implicit IV", "aes-128-ccm-8-iiv", CCM_KEY[:32] + "030201", 0x5031, 1, "",
    bytes(range(8, 31)), 1)
add("AES-CCM-256, ICV of 8 bytes, implicit IV, nothing inside", "aes-256-ccm-8-iiv", CCM_KEY + "030201",
    0x5032, 0xffffffff, "", b"", 59)
add("AES-GCM-128, implicit IV", "aes-128-gcm-iiv", "feffe9928665731c6d6a8f9467308308" "cafebabe", 0x5033,
    10, "", MCGREW_7, 1)
add("AES-GCM-256, implicit IV", "aes-256-gcm-iiv", "abbccddef00112233445566778899aab" * 2 + "11223344",
    0x5034, 0x80000000, "", bytes(i * 11 & 255 for i in range(777)), 4)
add("ChaCha20-Poly1305, implicit IV", "chacha20-poly1305-iiv",
    "808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f" "a0a1a2a3", 0x5035, 0x01020304, "",
    bytes(range(101)), 17)

# RFC 3602 section 4: keys, IVs, plaintexts and what becomes of them; the ICV is ours.
PING = h("08000ebda70a00008e9c083db95b0700") + bytes(range(8, 0x38))
add("RFC 3602 case 5, transport mode", "aes-128", "90d382b410eeba7ad938c46cec1a82bf", 0x4321, 1,
    "e96e8c08ab465763fd098d45dd3ff893", PING, 1,
    "f663c25d325c18c6a9453e194e120849a4870b66cc6b9965330013b4898dc856"
    "a4699e523a55db080b59ec3a8e4b7e52775b07d1db34ed9c538ab50c551b874a"
    "a269add047ad2d5913ac19b7cfbad4a6", auth="hmac-sha2-256")
add("RFC 3602 case 7, tunnel mode", "aes-128", "0123456789abcdef" * 2, 0x8765, 2,
    "f4e765244f6407adf13dc1380f673f37",
    h("4500005409040000" "4001f988c0a87b03" "c0a87bc8" "08009f76a90a0100" "b49c083d02a20400") +
    bytes(range(8, 0x38)), 4,
    "773b5241a4c449225e4f3ce5ed611b0c237ca96cf74a93013c1b0ea1a0cf70f8"
    "e4ecaec78ac53aad7a0f022b859243c647752e94a859352b8a4d4d2decd136e5"
    "c177f132ad3fbfb2201ac9904c74ee0a109e0ca1e4dfe9d5a100b842f1c22f0d", auth="hmac-sha2-256")

# The other key lengths and integrity algorithms.
add("AES-CBC-192 with HMAC-SHA1-96", "aes-192", "000102030405060708090a0b0c0d0e0f1011121314151617",
    0x1002, 2, "f0f1f2f3f4f5f6f7f8f9fafbfcfdfeff", PING[:13], 17, auth="hmac-sha1")
add("AES-CBC-256 with HMAC-SHA2-384-192", "aes-256",
    "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f", 0x1003, 3,
    "0f0e0d0c0b0a09080706050403020100", PING[:14], 6, auth="hmac-sha2-384")
add("AES-CBC-128 with HMAC-SHA2-512-256", "aes-128", "ffeeddccbbaa99887766554433221100", 0x1004,
    0x80000000, "00000000000000000000000000000001", PING + PING, 4, auth="hmac-sha2-512")
HASHES = ("hmac-sha1", "hmac-sha2-256", "hmac-sha2-384", "hmac-sha2-512", "aes-xcbc", "aes-cmac", "hmac-md5",
          "hmac-sha2-256-96")
# RFC 2451 has no vectors.
add("3DES-CBC with HMAC-MD5-96", "3des", "0123456789abcdef23456789abcdef01456789abcdef0123", 0x1005, 5,
    "f69f2445df4f9b17", PING[:15], 17, auth="hmac-md5")
add("3DES-CBC with HMAC-SHA2-256-96, nothing inside", "3des",
    "fedcba9876543210" "89abcdef01234567" "0123456789abcdef", 0x1006, 6, "0000000000000001", b"", 59,
    auth="hmac-sha2-256-96")
for number, name in enumerate(HASHES):
    add(f"NULL with {AUTH[name].number[13:]}", "null", "", 0x2000 + number, 1 + number, "",
        PING[:8 + 3 * number], 1, auth=name)

# Extended sequence numbers: first those that draft-mcgrew-gcm-test-01 prints.
add("draft-mcgrew-gcm-test 1, AES-GCM-128, ESN", "aes-128-gcm", "4c80cdefbb5d10da906ac73c3613a634" "2e443b68",
    0x4321, 0x8765432100000000, "4956ed7e3b244cfe",
    h("45000048699a000080114db7c0a80102c0a801010a9bf15638d3010000010000"
      "00000000045f736970045f756470037369700963796265726369747902646b00" "00210001"), 1,
    "fecf537e729d5b07dc30df528dd22b768d1b98736696a6fd348509fa13ceac34"
    "cfa2436f14a3f3cf65925bf1f4a13c5d15b21e1884f5ff6247aeabb786b93bce"
    "61bc17d768fd9732459018148f6cbe722fd04796562dfdb4", esn=True)
add("draft-mcgrew-gcm-test 9, AES-GCM-256, ESN", "aes-256-gcm",
    "abbccddef00112233445566778899aab" * 2 + "73616c74", 0x17405e67, 0x156f3126dd0db99b, "616e640169766563",
    h("45080028732c00004006e9f90a0106120a01038f06b88023dd6bafbecb712602" "50101f646d54"), 1,
    "f2d69ecdbd5a0d5b8d5ef38bad4da58d1f278fde98ef67549d524a3018d9a57f"
    "f4d3a31ce673119e" "451626c2415771e3b7eebca614c89b35", esn=True)
add("draft-mcgrew-gcm-test 13, AES-GCM-128, ESN", "aes-128-gcm", "abbccddef00112233445566778899aab" "decaf888",
    0x100, 1, "cafedebaceface74", h("746f016265016f72016e6f7401746f016265"), 1,
    "29c9fc69a197d038ccdd14e2ddfcaa0543332164" "412503524303ed3c6c5f283843af8c3e", esn=True)
add("draft-mcgrew-gcm-test 14, AES-GCM-256, last number of ESN", "aes-256-gcm",
    "6c6567616c697a656d6172696a75616e61616e64646f69746265666f72656961" "7475726e", 0x796b6963,
    0xffffffffffffffff, "333021696765746d", h(GMAC_PAYLOAD), 1,
    "f97ab2aa356d8edce17644ac8c78e25dd24dedbb29ebf1b64a274b39b49c3a86"
    "4cd3d78ca4ae68a32b42458fb57dbe821dcc63b9" "d0937ba2945f669368661a329fb4c053", esn=True)
# And one of each kind. What is 2^32 - 1 and 2^32 must not be mistaken for each other.
for number, (name, key, iv, auth) in enumerate((
        ("aes-192-gcm-8", CCM_KEY[:48] + "04030201", "0000000000000001", None),
        ("aes-128-ccm", CCM_KEY[:32] + "030201", "00a0a1a2a3a4a5a6", None),
        ("aes-256-ccm-12", CCM_KEY + "030201", "00a0a1a2a3a4a5a6", None),
        ("chacha20-poly1305", CCM_KEY + "04030201", "1011121314151617", None),
        ("aes-128-gmac", CCM_KEY[:32] + "04030201", "0102030405060708", None),
        ("aes-128-gcm-iiv", CCM_KEY[:32] + "04030201", "", None),
        ("aes-256-ccm-8-iiv", CCM_KEY + "030201", "", None),
        ("chacha20-poly1305-iiv", CCM_KEY + "04030201", "", None),
        ("aes-128-ctr", CCM_KEY[:32] + "04030201", "020c6eadc2cb500d", "hmac-sha2-512"),
        ("aes-256", CCM_KEY, "f4e765244f6407adf13dc1380f673f37", "hmac-sha2-256"),
        ("3des", "0123456789abcdef23456789abcdef01456789abcdef0123", "f69f2445df4f9b17", "hmac-md5"),
        ("null", "", "", "hmac-sha1"), ("null", "", "", "hmac-sha2-384"),
        ("aes-128", CCM_KEY[:32], "f4e765244f6407adf13dc1380f673f37", "aes-xcbc"),
        ("null", "", "", "aes-cmac"))):
    add(f"{name} {auth or 'alone'}, ESN", name, key, 0x6000 + number, (1 << 32) + 7 * number - 1, iv,
        PING[:number * 5], 17, auth=auth, esn=True)

# --- ESP that is authentic, but whose padding is wrong (RFC 4303 2.4) ---------------------

padding = []
for name, tail in (
        ("begins with 0", "000102" "03" "04"),
        ("zeroes", "000000" "03" "04"),
        ("a wrong byte in the middle", "010303" "03" "04"),
        ("a wrong last byte", "010204" "03" "04"),
        ("is longer than the packet", "010203" "ff" "04"),
        ("is longer than the packet by one byte", "010203" "0f" "04")):
    padding.append(dict(name=name, enc=ENC["null"].number, auth=AUTH["hmac-sha2-256"].number,
                        auth_key=auth_key("hmac-sha2-256"), spi=0x3000, seq=1,
                        packet=algorithms.esp(0x3000, 1, None, bytes(range(11)) + h(tail), "null", b"",
                                              "hmac-sha2-256", auth_key("hmac-sha2-256"))))

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


def add_ah(name, auth, spi, seq, payload, next_header, iv="", options=b"", esn=False, **header):
    # pylint: disable=too-many-arguments
    row, key = AUTH[auth], auth_key(auth)
    size = 12 + row.iv + row.icv
    ip = ip_header(20 + len(options) + size + len(payload), options, **header)
    # version, length, total length, id, protocol and addresses stay as they are
    blank = ip[:1] + b"\0" + ip[2:6] + b"\0\0\0" + ip[9:10] + b"\0\0" + ip[12:20]
    blank += blank_options(options, (0x82, 0x85, 0x86, 0x94, 0x95))
    head = struct.pack(">BBHII", next_header, size // 4 - 2, 0, spi, seq & 0xffffffff)
    icv = algorithms.ah_icv(auth, key, h(iv), blank + head, payload, seq >> 32 if esn else None)
    ah.append(dict(name=name, auth=row.number, auth_key=key, spi=spi, seq=seq, iv=h(iv), ip=ip,
                   payload=payload, next_header=next_header, packet=head + icv + payload,
                   **({"esn": "true"} if esn else {})))


for number, name in enumerate(HASHES):
    add_ah(AUTH[name].number[13:], name, 0x4000 + number, 1 + number, PING, 1)
# RFC 4543 has no vectors for AH.
for number, name in enumerate(("aes-128-gmac", "aes-192-gmac", "aes-256-gmac")):
    add_ah(AUTH[name].number[13:], name, 0x4020 + number, 11 + number, PING[:60 - number], 1,
           iv=f"facedbaddecaf88{number}")
add_ah("AES_128_GMAC, nothing inside, options", "aes-128-gmac", 0x4024, 0xffffffff, b"", 59,
       iv="0000000000000000", options=h("94040000" "07070401020304" "00"))
add_ah("mutable fields", "hmac-sha2-256", 0x4010, 9, PING[:5], 17, tos=0xff, frag=0x8000, ttl=1)
add_ah("nothing inside", "hmac-sha1", 0x4011, 0xffffffff, b"", 59)
add_ah("router alert, immutable", "hmac-sha2-256", 0x4012, 3, PING, 1, options=h("94040000"))
add_ah("record route, mutable, between others", "hmac-sha2-256", 0x4013, 4, PING, 1,
       options=h("01" "07070401020304" "94040000" "01010101"))

for number, name in enumerate(HASHES):
    add_ah(f"{AUTH[name].number[13:]}, ESN", name, 0x4030 + number, (number << 32) + number - 1 & (1 << 64) - 1,
           PING[:7 * number], 1, esn=True)
for number, name in enumerate(("aes-128-gmac", "aes-192-gmac", "aes-256-gmac")):
    add_ah(f"{AUTH[name].number[13:]}, ESN", name, 0x4040 + number, 0x123456789abcdef0 + number,
           PING[:60 * number], 1, iv=f"facedbaddecaf88{number}", esn=True)

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


def add_digest(name, auth, key, data, published=None):
    value = algorithms.digest(auth, key, data)
    if published:
        same(name, value[:len(published)], published)
    digests.append(dict(name=name, auth=AUTH[auth].number, auth_key=key, payload=data, packet=value))


for case, key, data, published in RFC_4231:
    for auth, wanted in zip(("hmac-sha2-256", "hmac-sha2-384", "hmac-sha2-512"), published):
        add_digest(f"RFC 4231 case {case}, {auth.upper()}", auth, h(key), h(data), h(wanted or ""))

# RFC 2202 sections 2 and 3, those that RFC 4231 has as well
for auth, case, key, data, published in (
        ("hmac-md5", 1, "0b" * 16, b"Hi There", "9294727a3638bb1c13f48ef8158bfc9d"),
        ("hmac-md5", 2, b"Jefe".hex(), b"what do ya want for nothing?", "750c783e6ab0b503eaa86e310a5db738"),
        ("hmac-md5", 3, "aa" * 16, h("dd" * 50), "56be34521d144c88dbb8c733f0e8b3f6"),
        ("hmac-sha1", 1, "0b" * 20, b"Hi There", "b617318655057264e28bc0b6fb378c8ef146be00"),
        ("hmac-sha1", 2, b"Jefe".hex(), b"what do ya want for nothing?", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
        ("hmac-sha1", 3, "aa" * 20, h("dd" * 50), "125d7342b9ac11cd91a39af48aa17b4f63f175d3")):
    add_digest(f"RFC 2202 case {case}, {auth.upper()}", auth, h(key), data, h(published))

# RFC 3566 section 4.6
for case, data, published in (
        (1, b"", "75f0251d528ac01c4573dfd584d79f29"),
        (2, bytes(range(3)), "5b376580ae2f19afe7219ceef172756f"),
        (3, bytes(range(16)), "d2a246fa349b68a79998a4394ff7a263"),
        (4, bytes(range(20)), "47f51b4564966215b8985c63055ed308"),
        (5, bytes(range(32)), "f54f0ec8d2b9f3d36807734bd5283fd4"),
        (6, bytes(range(34)), "becbb3bccdb518a30677d5481fb6b4d8"),
        (7, bytes(1000), "f0dafee895db30253761103b5d84528f")):
    add_digest(f"RFC 3566 case {case}, AES-XCBC", "aes-xcbc", bytes(range(16)), data, h(published))

# RFC 4494 section 5, which prints the 96 bits that are sent
RFC_4494 = h("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51"
             "30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710")
for case, length, published in (
        (1, 0, "bb1d6929e95937287fa37d12"), (2, 16, "070a16b46b4d4144f79bdd9d"),
        (3, 40, "dfa66747de9ae63030ca3261"), (4, 64, "51f0bebf7e3b9d92fc497417")):
    add_digest(f"RFC 4494 case {case}, AES-CMAC", "aes-cmac", h("2b7e151628aed2a6abf7158809cf4f3c"),
               RFC_4494[:length], h(published))

# --- as C ------------------------------------------------------------------------------------


def field(name, value):
    if isinstance(value, bytes):
        return f'\t\t.{name} = "{value.hex()}",\n' if value else ""
    return f'\t\t.{name} = "{value}",\n'


def share(vector, names):
    """Those that are there, in one line."""
    found = [f".{name} = " + (hex(vector[name]) if isinstance(vector[name], int) else vector[name])
             for name in names if name in vector]
    return f"\t\t{', '.join(found)},\n" if found else ""


def row(vector):
    numbers, names = ("spi", "seq", "esn", "next_header"), ("enc", "auth")
    texts = "".join(field(name, value) for name, value in vector.items() if name not in numbers + names)
    return texts + share(vector, names) + share(vector, numbers)


def table(name, comment, vectors):
    rows = "\t}, {\n".join(row(vector) for vector in vectors)
    return f"/* {comment} */\nconst struct ipsec_vector {name}[] = {{\n\t{{\n{rows}\t}},\n\t{{ }}\n}};\n"


FILES = {
    "esp_vectors.c": (("ipsec_esp_vectors", "ESP packets", esp),
                      ("ipsec_padding_vectors", "authentic ESP packets whose padding is wrong", padding)),
    "ah_vectors.c": (("ipsec_ah_vectors", "AH packets", ah),
                     ("ipsec_digest_vectors", "digests, not truncated", digests)),
}


def source(name):
    return "\n".join((
        "// SPDX-License-Identifier: GPL-2.0",
        "/* Written by tests/selftest/vectors.py, which says where they are from. Do not edit. */",
        '#include "selftest/selftest.h"',
        "",
        *(table(*one) for one in FILES[name])))


for path in sys.argv[2:]:
    if sys.argv[1] == "--check":
        with open(path, encoding="ascii") as file:
            if file.read() != source(os.path.basename(path)):
                sys.exit(f"{path} is not what this program writes")
    else:
        with open(path, "w", encoding="ascii") as file:
            file.write(source(os.path.basename(path)))
