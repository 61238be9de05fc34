#!/usr/bin/env bash
# What SAs cost, from two to a million, beside the distribution's own stack in the same
# machine: to add, to delete, in memory, and for a packet that finds its own among them.
# bench: memory=6144 timeout=3600 variables=SAS,XFRM_SAS,COUNT
#
# SAS, XFRM_SAS: SAs besides those of the packets, AES-128-GCM, half of them inbound; COUNT:
# packets of each measurement. They are added to gw2, which unprotects, in transactions of
# 10,000; one by one to the kernel's stack, which has no transactions.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/bench/lib/measure.sh"
. "$TOP/tests/bench/lib/tunnel.sh"

SAS=${SAS:-1000000}
XFRM_SAS=${XFRM_SAS:-100000}
COUNT=${COUNT:-4000}
packet="packet through the tunnel"

to_h2() {
	pg_begin gw1
	pg eth0 "dst 10.2.0.2"
	pg eth0 "src_min 10.1.0.2"
	pg eth0 "src_max 10.1.0.2"
}

cost() { # nanoseconds, without what it takes to send it
	local all
	all=$(used h2 "$COUNT") && echo $((all - sent))
}

# measure STACK NUMBER BATCH
measure() {
	local before
	# Modules are loaded with the first SA.
	load gw2 "$1" add sas 2 > /dev/null
	load gw2 "$1" del sas 2 > /dev/null
	figure "$1" 2 "$packet" "$(cost)" ns
	before=$(memory)
	figure "$1" "$2" "add an SA" "$(load gw2 "$1" add sas "$2" "$3")" us
	figure "$1" "$2" "memory of an SA" "$(bytes_since "$before" "$2")" bytes
	figure "$1" "$2" "$packet" "$(cost)" ns
	figure "$1" "$2" "delete an SA" "$(load gw2 "$1" del sas "$2" "$3")" us
}

# row WHAT NUMBER [WHAT-OF-XFRM]: beside the other stack's
row() {
	local ours=${value[nfipsec,$2,$1]} theirs=${value[xfrm,$XFRM_SAS,${3:-$1}]}
	printf '# %8s  %-28s %10s %10s %8s\n' "$2" "$1" "$theirs" "$ours" "$(ratio "$ours" "$theirs")"
}

load_build
gateways
to_h2
sink gw1
sent=$(used gw1 "$COUNT") || bail "packets do not get to the gateway"
unsink gw1
sink h2
xfrm_load 4 gcm || bail "the kernel's stack refuses SAs"
measure xfrm "$XFRM_SAS" 1
xfrm_flush gw1 gw2
load_module
our_load 4 gcm || bail "ipsecctl refuses SAs"
measure nfipsec "$SAS" 10000
figure nfipsec "$XFRM_SAS" "add, one by one" "$(load gw2 nfipsec add sas "$XFRM_SAS")" us
figure nfipsec "$XFRM_SAS" "delete, one by one" "$(load gw2 nfipsec del sas "$XFRM_SAS")" us
printf '#\n# %8s  %-28s %10s %10s %8s\n' number "" "xfrm" nfipsec ratio
row "add an SA" "$SAS"
row "delete an SA" "$SAS"
row "add, one by one" "$XFRM_SAS" "add an SA"
row "delete, one by one" "$XFRM_SAS" "delete an SA"
row "memory of an SA" "$SAS"
row "$packet" "$SAS"
check "a packet among $SAS SAs: at most 1.1 times as among two" below \
	"${value[nfipsec,$SAS,$packet]}" "${value[nfipsec,2,$packet]}" 1.1
check "an SA is deleted in no more time than it is added" below \
	"${value[nfipsec,$SAS,delete an SA]}" "${value[nfipsec,$SAS,add an SA]}" 1
check "the rest is deleted" our_flush
ktap_end
