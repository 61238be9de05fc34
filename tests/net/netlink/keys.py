# SPDX-License-Identifier: GPL-2.0
"""Keys: shown to nobody who has not asked, and wiped from the requests that brought them."""
import errno
import os
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from genl import *          # noqa: E402,F403 pylint: disable=wildcard-import,unused-wildcard-import
from pyktap import case, end, same  # noqa: E402

c = Connection()
ENC_KEY = bytes(range(0xa0, 0xb0)) + b"SALT"
CBC_KEY = bytes(range(0xc0, 0xe0))
AUTH_KEY = b"an integrity key of 32 bytes, oh"
SECRETS = (ENC_KEY, CBC_KEY, AUTH_KEY)
SHOW = u32(A_FLAGS, F_SHOW_KEYS)


def gcm(spi):
    return sa_spi(spi, enc_key=Attr(SA_A_ENC_KEY, ENC_KEY))


def cbc(spi):
    return sa_spi(spi, enc=u16(SA_A_ENC, ENC_AES_CBC), enc_key=Attr(SA_A_ENC_KEY, CBC_KEY),
                  auth=u16(SA_A_AUTH, AUTH_HMAC_SHA2_256_128), auth_key=Attr(SA_A_AUTH_KEY, AUTH_KEY))


def null(spi):
    return sa_spi(spi, enc=u16(SA_A_ENC, ENC_NULL), enc_key=None,
                  auth=u16(SA_A_AUTH, AUTH_HMAC_SHA2_256_128), auth_key=Attr(SA_A_AUTH_KEY, AUTH_KEY))


def no_secret(data):
    """Not even half of one."""
    for secret in SECRETS:
        for at in range(0, len(secret) - 7):
            assert secret[at:at + 8] not in data, f"a key: {data.hex()}"


def fields(reply):
    return dict(parse(reply.get(A_SA)))


watch = Connection()
watch.subscribe("changes")
c.request(CMD_SA_NEW, [gcm(0x1000)])
c.request(CMD_BATCH, [op(CMD_SA_NEW, cbc(0x1001)), op(CMD_SA_NEW, null(0x1002))])

with case("a dump has no keys"):
    replies = c.dump(CMD_SA_GET)
    same(3, len(replies))
    for reply in replies:
        no_secret(reply.get(A_SA))
        assert not {SA_A_ENC_KEY, SA_A_AUTH_KEY} & set(fields(reply)), "a key attribute"
with case("a dump with flags that do not ask has none either"):
    for reply in c.dump(CMD_SA_GET, [u32(A_FLAGS, 0)]):
        no_secret(reply.get(A_SA))
with case("SA_GET has no keys"):
    reply, = c.request(CMD_SA_GET, [sa_name(0x1001)])
    no_secret(reply.get(A_SA))
    assert not {SA_A_ENC_KEY, SA_A_AUTH_KEY} & set(fields(reply)), "a key attribute"
with case("events have no keys"):
    for _ in range(3):
        event = watch.event()
        same(CMD_SA_NEW, event.cmd)
        no_secret(event.get(A_SA))
with case("the length of the key is shown, without the salt"):
    bits = [fields(r).get(SA_A_ENC_KEY_BITS) for r in c.dump(CMD_SA_GET)]
    same([struct.pack("H", 128), struct.pack("H", 256)], bits[:2])
with case("a dump that asks has the keys that were given"):
    shown = [(fields(r).get(SA_A_ENC_KEY), fields(r).get(SA_A_AUTH_KEY)) for r in c.dump(CMD_SA_GET, [SHOW])]
    same([(ENC_KEY, None), (CBC_KEY, AUTH_KEY), (None, AUTH_KEY)], shown)
with case("SA_GET that asks has the keys that were given"):
    reply, = c.request(CMD_SA_GET, [sa_name(0x1001), SHOW])
    same((CBC_KEY, AUTH_KEY), (fields(reply)[SA_A_ENC_KEY], fields(reply)[SA_A_AUTH_KEY]))
with case("deletion tells no keys"):
    c.request(CMD_BATCH, [op(CMD_SA_DEL, sa_name(n)) for n in (0x1000, 0x1001)])
    for _ in range(2):
        event = watch.event()
        same(CMD_SA_DEL, event.cmd)
        no_secret(event.get(A_SA))

# An error without NETLINK_CAP_ACK holds the request as it is in the kernel's memory after
# it was handled: there the keys must be gone.
echo = Connection(cap_ack=False)


