# SPDX-License-Identifier: GPL-2.0
"""Every bad request of NETLINK_XFRM: its errno, its sentence, and that nothing has changed. All but
the bad part is as in a request that is taken."""
import errno
import os
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import genl  # noqa: E402
from pyktap import case, end, same  # noqa: E402
from xfrm import *          # noqa: E402,F403 pylint: disable=wildcard-import,unused-wildcard-import

INVAL, NOTSUP, NOSYS = errno.EINVAL, errno.EOPNOTSUPP, errno.ENOSYS
ONE, TWO, THREE = "192.0.2.1", "192.0.2.2", "192.0.2.3"
HERE, THERE = "10.1.0.0/24", "10.2.0.0/24"
door, other = genl.Netlink(6), genl.Connection()


def ask(kind, body, flags=0):
    door.send_raw(body, ACK | flags, kind=kind)
    return door.receive()


def state():
    return [sorted(ask(kind, bytes(0), 0x300)) for kind in (GETSA, GETPOLICY)]


def refused(name, kind, body, code, sentence, flags=0):
    with case(name):
        before = state()
        try:
            ask(kind, body, flags)
        except genl.Refused as error:
            same(errno.errorcode[code], errno.errorcode[error.code], "errno")
            same(sentence, error.text, "sentence")
        else:
            raise AssertionError("it was taken")
        same(before, state(), "what is there")


def bad_sa(name, sentence, code=INVAL, attrs=aead(), **words):
    refused(f"an SA {name}", NEWSA, sa(ONE, TWO, words.pop("spi", 0x900), **words) + attrs, code, sentence)


def bad_policy(name, sentence, code=INVAL, attrs=None, direction=OUT, src=HERE, **words):
    attrs = attr(A_TMPL, tmpl(ONE, TWO)) if attrs is None else attrs
    refused(f"a policy {name}", NEWPOLICY, policy(direction, src, "10.3.0.0/24", **words) + attrs, code, sentence)


def bad_tmpl(name, sentence, *tmpls):
    bad_policy(name, sentence, attrs=attr(A_TMPL, b"".join(tmpls)))


def nobody(kind, body, what="SA"):
    refused(f"{NAMES[kind - NEWSA]} of no {what}", kind, body,
            errno.ENOENT if what == "policy" or kind == EXPIRE else errno.ESRCH,
            "No policy has this index, or this direction, selector, mark, if_id and type" if what == "policy" else
            "No SA has this SPI, destination and protocol")


# --- what is there, and what all others begin with --------------------------------------------

for title, made in (("an SA is taken", (NEWSA, sa(ONE, TWO, 0x800) + aead())),
                    ("a policy is taken", (NEWPOLICY, policy(OUT, HERE, THERE) + attr(A_TMPL, tmpl(ONE, TWO)))),
                    ("an SPI is chosen", (ALLOCSPI, sa(TWO, ONE, 0) + struct.pack("=II", 0x801, 0x801)))):
    with case(title):
        ask(*made)
with case("an SA and a policy are taken by generic netlink"):
    other.request(genl.CMD_SA_NEW, [genl.sa_spi(0x802)])
    other.request(genl.CMD_POLICY_NEW, [genl.bypass(genl.selector())])

# --- SAs --------------------------------------------------------------------------------------

bad_sa("of no family", "An SA is of IPv4 or of IPv6", family=7)
bad_sa("of TCP", "An SA is of ESP or of AH", proto=6)
bad_sa("in the mode of Mobile IPv6", "The mode of an SA is transport, tunnel or beet", mode=2)
bad_sa("in no mode", "The mode of an SA is transport, tunnel or beet", mode=99)
bad_sa("without an SPI", "An SPI is not 0", spi=0)
bad_sa("for a prefix that is too long", "A prefix of the selector is longer than an address",
       sel=selector("10.1.0.0/33", "10.2.0.0/24"))
bad_sa("for ports of which every other one counts", "The mask of a port has a hole",
       sel=selector(HERE, THERE, 17, port_mask=0xfefe))
bad_sa("for no family", "The selector is neither of IPv4 nor of IPv6", sel=selector(HERE, THERE, family=9))
bad_sa("of AH in BEET mode", "BEET mode is for ESP", proto=AH, mode=BEET,
       sel=selector("10.1.0.1/32", "10.2.0.1/32"), attrs=algorithm(A_AUTH, b"hmac(sha1)", bytes(20)))
inside = "BEET mode needs a selector of one source and one destination: the addresses inside"
bad_sa("in BEET mode for everything", inside, mode=BEET)
bad_sa("in BEET mode for many sources", inside, mode=BEET, sel=selector(HERE, "10.2.0.1/32"))
bad_sa("in BEET mode for many destinations", inside, mode=BEET, sel=selector("10.1.0.1/32", THERE))
encapsulates = "nfipsec encapsulates ESP in UDP as RFC 3948 says, and in nothing else"
bad_sa("in UDP as it was before RFC 3948", encapsulates, attrs=aead() + encap(4500, 4500, 1))
bad_sa("in TCP", encapsulates, attrs=aead() + encap(4500, 4500, 7))
bad_sa("of AH in UDP", encapsulates, proto=AH,
       attrs=algorithm(A_AUTH, b"hmac(sha1)", bytes(20)) + encap(4500, 4500))
