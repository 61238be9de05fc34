#!/usr/bin/env bash
# vm: daemons=strongswan timeout=300
# Two connections of strongSwan to one peer, and children of all kinds: tunnel and transport
# mode, AH, IPv4 inside IPv6, narrowed selectors, policies that pass and policies that drop.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/ike.sh"

gateway_chain
addr h2 eth0 10.2.0.77/32 10.2.1.2/32 10.2.2.2/32 10.2.3.2/32 10.2.4.2/32
for net in 1 2 3 4; do
	ip -n gw1 route add 10.2.$net.0/24 via 192.0.2.2
	ip -n gw2 route add 10.2.$net.0/24 dev eth0
done
stack_begin
charon gw2
charon gw1
for ns in gw1 gw2; do
	stack_snapshot $ns
done
capture_wire "$ARTIFACTS/wire.pcap"
check "a child that starts by itself is there" await_said gw2 'CHILD_SA net.* established'
for child in host ah narrow inside6; do
	check "$child is made" swan gw1 --initiate --child $child
done

check "tunnel" reaches h1 10.2.0.2
check "transport" reaches gw2 192.0.2.1
check "AH" reaches h1 10.2.1.2
check "narrowed" reaches h1 10.2.2.2
check "IPv4 inside IPv6" reaches h1 10.2.3.2
check "IPv6 inside IPv6" reaches h2 fd01::2
check "passed" reaches h1 10.2.0.77
for ns in gw1 gw2; do
	is "$ns dropped nothing" "" "$(lost $ns)"
	is "$ns: five pairs of SAs" 10 "$(states $ns)"
	charon_agrees $ns
done
is "the drop policy drops" no "$(reaches h1 10.2.4.2 > /dev/null && echo yes || echo no)"
kernel_stack || is "and that is the reason" "OUT_DISCARD=1" "$(lost gw1)"
capture_end

# One ping of each, there and back.
count() { packets "$ARTIFACTS/wire.pcap" "$1"; }
is "in clear is what is passed, and nothing else" "2 0" \
	"$(count 'icmp and host 10.2.0.77') $(count "not (host 10.2.0.77 or proto 50 or proto 51 or udp port 500 or udp port 4500 or $net_housekeeping)")"
is "AH" 2 "$(count 'ip proto 51')"
is "ESP in IPv6, two pings" 4 "$(count 'ip6 proto 50')"
is "ESP in IPv4, three pings" 6 "$(count 'ip proto 50')"
is "the selectors are what the other end has agreed to" 1 \
	"$(ip -n gw1 xfrm policy | grep -c '^src 10.1.0.2/32 dst 10.2.2.0/25')"

for connection in v4 v6; do
	check "gw2 ends $connection" swan gw2 --terminate --ike $connection
done
for ns in gw1 gw2; do
	check "$ns: no SA is left" wait_for no_states $ns
done
is "the policies that pass and drop are" 3+3 \
	"$(ip -n gw1 xfrm policy | grep -c '10.2.0.77/32')+$(ip -n gw1 xfrm policy | grep -c '10.2.4.0/24')"
swan gw1 --uninstall --child pass > /dev/null
swan gw1 --uninstall --child drop > /dev/null
check "without them nothing is" wait_for nothing_left gw1
stack_end
ktap_end
