#!/usr/bin/env bash
# vm: kernels=debug-uml timeout=300
# The kernel has no memory for packets that arrive: each allocation in turn fails that one needs which
# is forwarded and protected, or was. What is dropped is counted, nothing leaves in
# clear, and afterwards packets pass.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/faults.sh"

many=150
faults_begin
modprobe -q tun
load_module
gateway_chain
# Nobody is asked while gw2 does not hear.
mac=$(in_ns gw2 cat /sys/class/net/eth1/address)
for end in 192.0.2.2 2001:db8::2; do
	ip -n gw1 neigh replace $end lladdr "$mac" nud permanent dev eth1
done

dropped=0
protected='ip proto 50 or ip proto 51 or ip6 proto 50 or ip6 proto 51 or udp port 4500'
protected+=' or (ip6[6] == 44 and ip6[40] == 17)'	# a fragment of ESP in UDP
all_crossed() { [ "$(packets "$net_state/protected" 'ip or ip6')" -ge $many ]; }
# Datagrams of h1 as gw1 gets them, or of gw1, and as they cross the wire; gw2 does not get these.
collect() { # from, address, length
	ip -n wan link set right nomaster
	capture gw1 eth0 "$net_state/clear" "udp and dst port 9"
	capture wan left "$net_state/protected" "$protected"
	in_ns "$1" python3 -c "
import socket
s = socket.socket(socket.AF_INET6 if ':' in '$2' else socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, 10, 0)     # IP_MTU_DISCOVER: gateways may cut them
for n in range($many):
    s.sendto(bytes($3), ('$2', 9))"
	await 10 all_crossed || bail "$2 is not protected"
	capture_end
	ip -n wan link set right master br0
}

# arrive NAME NS FILE WAY [COMMAND...]: they arrive there, from a device of their own
arrive() {
	local failed
	snapshot "$2"
	ip -n "$2" tuntap add dev t0 mode tun && ip -n "$2" link set t0 addrgenmode none up || bail "no TUN"
	failed=$(in_ns "$2" "$TOP/tests/lab/faults-arrival.py" t0 "$3" "${@:5}" 2>&1)
	ip -n "$2" link del t0
	diag "$1: $failed allocations have failed; $2 dropped: $(drops "$2")"
	check "$1: there were some" test "${failed//[^0-9]/}" -gt 1
	faults_seen=$((faults_seen + ${failed//[^0-9]/}))
	dropped=$((dropped + $(delta "$2" "$4_NO_MEMORY")))
	is "$1: all that is dropped is counted as what it is" "" \
		"$(drops "$2" | tr ' ' '\n' | grep -vE "^$4_(NO_MEMORY|CRYPTO|NO_ROUTE|BACKLOG)=|^\$")"
}

# What a gateway forwards, and what its peer receives.
each() { # name, family of what is inside
	local name=$1 to
	to=$(host_of 2 "$2")
	check "$name: packets pass" reaches h1 "$to"
	collect h1 "$to" 100
	capture_wire "$ARTIFACTS/wire.$1.pcap" "udp and dst port 9"
	arrive "$name, forwarded" gw1 "$net_state/clear" OUT
	arrive "$name, forwarded, new routes" gw1 "$net_state/clear" OUT "${fresh_routes[@]}"
	arrive "$name, received" gw2 "$net_state/protected" IN
	if [ "$2" = 4 ]; then
		collect h1 "$to" 1460
		arrive "$name, in fragments" gw1 "$net_state/clear" OUT
	fi
	check "$name: packets pass again" reaches h1 "$to"
	capture_end
	is "$name: nothing has left in clear" 0 "$(packets "$ARTIFACTS/wire.$1.pcap" 'ip or ip6')"
}

each_tunnel() { # name, family, algorithm words
	inner=$2 outer=$2 protect_chain "${@:3}"
	each "$1" "$2"
}

# What a gateway receives for itself.
each_end() { # name, family, shape
	local to
	to=$(end_of 2 "$2")
	protect_shape "$3" "$2" - -
	check "$1: packets pass" reaches gw1 "$to"
	collect gw1 "$to" 100
	arrive "$1, received" gw2 "$net_state/protected" IN
	check "$1: packets pass again" reaches gw1 "$to"
}

each_tunnel "IPv4, ESP with GCM" 4 esp enc aes-128-gcm replay 8192
each_tunnel "IPv4, ESP with CBC and HMAC" 4 esp enc aes-128 auth hmac-sha2-256 replay 8192
each_tunnel "IPv4, AH" 4 ah auth hmac-sha2-256 replay 8192
each_tunnel "IPv6, ESP with GCM" 6 esp enc aes-128-gcm replay 8192
each_tunnel "IPv6, AH" 6 ah auth hmac-sha2-256 replay 8192
for family in 4 6; do
	for ns in gw1 gw2; do
		key_manager $ns $family
	done
	protect_shape in-udp $family 10.1.0.0/24 10.2.0.0/24
	each "ESP in UDP over IPv$family" 4
	protect_shape beet $family 10.1.0.2 10.2.0.2
	each "BEET mode over IPv$family" 4
	each_end "transport mode, IPv$family" $family transport
	each_end "a bundle, IPv$family" $family bundle
done

faults_end
diag "$dropped packets were dropped for want of memory"
check "some packets were dropped" test $dropped -gt 10
unprotect gw1 gw2
check "the module can be unloaded" unload_module
ktap_end
