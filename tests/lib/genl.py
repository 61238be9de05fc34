# SPDX-License-Identifier: GPL-2.0
"""Raw generic netlink for the family nfipsec: what it sends may be as wrong as one likes.

The numbers are read from include/uapi/linux/nfipsec.h, without its prefix: SA_A_SPI.
A request is a tree of Attr, so that a test can name the attribute that it expects an
error to be about, whatever its offset is.
"""
import contextlib
import errno
import os
import re
import socket
import struct
from ipaddress import ip_address

NLMSG_ERROR, NLMSG_DONE = 2, 3
NLM_F_REQUEST, NLM_F_MULTI, NLM_F_ACK = 1, 2, 4
NLM_F_DUMP_INTR, NLM_F_ROOT, NLM_F_DUMP = 0x10, 0x100, 0x300
NLM_F_CAPPED, NLM_F_ACK_TLVS = 0x100, 0x200
NLA_F_NESTED = 0x8000
SOL_NETLINK = 270
NETLINK_ADD_MEMBERSHIP, NETLINK_CAP_ACK, NETLINK_EXT_ACK, NETLINK_GET_STRICT_CHK = 1, 10, 11, 12
SO_SNDBUFFORCE, SO_RCVBUFFORCE = 32, 33
NLMSGERR_ATTR_MSG, NLMSGERR_ATTR_OFFS, NLMSGERR_ATTR_MISS_TYPE, NLMSGERR_ATTR_MISS_NEST = 1, 2, 5, 6
GENL_ID_CTRL, CTRL_CMD_GETFAMILY = 16, 3
HEADER = 20     # struct nlmsghdr and struct genlmsghdr


def _read_numbers():
    path = os.path.join(os.path.dirname(__file__), "../../include/uapi/linux/nfipsec.h")
    with open(path, encoding="utf-8") as file:
        text = re.sub(r"/\*.*?\*/", "", file.read(), flags=re.S)
    for body in re.findall(r"enum \w+ \{(.*?)\}", text, re.S):
        value = 0
        for entry in filter(None, (e.strip() for e in body.split(","))):
            name, _, given = (s.strip() for s in entry.partition("="))
            value = eval(given) if given else value     # "1 << 0", our own header
            # the first number that means nothing: SA_A_END
            name = re.sub(r"^__(.*)_MAX$", r"\1_END", name)
            globals()[name.replace("NFIPSEC_", "", 1)] = value
            value += 1
    for name, value in re.findall(r"#define NFIPSEC_(\w+)\s+(\(?[0-9a-fx< ]+\)?)\s*$", text, re.M):
        globals()[name] = eval(value)


_read_numbers()


class Attr:
    """One attribute; a nest if its value is a list of Attr."""

    def __init__(self, type_, value=b"", flags=None, length=None):
        self.type, self.value, self.length = type_, value, length
        self.flags = flags if flags is not None else NLA_F_NESTED if isinstance(value, list) else 0

    def payload(self):
        return join(self.value) if isinstance(self.value, list) else self.value

    def encode(self):
        payload = self.payload()
        length = len(payload) + 4 if self.length is None else self.length
        return struct.pack("HH", length, self.type | self.flags) + payload + b"\0" * (-len(payload) % 4)

    def offset_of(self, wanted, at):
        """Where an attribute is, if this one is at @at; None: not in here."""
        if self is wanted:
            return at
        if isinstance(self.value, list):
            at += 4
            for child in self.value:
                found = child.offset_of(wanted, at)
                if found is not None:
                    return found
                at += len(child.encode())
        return None


def join(attrs):
    return b"".join(a.encode() for a in attrs)


def u8(type_, value):
    return Attr(type_, struct.pack("B", value))


def u16(type_, value):
    return Attr(type_, struct.pack("H", value))


def u32(type_, value):
    return Attr(type_, struct.pack("I", value))


def u64(type_, value):
    return Attr(type_, struct.pack("Q", value))


def addr(type_, text):
    return Attr(type_, ip_address(text).packed)


def offset_in_message(attrs, wanted):
    at = HEADER
    for attr in attrs:
        found = attr.offset_of(wanted, at)
        if found is not None:
            return found
        at += len(attr.encode())
    raise AssertionError("the attribute is not in the request")


def parse(data):
    """[(type, payload)]"""
    attrs, at = [], 0
    while at + 4 <= len(data):
        length, type_ = struct.unpack_from("HH", data, at)
        attrs.append((type_ & 0x3fff, data[at + 4:at + length]))
        at += (length + 3) & ~3
    return attrs


class Refused(Exception):
    """The kernel said no."""

    def __init__(self, code, text="", offset=None, miss_type=None, miss_nest=None, echo=b""):
        super().__init__(f"{errno.errorcode.get(code, code)} \"{text}\" at {offset}")
        self.code, self.text, self.offset, self.echo = code, text, offset, echo
        self.miss_type, self.miss_nest = miss_type, miss_nest


