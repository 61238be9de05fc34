#!/usr/bin/env bash
# The tests that run inside the kernel when the module is loaded: each of their results
# in the kernel's log is one of ours. A module that fails one of them must not load.
# vm: cpus=2 timeout=120 kernels=6.1,6.12 module=selftest
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"

: "${LOOKUPS:=400000}"	# of the classifier
said() { dmesg | sed -n 's/^\[[^]]*\] nfipsec selftest: //p'; }

dmesg -C
depends=$(modinfo -F depends "$KMOD" | tr ',' ' ')
# shellcheck disable=SC2086
[ -z "$depends" ] || modprobe -a $depends || bail "cannot load what the module needs"
insmod "$KMOD" classify_lookups="$LOOKUPS"
status=$?
said > "$ARTIFACTS/selftest.ktap"
[ -s "$ARTIFACTS/selftest.ktap" ] || bail "no results: the module was built without SELFTEST=1"
ktap_relay '' < "$ARTIFACTS/selftest.ktap"
check "$LOOKUPS lookups were made" grep -q "^ok .*, $LOOKUPS lookups\$" "$ARTIFACTS/selftest.ktap"

if grep -q '^not ok' "$ARTIFACTS/selftest.ktap"; then
	check_fails "the module refuses to load" test "$status" = 0
	check_fails "nothing of it stays" test -e /sys/module/nfipsec
else
	is "the module loads" 0 "$status"
	# Tests hold SAs; those are gone again when insmod returns.
	is "nothing pins it" 0 "$(cat /sys/module/nfipsec/refcnt)"
	check "it can be unloaded" unload_module
fi
ktap_end
