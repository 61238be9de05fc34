#!/usr/bin/env bash
# Beside nfipsec the kernel's own stack has SAs in a namespace: packets that are not nfipsec's are left to
# it, and counted.
# vm: cpus=1 timeout=60
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"

key=0x$(hex 20)
kernel_sas() { # namespace, own address, the other one
	local way
	for way in "src $2 dst $3" "src $3 dst $2"; do
		# shellcheck disable=SC2086
		ip -n "$1" xfrm state add $way proto esp spi 0x1001 mode transport aead 'rfc4106(gcm(aes))' "$key" 128 ||
			bail "the kernel's own stack refuses an SA"
	done
	ip -n "$1" xfrm policy add src "$2" dst "$3" dir out tmpl proto esp mode transport &&
		ip -n "$1" xfrm policy add src "$3" dst "$2" dir in tmpl proto esp mode transport ||
		bail "the kernel's own stack refuses a policy"
}

host_pair
keep_kernel_stack
modprobe esp4 || bail "no ESP of the kernel's own"
load_module
kernel_sas a 192.0.2.1 192.0.2.2
kernel_sas b 192.0.2.2 192.0.2.1
capture_wire "$ARTIFACTS/wire.pcap"
check "the kernel's own stack protects" reaches a 192.0.2.2
snapshot b
ipsec_load b <<< "esp from 192.0.2.9 to 192.0.2.2 spi 0x1002 enc aes-128-gcm enckey 0x$(hex 20)"
check "it does so beside an SA of nfipsec" in_ns a ping -n -q -c 3 -i 0.1 -W 2 192.0.2.2
capture_end
check "only ESP on the wire" only_esp "$ARTIFACTS/wire.pcap"
is "each packet was left to it" 3 "$(delta b IN_NOT_OURS)"
is "none of them is nfipsec's" "0 0" "$(delta b IN_SEEN) $(delta b IN_ESP)"
is "nothing was dropped" "" "$(drops b)"

ip -n b xfrm policy flush
ip -n b xfrm state flush
check_fails "what is nobody's, since the other one has no SAs," reaches a 192.0.2.2 -W 1
is "is nfipsec's to drop" IN_NO_SA=1 "$(drops b)"
is "and not left to it" 3 "$(delta b IN_NOT_OURS)"
ipsec b -F
check "the module can be unloaded" unload_module
ktap_end
