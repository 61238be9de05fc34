#!/usr/bin/env bash
# vm: cpus=2 timeout=400
# One of two processors is taken away and given back, again and again, under traffic of both: no
# sequence number is used twice, no packet is lost, nor any of what belongs to a processor.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/traffic.sh"

online=/sys/devices/system/cpu/cpu1/online
[ -w $online ] || skip_all "this machine has one processor, or all have to stay"
away() { echo 0 > $online; }
back() { echo 1 > $online; }
come_and_go() { # times
	local n
	for ((n = 0; n < $1; n++)); do
		away && sleep "0.$((RANDOM % 4 + 1))" && back && sleep "0.$((RANDOM % 4 + 1))" || return 1
	done
}

# So many datagrams from h1, of each of two processes that change processors all the time.
flood() { # how many
	local n pids=()
	for n in 1 2; do
		ip netns exec h1 python3 -IS - "$1" <<- 'END1' &
			import os, socket, sys
			s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
			for n in range(int(sys.argv[1])):
			    try:
			        os.sched_setaffinity(0, {n // 20 % 2})
			    except OSError:
			        pass    # it is away
			    s.sendto(bytes(100), ("10.2.0.2", 9))
		END1
		pids+=("$!")
	done
	wait "${pids[@]}"
}

# One processor has to do what two have begun.
sysctl -qw net.core.netdev_max_backlog=100000

# The module comes when a processor is away.
away
load_module
gateway_chain
watch_clear
capture wan br0 "$ARTIFACTS/esp.pcap" esp
in_ns h2 iptables -w -A INPUT -p udp --dport 9 -j DROP
protect_chain esp enc aes-128-gcm replay 8192
back
check "the processor comes after the module: packets pass by it" \
	in_ns h1 taskset -c 1 ping -n -q -c 20 -i 0.01 -W 2 10.2.0.2

snapshot gw1
snapshot gw2
traffic_begin 4 20
flood 1500 &
flooding=$!
check "it goes and comes 15 times" come_and_go 15
wait $flooding
check "packets arrive in both directions" traffic_flows
traffic_end "CPU"
is "no packet was lost" 0 "$traffic_lost"
check "the books of both gateways" balanced gw1 gw2 esp

# What a processor has taken of a limit is not lost with it: exactly as many packets pass.
limit=800
rules=$net_state/limited
sas esp tunnel 192.0.2.1 192.0.2.2 enc aes-128-gcm replay 8192 > "$rules"
ipsec_load gw2 < "$rules"
{
	echo 'flow esp from 10.1.0.0/24 to 10.2.0.0/24 peer 192.0.2.2 type dontacq'
	sed "s/\$/ hard packets $limit/" "$rules"
} | ipsec gw1 -F -f - || bail "gw1 refuses a limit"
snapshot gw1
snapshot gw2
flood $((limit / 4)) &
flooding=$!
while kill -0 $flooding 2> /dev/null; do
	come_and_go 1
done
# Nor while it is away, and neither is what it has counted.
away
flood $((limit * 3 / 4))
is "a limit in packets is kept: sent" $limit "$(delta gw1 OUT_PROTECTED)"
is "received" $limit "$(delta gw2 IN_PROTECTED)"
check "the others were dropped" test "$(drops gw1 | grep -oE '[0-9]+' | paste -sd + | bc)" = $limit
back

# Namespaces, SAs and the module end when a processor is away that they were used on.
protect_chain esp enc aes-128-gcm replay 8192
check "packets pass again" reaches h1 10.2.0.2
flood 200
nothing_clear
is "no sequence number was used twice" "" "$(tcpdump -n -r "$ARTIFACTS/esp.pcap" 2> /dev/null |
	grep -oE 'spi=[^)]*' | sort | uniq -d | head -n 5)"
check "there were thousands" test "$(packets "$ARTIFACTS/esp.pcap" esp)" -gt 3000
away
unprotect gw1
check "a namespace ends meanwhile" ns_del gw2
check "the module can be unloaded meanwhile" await 10 unload_module
back
ktap_end
