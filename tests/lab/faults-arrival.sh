#!/usr/bin/env bash
# vm: kernels=debug-uml timeout=300
# The kernel has no memory for packets that arrive: each allocation in turn fails that one needs which
# is forwarded into a tunnel, or comes out of one. What is dropped is counted, nothing leaves in
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

dropped=0
all_crossed() { [ "$(packets "$net_state/protected" 'ip or ip6')" -ge $many ]; }
# Datagrams of h1 as gw1 gets them, and as they cross the wire; gw2 does not get these.
collect() { # address, length
	ip -n wan link set right nomaster
	capture gw1 eth0 "$net_state/clear" "udp and dst port 9"
	capture wan left "$net_state/protected" 'ip proto 50 or ip proto 51 or ip6 proto 50 or ip6 proto 51'
	in_ns h1 python3 -c "
import socket
s = socket.socket(socket.AF_INET6 if ':' in '$1' else socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IP, 10, 0)     # IP_MTU_DISCOVER: gateways may cut them
for n in range($many):
    s.sendto(bytes($2), ('$1', 9))"
	await 10 all_crossed || bail "$1 is not protected"
	capture_end
	ip -n wan link set right master br0
}

# arrive NAME NS FILE WAY: they arrive there, from a device of their own
arrive() {
	local failed
	snapshot "$2"
	ip -n "$2" tuntap add dev t0 mode tun && ip -n "$2" link set t0 addrgenmode none up || bail "no TUN"
	failed=$(in_ns "$2" "$TOP/tests/lab/faults-arrival.py" t0 "$3" 2>&1)
	ip -n "$2" link del t0
	diag "$1: $failed allocations have failed; $2 dropped: $(drops "$2")"
	check "$1: there were some" test "${failed//[^0-9]/}" -gt 1
	faults_seen=$((faults_seen + ${failed//[^0-9]/}))
	dropped=$((dropped + $(delta "$2" "$4_NO_MEMORY")))
	is "$1: all that is dropped is counted as what it is" "" \
		"$(drops "$2" | tr ' ' '\n' | grep -vE "^$4_(NO_MEMORY|CRYPTO|NO_ROUTE|BACKLOG)=|^\$")"
}

each() { # name, family, algorithm words
	local name=$1 family=$2 to
	shift 2
	to=$(host_of 2 "$family")
	inner=$family outer=$family protect_chain "$@"
	check "$name: packets pass" reaches h1 "$to"
	collect "$to" 100
	capture_wire "$ARTIFACTS/wire.$family.$1.pcap" "udp and dst port 9"
	arrive "$name, forwarded" gw1 "$net_state/clear" OUT
	arrive "$name, received" gw2 "$net_state/protected" IN
	if [ "$family" = 4 ]; then
		collect "$to" 1460
		arrive "$name, in fragments" gw1 "$net_state/clear" OUT
	fi
	check "$name: packets pass again" reaches h1 "$to"
	capture_end
	is "$name: nothing has left in clear" 0 "$(packets "$ARTIFACTS/wire.$family.$1.pcap" 'ip or ip6')"
}

each "IPv4, ESP with GCM" 4 esp enc aes-128-gcm replay 8192
each "IPv4, ESP with CBC and HMAC" 4 esp enc aes-128 auth hmac-sha2-256 replay 8192
each "IPv4, AH" 4 ah auth hmac-sha2-256 replay 8192
each "IPv6, ESP with GCM" 6 esp enc aes-128-gcm replay 8192
each "IPv6, AH" 6 ah auth hmac-sha2-256 replay 8192

faults_end
check "some packets were dropped" test $dropped -gt 0
unprotect gw1 gw2
check "the module can be unloaded" unload_module
ktap_end
