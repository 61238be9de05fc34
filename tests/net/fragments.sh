#!/usr/bin/env bash
# Fragments that a gateway without connection tracking forwards, and that come out of its
# tunnel: the three ways of RFC 4301 section 7, and that none slips past a policy with ports.
# vm: cpus=1 timeout=300
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench6
forge "$TOP/tests/net/fragments.py"
is "nobody has reassembled anything" 0 "$(lsmod | grep -c '^nf_defrag')"
check "the module can be unloaded" eval 'ipsec us -F && unload_module'
ktap_end
