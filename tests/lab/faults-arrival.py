#!/usr/bin/env python3
"""Writes the packets of a capture to a TUN device, one after the other; while the kernel handles
the Nth, in this process, the Nth of its allocations fails. Prints how many were written so.

    faults-arrival.py DEVICE FILE [COMMAND...]

The command is run before each. Somebody else sees the packets, too: what is changed in them has to be
copied before.
"""

import fcntl
import os
import socket
import struct
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '../lib'))
import faults  # noqa: E402  (its directory is known only now)

TUNSETIFF, IFF_TUN, IFF_NO_PI = 0x400454ca, 1, 0x1000
ETH_P_ALL = 3
ETHERNET = 14


def packets(name):
    """From their IP headers on."""
    with open(name, 'rb') as file:
        data = file.read()
    at = 24
    while at < len(data):
        length = struct.unpack_from('=I', data, at + 8)[0]
        yield data[at + 16 + ETHERNET:at + 16 + length]
        at += 16 + length


tun = os.open('/dev/net/tun', os.O_RDWR)
fcntl.ioctl(tun, TUNSETIFF, struct.pack('16sH22x', sys.argv[1].encode(), IFF_TUN | IFF_NO_PI))
other = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
other.bind((sys.argv[1], ETH_P_ALL))
n = 0
for packet in packets(sys.argv[2]):
    n += 1
    if sys.argv[3:]:
        subprocess.run(sys.argv[3:], check=True)
    _, left = faults.with_fault(n, os.write, tun, packet)
    if left:
        print(n - 1)
        sys.exit(0)
sys.exit(f'{n} packets are not enough')
