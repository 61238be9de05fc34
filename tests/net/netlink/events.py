# SPDX-License-Identifier: GPL-2.0
"""Events: each change once, to those who have asked, as it would be answered; and ACQUIRE."""
import errno
import os
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../../lib"))
from genl import *          # noqa: E402,F403 pylint: disable=wildcard-import,unused-wildcard-import
from pyktap import case, end, same  # noqa: E402

c = Connection()
changes = Connection()
changes.subscribe("changes")
keying = Connection()
keying.subscribe("keying")


def without_numbers(policy_nest):
    """A policy without its counters."""
    return [(t, v) for t, v in parse(policy_nest) if t not in (POLICY_A_PACKETS, POLICY_A_BYTES, POLICY_A_PAD)]


with case("SA_NEW tells what SA_GET answers"):
    c.request(CMD_SA_NEW, [sa()])
    event = changes.event()
    reply, = c.request(CMD_SA_GET, [sa_name(0x1000)])
    same((CMD_SA_NEW, reply.get(A_SA)), (event.cmd, event.get(A_SA)))
with case("SA_DEL tells the same"):
    c.request(CMD_SA_DEL, [sa_name(0x1000)])
    event = changes.event()
    same((CMD_SA_DEL, reply.get(A_SA)), (event.cmd, event.get(A_SA)))
with case("POLICY_NEW tells what POLICY_GET answers"):
    c.request(CMD_POLICY_NEW, [policy()])
    event = changes.event()
    reply, = c.request(CMD_POLICY_GET, [policy()])
    same((CMD_POLICY_NEW, reply.get(A_POLICY)), (event.cmd, event.get(A_POLICY)))
with case("POLICY_DEL tells the same"):
    c.request(CMD_POLICY_DEL, [policy()])
    event = changes.event()
    same((CMD_POLICY_DEL, reply.get(A_POLICY)), (event.cmd, event.get(A_POLICY)))
with case("what was refused is not told"):
    for cmd, attrs in ((CMD_SA_NEW, [sa(mode=None)]), (CMD_SA_DEL, [sa_name(0x1000)]), (CMD_POLICY_DEL, [policy()])):
        try:
            c.request(cmd, attrs)
            raise AssertionError("it was taken")
        except Refused:
            pass
    assert changes.quiet()
with case("a flush tells each deletion"):
    c.request(CMD_BATCH, [op(CMD_SA_NEW, sa_spi(n)) for n in (0x300, 0x301, 0x302)] + [op(CMD_POLICY_NEW, policy())])
    for _ in range(4):
        changes.event()
    c.request(CMD_SA_FLUSH)
    told = [changes.event() for _ in range(3)]
    same([CMD_SA_DEL] * 3, [e.cmd for e in told])
    same({0x300, 0x301, 0x302}, {struct.unpack("I", dict(parse(e.get(A_SA)))[SA_A_SPI])[0] for e in told})
    c.request(CMD_POLICY_FLUSH)
    same(CMD_POLICY_DEL, changes.event().cmd)
    assert changes.quiet()
with case("the group keying hears nothing of it"):
    assert keying.quiet()

# --- ACQUIRE ---------------------------------------------------------------------------------


def run(command, check=True):
    return subprocess.run(command.split(), check=check, capture_output=True, timeout=30)


run("ip link add dummy0 type dummy")
run("ip addr add 10.1.0.1/24 dev dummy0")
run("ip link set dummy0 up")
run("ip route add default dev dummy0")


def acquired():
    event = keying.event()
    same(CMD_ACQUIRE, event.cmd)
    return event


def packet_range(event):
    fields = dict(parse(event.get(A_PACKET)))
    same(fields[SEL_A_SRC_MIN], fields[SEL_A_SRC_MAX], "source")
    same(fields[SEL_A_DST_MIN], fields[SEL_A_DST_MAX], "destination")
    return (str(ip_address(fields[SEL_A_SRC_MIN])), str(ip_address(fields[SEL_A_DST_MIN])), fields.get(SEL_A_PROTO),
            fields)


PING = "ping -n -c 1 -W 1 10.2.0.9"
c.request(CMD_POLICY_NEW, [policy()])
changes.event()
with case("a packet without an SA asks for one: the policy and the packet"):
    run(PING, check=False)
    event = acquired()
    reply, = c.request(CMD_POLICY_GET, [policy()])
    same(without_numbers(reply.get(A_POLICY)), without_numbers(event.get(A_POLICY)), "policy")
    src, dst, proto, fields = packet_range(event)
    same(("10.1.0.1", "10.2.0.9", b"\1"), (src, dst, proto))
    same([8, 8, 0, 0], [struct.unpack("H", fields[t])[0] for t in
                        (SEL_A_SPORT_MIN, SEL_A_SPORT_MAX, SEL_A_DPORT_MIN, SEL_A_DPORT_MAX)], "type and code")
with case("the group changes hears nothing of it"):
    assert changes.quiet()
c.request(CMD_POLICY_DEL, [policy()])
c.request(CMD_POLICY_NEW, [policy()])
with case("ports are told where there are some"):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as udp:
        udp.bind(("10.1.0.1", 4000))
        udp.sendto(b"x", ("10.2.0.10", 53))
    src, dst, proto, fields = packet_range(acquired())
    same(("10.1.0.1", "10.2.0.10", bytes([17])), (src, dst, proto))
    same([4000, 4000, 53, 53], [struct.unpack("H", fields[t])[0] for t in
                                (SEL_A_SPORT_MIN, SEL_A_SPORT_MAX, SEL_A_DPORT_MIN, SEL_A_DPORT_MAX)])
clean(c)
with case("the name of a policy is told to who makes keys"):
    name = b"CN=gw2, O=Example\0"
    c.request(CMD_POLICY_NEW, [policy(name=Attr(POLICY_A_NAME, name))])
    run(PING, check=False)
    same(name, dict(parse(acquired().get(A_POLICY)))[POLICY_A_NAME], "name in the ACQUIRE")
    reply, = c.request(CMD_POLICY_GET, [policy()])
    same(name, dict(parse(reply.get(A_POLICY)))[POLICY_A_NAME], "name in the answer; it is found without")
clean(c)
with case("a policy that says no-acquire asks for nothing"):
    quiet = policy(flags=u32(POLICY_A_FLAGS, POLICY_F_NO_ACQUIRE))
    c.request(CMD_POLICY_NEW, [quiet])
    run(PING, check=False)
    assert keying.quiet()
clean(c)
with case("a policy that bypasses asks for nothing"):
    c.request(CMD_POLICY_NEW, [bypass()])
    run(PING, check=False)
    assert keying.quiet()
with case("a receiver that is too slow loses events, not the kernel its mind"):
    slow = Connection()
    slow.subscribe("changes")
    slow.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 4096)
    c.request(CMD_BATCH, [op(CMD_SA_NEW, sa_spi(0x4000 + n)) for n in range(500)])
    lost = False
    try:
        for _ in range(500):
            slow.sock.recv(65536)
    except OSError as error:
        lost = error.errno == errno.ENOBUFS
    assert lost, "no ENOBUFS"
    same(500, len(spis(c)))
clean(c)
end()
