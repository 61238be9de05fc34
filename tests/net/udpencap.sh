#!/usr/bin/env bash
# vm: timeout=400 kernels=6.1,6.12
# ESP in UDP (RFC 3948): what is on the wire, exact sizes, through NAT and back, checksums of
# transport mode, a peer that NAT moves, and what else comes to that port.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/matrix.sh"

load_module

key=0x$(hex 20)
gcm="enc aes-128-gcm enckey"

helpers=()
at_exit 'kill ${helpers[@]+"${helpers[@]}"} 2>/dev/null'

# --- between two gateways, either family inside either ------------------------------------

gateway_chain
for ns in gw1 gw2; do
	key_manager $ns 4
	key_manager $ns 6
done

tunnel() { # inner outer [words-for-gw2]
	local end1 end2 left right rule
	end1=$(end_of 1 "$2") end2=$(end_of 2 "$2")
	left=$(net_of 1 "$1") right=$(net_of 2 "$1")
	protect_spi=$((protect_spi + 2))
	rule="esp tunnel from $end1 to $end2 spi $protect_spi:$((protect_spi + 1)) $gcm $key:$key"
	printf '%s\n' "flow esp from $left to $right peer $end2" "$rule udpencap" | ipsec gw1 -F -f - &&
	printf '%s\n' "flow esp from $right to $left peer $end1" "$rule ${3-udpencap}" | ipsec gw2 -F -f -
}

only_udp() { # file
	local good bad
	good=$(packets "$1" "udp port 4500")
	bad=$(packets "$1" "not (udp port 4500 or $net_housekeeping)")
	echo "$good packets in UDP, $bad others"
	[ "$bad" = 0 ] && [ "$good" -gt 0 ]
}

# What tshark reads: ESP behind UDP, and what it says of the checksum (0: bad, 1: good, 3: none).
as_read() { # file field
	tshark -n -r "$1" -o udp.check_checksum:TRUE -d udp.port==4500,udpencap \
		-Y udpencap -T fields -e "$2" 2>/dev/null | sort -u | tr '\n' ' '
}

crosses() { # inner outer limit
	local name="${1}in$2" there wire
	there=$(host_of 2 "$1") wire=$ARTIFACTS/$1in$2.pcap
	check "$name: both take the rules" tunnel "$1" "$2"
	snapshot gw1
	snapshot gw2
	capture_wire "$wire"
	check "$name: a ping" reaches h1 "$there"
	check "$name: what fits, exactly" exact_limit h1 "$there" "$3"
	check "$name: TCP" tcp_transfer h1 h2 "$there" 50000
	capture_end
	check "$name: only UDP crossed" only_udp "$wire"
	is "$name: it holds ESP of these SAs" "$(printf '0x%08x 0x%08x ' "$protect_spi" $((protect_spi + 1)))" \
		"$(as_read "$wire" esp.spi)"
	is "$name: its checksum is as it should be" "$4" "$(as_read "$wire" udp.checksum.status)"
	check "$name: the books" balanced gw1 gw2 esp OUT_TOO_BIG="$(delta gw1 OUT_TOO_BIG)"
	ip -n h1 route flush cache
	ip -n h1 -6 route flush cache
}

# The wire has 1500 bytes: IP header 20 or 40, UDP 8, ESP 8, IV 8, ICV 16; the rest is a
# multiple of 4, of which the trailer takes 2.
crosses 4 4 1438 '3 '
crosses 6 6 1418 '1 '
crosses 4 6 1418 '1 '
crosses 6 4 1438 '3 '

check "one end sends in UDP, the other one does not" tunnel 4 4 ''
snapshot gw1
snapshot gw2
capture_wire "$ARTIFACTS/mixed.pcap"
check "both receive what the other one sends" reaches h1 10.2.0.2
capture_end
is "on its way it is in UDP" 1 "$(packets "$ARTIFACTS/mixed.pcap" 'udp port 4500')"
is "on its way back it is not" 1 "$(packets "$ARTIFACTS/mixed.pcap" 'ip proto 50')"
is "nothing came to the key managers" "" "$(heard gw1 4)$(heard gw1 6)$(heard gw2 4)$(heard gw2 6)"

# --- keepalives ----------------------------------------------------------------------------

has_grown() { [ "$(delta "$1" "$2")" -ge "$3" ]; } # NS, NAME, N

# Milliseconds that a host was silent before its keepalives, the least and the most.
silence() { # file, host
	tcpdump -n -tt -r "$1" "src host $2 and udp port 4500" 2> /dev/null |
		awk '/nat-keep-alive/ && last { gap = $1 - last; if (!n++ || gap < least) least = gap; if (gap > most) most = gap }
			{ last = $1 } END { print int(least * 1000), int(most * 1000) }'
}

# Time is counted in whole seconds: of two silences one may be a second shorter.
two_seconds() { # file, host
	local least most
	read -r least most < <(silence "$@")
	echo "between $least and $most milliseconds"
	[ "$least" -ge 900 ] && [ "$most" -ge 1500 ]
}

