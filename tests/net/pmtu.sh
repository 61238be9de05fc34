#!/usr/bin/env bash
# vm: timeout=300
# Path MTU through a NAT (RFC 4301 8): what tracepath says, exactly; what routers on the way tell is
# kept with the SA, shown, forgotten when it is old, and not believed if it cannot be true.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/nat-path.sh"

nat_path
for ns in client gateway; do
	key_manager $ns 4
	key_manager $ns 6
done
load_module

# tunnel FAMILY ALGORITHM-WORDS...: new SAs, ESP in UDP, IPv4 in IPv4 or IPv6 in IPv6
tunnel() {
	local family=$1 words here peer seen server client ports=''
	shift
	protect_spi=$((protect_spi + 2))
	words="spi $protect_spi:$((protect_spi + 1)) $* $(keys "$@") udpencap"
	case $family in
	4) peer=198.51.100.2 here=10.9.0.2 seen=198.51.100.1 server=10.2.0.0/24 client=10.3.0.2/32
	   ports=' port 31000 to 4500' ;;
	6) peer=2001:db8:1::2 here=fd09::2 seen=fd09::2 server=fd02::/64 client=fd03::2/128 ;;
	esac
	ipsec_load client <<- END && ipsec_load gateway <<- END
		esp tunnel from $here to $peer $words
		flow esp from $client to $server peer $peer
	END
		esp tunnel from $seen to $peer $words$ports
		flow esp from $server to $client peer $seen
	END
	# The client sends first, as a road warrior does.
	reaches client "$([ "$family" = 4 ] && echo 10.2.0.2 || echo fd02::2)"
}

sa_shows() { # jq expression about the gateway's SA that sends
	ipsec gateway -j -s sa | jq -r ".sa[] | select(.pmtu) | .pmtu | $1"
}

# The header of IP, UDP, ESP and the IV, the ICV; the rest is a multiple of the block, of which the
# trailer takes 2 bytes.
sha1="auth hmac-sha1 enc aes-128"
md5="auth hmac-md5 enc 3des"

forgotten() { reaches server "$1" && [ "$(sa_shows '"\(.mtu) \(.router)"')" = "1500 null" ]; }

# 1000 bytes end IPv6 on a link.
for family in 6 4; do
	to=10.3.0.2 header=20 router=198.51.100.1
	[ $family = 4 ] || to=fd03::2 header=40 router=2001:db8:1::1
	fits() { echo $((($1 - header - 8 - 8 - $2 - 12) / $3 * $3 - 2)); } # mtu, iv, block

	links 1500 1500
	# shellcheck disable=SC2086
	check "IPv$family, AES and SHA-1: a tunnel" tunnel $family $sha1
	is "all links 1500" "pmtu 1500 pmtu $(fits 1500 16 16) reached hops 2" "$(tracepath_says server $to)"
	is "the SA shows what fits" "1500 $(fits 1500 16 16) null" \
		"$(sa_shows '"\(.mtu) \(.inside) \(.router)"')"
	unprotect client gateway

	links 1500 1500
	# shellcheck disable=SC2086
	check "IPv$family, 3DES and MD5: a tunnel" tunnel $family $md5
	is "all links 1500, again" "pmtu 1500 pmtu $(fits 1500 8 8) reached hops 2" "$(tracepath_says server $to)"
	unprotect client gateway

	# IPv6 must pass 1280 bytes everywhere, inside as well.
	wide=1300 narrow=1000
	[ $family = 4 ] || wide=1450 narrow=1400
	links $wide $narrow
	# shellcheck disable=SC2086
	check "narrower and narrower: a tunnel" tunnel $family $md5
	is "narrower and narrower" "pmtu 1500 pmtu $(fits $wide 8 8) pmtu $(fits $narrow 8 8) reached hops 2" \
		"$(tracepath_says server $to)"
	is "the SA shows who has said so" "$narrow $(fits $narrow 8 8) $router" \
		"$(sa_shows '"\(.mtu) \(.inside) \(.router)"')"
	unprotect client gateway

	in_ns gateway sysctl -qw net.ipv$family.route.mtu_expires=2
	narrow=1200 most=1438 least=1138
	[ $family = 4 ] || narrow=1400 most=1418 least=1318
	links 1500 $narrow
	check "IPv$family: a tunnel" tunnel $family enc aes-128-gcm
	is "IPv$family: a narrow link" "pmtu 1500 pmtu $most pmtu $least reached hops 2" "$(tracepath_says server $to)"
	links 1500 1500
	check "IPv$family: it is wide again, and what was learnt grows old" await 20 forgotten $to
	is "IPv$family: then it is found out anew" "pmtu 1500 pmtu $most reached hops 2" "$(tracepath_says server $to)"
	[ $family = 4 ] || unprotect client gateway
done

is "in words" "	# path MTU 1500, inside 1438, overhead 62, of the route" \
	"$(ipsec gateway -v -s sa | grep 'path MTU')"
check "the module can be unloaded" await 10 eval 'unprotect client gateway && unload_module'
ktap_end
