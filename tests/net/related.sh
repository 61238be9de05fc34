#!/usr/bin/env bash
# ICMP errors that no policy names go the way of the packets that they are about (RFC 4301 6.2).
# vm: cpus=1 timeout=200
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench6
forge "$TOP/tests/net/related.py"
ipsec us -F

# What a user sees: a router behind each gateway, in networks that are in no selector.
#   h1 ---- r1 ---- gw1 ==== gw2 ---- r2 ---- h2
gateway_chain
ns_add r1 r2
for n in 1 2; do
	ip -n h$n link set eth0 netns r$n
	wire r$n eth1 h$n eth0
	addr r$n eth0 172.16.$n.2/24 fd16:$n::2/64
	addr r$n eth1 10.$n.0.1/24 fd0$n::1/64
	addr h$n eth0 10.$n.0.2/24 fd0$n::2/64
	ip -n gw$n addr flush dev eth0 scope global
	addr gw$n eth0 172.16.$n.1/24 fd16:$n::1/64
	in_ns r$n sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	for name in r$n h$n gw$n; do
		in_ns $name sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
	done
	ip -n r$n link set eth0 up
	ip -n r$n route replace default via 172.16.$n.1
	ip -n r$n route replace default via fd16:$n::1
	ip -n h$n route replace default via 10.$n.0.1
	ip -n h$n route replace default via fd0$n::1
	ip -n gw$n route replace 10.$n.0.0/24 via 172.16.$n.2
	ip -n gw$n route replace fd0$n::/64 via fd16:$n::2
done

# Who has answered tracepath, and what it says at its end.
hops() { # address, the hosts on the way
	timeout 60 ip netns exec h1 tracepath -n -m 8 "$1" > "$net_state/tracepath" 2>&1
	grep -oE "${2// /|}" "$net_state/tracepath" | awk '!seen[$0]++' | tr '\n' ' '
	sed -nE 's/.*Resume: (pmtu [0-9]+ hops [0-9]+).*/\1/p' "$net_state/tracepath"
}

for family in 4 6; do
	inner=$family outer=4 protect_chain esp enc aes-128-gcm
	check "IPv$family: h1 reaches h2" await 10 reaches h1 "$(host_of 2 $family)"
	capture_wire "$ARTIFACTS/hops$family.pcap"
	if [ $family = 4 ]; then
		path="10.1.0.1 172.16.1.1 192.0.2.2 172.16.2.2 10.2.0.2"
	else
		path="fd01::1 fd16:1::1 2001:db8::2 fd16:2::2 fd02::2"
	fi
	fits=$(((1500 - 20 - 8 - 8 - 16) / 4 * 4 - 2))
	is "IPv$family: each router on the way has answered" "$path pmtu $fits hops 5" \
		"$(hops "$(host_of 2 $family)" "$path")"
	capture_end
	check "IPv$family: only ESP crossed" only_esp "$ARTIFACTS/hops$family.pcap"

	ip -n r2 link set eth1 mtu 1300
	is "IPv$family: a narrow link behind the other gateway" "$path pmtu 1300 hops 5" \
		"$(hops "$(host_of 2 $family)" "$path")"
	ip -n r2 link set eth1 mtu 1500
	unprotect gw1 gw2
done
check "the module can be unloaded" unload_module
ktap_end
