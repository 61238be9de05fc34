#!/usr/bin/env bash
# vm: daemons=strongswan timeout=300
# strongSwan makes a tunnel between two networks: IKEv2, secrets. IPv4, and IPv6 inside IPv4.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/ike.sh"

gateway_chain
room_for_esp
stack_begin
charon gw1
charon gw2
stack_snapshot gw1
stack_snapshot gw2
capture_clear "$ARTIFACTS/wire.pcap"

check "gw1 makes the tunnel" swan gw1 --initiate --child net
check "h1 reaches h2" reaches h1 10.2.0.2
check "h2 reaches h1" reaches h2 10.1.0.2
check "gw2 makes a second one, of IPv6 inside IPv4" swan gw2 --initiate --child net6
check "h1 reaches h2 by IPv6" reaches h1 fd02::2
check "h2 reaches h1 by IPv6" reaches h2 fd01::2
check "400 kB through TCP" tcp_transfer h1 h2 10.2.0.2 400000
capture_end
check "only ESP crossed, beside IKE" only_esp "$ARTIFACTS/wire.pcap"
for ns in gw1 gw2; do
	is "$ns dropped nothing" "" "$(lost $ns)"
	is "$ns: four SAs" 4 "$(states $ns)"
	is "$ns: six policies" 6 "$(policies $ns)"
	charon_agrees $ns
done

check "gw1 ends it" swan gw1 --terminate --ike gw2
for ns in gw1 gw2; do
	check "$ns: nothing is left" wait_for nothing_left $ns
done
stack_end
ktap_end
