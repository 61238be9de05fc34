#!/usr/bin/env bash
# The largest packet inside, for every algorithm, mode and family, with UDP and without: the module says
# what Documentation/sizes.md says; a packet of this size leaves, and who sends one byte more is told.
# Leaves the document as it should be in $ARTIFACTS/sizes.md, from where `make sizes` copies it.
# vm: cpus=1 timeout=500
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench6
# Only the link eth1 of us is narrow.
for end in "near eth0" "us eth0" "far eth0"; do
	ip -n "${end% *}" link set "${end#* }" mtu 9600
done
# What this host tells itself, it gets there.
in_ns us sysctl -qw net.ipv6.conf.lo.disable_ipv6=0
forge "$TOP/tests/net/sizes.py" "$TOP/Documentation/sizes.md" "$ARTIFACTS/sizes.md"
ipsec us -F
check "the module can be unloaded" unload_module
ktap_end
