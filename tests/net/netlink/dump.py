# SPDX-License-Identifier: GPL-2.0
"""Dumps: complete whatever the receiver's buffer, in order, honest about changes."""
import os
import random
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from genl import *          # noqa: E402,F403 pylint: disable=wildcard-import,unused-wildcard-import
from pyktap import case, end, same  # noqa: E402

c = Connection()
SAS = 300


def small_connection():
    small = Connection(room=4096)
    small.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1)
    return small


def number(reply, nest, type_):
    return struct.unpack("I", dict(parse(reply.get(nest)))[type_])[0]


def dump_spis(connection):
    return [number(r, A_SA, SA_A_SPI) for r in connection.dump(CMD_SA_GET)]


def dump_ids(connection):
    return [number(r, A_POLICY, POLICY_A_ID) for r in connection.dump(CMD_POLICY_GET)]


# --- nothing, and much ---------------------------------------------------------------------

with case("nothing to dump"):
    same(([], []), state(c))
numbers = random.Random(1).sample(range(0x1000, 0x100000), SAS)
c.request(CMD_BATCH, [op(CMD_SA_NEW, sa_spi(n)) for n in numbers])
with case("SAs come in the order of their creation"):
    same(numbers, dump_spis(c))
with case("SAs through a tiny receive buffer"):
    same(numbers, dump_spis(small_connection()))
with case("every part of a dump says that more follow, and that nothing has changed"):
    replies = c.dump(CMD_SA_GET)
    assert all(r.flags & NLM_F_MULTI for r in replies) and not c.interrupted


def policy_of(n, direction, priority, selectors=1):
    return policy(*(selector_number(n * 70 + i) for i in range(selectors)), spec(), dir=u8(POLICY_A_DIR, direction),
                  priority=None if priority is None else u32(POLICY_A_PRIORITY, priority))


rng = random.Random(2)
wanted = []
for n in range(200):
    direction, priority = rng.choice((DIR_IN, DIR_OUT)), rng.choice((0, 5, 999, None, 1001, 0xffffffff))
    c.request(CMD_POLICY_NEW, [policy_of(n, direction, priority)])
    newest = max(dump_ids(c)) if n == 0 else newest + 1
    wanted.append((direction, PRIORITY_DEFAULT if priority is None else priority, newest))
in_order = [ident for _, _, ident in sorted(wanted)]
with case("policies come by direction, priority and age"):
    same(in_order, dump_ids(c))
with case("policies through a tiny receive buffer"):
    same(in_order, dump_ids(small_connection()))

# --- large ones --------------------------------------------------------------------------------

ports = [u8(SEL_A_PROTO, 6), u16(SEL_A_SPORT_MIN, 1), u16(SEL_A_SPORT_MAX, 2), u16(SEL_A_DPORT_MIN, 3),
         u16(SEL_A_DPORT_MAX, 4)]


def largest(priority):
    selectors = [Attr(POLICY_A_SELECTOR, selector_number(n).value + ports) for n in range(64)]
    specs = [spec(reqid=u32(SPEC_A_REQID, n)) for n in range(4)]
    return policy(*selectors, *specs, priority=u32(POLICY_A_PRIORITY, priority), dir=u8(POLICY_A_DIR, DIR_IN))


watch = Connection()
watch.subscribe("changes")
for priority in (1, 2, 2000):
    c.request(CMD_POLICY_NEW, [largest(priority)])
with case("the largest policies do not end a dump early"):
    same(203, len(dump_ids(c)))
with case("nor do they through a tiny receive buffer"):
    small = small_connection()
    # a part of such a dump is one policy
    small.room = 16384
    same(203, len(dump_ids(small)))
with case("the largest policy can be read alone"):
    reply, = c.request(CMD_POLICY_GET, [largest(2)])
    selectors = [v for t, v in parse(reply.get(A_POLICY)) if t == POLICY_A_SELECTOR]
    same([s.payload() for s in largest(2).value if s.type == POLICY_A_SELECTOR], selectors)
with case("the largest policy makes an event"):
    watch.sock.settimeout(5)
    for priority in (1, 2, 2000):
        event = watch.event()
        same(64, sum(t == POLICY_A_SELECTOR for t, _ in parse(event.get(A_POLICY))), "selectors")
watch.close()
for priority in (1, 2, 2000):
    c.request(CMD_POLICY_DEL, [largest(priority)])

# --- the largest SA -----------------------------------------------------------------------------------

large = [Attr(SA_A_SELECTOR, [addr(type_, "fd01::1") for type_ in (SEL_A_SRC_MIN, SEL_A_SRC_MAX, SEL_A_DST_MIN,
                                                                 SEL_A_DST_MAX)] + ports)] * 16
large_sa = sa(spi=u32(SA_A_SPI, 0x999999), src=addr(SA_A_SRC, "2001:db8::1"), dst=addr(SA_A_DST, "2001:db8::2"),
              map=Attr(SA_A_DSCP_MAP, bytes(64)), sport=u16(SA_A_ENCAP_SPORT, 1), dport=u16(SA_A_ENCAP_DPORT, 2),
              **{f"s{n}": each for n, each in enumerate(large)})
