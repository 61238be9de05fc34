#!/usr/bin/env bash
# The packets that an SA is for (RFC 4301 4.4.2.1), and selectors that come from packets
# (4.4.1.2, PFP).
# vm: cpus=1 timeout=120
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench6
forge "$TOP/tests/net/sa-selectors.py"
ipsec us -F
check "the module can be unloaded" unload_module
ktap_end
