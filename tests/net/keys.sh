#!/usr/bin/env bash
# vm: cpus=2 timeout=200 memory=512
# Two processors, for of the debug kernels only the one that has them lets its memory be read.
# When an SA is deleted its keys are nowhere in memory any more, neither in the module's, nor in
# that of the messages and of the ciphers.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"

[ -e /proc/kcore ] || skip_all "this kernel has no /proc/kcore"
load_module
ns_add x
cc -O2 -o "$net_state/keyscan" "$TOP/tests/lib/keyscan.c" || bail "keyscan.c does not compile"
# sets $times
scan() {
	read -r times words < <(in_ns x "$net_state/keyscan" "$1")
	diag "$1: $times $words"
}
scan keep
[ "$words" != "times in 0 MB" ] || skip_all "this kernel's /proc/kcore has no memory in it"
check "the key of an SA is in memory" test "${times:-0}" -gt 0
scan delete
is "that of one that was deleted is not" 0 "$times"
check "the module can be unloaded" unload_module
ktap_end
