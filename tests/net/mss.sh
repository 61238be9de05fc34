#!/usr/bin/env bash
# SYNs of TCP offer no more than what fits when it is protected, and TCP works without ICMP.
# vm: cpus=1 timeout=200
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/links.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench6
forge "$TOP/tests/net/mss.py"
ipsec us -F

# Firewalls keep every ICMP error from the hosts.
gateway_chain
for n in 1 2; do
	in_ns h$n nft -f - << 'END' || bail "nft refuses the ruleset"
table inet fw {
	chain input {
		type filter hook input priority 0;
		icmp type destination-unreachable drop
		icmpv6 type packet-too-big drop
	}
}
END
done

for family in 4 6; do
	inner=$family outer=$family protect_chain esp enc aes-128-gcm
	check "IPv$family: TCP works without ICMP" tcp_transfer h1 h2 "$(host_of 2 $family)" 300000
	check "IPv$family: and the other way" tcp_transfer h2 h1 "$(host_of 1 $family)" 300000
	is "IPv$family: no segment was too big" "0 0" "$(counter gw1 OUT_TOO_BIG) $(counter gw2 OUT_TOO_BIG)"
	unprotect gw1 gw2
done

# In a link of kind xfrm the flow that has its if_id says what fits. Only gw1 lowers anything.
sas esp tunnel 192.0.2.1 192.0.2.2 enc aes-128-gcm | sed 's/$/ if-id 40/' > "$net_state/sas"
link_up gw1 ipsec0 40 && link_up gw2 ipsec0 40 || bail "no links"
ip -n gw1 route replace 10.2.0.0/24 dev ipsec0
ip -n gw2 route replace 10.1.0.0/24 dev ipsec0
{ echo "flow esp from any to any local 192.0.2.1 peer 192.0.2.2 if-id 40"; cat "$net_state/sas"; } | ipsec_load gw1
{ echo "flow esp from any to any local 192.0.2.2 peer 192.0.2.1 if-id 40 mss-clamp no"; cat "$net_state/sas"; } | ipsec_load gw2
snapshot gw1
snapshot gw2
check "TCP through a link" tcp_transfer h2 h1 10.1.0.2 1000
is "gw1 has lowered a SYN that arrived, and its answer" "1 1" "$(delta gw1 IN_MSS) $(delta gw1 OUT_MSS)"
is "gw2 none" "0 0" "$(delta gw2 IN_MSS) $(delta gw2 OUT_MSS)"
ktap_end
