# SPDX-License-Identifier: GPL-2.0
"""Transactions: all operations or none, in their order, told only if they happen."""
import errno
import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from genl import *          # noqa: E402,F403 pylint: disable=wildcard-import,unused-wildcard-import
from pyktap import case, end, same, say  # noqa: E402

c = Connection()
watch = Connection()
watch.subscribe("changes")
INVAL = errno.EINVAL


def batch(*ops):
    c.request(CMD_BATCH, list(ops))


def fails(code, sentence, bad, *ops):
    """The batch is refused for @bad, and nothing has happened, nor been told."""
    before = state(c)
    drain()
    try:
        batch(*ops)
    except Refused as error:
        same(code, error.code, str(error))
        same(sentence, error.text, "sentence")
        same(offset_in_message(list(ops), bad), error.offset, "offset")
    else:
        raise AssertionError("it was taken")
    same(before, state(c), "state")
    assert watch.quiet(), "an event tells of what did not happen"


def drain():
    while not watch.quiet():
        pass


def told():
    """The events so far: [(command, SPI or priority)]"""
    events = []
    while True:
        watch.sock.setblocking(False)
        try:
            event = watch.event()
        except BlockingIOError:
            break
        finally:
            watch.sock.settimeout(60)
        if event.get(A_SA) is not None:
            events.append((event.cmd, struct.unpack("I", dict(parse(event.get(A_SA)))[SA_A_SPI])[0]))
        else:
            fields = dict(parse(event.get(A_POLICY)))
            events.append((event.cmd, struct.unpack("I", fields[POLICY_A_PRIORITY])[0]))
    return events


def new_sa(spi, **other):
    return op(CMD_SA_NEW, sa_spi(spi, **other))


def new_policy(n, **other):
    return op(CMD_POLICY_NEW, bypass(selector_number(n), priority=u32(POLICY_A_PRIORITY, 100 + n), **other))


def del_policy(n):
    return op(CMD_POLICY_DEL, bypass(selector_number(n), priority=u32(POLICY_A_PRIORITY, 100 + n)))


# --- what is no batch --------------------------------------------------------------------

batch(new_sa(0x8000), new_sa(0x8001), new_policy(0), new_policy(1))

with case("an empty batch"):
    try:
        batch()
    except Refused as error:
        same((INVAL, "A batch needs an operation"), (error.code, error.text))
        same(A_OP, error.miss_type, "missing attribute")
    else:
        raise AssertionError("it was taken")
ONLY = "A batch holds NEW, DEL, FLUSH and SET operations only"
for cmd in (CMD_UNSPEC, CMD_SA_GET, CMD_POLICY_GET, CMD_BATCH, CMD_STATS_GET, CMD_ACQUIRE, CMD_DEFAULTS_GET, CMD_END, 0xffffffff,
            CMD_SA_NEW + 256):
    with case(f"an operation with command {cmd:#x}"):
        bad = op(cmd, sa_spi(0x7000))
        fails(INVAL, ONLY, bad, new_sa(0x7001), bad)
with case("an operation without a command"):
    bad = Attr(A_OP, [sa()])
    fails(INVAL, "An operation of a batch needs a command", bad, new_sa(0x7001), bad)
with case("an operation without what it is about"):
    for cmd, sentence in ((CMD_SA_NEW, "This operation needs an SA"), (CMD_SA_DEL, "This operation needs an SA"),
                          (CMD_POLICY_NEW, "This operation needs a policy"),
                          (CMD_POLICY_DEL, "This operation needs a policy"),
                          (CMD_DEFAULTS_SET, "This operation needs the defaults")):
        bad = op(cmd)
        fails(INVAL, sentence, bad, new_sa(0x7001), bad)
        bad = op(cmd, policy() if cmd in (CMD_SA_NEW, CMD_SA_DEL) else sa())
        fails(INVAL, sentence, bad, bad, new_sa(0x7001))

# --- the one that fails, at every place ---------------------------------------------------------

good = [new_sa(0x7000), op(CMD_SA_DEL, sa_name(0x8000)), new_policy(5), del_policy(1),
        op(CMD_SA_FLUSH), op(CMD_POLICY_FLUSH), new_sa(0x8001), new_policy(0)]
