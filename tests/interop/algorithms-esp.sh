#!/usr/bin/env bash
# ESP with every algorithm, byte for byte, with implementations that we did not write: OpenSSL's
# ciphers for all of them, and scapy's ipsec layer for those that it has. IPv4 and IPv6, tunnel
# and transport mode, both directions.
# vm: cpus=1 timeout=400
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench6
forge "$TOP/tests/interop/every-algorithm.py" esp
ktap_end
