#!/usr/bin/env python3
"""Instantiate an algorithm of the kernel's crypto by its driver name, as crconf does.

usage: crypto-add.py aead|hash DRIVER

From then on whoever asks for the algorithm gets this driver, if its priority is the
highest. With pcrypt(...) or cryptd(...) around it, it is asynchronous for everybody.
"""
import os
import socket
import struct
import sys

NETLINK_CRYPTO = 21
CRYPTO_MSG_NEWALG = 0x10
NLM_F_REQUEST, NLM_F_ACK, NLM_F_CREATE = 0x1, 0x4, 0x400
TYPES = {"aead": (0x3, 0xf), "hash": (0xf, 0xe)}  # type and mask of linux/crypto.h


def main():
    kind, driver = sys.argv[1:]
    algorithm_type, mask = TYPES[kind]
    body = struct.pack("64s64s64sIIII", b"", driver.encode(), b"", algorithm_type, mask, 0, 0)
    header = struct.pack("IHHII", 16 + len(body), CRYPTO_MSG_NEWALG,
                         NLM_F_REQUEST | NLM_F_ACK | NLM_F_CREATE, 1, 0)
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_CRYPTO) as sock:
        sock.bind((0, 0))
        sock.send(header + body)
        error, = struct.unpack_from("i", sock.recv(4096), 16)
    if error:
        sys.exit(f"{driver}: {os.strerror(-error)}")


main()
