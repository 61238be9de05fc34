#!/usr/bin/env bash
# AH, byte for byte, with an implementation that we did not write: scapy's. Options in the
# IP header are part of what AH authenticates.
# vm: cpus=1 timeout=400
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench
forge "$TOP/tests/interop/scapy-ipsec.py" ah
ktap_end
