#!/usr/bin/env bash
# vm: cpus=1 timeout=200
# A tunnel that `ip xfrm` has made: state, and policies in, out and fwd.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"

gateway_chain
load_module

key=0x000102030405060708090a0b0c0d0e0f10111213
# namespace, own network, the other one, own end, the other one
end() {
	local ns=$1 own=$2 other=$3 here=$4 there=$5 dir
	for dir in "$here $there" "$there $here"; do
		set -- $dir
		ip -n "$ns" xfrm state add src "$1" dst "$2" proto esp spi 0x1001 mode tunnel reqid 1 \
			replay-window 32 aead 'rfc4106(gcm(aes))' $key 128 || bail "$ns refuses an SA"
	done
	ip -n "$ns" xfrm policy add src "$own" dst "$other" dir out \
		tmpl src "$here" dst "$there" proto esp mode tunnel reqid 1 || bail "$ns refuses a policy"
	for dir in in fwd; do
		ip -n "$ns" xfrm policy add src "$other" dst "$own" dir $dir \
			tmpl src "$there" dst "$here" proto esp mode tunnel reqid 1 || bail "$ns refuses a policy"
	done
}
end gw1 10.1.0.0/24 10.2.0.0/24 192.0.2.1 192.0.2.2
end gw2 10.2.0.0/24 10.1.0.0/24 192.0.2.2 192.0.2.1

snapshot gw1
capture_wire "$ARTIFACTS/wire.pcap"
check "h1 reaches h2" reaches h1 10.2.0.2
capture_end
check "only ESP crossed" only_esp "$ARTIFACTS/wire.pcap"
is "nothing was dropped" "" "$(drops gw1)"

ip -n gw2 xfrm policy delete src 10.1.0.0/24 dst 10.2.0.0/24 dir fwd
snapshot gw2
is "without the forward policy it does not" no "$(reaches h1 10.2.0.2 > /dev/null 2>&1 && echo yes || echo no)"
check "and the reason is counted" test "$(delta gw2 IN_NO_POLICY)" -gt 0
check "but the gateway itself is reached" reaches h1 10.2.0.1

xfrm_flush gw1 gw2
check "the module can be unloaded" unload_module
ktap_end
