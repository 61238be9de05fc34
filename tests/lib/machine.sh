# shellcheck shell=bash
# Machines that a test on the host runs, to see what becomes of them. Source tests/lib/ktap.sh first.
#
#   machine_begin KERNEL OPTION...   of that kernel, with these options of tests/vm/run; sets what
#                                    tests/vm/kernel says of it, and $work, a directory
#   vm NAME OPTION... < SCRIPT       run one: its output is in $work/NAME.log, results in $work/NAME
#   crashme_builds                   a result: the module that misbehaves is there, as $crashme

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