# gw2 has the same SAs, and sends with the other one.
keepalives() { # family
	local wire=$ARTIFACTS/keepalive$1.pcap end1 end2 rule
	end1=$(end_of 1 "$1") end2=$(end_of 2 "$1")
	protect_spi=$((protect_spi + 2))
	rule="esp tunnel from $end1 to $end2 spi $protect_spi:$((protect_spi + 1)) $gcm $key:$key udpencap keepalive 2"
	check "keepalives, IPv$1: gw1 takes the rules" ipsec_load gw1 <<- END
		$rule
		flow esp from 10.1.0.0/24 to 10.2.0.0/24 peer $end2
		flow esp transport from $end1 to $end2
	END
	check "keepalives, IPv$1: gw2 takes the rules" ipsec_load gw2 <<- END
		$rule
		flow esp from 10.2.0.0/24 to 10.1.0.0/24 peer $end1
	END
	is "keepalives, IPv$1: they are the first SA's" 2 "$(ipsec gw1 -j -s sa | jq ".sa[] | select(.spi == $protect_spi) | .keepalive")"
	is "keepalives, IPv$1: not the other one's" 0 "$(ipsec gw1 -j -s sa | jq ".sa[] | select(.spi == $((protect_spi + 1))) | .keepalive")"
	capture_wire "$wire"
	snapshot gw1
	snapshot gw2
	check "keepalives, IPv$1: a ping" reaches h1 10.2.0.2
	check "keepalives, IPv$1: gw1 breaks its silence" await 60 has_grown gw1 OUT_KEEPALIVES 3
	capture_end
	check "keepalives, IPv$1: they are on the wire" test "$(tcpdump -n -r "$wire" "src host $end1" 2> /dev/null | grep -c nat-keep-alive)" -ge 2
	check "keepalives, IPv$1: after two seconds" two_seconds "$wire" "$end1"
	check "keepalives, IPv$1: only ESP in UDP beside them" only_udp "$wire"
	is "keepalives, IPv$1: gw2 sends none for an SA that is gw1's" 0 "$(delta gw2 OUT_KEEPALIVES)"
	is "keepalives, IPv$1: nothing was dropped" "" "$(drops gw1)$(drops gw2)"
	unprotect gw1 gw2
	snapshot gw1
}
unprotect gw1 gw2
keepalives 4
keepalives 6
is "with a checksum, which IPv6 wants" "1 " "$(as_read "$ARTIFACTS/keepalive6.pcap" udp.checksum.status)"
is "they are swallowed" "" "$(heard gw2 4)$(heard gw2 6)"
is "and end with the SA" 0 "$(delta gw1 OUT_KEEPALIVES)"

# As a daemon asks for them (XFRMA_NAT_KEEPALIVE_INTERVAL): not every ip xfrm can.
in_ns gw1 env PYTHONPATH="$TOP/tests/lib" PYTHONDONTWRITEBYTECODE=1 python3 - <<- 'END' || bail "no SA with keepalives"
	import socket, struct, sys
	from xfrm import *
	body = sa("192.0.2.1", "192.0.2.2", 0x7001, window=0) + aead() + encap(4500, 4500) + \
	    attr(A_KEEPALIVE, struct.pack("=I", 1)) + attr(A_DIR, bytes([2]))
	sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 6)
	sys.exit(ask(sock, NEWSA, body))
END
capture_wire "$ARTIFACTS/asked.pcap"
check "a daemon's SA has them, too" await 60 has_grown gw1 OUT_KEEPALIVES 2
capture_end
check "they are on the wire" test "$(tcpdump -n -r "$ARTIFACTS/asked.pcap" "src host 192.0.2.1" 2> /dev/null | grep -c nat-keep-alive)" -ge 1
unprotect gw1

# --- through NAT ---------------------------------------------------------------------------

#   a 10.9.0.2 ---- 10.9.0.1 nat 192.0.2.9 ---- 192.0.2.8 b
ns_add a nat b
wire a eth0 nat eth0
wire nat eth1 b eth0
addr a eth0 10.9.0.2/24
addr nat eth0 10.9.0.1/24
addr nat eth1 192.0.2.9/24
addr b eth0 192.0.2.8/24
in_ns nat sysctl -qw net.ipv4.ip_forward=1
ip -n a route add default via 10.9.0.1
key_manager a 4
key_manager b 4

masquerade() { # port
	in_ns nat nft -f - << END
flush ruleset
table ip nat {
	chain out {
		type nat hook postrouting priority srcnat
		oifname eth1 udp sport 4500 snat to 192.0.2.9:$1
	}
}
END
	in_ns nat conntrack -F 2> /dev/null
}
masquerade 31005

