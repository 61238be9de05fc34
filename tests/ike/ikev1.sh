#!/usr/bin/env bash
# vm: daemons=strongswan timeout=500
# IKEv1 of strongSwan with secrets: main mode, aggressive mode by IPv6, a road warrior and the
# network behind its gateway, and quick modes that take the place of others under ping. Not a packet
# is lost, though who begins a quick mode sends with its SA before the other end has been told that
# it may use it (RFC 2409 5.5).
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/ike.sh"

# made NS CHILD PEER [CHILD-OF-PEER]: both ends have it
made() { swan "$1" --initiate --child "$2" && await_said "$3" "CHILD_SA ${4:-$2}\{.* established"; }

# another NS NUMBER: NS begins a quick mode, and both ends have made that many CHILD_SAs of net
another() {
	swan "$1" --rekey --child net && await_said gw1 'CHILD_SA net\{.* established' "$2" &&
		await_said gw2 'CHILD_SA net\{.* established' "$2"
}

#   carol 192.0.2.3 --- wan, where gw1 and gw2 are
gateway_chain
addr h2 eth0 10.2.1.2/32
ip -n gw1 route add 10.2.1.0/24 via 192.0.2.2
ip -n gw2 route add 10.2.1.0/24 dev eth0
ns_add carol
wire carol eth0 wan carol
ip -n wan link set carol master br0
addr carol eth0 192.0.2.3/24
ip -n carol route add 10.2.0.0/24 via 192.0.2.2
stack_begin
for ns in gw1 gw2; do
	charon_options $ns 'i_dont_care_about_security_and_use_aggressive_mode_psk = yes'
done
for ns in gw1 gw2 carol; do
	charon $ns
	stack_snapshot $ns
done
# All that is said has gw2 at one end.
capture wan right "$ARTIFACTS/wire.pcap" 'not igmp and not udp port 500'

check "main mode" made gw1 net gw2
check "aggressive mode" made gw2 net6 gw1
check "a second child: AH" made gw1 net6ah gw2
check "a road warrior" made carol net gw2 warriors
is "these were the modes" "2 1 4 1" "$(said gw2 'parsed ID_PROT request 0 \[ ID') $(
	said gw2 'generating AGGRESSIVE request .* ID') $(
	said gw2 'parsed QUICK_MODE response|parsed QUICK_MODE request .* SA') $(
	said carol 'generating QUICK_MODE request .* SA')"
check "h1 reaches h2" reaches h1 10.2.0.2
check "h2 reaches h1" reaches h2 10.1.0.2
check "h1 reaches h2 by IPv6" reaches h1 fd02::2
check "h1 reaches h2 by AH" reaches h1 10.2.1.2
check "carol reaches h2" reaches carol 10.2.0.2
check "h2 reaches carol" reaches h2 192.0.2.3
capture_end

# One ping of each, there and back.
count() { packets "$ARTIFACTS/wire.pcap" "$1"; }
is "ESP in IPv4, two pings" 4 "$(count 'ip proto 50 and host 192.0.2.1')"
is "ESP in IPv6, one ping" 2 "$(count 'ip6 proto 50')"
is "AH in IPv6, one ping" 2 "$(count 'ip6 proto 51')"
is "ESP of the road warrior, two pings" 4 "$(count 'ip proto 50 and host 192.0.2.3')"
is "nothing else" 0 "$(count "not (ip proto 50 or ip6 proto 50 or ip6 proto 51 or $net_housekeeping)")"
for ns in gw1 gw2 carol; do
	is "$ns dropped nothing" "" "$(lost $ns)"
	charon_agrees $ns
done
is "three pairs of SAs, four pairs, and one" "6 8 2" "$(states gw1) $(states gw2) $(states carol)"
is "the road warrior's address is the selector" 1 \
	"$(ip -n gw2 xfrm policy | grep -c '^src 10.2.0.0/24 dst 192.0.2.3/32')"

ping_begin h1 10.2.0.2
check "gw1 takes another quick mode" another gw1 2
check "gw2 takes another quick mode" another gw2 3
check "pings go on" pings_go_on
ping_end
is "the last SAs are used, those before are there" 6 "$(swan gw1 --list-sas --child net | grep -cE '^ +(in|out) ')"
# The kernel's own stack loses what comes before the keys.
kernel_stack || is "each ping was answered" 0 "$unanswered"
for ns in gw1 gw2; do
	kernel_stack || is "$ns dropped nothing, and released what it held" " $(delta $ns IN_HELD)" \
		"$(lost $ns) $(delta $ns IN_RELEASED)"
done
check "gw1 ends main mode" swan gw1 --terminate --ike main
check "gw2 ends aggressive mode" swan gw2 --terminate --ike aggressive
check "carol ends hers" swan carol --terminate --ike gw2
for ns in gw1 gw2 carol; do
	check "$ns: nothing is left" wait_for nothing_left $ns
done
stack_end
ktap_end
