"""What tests/net/no-neighbour.sh proves, in the bench of tests/lib/forge.sh."""
import socket
import struct
import subprocess

import forge
from forge import FAR, FAR_HOST, NEAR_HOST, UDP, US, Sa
from forge46 import icmp_error

PORT = 4500
NEIGHBOUR = f"{FAR} lladdr 02:00:00:00:00:03 nud permanent dev eth1".split()
ROOM = "net.ipv4.neigh.default.gc_thresh3"     # for all namespaces, in the first one

ktap = forge.Ktap()
far, near = forge.far_wire(), forge.near_wire()
large = forge.ip4(NEAR_HOST, FAR_HOST, 99, bytes(1000))


def run(*words):
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def room(*words):
    return run("nsenter", "--net=/proc/1/ns/net", "sysctl", *words)


def sent():
    """What becomes of the packet: how long it was, and what was counted."""
    before = forge.State()
    near.send(large)
    packet = far.receive(2)
    grown = forge.State().grown(before)
    return packet and len(packet), grown.get("OUT_PROTECTED", 0), grown.get("OUT_NO_ROUTE", 0)


def without_neighbour():
    """The kernel makes room by forgetting others: then it has an entry that is no neighbour yet."""
    for _ in range(20):
        run("ip", "neigh", "del", FAR, "dev", "eth1")
        found = sent()
        if found[2] or FAR not in run("ip", "neigh", "show", "dev", "eth1"):
            break
    return found


forge.load(f"flow esp from 10.1.0.0/24 to 10.2.0.0/24 local {US} peer {FAR}\n" +
           Sa("esp", "tunnel", 0x1001, US, FAR, "null", "hmac-sha1").rule())
whole = sent()
ktap.same("a packet is protected", (True, 1, 0), (whole[0] > len(large), *whole[1:]))

# Anybody can say so of UDP, and the kernel believes it.
deceived = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
deceived.bind((US, PORT))
quoted = forge.ip4(US, FAR, UDP, struct.pack("!HHHH", PORT, PORT, 1008, 0) + bytes(500))
far.send(icmp_error(FAR, US, 3, 4, quoted, 68))
ktap.same("the kernel has learnt that next to nothing fits", True,
          "mtu lock 552" in run("ip", "route", "get", FAR))
ktap.same("the packet is as large as before", whole, sent())

had = room("-n", ROOM)
try:
    room("-qw", f"{ROOM}=0")
    ktap.same("without a neighbour it is dropped for that, behind its SA", (None, 1, 1), without_neighbour())
finally:
    run("ip", "neigh", "replace", *NEIGHBOUR)
    room("-qw", f"{ROOM}={had}")
ktap.same("with one it is sent", whole, sent())
ktap.end()
