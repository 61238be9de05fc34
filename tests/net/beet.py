"""BEET mode, in the bench of tests/lib/forge.sh."""
import socket
import struct

import forge
from forge import FAR, FAR_HOST, NEAR_HOST, UDP, US, Sa
from verdict import FAR6, NEAR6, Gateway, ip

BEETPH = 94
ktap, gateway = forge.Ktap(), Gateway()
INSIDE = f"for from {FAR_HOST} to {NEAR_HOST}"
theirs = Sa("esp", "beet", 0x8001, FAR, US, "null", "hmac-sha1", words=INSIDE)
ours = Sa("esp", "beet", 0x8002, US, FAR, "null", "hmac-sha1", words=f"for from {NEAR_HOST} to {FAR_HOST}")
gateway.load(f"flow esp beet from {NEAR_HOST} to {FAR_HOST} local {US} peer {FAR}\n" + theirs.rule() + ours.rule())
near, far = gateway.near[4], gateway.far[4]
data = forge.udp(FAR_HOST, NEAR_HOST, b"in a beet")


def received(payload, proto=UDP, **outer):
    """What comes out near of a packet with this behind ESP, and what was dropped."""
    before = forge.State()
    far.send(theirs.protect(ip(FAR, US, proto, payload, **outer)))
    return near.receive(15), forge.State().drops(before)


def pseudo(options, proto=UDP, padding=None, length=None):
    """The pseudo header, with options."""
    padding = (0 if len(options) % 8 else 4) if padding is None else padding
    length = (4 + padding + len(options)) // 8 - 1 if length is None else length
    return struct.pack("!BBBB", proto, length, padding, 0) + b"\1" * padding + options


# --- in --------------------------------------------------------------------------------------

plain = ip(FAR_HOST, NEAR_HOST, UDP, data, ident=0)
ktap.same("in: the addresses come from the SA", (forge.forwarded(plain), {}), received(data, ident=7))
ktap.same("in: DSCP, ECN, TTL and DF come from outside",
          (forge.forwarded(ip(FAR_HOST, NEAR_HOST, UDP, data, ident=0, tos=0xb9, ttl=9, flags=forge.DF)), {}),
          received(data, tos=0xb9, ttl=9, flags=forge.DF))
for size in (4, 8, 12, 36, 40):
    options = b"\1" * (size - 1) + b"\0"
    ktap.same(f"in: {size} bytes of options",
              (forge.forwarded(ip(FAR_HOST, NEAR_HOST, UDP, data, ident=0, options=options)), {}),
              received(pseudo(options) + data, BEETPH))
ktap.same("in: no options, but the header for them", (forge.forwarded(plain), {}),
          received(pseudo(b"") + data, BEETPH))


def refused(name, payload, reason="IN_INNER_HEADER"):
    before = forge.State()
    far.send(theirs.protect(ip(FAR, US, BEETPH, payload)))
    far.send(theirs.protect(ip(FAR, US, UDP, data)))
    ktap.same(name, (forge.forwarded(plain), {reason: 1}), (near.receive(15), forge.State().drops(before)))


refused("in: a pseudo header of 3 bytes", b"\x11\0\0")
refused("in: longer than the packet", pseudo(b"\1" * 4, length=20) + data)
refused("in: more options than a header can have", pseudo(b"\1" * 44) + data)
refused("in: padding that is no padding", pseudo(b"\1" * 4, padding=5, length=1) + data)
refused("in: options that are no words", pseudo(b"\1" * 4, padding=2, length=0) + data)
refused("in: padding where nothing is left", pseudo(b"", padding=8, length=0) + data)

# --- out -------------------------------------------------------------------------------------


def sent(packet):
    """What arrives far: the outer header without ID and checksum, and what is behind ESP."""
    near.send(packet)
    found = far.receive(15)
    size = forge.header_len(found)
    header = found[:4] + bytes(2) + found[6:10] + bytes(2) + found[12:size]
    pad, proto = found[-14], found[-13]
    return header, proto, found[size + 8:-14 - pad]


def outer(length, tos=0, ttl=63, flags=0):
    header = ip(US, FAR, forge.ESP, bytes(length), tos=tos, ttl=ttl, flags=flags, ident=0)[:20]
    return header[:10] + bytes(2) + header[12:]


def padded(size):
    return 8 + (size + 2 + 3) // 4 * 4 + 12


body = forge.udp(NEAR_HOST, FAR_HOST, b"out of here")
ktap.same("out: fields of the header move outside, and it is not sent",
          (outer(padded(len(body)), 0x2e, 8, forge.DF), UDP, body),
          sent(ip(NEAR_HOST, FAR_HOST, UDP, body, tos=0x2e, ttl=9, flags=forge.DF)))
for size in (4, 8, 36, 40):
    options = b"\1" * (size - 1) + b"\0"
    payload = pseudo(options) + body
    ktap.same(f"out: {size} bytes of options", (outer(padded(len(payload))), BEETPH, payload),
              sent(ip(NEAR_HOST, FAR_HOST, UDP, body, options=options)))
gateway.before = forge.State()
ktap.same("out: a fragment", "dropped OUT_FRAGMENT", gateway.out(ip(NEAR_HOST, FAR_HOST, UDP, body, flags=forge.MF)))
ktap.same("in: out of a clear packet", "dropped IN_CLEAR_PROTECT", gateway.into(ip(FAR_HOST, NEAR_HOST, UDP, data)))

# --- IPv6 inside -------------------------------------------------------------------------------

six = Sa("esp", "beet", 0x8003, FAR, US, "null", "hmac-sha1", words=f"for from {FAR6} to {NEAR6}")
gateway.load(f"flow esp beet in from {FAR6} to {NEAR6} local {US} peer {FAR}\n" + six.rule())


def into6(payload, proto):
    return gateway.into(six.protect(ip(FAR, US, proto, payload)))


link = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(0x86dd))
link.bind(("eth1", 0x86dd))
link.settimeout(15)
ktap.same("IPv6 inside: it is taken off", "decapsulated", into6(bytes(8), 253))
# The header inside is longer than those that it takes the place of.
ktap.same("IPv6 inside: the link header is what it was",
          bytes.fromhex("020000000011020000000003" "86dd") + ip(FAR6, NEAR6, 253, bytes(8)), link.recv(2048))
ktap.same("IPv6 inside: has no options of IPv4", "dropped IN_INNER_HEADER",
          into6(pseudo(b"\1" * 4) + bytes(8), BEETPH))
ktap.end()
