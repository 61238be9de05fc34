#!/usr/bin/env bash
# vm: daemons=strongswan timeout=300
# The kernel's own stack has NETLINK_XFRM: strongSwan that is started with the library of
# contrib/preload makes its tunnel by nfipsec, and the kernel's own stack has no part in it.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/ike.sh"

# What the kernel's own stack has, but for the policies of IKE's sockets.
theirs() { ip -n "$1" xfrm state; ip -n "$1" xfrm policy | grep -E '^\s+dir '; }

sas() { ipsec "$1" -s sa | grep -c '^esp '; }

no_sas() { [ "$(sas "$1")" = 0 ] && [ -z "$(ipsec "$1" -s flow | grep -v '^set default')" ]; }

make -s -C "$TOP/contrib/preload" O="$ike_state/" || bail "the library is not built"
gateway_chain
keep_kernel_stack
stack_begin
ike_preload=$ike_state/libnfipsec-xfrm.so
for ns in gw1 gw2; do
	charon $ns "$TOP/tests/ike/net-to-net"
	stack_snapshot $ns
done
# IKE has policies of its sockets, which go before this one.
echo 'flow out proto udp from 192.0.2.1 to 192.0.2.2 type deny priority 1' > "$net_state/deny"
ipsec_load gw1 < "$net_state/deny" || bail "the policy is refused"
capture_clear "$ARTIFACTS/wire.pcap"
check "gw1 makes the tunnel" swan gw1 --initiate --child net
ipsec gw1 -d -f - < "$net_state/deny" || bail "the policy does not go"
check "h1 reaches h2" reaches h1 10.2.0.2
check "h2 reaches h1" reaches h2 10.1.0.2
check "gw2 makes a second one, of IPv6 inside IPv4" swan gw2 --initiate --child net6
check "h1 reaches h2 by IPv6" reaches h1 fd02::2
capture_end
check "only ESP crossed, beside IKE" only_esp "$ARTIFACTS/wire.pcap"
for ns in gw1 gw2; do
	is "$ns dropped nothing" "" "$(lost $ns)"
	is "$ns: nfipsec has four SAs" 4 "$(sas $ns)"
	is "$ns: the kernel's own stack has nothing" "" "$(theirs $ns)"
	charon_agrees $ns
done
check "gw1 ends it" swan gw1 --terminate --ike gw2
for ns in gw1 gw2; do
	check "$ns: nothing is left" wait_for no_sas $ns
done
stack_end
ktap_end