def echoed(cmd, attrs, code, **header):
    try:
        echo.request(cmd, attrs, **header)
    except Refused as error:
        same(code, error.code, str(error))
        assert len(error.echo) >= len(attrs if isinstance(attrs, bytes) else join(attrs)), "no echo"
        return error.echo
    raise AssertionError("it was taken")


with case("wiped: an SA that is there already"):
    no_secret(echoed(CMD_SA_NEW, [null(0x1002)], errno.EEXIST))
with case("wiped: an SA that is refused before its keys are looked at"):
    bad = cbc(0x1003)
    bad.value[0] = u32(SA_A_SPI, 5)
    no_secret(echoed(CMD_SA_NEW, [bad], errno.EINVAL))
with case("wiped: keys that their algorithms do not take"):
    bad = sa_spi(0x1003, enc=u16(SA_A_ENC, ENC_AES_GCM_16), enc_key=Attr(SA_A_ENC_KEY, CBC_KEY[:31]))
    no_secret(echoed(CMD_SA_NEW, [bad], errno.EINVAL))
with case("wiped: an SA with an attribute that is unknown, behind its keys"):
    bad = cbc(0x1003)
    bad.value.append(Attr(999, b""))
    no_secret(echoed(CMD_SA_NEW, [bad], errno.EINVAL))
with case("wiped: such an SA in a batch, and what is before and behind it"):
    no_secret(echoed(CMD_BATCH, [op(CMD_SA_NEW, x) for x in (gcm(0x1004), bad, gcm(0x1005))], errno.EINVAL))
with case("wiped: a batch whose last operation fails"):
    no_secret(echoed(CMD_BATCH, [op(CMD_SA_NEW, cbc(0x1004)), op(CMD_SA_NEW, gcm(0x1005)),
                                 op(CMD_SA_NEW, null(0x1002))], errno.EEXIST))
with case("wiped: a batch whose first operation fails, also what comes behind"):
    no_secret(echoed(CMD_BATCH, [op(CMD_SA_NEW, null(0x1002)), op(CMD_SA_NEW, cbc(0x1004)),
                                 op(CMD_SA_NEW, gcm(0x1005))], errno.EEXIST))
with case("wiped: a batch with an operation that is unknown"):
    no_secret(echoed(CMD_BATCH, [op(77, cbc(0x1004)), op(CMD_SA_NEW, gcm(0x1005))], errno.EINVAL))
with case("wiped: keys in a request to delete"):
    no_secret(echoed(CMD_SA_DEL, [cbc(0x7777)], errno.ESRCH))
with case("wiped: keys in a request to read"):
    no_secret(echoed(CMD_SA_GET, [cbc(0x7777)], errno.ESRCH))
with case("wiped: two keys of the same kind in one SA"):
    bad = null(0x1002)
    bad.value.append(Attr(SA_A_AUTH_KEY, AUTH_KEY))
    no_secret(echoed(CMD_SA_NEW, [bad], errno.EEXIST))
for what, beside in (("unknown flags", u32(A_FLAGS, 2)), ("flags that are too short", Attr(A_FLAGS, bytes(3))),
                     ("a policy with an unknown attribute", policy(Attr(999))),
                     ("a policy that is no nest", Attr(A_POLICY, policy().payload())),
                     ("defaults that no namespace has", Attr(A_DEFAULTS, [u8(DEFAULTS_A_IN, ACTION_PROTECT)])),
                     ("an unknown attribute", Attr(A_END)), ("one that only answers have", Attr(A_STATS))):
    refused = errno.ERANGE if beside.type == A_DEFAULTS else errno.EINVAL
    with case(f"wiped: an SA beside {what}"):
        no_secret(echoed(CMD_SA_NEW, [gcm(0x1004), beside], refused))
        no_secret(echoed(CMD_BATCH, [op(CMD_SA_NEW, cbc(0x1004)), beside], refused))
with case("wiped: an SA behind which bytes are left over"):
    no_secret(echoed(CMD_SA_NEW, join([gcm(0x1004)]) + b"odd", errno.EINVAL))
with case("wiped: an SA that is no nest"):
    no_secret(echoed(CMD_SA_NEW, [Attr(A_SA, cbc(0x1004).payload())], errno.EINVAL))
with case("wiped: a header whose reserved field is not 0"):
    no_secret(echoed(CMD_SA_NEW, [gcm(0x1004)], errno.EINVAL, reserved=1))
with case("wiped: a header with flags that mean nothing"):
    no_secret(echoed(CMD_SA_NEW, [gcm(0x1004)], errno.EINVAL, flags=NLM_F_ACK | NLM_F_ROOT))
with case("nothing of it was taken"):
    same([0x1002], spis(c))
clean(c)
end()
