#!/usr/bin/env bash
# vm: daemons=strongswan,libreswan timeout=600
# libreswan makes tunnels between two networks by IKEv2 and by IKEv1, begun by either end, with
# another libreswan and with strongSwan. Its start does not load the kernel's own stack.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/ike.sh"

up() { nsenter -t "${daemons[$1]}" -m -n timeout 100 ipsec auto --up "$2"; }

# tunnels NAME: both are there and carry what they should
tunnels() {
	local ns
	check "$1: h1 reaches h2 by the tunnel of IKEv2" reaches h1 10.2.0.2
	check "$1: h2 reaches h1" reaches h2 10.1.0.2
	check "$1: by that of IKEv1" reaches h1 10.2.1.2
	check "$1: 100 kB of TCP" tcp_transfer h1 h2 10.2.1.2 100000
	capture_end
	check "$1: only ESP crossed, beside IKE" only_esp "$ARTIFACTS/$1.pcap"
	for ns in gw1 gw2; do
		is "$1: $ns dropped nothing" "" "$(lost $ns)"
		is "$1: $ns has four SAs" 4 "$(states $ns)"
	done
	# trafficstatus: "v2", type=ESP, add_time=1795322787, inBytes=168, outBytes=168, ...
	is "$1: pluto reports the bytes of the stack" "$(sas_in gw1 | awk '{ print $2 }' | sort -n | xargs)" \
		"$(whack gw1 trafficstatus | grep -oE '(in|out)Bytes=[0-9]+' | sed 's/.*=//' | sort -n | xargs)"
}

gateway_chain
room_for_esp
addr h1 eth0 10.1.1.2/32
addr h2 eth0 10.2.1.2/32
ip -n h1 route add 10.2.1.0/24 via 10.1.0.1 src 10.1.1.2 advmss 1300
ip -n h2 route add 10.1.1.0/24 via 10.2.0.1 src 10.2.1.2 advmss 1300
ip -n gw1 route add 10.1.1.0/24 dev eth0
ip -n gw1 route add 10.2.1.0/24 via 192.0.2.2
ip -n gw2 route add 10.2.1.0/24 dev eth0
ip -n gw2 route add 10.1.1.0/24 via 192.0.2.1
stack_begin
# What its unit does first loads, or would load, all there is.
kernel_stack || cp "$TOP/contrib/modprobe.conf" /etc/modprobe.d/nfipsec.conf
check "libreswan makes the stack ready" in_ns gw1 ipsec _stackmanager start
pluto gw1
pluto gw2
kernel_stack || is "neither that nor pluto loads anything of the kernel's own" "" \
	"$(grep -wE '^(xfrm_user|xfrm_interface|esp[46]|ah[46]|ipcomp6?|xfrm_ipcomp|xfrm[46]_tunnel|ip_vti)' /proc/modules)"
for ns in gw1 gw2; do
	for connection in v2 v1; do
		check "$ns has the connection $connection" wait_for whack $ns auto --add $connection
	done
	stack_snapshot $ns
done

capture_clear "$ARTIFACTS/libreswan.pcap"
check "IKEv2 with libreswan" up gw1 v2
check "IKEv1 with libreswan" up gw2 v1
tunnels libreswan
check "gw1 ends IKEv2" whack gw1 auto --delete v2
check "gw2 ends IKEv1" whack gw2 auto --delete v1
for ns in gw1 gw2; do
	check "$ns: no SA is left" wait_for no_states $ns
done

# Policies that are not of a connection its unit takes away.
daemon_end gw2
ip -n gw2 xfrm policy flush
check "gw2: nothing is left" nothing_left gw2
charon gw2 "$ike_files/charon"
check "gw1 has the connection v2 again" whack gw1 auto --add v2
for ns in gw1 gw2; do
	stack_snapshot $ns
done
capture_clear "$ARTIFACTS/strongswan.pcap"
check "strongSwan begins IKEv2" swan gw2 --initiate --child v2
check "it has begun IKEv1 with libreswan's" up gw1 v1
tunnels strongswan
is "strongswan: charon reports the bytes and packets of the stack" "$(sas_in gw2)" "$(sas_of gw2)"
check "gw2 ends IKEv2" swan gw2 --terminate --ike v2
check "gw1 ends IKEv1" whack gw1 auto --delete v1
for ns in gw1 gw2; do
	check "$ns: no SA is left" wait_for no_states $ns
done
check "gw2: nothing is left" wait_for nothing_left gw2
daemon_end gw1
ip -n gw1 xfrm policy flush
stack_end
ktap_end