watch = Connection()
watch.subscribe("changes")
c.request(CMD_SA_NEW, [large_sa])
with case("the largest SA makes an event, and can be read alone with its keys"):
    watch.sock.settimeout(5)
    alone, = c.request(CMD_SA_GET, [large_sa, u32(A_FLAGS, F_SHOW_KEYS)])
    for answer in (watch.event(), alone):
        same(16, sum(t == SA_A_SELECTOR for t, _ in parse(answer.get(A_SA))), "selectors")
with case("nor does it end a dump early"):
    same(len(numbers) + 1, len(c.dump(CMD_SA_GET)))
watch.close()
c.request(CMD_SA_DEL, [large_sa])

# --- one of them ------------------------------------------------------------------------------------

with case("an SA by its name"):
    reply, = c.request(CMD_SA_GET, [sa_name(numbers[17])])
    same(numbers[17], number(reply, A_SA, SA_A_SPI))
with case("a policy by its ID, and by direction, priority and selectors"):
    by_id, = c.request(CMD_POLICY_GET, [Attr(A_POLICY, [u32(POLICY_A_ID, wanted[40][2])])])
    direction, priority, ident = wanted[40]
    by_name, = c.request(CMD_POLICY_GET, [policy_of(40, direction, priority)])
    same(ident, number(by_name, A_POLICY, POLICY_A_ID))
    same(by_id.get(A_POLICY), by_name.get(A_POLICY))
with case("what was given is what is shown"):
    fields = [t for t, _ in parse(by_name.get(A_POLICY))]
    given = policy_of(40, direction, priority)
    shown = dict(parse(by_name.get(A_POLICY)))
    same(given.value[-2].payload(), shown[POLICY_A_SELECTOR])
    same(dict(parse(given.value[-1].payload())),
         {t: v for t, v in parse(shown[POLICY_A_SPEC]) if t != SPEC_A_REQID})
    same(ACTION_PROTECT, shown[POLICY_A_ACTION][0])

# --- changes meanwhile ---------------------------------------------------------------------------------


def first_part(connection, cmd):
    """Begin a dump, and read one part of it."""
    connection.send(cmd, [], NLM_F_DUMP)
    connection.interrupted = False
    return [Reply(flags, data) for type_, flags, _, data in connection.messages() if type_ == connection.family]


def changed_during(name, cmd, list_all, change, survives=True):
    """A dump that was begun before @change and ended after it says so."""
    with case(name):
        small = small_connection()
        begun = first_part(small, cmd)
        before = list_all(c)
        assert 0 < len(begun) < len(before) - 2, f"{len(begun)} in the first part"
        change(len(begun))
        rest = small.receive()
        assert small.interrupted, "NLM_F_DUMP_INTR is missing"
        nest, type_ = (A_SA, SA_A_SPI) if cmd == CMD_SA_GET else (A_POLICY, POLICY_A_ID)
        seen = [number(r, nest, type_) for r in begun + rest]
        same(len(set(seen)), len(seen), "none is there twice")
        missing = set(before) & set(list_all(c)) - set(seen)
        assert not missing, f"{len(missing)} that stayed are missing"
        # and the next one is whole again
        same(list_all(c), list_all(small))
        assert not small.interrupted
        small.close()


changed_during("an SA is added during a dump", CMD_SA_GET, dump_spis,
               lambda n: c.request(CMD_SA_NEW, [sa_spi(0x200000)]))
changed_during("an SA is deleted during a dump, that which was sent last", CMD_SA_GET, dump_spis,
               lambda n: c.request(CMD_SA_DEL, [sa_name(dump_spis(c)[n - 1])]))
changed_during("an SA is deleted during a dump, that which would be next", CMD_SA_GET, dump_spis,
               lambda n: c.request(CMD_SA_DEL, [sa_name(dump_spis(c)[n])]))


def policy_del(ident):
    c.request(CMD_POLICY_DEL, [Attr(A_POLICY, [u32(POLICY_A_ID, ident)])])


changed_during("a policy is added during a dump", CMD_POLICY_GET, dump_ids,
               lambda n: c.request(CMD_POLICY_NEW, [policy_of(300, DIR_OUT, 5)]))
changed_during("a policy is deleted during a dump, that which was sent last", CMD_POLICY_GET, dump_ids,
               lambda n: policy_del(dump_ids(c)[n - 1]))
changed_during("a policy is deleted during a dump, that which would be next", CMD_POLICY_GET, dump_ids,
               lambda n: policy_del(dump_ids(c)[n]))
with case("a change of the SAs does not disturb a dump of policies"):
    small = small_connection()
    first_part(small, CMD_POLICY_GET)
    c.request(CMD_SA_NEW, [sa_spi(0x200001)])
    small.receive()
    assert not small.interrupted
with case("a flush during a dump"):
    small = small_connection()
    first_part(small, CMD_SA_GET)
    c.request(CMD_BATCH, [op(CMD_SA_FLUSH)])
    # what was under way already, and no more
    assert len(small.receive()) < SAS / 2
    assert small.interrupted
with case("a dump that is left alone halfway"):
    small = small_connection()
    first_part(small, CMD_POLICY_GET)
    small.close()
    same(199, len(dump_ids(c)))
clean(c)
end()
