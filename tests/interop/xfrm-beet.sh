#!/usr/bin/env bash
# BEET mode with the distribution's own IPsec stack on one of two hosts: either family inside
# either, IPv4 options, sizes.
# vm: cpus=1 timeout=400 kernels=6.1
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/matrix.sh"

keep_kernel_stack
load_module
host_pair

# The addresses inside are nowhere but on the two hosts.
inside() { # host, family
	case $2 in
	4) echo 10.9.0.$1 ;;
	6) echo fd09::$1 ;;
	esac
}
for n in 1 2; do
	ns=$([ $n = 1 ] && echo a || echo b)
	ip -n $ns addr add 10.9.0.$n/32 dev lo
	ip -n $ns addr add fd09::$n/128 dev lo nodad
	ip -n $ns route add 10.9.0.$((3 - n)) dev eth0 src 10.9.0.$n
	ip -n $ns route add fd09::$((3 - n)) dev eth0 src fd09::$n
done

key=0x$(hex 20) spi=0x5000
load() { # family inside, family outside
	local in1 in2 out1 out2 bits=32 dir
	in1=$(inside 1 "$1") in2=$(inside 2 "$1") out1=$(end_of 1 "$2") out2=$(end_of 2 "$2")
	[ "$1" = 4 ] || bits=128
	spi=$((spi + 2))
	ipsec a -F -f - <<- END || return 1
		esp beet from $out1 to $out2 spi $spi:$((spi + 1)) auth hmac-sha1 enc null authkey $key:$key for from $in1 to $in2
		flow esp beet from $in1 to $in2 local $out1 peer $out2
	END
	ip -n b xfrm state flush
	ip -n b xfrm policy flush
	{
		echo "state add src $out1 dst $out2 proto esp spi $spi mode beet auth hmac(sha1) $key enc ecb(cipher_null) '' sel src $in1/$bits dst $in2/$bits"
		echo "state add src $out2 dst $out1 proto esp spi $((spi + 1)) mode beet auth hmac(sha1) $key enc ecb(cipher_null) '' sel src $in2/$bits dst $in1/$bits"
		echo "policy add dir in src $in1/$bits dst $in2/$bits tmpl src $out1 dst $out2 proto esp mode beet"
		echo "policy add dir out src $in2/$bits dst $in1/$bits tmpl src $out2 dst $out1 proto esp mode beet"
	} | sed 's/^/xfrm /' | ip -n b -batch -
}
complaints() { in_ns b awk '$2 != 0 { print $1, $2 }' /proc/net/xfrm_stat; }

for families in "4 4" "6 6" "6 4" "4 6"; do
	read -r inner outer <<< "$families"
	name="${inner}in$outer" to=$(inside 2 "$inner") wire=$ARTIFACTS/beet-$inner-$outer.pcap
	check "$name: both take the rules" load "$inner" "$outer"
	snapshot a
	capture_wire "$wire"
	check "$name: they answer" reaches a "$to" -c 3 -i 0.05
	check "$name: and ask" reaches b "$(inside 1 "$inner")" -c 3 -i 0.05
	capture_end
	check "$name: only ESP on the wire" only_esp "$wire"
	# ESP, 8 bytes of ICMP, 56 of data, trailer to a word, ICV; no header inside
	size=$((8 + 64 + 4 + 12))
	[ "$outer" = 4 ] && size=$((size + 20))
	[ "$outer" = 4 ] && filter="ip[2:2] == $size" || filter="ip6[4:2] == $size"
	is "$name: without a header inside" 12 "$(packets "$wire" "$filter")"
	is "$name: we protected and received, and dropped" "6 6 " \
		"$(delta a OUT_PROTECTED) $(delta a IN_PROTECTED) $(drops a)"
	check "$name: TCP" tcp_transfer a b "$to" 100000
	check "$name: UDP" udp_send a b "$to" 1000
	check "$name: UDP in fragments" udp_send a b "$to" 5000
	check "$name: UDP in fragments, to us" udp_send b a "$(inside 1 "$inner")" 5000
	# what is left of 1500 bytes, with the header that is not sent
	room=$((1500 - (outer == 4 ? 20 : 40) - 8 - 12))
	forget_path a
	check "$name: what fits, exactly" exact_limit a "$to" $((room / 4 * 4 - 2 + (inner == 4 ? 20 : 40)))
	is "$name: they complain about nothing" "" "$(complaints)"
	forget_path a
	forget_path b
done

check "options: both take the rules" load 4 4
for options in "-R" "-T tsonly" "-T tsandaddr"; do
	snapshot a
	capture b eth0 "$ARTIFACTS/options.pcap" 'ip[0] > 0x45 and src 10.9.0.1'
	# shellcheck disable=SC2086
	check "options, $options: they answer" reaches a 10.9.0.2 -c 2 -i 0.05 $options
	capture_end
	is "options, $options: they see them" 2 "$(packets "$ARTIFACTS/options.pcap" ip)"
	is "options, $options: so do we" "2 " "$(delta a IN_PROTECTED) $(drops a)"
done

# What is for other addresses does not go that way.
snapshot a
ip -n a addr add 10.9.0.7/32 dev lo
check_fails "another source: no answer" reaches a 10.9.0.2 -I 10.9.0.7 -W 1
is "another source: in clear, as no flow is about it" 1 "$(delta a OUT_BYPASSED)"
ipsec a -f - <<< "flow esp beet out from 10.9.0.7 to 10.9.0.2 local 192.0.2.1 peer 192.0.2.2 type dontacq"
snapshot a
check_fails "a flow for it: no answer" reaches a 10.9.0.2 -I 10.9.0.7 -W 1
check "a flow for it: there is no SA with these addresses" no_drops a OUT_NO_SA=1
unprotect a
check "the module can be unloaded" unload_module
ktap_end