class Reply:
    def __init__(self, flags, data):
        self.flags, self.cmd, self.attrs = flags, data[0], parse(data[4:])

    def get(self, type_):
        return next((value for t, value in self.attrs if t == type_), None)


class Netlink:
    """@room: bytes of a read; the kernel makes the parts of a dump as large as the largest."""

    family = 0      # what messages are, unless they say it

    @staticmethod
    def reply(_flags, data):
        """What receive() makes of an answer."""
        return data

    def __init__(self, protocol, cap_ack=True, room=1 << 20):
        self.sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, protocol)
        self.sock.bind((0, 0))
        self.sock.settimeout(60)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)
        self.sock.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, int(cap_ack))
        self.seq = 100
        self.room = room

    def close(self):
        self.sock.close()

    def send_raw(self, body, flags=0, length=None, kind=None):
        self.seq += 1
        self.interrupted = False
        length = 16 + len(body) if length is None else length
        message = struct.pack("IHHII", length, self.family if kind is None else kind, NLM_F_REQUEST | flags, self.seq, 0) + body
        if len(message) > 50000:
            self.sock.setsockopt(socket.SOL_SOCKET, SO_SNDBUFFORCE, len(message) + 65536)
        self.sock.send(message)

    def messages(self):
        """What one datagram holds: (type, flags, sequence number, payload)"""
        data, at = self.sock.recv(self.room), 0
        while at + 16 <= len(data):
            length, type_, flags, seq, _ = struct.unpack_from("IHHII", data, at)
            yield type_, flags, seq, data[at + 16:at + length]
            at += (length + 3) & ~3

    def _finish(self, type_, flags, data, echo_len):
        code = -struct.unpack_from("i", data)[0]
        if type_ == NLMSG_ERROR:
            echoed = struct.unpack_from("I", data, 4)[0]
            at = 20 if flags & NLM_F_CAPPED or not code else 4 + ((echoed + 3) & ~3)
        else:
            at = 4
        if not code:
            return
        fields = dict(parse(data[at:])) if flags & NLM_F_ACK_TLVS else {}
        number = lambda t: struct.unpack("I", fields[t])[0] if t in fields else None  # noqa: E731
        raise Refused(code, fields.get(NLMSGERR_ATTR_MSG, b"").rstrip(b"\0").decode(),
                      number(NLMSGERR_ATTR_OFFS), number(NLMSGERR_ATTR_MISS_TYPE),
                      number(NLMSGERR_ATTR_MISS_NEST), data[20:at] if type_ == NLMSG_ERROR else b"")

    def receive(self):
        """Until the end of what was asked for. Raises Refused."""
        replies = []
        while True:
            for type_, flags, seq, data in self.messages():
                if seq != self.seq:
                    continue
                if type_ in (NLMSG_ERROR, NLMSG_DONE):
                    self._finish(type_, flags, data, 0)
                    self.interrupted |= bool(flags & NLM_F_DUMP_INTR)
                    return replies
                self.interrupted |= bool(flags & NLM_F_DUMP_INTR)
                replies.append(self.reply(flags, data))

    interrupted = False


class Connection(Netlink):
    """To the module's family of generic netlink."""

    reply = Reply

    def __init__(self, cap_ack=True, room=1 << 20):
        super().__init__(16, cap_ack, room)
        self.family, self.groups = GENL_ID_CTRL, {}
        name = Attr(2, b"nfipsec\0")
        for reply in self.request(CTRL_CMD_GETFAMILY, [name], version=2):
            self.family = struct.unpack("H", reply.get(1))[0]
            for _, group in parse(reply.get(7)):
                fields = dict(parse(group))
                self.groups[fields[1].rstrip(b"\0").decode()] = struct.unpack("I", fields[2])[0]

    def subscribe(self, group):
        self.sock.setsockopt(SOL_NETLINK, NETLINK_ADD_MEMBERSHIP, self.groups[group])
        with contextlib.suppress(PermissionError):
            self.sock.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 64 << 20)

    def send(self, cmd, attrs, flags=0, version=1, length=None, reserved=0):
        body = struct.pack("BBH", cmd, version, reserved) + (attrs if isinstance(attrs, bytes) else join(attrs))
        self.send_raw(body, flags, length)

    def request(self, cmd, attrs=(), flags=NLM_F_ACK, version=1, reserved=0):
        self.send(cmd, attrs, flags, version, reserved=reserved)
        return self.receive()

    def dump(self, cmd, attrs=()):
        return self.request(cmd, attrs, NLM_F_DUMP)

    def event(self):
        """The next event."""
        for type_, flags, _, data in self.messages():
            assert type_ == self.family
            return Reply(flags, data)

    def quiet(self):
        """Whether no event has come; what has been done before has been told before."""
        self.sock.setblocking(False)
        try:
            self.sock.recv(self.room)
            return False
        except BlockingIOError:
            return True
        finally:
            self.sock.settimeout(60)


