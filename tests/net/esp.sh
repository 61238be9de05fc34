#!/usr/bin/env bash
# vm: cpus=1 timeout=500 kernels=6.1,6.12
# ESP: modes, algorithms and sizes of packets.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/matrix.sh"

load_module

# RFC 4303 2: on a wire of 1500 bytes, behind the IP header, come 8 bytes of header, IV,
# whole blocks and ICV; the last two bytes of the blocks are pad length and next header.
inside() { # iv, block, icv
	echo $(((1500 - 20 - 8 - $1 - $3) / $2 * $2 - 2))
}
cbc=$(inside 16 16 16) gcm=$(inside 8 4 16) null=$(inside 0 4 16)

gateway_chain
matrix_tunnel esp "$cbc" auth hmac-sha2-256 enc aes-128
matrix_tunnel esp "$gcm" enc aes-128-gcm
matrix_tunnel esp "$null" auth hmac-sha2-256 enc null
unprotect gw1 gw2
ns_del h1 gw1 wan gw2 h2

host_pair
matrix_transport esp $((cbc + 20)) auth hmac-sha2-256 enc aes-256
matrix_transport esp $((gcm + 20)) enc aes-256-gcm
matrix_transport esp $((null + 20)) auth hmac-sha2-256 enc null

# A datagram that fits an IP packet, but not once it is protected.
send_65000() {
	in_ns a python3 -c '
import errno, socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
try:
    s.sendto(bytes(65500), ("192.0.2.2", 5003))
except OSError as e:
    print(errno.errorcode[e.errno])
else:
    print("sent")'
}
snapshot a
is "a datagram that cannot be protected: its sender is told" EMSGSIZE "$(send_65000)"
check "a datagram that cannot be protected: one drop" no_drops a OUT_TOO_BIG=1

unprotect a b
check "the module can be unloaded" unload_module
ktap_end
