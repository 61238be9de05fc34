#!/usr/bin/env bash
# vm: cpus=1 timeout=120 parameters=security=selinux
# The same with SELinux in its place; there is no policy, so it asks and permits.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/lsm.sh"

grep -qw selinuxfs /proc/filesystems || skip_all "this kernel has no SELinux"
lsm_is_there selinux
check "its files are there" mount -t selinuxfs none /sys/fs/selinux
check_fails "AppArmor is not asked" grep -qw apparmor $security/lsm
lsm_notices_nothing
ktap_end
