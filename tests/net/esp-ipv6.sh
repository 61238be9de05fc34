#!/usr/bin/env bash
# vm: cpus=1 timeout=500 kernels=6.1,6.12
# ESP and IPv6: inside, outside, and both.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/matrix.sh"

load_module

# As in esp.sh, behind an outer header of 20 or 40 bytes.
inside() { # outer header, iv, block, icv
	echo $(((1500 - $1 - 8 - $2 - $4) / $3 * $3 - 2))
}
cbc4=$(inside 20 16 16 16) cbc6=$(inside 40 16 16 16) gcm6=$(inside 40 8 4 16)

gateway_chain
inner=6 outer=6 matrix_tunnel esp "$gcm6" enc aes-128-gcm
inner=6 outer=4 matrix_tunnel esp "$cbc4" auth hmac-sha2-256 enc aes-128
inner=4 outer=6 matrix_tunnel esp "$cbc6" auth hmac-sha2-256 enc aes-128

# RFC 8200 5: a packet of 1280 bytes must pass, even where it does not fit once protected.
for ns in gw1 gw2; do
	ip -n $ns link set eth1 mtu 1300
done
for outer in 6 4; do
	inner=6 protect_chain esp enc aes-128-gcm
	capture_wire "$ARTIFACTS/small-link-6in$outer.pcap"
	snapshot gw1
	snapshot gw2
	check "a link of 1300, 6in$outer: 1280 bytes pass" reaches h1 fd02::2 -M do -s 1232
	check "a link of 1300, 6in$outer: more do not" too_big h1 fd02::2 1281 1280
	capture_end
	check "a link of 1300, 6in$outer: in fragments of ESP" test \
		"$(packets "$ARTIFACTS/small-link-6in$outer.pcap" "$fragments")" -ge 2
	check "a link of 1300, 6in$outer: the reason" no_drops gw1 OUT_TOO_BIG=1
	forget_path h1
done
unset outer
unprotect gw1 gw2
ns_del h1 gw1 wan gw2 h2

host_pair
outer=6 matrix_transport esp $((cbc6 + 40)) auth hmac-sha2-256 enc aes-256
outer=6 matrix_transport esp $((gcm6 + 40)) enc aes-256-gcm
unprotect a b
check "the module can be unloaded" unload_module
ktap_end
