#!/usr/bin/env bash
# vm: kernels=debug-uml timeout=600
# The kernel has no memory: each allocation in turn fails that it makes for a change of SAs,
# policies, defaults or links, or when a socket gets a policy. The change is then made as a whole
# or not at all, and everything goes on. Who only asks gets a right answer or an error.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/faults.sh"

faults_begin
ns_add x
load_module

key() { printf '0x%040d' "$1"; }
rules() {
	cat <<END
esp tunnel from 192.0.2.1 to 192.0.2.2 spi 0x1001:0x1002 enc aes-128-gcm enckey $(key 1):$(key 2)
ah transport from 2001:db8::1 to 2001:db8::2 spi 0x1003 auth hmac-sha2-256 authkey 0x$(printf %064d 3)
flow out from 10.1.0.200-10.1.0.219 to 10.2.0.0/24 type deny
flow esp from { 10.1.0.0/24, 10.3.0.0/24 } to 10.2.0.0/24 local 192.0.2.1 peer 192.0.2.2
flow ah out proto tcp from 2001:db8::1 to 2001:db8::2 port 80-90 peer 2001:db8::2
END
}
umask 077
rules > "$net_state/rules"
: > "$net_state/none"
echo "esp tunnel from 192.0.2.9 to 192.0.2.8 spi 0x1009 enc aes-128-gcm enckey $(key 9)" > "$net_state/other"
sa="src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x2001 mode tunnel reqid 7"
larval="src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel reqid 7"
aead="aead rfc4106(gcm(aes)) $(key 4) 128"
policy="src 10.8.0.0/24 dst 10.9.0.0/24 dir out priority 9"
tmpl="tmpl src 192.0.2.1 dst 192.0.2.2 proto esp reqid 7 mode tunnel"
move="$TOP/tests/lab/faults-config.py migrate"
socket="$TOP/tests/lab/faults-config.py socket $net_state/socket"
words() { sed -E 's/(\S*\([^ ]*)/"\1"/g' <<< "$*"; }

# what is there, but for times and counters
situation() {
	ipsec x -k -s sa
	ipsec x -s flow
	cat "$net_state/socket" 2> /dev/null
	ip -n x xfrm policy getdefault
	ip -n x -o link show ipsec0 2> /dev/null | grep -o ipsec0
}

each_fault "rules are loaded" "ipsec x -f $net_state/none" "ip netns exec x ipsecctl -f $net_state/rules"
each_fault "rules are loaded beside others" "ipsec x -f $net_state/other" "ip netns exec x ipsecctl -f $net_state/rules"
each_fault "rules take the place of others" "ipsec x -f $net_state/other" "ip netns exec x ipsecctl -F -f $net_state/rules"
each_fault "rules are deleted" "ipsec x -f $net_state/rules" "ip netns exec x ipsecctl -d -f $net_state/rules"
each_fault "everything is flushed" "ipsec x -f $net_state/rules" "ip netns exec x ipsecctl -F"
each_fault "an SA of ip xfrm" "ipsec x -f $net_state/none" \
	"ip -n x xfrm state add $(words "$sa" if_id 3 sel src 10.8.0.0/24 dst 10.9.0.0/24 "$aead" limit packet-hard 100 encap espinudp 4500 4500 0.0.0.0)"
each_fault "its limits change" "ip -n x xfrm state add $(words "$sa" "$aead")" \
	"ip -n x xfrm state update $(words "$sa" "$aead" limit packet-hard 200)"
each_fault "another one takes its place" "ip -n x xfrm state add $(words "$sa replay-window 64" "$aead")" \
	"ip -n x xfrm state update $(words "$sa" if_id 5 output-mark 3 "$aead")"
each_fault "it is deleted" "ip -n x xfrm state add $(words "$sa" "$aead")" \
	"ip -n x xfrm state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x2001"
each_fault "a policy of ip xfrm" "ipsec x -f $net_state/none" \
	"ip -n x xfrm policy add $policy mark 4 mask 0xf if_id 3 $tmpl"
each_fault "another one takes its place" "ip -n x xfrm policy add $policy $tmpl" \
	"ip -n x xfrm policy update $policy action block"
each_fault "a link" "ipsec x -f $net_state/none" "ip -n x link add ipsec0 type xfrm dev lo if_id 42"

each_fault "an SPI is reserved" "ipsec x -f $net_state/none" \
	"ip -n x xfrm state allocspi $larval min 0x3000 max 0x3000"
each_fault "an SA takes the place of a larval one" \
	"ip -n x xfrm state allocspi $larval min 0x2001 max 0x2001" \
	"ip -n x xfrm state update $(words "$sa" "$aead")"
each_fault "SAs and their policy move" \
	"ip -n x xfrm state add $(words "$sa" "$aead") && ip -n x xfrm policy add $policy $tmpl" \
	"ip netns exec x $move"
# A namespace has no hooks before its first policy, or default.
anew() {
	ns_del x
	ns_add x
	ip -n x link add d0 up type dummy
	addr x d0 192.0.2.1/24
	echo passes in clear > "$net_state/socket"
}
every=1 each_fault "default actions" anew \
	"ip -n x xfrm policy setdefault in block fwd block out accept"
every=1 each_fault "a policy of a socket" anew \
	"ip netns exec x $socket"
rm "$net_state/socket"

each_question "ipsecctl shows all" "ipsec x -f $net_state/rules" "ip netns exec x ipsecctl -s all"
each_question "ip xfrm lists SAs" "ipsec x -f $net_state/rules" "ip -n x xfrm state"
each_question "ip xfrm lists policies" "ipsec x -f $net_state/rules" "ip -n x xfrm policy"
each_question "ip xfrm shows an SA" "ipsec x -f $net_state/rules" \
	"ip -n x xfrm state get src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001"
each_question "ip xfrm shows the default actions" "ipsec x -f $net_state/none" \
	"ip -n x xfrm policy getdefault"

faults_end
ipsec x -F
check "the module can be unloaded" unload_module
ktap_end
