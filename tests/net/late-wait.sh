#!/usr/bin/env bash
# vm: cpus=2 timeout=120
# An SA comes on one processor while on the other a packet that lacks it begins to wait.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

[ "$(nproc)" -ge 2 ] || skip_all "there is one processor"
load_module
forge_bench
forge "$TOP/tests/net/late-wait.py"
ktap_end
