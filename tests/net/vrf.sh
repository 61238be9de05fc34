#!/usr/bin/env bash
# Gateways whose links are VLANs, or in a VRF: on the protected side, on the clear side, or
# on both. The addresses alone do not say which route is meant.
# vm: cpus=1 timeout=400 kernels=6.12
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"

load_module
modprobe -a vrf 8021q 2> /dev/null

# strays FILE [VLAN]: packets that are neither ESP nor what a link says about itself, or not
# tagged. Behind "vlan" all offsets of a filter are those in a tagged frame.
strays() {
	local good="ip proto 50 or ip6 proto 50 or $net_housekeeping"
	if [ -z "${2-}" ]; then
		packets "$1" "not ($good)"
	else
		echo $(($(packets "$1" "not ($net_housekeeping) and not vlan $2") +
			$(packets "$1" "vlan $2 and not ($good)")))
	fi
}

# traffic NAME VLAN FAMILY...: between the networks
traffic() {
	local name=$1 vlan=$2 family wire to
	shift 2
	for family in "$@"; do
		to=$(host_of 2 "$family")
		wire=$ARTIFACTS/${name// /-}-$family.pcap
		inner=$family outer=$family protect_chain esp enc aes-128-gcm
		capture_wire "$wire"
		snapshot gw1
		snapshot gw2
		check "$name, v$family: ping" reaches h1 "$to" -c 2 -i 0.05
		check "$name, v$family: ping back" reaches h2 "$(host_of 1 "$family")"
		check "$name, v$family: UDP in fragments" udp_send h1 h2 "$to" 20000
		check "$name, v$family: TCP" tcp_transfer h1 h2 "$to" 300000
		check "$name, v$family: the books of both ends" balanced gw1 gw2 esp
		capture_end
		is "$name, v$family: nothing but ESP on the wire" 0 "$(strays "$wire" "$vlan")"
	done
}

# TCP need not learn what fits.
short_packets() {
	local ns
	for ns in h1 gw1 gw2 h2; do
		ip -n $ns link set eth0 mtu 1300
	done
}

gateway_chain
short_packets

# --- VLANs: the link between the gateways is one, tagged on the wire ------------------------

for n in 1 2; do
	ip -n gw$n addr flush dev eth1
	ip -n gw$n link add link eth1 name eth1.7 type vlan id 7 || bail "no VLANs here"
	ip -n gw$n link set eth1.7 up
	addr gw$n eth1.7 192.0.2.$n/24 2001:db8::$n/64
	ip -n gw$n route replace 10.$((3 - n)).0.0/24 via 192.0.2.$((3 - n))
	ip -n gw$n route replace fd0$((3 - n))::/64 via 2001:db8::$((3 - n))
done
traffic "a VLAN between the gateways" 7 4 6
for n in 1 2; do
	ip -n gw$n link del eth1.7
	addr gw$n eth1 192.0.2.$n/24 2001:db8::$n/64
	ip -n gw$n route replace 10.$((3 - n)).0.0/24 via 192.0.2.$((3 - n))
	ip -n gw$n route replace fd0$((3 - n))::/64 via 2001:db8::$((3 - n))
done

# --- VRFs: gw1 has one, gw2 is an ordinary gateway ---------------------------------------------

# A device that goes in or out loses its addresses of IPv6, and its routes.
addresses() {
	ip -n gw1 addr replace fd01::1/64 dev eth0 nodad
	ip -n gw1 addr replace 2001:db8::1/64 dev eth1 nodad
}

# into_vrf DEV...: these devices of gw1
into_vrf() {
	local dev
	ip -n gw1 link add red type vrf table 10 || bail "no VRFs here"
	ip -n gw1 link set red up
	for dev in "$@"; do
		ip -n gw1 link set "$dev" master red
	done
	addresses
}

out_of_vrf() {
	ip -n gw1 link del red
	addresses
}

# routes TABLE: to the other network, which table decides depends on where packets come from
routes() {
	ip -n gw1 route replace 10.2.0.0/24 via 192.0.2.2 dev eth1 table "$1" onlink
	ip -n gw1 route replace fd02::/64 via 2001:db8::2 dev eth1 table "$1" onlink
}

into_vrf eth0 eth1
routes 10
traffic "both sides in a VRF" "" 4 6

# A host of its own in the VRF: its traffic meets the hooks twice, first on the VRF's device.
for family in 4 6; do
	end1=$(end_of 1 $family) end2=$(end_of 2 $family)
	sas esp transport "$end1" "$end2" enc aes-128-gcm > "$net_state/sas"
	{ echo "flow esp from $end1 to $end2"; cat "$net_state/sas"; } | ipsec gw1 -F -f -
	{ echo "flow esp from $end2 to $end1"; cat "$net_state/sas"; } | ipsec gw2 -F -f -
	capture_wire "$ARTIFACTS/host-in-vrf-$family.pcap"
	snapshot gw1
	snapshot gw2
	check "a host in a VRF, v$family: ping" reaches gw1 "$end2" -I red -c 2 -i 0.05
	check "a host in a VRF, v$family: ping back" reaches gw2 "$end1"
	check "a host in a VRF, v$family: the books of both ends" balanced gw1 gw2 esp
	capture_end
	check "a host in a VRF, v$family: only ESP on the wire" only_esp "$ARTIFACTS/host-in-vrf-$family.pcap"
done
out_of_vrf

# What arrives belongs to the VRF of the wire, so that leads to the network behind.
into_vrf eth1
routes main
ip -n gw1 route add 10.1.0.0/24 dev eth0 table 10
ip -n gw1 route add fd01::/64 dev eth0 table 10
traffic "the protected side in a VRF" "" 4 6
out_of_vrf

into_vrf eth0
routes 10
ip -n gw1 route add 10.1.0.0/24 dev eth0
ip -n gw1 route add fd01::/64 dev eth0
traffic "the clear side in a VRF" "" 4 6
out_of_vrf

# Two VRFs with the same addresses in them: only the scope tells their peers apart. A second
# peer, with the same address as gw2, is behind another wire; it must never see a packet.
ns_add other
wire gw1 eth2 other eth0
ip -n gw1 link add blue type vrf table 20
ip -n gw1 link set blue up
ip -n gw1 link set eth2 master blue
addr gw1 eth2 192.0.2.1/24
addr other eth0 192.0.2.2/24
into_vrf eth0 eth1
routes 10
capture other eth0 "$ARTIFACTS/other.pcap" 'ip proto 50'
traffic "another VRF with the same addresses" "" 4
capture_end
is "another VRF with the same addresses: nothing strays there" 0 "$(packets "$ARTIFACTS/other.pcap" ip)"

unprotect gw1 gw2
check "the module can be unloaded" await 10 unload_module
ktap_end
