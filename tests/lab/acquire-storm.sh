#!/usr/bin/env bash
# vm: timeout=300 memory=2048
# Packets of 100,000 flows that have no SA, under a policy that wants one for each; then of thousands
# of policies. What waits is bounded, and so is what the key manager is asked; meanwhile a tunnel
# that is there works, and SAs can be changed, no slower because packets wait for others.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/bench/lib/measure.sh"

flows=$((100000 / slow))
policies=$((4000 / slow))
umask 077
sas=$((400 / slow))
in_policy=64 in_namespace=4096	# src/hold.h
spare=$((slow > 1 ? 192 : 8))	# MB; the checkers keep what has been freed

# to FIRST NUMBER: one packet to each of so many addresses
to() {
	local a b c d n
	IFS=. read -r a b c d <<< "$1"
	n=$(((a << 24) + (b << 16) + (c << 8) + d + $2 - 1))
	pg eth0 "dst_min $1"
	pg eth0 "dst_max $((n >> 24)).$((n >> 16 & 255)).$((n >> 8 & 255)).$((n & 255))"
	pg eth0 "count $2"
}

storm() {
	snapshot gw1
	start=$SECONDS most=0
	ip netns exec h1 bash -c 'echo start > /proc/net/pktgen/pgctrl' &
	storm=$!
}

watch_waiting() {
	local now
	now=$(counter gw1 OUT_WAITING)
	[ "$now" -le "$most" ] || most=$now
	[ "$most" -gt 0 ]
}

quick() { timeout $((5 * slow)) ip netns exec gw1 "$@"; }

# What lasts: pings through the tunnel that is there, and SAs that come and go.
along() {
	ip netns exec h1 ping -n -q -i 0.02 -c 100 -W $((5 * slow)) 10.2.0.2 > "$net_state/ping" &
	pinging=$!
	for ((i = 0; i < 10; i++)); do
		sas esp tunnel 192.0.2.1 192.0.2.99 enc aes-128-gcm > "$net_state/more"
		quick ipsecctl -f "$net_state/more" && quick ipsecctl -s sa | grep -q 192.0.2.99 &&
			quick ipsecctl -s flow > /dev/null && quick ipsecctl -d -f "$net_state/more" || return
		watch_waiting
	done
	wait $pinging
}

released() { [ "$(delta gw1 OUT_RELEASED)" = "$1" ]; }
nothing_waits() { [ "$(counter gw1 OUT_WAITING)" = 0 ]; }

load_module
load_build
gateway_chain
protect_chain esp enc aes-128-gcm
ip -n gw1 route add 10.16.0.0/12 via 192.0.2.2
pg_begin gw1 100
pg eth0 "src_min 10.1.0.2"
pg eth0 "src_max 10.1.0.2"
pg eth0 "delay $((50000 * slow))"
sysctl -qw net.core.netdev_max_backlog=100000
check "the tunnel works" reaches h1 10.2.0.2
lines=$(logged)
ipsec gw1 -m > "$net_state/events" & # the key manager, who has no answer
monitor=$!
# And one that does not listen.
ip netns exec gw1 ipsecctl -m > /dev/null &
deaf=$!
at_exit 'kill $monitor $deaf 2> /dev/null'
sleep 1
kill -STOP $deaf
before=$(memory)

# --- a flow, an SA ---------------------------------------------------------------------------

ipsec_load gw1 <<< 'flow esp from 10.1.0.0/24 to 10.16.0.0/12 peer 192.0.2.77 pfp { to, dport }'
to 10.16.0.1 $flows
storm
await 10 watch_waiting
rounds=0
while kill -0 $storm 2> /dev/null; do
	along || { not_ok "meanwhile the tunnel and the SADB work" "$(cat "$net_state/ping")"; break; }
	rounds=$((rounds + 1))
done
wait $storm
took=$((SECONDS - start + 1))
diag "$flows flows in $took s; meanwhile $rounds times 10 changes of the SADB and 100 pings"
check "meanwhile the tunnel and the SADB work" test $rounds -gt 0
is "no ping was lost" "0%" "$(grep -oE '[0-9.]+%' "$net_state/ping")"
check "packets of a policy wait, not more than $in_policy" \
	test "$most" -gt 0 -a "$most" -le $in_policy
asked=$(delta gw1 OUT_ACQUIRES)
diag "$asked requests for SAs"
check "not more than $in_policy SAs are asked for in a second" \
	test "$asked" -gt 0 -a "$asked" -le $((in_policy * took))
is "each packet was held or dropped" $flows $(($(delta gw1 OUT_HELD) + $(delta gw1 OUT_HOLD_FULL)))
diag "dropped: $(drops gw1)"
grown=$(($(memory) - before))
diag "memory has grown by $grown bytes"
check "memory is bounded" test $grown -lt $((spare << 20))
to 10.16.0.1 10
check "what waits is given up" await 15 nothing_waits

# The key manager makes one SA, for a flow of all these.
snapshot gw1
pg pgctrl start
sas esp tunnel 192.0.2.1 192.0.2.77 enc aes-128-gcm > "$net_state/one"
sed 's/$/ for proto udp from 10.1.0.2 to 10.16.0.3 port 9/' "$net_state/one" | ipsec_load gw1
check "the SA of one flow releases its packet" await 5 released 1
check "and others not" await 15 nothing_waits
is "they are given up" OUT_HOLD_TIMEOUT=9 "$(drops gw1)"

# --- a policy, an SA -------------------------------------------------------------------------

rules() {
	local i
	for ((i = 0; i < policies; i++)); do
		echo "flow esp out from 10.1.0.0/24 to 10.16.$((i / 256)).$((i % 256)) peer 172.16.$((i / 256)).$((i % 256))"
	done
}
# adds: microseconds that it takes to add SAs that are not those waited for; the least of ten times,
# as the host has other things to do
adds() {
	local us least='' n
	for ((n = 0; n < 10; n++)); do
		us=$(in_ns gw1 "$net_state/load" nfipsec add sas $sas) || bail "SAs are refused"
		in_ns gw1 "$net_state/load" nfipsec del sas $sas > /dev/null || bail "SAs are not deleted"
		[ -n "$least" ] && [ "$least" -le "$us" ] || least=$us
	done
	echo "$least"
}
protect_chain esp enc aes-128-gcm
rules > "$net_state/rules"
check "$policies policies" ipsec gw1 -f "$net_state/rules"
adds > /dev/null
idle=$(adds)
# More than may wait, some for each.
to 10.16.0.0 $policies
pg eth0 "count $((in_namespace * 2))"
storm
wait $storm
becomes_quiet books_unbalanced gw1
waiting=$(counter gw1 OUT_WAITING)
busy=$(adds)
diag "$waiting packets wait; an SA is added in $((idle / sas)) us, while they wait in $((busy / sas)) us"
is "as many packets wait as may" $in_namespace "$waiting"
is "they wait all the while" "$waiting" "$(counter gw1 OUT_WAITING)"
check "and do not hinder SAs from being added" test $busy -le $((idle * 3 / 2))
check "nor the tunnel" reaches h1 10.2.0.2
check "what waits is given up" await 15 nothing_waits

kill -CONT $deaf
kill $monitor $deaf
protect_chain esp enc aes-128-gcm
check "afterwards the tunnel works" reaches h1 10.2.0.2
grown=$(($(memory) - before))
diag "memory has grown by $grown bytes"
check "memory comes back" test $grown -lt $((spare << 20))
is "nothing is written to the log" "$lines" "$(logged)"
unprotect gw1 gw2
check "the module can be unloaded" unload_module
ktap_end
