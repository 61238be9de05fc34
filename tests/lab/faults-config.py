#!/usr/bin/env python3
"""Changes that `ip xfrm` cannot make; calls the C library as tests/lib/nth.c knows it.

    faults-config.py migrate     policies of 10.8.0.0/24 to 10.9.0.0/24, and SAs with the reqid 7, go
                                 from 192.0.2.1 to 192.0.2.3
    faults-config.py socket FILE a socket gets a policy that protects; what becomes of what it sends
                                 by d0 goes to the file

Ends with 1 if the kernel refuses.
"""

import os
import socket
import struct
import sys

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
import xfrm  # noqa: E402  (its directory is known only now)

IP_XFRM_POLICY = 17


def migrate():
    body = xfrm.selector("10.8.0.0/24", "10.9.0.0/24") + struct.pack("=IB3x", 0, xfrm.OUT)
    move = xfrm.migrate("192.0.2.1", "192.0.2.2", "192.0.2.3", "192.0.2.2", reqid=7)
    body += xfrm.attr(xfrm.A_MIGRATE, move)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 6) as sock:
        return xfrm.ask(sock, xfrm.MIGRATE, body)


def sent():
    with open("/sys/class/net/d0/statistics/tx_packets", encoding="ascii") as file:
        return int(file.read())


def passes(sock):
    """Whether a packet leaves, which without an SA is one in clear."""
    before = sent()
    try:
        sock.sendto(b"hello", ("192.0.2.2", 9))
    except OSError:
        pass
    return sent() > before


def protect():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        try:
            sock.setsockopt(socket.SOL_IP, IP_XFRM_POLICY, xfrm.policy(xfrm.OUT, "0.0.0.0/0", "0.0.0.0/0") +
                            xfrm.tmpl("0.0.0.0", "0.0.0.0", mode=xfrm.TRANSPORT))
            refused = False
        except OSError:
            refused = True
        with open(sys.argv[2], "w", encoding="ascii") as file:
            print("passes in clear" if passes(sock) else "is protected", file=file)
        return refused


sys.exit(1 if {"migrate": migrate, "socket": protect}[sys.argv[1]]() else 0)
