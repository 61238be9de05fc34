#!/usr/bin/env bash
# vm: daemons=strongswan timeout=300
# What tracepath says of a path through a NAT, exactly, with SAs of charon (net/pmtu has it with
# SAs made by hand, and more).
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/ike.sh"
. "$TOP/tests/lib/nat-path.sh"

nat_path
stack_begin
links 1500 1500
charon gateway
charon client

# row CHILD GATEWAY-NAT NAT-CLIENT EXPECTED
row() {
	links "$2" "$3"
	check "$1, links of $2 and $3" swan client --initiate --child "$1"
	is "what tracepath prints" "$4" "$(tracepath_says server 10.3.0.2)"
	check "the end" swan client --terminate --ike warrior
}

row aes 1500 1500 "pmtu 1500 pmtu 1422 reached hops 2"
row 3des 1500 1500 "pmtu 1500 pmtu 1438 reached hops 2"
row 3des 1300 1000 "pmtu 1500 pmtu 1238 pmtu 942 reached hops 2"
for ns in client gateway; do
	check "nothing is left in $ns" wait_for nothing_left $ns
done
stack_end
ktap_end
