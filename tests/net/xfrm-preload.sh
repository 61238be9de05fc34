#!/usr/bin/env bash
# vm: cpus=1 timeout=100
# Where the kernel's own stack has NETLINK_XFRM: one line says so, and who is started with the library
# of contrib/preload reaches nfipsec all the same.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"

make -s -C "$TOP/contrib/preload" O=/run/ || bail "the library is not built"
ns_add x
keep_kernel_stack
load_module
is "the module says where the protocol is" 1 "$(dmesg | grep -c 'nfipsec: xfrm_user has NETLINK_XFRM')"

ours() { in_ns x env LD_PRELOAD=/run/libnfipsec-xfrm.so ip xfrm "$@"; }
theirs() { ip -n x xfrm "$@"; }
sa="src 192.0.2.1 dst 192.0.2.2 proto esp spi"
rest="mode tunnel aead rfc4106(gcm(aes)) 0x000102030405060708090a0b0c0d0e0f10111213 128"

# shellcheck disable=SC2086
check "with the library: an SA" ours state add $sa 0x1001 $rest
# shellcheck disable=SC2086
check "without it: another one" theirs state add $sa 0x2002 $rest
is "nfipsec has the one" "0x1001" "$(ipsec x -s sa | grep -o 'spi 0x[0-9a-f]*' | cut -d ' ' -f 2 | sed 's/0x0*/0x/')"
is "and tells of it" "0x00001001" "$(ours state | grep -o '0x0000[12]00[12]')"
is "the kernel's own stack has the other" "0x00002002" "$(theirs state | grep -o '0x0000[12]00[12]')"

ip netns exec x env LD_PRELOAD=/run/libnfipsec-xfrm.so stdbuf -oL ip xfrm monitor > "$net_state/heard" &
monitor=$!
sleep 1
ours state deleteall
sleep 1
kill $monitor
wait $monitor 2> /dev/null
is "who listens hears of it" 1 "$(grep -c '^Deleted src 192.0.2.1 dst 192.0.2.2' "$net_state/heard")"
theirs state flush
check "the module can be unloaded" unload_module
ktap_end
