#!/usr/bin/env bash
# vm: cpus=2 timeout=400 kernels=6.1,6.12
# Crypto that goes on in the background: both paths, and what ends under them.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"

# pcrypt spreads work over processors.
[ "$(nproc)" != 1 ] || skip_all "this machine has one processor, and asynchronous crypto wants more"
load_module
modprobe -a crypto_user pcrypt cryptd || bail "no asynchronous crypto here"

# The driver that the kernel chooses for an algorithm; an SA has made it appear.
driver() {
	awk -v want="$1" -F ' *: ' '
		$1 == "name" { name = $2 }
		$1 == "driver" { driver = $2 }
		$1 == "priority" && name == want && $2 > best { best = $2; found = driver }
		END { print found }' /proc/crypto
}

users() { # driver: how many hold it, besides itself
	awk -v want="$1" -F ' *: ' '
		$1 == "driver" { driver = $2 }
		$1 == "refcnt" && driver == want { print $2 - 1 }' /proc/crypto
}

make_async() { # aead or hash, wrapper, algorithm
	wrapped="$2($(driver "$3"))"
	check "$wrapped exists" python3 "$TOP/tests/lib/crypto-add.py" "$1" "$wrapped"
	is "$wrapped is the first choice" "$wrapped" "$(driver "$3")"
}

traffic() { # name, protocol, algorithm words...
	local name=$1 proto=$2
	shift 2
	protect_chain "$proto" "$@"
	check "$name: the SAs use it" test "$(users "$wrapped")" -ge 4
	capture_wire "$ARTIFACTS/$proto-$name.pcap"
	snapshot gw1
	snapshot gw2
	check "$name: ping flood" in_ns h1 ping -n -q -c 100 -i 0.005 -W 3 10.2.0.2
	check "$name: the books of both ends" balanced gw1 gw2 "$proto"
	check "$name: TCP both ways" both_ways
	check "$name: UDP of 60 kB" udp_send h1 h2 10.2.0.2 60000
	capture_end
	check "$name: only $proto on the wire" "only_$proto" "$ARTIFACTS/$proto-$name.pcap"
}

both_ways() { tcp_transfer h1 h2 10.2.0.2 200000 && tcp_transfer h2 h1 10.1.0.2 200000; }

# SAs come and go while packets are in the engine.
replace_under_traffic() { # protocol, algorithm words...
	local n
	ip netns exec h1 ping -n -q -c 2000 -i 0.001 -W 1 10.2.0.2 > /dev/null &
	local ping=$!
	for n in 1 2 3 4; do
		protect_chain "$@"
		sleep 0.1
		unprotect gw1 gw2
	done
	kill "$ping"
	wait "$ping" 2>/dev/null
	protect_chain "$@"
	reaches h1 10.2.0.2
}

gateway_chain
protect_chain esp enc aes-128-gcm
make_async aead pcrypt 'rfc4106(gcm(aes))'
traffic GCM esp enc aes-128-gcm
check "GCM: SAs replaced under traffic" replace_under_traffic esp enc aes-128-gcm

protect_chain esp auth hmac-sha2-256 enc aes-128
make_async aead pcrypt 'authenc(hmac(sha256),cbc(aes))'
traffic CBC-HMAC esp auth hmac-sha2-256 enc aes-128

protect_chain ah auth hmac-sha2-256
make_async hash cryptd 'hmac(sha256)'
traffic HMAC ah auth hmac-sha2-256
check "AH: SAs replaced under traffic" replace_under_traffic ah auth hmac-sha2-256

# A namespace ends while its packets are in the engine.
ip netns exec h1 ping -n -q -c 3000 -i 0.001 -W 1 10.2.0.2 > /dev/null &
ping=$!
sleep 0.5
check "a gateway's namespace ends under traffic" ip netns del gw1
kill "$ping" 2>/dev/null
wait "$ping" 2>/dev/null
ns_del gw2
check "then the module can be unloaded" await 10 unload_module
ktap_end
