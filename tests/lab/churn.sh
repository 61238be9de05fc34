#!/usr/bin/env bash
# vm: timeout=600 memory=6144
# SAs come and go by the thousand in a second, beside a tunnel that is rekeyed meanwhile and loses
# nothing; then a million are added and deleted, and their memory comes back.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/rekey.sh"
. "$TOP/tests/bench/lib/measure.sh"

batch=1000
many=1000000 each=2600 spare=16	# bytes of an SA, and MB that may stay
# The checkers need several times as much for each, and keep what has been freed.
[ $slow = 1 ] || many=50000 each=20000 spare=256
churns=20

churn() {
	local i
	for ((i = 0; i < churns; i++)); do
		in_ns gw2 "$net_state/load" nfipsec add sas $((batch * 10)) $batch > /dev/null &&
			in_ns gw2 "$net_state/load" nfipsec del sas $((batch * 10)) $batch > /dev/null || return
	done
}

load_module
load_build
gateway_chain
rekey_begin
check "the tunnel works" reaches h1 10.2.0.2
in_ns gw2 "$net_state/load" nfipsec add sas $batch $batch > /dev/null || bail "SAs are refused"
in_ns gw2 "$net_state/load" nfipsec del sas $batch $batch > /dev/null
before=$(memory)

# --- many in a second --------------------------------------------------------------------------

snapshot gw1
snapshot gw2
ip netns exec h1 ping -n -q -i 0.01 -s 1000 10.2.0.2 > "$net_state/ping" &
ping=$!
churn > "$net_state/churn" 2>&1 &
churning=$!
start=${EPOCHREALTIME/./}
while kill -0 $churning 2> /dev/null; do
	rekey
done
check "SAs come and go" wait $churning
took=$(((${EPOCHREALTIME/./} - start) / 1000))
kill -INT $ping
wait $ping
rate=$((churns * batch * 10 * 2 * 1000 / took))
diag "$rate SAs were added or deleted in a second; meanwhile $rekeys rekeys, $(grep transmitted "$net_state/ping")"
[ $slow != 1 ] || check "10,000 in a second" test $rate -ge 10000
check "meanwhile the tunnel was rekeyed" test $rekeys -gt 1
check "nothing of it was lost" balanced gw1 gw2 esp
is "every ping was answered" " 0% packet loss" "$(grep -oE ' [0-9.]+% packet loss' "$net_state/ping")"

# --- a million ------------------------------------------------------------------------------------

small=$(memory)
us=$(load gw2 nfipsec add sas $many 10000)
large=$(memory)
there=$(ip -n gw2 xfrm state count | grep -oE '[0-9]+')
is "$many SAs are there, and four of the tunnel" $((many + 4)) "$there"
diag "an SA is added in $us us and takes $(((large - small) / many)) bytes"
check "an SA takes no more than $each bytes" test $(((large - small) / many)) -le $each
rekey
check "beside them the tunnel works" reaches h1 10.2.0.2
diag "one is deleted in $(load gw2 nfipsec del sas $many 10000) us"
grown=$(($(memory) - before))
diag "memory has grown by $grown bytes"
check "their memory comes back" test $grown -lt $((spare << 20))
check "afterwards the tunnel works" reaches h1 10.2.0.2
unprotect gw1 gw2
check "the module can be unloaded" unload_module
ktap_end
