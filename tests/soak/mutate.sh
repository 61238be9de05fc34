#!/usr/bin/env bash
# The whole of net/mutate: 100,000 packets each of ESP and AH, in IPv4 and IPv6.
# vm: cpus=1 timeout=600 kernels=6.1,6.12
set -u
: "${MUTATE_PACKETS:=100000}"
. "$TOP/tests/net/mutate.sh"
