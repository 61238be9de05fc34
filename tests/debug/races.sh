#!/usr/bin/env bash
# The kernel that finds races (tests/vm/build-kernel debug-kcsan): does it report one, and does the
# test machine notice? Part of `make check-races`: building the kernel takes long.
# host: timeout=3600
set -u
. "$TOP/tests/lib/ktap.sh"

work=$(mktemp -d) || exit 1
at_exit 'rm -rf "$work"'

"$TOP/tests/vm/kernel" debug-kcsan > "$work/env" || bail "no kernel"
. "$work/env"

mkdir -p "$work/crashme"
cp "$TOP"/tests/lib/crashme/* "$work/crashme"
check "crashme.ko builds" make -C "$KERNEL_DIR" M="$work/crashme" modules

# vm KIND: the machine in which that happens
vm() {
	echo "insmod \$KMOD kind=$1; rmmod crashme; nproc" > "$work/$1.sh"
	"$TOP/tests/vm/run" -k debug-kcsan -M "$work/crashme/crashme.ko" -o "$work/$1" -t 300 "$work/$1.sh" > "$work/$1.log" 2>&1
}

vm nothing
is "a machine that does nothing wrong" 0 $?
check "it has two processors" grep -qx 2 "$work/nothing.log"
vm race
is "two threads that write at once: the machine notices" 97 $?
check "it is KCSAN that says so" grep -q 'KCSAN: data-race in crashme_racer' "$work/race.log"

ktap_end
