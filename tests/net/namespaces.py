"""What tests/net/namespaces.sh does inside of its many namespaces, without a process for each.

    namespaces.py N     packets from each spoke to the hub and back, and what was counted
"""
import ctypes
import os
import socket
import sys

sys.path.insert(0, os.path.join(os.environ["TOP"], "tests/lib"))
from genl import (A_STATS, CMD_STATS_GET, COUNTER_A_NAME, COUNTER_A_VALUE, STATS_A_COUNTER,  # noqa: E402
                  Connection, parse)
from pyktap import case, end, same  # noqa: E402

PACKETS = 3
PORT = 7000
EACH = ("OUT_SEEN", "OUT_OFFERED", "OUT_OVERHEAD", "OUT_PROTECTED", "IN_SEEN", "IN_ESP", "IN_OVERHEAD", "IN_PROTECTED")
libc = ctypes.CDLL(None, use_errno=True)


def enter(name):
    with open(f"/run/netns/{name}", "rb") as file:
        if libc.setns(file.fileno(), 0x40000000):
            raise OSError(ctypes.get_errno(), f"setns {name}")


def udp(name, address):
    enter(name)
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1 << 20)
    sock.settimeout(60)
    sock.bind((address, PORT))
    return sock


def counters(connection):
    found = {}
    for type_, value in parse(connection.request(CMD_STATS_GET)[0].get(A_STATS)):
        if type_ == STATS_A_COUNTER:
            counter = dict(parse(value))
            found[counter[COUNTER_A_NAME].rstrip(b"\0").decode()] = int.from_bytes(
                counter[COUNTER_A_VALUE], sys.byteorder)
    return found


def open_counters(name):
    enter(name)
    return Connection()


def differences(before, now):
    return {name: now[name] - before[name] for name in now if now[name] != before[name]}


def talk(spokes, hub):
    """Each spoke sends so many packets, no two alike; the hub sends each back to where it is from."""
    for n, spoke in spokes.items():
        for i in range(PACKETS):
            spoke.sendto(f"{n}/{i}".encode() * 20, ("10.9.0.1", PORT))
    seen = {}
    for _ in range(PACKETS * len(spokes)):
        data, source = hub.recvfrom(2000)
        seen.setdefault(source[0], []).append(data)
        hub.sendto(data, source)
    for n, spoke in spokes.items():
        wanted = [f"{n}/{i}".encode() * 20 for i in range(PACKETS)]
        same(wanted, seen[f"10.0.{n}.1"], f"what spoke {n} sent, at the hub")
        same(wanted, [spoke.recv(2000) for _ in range(PACKETS)], f"what came back to spoke {n}")


def main(n):
    numbers = range(1, n + 1)
    spokes = {i: udp(f"s{i}", f"10.0.{i}.1") for i in numbers}
    hub = udp("hub", "10.9.0.1")
    readers = {i: open_counters(f"s{i}") for i in numbers}
    readers["hub"] = open_counters("hub")
    before = {name: counters(reader) for name, reader in readers.items()}
    with case("each packet of each spoke reaches the hub, and comes back"):
        talk(spokes, hub)
    with case("each spoke has counted its own packets, and nothing else"):
        for i in numbers:
            found = differences(before[i], counters(readers[i]))
            same(dict.fromkeys(EACH, PACKETS), found, f"spoke {i}")
    with case("the hub has counted those of all"):
        found = differences(before["hub"], counters(readers["hub"]))
        same(dict.fromkeys(EACH, PACKETS * n), found, "hub")
    end()


main(int(sys.argv[1]))
