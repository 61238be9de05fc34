"""Messages of NETLINK_XFRM that `ip xfrm` does not send, but IKE daemons and the kernel's tests do:
prints, for each, its errno, the answer, and what everybody is told. Runs over whatever has the
protocol; times, indexes and SPIs that were chosen are not printed.
"""
import errno
import os
import select
import socket
import struct
import subprocess
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(__file__), "../lib"))
from xfrm import *          # noqa: E402,F403 pylint: disable=wildcard-import,unused-wildcard-import


def mask_sa(body, spi=False):
    body = bytearray(body)
    body[176:192] = bytes(16)               # when it was added and used
    if spi:
        body[72:76] = bytes(4)
    return bytes(body)


def mask_policy(body):
    body = bytearray(body)
    body[120:152] = bytes(32)               # packets, which one stack counts, and times
    body[156:160] = bytes(4)                # index
    return bytes(body)


def show(kind, data, asked=None):
    """A message, in lines."""
    size = {NEWSA: 224, UPDSA: 224, DELSA: 24, NEWPOLICY: 168, UPDPOLICY: 168, DELPOLICY: 64, ACQUIRE: 280, EXPIRE: 232,
            POLEXPIRE: 176, NEWAE: 48, MIGRATE: 64, NEWSPDINFO: 4, NEWSADINFO: 4, GETDEFAULT: 4, MAPPING: 64,
            FLUSHSA: 4, FLUSHPOLICY: 0}[kind]
    body, rest = data[:size], data[size:]
    if kind in (NEWSA, UPDSA, EXPIRE):
        body = mask_sa(body, asked == ALLOCSPI)
        if kind == EXPIRE and not body[224]:
            body = body[:160] + bytes(16) + body[176:]      # with the packet that met the limit, or not
    elif kind in (NEWPOLICY, UPDPOLICY, POLEXPIRE):
        body = mask_policy(body)
    elif kind == MIGRATE:
        body = body[:56]
    elif kind == DELPOLICY:
        body = body[:56] + bytes(4) + body[60:]
    elif kind == ACQUIRE:
        body = body[:96] + mask_policy(body[96:264]) + body[264:276] + bytes(4)
        body = body[:88] + bytes(4) + body[92:]             # the device that the packet leaves by
    lines, pad = [], -size % 4
    rest = rest[pad:]
    while len(rest) >= 4:
        length, number = struct.unpack("=HH", rest[:4])
        value = rest[4:length]
        rest = rest[length + (-length % 4):]
        if kind in (NEWSPDINFO, NEWSADINFO) and number == 2:
            value = b"hash"                 # sizes of tables
        elif kind == DELSA and number == 13:
            value = mask_sa(value)
        elif kind == DELPOLICY and number == 7:
            value = mask_policy(value)
        elif number == A_LTIME and kind not in (NEWSPDINFO, NEWSADINFO):
            value = value[:16]
        elif number == A_LASTUSED:
            value = b"now" if abs(struct.unpack("=Q", value)[0] - time.time()) < 60 else value
            if os.uname().release.startswith("6.1."):
                continue                    # there the other stack tells it for Mobile IPv6 alone
        if number != 27:                    # padding
            lines.append(f"    {number:2} {value.hex()}")
    print(f"  {NAMES[kind - 0x10]} {body.hex()}")
    print("\n".join(sorted(lines)), end="\n" if lines else "")


def messages(data):
    while len(data) >= 16:
        length, kind, flags, seq, port = struct.unpack("=IHHII", data[:16])
        yield kind, flags, seq, port, data[16:length]
        data = data[(length + 3) & ~3:]


def sentence(flags, attrs):
    """What an error says in words (NLMSGERR_ATTR_MSG)."""
    while flags & ACK_TLVS and len(attrs) >= 4:
        length, number = struct.unpack("=HH", attrs[:4])
        if number == 1:
            return attrs[4:length - 1].decode()
        attrs = attrs[(length + 3) & ~3:]
    return ""


