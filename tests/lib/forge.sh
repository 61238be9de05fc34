# shellcheck shell=bash
# A host or gateway between two wires on which tests write and read every byte
# themselves. Source tests/lib/ktap.sh and tests/lib/net.sh first.
#
#   forge_bench           namespaces far - us - near, see the function
#   forge_bench6          the same with IPv6 as well
#   forge FILE [ARG...]   run a Python script in `us`, its results are ours; it finds
#                         tests/lib/forge.py
#   forge_local FILE [ARG...]   the same of packets for `us`, which has sockets that take ESP in
#                         UDP, of both families: nothing else comes to them. After protect.sh

#   near eth0 ---- eth0 us eth1 ---- eth0 far
#   (10.1.0.2)   10.1.0.1  192.0.2.1   (192.0.2.2, and 10.2.0.2 behind it)
#
# near and far are silent: no address is theirs, so nothing there answers, and us knows
# their hardware addresses. Nothing is on the wires but what us sends and the test forges.
forge_bench() {
	local ns
	ns_add near us far
	for ns in near us far; do
		in_ns "$ns" sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	done
	wire near eth0 us eth0
	wire us eth1 far eth0
	ip -n near link set eth0 address 02:00:00:00:00:02 arp off
	ip -n us link set eth0 address 02:00:00:00:00:10
	ip -n us link set eth1 address 02:00:00:00:00:11
	ip -n far link set eth0 address 02:00:00:00:00:03 arp off
	addr us eth0 10.1.0.1/24
	addr us eth1 192.0.2.1/24
	ip -n us neigh add 10.1.0.2 lladdr 02:00:00:00:00:02 nud permanent dev eth0
	ip -n us neigh add 192.0.2.2 lladdr 02:00:00:00:00:03 nud permanent dev eth1
	ip -n us route add 10.2.0.0/24 via 192.0.2.2
	in_ns us sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0 \
		net.ipv4.conf.eth0.rp_filter=0 net.ipv4.conf.eth1.rp_filter=0
}

# fd01::2 is near, 2001:db8::2 is far and has fd02::/48 behind it. Of itself us says nothing
# but that it listens to multicast groups, which forge6.py's wires do not show.
forge_bench6() {
	local dev
	forge_bench
	for dev in eth0 eth1; do
		ip -n us link set $dev addrgenmode none
		in_ns us sysctl -qw net.ipv6.conf.$dev.accept_ra=0 net.ipv6.conf.$dev.disable_ipv6=0
	done
	addr us eth0 fd01::1/64
	addr us eth1 2001:db8::1/64
	ip -n us neigh add fd01::2 lladdr 02:00:00:00:00:02 nud permanent dev eth0
	ip -n us neigh add 2001:db8::2 lladdr 02:00:00:00:00:03 nud permanent dev eth1
	ip -n us route add fd02::/48 via 2001:db8::2
	in_ns us sysctl -qw net.ipv6.conf.all.forwarding=1
}

forge() {
	ktap_relay "" < <(PYTHONPATH="$TOP/tests/lib" PYTHONDONTWRITEBYTECODE=1 \
		ip netns exec us python3 -u "$@" 2>&1)
}

forge_local() {
	key_manager us 4
	key_manager us 6
	forge "$@"
	is "nothing came to the key managers" "" "$(heard us 4)$(heard us 6)"
}
