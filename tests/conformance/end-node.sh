#!/usr/bin/env bash
# Items of the IPv6 Ready Logo's conformance tests for IPsec: an end node.
# vm: cpus=1 timeout=200
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench6
# Else answers have a flow label, which nobody can know.
in_ns us sysctl -qw net.ipv6.auto_flowlabels=0
forge "$TOP/tests/conformance/items.py" end-node
ktap_end
