#!/usr/bin/env bash
# vm: cpus=1 timeout=300
# SAs and policies move by NETLINK_XFRM, or are refused to, while packets need them.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"
. "$TOP/tests/lib/faults.sh"

load_module
forge_bench
ip -n us neigh add 192.0.2.3 lladdr 02:00:00:00:00:03 nud permanent dev eth1
[ -e /proc/self/fail-nth ] && faults_begin
forge "$TOP/tests/net/xfrm-migrate.py"
ktap_end
