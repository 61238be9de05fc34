#!/usr/bin/env bash
# vm: cpus=1 timeout=100
# A daemon's anti-replay window is the least that it gets, and it is told what it has asked for.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench
forge "$TOP/tests/net/xfrm-window.py"
ktap_end
