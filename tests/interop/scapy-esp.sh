#!/usr/bin/env bash
# ESP, byte for byte, with an implementation that we did not write: scapy's.
# vm: cpus=1 timeout=400
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench
forge "$TOP/tests/interop/scapy-ipsec.py" esp
ktap_end
