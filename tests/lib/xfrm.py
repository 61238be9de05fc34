# SPDX-License-Identifier: GPL-2.0
"""Messages of NETLINK_XFRM, byte by byte: numbers, bodies and attributes."""
import socket
import struct

NEWSA, DELSA, GETSA, NEWPOLICY, DELPOLICY, GETPOLICY, ALLOCSPI, ACQUIRE, EXPIRE, UPDPOLICY, UPDSA, \
    POLEXPIRE, FLUSHSA, FLUSHPOLICY, NEWAE, GETAE, REPORT, MIGRATE, NEWSADINFO, GETSADINFO, NEWSPDINFO, \
    GETSPDINFO, MAPPING, SETDEFAULT, GETDEFAULT = range(0x10, 0x29)
NAMES = ("NEWSA DELSA GETSA NEWPOLICY DELPOLICY GETPOLICY ALLOCSPI ACQUIRE EXPIRE UPDPOLICY UPDSA POLEXPIRE "
         "FLUSHSA FLUSHPOLICY NEWAE GETAE REPORT MIGRATE NEWSADINFO GETSADINFO NEWSPDINFO GETSPDINFO MAPPING "
         "SETDEFAULT GETDEFAULT").split()
A_AUTH, A_CRYPT, A_COMP, A_ENCAP, A_TMPL, A_SEC_CTX, A_LTIME, A_REPLAY, A_RTHRESH, A_ETHRESH, A_COADDR, A_LASTUSED, \
    A_POLICY_TYPE, A_MIGRATE, A_AEAD, A_AUTH_TRUNC, A_ESN, A_OFFLOAD = 1, 2, 3, 4, 5, 8, 9, 10, 11, 12, 14, 15, 16, 17, 18, 20, 23, 28
A_EXTRA_FLAGS, A_IF_ID, A_DIR, A_KEEPALIVE = 24, 31, 33, 34
INF = (1 << 64) - 1
ERROR = 2
REQUEST, MULTI, ACK, REPLACE, ACK_TLVS = 1, 2, 4, 0x100, 0x200
SOL_NETLINK, ADD_MEMBERSHIP, DROP_MEMBERSHIP, CAP_ACK, EXT_ACK, AEVENTS = 270, 1, 2, 10, 11, 5
IN, OUT, FWD = range(3)
TRANSPORT, TUNNEL, BEET = 0, 1, 4
ESP, AH = 50, 51


def addr(text):
    family = socket.AF_INET6 if ":" in text else socket.AF_INET
    return socket.inet_pton(family, text).ljust(16, b"\0")


def family_of(text):
    return socket.AF_INET6 if ":" in text else socket.AF_INET


def selector(src="0.0.0.0/0", dst="0.0.0.0/0", proto=0, family=None, port_mask=0):
    saddr, slen = src.split("/")
    daddr, dlen = dst.split("/")
    return struct.pack("=16s16sHHHHHBBB3xiI", addr(daddr), addr(saddr), 0, 0, 0, port_mask,
                       family_of(saddr) if family is None else family, int(dlen), int(slen), proto, 0, 0)


def limits(soft_bytes=INF, hard_bytes=INF, soft_packets=INF, hard_packets=INF, soft_age=0, hard_age=0):
    return struct.pack("=8Q", soft_bytes, hard_bytes, soft_packets, hard_packets, soft_age, hard_age, 0, 0)


def sa(src, dst, spi, proto=ESP, mode=TUNNEL, reqid=1, window=32, flags=0, seq=0, lft=limits(), family=None, sel=None):
    return struct.pack("=56s16s4sB3x16s64s32x12xIIHBBB7x", sel or selector(family=family or 0), addr(dst),
                       struct.pack(">I", spi), proto, addr(src), lft, seq, reqid, family or family_of(src), mode, window, flags)


def sa_id(dst, spi, proto=ESP):
    return struct.pack("=16s4sHBx", addr(dst), struct.pack(">I", spi), family_of(dst), proto)


def attr(kind, data):
    length = 4 + len(data)
    return struct.pack("=HH", length, kind) + data + bytes(-length % 4)


def aead(key=bytes(range(20)), name=b"rfc4106(gcm(aes))", icv=128, length=None):
    return attr(A_AEAD, struct.pack("=64sII", name, 8 * (len(key) if length is None else length), icv) + key)


def algorithm(kind, name, key):
    return attr(kind, struct.pack("=64sI", name, len(key) * 8) + key)


def encap(sport, dport, kind=2, more=b""):
    return attr(A_ENCAP, struct.pack("=H2s2s2x16x", kind, struct.pack(">H", sport), struct.pack(">H", dport)) + more)


def replay(oseq, seq, bitmap):
    return attr(A_REPLAY, struct.pack("=III", oseq, seq, bitmap))


def esn(oseq, seq, window, *words, oseq_hi=0, seq_hi=0):
    return attr(A_ESN, struct.pack("=6I", len(words), oseq, seq, oseq_hi, seq_hi, window) +
                struct.pack(f"={len(words)}I", *words))


def aevent(dst, spi, flags=0x4f):
    return sa_id(dst, spi) + bytes(16) + struct.pack("=II", flags, 0)


def policy(direction, src, dst, index=0, priority=0, action=0):
    return struct.pack("=56s64s32xIIBBBB4x", selector(src, dst), limits(), priority, index, direction, action, 0, 0)


def tmpl(src, dst, reqid=1, mode=TUNNEL, proto=ESP, family=None, optional=False):
    return struct.pack("=16s4sB3xH2x16sIBBBxIII", addr(dst), bytes(4), proto, family or family_of(src), addr(src), reqid, mode,
                       0, optional, 0xffffffff, 0xffffffff, 0xffffffff)


def message(kind, body, flags=REQUEST, seq=1, port=0):
    return struct.pack("=IHHII", 16 + len(body), kind, flags, seq, port) + body


def ask(sock, kind, body):
    """The errno of the answer, which is nothing but that. By the calls that tests/lib/nth.c knows."""
    sock.sendto(message(kind, body, REQUEST | ACK), (0, 0))
    answer = sock.recvfrom(65536)[0]
    kind, = struct.unpack_from("=H", answer, 4)
    assert kind == ERROR, answer
    return -struct.unpack_from("=i", answer, 16)[0]


def migrate(old_src, old_dst, new_src, new_dst, reqid=1, mode=TUNNEL):
    return struct.pack("=16s16s16s16sBB2xIHH", addr(old_dst), addr(old_src), addr(new_dst), addr(new_src), ESP, mode,
                       reqid, family_of(old_src), family_of(new_src))
