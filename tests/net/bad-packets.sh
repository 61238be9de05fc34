#!/usr/bin/env bash
# Bad packets: each dies under the counter that names what is wrong with it, once, and
# changes nothing else; the next good packet passes.
# vm: cpus=1 timeout=400
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench
forge "$TOP/tests/net/bad-packets.py"
ktap_end
