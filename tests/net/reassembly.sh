#!/usr/bin/env bash
# Fragments of ESP and AH packets are put together before anything else is done with them,
# and transport mode never protects a fragment (RFC 4303 3.3.4, 3.4.1). Every byte.
# vm: cpus=1 timeout=300
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench6
# Nobody is told, on a slow machine, that packets which stayed incomplete took too long.
in_ns us sysctl -qw net.ipv4.ipfrag_time=600 net.ipv6.ip6frag_time=600
forge "$TOP/tests/net/reassembly.py"
ktap_end
