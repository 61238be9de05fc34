#!/usr/bin/env bash
# Every algorithm, mode, family and size of window, in pairs, with ESN and without: what fits
# exactly passes, and the sender of one byte more is told. net/esp, net/ah and their like go deeper with a few.
# vm: cpus=1 timeout=300
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"

load_module
gateway_chain
for ns in h1 gw1; do	# an answer about each packet
	in_ns $ns sysctl -qw net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0
done
ktap_relay "" < <(PYTHONPATH="$TOP/tests/lib" PYTHONDONTWRITEBYTECODE=1 \
	python3 -u "$TOP/tests/net/matrix.py" 2>&1)
for ns in gw1 gw2; do
	ipsec $ns -F
done
check "the module can be unloaded" unload_module
ktap_end
