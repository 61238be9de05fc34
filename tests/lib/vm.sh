# shellcheck shell=bash
# Two machines of one test (tests/vm/run --peer) wait for each other.
#
#   vm_tell NAME          from here on the other's `vm_wait NAME` returns
#   vm_wait NAME [SECS]   wait until the other machine has told NAME (default 60 seconds)
#
# The peer ends with `vm_wait end`, which returns once the first machine is off.

case $VM in a) vm_other=b ;; *) vm_other=a ;; esac

vm_tell() { : > "$ARTIFACTS/sync/$VM.$1"; }

vm_wait() {
	local i
	for ((i = 0; i < ${2:-60} * 10; i++)); do
		[ -e "$ARTIFACTS/sync/$vm_other.$1" ] && return
		[ ! -e "$ARTIFACTS/sync/$vm_other.end" ] || break
		sleep 0.1
	done
	echo "# $VM: the other machine never told '$1'" >&2
	return 1
}
