"""The matrix: every algorithm in every mode and family, with windows of all sizes, between
the two gateways of gateway_chain. Runs outside of the namespaces.

There are six ways through it (GROUPS) and six windows, so each algorithm meets each way and
each window once; every pair of two of the three is there, not every triple. Each of them is
with and without extended sequence numbers (but for a window of 0, which has none), of which
the first packet has the last one below 2^32, and the second the next. In each case
packets go there and back: a small one, the largest that fits a wire of 1500 bytes once it is
protected, as computed from the RFCs, and one byte more, of which the sender must be told
what fits.
"""
import socket
import struct

import forge
from algorithms import AUTH, ENC

WINDOWS = (0, 32, 64, 1000, 65536, 1048576)
# mode, family inside, family outside
GROUPS = (("tunnel", 4, 4), ("tunnel", 6, 6), ("tunnel", 4, 6), ("tunnel", 6, 4),
          ("transport", 4, 4), ("transport", 6, 6))
LAST = 2**32 - 2                # sent and received, before the first packet of an SA with ESN
MTU = 1500
HEADER = {4: 20, 6: 40}
PROBE = 3                       # IP_PMTUDISC_PROBE: DF, whatever was learnt about the path
IP_MTU_DISCOVER, IP_RECVERR, IPV6_MTU_DISCOVER, IPV6_RECVERR, MSG_ERRQUEUE = 10, 11, 23, 25, 0x2000

ktap = forge.Ktap()


def suites():
    """(protocol, encryption, integrity): each algorithm once."""
    for enc, row in ENC.items():
        yield "esp", enc, None if row.icv else "hmac-sha2-256"
    for auth, row in AUTH.items():
        if not row.iv and auth != "hmac-sha2-256":
            yield "esp", "aes-128", auth
        yield "ah", None, auth


