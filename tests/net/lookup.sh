#!/usr/bin/env bash
# Whose packet is it: SAs that share an SPI, told apart by protocol, destination and source, of
# one host or of a multicast group, in both families.
# vm: timeout=120
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench6
addr us eth1 192.0.2.9/24 2001:db8::9/64
forge "$TOP/tests/net/lookup.py"
check "the module can be unloaded" eval 'ipsec us -F && unload_module'
ktap_end
