#!/usr/bin/env bash
# vm: daemons=strongswan timeout=400
# Twenty rekeys, of CHILD_SAs and IKE_SAs, by either end, under load of TCP one way, UDP the other,
# and ping: not one packet is lost, none crosses in clear, none counts as replayed. They take 20
# seconds, under as much load as the machine can carry; an emulated one may take longer. That and
# one with checkers get a light load: they forward slower than the senders can send.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/ike.sh"

tcp_load=(-b 300k -l 1000) udp_load=(-b 200k -l 500)
emulated || [ $slow != 1 ] || tcp_load=(-b 0) udp_load=(-b 0 -l 1200)

# Nothing but IPsec may lose a packet: what a processor has not got to yet, and what a receiver has
# not read yet, finds room.
sysctl -qw net.core.netdev_max_backlog=100000 net.core.rmem_max=67108864 net.core.wmem_max=67108864

gateway_chain
room_for_esp
stack_begin
charon gw1
charon gw2
check "gw1 makes the tunnel" swan gw1 --initiate --child net
stack_snapshot gw1
stack_snapshot gw2
# Of ESP, the packets whose sequence number ends in 1: the first of each SA, and enough others.
capture_clear "$ARTIFACTS/wire.pcap" 'not (ip proto 50 and ip[27] != 1)'

rekeys() {
	python3 "$TOP/tests/ike/rekey.py" "$(vici_of gw1)" "$(vici_of gw2)" 2>&1 | tee "$ARTIFACTS/rekeys"
	[ "${PIPESTATUS[0]}" = 0 ]
}

in_20_seconds() { awk '/^20 rekeys in/ { late = $4 > 20; n++ } END { exit late || !n }' "$ARTIFACTS/rekeys"; }

# SPIs that have been seen
spis() { tcpdump -n -r "$1" 'ip proto 50' 2> /dev/null | sed -E 's/.*(spi=0x[0-9a-f]+).*/\1/' | sort -u | wc -l; }

# Load until it is told to end.
ip netns exec h2 iperf3 -s -p 5201 > "$ARTIFACTS/iperf3.tcp" & servers=$!
ip netns exec h1 iperf3 -s -p 5202 > "$ARTIFACTS/iperf3.udp" & servers+=" $!"
at_exit "kill $servers 2> /dev/null"
listens h2 tcp 5201 && listens h1 tcp 5202 || bail "no server"
ping_begin h1 10.2.0.2
ip netns exec h1 iperf3 -c 10.2.0.2 -p 5201 "${tcp_load[@]}" -t 1000 > /dev/null & tcp=$!
ip netns exec h2 iperf3 -c 10.1.0.2 -p 5202 -u "${udp_load[@]}" -w 32M -t 1000 > /dev/null & udp=$!

check "20 rekeys, four of them of the IKE_SA, by either end in turn" rekeys
diag "$(cat "$ARTIFACTS/rekeys")"
if emulated; then
	skip "in 20 seconds" "an emulated machine is too slow"
else
	check "in 20 seconds" in_20_seconds
fi

ping_end
kill -INT $tcp $udp
wait $tcp $udp
capture_end
is "each ping was answered" 0 "$unanswered"
check "and there were some" test "$pinged" -gt 50
# What the receiver says: LOST/ALL (PERCENT)
read -r missed all < <(sed -nE 's/.* ([0-9]+)\/([0-9]+) \([0-9.e+-]+%\) +receiver/\1 \2/p' "$ARTIFACTS/iperf3.udp")
is "no datagram was lost" 0 "$missed"
check "and there were some" test "$all" -gt 200
diag "TCP: $(grep receiver "$ARTIFACTS/iperf3.tcp")"
diag "UDP: $(grep receiver "$ARTIFACTS/iperf3.udp")"
diag "$(in_ns h1 nstat -sz TcpRetransSegs TcpExtTCPLossProbes TcpOutSegs UdpRcvbufErrors)"
check "only ESP crossed, beside IKE" only_esp "$ARTIFACTS/wire.pcap"
is "of 17 pairs of SAs" 34 "$(spis "$ARTIFACTS/wire.pcap")"
for ns in gw1 gw2; do
	is "$ns dropped nothing" "" "$(lost $ns)"
done
kernel_stack || check "what one protected the other received" balanced gw1 gw2 esp
for ns in gw1 gw2; do
	swan $ns --uninstall --child net > /dev/null
done
check "gw1 ends it" swan gw1 --terminate --ike gw2
for ns in gw1 gw2; do
	check "$ns: nothing is left" wait_for nothing_left $ns
done
stack_end
ktap_end