def socket_of(groups=0):
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 6)
    for option in CAP_ACK, EXT_ACK:
        sock.setsockopt(SOL_NETLINK, option, 1)
    sock.bind((0, groups))
    sock.settimeout(1)
    return sock


ear, mouth, number = socket_of(0xffffffff), socket_of(), 0
silent = open(sys.argv[1], "w", encoding="ascii")       # errors that say nothing in words


def heard(once=False):
    ear.setblocking(False)
    try:
        while True:
            for kind, _, _, _, data in messages(ear.recv(65536)):
                print("  all are told:")
                show(kind, data)
            if once:
                return
    except BlockingIOError:
        pass


def pack(kind, body, flags):
    global number
    number += 1
    return message(kind, body, flags, number, 4711)


def say(title, kind, body, flags=REQUEST | ACK, quiet=False, many=b""):
    """Send a message, and print what comes of it. Returns the first answer."""
    print(f"== {title}")
    mouth.send(many + pack(kind, body, flags))
    first, left = None, 1
    while left:
        for got, got_flags, seq, port, data in messages(mouth.recv(65536)):
            if got == 2:
                code = -struct.unpack("=i", data[:4])[0]
                print(f"  {errno.errorcode.get(code, code) if code else 'done'}")
                if code and not sentence(got_flags, data[20:]):
                    print(title, file=silent)
                left = left if seq != number else 0
            else:
                first = first or data
                if not quiet:
                    show(got, data, kind)
                # The kernel's own stack believes what the header of a request says.
                if port != mouth.getsockname()[0] and got != NEWAE:
                    print("  which is for somebody else")
                if not flags & ACK and seq == number:
                    left = 0
    heard()
    return first


def send(title, events, times=1):
    """What is told when datagrams leave for the network behind the other end: that many events."""
    print(f"== {title}")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("10.1.0.1", 1111))
        for _ in range(times):
            try:
                sock.sendto(b"hello", ("10.2.0.1", 2222))
            except OSError:
                pass                    # the kernel's own stack has given up the SA
    for _ in range(events):
        if select.select([ear], [], [], 5)[0]:
            heard(once=True)
    heard()


def spi_of(data):
    return struct.unpack(">I", data[72:76])[0]


ONE, TWO, THREE = "192.0.2.1", "192.0.2.2", "192.0.2.3"
ASK = REQUEST


def larval():
    for title, low, high, proto, src, dst in (("of ESP", 0xc0000000, 0xcfffffff, ESP, TWO, ONE),
                                              ("of AH", 0x100, 0xffff, AH, TWO, ONE),
                                              ("of IPv6", 0xc0000000, 0xcfffffff, ESP, "2001:db8::2", "2001:db8::1"),
                                              ("of one", 0x777, 0x777, ESP, TWO, ONE)):
        body = sa(src, dst, 0, proto, seq=5, window=0) + struct.pack("=II", low, high)
        spi = spi_of(say(f"an SPI {title}", ALLOCSPI, body, ASK))
        print("  in range" if low <= spi <= high else f"  {spi} is out of range")
    say("the same SPI again", ALLOCSPI, sa(TWO, ONE, 0) + struct.pack("=II", 0x777, 0x777))
    say("no range", ALLOCSPI, sa(TWO, ONE, 0) + struct.pack("=II", 9, 8))
    say("a larval SA", GETSA, sa_id(ONE, 0x777), ASK)
    say("an SA with its name", NEWSA, sa(TWO, ONE, 0x777) + aead())
    say("its keys", UPDSA, sa(TWO, ONE, 0x777, reqid=9) + aead() + encap(4500, 1024))
    say("it has them", GETSA, sa_id(ONE, 0x777), ASK)
    say("update of nothing", UPDSA, sa(TWO, ONE, 0x778) + aead())


