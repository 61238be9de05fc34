#!/usr/bin/env bash
# The other machine of xfrm.sh: it has the kernel's own IPsec stack, and runs what it is told.
set -u
. "$TOP/tests/lib/vm.sh"
. "$TOP/tests/lib/echo.sh"

# 192.0.2.2 is this machine, 10.2.0.2 a host behind it.
ip link set lo up
sysctl -qw net.ipv6.conf.eth0.disable_ipv6=1
ip link set eth0 up
ip addr add 192.0.2.2/24 dev eth0
ip route change 192.0.2.0/24 dev eth0 advmss 1300
ip netns add h2
ip link add eth1 mtu 1400 type veth peer name eth0 mtu 1400 netns h2
ip link set eth1 up
ip addr add 10.2.0.1/24 dev eth1
ip -n h2 link set lo up
ip -n h2 link set eth0 up
ip -n h2 addr add 10.2.0.2/24 dev eth0
ip -n h2 route add default via 10.2.0.1
ip route add 10.1.0.0/24 via 192.0.2.1
sysctl -qw net.ipv4.ip_forward=1
echo_start || exit 1
echo_start ip netns exec h2 || exit 1
vm_tell ready

# An xfrm packet counter for each SPI, and what went wrong.
books() {
	ip -s xfrm state | awk '
		$1 == "proto" { spi = substr($4, 1, index($4, "(") - 1) }
		/\(packets\)/ && /\(bytes\)/ && !(spi in seen) {
			seen[spi] = 1
			packets = $2
			sub(/\(packets\).*/, "", packets)
			print spi, packets
		}
		/replay-window.*failed/ { print spi " " $0 }'
	awk '$2 != 0 { print $1, $2 }' /proc/net/xfrm_stat
}

# What leaves this machine.
capture_start() {
	rm -f /run/said
	tcpdump -i eth0 -n -s 0 -U --immediate-mode -Z root -Q out -w "$1" 2> /run/said &
	echo $! > /run/tcpdump
	until grep -qs 'listening on' /run/said; do
		sleep 0.05
	done
}

capture_stop() {
	local pid
	pid=$(cat /run/tcpdump)
	sleep 0.2
	kill "$pid"
	while kill -0 "$pid" 2> /dev/null; do
		sleep 0.05
	done
}

number=1
while vm_wait "command.$number" 600 2> /dev/null; do
	(. "$ARTIFACTS/sync/text.$number") > "$ARTIFACTS/sync/answer.$number" 2>&1
	echo $? > "$ARTIFACTS/sync/status.$number"
	vm_tell "answered.$number"
	number=$((number + 1))
done
vm_wait end
