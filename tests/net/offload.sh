#!/usr/bin/env bash
# vm: cpus=1 timeout=300 kernels=6.1,6.12
# What a flowtable must not take over as clear text, although the packet that it sees may
# look like it: flows that only NAT, their other direction or a later hook protects.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/talk.sh"

load_module
modprobe -a nft_flow_offload nf_flow_table_inet nft_ct nf_conntrack || bail "no flowtables here"

# flowtable PRIORITY: of the chain that adds flows to it, on gw1
flowtable() {
	in_ns gw1 conntrack -F 2> /dev/null
	in_ns gw1 nft -f - << END || bail "nft refuses the flowtable"
flush ruleset
table inet test {
	flowtable fast {
		hook ingress priority 0
		devices = { eth0, eth1 }
	}
	chain forward {
		type filter hook forward priority $1; policy accept
		meta l4proto udp flow add @fast
	}
}
END
}

protected() { # name, [source address]: a conversation of which nothing crosses in clear
	local wire=$ARTIFACTS/${1// /-}.pcap
	snapshot gw1
	snapshot gw2
	capture_wire "$wire"
	talk_begin "${2-}"
	check "$1: works" say 20
	talk_end
	capture_end
	check "$1: only ESP on the wire" only_esp "$wire"
	check "$1: the books of both ends" balanced gw1 gw2 esp
	is "$1: packets that gw1 protected" 20 "$(delta gw1 OUT_PROTECTED)"
}

gateway_chain

# The chain runs before all others: does the packet say by then that it will be protected?
protect_chain esp enc aes-128-gcm
flowtable -300
protected "flows added early"
for families in 6in6 6in4 4in6; do
	# shellcheck disable=SC2034
	inner=${families%in*} outer=${families#*in}
	protect_chain esp enc aes-128-gcm
	flowtable -300
	protected "flows of $families added early" "$(host_of 1 "$inner")"
done
unset inner outer
protect_chain esp enc aes-128-gcm

# Only behind the hook where flows are added, SNAT moves the packet into a policy.
flowtable 0
in_ns gw1 nft -f - << 'END'
table ip nat {
	chain post {
		type nat hook postrouting priority 100
		ip saddr 10.9.0.2 snat to 10.1.0.77
	}
}
END
addr h1 eth0 10.9.0.2/24
ip -n gw1 route add 10.9.0.0/24 dev eth0
protected "NAT into a policy" 10.9.0.2
inner=6 outer=6 protect_chain esp enc aes-128-gcm
flowtable 0
in_ns gw1 nft -f - << 'END'
table ip6 nat {
	chain post {
		type nat hook postrouting priority 100
		ip6 saddr fd09::2 snat to fd01::77
	}
}
END
addr h1 eth0 fd09::2/64
ip -n gw1 route add fd09::/64 dev eth0
protected "NAT into a policy of IPv6" fd09::2
unprotect gw1 gw2

# The first direction is clear, the other one is to be protected: from gw1 to h1.
flowtable 0
sa=$(sas esp tunnel 10.1.0.1 10.1.0.2 enc aes-128-gcm)
{ echo 'flow esp out from 10.2.0.0/24 to 10.1.0.0/24 local 10.1.0.1 peer 10.1.0.2'; echo "$sa"; } | ipsec_load gw1
{ echo 'flow esp in from 10.2.0.0/24 to 10.1.0.0/24 local 10.1.0.2 peer 10.1.0.1 type use'; echo "$sa"; } | ipsec_load h1
capture h1 eth0 "$ARTIFACTS/answers.pcap"
snapshot gw1
talk_begin
# Two packets before any answer: now all would be ready for a flow that is clear both ways.
in_ns gw2 nft -f - << 'END'
table ip mute {
	chain forward { type filter hook forward priority 0; policy drop; }
}
END
for ((n = 1; n <= 2; n++)); do
	echo "unheard" >&"${talk[1]}"
	await 10 test "$(delta gw1 OUT_BYPASSED)" -ge $n
done
in_ns gw2 nft delete table ip mute
check "answers to be protected: works" say 20
talk_end
capture_end
is "answers to be protected: all are" 20 "$(delta gw1 OUT_PROTECTED)"
is "answers to be protected: 20 of ESP" 20 "$(packets "$ARTIFACTS/answers.pcap" 'ip proto 50')"
unprotect gw1 h1

# Answers must come in protected, but do not.
flowtable 0
ipsec_load gw1 <<< 'flow esp in from 10.2.0.0/24 to 10.1.0.0/24 peer 192.0.2.2'
capture h1 eth0 "$ARTIFACTS/clear.pcap" 'src 10.2.0.2'
snapshot gw1
talk_begin
for ((n = 0; n < 5; n++)); do
	echo "question $n" >&"${talk[1]}"
	await 10 test "$(delta gw1 IN_CLEAR_PROTECT)" -gt $n
done
talk_end
capture_end
is "answers that must be protected but are not: dropped" 5 "$(delta gw1 IN_CLEAR_PROTECT)"
is "answers that must be protected but are not: none came through" 0 \
	"$(packets "$ARTIFACTS/clear.pcap" ip)"
unprotect gw1

check "the module can be unloaded" await 10 unload_module
ktap_end
