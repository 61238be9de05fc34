#!/usr/bin/env bash
# BEET mode, every byte: what is taken from which header, and pseudo headers that cannot be right.
# vm: cpus=1 timeout=120
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench6
forge "$TOP/tests/net/beet.py"
ipsec us -F
check "the module can be unloaded" unload_module
ktap_end
