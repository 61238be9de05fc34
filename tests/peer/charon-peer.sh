#!/usr/bin/env bash
# The other machine of charon.sh: charon over the kernel's own stack.
set -u
STACK=kernel
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/vm.sh"
. "$TOP/tests/lib/ike.sh"
. "$TOP/tests/peer/lib/proposals"

ns_add gw2
ip link set eth0 netns gw2
ip -n gw2 link set eth0 up
addr gw2 eth0 192.0.2.2/24
addr gw2 lo 10.2.0.1/24
ip -n gw2 route add 10.1.0.0/24 via 192.0.2.1
stack_begin
mkdir "$ike_state/conf"
configure gw2 > "$ike_state/conf/gw2.conf"
charon_options gw2 'send_vendor_id = yes'
charon gw2 "$ike_state/conf"
vm_tell ready

for version in 2 1; do
	for role in responder initiator; do
		vm_wait "go.$version.$role" 1200
		stack_snapshot gw2
		if [ $role = initiator ]; then
			initiate gw2 $version > "$ARTIFACTS/sync/failed.$version"
			vm_tell "initiated.$version"
		fi
		vm_wait "look.$version.$role" 1200
		sas_in gw2 > "$ARTIFACTS/sync/sas.$version.$role"
		lost gw2 > "$ARTIFACTS/sync/lost.$version.$role"
		vm_tell "looked.$version.$role"
	done
done
check "the other machine has come to its end" vm_wait end
ktap_end
