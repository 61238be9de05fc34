#!/usr/bin/env bash
# vm: daemons=strongswan timeout=500
# Firewalls that know SAs of strongSwan: the rules of its own script, those that its documentation
# recommends for gateways that masquerade, all that iptables and nftables can ask of a packet.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/ike.sh"

gateway_chain
room_for_esp
stack_begin
# Nothing is forwarded but what the daemon's script lets pass.
for ns in gw1 gw2; do
	in_ns $ns iptables-restore << END || bail "iptables does not take the rules"
*filter
:INPUT DROP
:FORWARD DROP
-A INPUT -p udp -m multiport --dports 500,4500 -j ACCEPT
-A INPUT -p esp -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -m conntrack --ctstate ESTABLISHED,RELATED -j ACCEPT
COMMIT
END
	charon $ns
	stack_snapshot $ns
done
is "nothing passes" no "$(reaches h1 10.2.0.2 -W 1 > /dev/null && echo yes || echo no)"
check "gw1 makes the tunnel" swan gw1 --initiate --child net
opened() { in_ns "$1" iptables -S FORWARD | grep -q -- "-m policy --dir $2 --pol ipsec --reqid 77 --proto esp -j ACCEPT"; }
for ns in gw1 gw2; do
	for dir in in out; do
		check "$ns: the daemon's script opens the firewall, $dir" wait_for opened $ns $dir
	done
done
in_ns gw1 iptables -t nat -A POSTROUTING -m policy --pol ipsec --dir out -j ACCEPT
in_ns gw1 iptables -t nat -A POSTROUTING -o eth1 -j MASQUERADE

# What may be asked of the way in (or out): three that are so, four that are not, and the last one.
# iptables reads an SPI in the byte order of the host.
asked() { # in or out, SPI, from and to 192.0.2.
	sed "s/.*/-A FORWARD -p icmp -m policy --dir $1 --pol &/" << END
ipsec --mode tunnel --proto esp --reqid 77
ipsec --strict --mode tunnel --proto esp --reqid 77 --spi 0x${2:6:2}${2:4:2}${2:2:2}${2:0:2}
ipsec --strict --mode tunnel --tunnel-src 192.0.2.$3 --tunnel-dst 192.0.2.$4
ipsec --mode transport
ipsec --proto ah
ipsec --reqid 78
ipsec --strict --proto esp --next --proto ah
none
END
}

# One datagram there, one back.
udp_answered() {
	ip netns exec h2 socat UDP4-RECVFROM:5002 SYSTEM:cat &
	listens h2 udp 5002 && [ "$(echo hello | in_ns h1 socat -t 10 - UDP4:10.2.0.2:5002)" = hello ]
}

sas=$(swan gw1 --list-sas)
spi_of() { echo "$sas" | sed -nE "s/^ +$1 +([0-9a-f]{8}).*/\1/p"; }
{ echo '*mangle'; asked in "$(spi_of in)" 2 1; asked out "$(spi_of out)" 1 2; echo COMMIT; } |
	in_ns gw1 iptables-restore || bail "iptables does not take the rules"
in_ns gw1 nft -f - << END || bail "nftables does not take the rules"
table ip ask {
	chain forward {
		type filter hook forward priority mangle
		meta l4proto != icmp return
		meta secpath exists counter comment "secpath"
		meta secpath missing counter comment "no secpath"
		rt ipsec exists counter comment "rt"
		rt ipsec missing counter comment "no rt"
		ipsec in reqid 77 counter comment "in reqid"
		ipsec in reqid 78 counter comment "in another reqid"
		ipsec in spi 0x$(spi_of in) counter comment "in spi"
		ipsec in ip saddr 192.0.2.2 ipsec in ip daddr 192.0.2.1 counter comment "in addresses"
		ipsec out reqid 77 counter comment "out reqid"
		ipsec out spi 0x$(spi_of out) counter comment "out spi"
		ipsec out spi 0x$(spi_of in) counter comment "out another spi"
		ipsec out ip saddr 192.0.2.1 ipsec out ip daddr 192.0.2.2 counter comment "out addresses"
	}
}
END
for ns in gw1 gw2; do
	in_ns $ns conntrack -F > /dev/null 2>&1
	stack_snapshot $ns
done
capture_clear "$ARTIFACTS/wire.pcap"
capture h2 eth0 "$ARTIFACTS/h2.pcap" icmp
check "h1 reaches h2" reaches h1 10.2.0.2
check "h2 reaches h1" reaches h2 10.1.0.2
is "iptables: the right rules match, those that ask for something else do not" \
	"2 2 2 0 0 0 0 2 2 2 2 0 0 0 0 2" "$(in_ns gw1 iptables -t mangle -nvxL FORWARD | awk 'NR > 2 { print $1 }' | xargs)"
is "nftables: the same" \
	"secpath=2 no secpath=2 rt=2 no rt=2 in reqid=2 in another reqid=0 in spi=2 in addresses=2 out reqid=2 out spi=2 out another spi=0 out addresses=2" \
	"$(in_ns gw1 nft list table ip ask | sed -nE 's/.*counter packets ([0-9]+) .*comment "(.*)"/\2=\1/p' | xargs)"
check "TCP from h1" tcp_transfer h1 h2 10.2.0.2 30000 5001
check "TCP from h2" tcp_transfer h2 h1 10.1.0.2 30000 5003
check "UDP is answered" udp_answered
capture_end
check "only ESP crossed, beside IKE" only_esp "$ARTIFACTS/wire.pcap"
is "h2 has seen h1's own address" 2 "$(packets "$ARTIFACTS/h2.pcap" 'src host 10.1.0.2')"
for ns in gw1 gw2; do
	is "$ns: conntrack has seen both ways of all connections" "5001 5003" "$(
		in_ns $ns conntrack -L -p tcp 2> /dev/null | sed -nE '/ASSURED/s/.* dport=([0-9]+) src.*/\1/p' | sort | xargs)"
	is "$ns: of UDP as well" 1 "$(in_ns $ns conntrack -L -p udp --dport 5002 2> /dev/null | grep -vc UNREPLIED)"
	is "$ns dropped nothing" "" "$(lost $ns)"
done
# What is not for the tunnel is masqueraded: without the exemption its packets would be, too.
in_ns gw1 iptables -I FORWARD -d 192.0.2.0/24 -j ACCEPT
in_ns gw1 iptables -I FORWARD -s 192.0.2.0/24 -j ACCEPT
capture_wire "$ARTIFACTS/masqueraded.pcap" icmp
check "h1 reaches the gateway of the others" reaches h1 192.0.2.2
capture_end
is "with the address of its own" "1 1" "$(packets "$ARTIFACTS/masqueraded.pcap" 'src host 192.0.2.1 and dst host 192.0.2.2') $(
	packets "$ARTIFACTS/masqueraded.pcap" 'src host 192.0.2.2 and dst host 192.0.2.1')"

check "gw1 ends it" swan gw1 --terminate --ike gw2
for ns in gw1 gw2; do
	check "$ns: nothing is left" wait_for nothing_left $ns
	is "$ns: the firewall is as it was" 0 "$(in_ns $ns iptables -S FORWARD | grep -c -- '-m policy')"
done
stack_end
ktap_end
