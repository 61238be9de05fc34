# shellcheck shell=bash disable=SC2154
# tests/vm/run for a kernel that is a process, User-Mode Linux: the launcher that
# takes the place of QEMU's. Everything around it is the same.

# What only QEMU can do is said before anything is started.
check_uml() {
	[ ${#wires[@]} = 0 ] && [ -z "$peer" ] || die "kernel $kernel is User-Mode Linux: no network cards, no second machine"
	[ "$icount" = 0 ] || die "kernel $kernel is User-Mode Linux: it cannot count instructions"
	[ "$cpus" -le 2 ] || cpus=2
}

# The shares are directories of the host by hostfs, the two ports serial lines.
# More than one processor needs the seccomp way of running userspace, where there is one.
start_uml() {
	local hostfs=":root=/:top=$top:modules=$KERNEL_MODULES:artifacts=$results:"
	mkfifo "$sockets/out" || exit 125
	tee "$mine/out" < "$sockets/out" &
	reader=$!
	"${watched[@]}" "$KERNEL_IMAGE" "mem=${memory}M" "ncpus=$cpus" seccomp=on "uml_dir=$sockets" umid=vm \
		"initrd=$KERNEL_INITRD" con0=null,fd:1 con=null ssl0=null,fd:3 ssl1=null,fd:4 ssl=null \
		"loglevel=5" log_buf_len=4M "panic=-1" "oops=panic" "panic_on_warn=1" "softlockup_panic=1" "hung_task_panic=1" \
		cryptomgr.notests "vm.name=$name" "vm.top=$top" "vm.hostfs=$hostfs" "${parameters[@]}" \
		< /dev/null > "$mine/console" 2> "$mine/uml" 3> "$sockets/out" 4> "$mine/verdict" &
	qemu=$!
}
