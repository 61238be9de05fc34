#!/usr/bin/env bash
# The distribution's own IPsec stack rules one of two gateways: every algorithm that it has,
# in tunnel and transport mode, IPv4 and IPv6, both directions. Both have the same books.
# vm: cpus=1 timeout=300 kernels=6.1,6.12
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"

keep_kernel_stack
load_module
gateway_chain
ktap_relay "" < <(PYTHONPATH="$TOP/tests/lib" PYTHONDONTWRITEBYTECODE=1 \
	python3 -u "$TOP/tests/interop/xfrm-algorithms.py" 2>&1)
ktap_end