spi = u32(SA_A_SPI, 7)
EXISTS = "An SA with this SPI, destination and protocol exists already"
port = selector(proto=u8(SEL_A_PROTO, 6), port=u16(SEL_A_DPORT_MIN, 80))
bads = (
    ("a reserved SPI", INVAL, "SPIs from 0 to 255 are reserved (RFC 4303 2.1)",
     op(CMD_SA_NEW, sa(spi=spi)), spi),
    ("an SA that is not there", errno.ESRCH, "No SA has this SPI, destination and protocol",
     op(CMD_SA_DEL, sa_name(0x6666)), None),
    ("half a port range", INVAL, "A port range needs its lowest and its highest port",
     op(CMD_POLICY_NEW, policy(port, spec())), port.value[-1]),
)
for name, code, sentence, bad, blame in bads:
    for place in range(len(good) + 1):
        with case(f"{name} at place {place + 1} of {len(good) + 1}"):
            ops = good[:place] + [bad] + good[place:]
            fails(code, sentence, blame or bad.value[1], *ops)
with case("refused by the crypto layer, in the middle"):
    bad = sa_spi(0x7100, enc=u16(SA_A_ENC, ENC_AES_CBC), enc_key=Attr(SA_A_ENC_KEY, bytes(16)))
    fails(INVAL, "Encryption without integrity is not supported (RFC 8221 section 4): name an integrity algorithm",
          (o := op(CMD_SA_NEW, bad)), *good[:4], o, *good[4:])

# --- operations about the same thing ---------------------------------------------------------------

drain()
with case("add and add the same SA"):
    bad = new_sa(0x7000)
    fails(errno.EEXIST, EXISTS, bad, new_sa(0x7000), bad)
with case("add what is there"):
    bad = new_sa(0x8000)
    fails(errno.EEXIST, EXISTS, bad, new_sa(0x7000), bad)
with case("delete and add the same SA replaces it"):
    batch(op(CMD_SA_DEL, sa_name(0x8000)), new_sa(0x8000, reqid=u32(SA_A_REQID, 99)))
    reqids = {struct.unpack("I", dict(parse(one))[SA_A_SPI])[0]: struct.unpack("I", dict(parse(one))[SA_A_REQID])[0]
              for one in state(c)[0]}
    same({0x8000: 99, 0x8001: 0}, reqids)
    same([(CMD_SA_DEL, 0x8000), (CMD_SA_NEW, 0x8000)], told(), "events")
with case("delete, add and add again"):
    bad = new_sa(0x8000)
    fails(errno.EEXIST, EXISTS, bad, op(CMD_SA_DEL, sa_name(0x8000)), new_sa(0x8000), bad)
with case("delete twice"):
    bad = op(CMD_SA_DEL, sa_name(0x8000))
    fails(errno.ESRCH, "No SA has this SPI, destination and protocol", bad.value[1],
          op(CMD_SA_DEL, sa_name(0x8000)), bad)
with case("add and delete the same SA leaves nothing, and tells nothing"):
    before = state(c)
    batch(new_sa(0x7000), op(CMD_SA_DEL, sa_name(0x7000)))
    same(before, state(c), "state")
    same([], told(), "events")
with case("add, delete and add the same SA"):
    batch(new_sa(0x7000), op(CMD_SA_DEL, sa_name(0x7000)), new_sa(0x7000))
    same([0x8001, 0x8000, 0x7000], spis(c))
    same([(CMD_SA_NEW, 0x7000)], told(), "events")
with case("flush and add"):
    batch(op(CMD_SA_FLUSH), new_sa(0x8000), new_sa(0x7005))
    same([0x8000, 0x7005], spis(c))
    same({(CMD_SA_DEL, 0x8001), (CMD_SA_DEL, 0x8000), (CMD_SA_DEL, 0x7000), (CMD_SA_NEW, 0x8000),
          (CMD_SA_NEW, 0x7005)}, set(told()), "events")
with case("add and flush leaves nothing"):
    batch(new_sa(0x7001), op(CMD_SA_FLUSH))
    same([], spis(c))
    same({(CMD_SA_DEL, 0x8000), (CMD_SA_DEL, 0x7005)}, set(told()), "events")
