#!/usr/bin/env bash
# Fragments for this host of what protects itself. IPv6 puts them together behind the hooks, where
# most say nothing of ESP: they are let in if the first one was, and judged as in clear if not.
# vm: cpus=1 timeout=60
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"
. "$TOP/tests/lib/protect.sh"

load_module
forge_bench6
forge_local "$TOP/tests/net/fragments-local.py"
ktap_end
