#!/usr/bin/env bash
# ESP in UDP in transport mode, from a host that is not ours: its packets bring nothing along but
# their bytes. Each is delivered to a socket, every byte of it.
# vm: cpus=1 timeout=60
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"
. "$TOP/tests/lib/protect.sh"

load_module
forge_bench6
forge_local "$TOP/tests/net/udpencap-wire.py"
ktap_end
