#!/usr/bin/env bash
# vm: kernels=debug-uml timeout=400
# Links, addresses, routes, namespaces and the module itself come and go under traffic, again and
# again: nothing leaves in clear, what is dropped has a reason, afterwards everything goes on.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/traffic.sh"

# All of gw1's network, and what of h1 depends on it; what is there stays. When the link outside is
# gone, d0 is where the way leads, in clear: so packets come to be protected at any time.
cat > "$net_state/gw1" <<'END1'
link set eth0 up
link set eth1 up
link set d0 up
addr replace 10.1.0.1/24 dev eth0
addr replace fd01::1/64 dev eth0 nodad
addr replace 192.0.2.1/24 dev eth1
addr replace 2001:db8::1/64 dev eth1 nodad
route replace 10.2.0.0/24 via 192.0.2.2
route replace fd02::/64 via 2001:db8::2
route replace 10.2.0.0/24 dev d0 metric 3000
route replace fd02::/64 dev d0 metric 3000
END1
cat > "$net_state/h1" <<'END1'
link set eth0 up
addr replace 10.1.0.2/24 dev eth0
addr replace fd01::2/64 dev eth0 nodad
route replace default via 10.1.0.1
route replace default via fd01::1
END1
restore() {
	ip -n gw1 -batch "$net_state/gw1" && ip -n h1 -batch "$net_state/h1" || bail "no network"
}
moment() { sleep "0.$((RANDOM % 20 + 1))"; }

device_down() { ip -n gw1 link set "$1" down; moment; }
device_gone() { ip -n gw1 link del "$1"; moment; }
new_d0() {
	ip -n gw1 link add d0 type dummy || bail "no dummy"
	in_ns gw1 sysctl -qw net.ipv6.conf.d0.addr_gen_mode=1
	ip netns exec gw1 tcpdump -i d0 -n -U --immediate-mode -Z root \
		-w "$ARTIFACTS/d0.$((++captured)).pcap" "$clear" 2> /dev/null &
	astray+=("$!")
}
captured=0 astray=()
at_exit 'kill ${astray[@]+"${astray[@]}"} 2> /dev/null'
new_eth1() { wire gw1 eth1 wan left; ip -n wan link set left master br0; }
address_gone() { ip -n gw1 addr del "$1" dev "$2"; moment; }
# the route to what is protected, and then the one to the other end of the SAs
routes_flap() {
	local to kind net=10.2.0.0/24 end=192.0.2.2/32
	[ "$family" = 4 ] || { net=fd02::/64; end=2001:db8::2/128; }
	for to in $net $end; do
		for kind in blackhole unreachable prohibit; do
			ip -n gw1 route replace $kind "$to"
			sleep 0.02
		done
		ip -n gw1 route replace "$to" dev lo
		sleep 0.02
		ip -n gw1 route replace "$to" dev eth0
		sleep 0.02
		ip -n gw1 route replace "$to" dev eth1 mtu 1280
		sleep 0.02
		ip -n gw1 route del "$to"
		sleep 0.02
	done
}
# Those who can be asked are asked no more: nobody has said goodbye.
gateway_dies() {
	# it would keep the namespace
	kill "${astray[-1]}"
	wait "${astray[-1]}"
	ip netns del gw1 || bail "gw1 does not go"
	moment
	ns_add gw1
	wire h1 eth0 gw1 eth0
	new_eth1
	new_d0
	restore
	inner=$family outer=$family protect_chain esp enc aes-128-gcm
	in_ns gw1 sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
}

