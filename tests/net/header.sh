#!/usr/bin/env bash
# Every byte of the outer header that a tunnel makes, and of the inner one that comes out of
# it, for each option and all four pairs of families.
# vm: cpus=1 timeout=400
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench6
forge "$TOP/tests/net/header.py"
ktap_end
