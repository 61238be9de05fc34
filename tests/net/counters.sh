#!/usr/bin/env bash
# The counters of SAs, of policies and of the namespace add up, in packets and in bytes.
# vm: cpus=1 timeout=150
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench6
forge "$TOP/tests/net/counters.py"
ipsec us -F
check "the module can be unloaded" unload_module
ktap_end
