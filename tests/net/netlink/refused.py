# SPDX-License-Identifier: GPL-2.0
"""Every bad request: its errno, its sentence, the attribute that is to blame, and that
nothing has changed. What is around the bad part is taken, so nothing else can be the
reason; that the good form is taken is a case of its own."""
import errno
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from genl import *          # noqa: E402,F403 pylint: disable=wildcard-import,unused-wildcard-import
from pyktap import case, end, same  # noqa: E402

c = Connection()
INVAL, RANGE = errno.EINVAL, errno.ERANGE
ANY = object()      # the kernel's own sentence, which differs between kernels


def refused(name, cmd, attrs, code, sentence, bad=None, missing=None, flags=NLM_F_ACK, reserved=0):
    """@bad: the attribute at the offset; @missing: (type, nest) that the kernel misses"""
    with case(name):
        before = state(c)
        try:
            c.request(cmd, attrs, flags, reserved=reserved)
        except Refused as error:
            codes = code if isinstance(code, tuple) else (code,)
            assert error.code in codes, f"{error}, expected {errno.errorcode[codes[0]]}"
            assert error.text, "no sentence"
            if sentence is not ANY:
                same(sentence, error.text, "sentence")
            if bad is not None:
                same(offset_in_message(attrs, bad), error.offset, "offset")
            if missing is not None:
                same(missing[0], error.miss_type, "missing attribute")
                if missing[1] is not None:
                    same(offset_in_message(attrs, missing[1]), error.miss_nest, "nest it is missing in")
        else:
            raise AssertionError("it was taken")
        same(before, state(c), "state")


def taken(name, cmd, attrs, undo=None):
    with case(name):
        c.request(cmd, attrs)
        if undo:
            c.request(undo, attrs)


def bad_sa(name, code, sentence, make=sa, blame=None, **other):
    """SA_NEW whose @blame (or the only attribute in @other, or the nest) is wrong."""
    nest = make(**other)
    bad = nest if blame is None and len(other) != 1 else other.get(blame) if blame else list(other.values())[0]
    refused(f"SA_NEW {name}", CMD_SA_NEW, [nest], code, sentence, bad or nest)


def without(name, sentence, type_, **other):
    nest = sa(**other)
    refused(f"SA_NEW without {name}", CMD_SA_NEW, [nest], INVAL, sentence, missing=(type_, nest))
    for cmd, verb in ((CMD_SA_DEL, "SA_DEL"), (CMD_SA_GET, "SA_GET")):
        if type_ in (SA_A_SPI, SA_A_PROTO, SA_A_DST):
            refused(f"{verb} without {name}", cmd, [nest], INVAL, sentence, missing=(type_, nest))


# Something that is there, so that "unchanged" says something.
c.request(CMD_SA_NEW, [sa_spi(0x9000, reqid=u32(SA_A_REQID, 7))])
c.request(CMD_POLICY_NEW, [policy(priority=u32(POLICY_A_PRIORITY, 77))])

# --- SAs: what names them -------------------------------------------------------------------

taken("SA_NEW as all the others begin", CMD_SA_NEW, [sa()], CMD_SA_DEL)
taken("SA_NEW of AH", CMD_SA_NEW, [ah()], CMD_SA_DEL)
refused("SA_NEW without an SA", CMD_SA_NEW, [], INVAL, "This operation needs an SA")
refused("SA_DEL without an SA", CMD_SA_DEL, [], INVAL, "This operation needs an SA")
refused("SA_GET without an SA", CMD_SA_GET, [], INVAL, "Name the SA: SPI, protocol and destination",
        missing=(A_SA, None))
without("an SPI", "An SA needs an SPI", SA_A_SPI, spi=None)
without("a protocol", "An SA needs a protocol, ESP or AH", SA_A_PROTO, proto=None)
without("a destination", "An SA needs a destination address", SA_A_DST, dst=None)
without("a source", "An SA needs a source address", SA_A_SRC, src=None)
without("a mode", "An SA needs a mode", SA_A_MODE, mode=None)
empty = Attr(A_SA, [])
refused("SA_NEW with an empty nest", CMD_SA_NEW, [empty], INVAL, "An SA needs an SPI",
        missing=(SA_A_SPI, empty))

for spi in (0, 1, 128, 255):
    bad_sa(f"SPI {spi}", INVAL, "SPIs from 0 to 255 are reserved (RFC 4303 2.1)", spi=u32(SA_A_SPI, spi))
for spi in (256, 0x7fffffff, 0x80000000, 0xffffffff):
    taken(f"SA_NEW SPI {spi:#x}", CMD_SA_NEW, [sa_spi(spi)], CMD_SA_DEL)
for proto in (0, 6, 17, 49, 52, 108, 255):
    bad_sa(f"protocol {proto}", errno.EPROTONOSUPPORT, "The protocol of an SA is ESP (50) or AH (51)",
           proto=u8(SA_A_PROTO, proto))

nest = sa_spi(0x9000)
refused("SA_NEW of an SPI that is there", CMD_SA_NEW, [nest], errno.EEXIST,
        "An SA with this SPI, destination and protocol exists already", nest)
taken("SA_NEW same SPI, other destination", CMD_SA_NEW, [sa_spi(0x9000, dst=addr(SA_A_DST, "192.0.2.3"))],
      CMD_SA_DEL)
taken("SA_NEW same SPI, other protocol", CMD_SA_NEW, [ah(spi=u32(SA_A_SPI, 0x9000))], CMD_SA_DEL)
for cmd, verb in ((CMD_SA_DEL, "SA_DEL"), (CMD_SA_GET, "SA_GET")):
    for what, nest in (("SPI", sa_name(0x9001)), ("destination", sa_name(0x9000, dst="192.0.2.1")),
                       ("protocol", sa_name(0x9000, proto=51))):
        refused(f"{verb} of another {what}", cmd, [nest], errno.ESRCH,
                "No SA has this SPI, destination and protocol", nest)

# --- SAs: addresses, mode, window -------------------------------------------------------------

OTHER_FAMILY = "This address is of another family than those before"
V6 = {t: addr(t, "2001:db8::1") for t in (SA_A_SRC, SA_A_DST)}
bad_sa("IPv6 source, IPv4 destination", INVAL, OTHER_FAMILY, src=V6[SA_A_SRC])
taken("SA_NEW IPv6 addresses", CMD_SA_NEW, [sa(src=V6[SA_A_SRC], dst=V6[SA_A_DST])], CMD_SA_DEL)
LENGTH = "An address has 4 bytes (IPv4) or 16 (IPv6)"
for length in (5, 8, 15):
    bad_sa(f"address of {length} bytes", INVAL, LENGTH, src=Attr(SA_A_SRC, bytes(length)))
for length in (0, 1, 3, 17, 128):
    bad_sa(f"address of {length} bytes", (INVAL, RANGE), ANY, dst=Attr(SA_A_DST, bytes(length)))
for mode in (MODE_END, 255):
    bad_sa(f"mode {mode}", INVAL, "The mode of an SA is transport, tunnel, beet or any", mode=u8(SA_A_MODE, mode))
