#!/usr/bin/env bash
# What one packet costs on its way through two gateways: in clear, under the distribution's
# own stack, and under nfipsec, one after the other in one machine that counts instructions.
# bench: memory=2048 timeout=3600 variables=COUNT,BYTES,ALGORITHMS
#
#   pktgen in h1 -> gw1 (protects) -> gw2 (unprotects) -> h2, where a rule counts and drops
#
# COUNT: packets of each measurement; BYTES: of a clear packet.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/bench/lib/measure.sh"
. "$TOP/tests/bench/lib/tunnel.sh"

COUNT=${COUNT:-4000}
BYTES=${BYTES:-64 1400}
ALGORITHMS=${ALGORITHMS:-null-sha1 gcm chacha cbc-sha2}

gateways

# to_h2 FAMILY BYTES: what pktgen sends
to_h2() {
	pg_begin gw1 "$2"
	if [ "$1" = 4 ]; then
		pg eth0 "dst 10.2.0.2"
		pg eth0 "src_min 10.1.0.2"
		pg eth0 "src_max 10.1.0.2"
	else
		pg eth0 "dst6 fd02::2"
		pg eth0 "src6 fd01::2"
	fi
}

# cost FAMILY BYTES: without what it takes to send it
cost() {
	local all
	to_h2 "$1" "$2"
	all=$(used h2 "$COUNT") && echo $((all - sent[$1,$2]))
}

declare -A clear xfrm sent

sink gw1
for family in 4 6; do
	for size in $BYTES; do
		to_h2 $family "$size"
		sent[$family,$size]=$(used gw1 "$COUNT") || bail "packets do not get to the gateway"
	done
done
unsink gw1
sink h2
for family in 4 6; do
	for size in $BYTES; do
		clear[$family,$size]=$(cost $family "$size") || bail "packets in clear do not arrive"
	done
done
for algorithm in $ALGORITHMS; do
	for family in 4 6; do
		xfrm_load $family "$algorithm" || bail "the kernel's stack refuses $algorithm"
		for size in $BYTES; do
			xfrm[$family,$size,$algorithm]=$(cost $family "$size") ||
				bail "packets under the kernel's stack do not arrive: $algorithm"
		done
		xfrm_flush gw1 gw2
	done
done
load_module
echo "# instructions for a packet; added: what protecting and unprotecting it alone costs"
printf '# %-4s %-10s %5s %8s %8s %8s %8s %8s\n' IP algorithm bytes clear xfrm nfipsec ratio added
for algorithm in $ALGORITHMS; do
	for family in 4 6; do
		our_load $family "$algorithm" || bail "ipsecctl refuses $algorithm"
		for size in $BYTES; do
			c=${clear[$family,$size]} x=${xfrm[$family,$size,$algorithm]}
			n=$(cost $family "$size")
			check "v$family $algorithm $size: all packets arrive" test -n "$n"
			printf '# v%-3s %-10s %5s %8s %8s %8s %8s %8s\n' $family "$algorithm" "$size" "$c" "$x" "$n" \
				"$(ratio "$n" "$x")" "$(ratio $((n - c)) $((x - c)))"
		done
		our_flush
	done
done
ktap_end
