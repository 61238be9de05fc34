#!/usr/bin/env bash
# vm: daemons=strongswan timeout=600
# Two road warriors behind one NAT, which rewrites ports: carol with IKEv2 and a password
# (EAP-MSCHAPv2), dave with IKEv1, an RSA certificate and a password (XAuth), each with a virtual
# address, and carol with an ECDSA certificate in transport mode. Then the NAT forgets, and has
# other ports. At last all are silent for longer than the NAT remembers, but for keepalives.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/ike.sh"

#   carol 10.9.0.2 --- eth0
#                           nat 192.0.2.1 -- wan -- 192.0.2.2 gw2 10.2.0.1 --- 10.2.0.2 h2
#   dave  10.9.1.2 --- eth2
ns_add carol dave nat gw2 h2
wire carol eth0 nat eth0
wire dave eth0 nat eth2
link nat eth1 gw2 eth1
wire gw2 eth0 h2 eth0 1300
addr carol eth0 10.9.0.2/24
addr dave eth0 10.9.1.2/24
addr nat eth0 10.9.0.1/24
addr nat eth2 10.9.1.1/24
addr nat eth1 192.0.2.1/24
addr gw2 eth1 192.0.2.2/24
addr gw2 eth0 10.2.0.1/24
addr h2 eth0 10.2.0.2/24
ip -n carol route add default via 10.9.0.1
ip -n dave route add default via 10.9.1.1
ip -n h2 route add default via 10.2.0.1
for ns in nat gw2; do
	in_ns $ns sysctl -qw net.ipv4.ip_forward=1
done

# Source ports out of a range, whatever they were; RULES go before that.
nat_ports() { # range, rules
	in_ns nat nft -f - << END
flush ruleset
table ip nat {
	chain postrouting {
		type nat hook postrouting priority srcnat
		${2-}
		oif "eth1" udp sport 1-65535 masquerade to :$1
	}
}
END
}

# A certificate of NAME with a key of TYPE; the issuer's own if it is ca.
certificate() { # name, type, bits
	local dir=/etc/swanctl dn="CN=$1.example.org"
	pki --gen --type "$2" --size "$3" --outform pem > "$ike_state/$1.key" || return
	if [ "$1" = ca ]; then
		pki --self --ca --type "$2" --in "$ike_state/ca.key" --dn "$dn" --outform pem > $dir/x509ca/ca.pem
	else
		mkdir -p "/etc/netns/$1/swanctl/x509" "/etc/netns/$1/swanctl/private"
		cp "$ike_state/$1.key" "/etc/netns/$1/swanctl/private/$1.pem"
		pki --issue --type priv --in "$ike_state/$1.key" --cacert $dir/x509ca/ca.pem --cakey "$ike_state/ca.key" \
			--dn "$dn" --san "$1.example.org" --outform pem > "/etc/netns/$1/swanctl/x509/$1.pem"
	fi
}

virtual() { ip -n "$1" -o addr | sed -nE 's/.* (10\.3\.0\.[0-9]+).*/\1/p'; }

# How many keepalives NS has sent.
keepalives() { said "$1" 'sending keep alive'; }

more_keepalives() { [ "$(keepalives "$1")" -ge "$2" ]; }

# What the NAT has for the two: the ports that gw2 sees.
ports_of_nat() {
	in_ns nat conntrack -L -p udp --orig-dst 192.0.2.2 --orig-port-dst 4500 2> /dev/null |
		sed -nE 's/.*dport=([0-9]+) .*/\1/p' | sort | xargs
}

stack_begin
for ns in carol dave; do
	charon_options $ns 'keep_alive = 1'
done
check "a CA" certificate ca ecdsa 256
check "the gateway's certificate" certificate gw2 rsa 2048
check "dave's certificate" certificate dave rsa 2048
check "carol's certificate" certificate carol ecdsa 256
# As NATs do it whose table is full from the bottom.
nat_ports 1025-1060 'oif "eth1" ip saddr 10.9.1.2 udp sport 500 masquerade to :1
		oif "eth1" ip saddr 10.9.1.2 udp sport 4500 masquerade to :1024'
charon gw2
charon carol
charon dave
for ns in gw2 carol dave; do
	stack_snapshot $ns
done
capture_clear "$ARTIFACTS/wire.pcap"

