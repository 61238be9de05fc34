#!/usr/bin/env bash
# ICMP errors about protected packets: which are believed, and which cannot be true.
# vm: cpus=1 timeout=400 kernels=6.1,6.12
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench6
forge "$TOP/tests/net/icmp-errors.py"
ipsec us -F
check "the module can be unloaded" unload_module
ktap_end
