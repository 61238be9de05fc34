#!/usr/bin/env bash
# Checksums that a device was to fill in, and packets that a device was to cut: both are done
# before they are protected, once. What comes out is not taken for good unseen.
# vm: cpus=1 timeout=300 kernels=6.12
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"

load_module

# segments FROM TO ADDRESS COUNT SIZE: one UDP packet that is to be cut into so many datagrams
# (UDP_SEGMENT); they arrive one by one, and each is what was sent
segments() {
	local file=$net_state/segments port=5005 receiver status
	rm -f "$file"
	ip netns exec "$2" timeout 30 python3 - "$3" "$4" "$5" $port "$file" << 'END' &
import socket, sys
address, count, size, port, ready = sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5]
s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
s.bind((address, port))
s.settimeout(10)
open(ready, "w").close()
for n in range(count):
    data = s.recv(65535)
    if data != bytes([n]) * size:
        sys.exit(f"datagram {n}: {len(data)} bytes of {set(data)}")
END
	receiver=$!
	await 10 test -e "$file"
	in_ns "$1" python3 - "$3" "$4" "$5" $port << 'END'
import socket, sys
address, count, size, port = sys.argv[1], *map(int, sys.argv[2:])
s = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
s.setsockopt(17, 103, size)     # UDP_SEGMENT
s.sendto(b"".join(bytes([n]) * size for n in range(count)), (address, port))
END
	status=$?
	wait $receiver && [ $status = 0 ]
}

# What receivers of a namespace say about checksums.
sum_errors() { in_ns "$1" nstat -asz TcpInCsumErrors UdpInCsumErrors Udp6InCsumErrors | awk 'NR > 1 { n += $2 } END { print n + 0 }'; }

longest_on() { # capture file: the longest IP packet
	tcpdump -n -e -r "$1" 2> /dev/null | sed -nE 's/.* length ([0-9]+): .*/\1/p' | sort -n | tail -n 1
}

# sums NAME LEFT RIGHT FROM TO ADDRESS
sums() {
	local name=$1 left=$2 right=$3 from=$4 to=$5 address=$6 wire=$ARTIFACTS/${1// /-}.pcap cut pieces
	capture_wire "$wire"
	snapshot "$left"
	snapshot "$right"
	check "$name: 20 datagrams in one packet" segments "$from" "$to" "$address" 20 1000
	is "$name: it was cut once" 1 "$(delta "$left" OUT_CUT)"
	is "$name: into 20" 20 "$(delta "$left" OUT_PIECES)"
	check "$name: a datagram without" udp_send "$from" "$to" "$address" 999
	snapshot "$left"
	check "$name: TCP" tcp_transfer "$from" "$to" "$address" 500000
	cut=$(delta "$left" OUT_CUT) pieces=$(delta "$left" OUT_PIECES)
	diag "$name: $cut packets of TCP were cut into $pieces"
	check "$name: TCP was cut here" test "$cut" -gt 0 -a "$pieces" -gt "$cut"
	check "$name: nobody cut it again" test "$(delta "$left" OUT_PROTECTED)" -ge "$pieces"
	capture_end
	is "$name: nor on the wire" 0 "$(packets "$wire" 'ip[6:2] & 0x3fff != 0 or ip6[6] == 44')"
	check "$name: nothing is longer than the wire" test "$(longest_on "$wire")" -le 1514
	is "$name: all checksums were right" 0 "$(sum_errors "$to")"
}

gateway_chain
# Nobody has to learn what fits the tunnel.
for ns in h1 gw1 gw2 h2; do
	ip -n $ns link set eth0 mtu 1300
done
for outer in 4 6; do
	for inner in 4 6; do
		protect_chain esp enc aes-128-gcm
		sums "forwarded ${inner}in$outer" gw1 gw2 h1 h2 "$(host_of 2 $inner)"
	done
done
unset inner outer
unprotect gw1 gw2
ns_del h1 gw1 wan gw2 h2

host_pair
for ns in a b; do
	ip -n $ns route replace 192.0.2.0/24 dev eth0 advmss 1200
	ip -n $ns -6 route replace 2001:db8::/64 dev eth0 metric 256 advmss 1200
done
for outer in 4 6; do
	for proto in esp ah; do
		[ $proto = esp ] && algorithms="enc aes-128-gcm" || algorithms="auth hmac-sha2-256"
		# shellcheck disable=SC2086
		protect_pair $proto $algorithms
		sums "transport $proto v$outer" a b a b "$(end_of 2 $outer)"
	done
done
unset outer

# A checksum that is wrong inside is seen by whom the packet is for.
for family in 4 6; do
	# shellcheck disable=SC2034
	outer=$family
	protect_pair esp auth hmac-sha1 enc null
	before=$(sum_errors b)
	snapshot b
	in_ns a python3 - "$(end_of 1 $family)" "$(end_of 2 $family)" << 'END'
import socket, struct, sys
source, target = sys.argv[1:]
six = ":" in target
s = socket.socket(socket.AF_INET6 if six else socket.AF_INET, socket.SOCK_RAW, 17)
s.bind((source, 0))
if six:
    s.setsockopt(41, 7, -1)     # IPV6_CHECKSUM: leave it alone
s.sendto(struct.pack("!HHHH", 4000, 9, 12, 0xbad) + b"data", (target, 0))
END
	check "a wrong checksum inside v$family arrives" await 5 test "$(delta b IN_PROTECTED)" = 1
	is "a wrong checksum inside v$family is found" $((before + 1)) "$(sum_errors b)"
done
unset outer
unprotect a b
check "the module can be unloaded" await 10 unload_module
ktap_end
