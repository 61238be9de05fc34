#!/usr/bin/env python3
# What a key manager does for ESP in UDP: a socket that gives it to the kernel.
#   udp-encap.py 4|6 [PORT]    prints "ready", then in hexadecimal whatever still arrives here
import socket
import sys

UDP_ENCAP, UDP_ENCAP_ESPINUDP = 100, 2

family = socket.AF_INET6 if sys.argv[1] == "6" else socket.AF_INET
s = socket.socket(family, socket.SOCK_DGRAM)
if family == socket.AF_INET6:
    s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
s.setsockopt(socket.IPPROTO_UDP, UDP_ENCAP, UDP_ENCAP_ESPINUDP)
s.bind(("::" if family == socket.AF_INET6 else "0.0.0.0",
        int(sys.argv[2]) if len(sys.argv) > 2 else 4500))
print("ready", flush=True)
while True:
    print(s.recv(65535).hex(), flush=True)
