#!/usr/bin/env python3
"""Sends one datagram after the other; while the kernel handles the Nth, the Nth of its
allocations fails. Prints how many were sent so, and how many the kernel has refused.

    faults-traffic.py TO PORT LENGTH [COMMAND...]

The command is run before each. After each comes another one, for which nothing fails.
"""

import ipaddress
import os
import socket
import subprocess
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), '../lib'))
import faults  # noqa: E402  (its directory is known only now)

to, port, length = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
family = socket.AF_INET6 if ipaddress.ip_address(to).version == 6 else socket.AF_INET
sock = socket.socket(family, socket.SOCK_DGRAM)
data = bytes(length)
n = refused = 0


def send():
    sock.sendto(data, (to, port))


while True:
    n += 1
    if sys.argv[4:]:
        subprocess.run(sys.argv[4:], check=True)
    error, left = faults.with_fault(n, send)
    if left:
        if error:
            sys.exit(f'no allocation has failed, and yet: {os.strerror(error)}')
        break
    refused += bool(error)
    try:
        send()
    except OSError as told:
        sys.exit(f'allocation {n} has failed, and still the kernel refuses: {told}')
    if n == 1000:
        sys.exit('a datagram needs 1000 allocations?')
print(n - 1, refused)
