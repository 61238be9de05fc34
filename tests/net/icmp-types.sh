#!/usr/bin/env bash
# Selectors beyond addresses and ports: types and codes of ICMP, ICMPv6 and mobility
# headers, each in both directions, with packets that no host of ours would send.
# vm: cpus=1 timeout=200
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench6
forge "$TOP/tests/net/icmp-types.py"
check "the module can be unloaded" eval 'ipsec us -F && unload_module'
ktap_end
