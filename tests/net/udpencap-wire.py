"""What tests/net/udpencap-wire.sh proves, with packets from a wire."""
import socket
import struct

import forge
import forge6
from forge import FAR, UDP, US
from forge6 import FAR6, US6

PORT = 4500

ktap = forge.Ktap()
sas = {4: forge.Sa("esp", "transport", 0x9001, enc="null", auth="hmac-sha1", words="udpencap"),
       6: forge6.Sa6("esp", "transport", 0x9002, enc="null", auth="hmac-sha1", words="udpencap")}
wires = {4: forge.far_wire(), 6: forge6.far_wire6()}


def in_udp(packet, family):
    """An ESP packet as the other end would send it."""
    if family == 6:
        return forge6.ip6(FAR6, US6, UDP, forge6.udp6(FAR6, US6, packet[40:], PORT, PORT))
    esp = packet[20:]
    return forge.ip4(FAR, US, UDP, struct.pack("!HHHH", PORT, PORT, 8 + len(esp), 0) + esp)


forge.load(f"flow esp transport from {US} to {FAR}\nflow esp transport from {US6} to {FAR6}\n" +
           "".join(sa.rule() for sa in sas.values()))
listener = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
listener.bind(("::", 9))
listener.settimeout(5)
for family, sa in sas.items():
    before = forge.State()
    data = f"in UDP, IPv{family}".encode() * 20
    inner = forge.datagram(FAR, US, data) if family == 4 else forge6.datagram6(FAR6, US6, data)
    wires[family].send(in_udp(sa.protect(inner), family))
    try:
        found = listener.recv(2000)
    except TimeoutError:
        found = None
    ktap.same(f"IPv{family}: what it holds is delivered", data, found)
    ktap.same(f"IPv{family}: ... and counted so", {"IN_ESP": 1, "IN_PROTECTED": 1},
              {name: n for name, n in forge.State().grown(before).items() if name.startswith("IN_")})
ktap.end()
