"""SAs and policies move by NETLINK_XFRM, or are refused to, in the bench of tests/lib/forge.sh."""
import errno
import os
import random
import socket
import struct
import time

import faults
import forge
import xfrm
from forge import FAR, FAR_HOST, NEAR_HOST, US

THERE = "192.0.2.3"
SPI, PACKETS = 0x900, 300
PATIENCE = 4    # seconds; less than a packet waits, src/hold.h
with open("/proc/cpuinfo", encoding="ascii") as cpuinfo:
    IS_UML = "User Mode Linux" in cpuinfo.read()
ktap, far, near = forge.Ktap(), forge.far_wire(), forge.near_wire()
door = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 6)
NAME = xfrm.selector("10.1.0.0/24", "10.2.0.0/24") + struct.pack("=IB3x", 0, xfrm.OUT)


def ask(kind, body):
    return xfrm.ask(door, kind, body)


def move(*moves):
    return ask(xfrm.MIGRATE, NAME + xfrm.attr(xfrm.A_MIGRATE, b"".join(moves)))


def dirty(body, byte=0xaa):
    """A move of IPv4 addresses that has something behind them."""
    return b"".join(body[at:at + 4] + bytes([byte]) * 12 for at in range(0, 64, 16)) + body[64:]


def send():
    near.send(forge.datagram(NEAR_HOST, FAR_HOST, b"one"))


def goes_to(address):
    """A packet goes there now, under the SA. Return: its IV less what its sequence number makes of it."""
    far.drain()
    send()
    packet = far.receive(PATIENCE)
    ktap.same(f"a packet goes to {address}", f"{address} {xfrm.ESP} {SPI:#x}", packet and
              f"{socket.inet_ntoa(packet[16:20])} {packet[9]} {struct.unpack_from('!I', packet, 20)[0]:#x}")
    seq, iv = struct.unpack_from("!IQ", packet or bytes(36), 24)
    return iv ^ seq


def begin():
    ask(xfrm.FLUSHSA, b"\0")
    return ask(xfrm.NEWSA, xfrm.sa(US, FAR, SPI) + xfrm.aead())


def sender():
    """A process that sends packets."""
    pid = os.fork()
    if pid:
        return pid
    for _ in range(PACKETS):
        send()
        time.sleep(0.002)
    os._exit(0)


def policy(kind, optional=False):
    return ask(kind, xfrm.policy(xfrm.OUT, "10.1.0.0/24", "10.2.0.0/24") +
               xfrm.attr(xfrm.A_TMPL, xfrm.tmpl(US, FAR, optional=optional)))


def packets_wait(what):
    """Each time the SA pauses."""
    before, pid, answers = forge.State(), sender(), set()
    while os.waitpid(pid, os.WNOHANG) == (0, 0):
        answers.add(move(xfrm.migrate(US, FAR, US, THERE)))
    came = 0
    while came < PACKETS and far.receive(PATIENCE):
        came += 1
    grown = forge.State().grown(before)
    ktap.same(f"{what}: an SA does not take the name of another one", {errno.EEXIST}, answers)
    if IS_UML:
        ktap.skip(f"{what}: packets wait meanwhile", "this kernel waits for no other processor, so none comes in between")
    else:
        ktap.same(f"{what}: packets wait meanwhile", True, grown.get("OUT_HELD", 0) > 0)
    ktap.same(f"{what}: and go on", (PACKETS, grown.get("OUT_HELD")), (came, grown.get("OUT_RELEASED")))
    ktap.same(f"{what}: no SA is asked for, and none leaves in clear", (0, 0),
              (grown.get("OUT_ACQUIRES", 0), grown.get("OUT_BYPASSED", 0)))


