#!/usr/bin/env bash
# vm: cpus=1 timeout=300 kernels=6.1,6.12
# Firewalls on the gateways: conntrack, marks of IPsec, NAT.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"

load_module
gateway_chain
for ns in h1 gw1 gw2 h2; do	# nobody has to learn what fits the tunnel
	ip -n $ns link set eth0 mtu 1400
done
sa="$(sas esp tunnel 192.0.2.1 192.0.2.2 enc aes-128-gcm) reqid 7"
{ echo 'flow esp from 10.1.0.0/24 to 10.2.0.0/24 peer 192.0.2.2 reqid 7'; echo "$sa"; } | ipsec_load gw1
{ echo 'flow esp from 10.2.0.0/24 to 10.1.0.0/24 peer 192.0.2.1 reqid 7'; echo "$sa"; } | ipsec_load gw2

start() { # name of the case
	wire=$ARTIFACTS/$1.pcap
	snapshot gw1
	snapshot gw2
	capture_wire "$wire"
}
end() { # name
	capture_end
	check "$1: only ESP on the wire" only_esp "$wire"
	check "$1: the books of both ends" balanced gw1 gw2 esp
}

# --- a stateful ruleset ------------------------------------------------------------------------

for ns in gw1 gw2; do
	in_ns $ns nft -f - << 'END' || bail "nft refuses the ruleset"
table inet fw {
	counter out_marked { }
	counter out_unmarked { }
	counter in_marked { }
	counter in_unmarked { }
	counter new { }
	counter dropped { }
	chain forward {
		type filter hook forward priority 0; policy drop
		ip saddr 10.0.0.0/8 oifname eth1 rt ipsec exists counter name out_marked
		ip saddr 10.0.0.0/8 oifname eth1 rt ipsec missing counter name out_unmarked
		ip saddr 10.0.0.0/8 iifname eth1 meta ipsec exists counter name in_marked
		ip saddr 10.0.0.0/8 iifname eth1 meta ipsec missing counter name in_unmarked
		ct state established,related accept
		ct state new oifname eth1 rt ipsec exists counter name new accept
		ct state new iifname eth1 meta ipsec exists counter name new accept
		ip protocol != icmpv6 counter name dropped
	}
	chain input {
		type filter hook input priority 0; policy drop
		ct state established,related accept
		ip protocol esp accept
		meta l4proto ipv6-icmp accept
		counter name dropped
	}
}
END
done
nft_counter() { in_ns "$1" nft -j list counter inet fw "$2" | jq '.nftables[] | .counter? | select(.) | .packets'; }
marks() {
	local name
	for name in out_marked out_unmarked in_marked in_unmarked new dropped; do
		printf '%s ' "$(nft_counter "$1" $name)"
	done
}

start stateful
check "stateful: ping" reaches h1 10.2.0.2 -c 3 -i 0.05
is "stateful: marks seen on the gateway of the client" "3 0 3 0 1 0 " "$(marks gw1)"
is "stateful: marks seen on the gateway of the server" "3 0 3 0 1 0 " "$(marks gw2)"
check "stateful: TCP" tcp_transfer h1 h2 10.2.0.2 500000
check "stateful: ping the other way" reaches h2 10.1.0.2
check "stateful: 60 kB of UDP" udp_send h1 h2 10.2.0.2 60000
for ns in gw1 gw2; do
	is "stateful: nothing unmarked, nothing dropped on $ns" "0 0 0" \
		"$(nft_counter $ns out_unmarked) $(nft_counter $ns in_unmarked) $(nft_counter $ns dropped)"
	check "stateful: $ns has seen both directions of TCP" grep -q ASSURED \
		<(in_ns $ns conntrack -L -p tcp --orig-src 10.1.0.2 --dport 5001 2> /dev/null)
done
end stateful

# The same rules without the tunnel: the firewall, not luck, let packets pass.
ipsec gw1 -F
check_fails "stateful: nothing new passes without IPsec" reaches h1 10.2.0.2 -W 1
is "stateful: it was the firewall" 1 "$(nft_counter gw1 dropped)"
{ echo 'flow esp from 10.1.0.0/24 to 10.2.0.0/24 peer 192.0.2.2 reqid 7'; echo "$sa"; } | ipsec_load gw1
for ns in gw1 gw2; do
	in_ns $ns nft delete table inet fw
	in_ns $ns conntrack -F 2> /dev/null
