#!/usr/bin/env bash
# TFC padding (RFC 4303 2.7), every byte: what is sent is as long as the SA says, what comes in
# loses it. Dummy packets are discarded in silence.
# vm: cpus=1 timeout=300
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench6
forge "$TOP/tests/net/tfc.py"
ktap_end
