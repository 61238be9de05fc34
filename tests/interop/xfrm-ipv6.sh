#!/usr/bin/env bash
# IPv6 with the distribution's own IPsec stack, which rules one of two gateways: either
# family inside the other, transport mode, extension headers. Both have to count the same
# packets, and nothing may cross in clear.
# vm: cpus=1 timeout=400 kernels=6.1,6.12
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"

keep_kernel_stack
load_module
gateway_chain
for ns in h1 gw1 gw2 h2; do	# nobody has to learn what fits the tunnel
	ip -n $ns link set eth0 mtu 1300
done

# As ip-xfrm has the words of ipsec.conf; keys as both write them.
auth_key=0x$(hex 32) enc_key=0x$(hex 16) gcm_key=0x$(hex 20)
ours() {
	case $1 in
	gcm)  echo "enc aes-128-gcm enckey $gcm_key:$gcm_key" ;;
	cbc)  echo "auth hmac-sha2-256 authkey $auth_key:$auth_key enc aes-128 enckey $enc_key:$enc_key" ;;
	hmac) echo "auth hmac-sha2-256 authkey $auth_key:$auth_key" ;;
	esac
}
theirs() {
	case $1 in
	gcm)  echo "aead rfc4106(gcm(aes)) $gcm_key 128" ;;
	cbc)  echo "auth-trunc hmac(sha256) $auth_key 128 enc cbc(aes) $enc_key" ;;
	hmac) echo "auth-trunc hmac(sha256) $auth_key 128" ;;
	esac
}

spi=0x4000
load() { # proto mode inner-family outer-family algorithm
	local proto=$1 mode=$2 inner=$3 outer=$4 algorithm=$5 left right end1 end2 flag='' dirs='fwd in'
	end1=$(end_of 1 "$outer") end2=$(end_of 2 "$outer")
	left=$(net_of 1 "$inner") right=$(net_of 2 "$inner")
	[ "$mode" = tunnel ] || { left=$end1 right=$end2 dirs=in; }
	# What that stack has to be told: that the inner family may be another one, and that
	# the length of AH is a multiple of 4 bytes in IPv4 (RFC 4302 2.6).
	[ "$inner" = "$outer" ] || flag="flag af-unspec"
	[ "$proto$outer" != ah4 ] || flag="${flag:-flag} align4"
	spi=$((spi + 2))
	ipsec gw1 -F -f - <<- END || return 1
		$proto $mode from $end1 to $end2 spi $spi:$((spi + 1)) $(ours "$algorithm")
		flow $proto $mode from $left to $right local $end1 peer $end2
	END
	ip -n gw2 xfrm state flush
	ip -n gw2 xfrm policy flush
	{
		echo "state add src $end1 dst $end2 proto $proto spi $spi mode $mode replay-window 32 $flag $(theirs "$algorithm")"
		echo "state add src $end2 dst $end1 proto $proto spi $((spi + 1)) mode $mode $flag $(theirs "$algorithm")"
		for dir in $dirs; do
			echo "policy add dir $dir src $left dst $right tmpl src $end1 dst $end2 proto $proto mode $mode"
		done
		echo "policy add dir out src $right dst $left tmpl src $end2 dst $end1 proto $proto mode $mode"
	} | sed 's/^/xfrm /' | ip -n gw2 -batch -
}

books_of() { # spi
	ip -n gw2 -s xfrm state list spi "$1" |
		sed -nE '/lifetime current:/{n;s/.* ([0-9]+)\(packets\).*/\1/p}' | head -n 1
}

compare() { # name
	is "$1: what we protected, they received" "$(delta gw1 OUT_PROTECTED)" "$(books_of "$spi")"
	is "$1: what they protected, we received" "$(delta gw1 IN_PROTECTED)" "$(books_of $((spi + 1)))"
	is "$1: we dropped nothing" "" "$(drops gw1)"
	is "$1: they complain about nothing" "" \
		"$(in_ns gw2 awk '$2 != 0 { print $1, $2 }' /proc/net/xfrm_stat)"
}

case_of() { # proto mode inner outer algorithm
	local name="$1 $2 ${3}in$4 $5" from=h1 to=h2 there back wire
	there=$(host_of 2 "$3") back=$(host_of 1 "$3") wire=$ARTIFACTS/${name// /-}.pcap
	[ "$2" = tunnel ] || { from=gw1 to=gw2 there=$(end_of 2 "$4") back=$(end_of 1 "$4"); }
	check "$name: both take the rules" load "$@"
	snapshot gw1
	capture_wire "$wire"
	check "$name: we ask them" reaches "$from" "$there" -c 3 -i 0.05
	check "$name: they ask us" reaches "$to" "$back" -s 1100
	check "$name: TCP to them" tcp_transfer "$from" "$to" "$there" 200000
	check "$name: TCP to us" tcp_transfer "$to" "$from" "$back" 200000
	compare "$name"
	capture_end
	check "$name: only $1 on the wire" "only_$1" "$wire"
}

# Transport mode has the wire to itself.
for ns in gw1 gw2; do
	ip -n $ns -6 route replace 2001:db8::/64 dev eth1 metric 256 advmss 1200
done
case_of esp tunnel 6 6 gcm
case_of esp tunnel 6 4 cbc
case_of esp tunnel 4 6 cbc
case_of ah tunnel 6 6 hmac
case_of ah tunnel 4 6 hmac
case_of ah tunnel 6 4 hmac
case_of esp transport 6 6 cbc
case_of ah transport 6 6 hmac

# Extension headers: before ESP and AH those that routers read, behind them the others. An
# option that may change on the way counts as zero in AH, and one that may not as it is.
datagram_with() { # names of socket options
	ip netns exec gw2 timeout 10 socat -u UDP6-RECV:9000 CREATE:"$net_state/heard" &
	listens gw2 udp 9000 || return 1
	ip netns exec gw1 python3 - "$@" <<- 'END' || return 1
		import socket, sys
		changes = bytes([0x3e, 4]) + b"abcd"
		stays = bytes([0x1e, 4]) + b"efgh"
		options = {
		    "hop": (socket.IPV6_HOPOPTS, bytes([0, 1]) + changes + stays + bytes([1, 0])),
		    "dst": (socket.IPV6_DSTOPTS, bytes([0, 1]) + stays + changes + bytes([1, 0])),
		}
		s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
		for name in sys.argv[1:]:
		    s.setsockopt(socket.IPPROTO_IPV6, *options[name])
		s.sendto(b"heard", ("2001:db8::2", 9000))
	END
	await 5 grep -q heard "$net_state/heard"
	local status=$?
	pkill -f UDP6-RECV:9000
	wait $! 2>/dev/null
	return $status
}
for proto in ah esp; do
	load $proto transport 6 6 "$([ $proto = ah ] && echo hmac || echo gcm)" || bail "no rules for $proto"
	snapshot gw1
	capture_wire "$ARTIFACTS/extensions-$proto.pcap"
	check "$proto: hop-by-hop options" datagram_with hop
	check "$proto: destination options" datagram_with dst
	check "$proto: both" datagram_with hop dst
	capture_end
	is "$proto: behind hop-by-hop options" 2 "$(tshark -r "$ARTIFACTS/extensions-$proto.pcap" \
		-Y "ipv6.hopopts and ipv6.src == 2001:db8::1 and $proto" 2>/dev/null | wc -l)"
	is "$proto: three were protected" 3 "$(delta gw1 OUT_PROTECTED)"
	is "$proto: they complain about nothing" "" \
		"$(in_ns gw2 awk '$2 != 0 { print $1, $2 }' /proc/net/xfrm_stat)"
done
ktap_end