class Case:
    """An algorithm: a UDP port, a reqid and two SAs."""
    def __init__(self, group, index, port, proto, enc, auth):
        # pylint: disable=too-many-arguments
        mode, self.inner, self.outer = group
        ends = ("192.0.2.1", "192.0.2.2") if self.outer == 4 else ("2001:db8::1", "2001:db8::2")
        nets = ("10.1.0.0/24", "10.2.0.0/24") if self.inner == 4 else ("fd01::/64", "fd02::/64")
        self.mode, self.port, self.proto, self.window = mode, port, proto, WINDOWS[(port + index) % len(WINDOWS)]
        self.ends, self.nets = ends, ends if mode == "transport" else nets
        # Six algorithms with, six without, and the other way round in the next group.
        self.esn = self.window > 0 and (port // len(WINDOWS) + index) % 2 > 0
        self.sas = [forge.Sa(proto, mode, spi + port, *way, enc, auth, self.window, self.esn,
                             f"sent {LAST} received {LAST}" if self.esn else "")
                    for spi, way in ((0x4000, ends), (0x8000, ends[::-1]))]
        self.name = f"{proto} {mode} {self.inner}in{self.outer} {' '.join(a for a in (enc, auth) if a)}, window {self.window}" + \
            " esn" * self.esn
        self.limit = self.largest()

    def largest(self):
        """The largest packet that fits the wire (RFC 4303 2, RFC 4302 2)."""
        sa, outer = self.sas[0], HEADER[self.outer]
        if self.proto == "ah":
            unit = 4 if self.outer == 4 else 8
            room = MTU - outer - -(-sa.header_len // unit) * unit
        else:
            # NULL and counter modes have no block: then it is 4 bytes.
            room = (MTU - outer - sa.header_len - sa.icv_len) // sa.block * sa.block - 2
        return room if self.mode == "tunnel" else room + outer

    def rules(self, here):
        """As gw1 (0) or gw2 (1) has them."""
        there, ports = 1 - here, ("", f"port {self.port}") if here == 0 else (f"port {self.port}", "")
        where = f"local {self.ends[here]} peer {self.ends[there]}" if self.mode == "tunnel" else ""
        return f"flow {self.proto} {self.mode} proto udp from {self.nets[here]} {ports[0]} to " \
               f"{self.nets[there]} {ports[1]} {where} reqid {self.port}\n" + \
            "".join(f"{sa.rule().rstrip()} reqid {self.port}\n" for sa in self.sas)

    def sockets(self):
        kind = socket.AF_INET if self.inner == 4 else socket.AF_INET6
        pair = []
        for space in ("h1", "h2") if self.mode == "tunnel" else ("gw1", "gw2"):
            with forge.namespace(space):
                pair.append(socket.socket(kind, socket.SOCK_DGRAM))
            pair[-1].settimeout(5)
            if self.inner == 4:
                pair[-1].setsockopt(socket.IPPROTO_IP, IP_MTU_DISCOVER, PROBE)
                pair[-1].setsockopt(socket.IPPROTO_IP, IP_RECVERR, 1)
            else:
                pair[-1].setsockopt(socket.IPPROTO_IPV6, IPV6_MTU_DISCOVER, PROBE)
                pair[-1].setsockopt(socket.IPPROTO_IPV6, IPV6_RECVERR, 1)
        pair[1].bind(("", self.port))
        return pair

    def converse(self):
        """What has gone wrong."""
        here, there = self.sockets()
        to = (("10.2.0.2" if self.inner == 4 else "fd02::2") if self.mode == "tunnel" else self.ends[1], self.port)
        try:
            for size in (HEADER[self.inner] + 8 + 1, self.limit):
                said = forge.secret(f"{self.name} {size}", size - HEADER[self.inner] - 8)
                here.sendto(said, to)
                heard, address = there.recvfrom(2000)
                there.sendto(heard, address)
                if here.recv(2000) != said:
                    return [f"{size} bytes came back as others"]
            return self.told(here, to)
        except OSError as error:
            return [f"limit {self.limit}: {error}"]
        finally:
            here.close()
            there.close()

    def told(self, here, to):
        """One byte too many. A local sender may hear of it at once and from the queue."""
        try:
            here.sendto(bytes(self.limit + 1 - HEADER[self.inner] - 8), to)
            here.recv(1)
        except OSError as error:
            if isinstance(error, TimeoutError):
                return [f"{self.limit + 1} bytes: nothing was said about it"]
        _, control, *_ = here.recvmsg(2000, 512, MSG_ERRQUEUE)
        mtu = struct.unpack_from("IBBBBII", control[0][2])[5]
        return [] if mtu == self.limit else [f"told that {mtu} fits, and it is {self.limit}"]


def states():
    result = []
    for space in ("gw1", "gw2"):
        with forge.namespace(space):
            result.append(forge.State())
    return result


def test(index, group):
    cases = [Case(group, index, port, *suite) for port, suite in enumerate(suites(), 5000)]
    for here, space in enumerate(("gw1", "gw2")):
        with forge.namespace(space):
            forge.load("".join(case.rules(here) for case in cases))
    before = states()
    said = [case.converse() for case in cases]
    after = states()
    for case, complaints in zip(cases, said):
        for state, end in zip(after, ("gw1", "gw2")):
            found = [state.sas[case.proto, sa.spi]["packets"] for sa in case.sas]
            if found != [2, 2]:
                complaints.append(f"{end} has {found} packets in its books, not 2 and 2")
            sent, came = case.sas if end == "gw1" else case.sas[::-1]
            numbers = [state.sas[case.proto, sent.spi]["seq_out"], state.sas[case.proto, came.spi]["seq_in"]]
            if numbers != [LAST + 2 if case.esn else 2] * 2:
                complaints.append(f"{end}: the last sequence numbers are {numbers}")
        ktap.result(case.name, complaints)
    n = {proto: 2 * sum(case.proto == proto for case in cases) for proto in ("esp", "ah")}
    total = sum(n.values())
    common = {"OUT_PROTECTED": total, "IN_PROTECTED": total, "IN_ESP": n["esp"], "IN_AH": n["ah"]}
    for end, lost in enumerate((len(cases), 0)):
        expected = {**common, "OUT_TOO_BIG": lost, "OUT_OFFERED": total + lost}
        if group[0] == "tunnel":        # on the side of the host; what is lost is answered
            expected.update(IN_CLEAR=total + lost, OUT_BYPASSED=total + lost)
        ktap.result(f"{' '.join(map(str, group))}: the books of gw{end + 1}",
                    forge.differences(expected, after[end].grown(before[end])))


for number, one in enumerate(GROUPS):
    test(number, one)
ktap.end()
