"""What tests/net/bad-local.sh proves: packets with headers that were never meant to be sent."""
import errno
import socket
import struct

import forge
import forge6
from forge import FAR, US, Sa
from forge6 import FAR6, FRAGMENT, HOP, ROUTING, US6, Sa6

OTHER = 99      # a protocol of which nothing is known
UNKNOWN = 0x1e  # an option that is skipped, and does not change
TIMESTAMP, SOURCE_ROUTE = 0x44, 0x83

ktap = forge.Ktap()
far = {4: forge.far_wire(), 6: forge6.far_wire6()}
SHA1 = {"auth": "hmac-sha1"}
ours = {4: Sa("ah", "transport", 0x9004, US, FAR, **SHA1), 6: Sa6("ah", "transport", 0x9006, US6, FAR6, **SHA1)}
theirs = Sa6("ah", "transport", 0x9016, **SHA1)
raw = {4: socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_RAW),
       6: socket.socket(socket.AF_INET6, socket.SOCK_RAW, socket.IPPROTO_RAW)}
forge.load(f"flow ah transport from {US} to {FAR}\nflow ah transport from {US6} to {FAR6}\n" +
           "".join(sa.rule() for sa in (*ours.values(), theirs)))


def send(packet):
    """Says what the program is told."""
    family = packet[0] >> 4 if packet[0] >> 4 == 6 else 4
    try:
        raw[family].sendto(packet, ({4: FAR, 6: FAR6}[family], 0))
    except OSError as error:
        return errno.errorcode[error.errno]
    return "sent"


def check(name, told, counters, packet, blamed=0):
    """The packet is dropped, an SA is blamed or not, and the next one is protected."""
    family = 6 if packet[0] >> 4 == 6 else 4
    before = forge.State()
    found = send(packet)
    after = forge.State()
    drops = {key: n for key, n in after.sa_changes(before).items() if key.endswith(" drops")}
    good = forge.ip4(US, FAR, OTHER, b"good") if family == 4 else forge6.ip6(US6, FAR6, OTHER, b"good")
    ours[family].seq += blamed
    send(good)
    ktap.same(f"IPv{family}: {name}",
              (told, counters, {f"ah {ours[family].spi:#x} drops": 1} if blamed else {}, ours[family].protect(good)),
              (found, after.grown(before), drops, far[family].receive(5)))


def extended(proto, extension):
    return forge6.ip6(US6, FAR6, proto, extension + bytes(8))


# --- not even their flow is known ----------------------------------------------------------

check("a fragment that is too short for its ports", "EACCES", {"OUT_FRAGMENT_TINY": 1},
      forge.ip4(US, FAR, forge.UDP, bytes(3), flags=forge.MF))
check("a fragment that is too short for its ports", "EACCES", {"OUT_FRAGMENT_TINY": 1},
      extended(FRAGMENT, struct.pack("!BBHI", forge.UDP, 0, 1, 7))[:-5])
check("a packet that is", "EACCES", {"OUT_HEADER": 1}, forge.ip4(US, FAR, forge.UDP, bytes(3)))
check("a version that there is not", "EACCES", {"OUT_HEADER": 1}, forge.ip4(US, FAR, OTHER, b"x", version=5))

# --- AH cannot sign them -------------------------------------------------------------------

unsigned = {"OUT_OFFERED": 1, "OUT_HEADER": 1}
check("an option shorter than its own header", "sent", unsigned,
      forge.ip4(US, FAR, OTHER, b"x", options=bytes([TIMESTAMP, 1, 0, 0])), 1)
check("an option longer than all of them", "sent", unsigned,
      forge.ip4(US, FAR, OTHER, b"x", options=bytes([TIMESTAMP, 5, 0, 0])), 1)
check("a source route that does not say how far it is", "sent", unsigned,
      forge.ip4(US, FAR, OTHER, b"x", options=bytes([SOURCE_ROUTE, 2, 0, 0])), 1)
check("a routing header of which nobody says what it does", "sent", unsigned,
      extended(ROUTING, struct.pack("!BBBB4x", OTHER, 0, 253, 1)), 1)
LONG = [(UNKNOWN, bytes(250))] * 4
check("more headers than are signed", "sent", unsigned, extended(HOP, forge6.options(OTHER, *LONG)), 1)

# --- nor is there room for what it adds ----------------------------------------------------

before = forge.State()
try:
    socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(bytes(65507), (FAR, 9))
    told = "sent"
except OSError as error:
    told = errno.errorcode[error.errno]
ktap.same("IPv4: the longest datagram, which transport mode cannot cut",
          ("EMSGSIZE", {"OUT_OFFERED": 1, "OUT_TOO_BIG": 1}), (told, forge.State().grown(before)))

# --- nor look at a signature of them -------------------------------------------------------

listener = socket.socket(socket.AF_INET6, socket.SOCK_RAW, OTHER)
listener.settimeout(5)


def arrives(name, options, counters, delivered):
    before = forge.State()
    for packet in (forge6.ip6(FAR6, US6, HOP, forge6.options(OTHER, *options) + b"first"),
                   forge6.ip6(FAR6, US6, OTHER, b"good")):
        far[6].send(theirs.protect(packet))
    found = []
    while not found or found[-1] != b"good":
        found.append(listener.recv(100))
    ktap.same(f"IPv6: {name}", (delivered, {"IN_AH": 2, **counters}), (found, forge.State().grown(before)))


arrives("headers that arrive, as many as are signed", LONG[:3], {"IN_PROTECTED": 2}, [b"first", b"good"])
arrives("more than are signed", LONG, {"IN_PROTECTED": 1, "IN_ICV": 1}, [b"good"])
ktap.end()
