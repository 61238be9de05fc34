#!/usr/bin/env bash
# vm: cpus=1 timeout=120 kernels=6.1,6.12
# Under lockdown, in its stricter form, the module that is there does all that it does without, and
# has never asked for what is forbidden then.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/lsm.sh"

mount -t securityfs none $security 2> /dev/null
[ -w $security/lockdown ] || skip_all "this kernel has no lockdown"
diag "$(cat $security/lsm)"
# A module that nobody has signed is not loaded then.
load_module
modprobe -a gcm ctr ghash_generic
host_pair
dmesg -C
echo confidentiality > $security/lockdown
is "the kernel is locked down" "none integrity [confidentiality]" "$(cat $security/lockdown)"
check_fails "kernel memory is not read" head -c 1 /proc/kcore
works_as_ever
unprotect a b
check "the module can be unloaded" unload_module
is "nobody has asked for what is forbidden, but for memory" "" "$(dmesg | grep -i lockdown |
	grep -v '/proc/kcore\|^\[[^]]*\] Kernel is locked down')"
ktap_end