done
# The sequence numbers of gw1 have begun anew: so does the window of gw2.
{ echo 'flow esp from 10.2.0.0/24 to 10.1.0.0/24 peer 192.0.2.1 reqid 7'; echo "$sa"; } | ipsec gw2 -F -f -

# --- iptables -m policy ---------------------------------------------------------------------

policy_rule() { # direction, words...
	local dir=$1
	shift
	in_ns gw1 iptables -A FORWARD -p icmp -m policy --dir "$dir" "$@" || not_ok "iptables refuses: $*"
}
for dir in out in; do
	policy_rule $dir --pol ipsec --proto esp --mode tunnel --reqid 7
	policy_rule $dir --pol ipsec --reqid 8
	policy_rule $dir --pol ipsec --proto ah
	policy_rule $dir --pol none
done
policy_rule out --pol ipsec --strict --proto esp --mode tunnel --tunnel-src 192.0.2.1 --tunnel-dst 192.0.2.2
policy_rule in --pol ipsec --strict --proto esp --mode tunnel --tunnel-src 192.0.2.2 --tunnel-dst 192.0.2.1
start iptables
check "iptables: ping" reaches h1 10.2.0.2 -c 3 -i 0.05
# Both ways pass FORWARD: what is not of a direction is "none" there.
is "iptables: which rules match" "3 0 0 3 3 0 0 3 3 3" \
	"$(in_ns gw1 iptables -nvxL FORWARD | awk 'NR > 2 { print $1 }' | xargs)"
end iptables
in_ns gw1 iptables -F FORWARD

# --- NAT -------------------------------------------------------------------------------------

in_ns gw1 iptables -t nat -A POSTROUTING -o eth1 -m policy --dir out --pol ipsec -j ACCEPT
in_ns gw1 iptables -t nat -A POSTROUTING -o eth1 -j MASQUERADE
start exempt
capture h2 eth0 "$ARTIFACTS/exempt-h2.pcap" icmp
check "masquerade with an exemption: ping" reaches h1 10.2.0.2 -c 2 -i 0.05
end exempt
is "masquerade with an exemption: the host is seen as itself" 2 \
	"$(packets "$ARTIFACTS/exempt-h2.pcap" 'icmp[0] == 8 and src 10.1.0.2')"

in_ns gw1 iptables -t nat -D POSTROUTING 1
snapshot gw1
capture_wire "$ARTIFACTS/nat-out.pcap"
check_fails "masquerade without: no answer" reaches h1 10.2.0.2 -W 1
capture_end
is "masquerade without: nothing on the wire" 0 "$(packets "$ARTIFACTS/nat-out.pcap" ip)"
check "masquerade without: the reason" no_drops gw1 OUT_NAT=1
in_ns gw1 iptables -t nat -F

# NAT that moves a packet into a policy.
addr h1 eth0 10.9.0.2/24
ip -n gw1 route add 10.9.0.0/24 dev eth0
start nat-in
in_ns gw1 iptables -t nat -A POSTROUTING -s 10.9.0.2 -j SNAT --to-source 10.1.0.77
check "SNAT into a policy: ping" reaches h1 10.2.0.2 -I 10.9.0.2 -c 2 -i 0.05
end nat-in
in_ns gw1 iptables -t nat -F

# NAT behind the tunnel, on the gateway that decapsulates.
in_ns gw2 iptables -t nat -A PREROUTING -d 10.2.0.99 -j DNAT --to-destination 10.2.0.2
start dnat
capture h2 eth0 "$ARTIFACTS/dnat-h2.pcap" icmp
check "DNAT behind the tunnel: ping" reaches h1 10.2.0.99 -c 2 -i 0.05
check "DNAT behind the tunnel: TCP" tcp_transfer h1 h2 10.2.0.99 200000
end dnat
is "DNAT behind the tunnel: it was done" 2 \
	"$(packets "$ARTIFACTS/dnat-h2.pcap" 'icmp[0] == 8 and dst 10.2.0.2')"

unprotect gw1 gw2
check "the module can be unloaded" unload_module
ktap_end