# Nobody knows of fewer packets than there were: that is what ktap_end looks at. Here it is said
# what they were dropped as.
reasons='OUT_NO_ROUTE|OUT_TOO_BIG|OUT_SA_GONE|IN_BACKLOG|IN_NO_SA'
# What is routed into lo IPv4 delivers to gw1 itself, whatever its address: so what gw1 has just
# protected comes back, under an SA that both ends know. No policy lets it come out of a tunnel there.
watch_lo() { in_ns gw1 iptables -w -F INPUT && in_ns gw1 iptables -w -A INPUT -i lo -p esp; }
came_back() {
	local n
	[ "$1" = gw1 ] || return 0
	n=$(in_ns gw1 iptables -w -nvxL INPUT | awk 'NR == 3 { print $1 }')
	[ "${n:-0}" = 0 ] || echo "IN_NO_POLICY=$n"
}
again_and_again() { # name, times, command
	local name=$1 times=$2 n ns said=$net_state/said
	shift 2
	watch_lo || bail "no firewall"
	snapshot gw2
	[ "$1" = gateway_dies ] || snapshot gw1
	for ((n = 0; n < times; n++)); do
		"$@" && restore || break
		moment
	done > "$said" 2>&1
	is "$name, $times times" "$times" "$n"
	[ $n = "$times" ] || diag "$(cat "$said")"
	check "$name: afterwards packets arrive in both directions" traffic_flows
	[ "$1" != gateway_dies ] || snapshot gw1
	for ns in gw1 gw2; do
		is "$name: $ns drops with reasons of its own" "$(came_back $ns)" \
			"$(drops $ns | tr ' ' '\n' | grep -vE "^($reasons)=|^\$")"
		[ -z "$(drops $ns)" ] || diag "$ns: $(drops $ns)"
	done
}

load_module
gateway_chain
new_d0
restore
watch_clear
for family in 4 6; do
	[ $family = 4 ] && { inside=10.1.0.1/24 outside=192.0.2.1/24; } ||
		{ inside=fd01::1/64 outside=2001:db8::1/64; }
	inner=$family outer=$family protect_chain esp enc aes-128-gcm
	traffic_begin $family
	again_and_again "IPv$family: the outer link goes down" 8 device_down eth1
	again_and_again "IPv$family: the inner link goes down" 8 device_down eth0
	again_and_again "IPv$family: the outer link is deleted" 5 eval 'device_gone eth1; new_eth1'
	again_and_again "IPv$family: the inner link is deleted" 5 \
		eval 'device_gone eth0; wire h1 eth0 gw1 eth0'
	again_and_again "IPv$family: the end of the SAs is no address" 8 address_gone $outside eth1
	again_and_again "IPv$family: the inner address goes" 8 address_gone $inside eth0
	again_and_again "IPv$family: routes change" 4 routes_flap
	again_and_again "IPv$family: a gateway dies" 3 gateway_dies
	traffic_end "IPv$family"
	check "IPv$family: datagrams were lost" test "$traffic_lost" -gt 0
done

# --- the module -------------------------------------------------------------------------------

family=4
refused() { # times
	local n
	for ((n = 0; n < $1; n++)); do
		! rmmod nfipsec 2> /dev/null || return 1
	done
}
inner=4 outer=4 protect_chain esp enc aes-128-gcm
traffic_begin 4
check "the module does not go while there are policies, 100 times" refused 100
check "packets arrive as before" traffic_flows

# Who takes the policies away has to see to it himself that nothing leaves in clear.
for ns in gw1 gw2; do
	in_ns $ns iptables -w -A FORWARD -o eth1 -m policy --dir out --pol none -j DROP
	in_ns $ns iptables -w -A FORWARD -i eth1 -m policy --dir in --pol none -j DROP
done
strip -g -o "$net_state/nfipsec.ko" "$KMOD"
reload() { # times
	local n
	for ((n = 0; n < $1; n++)); do
		unprotect gw1 gw2
		await 10 rmmod nfipsec && insmod "$net_state/nfipsec.ko" || return 1
		protect_chain esp enc aes-128-gcm
		traffic_flows || return 1
	done
}
check "behind a firewall it is unloaded and loaded, 10 times" reload 10
traffic_end "the module"

nothing_clear
kill "${astray[@]}" 2> /dev/null
wait "${astray[@]}" 2> /dev/null
found=$(for file in "$ARTIFACTS"/d0.*.pcap; do
	tcpdump -n -r "$file" 2> /dev/null
done | wc -l)
is "nothing in clear has come where it leads without a link" 0 "$found"
unprotect gw1 gw2
check "the module can be unloaded" await 10 unload_module
ktap_end
