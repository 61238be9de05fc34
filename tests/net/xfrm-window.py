"""Windows that `ip xfrm` asks for, in the bench of tests/lib/forge.sh."""
import re
import subprocess

import forge
from forge import FAR, FAR_HOST, NEAR_HOST, US, Sa

LEAST = 960    # src/xfrm_replay.c
TOP = 5000
ktap, far, near = forge.Ktap(), forge.far_wire(), forge.near_wire()


def xfrm(*words):
    return subprocess.run(["ip", "-d", "xfrm", *words], check=True, capture_output=True, text=True).stdout


def added(spi, asked, esn=False):
    """An SA from far, as ip xfrm adds it."""
    sa = Sa("esp", "tunnel", spi, FAR, US, "aes-128-gcm", None, asked, esn)
    xfrm("state", "add", "src", FAR, "dst", US, "proto", "esp", "spi", hex(spi), "mode", "tunnel",
         *(["replay-window", str(asked)] if asked else []), *(["flag", "esn"] if esn else []),
         "aead", "rfc4106(gcm(aes))", "0x" + sa.enc_key.hex(), "128")
    return sa


def told(spi):
    """What ip xfrm, and what ipsecctl says of its window."""
    one = xfrm("state", "get", "src", FAR, "dst", US, "proto", "esp", "spi", hex(spi))
    windows = [int(w) for w in re.findall(r"replay[-_]window (\d+)", one)]
    line = next(line for line in forge.ipsecctl("-s", "sa").splitlines() if f"{spi:#010x}" in line)
    return max(windows), int((re.search(r" replay (\d+)", line) or [0, 64])[1])


def verdict(sa, seq):
    """IN_PROTECTED, or why the packet does not come out near."""
    before = forge.State()
    packet = forge.datagram(FAR_HOST, NEAR_HOST, b"number %d" % seq)
    far.send(sa.protect(packet, seq))
    far.send(other.protect(forge.datagram(FAR_HOST, NEAR_HOST, b"behind it")))
    came = near.receive(15)
    if came == forge.forwarded(packet):
        near.receive(15)
        return "IN_PROTECTED"
    return " ".join(forge.State().drops(before))


forge.load(f"flow esp from 10.1.0.0/24 to 10.2.0.0/24 local {US} peer {FAR}\n")
other = added(0x9000, 0)
for number, (window, extended, width) in enumerate(((32, False, LEAST), (1, False, LEAST), (64, True, LEAST),
                                                    (LEAST, False, LEAST), (2048, False, 2048))):
    incoming = added(0x9001 + number, window, extended)
    name = f"{window} packets{' of ESN' * extended}"
    ktap.same(f"{name}: what is told", (window, width), told(incoming.spi))
    ktap.same(f"{name}: the highest number", "IN_PROTECTED", verdict(incoming, TOP))
    ktap.same(f"{name}: as late as can be", "IN_PROTECTED", verdict(incoming, TOP - width + 1))
    ktap.same(f"{name}: the same again", "IN_REPLAY", verdict(incoming, TOP - width + 1))
    # With ESN it is taken for one of the next 2^32.
    ktap.same(f"{name}: later", "IN_ICV" if extended else "IN_LATE", verdict(incoming, TOP - width))
    ktap.same(f"{name}: it is told still", (window, width), told(incoming.spi))
unchecked = added(0x9010, 0)
ktap.same("no window: what is told", (0, 0), told(unchecked.spi))
ktap.same("no window: each number", ["IN_PROTECTED"] * 3, [verdict(unchecked, n) for n in (TOP, 1, 1)])
ktap.end()
