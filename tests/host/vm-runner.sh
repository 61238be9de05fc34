#!/usr/bin/env bash
# The test machine itself: is the verdict right in every case?
# host: timeout=900
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/machine.sh"

machine_begin "${K:-6.1}" -M none -t 60

# verdict NAME STATUS FOUND: what the last vm returned, and what it must have said
verdict() {
	if [ "$4" != "$2" ]; then
		not_ok "$1" "status $4, expected $2; it said:
$(tail -n 30 "$work/$1.log")"
	elif ! grep -qe "$3" "$work/$1.log"; then
		not_ok "$1" "it did not say '$3' but:
$(tail -n 30 "$work/$1.log")"
	else
		ok "$1"
	fi
}

vm pass <<'END'
set -e
[ "$(id -u)" = 0 ]
ip netns add x
ip link add v0 type veth peer name v1 netns x
ip addr add 10.0.0.1/24 dev v0
ip link set v0 up
ip -n x addr add 10.0.0.2/24 dev v1
ip -n x link set v1 up
ping -q -c 1 -W 2 10.0.0.2
! touch "$TOP/new" 2>/dev/null
touch /etc/new /var/lib/new /tmp/new ~/new
echo data > "$ARTIFACTS/from-guest"
diff <(echo a) <(echo a)
echo "release $(uname -r)"
END
verdict pass 0 "^release $KERNEL_RELEASE\$" $?
is "a result reaches the host" data "$(cat "$work/pass/from-guest")"
check_fails "nothing reaches the host's root" test -e /etc/new -o -e /var/lib/new -o -e ~/new

vm status <<< 'echo words; exit 3'
verdict status 3 '^words$' $?

vm slow -t 3 <<< 'sleep 1000'
verdict slow 124 'sleep 1000' $?

vm stuck -t 1 --grace 0 <<< 'true'
verdict stuck 124 'the machine hangs: killed' $?

vm vanishes <<< 'echo o > /proc/sysrq-trigger; sleep 30'
verdict vanishes 98 'died without a verdict' $?

vm panic <<< 'echo c > /proc/sysrq-trigger; sleep 30'
verdict panic 97 'Kernel panic' $?

if crashme_builds; then
	for kind in warn oops loop; do
		vm "crashme-$kind" -a watchdog_thresh=2 -M "$crashme" <<< "insmod \$KMOD kind=$kind; sleep 5; exit 0"
		case $kind in
		warn) verdict "crashme-$kind" 97 'crashme was asked to warn\|WARNING: .*crashme_warn' $? ;;
		oops) verdict "crashme-$kind" 97 'Oops' $? ;;
		loop) verdict "crashme-$kind" 97 'soft lockup' $? ;;
		esac
		is "... and where" 1 "$(grep -c "^#   at: crashme_$kind+.* < do_one_initcall+" "$work/crashme-$kind.log")"
	done
	vm crashme-quiet -M "$crashme" <<< "insmod \$KMOD && grep ^crashme /proc/modules"
	verdict crashme-quiet 0 '^crashme ' $?
fi

# Debug kernels say these; the stock one is made to.
vm complaint <<'END'
while read -r line; do echo "<6>$line" > /dev/kmsg; done <<'LINES'
WARNING: possible recursive locking detected
WARNING: inconsistent lock state
WARNING: suspicious RCU usage
BUG: KASAN: use-after-free in somewhere
BUG: sleeping function called from invalid context at somewhere
BUG: scheduling while atomic: somebody
UBSAN: array-index-out-of-bounds in somewhere
refcount_t: underflow; use-after-free.
kmemleak: 1 new suspected memory leaks (see /sys/kernel/debug/kmemleak)
kmemleak: Kernel memory leak detector disabled
rcu: INFO: rcu_sched self-detected stall on CPU
watchdog: BUG: soft lockup - CPU#0 stuck
INFO: task somebody blocked for more than 120 seconds.
LINES
exit 0
END
verdict complaint 97 'the kernel complains' $?
is "every line is shown" 13 "$(grep -c '^#   ' "$work/complaint.log")"

cat > "$work/peer.sh" <<'END'
. "$TOP/tests/lib/vm.sh"
ip addr add 10.0.0.2/24 dev eth0
ip link set eth0 up
vm_tell ready
vm_wait end
exit ${PEER_STATUS-0}
END
cat > "$work/lead" <<'END'
. "$TOP/tests/lib/vm.sh"
ip addr add 10.0.0.1/24 dev eth0
ip link set eth0 up
vm_wait ready && ping -q -c 1 -W 5 10.0.0.2
END
vm pair --peer "$work/peer.sh" < "$work/lead"
verdict pair 0 '1 received' $?
vm pair-fails --peer "$work/peer.sh" -e PEER_STATUS=5 < "$work/lead"
verdict pair-fails 5 '1 received' $?

ktap_end