bad_sa("tunnel from nowhere", INVAL, "A tunnel needs the source address of its outer header",
       src=addr(SA_A_SRC, "0.0.0.0"))
bad_sa("any mode from nowhere", INVAL, "A tunnel needs the source address of its outer header",
       blame="src", src=addr(SA_A_SRC, "0.0.0.0"), mode=u8(SA_A_MODE, MODE_ANY))
taken("SA_NEW any mode", CMD_SA_NEW, [sa(mode=u8(SA_A_MODE, MODE_ANY))], CMD_SA_DEL)
taken("SA_NEW transport from anywhere", CMD_SA_NEW,
      [sa(src=addr(SA_A_SRC, "0.0.0.0"), mode=u8(SA_A_MODE, MODE_TRANSPORT))], CMD_SA_DEL)
for window in (REPLAY_WINDOW_MAX + 1, 0x80000000, 0xffffffff):
    bad_sa(f"window {window}", RANGE, "The anti-replay window has at most 1048576 packets",
           window=u32(SA_A_REPLAY_WINDOW, window))
for window in (0, 1, 64, REPLAY_WINDOW_MAX):
    taken(f"SA_NEW window {window}", CMD_SA_NEW, [sa(window=u32(SA_A_REPLAY_WINDOW, window))], CMD_SA_DEL)
for flags in (SA_F_SOURCE << 1, 0x80000000, 0xffffffff):
    bad_sa(f"flags {flags:#x}", INVAL, ANY, flags=u32(SA_A_FLAGS, flags))
ESN = u32(SA_A_FLAGS, SA_F_ESN)
bad_sa("ESN without a window", INVAL, "Extended sequence numbers need an anti-replay window (RFC 4303 3.3.3)",
       flags=ESN, window=u32(SA_A_REPLAY_WINDOW, 0), blame="window")
SOURCE = u32(SA_A_FLAGS, SA_F_SOURCE)
bad_sa("SOURCE, from anywhere", INVAL, "An SA that its source names needs a source address", flags=SOURCE,
       src=addr(SA_A_SRC, "0.0.0.0"), mode=u8(SA_A_MODE, MODE_TRANSPORT), blame="src")
for cmd, verb in ((CMD_SA_DEL, "SA_DEL"), (CMD_SA_GET, "SA_GET")):
    nest = sa_name(0x9000, flags=SOURCE)
    refused(f"{verb} with SOURCE, without a source", cmd, [nest], INVAL,
            "An SA that its source names needs a source address", SOURCE)
    nest = sa_name(0x9000, flags=SOURCE, src=addr(SA_A_SRC, "192.0.2.77"))
    refused(f"{verb} with SOURCE, of an SA without", cmd, [nest], errno.ESRCH,
            "No SA has this SPI, destination, protocol and source", nest)
WRAP = u32(SA_A_FLAGS, SA_F_WRAP)
NO_WINDOW = u32(SA_A_REPLAY_WINDOW, 0)
NEVER_AGAIN = "Sequence numbers begin again only without an anti-replay window (RFC 4303 3.3.3)"
bad_sa("WRAP with the default window", INVAL, NEVER_AGAIN, flags=WRAP)
bad_sa("WRAP with a window", INVAL, NEVER_AGAIN, flags=WRAP, window=u32(SA_A_REPLAY_WINDOW, 1), blame="flags")
bad_sa("WRAP and ESN", INVAL, ANY, flags=u32(SA_A_FLAGS, SA_F_WRAP | SA_F_ESN), window=NO_WINDOW, blame="window")
bad_sa("WRAP, sent 2^32", INVAL, "A sequence number without ESN is at most 4294967295", flags=WRAP,
       window=NO_WINDOW, seq=u64(SA_A_SEQ_OUT, 1 << 32), blame="seq")
taken("SA_NEW WRAP", CMD_SA_NEW, [sa(flags=WRAP, window=NO_WINDOW)], CMD_SA_DEL)
for which, type_ in (("sent", SA_A_SEQ_OUT), ("received", SA_A_SEQ_IN)):
    for value in (1 << 32, (1 << 64) - 1):
        bad_sa(f"{which} {value:#x}", INVAL, "A sequence number without ESN is at most 4294967295",
               seq=u64(type_, value))
    bad_sa(f"{which} 2^63, ESN", INVAL, "An extended sequence number is at most 9223372036854775807",
           seq=u64(type_, 1 << 63), flags=ESN, blame="seq")
    taken(f"SA_NEW {which} 2^32 - 1", CMD_SA_NEW, [sa(seq=u64(type_, (1 << 32) - 1))], CMD_SA_DEL)
    taken(f"SA_NEW {which} 2^63 - 1, ESN", CMD_SA_NEW, [sa(seq=u64(type_, (1 << 63) - 1), flags=ESN)], CMD_SA_DEL)

# --- SAs: lifetimes ---------------------------------------------------------------------------


def life(*limits):
    return Attr(SA_A_LIFETIME, list(limits))


for name in ("PACKETS", "BYTES", "AGE", "USE", "IDLE"):
    soft, hard = globals()[f"LIFE_A_SOFT_{name}"], globals()[f"LIFE_A_HARD_{name}"]
    seconds = name in ("AGE", "USE", "IDLE")
    most = (1 << 32) - 1 if seconds else (1 << 63) - 1
    taken(f"SA_NEW {name} of all sizes", CMD_SA_NEW, [sa(life=life(u64(soft, most - 1), u64(hard, most)))], CMD_SA_DEL)
    taken(f"SA_NEW {name} 0", CMD_SA_NEW, [sa(life=life(u64(soft, 0), u64(hard, 0)))], CMD_SA_DEL)
    for type_ in (soft, hard):
        for value in (most + 1, (1 << 64) - 1):
            bad = u64(type_, value)
            refused(f"SA_NEW limit {type_}: {value}", CMD_SA_NEW, [sa(life=life(bad))], RANGE,
                    f"A limit is at most {most}" + " seconds" * seconds, bad)
    for value in (7, 8, most):
        bad = u64(soft, value)
        refused(f"SA_NEW soft {name} {value}, hard 7", CMD_SA_NEW, [sa(life=life(bad, u64(hard, 7)))], INVAL,
                "A soft limit has to be below the hard one", bad)
for name in ("AGE", "USE"):
    bad = u64(globals()[f"LIFE_A_{name}"], 1)
    refused(f"SA_NEW with the {name} of its lifetime", CMD_SA_NEW, [sa(life=life(bad))], INVAL,
            "Only answers have this attribute", bad)

# --- SAs: algorithms and keys -------------------------------------------------------------------

