#!/usr/bin/env bash
# NETLINK_XFRM, by which `ip xfrm` and IKE daemons speak: every bad request.
# vm: cpus=1 timeout=120
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"

load_module
ns_add x
ktap_relay "" < <(ip netns exec x python3 -B "$TOP/tests/net/xfrm-refused.py" 2>&1)
ns_del x
check "the module can be unloaded" unload_module
ktap_end
