"""What tests/net/fragments-local.sh proves, with packets from a wire."""
import socket
import struct

import forge
import forge6
from forge import FAR, UDP, US
from forge6 import DSTOPTS, FAR6, US6

PORT = 4500
ESP = 50

ktap = forge.Ktap()
null = {"enc": "null", "auth": "hmac-sha1"}
in_udp4 = forge.Sa("esp", "transport", 0x9001, words="udpencap", **null)
in_udp6 = forge6.Sa6("esp", "transport", 0x9002, words="udpencap", **null)
plain6 = forge6.Sa6("esp", "transport", 0x9003, **null)
wires = {4: forge.far_wire(), 6: forge6.far_wire6()}
forge.load(f"flow esp transport from {US} to {FAR}\nflow esp transport from {US6} to {FAR6}\n" +
           "".join(sa.rule() for sa in (in_udp4, in_udp6, plain6)))
listener = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
listener.bind(("::", 9))
listener.settimeout(5)


def delivered():
    try:
        return listener.recv(2000)
    except TimeoutError:
        return None


def udp4(data):
    esp = in_udp4.protect(forge.datagram(FAR, US, data))[20:]
    return forge.ip4(FAR, US, UDP, struct.pack("!HHHH", PORT, PORT, 8 + len(esp), 0) + esp)


def udp6(data):
    esp = in_udp6.protect(forge6.datagram6(FAR6, US6, data))[40:]
    return forge6.ip6(FAR6, US6, UDP, forge6.udp6(FAR6, US6, esp, PORT, PORT))


def behind_options(proto, payload):
    """What all fragments but the first one say is that destination options come."""
    return forge6.ip6(FAR6, US6, DSTOPTS, forge6.options(proto, (0x1e, bytes(20))) + payload)


def esp6(data):
    return behind_options(ESP, plain6.protect(forge6.datagram6(FAR6, US6, data))[40:])


def counted(before):
    return {name: n for name, n in forge.State().grown(before).items() if name.startswith("IN_")}


for name, family, made in (("ESP in UDP, IPv4", 4, udp4), ("ESP in UDP, IPv6", 6, udp6),
                           ("ESP behind destination options", 6, esp6)):
    data = name.encode() * 20
    before = forge.State()
    cut = forge.fragments if family == 4 else forge6.fragments6
    for part in cut(made(data), 128):
        wires[family].send(part)
    ktap.same(f"{name}: what it holds is delivered", data, delivered())
    ktap.same(f"{name}: ... and counted so", {"IN_ESP": 1, "IN_PROTECTED": 1}, counted(before))

clear = behind_options(UDP, forge6.udp6(FAR6, US6, bytes(200)))
before = forge.State()
for part in forge6.fragments6(clear, 128, 8):
    wires[6].send(part)
wires[6].send(forge6.fragments6(esp6(b"x" * 200), 128, 9)[0])
# the rest of a packet whose first fragment was let in is let in, and completes what is no ESP
for part in reversed(forge6.fragments6(clear, 128, 9)):
    wires[6].send(part)
data = b"still"
for part in forge6.fragments6(esp6(data), 128, 10):
    wires[6].send(part)
ktap.same("in clear behind the same options: only what was protected is delivered", data, delivered())
ktap.same("... and the others are refused", {"IN_ESP": 2, "IN_PROTECTED": 1, "IN_ICV": 1,
                                             "IN_CLEAR_PROTECT": 3}, counted(before))
ktap.end()
