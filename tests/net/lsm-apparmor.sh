#!/usr/bin/env bash
# vm: cpus=1 timeout=120
# With AppArmor, which Debian's kernels have on: nobody it asks is refused, and nothing asks for more.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/lsm.sh"

[ -e /sys/module/apparmor ] || skip_all "this kernel has no AppArmor"
lsm_is_there apparmor
is "it is enabled" Y "$(cat /sys/module/apparmor/parameters/enabled)"
lsm_notices_nothing
ktap_end