# b knows a by the address and port that NAT has given it.
transport() { # port of a as b sees it
	printf '%s\n' "esp transport from 10.9.0.2 to 192.0.2.8 spi 0x9001:0x9002 $gcm $key:$key udpencap" \
		"flow esp transport from 10.9.0.2 to 192.0.2.8" | ipsec a -F -f - &&
	printf '%s\n' "esp transport from 192.0.2.9 to 192.0.2.8 spi 0x9001:0x9002 $gcm $key:$key udpencap port $1 to 4500" \
		"flow esp transport from 192.0.2.8 to 192.0.2.9" | ipsec b -F -f -
}
check "transport mode through NAT: both take the rules" transport 31005
ipsec b -j -m > "$net_state/events" &
monitor=$!
helpers+=("$monitor")
snapshot a
snapshot b
capture nat eth1 "$ARTIFACTS/nat.pcap"
check "a ping" reaches a 192.0.2.8
check "TCP, whose checksum was made for another address" tcp_transfer a b 192.0.2.8 30000
check "UDP, likewise" udp_send a b 192.0.2.8 1000
capture_end
is "all of it came from the port that NAT has chosen" "$(packets "$ARTIFACTS/nat.pcap" 'ip dst host 192.0.2.8')" \
	"$(packets "$ARTIFACTS/nat.pcap" 'udp src port 31005 and dst port 4500')"
is "nothing is wrong with any checksum" "0" \
	"$(in_ns b awk '/^(Tcp|Udp):/ { n[$1]++; if (n[$1] == 1) split($0, name); else for (i = 2; i <= NF; i++) if (name[i] ~ /InCsumErrors/) sum += $i } END { print sum + 0 }' /proc/net/snmp)"
check "the books" balanced a b esp
is "nobody has moved" "" "$(grep sa_mapping "$net_state/events")"

masquerade 31006
snapshot b
in_ns a ping -q -n -c 5 -i 0.1 -W 1 192.0.2.8 > /dev/null
is "packets from another port are authenticated as before" 5 "$(delta b IN_PROTECTED)"
check "the key manager is told" await 5 grep -q sa_mapping "$net_state/events"
is "once, for five packets" 1 "$(grep -c sa_mapping "$net_state/events")"
is "from where" "192.0.2.9 31006" "$(jq -r 'select(.event == "sa_mapping") | .sa.udpencap |
	"\(.mapped_src) \(.mapped_port)"' "$net_state/events")"
is "ipsecctl says so, too" "192.0.2.9:31006" "$(ipsec b -j -s sa | jq -r '.sa[] |
	select(.spi == 36865) | .udpencap | "\(.mapped_src):\(.mapped_port)"')"
is "in words: whose SA, and where to" "1" "$(timeout 20 ip netns exec b ipsecctl -m > "$net_state/words" &
	helpers+=("$!"); sleep 1; masquerade 31007; in_ns a ping -q -n -c 1 -W 1 192.0.2.8 > /dev/null
	await 5 grep -c 'mapping esp transport from 192.0.2.9 to 192.0.2.8 spi 0x00009001 .* moved to 192.0.2.9 port 31007' "$net_state/words")"

check "with the new port the answers find their way" transport 31007
check "a ping" reaches a 192.0.2.8

# --- what else comes to that port ------------------------------------------------------------

say() { # hexadecimal, port: from NAT's own address, with the port of the peer
	printf '%b' "$(sed 's/../\\x&/g' <<< "$1")" |
		in_ns nat socat -u - "UDP4-SENDTO:192.0.2.8:$2,sourceport=31007,reuseaddr"
}
snapshot b
say 00000000deadbeef 4500
is "the key manager's messages need a policy" "IN_CLEAR_PROTECT=1" "$(drops b)"
check "which lets them pass" ipsec_load b <<- END
	flow in proto udp from 192.0.2.9 to 192.0.2.8 port 4500 type bypass priority 1
END
before=$(heard b 4 | wc -l)
say 00000000deadbeef 4500
check "then they arrive" await 5 test "$(heard b 4 | wc -l)" != "$before"
is "as they were sent" "00000000deadbeef" "$(heard b 4 | tail -n 1)"
say ff 4500
say 00000000feedbeef 4500
hears() { heard "$1" "$2" | grep -q "$3"; }
check "a keepalive does not" await 5 hears b 4 feedbeef
is "only messages came" 2 "$(heard b 4 | wc -l)"
snapshot b
say 00009001000010010102030405060708090a0b0c0d0e0f10111213141516171819202122 4500
is "ESP that nobody has signed" "IN_ICV=1" "$(drops b)"
key_manager b 4 4501
snapshot b
say 00009001000010010102030405060708090a0b0c0d0e0f10111213141516171819202122 4501
is "an SPI opens no other port" "IN_CLEAR_PROTECT=1" "$(drops b)"

refuses() { # words of a rule, words of the answer
	local said
	said=$(ipsec_load b <<< "$1" 2>&1) && return 1
	echo "$said"
	grep -q "$2" <<< "$said"
}
check "AH is refused" refuses "ah from 192.0.2.1 to 192.0.2.2 spi 0x1000 authkey 0x$(hex 32) udpencap" 'means nothing to AH'
ktap_end
