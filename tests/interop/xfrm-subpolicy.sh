#!/usr/bin/env bash
# Sub-policies with the distribution's own IPsec stack on one of two hosts: where a sub-policy and
# another one both protect, both ends put the same SA inside.
# vm: cpus=1 timeout=200 kernels=6.1
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"

keep_kernel_stack
load_module
host_pair
# Their neighbour discovery would be protected, and counted.
ip -n a neigh replace 2001:db8::2 lladdr "$(in_ns b cat /sys/class/net/eth0/address)" dev eth0 nud permanent
ip -n b neigh replace 2001:db8::1 lladdr "$(in_ns a cat /sys/class/net/eth0/address)" dev eth0 nud permanent

key=0x$(hex 20)
algorithms() { [ "$1" = ah ] && echo "auth hmac-sha1 authkey $key:$key" || echo "auth hmac-sha1 enc null authkey $key:$key"; }
theirs() { [ "$1" = ah ] && echo "auth hmac(sha1) $key" || echo "auth hmac(sha1) $key enc ecb(cipher_null) ''"; }
# left, right, type, protocol, mode, reqid
our_rules() {
	local ends=''
	[ "$5" = transport ] || ends="local $1 peer $2"
	echo "$4 $5 from $1 to $2 spi $6:1$6 reqid $6 $(algorithms "$4")"
	echo "flow $4 $5 from $1 to $2 $ends reqid $6 ${3/main/}"
}
their_rules() {
	local there="src $1 dst $2" back="src $2 dst $1" in='' out=''
	[ "$5" = transport ] || in=$there out=$back
	echo "state add $there proto $4 spi $6 mode $5 reqid $6 $(theirs "$4")"
	echo "state add $back proto $4 spi 1$6 mode $5 reqid $6 $(theirs "$4")"
	echo "policy add $there dir in ptype $3 tmpl $in proto $4 mode $5 reqid $6"
	echo "policy add $back dir out ptype $3 tmpl $out proto $4 mode $5 reqid $6"
}
load() { # left, right, sub-policy, main policy
	{ our_rules "$1" "$2" sub ${3/\// } 1001; our_rules "$1" "$2" main ${4/\// } 1002; } | ipsec a -F -f - || return 1
	xfrm_flush b
	ip -n b xfrm policy flush ptype sub
	{ their_rules "$1" "$2" sub ${3/\// } 1001; their_rules "$1" "$2" main ${4/\// } 1002; } | sed 's/^/xfrm /' | ip -n b -batch -
}
complaints() { in_ns b awk '$2 != 0 { print $1, $2 }' /proc/net/xfrm_stat; }

# Where on the wire the SPI of an SA is: outside, or inside a tunnel, or behind ESP or AH.
case_of() { # family, sub-policy, main policy, where the SPI of the former is, where that of the latter
	local left right ip=ip name="IPv$1, $2 and $3" wire=$ARTIFACTS/$1-${2/\//-}-${3/\//-}.pcap way
	left=$(end_of 1 "$1") right=$(end_of 2 "$1")
	[ "$1" = 4 ] || ip=ip6
	check "$name: both take the rules" load "$left" "$right" "$2" "$3"
	snapshot a
	capture_wire "$wire"
	check "$name: they answer" reaches a "$right" -c 3 -i 0.05
	check "$name: and ask" reaches b "$left" -c 3 -i 0.05
	capture_end
	for way in "" 1; do
		is "$name: each packet has both SAs, in this order: ${way:-0}" 6 \
			"$(packets "$wire" "${ip}[$4:4] == ${way}1001 and ${ip}[$5:4] == ${way}1002")"
	done
	is "$name: we protected and received, and dropped" "6 6 " \
		"$(delta a OUT_PROTECTED) $(delta a IN_PROTECTED) $(drops a)"
	is "$name: they have nothing to complain about" "" "$(complaints)"
}

case_of 4 esp/transport esp/tunnel 48 20
case_of 4 esp/tunnel esp/transport 28 20
case_of 4 esp/tunnel esp/tunnel 48 20
case_of 4 esp/transport ah/transport 44 24
case_of 6 esp/transport esp/tunnel 88 40
case_of 6 esp/tunnel esp/transport 40 88
case_of 6 esp/tunnel esp/tunnel 88 40
case_of 6 esp/transport ah/transport 64 44
ipsec a -F
check "the module can be unloaded" unload_module
ktap_end
