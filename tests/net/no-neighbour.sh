#!/usr/bin/env bash
# A protected packet that goes past an MTU that the kernel has learnt (send.c) looks for its neighbour
# itself: where the kernel has no room to ask for one it is dropped, and counted.
# vm: cpus=1 timeout=60
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench
forge "$TOP/tests/net/no-neighbour.py"
check "the module can be unloaded" eval 'ipsec us -F && unload_module'
ktap_end
