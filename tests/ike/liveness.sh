#!/usr/bin/env bash
# vm: daemons=strongswan timeout=300
# strongSwan proves again who it is (reauthentication, make before break), changes its address
# without a lost packet (MOBIKE), and makes a new tunnel when its peer has died.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/ike.sh"

two_states() { [ "$(states "$1")" = 2 ]; }

has_state() { ip -n "$1" xfrm state | grep -qw "$2"; }

spis_of() { ip -n "$1" xfrm state | awk '$1 == "proto" { print $4 }' | sort; }

# Of the SA that gw1 sends with, and what is in the window of that which it receives with.
sent() {
	printf '%d\n' "$(ip -n gw1 xfrm state | awk '
		/^src/ { out = $4 == "192.0.2.2" }
		out && sub(/.*oseq /, "") { sub(/,.*/, ""); print }')"
}

received() {
	ip -n gw1 xfrm state | awk '
		/^src/ { out = $4 == "192.0.2.2" }
		!out && sub(/.* seq /, "") { print $1, $NF }'
}

has_moved() { [ "$(ip -n gw1 xfrm state | grep -c '^src.*192\.0\.2\.11')" = 2 ]; }

gateway_chain
# The second address stays when the first one goes. By IPv6 nobody has anything to say here.
in_ns gw1 sysctl -qw net.ipv4.conf.all.promote_secondaries=1 net.ipv6.conf.eth1.disable_ipv6=1
addr gw1 eth1 192.0.2.11/24
stack_begin
# A peer is dead after 11 seconds, not after 165, and can be there again by then.
for ns in gw1 gw2; do
	charon_options $ns 'retransmit_tries = 10' 'retransmit_timeout = 1.0' 'retransmit_base = 1.0' \
		'make_before_break = yes'
done
charon gw1
charon gw2
check "gw1 makes the tunnel" swan gw1 --initiate --child net
stack_snapshot gw1
stack_snapshot gw2
capture_clear "$ARTIFACTS/wire.pcap"

ping_begin h1 10.2.0.2
check "gw1 proves again who it is" swan gw1 --rekey --ike gw2 --reauth
check "there is a new IKE_SA" await_said gw2 'IKE_SA gw1.* established' 2
check "and the old one is gone" await_said gw2 'IKE_SA deleted'
check "a pair of SAs is left" wait_for two_states gw2
check "pings go on" pings_go_on
ping_end
# A responder sends with the new SA as soon as it has it (RFC 7296 1.2), and its peer cannot know
# the key before the answer is there. The kernel's own stack loses what comes too early.
if ! kernel_stack; then
	is "and each was answered" 0 "$unanswered"
	is "gw1 released what it held" "$(delta gw1 IN_HELD)" "$(delta gw1 IN_RELEASED)"
	is "gw1 dropped nothing" "" "$(lost gw1)"
	is "gw2 dropped nothing" "" "$(lost gw2)"
fi
stack_snapshot gw1

# The address goes, another one is there. SAs are the same ones then, and nobody begins to count anew.
spis=$(spis_of gw1)
sent=$(sent)
received=$(received)
ip -n gw1 addr del 192.0.2.1/24 dev eth1
check "gw2 hears of the other address" await_said gw2 'parsed INFORMATIONAL request .*N\(UPD_SA_ADDR\)'
check "and has it in its SAs" wait_for has_state gw2 192.0.2.11
check "so has gw1" wait_for has_moved
is "it knows what it has received: the highest, and which below" "$received" "$(received)"
check "h1 reaches h2" reaches h1 10.2.0.2 -W 10
check "h2 reaches h1" reaches h2 10.1.0.2
is "by the same SAs" "$spis" "$(spis_of gw1)"
is "$sent packets were sent before, two since then" $((sent + 2)) "$(sent)"
for ns in gw1 gw2; do
	is "$ns dropped nothing" "" "$(lost $ns)"
	is "$ns: no state of the old address is left" "" "$(ip -n $ns xfrm state | grep -w 192.0.2.1)"
done

capture_end
check "only ESP crossed, beside IKE" only_esp "$ARTIFACTS/wire.pcap"

# gw2 dies, and comes back with nothing but what its stack has.
kill -9 "${daemons[gw2]}"
daemon_end gw2
charon gw2
check "gw1 finds out that gw2 has died" await_said gw1 'giving up after'
check "and makes a new tunnel" await_said gw2 'IKE_SA gw1.* established' 3
check "gw2 has its SAs" await_said gw2 'CHILD_SA net.* established' 3
check "h1 reaches h2" reaches h1 10.2.0.2 -W 10
check "h2 reaches h1" reaches h2 10.1.0.2
check "gw1 ends it" swan gw1 --terminate --ike gw2
check "gw1: nothing is left" wait_for nothing_left gw1
is "gw2: what the dead daemon had made is" 2 "$(states gw2)"
xfrm_flush gw2
stack_end
ktap_end
