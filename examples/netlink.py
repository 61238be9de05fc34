#!/usr/bin/env python3
"""Talk to the generic netlink family "nfipsec" without any library.

  examples/netlink.py        as root, with the module loaded

Sends a transaction that the kernel refuses and shows why, then one that it takes; reads the
policy back, deletes it, and prints the counters. Documentation/netlink.md explains the steps,
include/uapi/linux/nfipsec.h is the reference for every number here.
"""
import ipaddress
import os
import socket
import struct

NETLINK_GENERIC = 16
NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
NLM_F_ACK_TLVS, NLMSG_ERROR, NLMSG_DONE = 0x200, 2, 3
NLA_F_NESTED, NLA_TYPE_MASK = 0x8000, 0x3fff
SOL_NETLINK, NETLINK_CAP_ACK, NETLINK_EXT_ACK = 270, 10, 11
GENL_ID_CTRL, CTRL_CMD_GETFAMILY, CTRL_ATTR_FAMILY_ID, CTRL_ATTR_FAMILY_NAME = 0x10, 3, 1, 2
NLMSGERR_ATTR_MSG, NLMSGERR_ATTR_OFFS = 1, 2

CMD_SA_NEW, CMD_POLICY_NEW, CMD_POLICY_GET, CMD_POLICY_DEL, CMD_BATCH, CMD_STATS_GET = 1, 5, 6, 7, 9, 10
A_SA, A_POLICY, A_OP, A_CMD, A_STATS = 2, 3, 4, 5, 7
SA_SPI, SA_PROTO, SA_SRC, SA_DST, SA_MODE, SA_ENC, SA_ENC_KEY = 2, 3, 4, 5, 6, 8, 9
POLICY_ID, POLICY_DIR, POLICY_PRIORITY, POLICY_ACTION, POLICY_SELECTOR = 2, 3, 4, 5, 7
SEL_SRC_MIN, SEL_SRC_MAX, SEL_DST_MIN, SEL_DST_MAX = 1, 2, 3, 4
SEL_PROTO, SEL_DPORT_MIN, SEL_DPORT_MAX = 5, 8, 9
COUNTER_NAME, COUNTER_VALUE, COUNTER_DROP = 2, 3, 5
DIR_OUT, ACTION_DISCARD, MODE_TUNNEL, ENC_AES_GCM_16 = 1, 1, 2, 20


def u8(value): return struct.pack('=B', value)
def u16(value): return struct.pack('=H', value)
def u32(value): return struct.pack('=I', value)
def address(text): return ipaddress.ip_address(text).packed


def attr(kind, payload):
    """One attribute, padded to four bytes. A list is a nest."""
    if isinstance(payload, list):
        kind, payload = kind | NLA_F_NESTED, b''.join(payload)
    data = struct.pack('=HH', len(payload) + 4, kind) + payload
    return data + bytes(-len(data) % 4)


def attrs(data):
    """[(kind, payload), ...]: attributes may repeat, so this is no dictionary."""
    found = []
    while len(data) >= 4:
        length, kind = struct.unpack_from('=HH', data)
        found.append((kind & NLA_TYPE_MASK, data[4:length]))
        data = data[(length + 3) & ~3:]
    return found


class Refused(Exception):
    """The kernel said no: an error number, a sentence, and where in the message."""


