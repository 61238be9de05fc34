#!/usr/bin/env bash
# vm: timeout=200 memory=2048
# TCP and UDP in both directions, as fast as they can, through a tunnel that gets new SAs again and
# again, a second after the last ones are in place: no packet of it is dropped, the books balance, and
# memory does not grow.
#
# SOAK_SECONDS: how long, default 60.
set -u
: "${SOAK_SECONDS:=60}"
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/rekey.sh"
. "$TOP/tests/bench/lib/measure.sh"

udp=$((4000000 / slow))		# bits in a second, each way: TCP takes the rest
rekey_seconds=$((slow * 4))	# at most, beside such a load
! emulated || rekey_seconds=$((rekey_seconds * 4))
spare=$((slow > 1 ? 128 : 4))	# MB; the checkers keep what has been freed

load_module
gateway_chain
rekey_begin
# Nothing but IPsec may lose a packet: what a processor, or a receiver, has not got to yet finds room.
sysctl -qw net.core.netdev_max_backlog=100000 net.core.rmem_default=33554432
for port in 5201 5202; do
	ip netns exec h2 iperf3 -s -p $port > "$ARTIFACTS/server.$port" 2>&1 &
	servers+=" $!"
done
at_exit 'kill $servers 2> /dev/null'
listens h2 tcp 5201 && listens h2 tcp 5202 || bail "no server"

# talk SECONDS: and rekeys until it is over
talk() {
	ip netns exec h1 iperf3 -c 10.2.0.2 -p 5201 --bidir -t "$1" > "$ARTIFACTS/tcp" 2>&1 &
	tcp_client=$!
	ip netns exec h1 iperf3 -c 10.2.0.2 -p 5202 --bidir -t "$1" -u -b $udp -l 1000 \
		> "$ARTIFACTS/udp" 2>&1 &
	udp_client=$!
	while kill -0 $tcp_client 2> /dev/null || kill -0 $udp_client 2> /dev/null; do
		sleep 1
		rekey
	done
	wait $tcp_client && wait $udp_client
}

check "TCP and UDP pass" talk 5
before=$(memory)
lines=$(logged)
snapshot gw1
snapshot gw2
first=$rekeys
check "TCP and UDP pass for $SOAK_SECONDS seconds" talk "$SOAK_SECONDS"
grep -E 'sender|receiver' "$ARTIFACTS/tcp" "$ARTIFACTS/udp" | sed "s#^$ARTIFACTS/#\# #"
diag "$((rekeys - first)) rekeys, $(delta gw1 OUT_PROTECTED) packets left gw1, $(delta gw2 OUT_PROTECTED) gw2"
check "the tunnel was rekeyed" test $((rekeys - first)) -ge $((SOAK_SECONDS / rekey_seconds))
check "nothing was dropped, and the books of both ends are one" balanced gw1 gw2 esp
read -r lost sent < <(sed -nE 's/.* ([0-9]+)\/([0-9]+) \(.*receiver/\1 \2/p' "$ARTIFACTS/udp" |
	awk '{ lost += $1; sent += $2 } END { print lost, sent }')
is "no UDP packet was lost" 0 "$lost"
check "and many were sent" test "$sent" -gt $((SOAK_SECONDS * 100 / slow))
is "nothing is written to the log" "$lines" "$(logged)"
grown=$(($(memory) - before))
diag "memory has grown by $grown bytes"
check "memory does not grow" test $grown -lt $((spare << 20))
unprotect gw1 gw2
check "the module can be unloaded" unload_module
ktap_end
