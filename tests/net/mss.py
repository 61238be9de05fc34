"""The maximum segment size that SYNs offer, in the bench of tests/lib/forge.sh."""
import struct

import forge46 as forge
from forge46 import ENDS, HOSTS, NETS, TCP, Sa

SYN, ACK = 2, 16
MSS, NOP, END = b"\2\4", b"\1", b"\0"
SACK, STAMP = b"\4\2", b"\x08\x0a" + bytes(range(8))
ktap = forge.Ktap()
far = {family: forge.far_wire(family) for family in (4, 6)}
near = {family: forge.near_wire(family) for family in (4, 6)}
spi = 0x1000


def option(mss):
    return MSS + struct.pack("!H", mss)


def tcp(src, dst, options, flags, data=b""):
    """A segment; options are padded with the end of their list."""
    options += END * (-len(options) % 4)
    head = struct.pack("!HHIIBBHHH", 40000, 5201, 1, 0, (5 + len(options) // 4) << 4, flags, 65535, 0, 0)
    segment = head + options + data
    return segment[:16] + struct.pack("!H", forge.upper_sum(src, dst, TCP, segment)) + segment[18:]


class Tunnel:
    """SAs for TCP of one family in a tunnel of the other, or the same."""
    def __init__(self, inner, outer, fits, words="", of_sas=""):
        global spi      # pylint: disable=global-statement
        us, peer = ENDS[outer]
        left, right = NETS[inner]
        spi += 2
        self.inner, self.outer, self.fits = inner, outer, fits - (60 if inner == 6 else 40)
        self.name = f"{inner}in{outer} {words or of_sas}".rstrip()
        self.out = Sa("esp", "tunnel", spi, us, peer, "null", "hmac-sha1", of_sas)
        self.into = Sa("esp", "tunnel", spi + 1, peer, us, "null", "hmac-sha1", of_sas)
        forge.load(f"flow esp from {left} to {right} local {us} peer {peer} {words}\n" +
                   self.out.rule() + self.into.rule())
        self.before = forge.State()

    def packet(self, back, options, flags=SYN, data=b""):
        src, dst = HOSTS[self.inner][::-1] if back else HOSTS[self.inner]
        return forge.ip(src, dst, TCP, tcp(src, dst, options, flags, data))

    def leaves(self, packet):
        """What is inside the protected packet."""
        near[self.inner].send(packet)
        return forge.carried(far[self.outer].receive(15))

    def arrives(self, packet):
        far[self.outer].send(self.into.protect(packet))
        return near[self.inner].receive(15)

    def counted(self):
        after = forge.State()
        grown = after.grown(self.before)
        self.before = after
        return {name: grown.get(name, 0) for name in ("OUT_MSS", "IN_MSS")}

    def check(self, what, options, expected, **more):
        """Both ways; expected: the options that then are there."""
        for back, way, send in ((False, "out", self.leaves), (True, "in", self.arrives)):
            found = send(self.packet(back, options, **more))
            lowered = {"OUT_MSS": 0, "IN_MSS": 0}
            if expected != options:
                lowered["IN_MSS" if back else "OUT_MSS"] = 1
            complaints = forge.differences(lowered, self.counted())
            wanted = forge.forwarded(self.packet(back, expected, **more))
            if found != wanted:
                complaints += [f"expected {wanted.hex()}", f"found    {found and found.hex()}"]
            ktap.result(f"{self.name}, {way}: {what}", complaints)


def every_kind(tunnel):
    fits, small = option(tunnel.fits), option(tunnel.fits - 1)
    for mss in (65535, 1460, tunnel.fits + 1):
        tunnel.check(f"{mss} becomes {tunnel.fits}", option(mss), fits)
    tunnel.check("what fits stays", fits, fits)
    tunnel.check("less stays", small, small)
    tunnel.check("0 stays", option(0), option(0))
    tunnel.check("SYN and ACK", option(1460) + SACK, fits + SACK, flags=SYN | ACK)
    tunnel.check("with data", option(1460), fits, data=b"early")
    for n in range(1, 8):
        tunnel.check(f"behind {n} bytes", NOP * n + option(1460) + STAMP, NOP * n + fits + STAMP)
    tunnel.check("behind others", STAMP + SACK + option(1460), STAMP + SACK + fits)
    tunnel.check("the last bytes of the longest header", NOP * 36 + option(1460), NOP * 36 + fits)
    for what, options in (("none", b""), ("none among others", STAMP + SACK), ("behind the end", END + option(1460)),
                          ("its length is 3", b"\2\3\x05\xb4"), ("its length is 8", b"\2\x08" + option(1460)[2:] + NOP * 4),
                          ("cut off", NOP * 2 + MSS), ("behind a length of 0", b"\x08\0" + option(1460)),
                          ("behind a length of 1", b"\x08\1" + option(1460)),
                          ("behind one that is longer than the header", b"\x08\x20" + option(1460))):
        tunnel.check(f"left alone: {what}", options, options)
    for flags in (ACK, 0, 4):
        tunnel.check(f"left alone: flags {flags}", option(1460), option(1460), flags=flags)


# 1500 of the wire, less outer header, ESP header and ICV, in words of 4, less the trailer
for inner, outer in ((4, 4), (6, 4), (4, 6)):
    every_kind(Tunnel(inner, outer, (1500 - (20 if outer == 4 else 40) - 8 - 12) // 4 * 4 - 2))
tunnel = Tunnel(4, 4, 1500, "mss-clamp no")
tunnel.check("as it is", option(1460), option(1460))
ktap.end()
