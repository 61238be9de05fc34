#!/usr/bin/env bash
# vm: daemons=strongswan timeout=500
# Route-based tunnels of strongSwan: a link of kind xfrm, which takes what is routed into it and
# nothing else, though its policies have all addresses; and policies for packets with a mark,
# which the firewall gives.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/ike.sh"
. "$TOP/tests/lib/links.sh"

# routes_up NS IF_ID NETWORK...: into which the networks are routed
routes_up() {
	local ns=$1 if_id=$2 net
	shift 2
	ip -n "$ns" link add ipsec0 type xfrm dev eth1 if_id "$if_id" &&
		ip -n "$ns" link set ipsec0 addrgenmode none mtu 1400 up || return
	for net in "$@"; do
		ip -n "$ns" route replace "$net" dev ipsec0 || return
	done
}

gateway_chain
addr h1 eth0 10.1.1.2/32 10.1.2.2/32
addr h2 eth0 10.2.1.2/32 10.2.2.2/32
for net in 1 2; do
	ip -n h1 route add 10.2.$net.0/24 via 10.1.0.1 src 10.1.$net.2
	ip -n gw1 route add 10.1.$net.0/24 dev eth0
	ip -n gw1 route add 10.2.$net.0/24 via 192.0.2.2
	ip -n gw2 route add 10.1.$net.0/24 via 192.0.2.1
	ip -n gw2 route add 10.2.$net.0/24 dev eth0
done
# Pings get the mark and no others. What comes in has it from its ESP packet in gw1, from its SA
# in gw2.
for ns in gw1 gw2; do
	in_ns $ns nft -f - << END || bail "no rules"
table ip marks {
	chain prerouting {
		type filter hook prerouting priority mangle
		iif "eth0" ip saddr { 10.1.1.0/24, 10.2.1.0/24 } meta l4proto icmp meta mark set 7
	}
}
END
done
in_ns gw1 nft add rule ip marks prerouting iif eth1 meta l4proto esp meta mark set 7
stack_begin
check "gw1 has a link" routes_up gw1 42 10.2.0.0/24 fd02::/64
check "gw2 has a link with another if_id" routes_up gw2 43 10.1.0.0/24 fd01::/64
for ns in gw1 gw2; do
	charon $ns
	stack_snapshot $ns
done

capture_clear "$ARTIFACTS/early.pcap"
is "before the tunnel is there, nothing leaves by the link" no \
	"$(reaches h1 10.2.0.2 -W 1 > /dev/null && echo yes || echo no)"
capture_end
is "nor in clear" 0 "$(packets "$ARTIFACTS/early.pcap" "not ($net_housekeeping)")"
kernel_stack || is "and that is the reason" "OUT_LINK_POLICY=1" "$(lost gw1)"

check "all that is routed into the link" swan gw1 --initiate --child link
check "what has a mark" swan gw2 --initiate --child mark
is "policies and SAs have the if_ids" "6 2 6 2" "$(for if_id in 42 43; do
	ip -n gw$((if_id - 41)) xfrm policy | grep -cw "$(printf 'if_id 0x%x' $if_id)"
	ip -n gw$((if_id - 41)) xfrm state | grep -cw "$(printf 'if_id 0x%x' $if_id)"
done | xargs)"
is "policies have the mark, and one SA of each end" "3 1 3 1" "$(for ns in gw1 gw2; do
	ip -n $ns xfrm policy | grep -c '^\s*mark 0x7/0xffffffff'
	ip -n $ns xfrm state | grep -c '^\s*mark 0x7/0xffffffff'
done | xargs)"
for ns in gw1 gw2; do
	stack_snapshot $ns
done
capture_clear "$ARTIFACTS/wire.pcap"
check "what is routed into the link" reaches h1 10.2.0.2 -c 3 -i 0.1
check "of IPv6 as well" reaches h2 fd01::2
is "its counters are those of its other end: packets and bytes of both ways" "4 356 4 356" "$(books gw1 ipsec0)"
is "the other way round" "4 356 4 356" "$(books gw2 ipsec0)"
check "other traffic is not for the link" reaches h1 10.2.2.2
check "what has the mark" reaches h1 10.2.1.2 -c 2 -i 0.1
check "the other way" reaches h2 10.1.1.2 -I 10.2.1.2
check "what has none" udp_send h1 h2 10.2.1.2 100
is "the link had no part in these" "4 356 4 356" "$(books gw1 ipsec0)"
capture_end

count() { packets "$ARTIFACTS/wire.pcap" "$1"; }
is "ESP are the packets of the link, and three marked pings" $((8 + 6)) "$(count 'ip proto 50')"
is "in clear is a ping that was routed elsewhere" 2 "$(count 'icmp and host 10.2.2.2')"
is "and a datagram without the mark" 1 "$(count 'udp and host 10.2.1.2')"
is "and nothing else" 0 "$(count "not (ip proto 50 or host 10.2.2.2 or (udp and host 10.2.1.2) or $net_housekeeping)")"
for ns in gw1 gw2; do
	is "$ns dropped nothing" "" "$(lost $ns)"
	is "$ns: two pairs of SAs" 4 "$(states $ns)"
	charon_agrees $ns
done

# Another SA for either: the link and the mark do not change.
check "gw2 rekeys what has the link" swan gw2 --rekey --child link
check "gw1 rekeys what has the mark" swan gw1 --rekey --child mark
for child in link mark; do
	check "there are new ones of $child" await_said gw1 "CHILD_SA $child.* established" 2
	check "and the old ones are gone" await_said gw2 "CHILD_SA closed|closing CHILD_SA $child"
done
check "400 kB through the link and TCP" tcp_transfer h1 h2 10.2.0.2 400000
check "h1 reaches h2 with a mark" reaches h1 10.2.1.2
for ns in gw1 gw2; do
	is "$ns dropped nothing" "" "$(lost $ns)"
done

check "gw1 ends the one" swan gw1 --terminate --ike link
check "gw1 ends the other" swan gw1 --terminate --ike mark
for ns in gw1 gw2; do
	check "$ns: nothing is left" wait_for nothing_left $ns
	ip -n $ns link del ipsec0
done
stack_end
ktap_end
