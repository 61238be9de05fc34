#!/usr/bin/env bash
# vm: cpus=1 timeout=240 kernels=6.1,6.12
# A flowtable forwards past all netfilter hooks: what must be protected stays protected.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/talk.sh"

load_module
modprobe -a nft_flow_offload nf_flow_table_inet nft_ct nf_conntrack || bail "no flowtables here"

flowtable() { # ns
	in_ns "$1" nft -f - << 'RULES' || bail "nft refuses the flowtable"
flush ruleset
table inet test {
	flowtable fast {
		hook ingress priority 0
		devices = { eth0, eth1 }
	}
	chain forward {
		type filter hook forward priority 0; policy accept
		meta l4proto udp flow add @fast
	}
}
RULES
}

# The flowtable takes a flow over when a packet passes; it may also give one back.
becomes_offloaded() { # ns
	local n
	for ((n = 0; n < 30; n++)); do
		! offloaded "$1" || return 0
		say 1 || return 1
		sleep 0.1
	done
	return 1
}

offloaded() { in_ns "$1" grep -q 'udp.*10\.1\.0\.2.*10\.2\.0\.2.*OFFLOAD' /proc/net/nf_conntrack; }

# Protected from the beginning: the flowtable has our dst.
protected_flow() { # name
	protect_chain esp enc aes-128-gcm
	capture_wire "$ARTIFACTS/protected-$1.pcap"
	snapshot gw1
	snapshot gw2
	said=0
	talk_begin
	check "$1: a protected flow works" say 20
	check "$1: it is offloaded" becomes_offloaded gw1
	check "$1: and goes on" say 20
	check "$1: the books of both gateways" balanced gw1 gw2 esp
	is "$1: packets that gw1 protected" "$said" "$(delta gw1 OUT_PROTECTED)"
	talk_end
	capture_end
	check "$1: only ESP on the wire" only_esp "$ARTIFACTS/protected-$1.pcap"
	unprotect gw1 gw2
}

# In clear and offloaded when the policy comes: its next packet is protected.
flow_before_policy() { # name
	talk_begin
	check "$1: a clear flow works" say 20
	check "$1: it is offloaded" becomes_offloaded gw1
	protect_chain esp enc aes-128-gcm
	capture_wire "$ARTIFACTS/late-$1.pcap"
	check "$1: it goes on under a policy" say 20
	talk_end
	capture_end
	check "$1: from then on only ESP on the wire" only_esp "$ARTIFACTS/late-$1.pcap"
	unprotect gw1 gw2
}

# In clear, beside a policy for others. Where that asks for a mark or a device, only rules and routes
# know whether it is for packets of this flow, and an offloaded one does not pass them.
flow_beside() { # taken|left, words of the other policy
	local taken=$1
	shift
	ip -n gw1 xfrm policy add src 10.9.0.0/24 dst 10.9.1.0/24 "$@" dir out action block ||
		bail "gw1 refuses the policy"
	talk_begin
	check "beside a policy for others, $*: a clear flow works" say 20
	if [ "$taken" = taken ]; then
		check "beside a policy for others, $*: it is offloaded" becomes_offloaded gw1
	else
		check_fails "beside a policy for others, $*: it is not offloaded" becomes_offloaded gw1
	fi
	talk_end
	xfrm_flush gw1
}

gateway_chain
flowtable gw1
flowtable gw2
protected_flow route
flow_before_policy route
flow_beside taken priority 1
flow_beside left mark 7
flow_beside left dev eth0

# Behind a bridge the flowtable transmits by itself and never asks whether a route stands. Without
# snooping the bridge joins no group, and says nothing itself.
for ns in gw1 gw2; do
	address=$(ip -n "$ns" -j -4 addr show dev eth1 | jq -r '.[0].addr_info[0].local')
	ip -n "$ns" addr flush dev eth1
	ip -n "$ns" link add br1 type bridge mcast_snooping 0
	ip -n "$ns" link set eth1 master br1
	ip -n "$ns" link set br1 up
	ip -n "$ns" addr add "$address/24" dev br1
done
ip -n gw1 route add 10.2.0.0/24 via 192.0.2.2
ip -n gw2 route add 10.1.0.0/24 via 192.0.2.1
protected_flow bridge
flow_before_policy bridge

ktap_end
