# shellcheck shell=bash
# A client behind a NAT, a gateway, and a server behind that. Source tests/lib/net.sh first.
#
#   nat_path                      make them
#   links GATEWAY-NAT NAT-CLIENT  the MTUs of these; those who had learnt something forget it

#   client ---- nat ---- gateway ---- server
#   10.9.0.2    .1  198.51.100.1   .2    10.2.0.1    10.2.0.2
#   fd09::2    ::1  2001:db8:1::1  ::2   fd02::1     fd02::2
# The client has 10.3.0.2 and fd03::2 in the tunnel. IPv6 is not translated, only routed.
nat_path() {
	local ns
	ns_add client nat gateway server
	wire client eth0 nat eth0
	wire nat eth1 gateway eth1
	wire gateway eth0 server eth0
	addr client eth0 10.9.0.2/24 fd09::2/64
	addr client lo 10.3.0.2/32 fd03::2/128
	addr nat eth0 10.9.0.1/24 fd09::1/64
	addr nat eth1 198.51.100.1/24 2001:db8:1::1/64
	addr gateway eth1 198.51.100.2/24 2001:db8:1::2/64
	addr gateway eth0 10.2.0.1/24 fd02::1/64
	addr server eth0 10.2.0.2/24 fd02::2/64
	for ns in nat gateway; do
		in_ns $ns sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	done
	# tracepath is to be answered at once, by each router.
	for ns in client nat gateway server; do
		in_ns $ns sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
	done
	ip -n client route add default via 10.9.0.1 src 10.3.0.2
	ip -n client route add default via fd09::1 src fd03::2
	ip -n gateway route add 10.3.0.0/24 via 198.51.100.1
	ip -n gateway route add default via 2001:db8:1::1
	ip -n server route add default via 10.2.0.1
	ip -n server route add default via fd02::1
	in_ns nat nft -f - <<- 'END' || bail "no NAT"
	table ip nat {
		chain out {
			type nat hook postrouting priority srcnat
			oifname eth1 udp sport 4500 snat to 198.51.100.1:31000
			oifname eth1 udp sport 500 snat to 198.51.100.1:1
		}
	}
	END
}

links() {
	ip -n gateway link set eth1 mtu "$1"
	ip -n nat link set eth1 mtu "$1"
	ip -n nat link set eth0 mtu "$2"
	ip -n client link set eth0 mtu "$2"
	forget_path client gateway server
}