check "carol has her tunnel: IKEv2, EAP" swan carol --initiate --child v2
check "dave has his tunnel: IKEv1, XAuth" swan dave --initiate --child v1
check "carol has transport mode" swan carol --initiate --child host
is "each has an address" "10.3.0.1 10.3.0.2" "$(virtual carol) $(virtual dave)"
is "SAs to other ports than 4500" 3 "$(ip -n gw2 xfrm state | grep -cE 'encap type espinudp sport 10[0-9]+ dport 4500')"
check "dave's ports are 1 for 500" said gw2 'received packet: from 192.0.2.1\[1\] to 192.0.2.2\[500\]'
is "and 1024 for 4500" 1 "$(ip -n gw2 xfrm state | grep -c 'encap type espinudp sport 1024 dport 4500')"
check "carol reaches h2" reaches carol 10.2.0.2
check "carol reaches the gateway" reaches carol 192.0.2.2
check "dave reaches h2" reaches dave 10.2.0.2
check "400 kB from carol through TCP" tcp_transfer carol h2 10.2.0.2 400000
# Its checksum was made for the address that carol has behind the NAT.
check "400 kB from carol to the gateway through TCP, in transport mode" tcp_transfer carol gw2 192.0.2.2 400000
check "100 kB to dave through TCP" tcp_transfer h2 dave "$(virtual dave)" 100000
for ns in gw2 carol dave; do
	is "$ns dropped nothing" "" "$(lost $ns)"
	charon_agrees $ns
done

# The gateway hears of the new ports by the first packet, and sends there from then on. Its daemon
# is told once, even if more packets come before it has done anything.
ip netns exec gw2 stdbuf -oL ip xfrm monitor > "$ARTIFACTS/monitor" 2>&1 & monitor=$!
at_exit "kill $monitor 2> /dev/null"
wait_for sh -c 'ip netns exec gw2 ss -H -f netlink | grep -q "xfrm:.*ip/"'
nat_ports 2000-2060
in_ns nat conntrack -F > /dev/null 2>&1
in_ns carol ping -n -q -c 10 -i 0.002 -W 2 10.2.0.2 > /dev/null
check "carol reaches h2 again" wait_for reaches carol 10.2.0.2
check "dave reaches h2 again" wait_for reaches dave 10.2.0.2
check "charon has heard of it" test "$(said gw2 'NAT mappings of .*changed|remote endpoint changed')" -ge 2
check "h2 reaches carol" reaches h2 "$(virtual carol)"
check "h2 reaches dave" reaches h2 "$(virtual dave)"
is "two tunnels have the new ports" 2 "$(ip -n gw2 xfrm state | grep -cE 'encap type espinudp sport 20[0-9]+ dport 4500')"
is "of each tunnel it was told once" "1 1" "$(sed -nE 's/.*(Mapping.*)/\1/p' "$ARTIFACTS/monitor" | sort | uniq -c | awk '{ print $1 }' | xargs)"
capture_end
is "nothing crossed but UDP of port 4500, and what the NAT says of ports it no longer has" 0 \
	"$(packets "$ARTIFACTS/wire.pcap" "not (udp port 4500 or icmp or $net_housekeeping)")"
# Between the gateway and that address ICMP must be protected, as carol's transport mode has it. And
# while it moves them, charon takes away SAs and policies for what comes in, and blocks what goes out.
said=$(packets "$ARTIFACTS/wire.pcap" 'icmp[icmptype] == icmp-unreach and src host 192.0.2.1 and dst host 192.0.2.2')
kernel_stack || is "the gateway dropped these and nothing else" "${said/#0/}" \
	"$(lost gw2 | tr ' ' '\n' | grep -vE 'IN_NO_SA|IN_NO_POLICY|OUT_DISCARD' | sed 's/^IN_CLEAR_PROTECT=//')"

# Silence. A datagram that nobody repeats shows that the NAT forgets.
in_ns nat sysctl -qw net.netfilter.nf_conntrack_udp_timeout=6 net.netfilter.nf_conntrack_udp_timeout_stream=6
for ns in gw2 carol dave; do
	stack_snapshot $ns
done
lines=$(wc -l < "$ARTIFACTS/monitor")
ports=$(ports_of_nat)
before_carol=$(keepalives carol)
before_dave=$(keepalives dave)
echo | in_ns carol socat -u - UDP4-SENDTO:192.0.2.9:7,sourceport=7
check "carol sends keepalives" wait_for more_keepalives carol $((before_carol + 10))
check "dave sends keepalives" wait_for more_keepalives dave $((before_dave + 10))
is "the NAT has forgotten what was silent" 0 "$(in_ns nat conntrack -L -p udp --orig-port-dst 7 2> /dev/null | wc -l)"
is "but not the tunnels" "$ports" "$(ports_of_nat)"
check "h2 reaches carol at once" reaches h2 "$(virtual carol)"
check "h2 reaches dave at once" reaches h2 "$(virtual dave)"
is "nobody has heard of other ports" "" "$(tail -n +$((lines + 1)) "$ARTIFACTS/monitor" | grep Mapping)"
for ns in gw2 carol dave; do
	is "$ns dropped nothing" "" "$(lost $ns)"
done
kill $monitor
wait $monitor 2> /dev/null
stack_end
ktap_end