# What this test thinks the lengths are, not what the module does.
AES_KEYS, SALT = "takes a key of 16, 24 or 32 bytes", "and behind it 4 bytes of salt"
AES_SALT = {4: (20, 28, 36), 3: (19, 27, 35)}
ENC = {
    ENC_NULL: ((0,), "NULL takes no key"),
    ENC_3DES: ((24,), "3DES takes a key of 24 bytes"),
    ENC_AES_CBC: ((16, 24, 32), f"AES-CBC {AES_KEYS}"),
    ENC_AES_CTR: (AES_SALT[4], f"AES-CTR {AES_KEYS} {SALT}"),
    ENC_NULL_AUTH_AES_GMAC: (AES_SALT[4], f"AES-GMAC {AES_KEYS} {SALT}"),
}
for algo in (ENC_CHACHA20_POLY1305, ENC_CHACHA20_POLY1305_IIV):
    ENC[algo] = ((36,), f"ChaCha20-Poly1305 takes a key of 32 bytes {SALT}")
for algo in (ENC_AES_GCM_8, ENC_AES_GCM_12, ENC_AES_GCM_16, ENC_AES_GCM_16_IIV):
    ENC[algo] = (AES_SALT[4], f"AES-GCM {AES_KEYS} {SALT}")
for algo in (ENC_AES_CCM_8, ENC_AES_CCM_12, ENC_AES_CCM_16, ENC_AES_CCM_8_IIV):
    ENC[algo] = (AES_SALT[3], f"AES-CCM {AES_KEYS} and behind it 3 bytes of salt")