class Netlink:
    def __init__(self):
        self.socket = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, NETLINK_GENERIC)
        self.socket.setsockopt(SOL_NETLINK, NETLINK_EXT_ACK, 1)     # sentences
        self.socket.setsockopt(SOL_NETLINK, NETLINK_CAP_ACK, 1)     # without our message
        self.sequence = 0

    def ask(self, family, cmd, payload=(), flags=NLM_F_ACK):
        """Send a request; a list with the attributes of each answer."""
        self.sequence += 1
        body = struct.pack('=BBH', cmd, 1, 0) + b''.join(payload)
        self.socket.send(struct.pack('=IHHII', 16 + len(body), family, NLM_F_REQUEST | flags,
                                     self.sequence, 0) + body)
        answers = []
        while True:
            data = self.socket.recv(1 << 16)
            while data:
                length, kind, flags, _, _ = struct.unpack_from('=IHHII', data)
                message, data = data[16:length], data[(length + 3) & ~3:]
                if kind in (NLMSG_ERROR, NLMSG_DONE):
                    self.check(kind, flags, message)
                    return answers
                answers.append(attrs(message[4:]))      # behind the header of generic netlink

    @staticmethod
    def check(kind, flags, message):
        error, = struct.unpack_from('=i', message)
        if error == 0:
            return
        # An error repeats the header of the request; the end of a dump does not.
        extra = message[20 if kind == NLMSG_ERROR else 4:] if flags & NLM_F_ACK_TLVS else b''
        extra = dict(attrs(extra))
        sentence = extra.get(NLMSGERR_ATTR_MSG, b'').rstrip(b'\0').decode()
        where = extra.get(NLMSGERR_ATTR_OFFS)
        raise Refused(f'{os.strerror(-error)}: {sentence or "no sentence"}'
                      + (f' (at byte {struct.unpack("=I", where)[0]})' if where else ''))


def discard_smtp(network):
    """A policy: no mail to these addresses."""
    network = ipaddress.ip_network(network)
    return attr(A_POLICY, [
        attr(POLICY_DIR, u8(DIR_OUT)),
        attr(POLICY_PRIORITY, u32(10)),
        attr(POLICY_ACTION, u8(ACTION_DISCARD)),
        attr(POLICY_SELECTOR, [
            attr(SEL_SRC_MIN, address('0.0.0.0')), attr(SEL_SRC_MAX, address('255.255.255.255')),
            attr(SEL_DST_MIN, network[0].packed), attr(SEL_DST_MAX, network[-1].packed),
            attr(SEL_PROTO, u8(socket.IPPROTO_TCP)),
            attr(SEL_DPORT_MIN, u16(25)), attr(SEL_DPORT_MAX, u16(25))])])


def sa(spi):
    return attr(A_SA, [
        attr(SA_SPI, u32(spi)), attr(SA_PROTO, u8(socket.IPPROTO_ESP)),
        attr(SA_SRC, address('192.0.2.1')), attr(SA_DST, address('192.0.2.2')),
        attr(SA_MODE, u8(MODE_TUNNEL)),
        attr(SA_ENC, u16(ENC_AES_GCM_16)), attr(SA_ENC_KEY, os.urandom(36))])


def op(cmd, nest):
    return attr(A_OP, [attr(A_CMD, u32(cmd)), nest])


def main():
    netlink = Netlink()
    [controller] = netlink.ask(GENL_ID_CTRL, CTRL_CMD_GETFAMILY,
                               [attr(CTRL_ATTR_FAMILY_NAME, b'nfipsec\0')])
    family, = struct.unpack('=H', dict(controller)[CTRL_ATTR_FAMILY_ID])

    policy = discard_smtp('198.51.100.0/24')
    try:
        netlink.ask(family, CMD_BATCH, [op(CMD_POLICY_NEW, policy), op(CMD_SA_NEW, sa(255))])
    except Refused as error:
        print('refused, with its policy:', error)
    print('policies now:', len(netlink.ask(family, CMD_POLICY_GET, flags=NLM_F_DUMP)))

    netlink.ask(family, CMD_BATCH, [op(CMD_POLICY_NEW, policy)])
    for answer in netlink.ask(family, CMD_POLICY_GET, flags=NLM_F_DUMP):
        nest = dict(attrs(dict(answer)[A_POLICY]))
        number, = struct.unpack('=I', nest[POLICY_ID])
        if nest[POLICY_PRIORITY] == u32(10):
            print('taken, and deleted again')
            netlink.ask(family, CMD_POLICY_DEL, [attr(A_POLICY, [attr(POLICY_ID, u32(number))])])

    [answer] = netlink.ask(family, CMD_STATS_GET)
    counters = [dict(attrs(nest)) for _, nest in attrs(dict(answer)[A_STATS])]
    for counter in counters:
        value, = struct.unpack('=Q', counter[COUNTER_VALUE])
        if value and COUNTER_DROP in counter:
            print('dropped:', value, counter[COUNTER_NAME].rstrip(b'\0').decode())
    print('counters read')


main()
