#!/usr/bin/env bash
# pair: peer=charon-peer.sh daemons=strongswan timeout=2400
# charon over nfipsec here, charon over the kernel's own stack on the other machine: IKEv2 and
# IKEv1, begun by either, and all algorithms of ESP and AH that they can negotiate.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/vm.sh"
. "$TOP/tests/lib/ike.sh"
. "$TOP/tests/peer/lib/proposals"

# SPI and packets of each SA, as sas_in has them
packets_of() { awk '{ print $1, $3 }'; }

# Short, and so long that padding and blocks differ.
pings() { # version
	local protocol proposal only n=0 size
	while read -r protocol proposal only; do
		n=$((n + 1))
		[ "${only:-$1}" = "$1" ] || continue
		for size in 56 1001; do
			reaches gw1 10.2.0.$n -I 10.1.0.$n -s $size -W 5 > /dev/null < /dev/null ||
				echo "$protocol $proposal, $size bytes"
		done
	done <<< "$proposals"
}

has_states() { [ "$(states gw1)" = "$1" ]; }

ns_add gw1
ip link set eth0 netns gw1
ip -n gw1 link set eth0 up
addr gw1 eth0 192.0.2.1/24
for n in $(seq "$(wc -l <<< "$proposals")"); do
	echo "10.1.0.$n/32"
done | xargs | { read -r list; addr gw1 lo $list; }
ip -n gw1 route add 10.2.0.0/24 via 192.0.2.2
stack_begin
mkdir "$ike_state/conf"
configure gw1 > "$ike_state/conf/gw1.conf"
charon_options gw1 'send_vendor_id = yes'
charon gw1 "$ike_state/conf"
vm_wait ready 120 || bail "the other machine does not come up"
# What came out of a tunnel would be seen here as well: what leaves tells enough.
capture gw1 eth0 "$ARTIFACTS/wire.pcap" -Q out

for version in 2 1; do
	number=$(children $version | wc -l)
	for role in responder initiator; do
		name="IKEv$version, kernel is $role"
		stack_snapshot gw1
		vm_tell "go.$version.$role"
		if [ $role = responder ]; then
			check "$name: all $number are made" initiate gw1 $version
		else
			vm_wait "initiated.$version" 1200 || bail "the other machine does not answer"
			is "$name: all $number are made" "" "$(cat "$ARTIFACTS/sync/failed.$version")"
		fi
		# The responder may still have to hear that it may use the last one.
		check "$name: both ends have them" wait_for has_states $((2 * number))
		is "$name: each carries packets of all sizes" "" "$(pings $version)"
		vm_tell "look.$version.$role"
		vm_wait "looked.$version.$role" 300 || bail "the other machine does not answer"
		is "$name: the books of both machines say the same" \
			"$(packets_of < "$ARTIFACTS/sync/sas.$version.$role")" "$(sas_in gw1 | packets_of)"
		is "$name: two packets under each SA" "$((2 * number)) 2" \
			"$(sas_in gw1 | awk '{ print $3 }' | sort | uniq -c | xargs)"
		is "$name: nothing was dropped here" "" "$(lost gw1)"
		is "$name: nor there" "" "$(cat "$ARTIFACTS/sync/lost.$version.$role")"
		check "$name: gw1 ends it" swan gw1 --terminate --ike v$version
		check "$name: nothing is left" wait_for nothing_left gw1
	done
done
capture_end
is "nothing left but ESP, AH and IKE" 0 "$(packets "$ARTIFACTS/wire.pcap" \
	"not (proto 50 or proto 51 or udp port 500 or (ip and udp port 4500 and udp[8:4] = 0) or $net_housekeeping)")"
stack_end
ktap_end
