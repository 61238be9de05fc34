# shellcheck shell=bash
# Machines that a test on the host runs, to see what becomes of them. Source tests/lib/ktap.sh first.
#
#   machine_begin KERNEL OPTION...   of that kernel, with these options of tests/vm/run; sets what
#                                    tests/vm/kernel says of it, and $work, a directory
#   vm NAME OPTION... < SCRIPT       run one: its output is in $work/NAME.log, results in $work/NAME
#   crashme_builds                   a result: the module that misbehaves is there, as $crashme
#   provoke KIND...                  a result: one machine in which all that happens, in this order,
#                                    notices; it is named after the first
#   reports KIND VM WORDS            a result: the kernel's own words about it
#   both_debug_kernels_report        results: what each of them finds

work=$(mktemp -d) || exit 1
at_exit 'rm -rf "$work"'
crashme=$work/crashme/crashme.ko

machine_begin() {
	machine=(-k "$@")
	"$TOP/tests/vm/kernel" "$1" > "$work/env" || bail "no kernel $1"
	# shellcheck source=/dev/null
	. "$work/env"
}

vm() {
	local name=$1
	shift
	cat > "$work/$name.sh"
	"$TOP/tests/vm/run" "${machine[@]}" -o "$work/$name" "$@" "$work/$name.sh" > "$work/$name.log" 2>&1
}

crashme_builds() {
	mkdir -p "${crashme%/*}"
	cp "$TOP"/tests/lib/crashme/* "${crashme%/*}"
	check "crashme.ko builds" make -C "$KERNEL_DIR" M="${crashme%/*}" modules
}

provoke() {
	local status kind
	vm "$1" <<< "echo 2 > /proc/sys/kernel/hung_task_timeout_secs; for kind in $*; do insmod \$KMOD kind=\$kind; sleep 1; rmmod crashme; done; sleep 5; exit 0"
	status=$?
	is "$*: the machine notices" 97 "$status"
}

reports() {
	if grep -q "$3" "$work/$2.log"; then
		ok "$1"
	else
		not_ok "$1" "it said:
$(tail -n 30 "$work/$2.log")"
	fi
}

# caught KIND WORDS: both of that
caught() {
	provoke "$1"
	reports "$1" "$1" "$2"
}

both_debug_kernels_report() {
	caught rcu 'suspicious RCU usage'
	caught freed 'KASAN: slab-use-after-free\|KASAN: use-after-free'
	caught beyond 'KASAN: slab-out-of-bounds'
	caught shift 'UBSAN: shift-out-of-bounds'
	caught leak 'unreferenced object'
	caught object 'ODEBUG: free active'
	caught count 'refcount_t: addition on 0'
	caught hung 'INFO: task insmod.*blocked'
}
