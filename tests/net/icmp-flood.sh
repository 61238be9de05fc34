#!/usr/bin/env bash
# Forged ICMP errors by the ten thousand: each is counted, none changes anything of an SA, and what it
# protects goes on; and those that look true do no more than the bounds allow.
# vm: cpus=1 timeout=200
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench6
# A packet that the queue of a processor has no room for is nobody's.
sysctl -qw net.core.netdev_max_backlog=20000
forge "$TOP/tests/net/icmp-flood.py"
ipsec us -F
check "the module can be unloaded" unload_module
ktap_end