def numbers():
    ltime = attr(A_LTIME, struct.pack("=4Q", 1000, 10, 1600000000, 1600000001))
    say("an SA that moved", NEWSA, sa(TWO, ONE, 0x800) + aead() + replay(77, 100, 0x8000000f) + ltime)
    say("its sequence numbers", GETAE, aevent(ONE, 0x800), ASK)
    say("and itself", GETSA, sa_id(ONE, 0x800), ASK)
    say("one with ESN", NEWSA, sa(TWO, ONE, 0x801, flags=128, window=0) + aead() +
        esn(5, 200, 64, 0x0f00ff01, 0xff, oseq_hi=1, seq_hi=3) + ltime)
    say("its sequence numbers", GETAE, aevent(ONE, 0x801), ASK)
    say("a large window without ESN", NEWSA, sa(TWO, ONE, 0x802, window=0) + aead() + esn(0, 90, 96, 1, 2, 3))
    say("its sequence numbers", GETAE, aevent(ONE, 0x802, 0x40), ASK)
    say("of no SA", GETAE, aevent(ONE, 0x803))
    say("the last of two attributes counts", NEWSA,
        sa(TWO, ONE, 0x804) + aead() + replay(1, 1, 1) + replay(50, 60, 0x1))
    say("it has", GETAE, aevent(ONE, 0x804), ASK)
    say("numbers without leave to replace", NEWAE, aevent(ONE, 0x800) + replay(90, 120, 1))
    say("numbers of no SA", NEWAE, aevent(ONE, 0x803) + replay(90, 120, 1), REQUEST | ACK | REPLACE)
    say("other numbers", NEWAE, aevent(ONE, 0x800) + replay(90, 140, 1), REQUEST | ACK | REPLACE)


def directions():
    """Of SAs, since 6.10."""
    if tuple(int(n) for n in os.uname().release.split(".")[:2]) < (6, 10):
        return
    going, coming = attr(A_DIR, b"\2"), attr(A_DIR, b"\1")
    say("an SA for packets that leave", NEWSA, sa(ONE, TWO, 0xc00, window=0) + aead() + going)
    say("it says so", GETSA, sa_id(TWO, 0xc00), ASK)
    say("its sequence numbers", GETAE, aevent(TWO, 0xc00), ASK)
    say("one with a window", NEWSA, sa(ONE, TWO, 0xc01) + aead() + going)
    say("one with ESN, and no window", NEWSA, sa(ONE, TWO, 0xc02, flags=128, window=0) + aead() + esn(0, 0, 0) + going)
    say("it says so", GETSA, sa_id(TWO, 0xc02), ASK)
    say("an SA for packets that arrive", NEWSA, sa(TWO, ONE, 0xc03) + aead() + coming)
    say("it says so", GETSA, sa_id(ONE, 0xc03), ASK)
    say("no direction", NEWSA, sa(TWO, ONE, 0xc04) + aead() + attr(A_DIR, b"\3"))
    say("an SPI for packets that arrive", ALLOCSPI, sa(TWO, ONE, 0, window=0) +
        struct.pack("=II", 0xc05, 0xc05) + coming, ASK)
    say("its keys", UPDSA, sa(TWO, ONE, 0xc05) + aead() + coming)
    keepalive = attr(A_KEEPALIVE, struct.pack("=I", 20))
    say("an SA with NAT keepalives", NEWSA, sa(ONE, TWO, 0xc06, window=0) + aead() + encap(4500, 4500) + keepalive + going)
    say("it says so", GETSA, sa_id(TWO, 0xc06), ASK)
    say("one without ports", NEWSA, sa(ONE, TWO, 0xc07, window=0) + aead() + keepalive + going)


