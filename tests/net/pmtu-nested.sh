#!/usr/bin/env bash
# vm: cpus=1 timeout=400
# Two gateways in series, the tunnel of one inside that of the other: the path MTU is found through
# both, exactly, wherever a link is narrow, and nothing is lost for good.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/matrix.sh"
. "$TOP/tests/lib/row.sh"

#   h1 -- in1 -- out1 -- wan -- out2 -- in2 -- h2
#      1      2       3      4       5      6        numbers of the links
# in1 and in2 protect what the hosts say, out1 and out2 what the networks of in1 and in2 say, of
# which the router in the wide world knows nothing.
row h1 in1 out1 wan out2 in2 h2
for net in 10.1.0.0/24 10.2.0.0/24 10.5.0.0/24 10.6.0.0/24 fd01::/64 fd02::/64 fd05::/64 fd06::/64; do
	ip -n wan route del $net
done
load_module

# a, b FAMILY NUMBER: the first address of a link, and the second; its network
a() { [ "$1" = 4 ] && echo 10."$2".0.1 || echo fd0"$2"::1; }
b() { [ "$1" = 4 ] && echo 10."$2".0.2 || echo fd0"$2"::2; }
net() { [ "$1" = 4 ] && echo 10."$2".0.0/24 || echo fd0"$2"::/64; }

wires() { # MTU of links 4 and 5
	row_mtu wan "$1"
	row_mtu out2 "$2"
}

# Families of what a host says, of the tunnel of an inner gateway, of that of an outer one.
for families in ${NESTED:-464}; do
	host=${families:0:1} inner=${families:1:1} outer=${families:2}
	name="IPv$host in IPv$inner in IPv$outer"
	to=$(b "$host" 6)
	wires 1500 1500
	protect_tunnel in1 "$(a "$inner" 2)" "$(net "$host" 1)" in2 "$(b "$inner" 5)" "$(net "$host" 6)" \
		esp enc aes-128-gcm
	protect_tunnel out1 "$(a "$outer" 3)" "$(net "$inner" 2)" out2 "$(b "$outer" 4)" "$(net "$inner" 5)" \
		esp enc aes-128-gcm
	check "$name: the hosts reach each other" reaches h1 "$to"
	capture wan left "$ARTIFACTS/${name// /-}.pcap" "not src host $(b "$outer" 3)"

	one=$(gcm_fits 1500 "$inner") two=$(gcm_fits "$(gcm_fits 1500 "$outer")" "$inner")
	is "$name: both tunnels are found" "pmtu 1500 pmtu $one pmtu $two reached hops 3" "$(tracepath_says h1 "$to")"
	is "$name: the inner gateway has heard of the outer one" \
		"$(gcm_fits 1500 "$outer") $two $(b "$inner" 2)" "$(path_of_sas in1)"

	wires 1450 1500
	three=$(gcm_fits "$(gcm_fits 1450 "$outer")" "$inner")
	check "$name: a narrow link between the outer ones" await 20 exact_limit h1 "$to" "$three"
	is "$name: the outer gateway has heard of the router" \
		"1450 $(gcm_fits 1450 "$outer") $(b "$outer" 3)" "$(path_of_sas out1)"
	is "$name: and the inner one of the outer one" \
		"$(gcm_fits 1450 "$outer") $three $(b "$inner" 2)" "$(path_of_sas in1)"

	# What the outer gateway has learnt holds, so this one has to be narrower still.
	wires 1500 1360
	three=$(gcm_fits 1360 "$inner")
	check "$name: one behind the outer ones" await 20 exact_limit h1 "$to" "$three"
	capture_end
	check "$name: only ESP crossed" only_esp "$ARTIFACTS/${name// /-}.pcap"

	for ns in in1 in2 out1 out2; do snapshot $ns; done
	check "$name: without DF everything passes" udp_send h1 h2 "$to" 4000
	for ns in in1 in2 out1 out2; do
		check "$name: $ns drops nothing" no_drops $ns
	done
	unprotect in1 in2 out1 out2
done
check "the module can be unloaded" await 10 unload_module
ktap_end
