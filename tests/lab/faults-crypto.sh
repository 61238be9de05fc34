#!/usr/bin/env bash
# vm: kernels=debug-uml timeout=400 module=selftest
# An engine of the kernel's crypto that fails, or ends late and in another order: what it fails with
# is a reason to drop, nothing leaves in clear or unencrypted, and SAs, namespaces and the module
# end while it works.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/traffic.sh"

# It is built beside the module.
engine=$(ls "$TOP/build/${KERNEL##*/}"-*selftest/src/selftest/troubled.ko | head -n 1)
ENOMEM=12 EIO=5 EBUSY=16 ENOSPC=28 EBADMSG=74
sync=0 late=1 at_once=2

set_engine() { # way, errno, one of how many, ms
	local dir=/sys/module/troubled/parameters
	echo 1000000000 > $dir/every
	echo "$1" > $dir/way
	echo "$2" > $dir/error
	echo "$4" > $dir/delay
	echo "$3" > $dir/every
}
engine_seen() { cat /sys/module/troubled/parameters/seen; }

# Under traffic, which has to go on.
trouble() { # name, reasons, way, errno, one of how many, ms
	local name=$1 reasons=$2 before ns
	shift 2
	before=$(engine_seen)
	snapshot gw1
	snapshot gw2
	set_engine "$@"
	check "$name: packets arrive in both directions" traffic_flows
	sleep 0.5
	set_engine $sync 0 1 0
	check "$name: it was so" test $(($(engine_seen) - before)) -gt 10
	for ns in gw1 gw2; do
		diag "$ns: $(drops $ns)"
		is "$name: what $ns drops" "" "$(drops $ns | tr ' ' '\n' | grep -vE "^($reasons)=|^\$")"
	done
}

load_module
modprobe -a gcm ctr ghash_generic cbc authenc hmac sha256_generic 2> /dev/null
insmod "$engine" || bail "no engine"
gateway_chain
watch_clear

all() { # name of the algorithms, errors, protocol, words
	local name=$1 errors=$2 error
	shift 2
	protect_chain "$@"
	traffic_begin 4 3
	trouble "$name, late" none $late 0 1 20
	trouble "$name, at once" none $at_once 0 1 0
	trouble "$name, some late" none $late 0 4 30
	for error in $errors; do
		trouble "$name, $error" "OUT_CRYPTO|IN_CRYPTO" $sync ${!error} 20 0
		trouble "$name, $error late" "OUT_CRYPTO|IN_CRYPTO" $late ${!error} 20 20
	done
	trouble "$name, EBADMSG" "OUT_CRYPTO|IN_ICV|IN_CRYPTO" $sync $EBADMSG 20 0
	trouble "$name, EBADMSG late" "OUT_CRYPTO|IN_ICV|IN_CRYPTO" $late $EBADMSG 20 20
	trouble "$name, EBADMSG at once" "OUT_CRYPTO|IN_ICV|IN_CRYPTO" $at_once $EBADMSG 20 0

	snapshot gw1
	snapshot gw2
	set_engine $late 0 1 1000
	for _ in 1 2 3 4; do
		sleep 0.3
		protect_chain "$@"
	done
	set_engine $sync 0 1 0
	check "$name: SAs end while it works: packets arrive" traffic_flows
	sleep 1
	for ns in gw1 gw2; do
		is "$name: SAs end while it works: what $ns drops" "" \
			"$(drops $ns | tr ' ' '\n' | grep -vE '^(OUT_SA_GONE|IN_NO_SA)=|^$')"
		diag "$ns: $(drops $ns)"
	done
	traffic_end "$name"
}

# A window for what overtakes so much.
all GCM "ENOMEM EIO EBUSY ENOSPC" esp enc aes-128-gcm replay 8192
all CBC-HMAC "ENOMEM EBUSY" esp enc aes-128 auth hmac-sha2-256 replay 8192
all GMAC "ENOMEM EIO" ah auth aes-128-gmac replay 8192

# --- what ends while packets are in it ----------------------------------------------------------

protect_chain esp enc aes-128-gcm
traffic_begin 4 3
set_engine $late 0 1 4000
sleep 0.5
check_fails "the module does not go" rmmod nfipsec
check_fails "nor does the engine" rmmod troubled
check "a gateway's namespace ends" ip netns del gw1
set_engine $sync 0 1 0
traffic_end "the end"
nothing_clear
unprotect gw2
check "the module can be unloaded" await 20 unload_module
check "then the engine as well" await 20 rmmod troubled

# The engine is taken away as soon as nobody has it, and the module is loaded again meanwhile.
insmod "$engine" || bail "no engine"
ns_add x
load_module
for ((n = 0; n < 2; n++)); do
	sas esp tunnel 192.0.2.1 192.0.2.2 enc aes-128-gcm | ipsec_load x || break
	ipsec x -F && await 10 rmmod nfipsec && load_module || break
done
is "loaded and unloaded with SAs in between" 2 $n
check "at the end the module can be unloaded" await 20 unload_module
ktap_end
