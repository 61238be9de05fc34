#!/usr/bin/env bash
# Extended sequence numbers over 2^32, packet by packet, and the ends of both kinds of numbers.
# vm: cpus=1 timeout=400
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench
forge "$TOP/tests/net/esn.py"
check "the module can be unloaded" eval 'ipsec us -F && unload_module'
ktap_end