def update():
    say("an SA with limits", NEWSA, sa(ONE, TWO, 0x900, lft=limits(hard_bytes=5000)) + aead() + encap(4500, 4500))
    say("other limits and ports", UPDSA, sa(ONE, TWO, 0x900, lft=limits(hard_packets=50)) + aead() + encap(4500, 1025))
    say("it has them", GETSA, sa_id(TWO, 0x900), ASK)
    say("no ports", UPDSA, sa(ONE, TWO, 0x900) + aead())
    say("a soft end", EXPIRE, sa(ONE, TWO, 0x900) + struct.pack("=B7x", 0))
    say("of no SA", EXPIRE, sa(ONE, TWO, 0x901) + struct.pack("=B7x", 0))
    say("a hard end", EXPIRE, sa(ONE, TWO, 0x900) + struct.pack("=B7x", 1))
    say("it is gone", GETSA, sa_id(TWO, 0x900))


def policies():
    here, there = "10.1.0.0/24", "10.2.0.0/24"
    tunnel = attr(A_TMPL, tmpl(ONE, TWO))
    say("a policy", NEWPOLICY, policy(OUT, here, there) + tunnel)
    say("its soft end", POLEXPIRE, policy(OUT, here, there) + struct.pack("=B7x", 0))
    found = say("it is there", GETPOLICY, selector(here, there) + struct.pack("=IB3x", 0, OUT), ASK)
    index = struct.unpack("=I", found[156:160])[0]
    say("by its index", GETPOLICY, selector() + struct.pack("=IB3x", index, OUT), ASK)
    say("by its index, elsewhere", GETPOLICY, selector() + struct.pack("=IB3x", index ^ 1, IN))
    say("its hard end", POLEXPIRE, policy(OUT, here, there, index) + struct.pack("=B7x", 1))
    say("of no policy", POLEXPIRE, policy(OUT, here, there) + struct.pack("=B7x", 1))
    wanted = struct.pack("=16s4sB3x16s", addr(TWO), bytes(4), ESP, addr(ONE)) + \
        selector("10.1.0.1/32", "10.2.0.1/32") + policy(OUT, here, there) + struct.pack("=IIII", 7, 7, 7, 0)
    say("a request for an SA", ACQUIRE, wanted + tunnel)
    say("one with half a template", ACQUIRE, wanted + attr(A_TMPL, tmpl(ONE, TWO) + bytes(30)))
    say("two policies in one go", NEWPOLICY, policy(FWD, there, here) + tunnel,
        many=pack(NEWPOLICY, policy(IN, there, here) + tunnel, REQUEST | ACK))


def moving():
    here, there = "10.1.0.0/24", "10.2.0.0/24"
    name = selector(here, there) + struct.pack("=IB3x", 0, OUT)
    say("an SA", NEWSA, sa(ONE, TWO, 0xb00) + aead() + replay(70, 80, 0x5) + encap(4500, 4500))
    say("its policy", NEWPOLICY, policy(OUT, here, there) + attr(A_TMPL, tmpl(ONE, TWO)))
    say("they move", MIGRATE, name + attr(A_MIGRATE, migrate(ONE, TWO, THREE, TWO)) + encap(4500, 1030, more=bytes(16)))
    say("the SA is there", GETSA, sa_id(TWO, 0xb00), ASK)
    say("its sequence numbers", GETAE, aevent(TWO, 0xb00), ASK)
    say("the policy knows", GETPOLICY, name, ASK)
    say("to IPv6", MIGRATE, name + attr(A_MIGRATE, migrate(THREE, TWO, "2001:db8::1", "2001:db8::2")))
    say("the SA is there", GETSA, sa_id("2001:db8::2", 0xb00), ASK)
    say("and not where it was", GETSA, sa_id(TWO, 0xb00))
    say("what is not there moves", MIGRATE, name + attr(A_MIGRATE, migrate(ONE, TWO, THREE, TWO)))
    say("a policy that is not there", MIGRATE, selector(there, here) + struct.pack("=IB3x", 0, OUT) +
        attr(A_MIGRATE, migrate(ONE, TWO, THREE, TWO)))
    say("to nowhere", MIGRATE, name + attr(A_MIGRATE, migrate("2001:db8::1", "2001:db8::2", "::", "::")))
    say("nothing moves", MIGRATE, name)
    say("to two places", MIGRATE, name + attr(A_MIGRATE, migrate(ONE, TWO, THREE, TWO) * 2))