COMBINED = [algo for algo in ENC if algo not in (ENC_NULL, ENC_3DES, ENC_AES_CBC, ENC_AES_CTR)]
AUTH = {
    AUTH_HMAC_MD5_96: ((16,), "HMAC-MD5-96 takes a key of 16 bytes"),
    AUTH_HMAC_SHA1_96: ((20,), "HMAC-SHA1-96 takes a key of 20 bytes"),
    AUTH_AES_XCBC_96: ((16,), "AES-XCBC-96 takes a key of 16 bytes"),
    AUTH_AES_CMAC_96: ((16,), "AES-CMAC-96 takes a key of 16 bytes"),
    AUTH_HMAC_SHA2_256_96: ((32,), "HMAC-SHA2-256 takes a key of 32 bytes"),
    AUTH_HMAC_SHA2_256_128: ((32,), "HMAC-SHA2-256 takes a key of 32 bytes"),
    AUTH_HMAC_SHA2_384_192: ((48,), "HMAC-SHA2-384 takes a key of 48 bytes"),
    AUTH_HMAC_SHA2_512_256: ((64,), "HMAC-SHA2-512 takes a key of 64 bytes"),
}
for algo, bits in ((AUTH_AES_128_GMAC, 128), (AUTH_AES_192_GMAC, 192), (AUTH_AES_256_GMAC, 256)):
    AUTH[algo] = ((bits // 8 + 4,), f"AES-{bits}-GMAC takes a key of {bits // 8} bytes {SALT}")
HMAC = {"auth": u16(SA_A_AUTH, AUTH_HMAC_SHA2_256_128), "auth_key": Attr(SA_A_AUTH_KEY, bytes(32))}


def try_key(nest, key, wrong):
    """None if it is taken, else the length's error must be just this one."""
    try:
        c.request(CMD_SA_NEW, [nest])
    except Refused as error:
        same(offset_in_message([nest], key), error.offset, "offset")
        if len(key.value) <= KEY_MAX:
            same((INVAL, wrong), (error.code, error.text))
        return False
    c.request(CMD_SA_DEL, [nest])
    return True


for algo, (lengths, wrong) in ENC.items():
    with case(f"SA_NEW encryption {algo} with keys of 1 to 130 bytes: just {lengths} are taken"):
        before = state(c)
        for length in range(1, 131):
            key = Attr(SA_A_ENC_KEY, bytes(range(length)))
            integrity = {} if algo in COMBINED else HMAC
            nest = sa(enc=u16(SA_A_ENC, algo), enc_key=key, **integrity)
            same(length in lengths, try_key(nest, key, wrong), f"{length} bytes")
        same(before, state(c), "state")
for algo, (lengths, wrong) in AUTH.items():
    with case(f"SA_NEW integrity {algo} with keys of 0 to 130 bytes: just {lengths} are taken"):
        before = state(c)
        for length in range(0, 131):
            key = Attr(SA_A_AUTH_KEY, bytes(length))
            nest = ah(auth=u16(SA_A_AUTH, algo), auth_key=key)
            same(length in lengths, try_key(nest, key, wrong), f"{length} bytes")
        same(before, state(c), "state")

for algo in sorted({*range(1, 40), 255, 1024, 65535} - ENC.keys()):
    bad_sa(f"encryption {algo}", (errno.ENOSYS, errno.EOPNOTSUPP), "This encryption algorithm is not known",
           enc=u16(SA_A_ENC, algo))
for algo in sorted({*range(1, 20), *range(1024, 1030), 65535} - AUTH.keys()):
    bad_sa(f"integrity {algo}", (errno.ENOSYS, errno.EOPNOTSUPP), "This integrity algorithm is not known",
           make=ah, auth=u16(SA_A_AUTH, algo))
key = Attr(SA_A_ENC_KEY, bytes(16))
bad_sa("encryption key without algorithm", INVAL, "An encryption key needs an encryption algorithm",
       blame="enc_key", enc=None, enc_key=key)
enc = u16(SA_A_ENC, ENC_AES_GCM_16)
bad_sa("encryption without key", INVAL, ENC[ENC_AES_GCM_16][1], blame="enc", enc=enc, enc_key=None)
key = Attr(SA_A_AUTH_KEY, bytes(32))
bad_sa("integrity key without algorithm", INVAL, "An integrity key needs an integrity algorithm",
       auth_key=key)
bad_sa("integrity key with algorithm none", INVAL, "An integrity key needs an integrity algorithm",
       blame="auth_key", auth=u16(SA_A_AUTH, AUTH_NONE), auth_key=key)
auth = u16(SA_A_AUTH, AUTH_HMAC_SHA1_96)
bad_sa("integrity without key", INVAL, AUTH[AUTH_HMAC_SHA1_96][1], make=ah, blame="auth", auth=auth, auth_key=None)
bad_sa("ESP without encryption", INVAL, "An ESP SA needs an encryption algorithm, which may be NULL",
       enc=None, enc_key=None, **HMAC)
bad_sa("ESP with cipher without integrity", INVAL,
       "Encryption without integrity is not supported (RFC 8221 section 4): name an integrity algorithm",
       enc=u16(SA_A_ENC, ENC_AES_CBC), enc_key=Attr(SA_A_ENC_KEY, bytes(16)))
bad_sa("ESP with NULL without integrity", INVAL,
       "Encryption without integrity is not supported (RFC 8221 section 4): name an integrity algorithm",
       enc=u16(SA_A_ENC, ENC_NULL), enc_key=None)
bad_sa("combined mode with integrity", INVAL,
       "A combined mode brings its own integrity: leave the other algorithm out", **HMAC)
for equal in (0, 8):
    thirds = bytearray(range(24))
    thirds[equal + 8:equal + 16] = thirds[equal:equal + 8]
    bad_sa(f"3DES with a key that is weak from byte {equal} on", INVAL,
           "This key makes 3DES single DES: two neighbouring thirds are equal (RFC 2451 2.3)",
           enc=u16(SA_A_ENC, ENC_3DES), enc_key=Attr(SA_A_ENC_KEY, bytes(thirds)), **HMAC)
for algo, size in ((AUTH_AES_128_GMAC, 20), (AUTH_AES_192_GMAC, 28), (AUTH_AES_256_GMAC, 36)):
    bad_sa(f"ESP with integrity algorithm {algo}, GMAC", INVAL,
           "This form of AES-GMAC is for AH (RFC 4543 5.3): in ESP it is an encryption algorithm",
           enc=u16(SA_A_ENC, ENC_NULL), enc_key=None, auth=u16(SA_A_AUTH, algo),
           auth_key=Attr(SA_A_AUTH_KEY, bytes(size)))
for group in ("224.0.0.0", "239.255.255.255"):
    bad_sa(f"implicit IV for {group}", INVAL,
           "An implicit IV is not for multicast, where several may send (RFC 8750 7)",
           enc=u16(SA_A_ENC, ENC_AES_GCM_16_IIV), dst=addr(SA_A_DST, group))
    taken(f"explicit IV for {group}", CMD_SA_NEW, [sa(dst=addr(SA_A_DST, group))], CMD_SA_DEL)
for host in ("223.255.255.255", "240.0.0.1"):
    taken(f"implicit IV for {host}", CMD_SA_NEW,
          [sa(enc=u16(SA_A_ENC, ENC_AES_GCM_16_IIV), dst=addr(SA_A_DST, host))], CMD_SA_DEL)
bad_sa("implicit IV with WRAP", INVAL,
       "An implicit IV is the sequence number, which therefore must not begin again (RFC 8750 7)",
       enc=u16(SA_A_ENC, ENC_AES_GCM_16_IIV), flags=WRAP, window=NO_WINDOW)
bad_sa("AH with encryption", INVAL, "AH does not encrypt: leave the encryption algorithm out",
       make=ah, enc=u16(SA_A_ENC, ENC_AES_CBC), enc_key=Attr(SA_A_ENC_KEY, bytes(16)))
bad_sa("AH with encryption NULL", INVAL, "AH does not encrypt: leave the encryption algorithm out",
       make=ah, enc=u16(SA_A_ENC, ENC_NULL), x=None)
bad_sa("AH without integrity", INVAL, "An AH SA needs an integrity algorithm", make=ah, auth=None,
       auth_key=None)

# --- SAs: the outer header ---------------------------------------------------------------------------

TUNNEL = {"mode": u8(SA_A_MODE, MODE_TUNNEL)}
TUNNEL6 = {**TUNNEL, "src": V6[SA_A_SRC], "dst": V6[SA_A_DST]}
ASCENDING = bytes(range(DSCP_COUNT))
OUTER = [(u8(SA_A_DF, DF_CLEAR), TUNNEL), (u8(SA_A_ECN, ECN_COMPAT), TUNNEL), (u8(SA_A_DSCP, 63), TUNNEL),
         (Attr(SA_A_DSCP_MAP, ASCENDING), TUNNEL), (Attr(SA_A_DSCP_DECAP), TUNNEL), (u8(SA_A_TTL, 0), TUNNEL),
         (u32(SA_A_FLOW_LABEL, FLOW_LABEL_MAX), TUNNEL6)]
for attr, tunnel in OUTER:
    taken(f"outer header, attribute {attr.type}", CMD_SA_NEW, [sa(x=attr, **tunnel)], CMD_SA_DEL)
    bad_sa(f"outer header, attribute {attr.type} in transport mode", INVAL,
           "Only a tunnel has an outer header to configure", blame="x", x=attr,
           mode=u8(SA_A_MODE, MODE_TRANSPORT))
for attr, sentence in ((u8(SA_A_DF, DF_END), "DF is copied, set or cleared"),
                       (u8(SA_A_ECN, ECN_END), "ECN has a normal and a compatibility mode (RFC 6040 4.1)"),
                       (u8(SA_A_DSCP, 64), "A DSCP is a number from 0 to 63"),
                       (Attr(SA_A_DSCP_MAP, bytes(63) + b"\x40"), "A DSCP is a number from 0 to 63"),
                       (u32(SA_A_FLOW_LABEL, 0), "Only an IPv6 header has a flow label")):
    bad_sa(f"outer header, attribute {attr.type}: {sentence}", INVAL, sentence, blame="x", x=attr, **TUNNEL)
bad_sa("DF of IPv6", INVAL, "Only an IPv4 header has DF", blame="x", x=u8(SA_A_DF, DF_COPY), **TUNNEL6)
bad_sa("flow label of 21 bits", INVAL, "A flow label has 20 bits", blame="x",
       x=u32(SA_A_FLOW_LABEL, FLOW_LABEL_MAX + 1), **TUNNEL6)
bad_sa("DSCP and a map", INVAL, "The outer DSCP is one value or a map, not both", blame="y",
       x=u8(SA_A_DSCP, 1), y=Attr(SA_A_DSCP_MAP, ASCENDING), **TUNNEL)
for length in (0, 63, 65):
    bad_sa(f"DSCP map of {length} bytes", (INVAL, RANGE), ANY, blame="x",
           x=Attr(SA_A_DSCP_MAP, bytes(length)), **TUNNEL)

taken("SA_NEW with TFC padding", CMD_SA_NEW, [sa(x=u16(SA_A_TFC, 0xffff))], CMD_SA_DEL)
bad_sa("TFC padding of AH", INVAL, "Only ESP can hide the length of a packet (RFC 4303 2.7)", make=ah,
       blame="x", x=u16(SA_A_TFC, 100))

bad_sa("NAT keepalives without ports", INVAL, "NAT keepalives are for ESP in UDP", blame="x", x=u32(SA_A_KEEPALIVE, 20))

taken("SA_NEW with a mark, one that it sets, and an if_id", CMD_SA_NEW,
      [sa(v=u32(SA_A_MARK, 5), w=u32(SA_A_MARK_MASK, 7), x=u32(SA_A_SET_MARK, 6), y=u32(SA_A_IF_ID, 42))], CMD_SA_DEL)
bad_sa("bits of a mark outside its mask", INVAL, "The mark has bits outside its mask", blame="x",
       x=u32(SA_A_MARK, 8), y=u32(SA_A_MARK_MASK, 7))
bad_sa("a mask without a mark to set", INVAL, "A mask needs a mark", x=u32(SA_A_SET_MARK_MASK, 7))
with case("SAs of one name for two marks"):
    for value in (1, 2):
        c.request(CMD_SA_NEW, [sa(x=u32(SA_A_MARK, value), y=u32(SA_A_MARK_MASK, 3))])
refused("SA_DEL of a third mark", CMD_SA_DEL, [sa(x=u32(SA_A_MARK, 3))], errno.ESRCH,
        "No SA has this SPI, destination and protocol")
refused("SA_NEW of one of these marks", CMD_SA_NEW, [sa(x=u32(SA_A_MARK, 2), y=u32(SA_A_MARK_MASK, 3))], errno.EEXIST,
        "An SA with this SPI, destination and protocol exists already for this mark")
with case("each of them is deleted by its mark"):
    for value in (1, 2):
        c.request(CMD_SA_DEL, [sa(x=u32(SA_A_MARK, value), y=u32(SA_A_MARK_MASK, 3))])

ENCAP = {"x": u16(SA_A_ENCAP_SPORT, 4500), "y": u16(SA_A_ENCAP_DPORT, 4501)}
taken("SA_NEW in UDP", CMD_SA_NEW, [sa(**ENCAP)], CMD_SA_DEL)
bad_sa("UDP around AH", INVAL, "Only ESP is encapsulated in UDP (RFC 3948 1)", make=ah, blame="y", **ENCAP)
for port in ("x", "y"):
    bad_sa("one port of UDP", INVAL, "Encapsulation in UDP needs both ports", blame=port, **{port: ENCAP[port]})
for zero in (SA_A_ENCAP_SPORT, SA_A_ENCAP_DPORT):
    bad_sa(f"port 0 in attribute {zero}", (INVAL, RANGE), ANY, blame="x", x=u16(zero, 0))



def selectors_of_sa(count, **other):
    return {f"s{n}": Attr(SA_A_SELECTOR, selector_number(n).value) for n in range(count - 1)} | {
        "last": Attr(SA_A_SELECTOR, selector(**other).value)}


taken("SA_NEW with 16 selectors", CMD_SA_NEW, [sa(**selectors_of_sa(16))], CMD_SA_DEL)
bad_sa("17 selectors", INVAL, "An SA has at most 16 selectors", **selectors_of_sa(17))
bad_sa("a second selector that is wrong", INVAL, "The source address range ends before it begins", blame="last",
       **selectors_of_sa(2, src_min=addr(SEL_A_SRC_MIN, "10.1.1.1")))

BEET = {"mode": u8(SA_A_MODE, MODE_BEET)}
ONE = {"src_max": addr(SEL_A_SRC_MAX, "10.1.0.0"), "dst_max": addr(SEL_A_DST_MAX, "10.2.0.0")}
NEEDS_ONE = "BEET mode needs one selector, of one source and one destination: the addresses inside"
taken("SA_NEW in BEET mode", CMD_SA_NEW, [sa(**BEET, **selectors_of_sa(1, **ONE))], CMD_SA_DEL)
bad_sa("BEET mode without selectors", INVAL, NEEDS_ONE, **BEET)
bad_sa("BEET mode with two", INVAL, NEEDS_ONE, blame="mode", **BEET, **selectors_of_sa(2, **ONE))
for bound in ("src_max", "dst_max"):
    bad_sa(f"BEET mode with a wide {bound}", INVAL, NEEDS_ONE, blame="mode", **BEET,
           **selectors_of_sa(1, **{bound: ONE[bound]}))
bad_sa("BEET mode of AH", INVAL, "BEET mode is for ESP", make=ah, blame="mode", **BEET, **selectors_of_sa(1, **ONE))

# --- SAs: attributes that do not belong there ------------------------------------------------------

for name in ("PACKETS", "BYTES", "DROPS", "ADD_TIME", "USE_TIME", "ENC_KEY_BITS", "MAPPED_SRC", "MAPPED_PORT",
             "PMTU", "PMTU_INSIDE", "PMTU_ROUTER", "PMTU_AGE"):
    type_ = globals()[f"SA_A_{name}"]
    bad_sa(f"with {name}", INVAL, "Only answers have this attribute", x=Attr(type_, bytes(8)))
for type_ in (SA_A_UNSPEC, SA_A_PAD, SA_A_END, 200, 0x3fff):
    bad_sa(f"with unknown attribute {type_}", INVAL, ANY, x=Attr(type_, bytes(4)))
for name, length in (("SPI", 4), ("PROTO", 1), ("MODE", 1), ("REQID", 4), ("ENC", 2), ("AUTH", 2),
                     ("REPLAY_WINDOW", 4), ("DF", 1), ("ECN", 1), ("DSCP", 1), ("TTL", 1), ("FLOW_LABEL", 4), ("TFC", 2),
                     ("ENCAP_SPORT", 2), ("ENCAP_DPORT", 2), ("KEEPALIVE", 4)):
    for wrong in (0, length - 1, length + 1, 2 * length):
        if wrong != length:
            field = name.lower() if name.lower() in ("spi", "proto", "mode", "enc") else "x"
            bad_sa(f"{name} of {wrong} bytes", (INVAL, RANGE), ANY,
                   **{field: Attr(globals()[f"SA_A_{name}"], bytes(wrong))})
bad_sa("SPI marked as a nest", INVAL, ANY, spi=Attr(SA_A_SPI, b"\0\1\0\0", flags=NLA_F_NESTED))
for name, last in (("longer than its nest", Attr(SA_A_REQID, bytes(4), length=64)),
                   ("shorter than its header", Attr(SA_A_REQID, bytes(4), length=3)),
                   ("of length 0", Attr(SA_A_REQID, b"", length=0))):
    refused(f"SA_NEW an attribute {name}", CMD_SA_NEW, [sa(x=last)], INVAL, ANY)

# --- messages ----------------------------------------------------------------------------------------

flat = sa()
flat.flags = 0
refused("SA without NLA_F_NESTED", CMD_SA_NEW, [flat], INVAL, ANY, flat)
flat = policy()
flat.flags = 0
refused("POLICY without NLA_F_NESTED", CMD_POLICY_NEW, [flat], INVAL, ANY, flat)
flat = selector()
flat.flags = 0
refused("SELECTOR without NLA_F_NESTED", CMD_POLICY_NEW, [policy(flat, spec())], INVAL, ANY, flat)
flat = spec()
flat.flags = 0
refused("SPEC without NLA_F_NESTED", CMD_POLICY_NEW, [policy(selector(), flat)], INVAL, ANY, flat)
flat = op(CMD_SA_NEW, sa())
flat.flags = 0
refused("OP without NLA_F_NESTED", CMD_BATCH, [flat], INVAL, ANY, flat)
for type_ in (A_UNSPEC, A_PAD, A_CMD, A_STATS, A_PACKET, A_END, 100):
    extra = Attr(type_, bytes(4))
    refused(f"SA_NEW with attribute {type_} beside the SA", CMD_SA_NEW, [sa(), extra], INVAL, ANY, extra)
for wrong in (0, 1, 3, 5):
    bad = Attr(A_FLAGS, bytes(wrong))
    refused(f"SA_GET with flags of {wrong} bytes", CMD_SA_GET, [sa_name(0x9000), bad], (INVAL, RANGE), ANY, bad)
bad = u32(A_FLAGS, 2)
refused("SA_GET with an unknown flag", CMD_SA_GET, [sa_name(0x9000), bad], INVAL, ANY, bad)
refused("a dump of SAs with an unknown flag", CMD_SA_GET, [bad], INVAL, ANY, bad, flags=NLM_F_DUMP)
refused("SA_NEW with 3 bytes behind the SA", CMD_SA_NEW, join([sa()]) + bytes(3), INVAL, ANY)
for cmd, attrs, name in ((CMD_SA_NEW, [sa()], "SA_NEW"), (CMD_BATCH, [op(CMD_SA_NEW, sa())], "BATCH"),
                         (CMD_SA_GET, [sa_name(0x9000)], "SA_GET"), (CMD_STATS_GET, [], "STATS_GET")):
    refused(f"{name} with something in the reserved field", cmd, attrs, INVAL,
            "The reserved field of the header has to be 0", reserved=0x100)
    for flag in (0x20, NLM_F_ROOT, 0x400, 0x8000):
        refused(f"{name} with flag {flag:#x}", cmd, attrs, INVAL, "The header has a flag that means nothing here",
                flags=NLM_F_ACK | flag)
for cmd, name in ((CMD_SA_GET, "SAs"), (CMD_POLICY_GET, "policies")):
    for header in ({"reserved": 1}, {"flags": NLM_F_DUMP | 0x400}):
        with case(f"a dump of {name} with {header}"):
            try:
                c.request(cmd, [], **{"flags": NLM_F_DUMP, **header})
            except Refused as error:
                same(INVAL, error.code)
            else:
                raise AssertionError("it was taken")
short = Attr(A_SA, sa().payload()[:-6], flags=NLA_F_NESTED)
refused("an SA that ends within an attribute", CMD_SA_NEW, [short], INVAL, ANY)
deep = Attr(SA_A_SPI, [u32(SA_A_SPI, 0x1000)])
refused("a nest where a number belongs", CMD_SA_NEW, [sa(spi=deep)], INVAL, ANY, deep)
deep = op(CMD_SA_NEW, sa())
refused("an operation inside an operation", CMD_BATCH, [Attr(A_OP, [u32(A_CMD, CMD_BATCH), deep])], INVAL, ANY,
        deep)
tower = sa()
for _ in range(40):
    tower = Attr(A_OP, [tower])
refused("nests 40 deep", CMD_BATCH, [tower], INVAL, ANY)
inner = policy()
refused("a policy inside a selector", CMD_POLICY_NEW,
        [policy(Attr(POLICY_A_SELECTOR, [*selector().value, inner]), spec())], INVAL, ANY, inner)

for cmd in (CMD_UNSPEC, CMD_ACQUIRE, CMD_END, 200, 255):
    with case(f"unknown command {cmd}"):
        before = state(c)
        try:
            c.request(cmd, [sa()])
        except Refused as error:
            same(errno.EOPNOTSUPP, error.code)
        else:
            raise AssertionError("it was taken")
        same(before, state(c), "state")
for cmd, name in ((CMD_SA_NEW, "SA_NEW"), (CMD_SA_FLUSH, "SA_FLUSH"), (CMD_BATCH, "BATCH"),
                  (CMD_STATS_GET, "STATS_GET")):
    with case(f"a dump of {name}"):
        before = state(c)
        try:
            c.request(cmd, [], NLM_F_DUMP)
        except Refused as error:
            same(errno.EOPNOTSUPP, error.code)
        else:
            raise AssertionError("it was taken")
        same(before, state(c), "state")


def silent_or(code, length, body):
    """A message so short or so long that it may not even be one: refused or ignored."""
    before = state(c)
    c.send_raw(body, NLM_F_ACK, length)
    c.seq += 1
    c.send_raw(struct.pack("BBH", CMD_STATS_GET, 1, 0), NLM_F_ACK)
    try:
        c.receive()
    finally:
        c.seq += 1
    same(before, state(c), "state")


whole = struct.pack("BBH", CMD_SA_NEW, 1, 0) + join([sa()])
with case("a message that claims to be longer than it is"):
    silent_or(INVAL, 16 + len(whole) + 64, whole)
with case("a message shorter than its header"):
    silent_or(INVAL, 10, whole)
with case("a message without a generic netlink header"):
    before = state(c)
    c.send_raw(b"", NLM_F_ACK)
    try:
        c.receive()
    except Refused as error:
        same(INVAL, error.code)
    else:
        raise AssertionError("it was taken")
    same(before, state(c), "state")
with case("a message cut at every length"):
    before = state(c)
    for cut in range(4, len(whole) - 1):
        c.send_raw(whole[:cut], NLM_F_ACK)
        try:
            c.receive()
        except Refused as error:
            same(INVAL, error.code, f"{cut} bytes")
        else:
            raise AssertionError(f"it was taken with {cut} of {len(whole)} bytes")
    same(before, state(c), "state")

# --- policies ---------------------------------------------------------------------------------------


def bad_policy(name, code, sentence, *lists, blame="nest", **other):
    nest = policy(*lists, **other)
    bad = nest if blame == "nest" else blame
    refused(f"POLICY_NEW {name}", CMD_POLICY_NEW, [nest], code, sentence, bad)


taken("POLICY_NEW as all the others begin", CMD_POLICY_NEW, [policy()], CMD_POLICY_DEL)
taken("POLICY_NEW that bypasses", CMD_POLICY_NEW, [bypass()], CMD_POLICY_DEL)
for cmd, name in ((CMD_POLICY_NEW, "POLICY_NEW"), (CMD_POLICY_DEL, "POLICY_DEL")):
    refused(f"{name} without a policy", cmd, [], INVAL, "This operation needs a policy")
refused("POLICY_GET without a policy", CMD_POLICY_GET, [], INVAL,
        "Name the policy: its ID, or direction, priority and selectors", missing=(A_POLICY, None))
nest = policy(action=None)
refused("POLICY_NEW without an action", CMD_POLICY_NEW, [nest], INVAL,
        "A policy needs an action: bypass, discard or protect", missing=(POLICY_A_ACTION, nest))
nest = policy(dir=None)
for cmd, name in ((CMD_POLICY_NEW, "POLICY_NEW"), (CMD_POLICY_DEL, "POLICY_DEL"),
                  (CMD_POLICY_GET, "POLICY_GET")):
    refused(f"{name} without a direction", cmd, [nest], INVAL, "A policy needs a direction",
            missing=(POLICY_A_DIR, nest))
nest = policy(spec())
for cmd, name in ((CMD_POLICY_NEW, "POLICY_NEW"), (CMD_POLICY_DEL, "POLICY_DEL"),
                  (CMD_POLICY_GET, "POLICY_GET")):
    refused(f"{name} without a selector", cmd, [nest], INVAL, "A policy needs a selector",
            missing=(POLICY_A_SELECTOR, nest))
empty = Attr(A_POLICY, [])
refused("POLICY_NEW with an empty nest", CMD_POLICY_NEW, [empty], INVAL,
        "A policy needs an action: bypass, discard or protect", missing=(POLICY_A_ACTION, empty))
ident = u32(POLICY_A_ID, 5)
bad_policy("with an ID", INVAL, "The kernel gives a new policy its ID", id=ident, blame=ident)
for name, type_, values in (("direction", POLICY_A_DIR, (2, 255)), ("action", POLICY_A_ACTION, (3, 255))):
    for value in values:
        bad = u8(type_, value)
        bad_policy(f"{name} {value}", (INVAL, RANGE), ANY, **{"dir" if type_ == POLICY_A_DIR else "action": bad},
                   blame=bad)
for flags in (POLICY_F_SUB << 1, 0x80000000, 0xffffffff):
    bad = u32(POLICY_A_FLAGS, flags)
    bad_policy(f"flags {flags:#x}", INVAL, ANY, flags=bad, blame=bad)
for flags in (0, POLICY_F_OPTIONAL, POLICY_F_NO_ACQUIRE, 3, POLICY_F_STATEFUL_FRAGMENTS, 7, POLICY_F_NO_ICMP_ERRORS,
              POLICY_F_NO_MSS_CLAMP, POLICY_F_RELAY_ERRORS, POLICY_F_SUB):
    taken(f"POLICY_NEW flags {flags}", CMD_POLICY_NEW, [policy(flags=u32(POLICY_A_FLAGS, flags))], CMD_POLICY_DEL)
for flag in (POLICY_F_PFP_SRC, POLICY_F_PFP_DST, POLICY_F_PFP_PROTO, POLICY_F_PFP_SPORT, POLICY_F_PFP_DPORT):
    taken(f"POLICY_NEW flag {flag:#x}", CMD_POLICY_NEW, [policy(flags=u32(POLICY_A_FLAGS, flag))], CMD_POLICY_DEL)
    bad = u32(POLICY_A_FLAGS, flag)
    refused(f"POLICY_NEW flag {flag:#x} without an SA", CMD_POLICY_NEW, [bypass(flags=bad)], INVAL,
            "A policy that bypasses or discards has no SA to populate from packets", bad)
for flag in (POLICY_F_LOCAL, POLICY_F_FORWARDED, POLICY_F_LOCAL | POLICY_F_FORWARDED):
    bad = u32(POLICY_A_FLAGS, flag)
    bad_policy(f"flag {flag:#x} of one that is outbound", INVAL,
               "Only of packets that arrive are some for this host and others forwarded", flags=bad, blame=bad)
for name, text in (("empty", b"\0"), ("of 256 bytes", b"x" * 256 + b"\0"), ("without an end", b"abc")):
    bad = Attr(POLICY_A_NAME, text)
    refused(f"POLICY_NEW name {name}", CMD_POLICY_NEW, [policy(name=bad)], (INVAL, RANGE),
            "A name has at least one byte" if name == "empty" else ANY, bad)
taken("POLICY_NEW with a name of 255 bytes", CMD_POLICY_NEW, [policy(name=Attr(POLICY_A_NAME, b"x" * 255 + b"\0"))],
      CMD_POLICY_DEL)
for name in ("PACKETS", "BYTES"):
    bad = Attr(globals()[f"POLICY_A_{name}"], bytes(8))
    bad_policy(f"with {name}", INVAL, "Only answers have this attribute", x=bad, blame=bad)
for type_ in (POLICY_A_UNSPEC, POLICY_A_PAD, POLICY_A_END, 99):
    bad = Attr(type_, bytes(4))
    bad_policy(f"with unknown attribute {type_}", INVAL, ANY, x=bad, blame=bad)
taken("POLICY_NEW with a mark and an if_id", CMD_POLICY_NEW,
      [policy(x=u32(POLICY_A_MARK, 0), y=u32(POLICY_A_IF_ID, 0xffffffff))], CMD_POLICY_DEL)
mark = u32(POLICY_A_MARK, 0x100)
bad_policy("with bits of a mark outside its mask", INVAL, "The mark has bits outside its mask", x=mark,
           y=u32(POLICY_A_MARK_MASK, 0xff), blame=mark)
with case("policies that differ in their tags"):
    for number in (0, 1, 2):
        c.request(CMD_POLICY_NEW, [policy(x=u32(POLICY_A_IF_ID, number))])
refused("POLICY_DEL of another if_id", CMD_POLICY_DEL, [policy(x=u32(POLICY_A_IF_ID, 3))], errno.ENOENT,
        "No policy has this ID, or this direction, priority, selectors, mark, if_id, sub and forward")
with case("each of them is deleted by its tag"):
    for number in (0, 1, 2):
        c.request(CMD_POLICY_DEL, [policy(x=u32(POLICY_A_IF_ID, number))])
bad_policy("that protects without a spec", INVAL,
           "A policy that protects needs a spec: the protocol and the peer", selector())
for name, action in (("bypasses", ACTION_BYPASS), ("discards", ACTION_DISCARD)):
    bad_policy(f"that {name} with a spec", INVAL, "A policy that bypasses or discards has no spec", selector(),
               spec(), action=u8(POLICY_A_ACTION, action))
bad_policy("with BEET mode around another SA", INVAL, "Only the innermost SA of a policy can be in BEET mode",
           selector(), spec(), spec(mode=u8(SPEC_A_MODE, MODE_BEET)))
bad_policy("with 5 specs", INVAL, "A policy has at most 4 specs", selector(), *(spec() for _ in range(5)))
taken("POLICY_NEW with 4 specs", CMD_POLICY_NEW, [policy(selector(), *(spec() for _ in range(4)))], CMD_POLICY_DEL)
many = [selector_number(n) for n in range(65)]
bad_policy("with 65 selectors", INVAL, "A policy has at most 64 selectors: make several policies", *many, spec())
taken("POLICY_NEW with 64 selectors", CMD_POLICY_NEW, [policy(*many[:64], spec())], CMD_POLICY_DEL)
for cmd, name in ((CMD_POLICY_DEL, "POLICY_DEL"), (CMD_POLICY_GET, "POLICY_GET")):
    refused(f"{name} with 65 selectors", cmd, [policy(*many, spec())], INVAL, "A policy has at most 64 selectors")
    refused(f"{name} with 5 specs", cmd, [policy(selector(), *(spec() for _ in range(5)))], INVAL,
            "A policy has at most 4 specs")

# --- selectors and specs ---------------------------------------------------------------------------


def bad_selector(name, code, sentence, blame=None, **other):
    sel = selector(**other)
    bad = sel if blame is None else other[blame]
    bad_policy(f"selector {name}", code, sentence, sel, spec(), blame=bad)


def port(name, value):
    return u16(globals()[f"SEL_A_{name}"], value)


NEEDS_ADDRS = "A selector needs the lowest and the highest source and destination address"
bad = Attr(POLICY_A_SELECTOR, [])
refused("POLICY_NEW selector without anything", CMD_POLICY_NEW, [policy(bad, spec())], INVAL, NEEDS_ADDRS,
        missing=(SEL_A_SRC_MIN, bad))
for field in ("src_min", "src_max", "dst_min", "dst_max"):
    bad = selector(**{field: None})
    refused(f"POLICY_NEW selector without {field}", CMD_POLICY_NEW, [policy(bad, spec())], INVAL, NEEDS_ADDRS,
            missing=(globals()[f"SEL_A_{field.upper()}"], bad))
    type_ = globals()[f"SEL_A_{field.upper()}"]
    if field != "src_min":  # the one that says which family it is
        bad_selector(f"with IPv6 {field}", INVAL, OTHER_FAMILY, blame=field,
                     **{field: addr(type_, "2001:db8::")})
    bad_selector(f"with {field} of 5 bytes", INVAL, LENGTH, blame=field,
                 **{field: Attr(type_, bytes(5))})
    bad_selector(f"with {field} of 0 bytes", (INVAL, RANGE), ANY, blame=field, **{field: Attr(type_, b"")})
bad_selector("source range reversed", INVAL, "The source address range ends before it begins",
             src_min=addr(SEL_A_SRC_MIN, "10.1.1.0"))
bad_selector("destination range reversed", INVAL, "The destination address range ends before it begins",
             dst_min=addr(SEL_A_DST_MIN, "10.2.1.0"))
TCP = u8(SEL_A_PROTO, 6)
HALF = "A port range needs its lowest and its highest port"
for name in ("SPORT_MIN", "SPORT_MAX", "DPORT_MIN", "DPORT_MAX"):
    bad_selector(f"with {name} alone", INVAL, HALF, blame="port", proto=TCP, port=port(name, 80))
bad_selector("source ports reversed", INVAL, "The source port range ends before it begins", proto=TCP,
             a=port("SPORT_MIN", 81), b=port("SPORT_MAX", 80))
bad_selector("destination ports reversed", INVAL, "The destination port range ends before it begins", proto=TCP,
             a=port("DPORT_MIN", 81), b=port("DPORT_MAX", 80))
NO_PORTS = "Ports need a protocol with ports (tcp, udp, sctp, dccp, udplite) or types"
bad_selector("ports without protocol", INVAL, NO_PORTS, a=port("DPORT_MIN", 80), b=port("DPORT_MAX", 80))
for proto in (47, 50, 255):
    bad_selector(f"ports of protocol {proto}", INVAL, NO_PORTS, proto=u8(SEL_A_PROTO, proto),
                 a=port("SPORT_MIN", 1), b=port("SPORT_MAX", 65535))
TYPE, CODE = "A type is a number from 0 to 255", "A code is a number from 0 to 255"
for proto in (1, 58, 135):
    bad_selector(f"type 256 of protocol {proto}", INVAL, TYPE, proto=u8(SEL_A_PROTO, proto),
                 a=port("SPORT_MIN", 1), b=port("SPORT_MAX", 256))
for proto in (1, 58):
    bad_selector(f"code 256 of protocol {proto}", INVAL, CODE, proto=u8(SEL_A_PROTO, proto),
                 a=port("DPORT_MIN", 1), b=port("DPORT_MAX", 256))
bad_selector("code of a mobility header", INVAL, "A mobility header has a type but no code",
             proto=u8(SEL_A_PROTO, 135), a=port("DPORT_MIN", 0), b=port("DPORT_MAX", 0))
bad_selector("ports opaque on one side", INVAL, "Ports are opaque on both sides or on neither", proto=TCP,
             a=port("SPORT_MIN", OPAQUE_MIN), b=port("SPORT_MAX", OPAQUE_MAX))
for type_ in (SEL_A_UNSPEC, SEL_A_END, 99):
    bad_selector(f"with unknown attribute {type_}", INVAL, ANY, blame="x", x=Attr(type_, bytes(4)))
bad_selector("with a port of 1 byte", (INVAL, RANGE), ANY, blame="a", proto=TCP, a=Attr(SEL_A_DPORT_MIN, b"\1"),
             b=port("DPORT_MAX", 80))


def bad_spec(name, code, sentence, blame=None, **other):
    one = spec(**other)
    bad_policy(f"spec {name}", code, sentence, selector(), one, blame=one if blame is None else other[blame])


bad = spec(proto=None)
refused("POLICY_NEW spec without a protocol", CMD_POLICY_NEW, [policy(selector(), bad)], INVAL,
        "A spec needs a protocol, ESP or AH", missing=(SPEC_A_PROTO, bad))
for proto in (0, 6, 108):
    bad_spec(f"protocol {proto}", errno.EPROTONOSUPPORT, "The protocol of a spec is ESP (50) or AH (51)",
             blame="proto", proto=u8(SPEC_A_PROTO, proto))
bad_spec("mode of the end", (INVAL, RANGE), ANY, blame="mode", mode=u8(SPEC_A_MODE, MODE_END))
for field, type_ in (("src", SPEC_A_SRC), ("dst", SPEC_A_DST)):
    bad_spec(f"with {field} of 7 bytes", INVAL, LENGTH, blame=field,
             **{field: Attr(type_, bytes(7))})
for type_ in (SPEC_A_UNSPEC, SPEC_A_END):
    bad_spec(f"with unknown attribute {type_}", INVAL, ANY, blame="x", x=Attr(type_, bytes(4)))

# --- defaults ------------------------------------------------------------------------------------------

bad = Attr(A_DEFAULTS, [])
refused("DEFAULTS_SET of no direction", CMD_DEFAULTS_SET, [bad], INVAL, "A default is for a direction: in, out or both", bad)
refused("DEFAULTS_SET of nothing", CMD_DEFAULTS_SET, [], INVAL, "This operation needs the defaults")
for type_ in (DEFAULTS_A_IN, DEFAULTS_A_OUT):
    bad = u8(type_, ACTION_PROTECT)
    refused("DEFAULTS_SET to protect", CMD_DEFAULTS_SET, [Attr(A_DEFAULTS, [bad])], (INVAL, RANGE), ANY, bad)

# --- policies that are there, and that are not ----------------------------------------------------------

nest = policy(priority=u32(POLICY_A_PRIORITY, 77))
EXISTS = "A policy with this direction, priority, selectors, mark, if_id, sub and forward exists already"
refused("POLICY_NEW of one that is there", CMD_POLICY_NEW, [nest], errno.EEXIST, EXISTS, nest)
nest = bypass(priority=u32(POLICY_A_PRIORITY, 77))
refused("POLICY_NEW of one that is there with another action", CMD_POLICY_NEW, [nest], errno.EEXIST, EXISTS, nest)
for name, nest in (("direction", policy(priority=u32(POLICY_A_PRIORITY, 77), dir=u8(POLICY_A_DIR, DIR_IN))),
                   ("priority", policy(priority=u32(POLICY_A_PRIORITY, 78))),
                   ("selector", policy(selector_number(3), spec(), priority=u32(POLICY_A_PRIORITY, 77)))):
    gone = "No policy has this ID, or this direction, priority, selectors, mark, if_id, sub and forward"
    refused(f"POLICY_DEL of another {name}", CMD_POLICY_DEL, [nest], errno.ENOENT, gone, nest)
    refused(f"POLICY_GET of another {name}", CMD_POLICY_GET, [nest], errno.ENOENT, gone, nest)
    taken(f"POLICY_NEW with another {name}", CMD_POLICY_NEW, [nest], CMD_POLICY_DEL)
for ident in (0, 0xffffffff, 123456):
    nest = Attr(A_POLICY, [u32(POLICY_A_ID, ident)])
    refused(f"POLICY_DEL of ID {ident}", CMD_POLICY_DEL, [nest], errno.ENOENT, gone, nest)
    refused(f"POLICY_GET of ID {ident}", CMD_POLICY_GET, [nest], errno.ENOENT, gone, nest)

clean(c)
end()
