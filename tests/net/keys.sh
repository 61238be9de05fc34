#!/usr/bin/env bash
# vm: cpus=2 timeout=200 memory=512
# Two processors, for of the debug kernels only the one that has them lets its memory be read.
# When an SA has ended, however it did, and when a message is refused, its keys are nowhere in
# memory any more: neither in the module's, nor in that of the messages and of the ciphers, nor in
# what ipsecctl had.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"

[ -e /proc/kcore ] || skip_all "this kernel has no /proc/kcore"
load_module
ns_add x
cc -O2 -Wall -Wextra -Werror -I "$TOP/tests/lib" -I "$TOP/include/uapi" -o "$net_state/keys" \
	"$TOP/tests/net/keys.c" "$TOP/tests/lib/keyscan.c" || bail "keys.c does not compile"
(cd "$net_state" && in_ns x ./keys) > "$net_state/found" || bail "the keys have not been looked for"
read -r size < "$net_state/found"
[ "$size" != "0 MB" ] || skip_all "this kernel's /proc/kcore has no memory in it"
diag "$size; how many words of each key are in memory, and are left there:"
while read -r there found left whose; do
	diag "$found, $left: $whose"
	is "$whose" "$there, and none is left" "$((found > 0)), and ${left/#0/none} is left"
done < <(tail -n +2 "$net_state/found")
check "the module can be unloaded" unload_module
ktap_end
