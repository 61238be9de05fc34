#!/usr/bin/env python3
"""Constant traffic of one host, until SIGTERM: numbered datagrams to the other host, whose own ones
it receives, and a stream of TCP, begun again if it breaks. All content follows from numbers.

    traffic.py HERE connect|accept PEER STATE [EVERY-MS]

STATE is one line, written anew all the time: what has been sent, received, received twice,
received wrong, and bytes of the stream.
"""

import ipaddress
import os
import select
import signal
import socket
import sys
import time

here, role, peer, state = sys.argv[1:5]
every = float(sys.argv[5] if len(sys.argv) > 5 else 5) / 1000
PORT = 7000
LENGTHS = (40, 1300, 200, 700)
PERIOD = 65536 - 15     # of the stream: no power of two, so a lost segment shows
pattern = bytes(n * 7919 >> 5 & 255 for n in range(PERIOD)) * 2
family = socket.AF_INET6 if ipaddress.ip_address(here).version == 6 else socket.AF_INET

udp = socket.socket(family, socket.SOCK_DGRAM)
udp.setblocking(False)
udp.bind((here, PORT))
listener = None
if role == 'accept':
    listener = socket.create_server(('', PORT), family=family, backlog=8)
    listener.setblocking(False)

sent = twice = wrong = streamed = 0
seen = set()
streams = {}            # socket -> position
retry = 0.0
ending = 0.0


def end(*_):
    global ending
    ending = ending or time.monotonic() + 1


def datagram(number):
    length = LENGTHS[number % len(LENGTHS)]
    return number.to_bytes(8, 'big') + pattern[number % PERIOD:][:length]


def drop(sock):
    streams.pop(sock, None)
    sock.close()


def connect():
    sock = socket.socket(family, socket.SOCK_STREAM)
    sock.setblocking(False)
    try:
        sock.connect_ex((peer, PORT))
        streams[sock] = 0
    except OSError:
        sock.close()


def write(sock):
    try:
        streams[sock] += sock.send(pattern[streams[sock] % PERIOD:][:2000])
    except BlockingIOError:
        pass
    except OSError:
        drop(sock)


def read(sock):
    global streamed, wrong
    try:
        data = sock.recv(2000)
    except BlockingIOError:
        return
    except OSError:
        data = b''
    if not data:
        drop(sock)
        return
    wrong += data != pattern[streams[sock] % PERIOD:][:len(data)]
    streams[sock] += len(data)
    streamed += len(data)


def receive():
    global twice, wrong
    while True:
        try:
            data = udp.recv(4096)
        except BlockingIOError:
            return
        except OSError:
            continue    # an ICMP error
        number = int.from_bytes(data[:8], 'big')
        twice += number in seen
        wrong += data != datagram(number)
        seen.add(number)


def send():
    global sent
    try:
        udp.sendto(datagram(sent), (peer, PORT))
    except OSError:
        pass            # no route, no memory, a policy
    sent += 1


def main():
    global retry
    file = os.open(state, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
    due = time.monotonic()
    while not ending or time.monotonic() < ending:
        now = time.monotonic()
        # The other one is there, then: nothing is lost before it begins.
        if now >= due and not ending and (role == 'connect' or seen):
            due = max(due + every, now - 10 * every)
            send()
            if role == 'connect':
                for sock in list(streams):
                    write(sock)
        if role == 'connect' and not streams and now > retry and not ending:
            retry = now + 0.3
            connect()
        readers = [udp, *([listener, *streams] if listener else ())]
        wait = max(due - time.monotonic(), 0.001)
        ready, _, _ = select.select(readers, [], [], min(wait, 0.1))
        for sock in ready:
            if sock is udp:
                receive()
            elif sock is listener:
                new, _ = listener.accept()
                new.setblocking(False)
                streams[new] = 0
            else:
                read(sock)
        line = f'{sent} {len(seen)} {twice} {wrong} {streamed}'
        os.pwrite(file, f'{line:<60}\n'.encode(), 0)


signal.signal(signal.SIGTERM, end)
main()
