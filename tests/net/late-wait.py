"""An SA comes while a packet begins to wait for it, in the bench of tests/lib/forge.sh.

A request for an SA is told to one listener after the other before the packet that wants the SA is put
to those that wait. A key manager that is the first to hear, of many, adds the SA meanwhile. Where a
packet lacks another SA as well, the one that is not there yet is what it waits for.
"""
import os
import resource
import socket
import struct
import time

import forge
import xfrm
from forge import FAR, FAR_HOST, NEAR_HOST, US, Sa

ROUNDS, BUNDLES, LISTENERS = 20, 3, 4000
EARLY_ROUNDS, EARLY = 60, 15
PATIENCE = 4    # seconds; less than a packet waits, src/hold.h and src/early.h
ktap, far, near = forge.Ktap(), forge.far_wire(), forge.near_wire()


def listener(groups=0):
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 6)
    sock.bind((0, groups))
    return sock


def ask(sock, kind, body):
    """Sends it, and returns when the answer is there, which must be good."""
    sock.send(xfrm.message(kind, body, xfrm.REQUEST | xfrm.ACK))
    answer = sock.recv(65536)
    kind, = struct.unpack_from("=H", answer, 4)
    assert kind != 2 or struct.unpack_from("=i", answer, 16) == (0,), answer
    if kind != 2:
        sock.recv(65536)


def child(work):
    """Runs it on the other processor."""
    pid = os.fork()
    if pid:
        return pid
    try:
        os.sched_setaffinity(0, {1})
        work()
        os._exit(0)
    finally:
        os._exit(1)


def key_manager(*later):
    """Answers the requests at once with an SA, and a second later with others."""
    answer = xfrm.message(xfrm.NEWSA, xfrm.sa(US, FAR, 0x9001) + xfrm.aead())
    while True:
        try:
            data = hears.recv(65536, socket.MSG_DONTWAIT)
        except BlockingIOError:
            continue
        if struct.unpack_from("=H", data, 4)[0] == xfrm.ACQUIRE:
            says.send(answer)
            for other in later:
                time.sleep(1)
                says.send(other)


def held(to):
    """Whether the packet of a flow that lacks an SA came out, and what that took."""
    before = forge.State()
    near.send(forge.datagram(NEAR_HOST, to, b"one"))
    came = far.receive(PATIENCE)
    grown = forge.State().grown(before)
    ask(control, xfrm.FLUSHSA, b"\0")
    far.drain()
    return came is not None, grown.get("OUT_HELD", 0), grown.get("OUT_RELEASED", 0)


def early(number):
    """Of packets that arrive while their SA gets its keys, how many come out."""
    spi = 0xa000 + number
    incoming = Sa("esp", "tunnel", spi, FAR, US, "aes-128-gcm", None)
    packets = [incoming.protect(forge.datagram(FAR_HOST, NEAR_HOST, b"%d" % i)) for i in range(EARLY)]
    grown_up = xfrm.sa(FAR, US, spi) + xfrm.aead(incoming.enc_key)
    ask(control, xfrm.ALLOCSPI, xfrm.sa(FAR, US, 0) + struct.pack("=II", spi, spi))

    def peer():
        for packet in packets:
            far.send(packet)
    pid = child(peer)
    # At another moment each time: some packets wait, some come later.
    end = time.monotonic() + number % 20 / 5000
    while time.monotonic() < end:
        pass
    ask(control, xfrm.UPDSA, grown_up)
    os.waitpid(pid, 0)
    return sum(near.receive(PATIENCE) is not None for _ in packets)


resource.setrlimit(resource.RLIMIT_NOFILE, (LISTENERS + 100, LISTENERS + 100))
os.sched_setaffinity(0, {0})
control, says = listener(), listener()
single, bundled = ([f"10.2.0.{first + n}" for n in range(rounds)] for first, rounds in ((1, ROUNDS), (101, BUNDLES)))
flow = f"flow esp from 10.1.0.0/24 to %s local {US} peer {FAR} reqid 1"
forge.load("".join(f"{flow % to}\n" for to in single) +
           "".join(f"{flow % to} then esp transport reqid 2\n" for to in bundled))
# The algorithm is there before time counts.
ask(control, xfrm.NEWSA, xfrm.sa(US, FAR, 0x9000) + xfrm.aead())
ask(control, xfrm.FLUSHSA, b"\0")

counts = [early(n) for n in range(EARLY_ROUNDS)]
ktap.same("packets that arrive while their SA gets its keys come out", [EARLY] * EARLY_ROUNDS, counts)
ask(control, xfrm.FLUSHSA, b"\0")

# The last that comes to a group is told first.
others = [listener(1) for _ in range(LISTENERS)]
hears = listener(1)
another = xfrm.message(xfrm.NEWSA, xfrm.sa(US, FAR, 0x9002, mode=xfrm.TRANSPORT, reqid=2) + xfrm.aead())
for lacks, addresses, later in (("one SA", single, ()), ("two SAs", bundled, (another,))):
    manager = child(lambda: key_manager(*later))    # pylint: disable=cell-var-from-loop
    found = [held(to) for to in addresses]
    os.kill(manager, 9)
    os.waitpid(manager, 0)
    ktap.same(f"packets that lack {lacks}, of which one comes as they begin to wait, go on",
              [(True, 1, 1)] * len(addresses), found)
ktap.end()