bad_sa("with a security context", "nfipsec has no security contexts", NOTSUP,
       attrs=aead() + attr(A_SEC_CTX, struct.pack("=HHBBH", 9, A_SEC_CTX, 1, 1, 1) + b"\0"))
bad_sa("that a card is to handle", "nfipsec does not offload to network cards", NOTSUP,
       attrs=aead() + attr(A_OFFLOAD, struct.pack("=iBxxx", 1, 0)))
bad_sa("with a care-of address", "nfipsec has no Mobile IPv6", NOTSUP, attrs=aead() + attr(A_COADDR, addr(ONE)))
bad_sa("that compresses", "nfipsec does not compress (IPComp)",
       attrs=aead() + algorithm(A_COMP, b"deflate", b""))
bad_sa("with a combined mode and more", "A combined mode needs no other algorithm",
       attrs=aead() + algorithm(A_AUTH, b"hmac(sha1)", bytes(20)))
unknown = "This encryption algorithm is not known"
bad_sa("with no cipher that is known", unknown, NOSYS, attrs=algorithm(A_CRYPT, b"cbc(rot13)", bytes(16)))
bad_sa("with no combined mode that is known", unknown, NOSYS, attrs=aead(name=b"rot(13)"))
bad_sa("with an ICV of another length", unknown, NOSYS, attrs=aead(icv=80))
bad_sa("without a length of the ICV", unknown, NOSYS, attrs=aead(icv=0))
unknown = "This integrity algorithm, or this length of its ICV, is not known"
null = algorithm(A_CRYPT, b"ecb(cipher_null)", b"")
bad_sa("with no digest that is known", unknown, NOSYS, attrs=null + algorithm(A_AUTH, b"crc32", bytes(4)))
bad_sa("with a digest that is cut too short", unknown, NOSYS,
       attrs=null + attr(A_AUTH_TRUNC, struct.pack("=64sII", b"hmac(sha256)", 256, 32) + bytes(32)))
cut = "The key is shorter than the message says"
bad_sa("with a key that is cut", cut, attrs=aead(length=24))
bad_sa("with a key of 8 kB", cut, attrs=aead(length=8192))
bad_sa("with a key for no AES", "AES-GCM takes a key of 16, 24 or 32 bytes and behind it 4 bytes of salt",
       attrs=aead(bytes(21)))
bad_sa("with a key for another digest", "AES-XCBC-96 takes a key of 16 bytes",
       attrs=null + algorithm(A_AUTH, b"xcbc(aes)", bytes(20)))
bad_sa("with a window larger than its bitmap", "The anti-replay window is larger than its bitmap", window=0,
       attrs=aead() + esn(0, 0, 64, 1))

for kind, rest in ((GETSA, b""), (DELSA, b""), (GETAE, bytes(24))):
    nobody(kind, sa_id(TWO, 0x900) + rest)
    refused(f"{NAMES[kind - NEWSA]} of TCP", kind, sa_id(TWO, 0x900, 6) + rest, INVAL, "An SA is of ESP or of AH")
nobody(UPDSA, sa(ONE, TWO, 0x900) + aead())
nobody(EXPIRE, sa(ONE, TWO, 0x900) + bytes(8))
refused("the end of an SA without keys", EXPIRE, sa(TWO, ONE, 0x801) + bytes(8), INVAL, "This SA has no keys yet")
refused("an SA that begins to use UDP", UPDSA, sa(ONE, TWO, 0x800) + aead() + encap(4500, 4500), INVAL,
        "An SA cannot begin to use UDP, or cease: delete it, and add another one")
refused("a change of an SA of generic netlink", UPDSA, sa(ONE, TWO, 0x802) + aead(), NOTSUP,
        "This SA was made by generic netlink, as ipsecctl does: it does not change")
refused("an SPI of a range that ends before it begins", ALLOCSPI,
        sa(TWO, ONE, 0) + struct.pack("=II", 0x900, 0x8ff), INVAL, "The range of SPIs ends before it begins")
refused("an SPI that is in use", ALLOCSPI, sa(TWO, ONE, 0) + struct.pack("=II", 0x801, 0x801), errno.ENOENT,
        "All SPIs of this range are in use")
refused("an SPI for TCP", ALLOCSPI, sa(TWO, ONE, 0, proto=6) + struct.pack("=II", 0x900, 0x900), INVAL,
        "An SA is of ESP or of AH")

refused("sequence numbers of no SA", NEWAE, aevent(TWO, 0x900) + replay(1, 1, 1), errno.ESRCH,
        "No SA has this SPI, destination and protocol", REPLACE)
refused("sequence numbers that replace nothing", NEWAE, aevent(TWO, 0x800) + replay(1, 1, 1), INVAL,
        "Sequence numbers are replaced: NLM_F_REPLACE")
refused("sequence numbers that are not there", NEWAE, aevent(TWO, 0x800), INVAL,
        "Nothing of an SA can be set but its sequence numbers", REPLACE)

