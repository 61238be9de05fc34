#!/usr/bin/env bash
# Packets that a device has left to be cut: UDP (UFO) and TCP, in IPv4 and IPv6, are cut before they are
# protected, and counted with the length that they came with.
# vm: cpus=1 timeout=60 kernels=6.1,6.12
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

modprobe -q tun
load_module
forge_bench6
forge "$TOP/tests/net/gso.py"
ktap_end
