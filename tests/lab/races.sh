#!/usr/bin/env bash
# vm: cpus=2 kernels=debug-kcsan timeout=150
# The same SAs on two processors at once, while they are replaced, listed and looked at: KCSAN has
# nothing to say, having watched ten thousand accesses. RACE_SECONDS=N goes on for so long.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/rekey.sh"

kcsan=/sys/kernel/debug/kcsan
mount -t debugfs none /sys/kernel/debug 2> /dev/null
[ -e "$kcsan" ] || skip_all "this kernel does not look for races"
watched() { awk '$1 == "setup_watchpoints:" { print $2 }' "$kcsan"; }

busy=()
at_exit 'kill ${busy[@]+"${busy[@]}"} 2> /dev/null'

# both processors send, to both ends, what has an answer and what has none
traffic() {
	local cpu from to
	for cpu in 0 1; do
		for from in h1 h2; do
			[ $from = h1 ] && to=10.2.0.2 || to=10.1.0.2
			ip netns exec $from taskset -c $cpu ping -n -q -f -s $((cpu * 1000 + 64)) $to > /dev/null &
			busy+=("$!")
			ip netns exec $from taskset -c $cpu ping -n -q -i 0.05 -s 3000 $to > /dev/null &
			busy+=("$!")
		done
	done
	ip netns exec h2 iperf3 -s -1 > /dev/null & busy+=("$!")
	listens h2 tcp 5201 || bail "no server"
	ip netns exec h1 taskset -c 1 iperf3 -c 10.2.0.2 -P 2 -t 1000 > /dev/null & busy+=("$!")
}

# until it fails, or there is no more time
repeatedly() { # command...
	local end=$((SECONDS + ${RACE_SECONDS:-60} * slow))
	while [ $SECONDS -lt $end ]; do
		"$@" || return 1
	done
}

manage() {
	more_sas new &&
		ipsec gw1 -s all > /dev/null && ipsec gw2 -j -s stats > /dev/null &&
		ip -n gw1 xfrm state count > /dev/null && ip -n gw1 -s xfrm policy list > /dev/null &&
		ip -n gw1 route replace 10.2.0.0/24 via 192.0.2.2 &&
		delete_old gw1 && delete_old gw2
}

# but for the newest two of each direction
delete_old() {
	local spi
	ipsec "$1" -j -s sa | jq -r '[.sa[] | {dst, spi}] | group_by(.dst)[] | sort_by(.spi)[:-2][] | "\(.dst) \(.spi)"' |
		while read -r dst spi; do
			ip -n "$1" xfrm state delete dst "$dst" proto esp spi "$spi"
		done
}

gateway_chain
load_module
protect_chain esp enc aes-128-gcm
before=$(watched)
traffic
check "SAs are replaced, listed and deleted under traffic of two processors" repeatedly manage
kill "${busy[@]}"
wait "${busy[@]}" 2> /dev/null
seen=$(($(watched) - before))
diag "$seen accesses were watched"
check "ten thousand accesses were watched at least" test $seen -ge 10000
check "and it works" reaches h1 10.2.0.2
unprotect gw1 gw2
check "the module can be unloaded" unload_module
ktap_end
