#!/usr/bin/env bash
# The kernel that finds races (tests/vm/build-kernel debug-kcsan): does it report one, and does the
# test machine notice? Part of `make check-races`: building the kernel takes long.
# host: timeout=3600
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/machine.sh"

machine_begin debug-kcsan -M "$crashme" -t 300
crashme_builds

# happens KIND: the machine in which that does
happens() { vm "$1" <<< "insmod \$KMOD kind=$1; rmmod crashme; nproc"; }

happens nothing
is "a machine that does nothing wrong" 0 $?
check "it has two processors" grep -qx 2 "$work/nothing.log"
happens race
is "two threads that write at once: the machine notices" 97 $?
check "it is KCSAN that says so" grep -q 'KCSAN: data-race in crashme_racer' "$work/race.log"

ktap_end
