#!/usr/bin/env bash
# vm: cpus=1 timeout=500
# AH and IPv6: inside, outside, and both.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/matrix.sh"

load_module

# RFC 4302 2: 12 bytes and the ICV, a multiple of 8 in IPv6 and of 4 in IPv4.
inside6() { echo $((1500 - 40 - (12 + $1 + 7) / 8 * 8)); }
inside4() { echo $((1500 - 20 - 12 - $1)); }

gateway_chain
inner=6 outer=6 matrix_tunnel ah "$(inside6 16)" auth hmac-sha2-256
inner=6 outer=4 matrix_tunnel ah "$(inside4 12)" auth hmac-sha1
inner=4 outer=6 matrix_tunnel ah "$(inside6 32)" auth hmac-sha2-512
unprotect gw1 gw2
ns_del h1 gw1 wan gw2 h2

host_pair
outer=6 matrix_transport ah $(($(inside6 16) + 40)) auth hmac-sha2-256
unprotect a b
check "the module can be unloaded" unload_module
ktap_end
