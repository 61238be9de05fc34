#!/usr/bin/env bash
# Extended sequence numbers with the distribution's own IPsec stack, which rules one of two
# gateways: every kind of algorithm over 2^32, in both directions.
# vm: cpus=1 timeout=400 kernels=6.1
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"

keep_kernel_stack
load_module
gateway_chain

auth=0x$(hex 64) enc=0x$(hex 36)
bytes() { echo "0x${2:2:$1*2}"; } # how many, of what
ours() { # algorithm words; for the kernel's stack as well
	case $1 in
	cbc)    echo "auth hmac-sha2-256 authkey $(bytes 32 $auth) enc aes-128 enckey $(bytes 16 $enc)" ;;
	ctr)    echo "auth hmac-sha1 authkey $(bytes 20 $auth) enc aes-256-ctr enckey $(bytes 36 $enc)" ;;
	null)   echo "auth hmac-sha2-512 authkey $auth enc null" ;;
	xcbc)   echo "auth aes-xcbc authkey $(bytes 16 $auth) enc aes-256 enckey $(bytes 32 $enc)" ;;
	cmac)   echo "auth aes-cmac authkey $(bytes 16 $auth) enc null" ;;
	gcm)    echo "enc aes-256-gcm enckey $enc" ;;
	ccm)    echo "enc aes-128-ccm enckey $(bytes 19 $enc)" ;;
	chacha) echo "enc chacha20-poly1305 enckey $enc" ;;
	gmac)   echo "enc aes-128-gmac enckey $(bytes 20 $enc)" ;;
	sha256) echo "auth hmac-sha2-256 authkey $(bytes 32 $auth)" ;;
	sha1)   echo "auth hmac-sha1 authkey $(bytes 20 $auth)" ;;
	axcbc)  echo "auth aes-xcbc authkey $(bytes 16 $auth)" ;;
	acmac)  echo "auth aes-cmac authkey $(bytes 16 $auth)" ;;
	esac
}
theirs() {
	case $1 in
	cbc)    echo "auth-trunc hmac(sha256) $(bytes 32 $auth) 128 enc cbc(aes) $(bytes 16 $enc)" ;;
	ctr)    echo "auth-trunc hmac(sha1) $(bytes 20 $auth) 96 enc rfc3686(ctr(aes)) $(bytes 36 $enc)" ;;
	null)   echo "auth-trunc hmac(sha512) $auth 256 enc ecb(cipher_null) ''" ;;
	xcbc)   echo "auth-trunc xcbc(aes) $(bytes 16 $auth) 96 enc cbc(aes) $(bytes 32 $enc)" ;;
	cmac)   echo "auth-trunc cmac(aes) $(bytes 16 $auth) 96 enc ecb(cipher_null) ''" ;;
	gcm)    echo "aead rfc4106(gcm(aes)) $enc 128" ;;
	ccm)    echo "aead rfc4309(ccm(aes)) $(bytes 19 $enc) 128" ;;
	chacha) echo "aead rfc7539esp(chacha20,poly1305) $enc 128" ;;
	gmac)   echo "aead rfc4543(gcm(aes)) $(bytes 20 $enc) 128" ;;
	sha256) echo "auth-trunc hmac(sha256) $(bytes 32 $auth) 128" ;;
	sha1)   echo "auth-trunc hmac(sha1) $(bytes 20 $auth) 96" ;;
	axcbc)  echo "auth-trunc xcbc(aes) $(bytes 16 $auth) 96" ;;
	acmac)  echo "auth-trunc cmac(aes) $(bytes 16 $auth) 96" ;;
	esac
}

# Both ends have sent the last numbers but four of a cycle.
cycle=7 low=4294967291 spi=0x4000
load() { # proto family algorithm
	local proto=$1 end1 end2 left right flag='flag esn' dir both start
	end1=$(end_of 1 "$2") end2=$(end_of 2 "$2") left=$(net_of 1 4) right=$(net_of 2 4)
	start=$(((cycle << 32) + low))
	both="esn sent $start received $start"
	[ "$2" = 4 ] || flag+=" af-unspec"
	[ "$proto$2" != ah4 ] || flag+=" align4"
	spi=$((spi + 2))
	ipsec gw1 -F -f - <<- END || return 1
		$proto from $end1 to $end2 spi $spi $(ours "$3") $both
		$proto from $end2 to $end1 spi $((spi + 1)) $(ours "$3") $both
		flow $proto from $left to $right local $end1 peer $end2
	END
	ip -n gw2 xfrm state flush
	ip -n gw2 xfrm policy flush
	start="replay-window 64 replay-seq $low replay-seq-hi $cycle replay-oseq $low replay-oseq-hi $cycle"
	{
		echo "state add src $end1 dst $end2 proto $proto spi $spi mode tunnel $start $flag $(theirs "$3")"
		echo "state add src $end2 dst $end1 proto $proto spi $((spi + 1)) mode tunnel $start $flag $(theirs "$3")"
		for dir in fwd in; do
			echo "policy add dir $dir src $left dst $right tmpl src $end1 dst $end2 proto $proto mode tunnel"
		done
		echo "policy add dir out src $right dst $left tmpl src $end2 dst $end1 proto $proto mode tunnel"
	} | sed 's/^/xfrm /' | ip -n gw2 -batch -
}

# What was sent and received last, from the edge on.
numbers() {
	local sent received
	read -r sent received < <(ipsec gw1 -j -s sa | jq -r '"\(.sa[0].seq_out) \(.sa[1].seq_in)"')
	echo "$((sent - ((cycle + 1) << 32))) $((received - ((cycle + 1) << 32)))"
}

case_of() { # proto family algorithm
	local name="$1 over IPv$2, $3"
	check "$name: both take the rules" load "$@"
	snapshot gw1
	check "$name: they answer" reaches h1 10.2.0.2 -c 8 -i 0.02
	is "$name: we protected and received, and dropped" "8 8 " \
		"$(delta gw1 OUT_PROTECTED) $(delta gw1 IN_PROTECTED) $(drops gw1)"
	is "$name: both directions are 3 past the edge" "3 3" "$(numbers)"
	is "$name: they complain about nothing" "" \
		"$(in_ns gw2 awk '$2 != 0 { print $1, $2 }' /proc/net/xfrm_stat)"
}

for algorithm in cbc ctr null xcbc cmac gcm ccm chacha gmac; do
	case_of esp 4 $algorithm
done
for algorithm in sha256 sha1 axcbc acmac; do
	case_of ah 4 $algorithm
done
case_of esp 6 gcm
case_of ah 6 sha256

# What crossed is extended: without it they understand nothing.
check "one end without extended numbers: takes the rules" load esp 4 cbc
ipsec gw1 -k -s sa | sed 's/ esn//' > "$net_state/plain"
check "one end without extended numbers: the other rules" ipsec gw1 -F -f - <<- END
	$(cat "$net_state/plain")
	flow from $(net_of 1 4) to $(net_of 2 4) peer 192.0.2.2
END
check_fails "one end without extended numbers: no answer" reaches h1 10.2.0.2 -c 1 -W 1
is "one end without extended numbers: they say why" 1 \
	"$(in_ns gw2 awk '$1 == "XfrmInStateProtoError" { print $2 }' /proc/net/xfrm_stat)"
ktap_end
