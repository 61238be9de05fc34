#!/usr/bin/env bash
# What policies cost, from one to a million, beside the distribution's own stack in the same
# machine: to add, to delete, to look up, in memory.
# bench: memory=4096 timeout=3600 variables=POLICIES,XFRM_POLICIES,COUNT
#
# POLICIES, XFRM_POLICIES: numbers of them; COUNT: packets of each measurement. The kernel's
# stack takes time that grows with the square of the number: 100,000 would take half an hour.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/bench/lib/measure.sh"

POLICIES=${POLICIES:-1 1000 100000 1000000}
XFRM_POLICIES=${XFRM_POLICIES:-1 1000 10000}
COUNT=${COUNT:-8000}
known="packet of a known flow" new="packet of a new flow"

# h1 -> gw, which looks policies up -> sink
network() {
	local ns
	ns_add h1 gw sink
	wire h1 eth0 gw eth0
	wire gw eth1 sink eth0
	addr gw eth0 10.9.0.1/16
	addr gw eth1 192.0.2.1/24
	in_ns gw sysctl -qw net.ipv4.ip_forward=1
	for ns in h1 gw sink; do	# nothing but what is sent
		in_ns $ns sysctl -qw net.ipv6.conf.all.disable_ipv6=1
	done
	ip -n gw route add 16.0.0.0/7 via 192.0.2.2
	ip -n gw neigh add 192.0.2.2 lladdr "$(in_ns sink cat /sys/class/net/eth0/address)" nud permanent dev eth1
}

# to_policies NUMBER known|new: all packets are one flow, or each is one of its own
to_policies() {
	local last=$((0x10000000 + $1 * 16 - 1))
	pg_begin gw
	pg eth0 "src_min 10.9.0.2"
	pg eth0 "src_max 10.9.0.2"
	pg eth0 "dst_min 16.0.0.0"
	pg eth0 "dst_max 16.0.0.0"
	[ "$2" = new ] || return
	pg eth0 "dst_max $((last >> 24)).$((last >> 16 & 255)).$((last >> 8 & 255)).$((last & 255))"
	pg eth0 "udp_src_min 1024"
	pg eth0 "udp_src_max 65000"
	pg eth0 "flag IPDST_RND"
	pg eth0 "flag UDPSRC_RND"
}

# cost NUMBER known|new: without what it takes to send it
cost() {
	local all
	to_policies "$1" "$2"
	all=$(used sink "$COUNT") && echo $((all - sent[$2]))
}

declare -A sent

measure_packets() { # stack, number
	figure "$1" "$2" "$known" "$(cost "$2" known)" ns
	figure "$1" "$2" "$new" "$(cost "$2" new)" ns
}

# memory_of STACK NUMBER BYTES-BEFORE: with a few of them it is tables and modules
memory_of() {
	[ "$2" -lt 1000 ] || figure "$1" "$2" "memory of a policy" "$(bytes_since "$3" "$2")" bytes
}

measure_xfrm() { # number
	local n=$1 before
	before=$(memory)
	figure xfrm "$n" "add, one by one" "$(load gw xfrm add policies "$n")" us
	memory_of xfrm "$n" "$before"
	measure_packets xfrm "$n"
	figure xfrm "$n" "delete, one by one" "$(load gw xfrm del policies "$n")" us
}

measure_nfipsec() { # number
	local n=$1 before
	before=$(memory)
	figure nfipsec "$n" "add, one transaction" "$(load gw nfipsec add policies "$n" "$n")" us
	memory_of nfipsec "$n" "$before"
	measure_packets nfipsec "$n"
	figure nfipsec "$n" "delete, one transaction" "$(load gw nfipsec del policies "$n" "$n")" us
	if [ "$n" -le 100000 ]; then
		figure nfipsec "$n" "add, one by one" "$(load gw nfipsec add policies "$n")" us
		figure nfipsec "$n" "delete, one by one" "$(load gw nfipsec del policies "$n")" us
	fi
}

# row NUMBER WHAT [WHAT-OF-XFRM]: beside the other stack's; packets beside those of one policy
row() {
	local ours=${value[nfipsec,$1,$2]-} one=''
	[ -n "$ours" ] || return
	[ "${2%% *}" != packet ] || one=${value[nfipsec,1,$2]-}
	printf '# %8s  %-28s %10s %8s %8s\n' "$1" "$2" "$ours" \
		"$(ratio "$ours" "${value[xfrm,$1,${3:-$2}]-}")" "$(ratio "$ours" "$one")"
}

table() {
	local n
	printf '#\n# %8s  %-28s %10s %8s %8s\n' number nfipsec "" "/ xfrm" "/ one"
	for n in $POLICIES; do
		row "$n" "$known"
		row "$n" "$new"
		# What takes the time for a few is not the policies.
		[ "$n" -ge 1000 ] || continue
		row "$n" "memory of a policy"
		row "$n" "add, one transaction" "add, one by one"
		row "$n" "add, one by one"
		row "$n" "delete, one transaction" "delete, one by one"
		row "$n" "delete, one by one"
	done
}

# in_time WHAT SECONDS: 100,000 of them
in_time() {
	local us=${value[nfipsec,100000,$1]-}
	[ -n "$us" ] || return
	check "100,000 policies: $1: below $2 s" below "$us" "$2" 10
}

load_build
network
sink gw
for kind in known new; do
	to_policies 1 $kind
	sent[$kind]=$(used gw "$COUNT") || bail "packets do not get to the gateway"
	figure none 0 "sending a packet, $kind" "${sent[$kind]}" ns
done
unsink gw
sink sink
measure_packets none 1
for n in $XFRM_POLICIES; do
	measure_xfrm "$n"
done
load_module
for n in $POLICIES; do
	measure_nfipsec "$n"
done
table
for n in $POLICIES; do
	check "$n policies: $known: at most 1.1 times as with one" \
		below "${value[nfipsec,$n,$known]}" "${value[nfipsec,1,$known]}" 1.1
	check "$n policies: $new: at most twice as with one" \
		below "${value[nfipsec,$n,$new]}" "${value[nfipsec,1,$new]}" 2
done
in_time "add, one transaction" 2
in_time "delete, one transaction" 2
in_time "add, one by one" 10
in_time "delete, one by one" 10
ktap_end
