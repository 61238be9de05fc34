#!/usr/bin/env bash
# vm: cpus=1 timeout=400
# Links of odd sizes: another path back, narrower than the one there; 9000 bytes; and the least that
# there is, where a packet that every link must pass is fragmented once it is protected.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/matrix.sh"
. "$TOP/tests/lib/row.sh"

#   h1 ---- gw1 ---- there ---- far ---- gw2 ---- h2      links 1 to 5 of the row
#             \---------- back ----------/
# From gw2 to gw1 packets go by `back`, first.
row h1 gw1 there far gw2 h2
ns_add back
wire gw2 back back left
wire back right gw1 back
addr gw2 back 10.8.0.1/24 fd08::1/64
addr back left 10.8.0.2/24 fd08::2/64
addr back right 10.9.0.1/24 fd09::1/64
addr gw1 back 10.9.0.2/24 fd09::2/64
in_ns back sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
	net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
ip -n back route add 10.2.0.0/24 via 10.9.0.2
ip -n back route add fd02::/64 via fd09::2
ip -n back route add 10.4.0.0/24 via 10.8.0.1
ip -n back route add fd04::/64 via fd08::1
other_way() { # add or del
	ip -n gw2 route "$1" 10.2.0.1/32 via 10.8.0.2
	ip -n gw2 route "$1" fd02::1/128 via fd08::2
}
load_module

net() { [ "$1" = 4 ] && echo 10."$2".0.0/24 || echo fd0"$2"::/64; }
host() { case $1$2 in 14) echo 10.1.0.1 ;; 16) echo fd01::1 ;; 24) echo 10.5.0.2 ;; *) echo fd05::2 ;; esac; }

# tunnel FAMILY-INSIDE FAMILY-OUTSIDE
tunnel() {
	local west=10.2.0.1 east=10.4.0.2
	[ "$2" = 4 ] || west=fd02::1 east=fd04::2
	protect_tunnel gw1 $west "$(net "$1" 1)" gw2 $east "$(net "$1" 5)" esp enc aes-128-gcm
}

exact() { exact_limit h1 "$(host 2 "$1")" "$2"; } # family, what fits

# --- another path back ----------------------------------------------------------------------

other_way add
for family in 4 6; do
	narrow=1300 router=10.8.0.2
	[ $family = 4 ] || narrow=1400 router=fd08::2
	ip -n back link set right mtu $narrow
	ip -n gw1 link set back mtu $narrow
	name="IPv$family, $narrow bytes on the way back"
	tunnel $family $family
	check "$name: the hosts reach each other" reaches h1 "$(host 2 $family)"
	capture there left "$ARTIFACTS/there$family.pcap" "esp"
	capture back left "$ARTIFACTS/back$family.pcap" "esp"
	there=$(gcm_fits 1500 $family) back=$(gcm_fits $narrow $family)
	is "$name: there" "pmtu 1500 pmtu $there reached hops 3" "$(tracepath_says h1 "$(host 2 $family)")"
	is "$name: back" "pmtu 1500 pmtu $there pmtu $back reached hops 3" "$(tracepath_says h2 "$(host 1 $family)")"
	is "$name: what the SAs show" "1500 $there null, $narrow $back $router" "$(path_of_sas gw1), $(path_of_sas gw2)"
	capture_end
	for way in there back; do
		[ $way = there ] && ours="src 10.2.0.1 or src fd02::1" || ours="src 10.4.0.2 or src fd04::2"
		check "$name: packets went $way" test "$(packets "$ARTIFACTS/$way$family.pcap" "$ours")" -gt 0
		is "$name: none of the other direction" 0 "$(packets "$ARTIFACTS/$way$family.pcap" "not ($ours)")"
	done
done
other_way del

# --- wide links -------------------------------------------------------------------------------

for link in h1 gw1 there far gw2; do
	row_mtu $link 9000
done
for family in 4 6; do
	name="IPv$family, 9000 bytes"
	tunnel $family $family
	most=$(gcm_fits 9000 $family)
	check "$name: the hosts reach each other" reaches h1 "$(host 2 $family)"
	check "$name: exact" exact $family "$most"
	row_mtu there 1500
	most=$(gcm_fits 1500 $family)
	check "$name, and a link of 1500: exact" await 20 exact $family "$most"
	row_mtu there 9000
done

# --- the least there is ------------------------------------------------------------------------

# lengths FILE FILTER...: how many packets match each
lengths() {
	local file=$1 filter counts=''
	shift
	for filter; do counts+=" $(packets "$file" "$filter")"; done
	echo "${counts# }"
}

# without_df FAMILIES MTU: datagrams whose fragments fit the first link, and not the path
without_df() {
	local name="${1/ /in}, $2 bytes"
	forget_path h1
	snapshot gw1
	snapshot gw2
	check "$name: without DF everything passes" udp_send h1 h2 10.5.0.2 3000
	check "$name: the books of both ends" balanced gw1 gw2 esp
}

# 1280 bytes of IPv6, two of the trailer, two of padding, ESP, IV and ICV: 1316.
least() { # families, MTU, filters of the fragments...
	local name="${1/ /in}, $2 bytes" file=$ARTIFACTS/least-${1/ /in}.pcap inner=${1% *} outer=${1#* }
	shift 2
	# shellcheck disable=SC2086
	tunnel $inner $outer
	check "$name: 1280 bytes of IPv6 pass" await 20 reaches h1 fd05::2 -M "do" -s 1232
	snapshot gw1
	snapshot gw2
	capture gw2 left "$file" "src 10.2.0.1 or src fd02::1"
	check "$name: again" reaches h1 fd05::2 -M "do" -s 1232
	capture_end
	is "$name: in fragments, of which the path passes each" "$(for _; do echo -n "1 "; done)$#" \
		"$(lengths "$file" "$@" "ip or ip6 proto 44")"
	check "$name: the books of both ends" balanced gw1 gw2 esp
	check "$name: more than that is told" await 20 exact 6 1280
	check "$name: large datagrams pass" udp_send h1 h2 fd05::2 3000
}

# The gateways hear of the narrow link from a router.
for link in h1 gw1 far gw2; do
	row_mtu $link 1500
done
row_mtu there 1280
tunnel 4 6
most=$(gcm_fits 1280 6)
check "4in6, 1280 bytes: exact" await 20 exact 4 "$most"
without_df "4 6" 1280
least "6 6" 1280 "ip6[4:2] == 1240 and ip6[42:2] == 1" "ip6[4:2] == 92 and ip6[42:2] == 1232"

# The router there fragments, which has no IPv6 on such a link.
row_mtu there 576
tunnel 4 4
most=$(gcm_fits 576 4)
check "4in4, 576 bytes: exact" await 20 exact 4 "$most"
without_df "4 4" 576
least "6 4" 576 "ip[2:2] == 572 and ip[6:2] == 0x2000" "ip[2:2] == 572 and ip[6:2] == 0x2045" \
	"ip[2:2] == 232 and ip[6:2] == 0x008a"
unprotect gw1 gw2
check "the module can be unloaded" await 10 unload_module
ktap_end