with case("flush twice, and when there is nothing"):
    batch(op(CMD_SA_FLUSH), op(CMD_SA_FLUSH))
    same([], spis(c))

POLICY_EXISTS = "A policy with this direction, priority, selectors, mark, if_id, sub and forward exists already"
GONE = "No policy has this ID, or this direction, priority, selectors, mark, if_id, sub and forward"
with case("policies: add and add"):
    bad = new_policy(7)
    fails(errno.EEXIST, POLICY_EXISTS, bad, new_policy(7), bad)
with case("policies: delete and add replaces, with a new ID"):
    before = policy_ids(c)
    batch(del_policy(0), new_policy(0))
    after = policy_ids(c)
    same(2, len(after))
    assert after[0] > max(before) and after[1] == before[1], f"IDs {before}, then {after}"
    same([(CMD_POLICY_DEL, 100), (CMD_POLICY_NEW, 100)], told(), "events")
with case("policies: delete twice"):
    bad = del_policy(0)
    fails(errno.ENOENT, GONE, bad.value[1], del_policy(0), bad)
with case("policies: delete by ID twice"):
    by_id = lambda: op(CMD_POLICY_DEL, Attr(A_POLICY, [u32(POLICY_A_ID, policy_ids(c)[0])]))  # noqa: E731
    bad = by_id()
    fails(errno.ENOENT, GONE, bad.value[1], by_id(), bad)
with case("policies: add and delete leaves nothing, and tells nothing"):
    before = state(c)
    batch(new_policy(8), del_policy(8))
    same(before, state(c), "state")
    same([], told(), "events")
with case("policies: flush and add"):
    batch(op(CMD_POLICY_FLUSH), new_policy(1), new_policy(9))
    same(2, len(policy_ids(c)))
    same([(CMD_POLICY_DEL, 100), (CMD_POLICY_DEL, 101), (CMD_POLICY_NEW, 101), (CMD_POLICY_NEW, 109)],
         told(), "events")
with case("everything at once"):
    batch(new_sa(0x7000), new_policy(2), op(CMD_POLICY_FLUSH), new_policy(3), new_sa(0x7001),
          op(CMD_SA_DEL, sa_name(0x7000)))
    same([0x7001], spis(c))
    same(1, len(policy_ids(c)))
    told()

# --- many ------------------------------------------------------------------------------------------

SAS, POLICIES = 5000, 20000
watch.close()
clean(c)
watch = Connection()


def timed(name, function):
    start = time.monotonic()
    function()
    say(f"{name}: {time.monotonic() - start:.1f} s")


with case(f"{POLICIES} policies and {SAS} SAs in one batch"):
    ops = [new_sa(0x10000 + n) for n in range(SAS)]
    ops += [op(CMD_POLICY_NEW, bypass(selector_number(n))) for n in range(POLICIES)]
    timed("add", lambda: batch(*ops))
    same([0x10000 + n for n in range(SAS)], spis(c), "SPIs")
    ids = policy_ids(c)
    same(POLICIES, len(ids))
    same(sorted(ids), ids, "order")
with case("one more batch of that size, the last of which fails, leaves all as it was"):
    before = state(c)
    ops = [new_sa(0x20000 + n) for n in range(SAS)]
    ops += [op(CMD_POLICY_DEL, bypass(selector_number(n))) for n in range(POLICIES)]
    ops.append(new_sa(0x10000 + SAS // 2))
    try:
        timed("add, delete and take back", lambda: batch(*ops))
    except Refused as error:
        same((errno.EEXIST, EXISTS), (error.code, error.text))
        same(offset_in_message(ops, ops[-1]), error.offset, "offset")
    else:
        raise AssertionError("it was taken")
    assert before == state(c), "state has changed"
with case("all of them deleted one by one in one batch"):
    ops = [op(CMD_SA_DEL, sa_name(0x10000 + n)) for n in range(SAS)]
    ops += [op(CMD_POLICY_DEL, bypass(selector_number(n))) for n in range(POLICIES)]
    timed("delete", lambda: batch(*ops))
    same(([], []), state(c))
end()