# --- policies ---------------------------------------------------------------------------------

bad_policy("in no direction", "The direction of a policy is in, out or fwd", direction=3)
bad_policy("that neither allows nor blocks", "A policy allows or blocks", action=2)
bad_policy("with a security context", "nfipsec has no security contexts", NOTSUP,
           attrs=attr(A_SEC_CTX, struct.pack("=HHBBH", 9, A_SEC_CTX, 1, 1, 1) + b"\0"))
bad_policy("for a prefix that is too long", "A prefix of the selector is longer than an address", src="10.1.0.0/40")
bad_tmpl("with SAs of TCP", "A template is of ESP or of AH: nfipsec does not compress", tmpl(ONE, TWO, proto=6))
bad_tmpl("with SAs of no family", "A template is of IPv4 or of IPv6", tmpl(ONE, TWO, family=7))
bad_tmpl("with SAs in no mode", "The mode of a template is transport, tunnel or beet", tmpl(ONE, TWO, mode=3))
bad_tmpl("with five SAs", "A policy has at most 4 templates", *[tmpl(ONE, TWO)] * 5)
name = selector(HERE, "10.3.0.0/24") + struct.pack("=IB3x", 0, OUT)
for kind in (GETPOLICY, DELPOLICY):
    nobody(kind, name, "policy")
    refused(f"{NAMES[kind - NEWSA]} of a policy in no direction", kind, name[:60] + b"\3" + name[61:], INVAL,
            "The direction of a policy is in, out or fwd")
nobody(POLEXPIRE, policy(OUT, HERE, "10.3.0.0/24") + bytes(8), "policy")
refused("a policy again", NEWPOLICY, policy(OUT, HERE, THERE) + attr(A_TMPL, tmpl(ONE, TWO)), errno.EEXIST,
        "A policy with this direction, selector, mark, if_id and type exists already")

wanted = struct.pack("=16s4sB3x16s", addr(TWO), bytes(4), ESP, addr(ONE)) + \
    selector("10.1.0.1/32", "10.2.0.1/32") + policy(OUT, HERE, THERE) + bytes(16)
templates = "From 1 to 4 templates say which SAs are needed"
refused("a request for no SA", ACQUIRE, wanted, INVAL, templates)
refused("a request for five SAs", ACQUIRE, wanted + attr(A_TMPL, tmpl(ONE, TWO) * 5), INVAL, templates)
for kind, body in ((NEWPOLICY, policy(OUT, HERE, "10.3.0.0/24")), (GETPOLICY, name), (DELPOLICY, name), (FLUSHPOLICY, b""),
                   (ACQUIRE, wanted + attr(A_TMPL, tmpl(ONE, TWO)))):
    refused(f"{NAMES[kind - NEWSA]} of a policy of no type", kind, body + attr(A_POLICY_TYPE, b"\7" + bytes(5)), INVAL,
            "The type of a policy is main or sub")
refused("thresholds longer than an address", NEWSPDINFO, bytes(4) + attr(3, bytes([33, 16])), INVAL,
        "A prefix is longer than an address")

# --- what moves -------------------------------------------------------------------------------

name = selector(HERE, THERE) + struct.pack("=IB3x", 0, OUT)
moves = migrate(ONE, TWO, THREE, TWO)
for title, which, pairs, code, sentence in (
        ("nothing", name, b"", INVAL, "From 1 to 4 pairs of addresses can change at once"),
        ("five SAs", name, b"".join(migrate(f"192.0.2.{n}", TWO, THREE, TWO) for n in range(10, 15)), INVAL,
         "From 1 to 4 pairs of addresses can change at once"),
        ("an SA to nowhere", name, migrate(ONE, TWO, "0.0.0.0", TWO), INVAL,
         "An SA moves to two addresses, of IPv4 or of IPv6"),
        ("an SA to two places", name, moves + migrate(ONE, TWO, "192.0.2.4", TWO), INVAL,
         "An SA cannot move to two places"),
        ("no SA of the policy", name, migrate(THREE, TWO, ONE, TWO), errno.ENODATA,
         "No template of the policy has these addresses")):
    refused(f"a request to move {title}", MIGRATE, which + (attr(A_MIGRATE, pairs) if pairs else b""), code, sentence)
nobody(MIGRATE, selector(THERE, HERE) + struct.pack("=IB3x", 0, OUT) + attr(A_MIGRATE, moves), "policy")

# --- who may, and what ------------------------------------------------------------------------

for kind in (REPORT, MAPPING, GETDEFAULT + 1, 0xff):
    refused(f"message {kind:#x}, which nobody sends", kind, bytes(256), INVAL,
            "nfipsec does not know this type of message")
child = os.fork()
if not child:
    os.setuid(65534)
    try:
        ask(FLUSHSA, bytes(4))
    except genl.Refused as error:
        os._exit(error.code)
    os._exit(0)
with case("who is not privileged may not"):
    same(errno.EPERM, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), "errno")
    assert state()[0], "the SAs are gone"

door.close()
other.close()
end()
