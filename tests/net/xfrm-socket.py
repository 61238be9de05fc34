"""Policies of sockets, as IKE daemons set them, and others that protect: talk between a and b from
sockets with and without one. Runs in namespace a, servers in b; fails if nothing came back."""
import errno
import socket
import struct
import sys
import time

IP_XFRM_POLICY, IPV6_XFRM_POLICY = 17, 35
ALLOW, BLOCK = 0, 1
IN, OUT = 0, 1


def policy(family, direction, action, proto=0, tail=b""):
    sel = struct.pack("=32xHHHHHBBB3xiI", 0, 0, 0, 0, family, 0, 0, proto, 0, 0)
    return sel + struct.pack("=8Q32xIIBBBB4x", *[(1 << 64) - 1] * 4, 0, 0, 0, 0, 0, 0, direction, action, 0, 0) + tail


def template(family, proto=50, mode=0, optional=0):
    return struct.pack("=20xB3xH2x16xIBBBxIII", proto, family, 0, mode, 0, optional, *[0xffffffff] * 3)


def set_policies(sock, *policies):
    level, option = ((socket.SOL_IP, IP_XFRM_POLICY) if sock.family == socket.AF_INET else
                     (socket.IPPROTO_IPV6, IPV6_XFRM_POLICY))
    for each in policies:
        sock.setsockopt(level, option, each)
    return sock


def udp(family, *policies):
    sock = set_policies(socket.socket(family, socket.SOCK_DGRAM), *policies)
    sock.settimeout(1)
    return sock


def protected(sock, *templates):
    tail = b"".join(templates) or template(sock.family)
    return set_policies(sock, policy(sock.family, OUT, ALLOW, tail=tail), policy(sock.family, IN, ALLOW, tail=tail))


def tcp(family):
    sock = protected(socket.socket(family, socket.SOCK_STREAM))
    sock.settimeout(20)
    return sock


def until_armed(call, *args):
    """The first policy of a namespace takes a moment; until then nothing is sent."""
    end = time.monotonic() + 20
    while True:
        try:
            return call(*args)
        except OSError as error:
            if error.errno != errno.EAGAIN or time.monotonic() > end:
                raise
            time.sleep(0.01)


def bypass(family):
    return udp(family, policy(family, OUT, ALLOW), policy(family, IN, ALLOW))


def serve(sock, own, port):
    sock.bind((own, port))
    sock.settimeout(None)
    print("ready", flush=True)
    while True:
        data, peer = sock.recvfrom(2048)
        until_armed(sock.sendto, data, peer)


def serve_tcp(family, own, port):
    sock = tcp(family)
    sock.bind((own, port))
    sock.settimeout(None)
    sock.listen()
    print("ready", flush=True)
    while True:
        connection = sock.accept()[0]
        connection.sendall(connection.recv(100))
        connection.close()


def answered(sock, peer):
    try:
        until_armed(sock.sendto, b"hello", peer)
        return sock.recv(100) == b"hello"
    except OSError:
        return False


def answered_tcp(sock, peer):
    """Reset once the server has closed its end: what is left of a connection that was closed has no
    socket any more, and no policy."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    try:
        until_armed(sock.connect, peer)
        sock.sendall(b"hello")
        return sock.recv(100) == b"hello" and not sock.recv(1)
    except OSError:
        return False
    finally:
        sock.close()


def refused(family, *policies):
    try:
        udp(family, *policies)
        return False
    except OSError:
        return True


def main(what, version, *rest):
    family = socket.AF_INET if version == "4" else socket.AF_INET6
    if what == "serve":
        serve(bypass(family), rest[0], int(rest[1]))
    elif what == "serve-protected":
        serve(protected(udp(family)), rest[0], int(rest[1]))
    elif what == "serve-tcp":
        serve_tcp(family, rest[0], int(rest[1]))
    elif what == "protected":
        return answered(protected(udp(family)), (rest[0], int(rest[1])))
    elif what == "optional":
        return answered(protected(udp(family), template(family, optional=1)), (rest[0], int(rest[1])))
    elif what == "tcp":
        return answered_tcp(tcp(family), (rest[0], int(rest[1])))
    elif what == "bypass":
        return answered(bypass(family), (rest[0], int(rest[1])))
    elif what == "plain":
        return answered(udp(family), (rest[0], int(rest[1])))
    elif what == "block":
        return answered(udp(family, policy(family, OUT, BLOCK)), (rest[0], int(rest[1])))
    elif what == "tcp-only":
        return answered(udp(family, policy(family, OUT, ALLOW, 6)), (rest[0], int(rest[1])))
    elif what == "refused":
        return all((refused(family, policy(family, 2, ALLOW)), refused(family, policy(family, OUT, 2)),
                    refused(family, policy(family, OUT, ALLOW, tail=bytes(64))),
                    refused(family, policy(family, IN, ALLOW, tail=template(family, proto=108))),
                    refused(family, policy(family, OUT, ALLOW, tail=5 * template(family))),
                    refused(family, policy(family, OUT, ALLOW, tail=template(family, mode=9))),
                    refused(family, policy(family, OUT, ALLOW)[:100])))
    return False


sys.exit(not main(*sys.argv[1:]))
