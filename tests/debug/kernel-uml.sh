#!/usr/bin/env bash
# The debug kernel that is a process: does every checker that it has report, and does the test
# machine notice? Sleep where one must not is left to the other one: debug/kernel.
# host: timeout=1800
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/machine.sh"

machine_begin debug-uml -M "$crashme" -t 120
crashme_builds

vm quiet <<'END'
insmod "$KMOD" && rmmod crashme && "$TOP/tests/lib/kmemleak.sh" check && echo "release $(uname -r)"
END
is "a machine that does nothing wrong" 0 $?
check "it is the debug kernel" grep -qx "release $KERNEL_RELEASE" "$work/quiet.log"

caught order 'possible circular locking'
both_debug_kernels_report

ktap_end
