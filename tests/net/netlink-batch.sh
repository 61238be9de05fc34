#!/usr/bin/env bash
# The generic netlink family: transactions, small and large, and several writers at once.
# vm: cpus=2 timeout=600 kernels=6.1,6.12
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/netlink.sh"

load_module
for part in ${PARTS-batch threads}; do
	netlink_part "$part"
done
check "the module can be unloaded" unload_module
ktap_end
