# shellcheck shell=bash
# Two gateways with a tunnel between them, by the distribution's stack and by nfipsec. After
# measure.sh.
#
#   gateways                       h1 - gw1 - gw2 - h2, wide enough for what is protected
#   xfrm_load FAMILY ALGORITHM     the distribution's stack
#   our_load FAMILY ALGORITHM      nfipsec; our_flush

gateways() {
	local ns dev
	gateway_chain
	for ns in h1 gw1 gw2 h2; do
		ip -n $ns link set eth0 mtu 1600
	done
	for ns in gw1 gw2; do
		ip -n $ns link set eth1 mtu 1700
	done
	for dev in left right br0; do
		ip -n wan link set $dev mtu 1700
	done
	modprobe -a aesni_intel ghash_clmulni_intel sha1_ssse3 sha256_ssse3 esp4 esp6 xfrm_user \
		chacha20poly1305 2> /dev/null
}

auth_key=0x$(printf '%064d' 7) enc_key=0x$(printf '%032d' 7) gcm_key=0x$(printf '%040d' 7)
theirs() {
	case $1 in
	null-sha1) echo "auth-trunc hmac(sha1) ${auth_key:0:42} 96 enc ecb(cipher_null) ''" ;;
	gcm)       echo "aead rfc4106(gcm(aes)) $gcm_key 128" ;;
	chacha)    echo "aead rfc7539esp(chacha20,poly1305) 0x$(printf '%072d' 7) 128" ;;
	cbc-sha2)  echo "auth-trunc hmac(sha256) $auth_key 128 enc cbc(aes) $enc_key" ;;
	esac
}
ours() {
	case $1 in
	null-sha1) echo "auth hmac-sha1 authkey ${auth_key:0:42}:${auth_key:0:42} enc null" ;;
	gcm)       echo "enc aes-128-gcm enckey $gcm_key:$gcm_key" ;;
	chacha)    echo "enc chacha20-poly1305 enckey 0x$(printf '%072d' 7):0x$(printf '%072d' 7)" ;;
	cbc-sha2)  echo "auth hmac-sha2-256 authkey $auth_key:$auth_key enc aes-128 enckey $enc_key:$enc_key" ;;
	esac
}

ends() { # family: sets left right end1 end2
	if [ "$1" = 4 ]; then
		left=10.1.0.0/24 right=10.2.0.0/24 end1=192.0.2.1 end2=192.0.2.2
	else
		left=fd01::/64 right=fd02::/64 end1=2001:db8::1 end2=2001:db8::2
	fi
}

xfrm_end() { # namespace, own network, the other one, own end, the other one, algorithm
	local dir
	{
		echo "state add src $end1 dst $end2 proto esp spi 0x1001 mode tunnel replay-window 64 $(theirs "$6")"
		echo "state add src $end2 dst $end1 proto esp spi 0x2001 mode tunnel replay-window 64 $(theirs "$6")"
		echo "policy add dir out src $2 dst $3 tmpl src $4 dst $5 proto esp mode tunnel"
		for dir in in fwd; do
			echo "policy add dir $dir src $3 dst $2 tmpl src $5 dst $4 proto esp mode tunnel"
		done
	} | sed 's/^/xfrm /' | ip -n "$1" -batch -
}
xfrm_load() { # family algorithm
	ends "$1"
	xfrm_end gw1 $left $right $end1 $end2 "$2" && xfrm_end gw2 $right $left $end2 $end1 "$2"
}

our_end() { # namespace, own network, the other one, own end, the other one, algorithm
	ipsec_load "$1" <<- END
		esp tunnel from $end1 to $end2 spi 0x1001:0x2001 $(ours "$6")
		flow esp from $2 to $3 local $4 peer $5
	END
}
our_load() { # family algorithm
	ends "$1"
	our_end gw1 $left $right $end1 $end2 "$2" && our_end gw2 $right $left $end2 $end1 "$2"
}
our_flush() { ipsec gw1 -F && ipsec gw2 -F; }