def on_demand():
    """Packets that need an SA, and the ends of one."""
    for words in ("link add d0 type dummy", "link set d0 up", "addr add 192.0.2.1/24 dev d0",
                  "addr add 10.1.0.1/32 dev d0", "neigh add 192.0.2.2 lladdr 02:00:00:00:00:02 dev d0",
                  "route add 10.2.0.0/24 via 192.0.2.2"):
        subprocess.run(["ip", *words.split()], check=True)
    # The kernel's own stack tells NEWAE every few packets.
    ear.setsockopt(SOL_NETLINK, DROP_MEMBERSHIP, AEVENTS)
    name = policy(OUT, "10.1.0.0/24", "10.2.0.0/24", priority=7)
    say("a policy without an SA", NEWPOLICY, name + attr(A_TMPL, tmpl(ONE, TWO, reqid=9)))
    send("a packet asks for one", 1)
    # The kernel's own stack does not let it wait.
    say("nor does it wait", DELPOLICY, selector("10.1.0.0/24", "10.2.0.0/24") + struct.pack("=IB3x", 0, OUT))
    say("an SA", NEWSA, sa(ONE, TWO, 0xd00, reqid=9, window=0, lft=limits(soft_packets=3, hard_packets=5)) + aead())
    say("the policy", NEWPOLICY, name + attr(A_TMPL, tmpl(ONE, TWO, reqid=9)))
    send("packets go with it", 0, 2)
    say("how many, and when the last one was", GETSA, sa_id(TWO, 0xd00), ASK)
    send("its soft end", 1, 2)
    send("its hard end", 1, 2)
    say("it is gone", GETSA, sa_id(TWO, 0xd00))
    ear.setsockopt(SOL_NETLINK, ADD_MEMBERSHIP, AEVENTS)
    subprocess.run(["ip", "link", "del", "d0"], check=True)


def settings():
    say("thresholds", NEWSPDINFO, struct.pack("=I", 0) + attr(3, bytes([24, 16])) + attr(4, bytes([64, 48])))
    say("what they are", GETSPDINFO, struct.pack("=I", 7), ASK)
    say("too long ones", NEWSPDINFO, struct.pack("=I", 0) + attr(3, bytes([33, 16])))
    say("default actions", GETDEFAULT, bytes(4), ASK)
    say("other ones", SETDEFAULT, bytes([1, 0, 1, 0]))
    say("they are", GETDEFAULT, bytes(4), ASK)
    say("and back", SETDEFAULT, bytes([2, 2, 2, 0]))
    say("how many SAs", GETSADINFO, struct.pack("=I", 0), ASK)


def nonsense():
    say("no such message", 0x3f, bytes(64))
    say("too short a message", NEWSA, bytes(20))
    say("no such SA", DELSA, sa_id(ONE, 0x12345))
    say("no such protocol", GETSA, sa_id(ONE, 0x12345, 6))
    say("a cipher that is not known", NEWSA, sa(TWO, ONE, 0xa00) + attr(A_AEAD, struct.pack("=64sII", b"no(thing)", 160, 128) + bytes(20)))
    say("a key that is cut", NEWSA, sa(TWO, ONE, 0xa00) + attr(A_AEAD, struct.pack("=64sII", b"rfc4106(gcm(aes))", 160, 128) + bytes(10)))
    say("no keys", NEWSA, sa(TWO, ONE, 0xa00))


for part in larval, numbers, directions, update, policies, moving, on_demand, settings, nonsense:
    part()
    say("the SAs are flushed", FLUSHSA, struct.pack("=B3x", 0), quiet=True)
    say("the policies are flushed", FLUSHPOLICY, b"", quiet=True)
