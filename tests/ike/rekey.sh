#!/usr/bin/env bash
# vm: daemons=strongswan timeout=400
# Twenty rekeys in a row, of CHILD_SAs and IKE_SAs, by either end, under load of TCP, UDP and
# ping: not one packet is lost, none crosses in clear, none counts as replayed.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/ike.sh"

gateway_chain
room_for_esp
stack_begin
charon gw1
charon gw2
check "gw1 makes the tunnel" swan gw1 --initiate --child net
stack_snapshot gw1
stack_snapshot gw2
capture_clear "$ARTIFACTS/wire.pcap"

rekeys() {
	python3 "$TOP/tests/ike/rekey.py" "$(vici_of gw1)" "$(vici_of gw2)" 2>&1 | tee "$ARTIFACTS/rekeys"
	[ "${PIPESTATUS[0]}" = 0 ]
}

# Load until it is told to end.
ip netns exec h2 iperf3 -s -p 5201 > "$ARTIFACTS/iperf3.tcp" & servers=$!
ip netns exec h2 iperf3 -s -p 5202 > "$ARTIFACTS/iperf3.udp" & servers+=" $!"
at_exit "kill $servers 2> /dev/null"
listens h2 tcp 5201 && listens h2 tcp 5202 || bail "no server"
ping_begin h1 10.2.0.2
ip netns exec h1 iperf3 -c 10.2.0.2 -p 5201 -b 300k -l 1000 -t 1000 > /dev/null & tcp=$!
ip netns exec h1 iperf3 -c 10.2.0.2 -p 5202 -u -b 200k -l 500 -t 1000 > /dev/null & udp=$!

check "20 rekeys, four of them of the IKE_SA, by either end in turn" rekeys
diag "$(cat "$ARTIFACTS/rekeys")"

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
check "only ESP crossed, beside IKE" only_esp "$ARTIFACTS/wire.pcap"
for ns in gw1 gw2; do
	is "$ns dropped nothing" "" "$(lost $ns)"
done
for ns in gw1 gw2; do
	swan $ns --uninstall --child net > /dev/null
done
check "gw1 ends it" swan gw1 --terminate --ike gw2
for ns in gw1 gw2; do
	check "$ns: nothing is left" wait_for nothing_left $ns
done
stack_end
ktap_end
