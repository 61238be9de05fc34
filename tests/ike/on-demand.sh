#!/usr/bin/env bash
# vm: daemons=strongswan timeout=300
# A trap policy of strongSwan: the packets that ask for the SAs are the first to go through them.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/ike.sh"

gateway_chain
stack_begin
charon gw1
charon gw2
for ns in gw1 gw2; do
	is "$ns: no SA" 0 "$(states $ns)"
	is "$ns: the policies of three pairs" 8 "$(policies $ns)"
	stack_snapshot $ns
done
capture_clear "$ARTIFACTS/wire.pcap"

# As many as the module holds in a queue, all before the SA can be there.
check "h1's first ping is answered, and the nine behind it" reaches h1 10.2.0.2 -c 10 -i 0.002 -W 10
is "for one SA" 1 "$(said gw1 'creating acquire job')"
check "IPv6 goes by the same SA" reaches h2 fd01::2
check "the gateway's own first ping is answered, in transport mode" reaches gw2 192.0.2.1 -W 10
is "for another SA" 1 "$(said gw2 'creating acquire job')"
for ns in gw1 gw2; do
	is "$ns dropped nothing" "" "$(lost $ns)"
	is "$ns: two pairs of SAs" 4 "$(states $ns)"
	charon_agrees $ns
done

check "gw2 ends all" swan gw2 --terminate --ike gw1
check "gw1 has no SA" wait_for no_states gw1
is "but its trap" 8 "$(policies gw1)"
check "h2's first ping is answered" reaches h2 10.1.0.2 -W 10
capture_end
check "only ESP crossed, beside IKE" only_esp "$ARTIFACTS/wire.pcap"
for ns in gw1 gw2; do
	is "$ns dropped nothing" "" "$(lost $ns)"
	check "$ns gives up its traps" swan $ns --uninstall --child net
	check "$ns gives up its traps of hosts" swan $ns --uninstall --child host
done
check "gw1 ends it" swan gw1 --terminate --ike gw2
for ns in gw1 gw2; do
	check "$ns: nothing is left" wait_for nothing_left $ns
done
stack_end
ktap_end