# --- what requests are about -----------------------------------------------------------

GCM_KEY = bytes(range(16)) + b"salt"


def sa(**other):
    """The attributes of an SA that is taken; spi=Attr replaces one, spi=None leaves it out."""
    attrs = {
        "spi": u32(SA_A_SPI, 0x1000), "proto": u8(SA_A_PROTO, 50),
        "src": addr(SA_A_SRC, "192.0.2.1"), "dst": addr(SA_A_DST, "192.0.2.2"),
        "mode": u8(SA_A_MODE, MODE_TUNNEL), "enc": u16(SA_A_ENC, ENC_AES_GCM_16),
        "enc_key": Attr(SA_A_ENC_KEY, GCM_KEY),
    }
    attrs.update(other)
    return Attr(A_SA, [a for a in attrs.values() if a is not None])


def ah(**other):
    return sa(**{"proto": u8(SA_A_PROTO, 51), "enc": None, "enc_key": None,
                 "auth": u16(SA_A_AUTH, AUTH_HMAC_SHA2_256_128),
                 "auth_key": Attr(SA_A_AUTH_KEY, bytes(32)), **other})


def sa_spi(number, **other):
    return sa(spi=u32(SA_A_SPI, number), **other)


def sa_name(number, proto=50, dst="192.0.2.2", **other):
    return Attr(A_SA, [u32(SA_A_SPI, number), u8(SA_A_PROTO, proto), addr(SA_A_DST, dst), *other.values()])


def selector(**other):
    attrs = {
        "src_min": addr(SEL_A_SRC_MIN, "10.1.0.0"), "src_max": addr(SEL_A_SRC_MAX, "10.1.0.255"),
        "dst_min": addr(SEL_A_DST_MIN, "10.2.0.0"), "dst_max": addr(SEL_A_DST_MAX, "10.2.0.255"),
    }
    attrs.update(other)
    return Attr(POLICY_A_SELECTOR, [a for a in attrs.values() if a is not None])


def selector_number(n):
    """Selectors that are all different."""
    first = f"10.{n >> 14 & 255}.{n >> 6 & 255}.{(n & 63) * 4}"
    return selector(src_min=addr(SEL_A_SRC_MIN, first), src_max=addr(SEL_A_SRC_MAX, first))


def spec(**other):
    attrs = {"proto": u8(SPEC_A_PROTO, 50), "mode": u8(SPEC_A_MODE, MODE_TUNNEL),
             "src": addr(SPEC_A_SRC, "192.0.2.1"), "dst": addr(SPEC_A_DST, "192.0.2.2")}
    attrs.update(other)
    return Attr(POLICY_A_SPEC, [a for a in attrs.values() if a is not None])


def policy(*lists, **other):
    """A PROTECT policy with one selector and one spec, or with those in @lists."""
    attrs = {"dir": u8(POLICY_A_DIR, DIR_OUT), "action": u8(POLICY_A_ACTION, ACTION_PROTECT)}
    attrs.update(other)
    return Attr(A_POLICY, [a for a in attrs.values() if a is not None] +
                list(lists or (selector(), spec())))


def bypass(*selectors, **other):
    return policy(*(selectors or (selector(),)), action=u8(POLICY_A_ACTION, ACTION_BYPASS), **other)


def op(cmd, *attrs):
    return Attr(A_OP, [u32(A_CMD, cmd), *attrs])


# --- what is there -----------------------------------------------------------------------


def state(connection):
    """All SAs with their keys, and all policies, in order, as the kernel wrote them."""
    sas = connection.dump(CMD_SA_GET, [u32(A_FLAGS, F_SHOW_KEYS)])
    assert not connection.interrupted
    policies = connection.dump(CMD_POLICY_GET)
    assert not connection.interrupted
    return [r.get(A_SA) for r in sas], [r.get(A_POLICY) for r in policies]


def spis(connection):
    return [struct.unpack("I", dict(parse(one))[SA_A_SPI])[0] for one in state(connection)[0]]


def policy_ids(connection):
    return [struct.unpack("I", dict(parse(one))[POLICY_A_ID])[0] for one in state(connection)[1]]


def clean(connection):
    """An empty SADB and SPD, by deletion: a flush waits for RCU."""
    ops = [op(CMD_SA_FLUSH), op(CMD_POLICY_FLUSH)]
    if any(state(connection)):
        connection.request(CMD_BATCH, ops)
