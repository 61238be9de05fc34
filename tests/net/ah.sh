#!/usr/bin/env bash
# vm: cpus=1 timeout=500 kernels=6.1,6.12
# AH: modes, algorithms and sizes of packets.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/matrix.sh"

load_module

# RFC 4302 2: 12 bytes and the ICV; a multiple of 4 for IPv4.
sha1=$((1500 - 12 - 12)) sha256=$((1500 - 12 - 16)) sha384=$((1500 - 12 - 24)) sha512=$((1500 - 12 - 32))

gateway_chain
matrix_tunnel ah $((sha256 - 20)) auth hmac-sha2-256
matrix_tunnel ah $((sha1 - 20)) auth hmac-sha1
matrix_tunnel ah $((sha512 - 20)) auth hmac-sha2-512
unprotect gw1 gw2
ns_del h1 gw1 wan gw2 h2

host_pair
matrix_transport ah "$sha256" auth hmac-sha2-256
matrix_transport ah "$sha1" auth hmac-sha1
matrix_transport ah "$sha384" auth hmac-sha2-384

unprotect a b
check "the module can be unloaded" unload_module
ktap_end
