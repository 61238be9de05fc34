#!/usr/bin/env bash
# What programs of this host write with raw sockets and cannot be protected: each packet is dropped
# once, for its reason; and headers of others that AH cannot sign.
# vm: cpus=1 timeout=60 kernels=6.1,6.12
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench6
forge "$TOP/tests/net/bad-local.py"
ktap_end