def lose():
    """The SA goes to packets of a link, and one packet comes before that, meanwhile, or afterwards.

    Whether it has waited, and whether an SA was asked for.
    """
    ask(xfrm.FLUSHPOLICY, b"")
    policy(xfrm.NEWPOLICY)
    begin()
    before, pid = forge.State(), os.fork()
    if not pid:
        time.sleep(random.uniform(0, 0.03))
        send()
        os._exit(0)
    ask(xfrm.UPDSA, xfrm.sa(US, FAR, SPI) + xfrm.aead() + xfrm.attr(xfrm.A_IF_ID, struct.pack("=I", 7)))
    os.waitpid(pid, 0)
    grown = forge.State().grown(before)
    return grown.get("OUT_HELD", 0), grown.get("OUT_ACQUIRES", 0)


ktap.same("a policy and its SA are taken", (0, 0), (policy(xfrm.NEWPOLICY), begin()))
goes_to(FAR)
ask(xfrm.NEWSA, xfrm.sa(US, THERE, SPI) + xfrm.aead())
packets_wait("a move is refused")
ends = {lose() for _ in range(40)}
ktap.same("one waits for the SA, which is for others then: another is asked for", {(1, 1)}, ends - {(0, 0)})
ask(xfrm.FLUSHPOLICY, b"")
policy(xfrm.NEWPOLICY)
begin()
ask(xfrm.NEWSA, xfrm.sa(US, THERE, SPI) + xfrm.aead())
ktap.same("the SA need not be there", 0, policy(xfrm.UPDPOLICY, optional=True))
packets_wait("one that need not be there")
policy(xfrm.UPDPOLICY)

if faults.can_fail():
    begin()
    before, tried, stuck = forge.State(), set(), []
    for n in range(1, 1000):
        code, left = faults.with_fault(n, move, xfrm.migrate(US, FAR, US, THERE))
        tried.add(code)
        if code != errno.ENOMEM:    # it has moved, but for the answer's memory
            move(xfrm.migrate(US, THERE, US, FAR))
        far.drain()
        send()
        if not far.receive(PATIENCE):
            stuck.append(n)
        if left:
            break
    ktap.same("there may be no memory for a move", {0, errno.ENOMEM}, tried - {errno.ENOBUFS})
    ktap.same("then packets go where they went", [], stuck)
    ktap.same("and none waits", 0, forge.State().grown(before).get("OUT_HELD", 0))
    goes_to(FAR)
else:
    ktap.skip("there may be no memory for a move", "this kernel's allocations do not fail on demand")

begin()
base = goes_to(FAR)
ktap.same("what is behind an address says nothing: 0.0.0.0 is nowhere", errno.EINVAL,
          move(dirty(xfrm.migrate(US, FAR, "0.0.0.0", "0.0.0.0"))))
ktap.same("and these are one SA", errno.EINVAL,
          move(dirty(xfrm.migrate(US, FAR, US, THERE)), dirty(xfrm.migrate(US, FAR, US, THERE), 0xbb)))
ktap.same("and this one moves", 0, move(dirty(xfrm.migrate(US, FAR, US, THERE))))
ktap.same("no IV comes twice: they go on like the sequence numbers", base, goes_to(THERE))

MAY_WRAP, HIGHER = 2, 1 << 32
ask(xfrm.FLUSHPOLICY, b"")
ask(xfrm.FLUSHSA, b"\0")
ktap.same("sequence numbers may begin again", (0, 0), (policy(xfrm.NEWPOLICY), ask(
    xfrm.NEWSA, xfrm.sa(US, FAR, SPI, window=0) + xfrm.aead() + xfrm.replay(0xfffffffe, 0, 0) +
    xfrm.attr(xfrm.A_EXTRA_FLAGS, struct.pack("=I", MAY_WRAP)))))
base = goes_to(FAR)
ktap.same("IVs do not", HIGHER, base ^ goes_to(FAR))
ktap.same("it moves", 0, move(xfrm.migrate(US, FAR, US, THERE)))
ktap.same("nor do they then", HIGHER, base ^ goes_to(THERE))
ktap.end()
