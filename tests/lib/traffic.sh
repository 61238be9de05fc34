# shellcheck shell=bash
# Constant traffic in both directions between h1 and h2 of gateway_chain, while something goes
# wrong: numbered datagrams and a stream of TCP (traffic.py). Source tests/lib/protect.sh first.
#
#   traffic_begin [FAMILY] [MS]  a datagram every 5 ms from either
#   traffic_flows                datagrams arrive at both again, and the stream goes on
#   traffic_end NAME             nothing has come twice, or changed; $traffic_lost is what was lost
#   watch_clear                  keep what crosses in clear from now on; there are no policies yet
#   nothing_clear                but for a ping of watch_clear there was none of it
#   $clear                       filter of tcpdump: what nobody may see on the wire

traffic_pids=()
at_exit 'kill ${traffic_pids[@]+"${traffic_pids[@]}"} 2>/dev/null'

traffic_start() { # ns, connect|accept, from, to, ms
	ip netns exec "$1" "$TOP/tests/lib/traffic.py" "$3" "$2" "$4" "$net_state/traffic.$1" "$5" \
		2> "$net_state/traffic.$1.said" &
	traffic_pids+=("$!")
	await 20 test -s "$net_state/traffic.$1" ||
		bail "no traffic from $1: $(cat "$net_state/traffic.$1.said")"
}

traffic_begin() {
	local family=${1:-4} ms=${2:-5}
	rm -f "$net_state/traffic.h1" "$net_state/traffic.h2"
	traffic_start h2 accept "$(host_of 2 "$family")" "$(host_of 1 "$family")" "$ms"
	traffic_start h1 connect "$(host_of 1 "$family")" "$(host_of 2 "$family")" "$ms"
	traffic_flows || bail "no traffic"
}

# received by h1, by h2, bytes of the stream
traffic_now() {
	awk '{ print (FILENAME ~ /h1$/ ? $2 : $2 " " $5) }' "$net_state"/traffic.h[12] | paste -sd ' '
}

traffic_grew() { # before
	# shellcheck disable=SC2046
	set -- $1 $(traffic_now)
	[ "$4" -gt "$1" ] && [ "$5" -gt "$2" ] && [ "$6" -gt "$3" ]
}

# TCP waits up to as long again as the outage was.
traffic_flows() {
	local before
	before=$(traffic_now)
	await 30 traffic_grew "$before"
}

traffic_end() {
	local sent received twice wrong sum ns
	traffic_lost=0 traffic_sum=0
	kill "${traffic_pids[@]}"
	wait "${traffic_pids[@]}"
	traffic_pids=()
	for ns in h1 h2; do
		read -r sent received twice wrong sum < "$net_state/traffic.$ns"
		is "$1: $ns has received nothing twice, and nothing that was changed" "0 0" "$twice $wrong"
		is "$1: $ns had no trouble of its own" "" "$(cat "$net_state/traffic.$ns.said")"
		traffic_lost=$((traffic_lost + sent - received))
		traffic_sum=$((traffic_sum + sent)) traffic_stream=$sum
	done
	diag "$1: lost $traffic_lost of $traffic_sum datagrams; $traffic_stream bytes of the stream came"
}

# An ICMP error about ESP or AH quotes nothing of what is inside.
clear='not (ip proto 50 or ip proto 51 or ip6 proto 50 or ip6 proto 51'
clear+=' or (ip6[6] == 44 and (ip6[40] == 50 or ip6[40] == 51))'
clear+=' or (icmp and (icmp[0] == 3 or icmp[0] == 11) and (icmp[17] == 50 or icmp[17] == 51))'
clear+=' or (icmp6 and ip6[40] < 5 and (ip6[54] == 50 or ip6[54] == 51))'
clear+=" or $net_housekeeping)"

# Ports of the bridge come and go, so it is watched itself. The ping proves that it is.
watch_clear() {
	capture wan br0 "$ARTIFACTS/clear.pcap" "$clear"
	check "a ping crosses in clear" reaches h1 10.2.0.2
}
nothing_clear() {
	capture_end
	is "but for that ping nothing has left in clear" 2 "$(packets "$ARTIFACTS/clear.pcap" ip or ip6)"
}
