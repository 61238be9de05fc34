#!/usr/bin/env bash
# The debug kernel (tests/vm/build-kernel debug): does every checker report, and does
# the test machine notice? Not part of `make check`: building the kernel takes long.
# host: timeout=3600
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/machine.sh"

machine_begin debug -M "$crashme" -t 300 --grace 200
crashme_builds

vm quiet <<'END'
set -e
ip netns add x
ip link add v0 type veth peer name v1 netns x
ip addr add 10.0.0.1/24 dev v0
ip link set v0 up
ip -n x addr add 10.0.0.2/24 dev v1
ip -n x link set v1 up
ping -q -c 3 -i 0.2 -W 5 10.0.0.2
insmod "$KMOD"
rmmod crashme
"$TOP/tests/lib/kmemleak.sh" check
echo "release $(uname -r)"
END
is "a machine that does nothing wrong" 0 $?
check "it is the debug kernel" grep -qx "release $KERNEL_RELEASE" "$work/quiet.log"

# Only lockdep's first report is made; those of KASAN and UBSAN end the machine.
provoke sleep order
reports sleep sleep 'sleeping function called'
reports order sleep 'possible circular locking'
both_debug_kernels_report

ktap_end
