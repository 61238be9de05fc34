#!/usr/bin/env bash
# vm: cpus=1 timeout=240
# Links of kind xfrm: two tunnels between the same two gateways, which routes and if_ids tell
# apart.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/links.sh"

gateway_chain
# A second network behind either, for the second tunnel.
addr h1 eth0 10.3.0.2/24
addr gw1 eth0 10.3.0.1/24
addr h2 eth0 10.4.0.2/24
addr gw2 eth0 10.4.0.1/24
load_module

check "a link" link_up gw1 ipsec0 40
check "its other end" link_up gw2 ipsec0 40
check "another one" link_up gw1 ipsec1 50
check "and its other end" link_up gw2 ipsec1 50
is "a dump says what a link is" "xfrm eth1 0x28" \
	"$(ip -n gw1 -d -j link show ipsec0 | jq -r '.[0] | "\(.linkinfo.info_kind) \(.link) \(.linkinfo.info_data.if_id)"')"
is "an if_id has one link" "Error: This namespace has a link with this if_id already." \
	"$(ip -n gw1 link add bad type xfrm dev eth1 if_id 50 2>&1)"
link_ends 40
link_ends 50
ip -n gw1 route replace 10.2.0.0/24 dev ipsec0
ip -n gw2 route replace 10.1.0.0/24 dev ipsec0
ip -n gw1 route replace fd02::/64 dev ipsec0
ip -n gw2 route replace fd01::/64 dev ipsec0
ip -n gw1 route add 10.4.0.0/24 dev ipsec1
ip -n gw2 route add 10.3.0.0/24 dev ipsec1

# --- traffic -------------------------------------------------------------------------

snapshot gw1
snapshot gw2
capture_wire "$ARTIFACTS/wire.pcap"
check "IPv4 through the first" in_ns h1 ping -n -q -c 3 -i 0.05 -W 2 -I 10.1.0.2 10.2.0.2
check "IPv4 through the second" in_ns h1 ping -n -q -c 2 -i 0.05 -W 2 -I 10.3.0.2 10.4.0.2
check "IPv6 through the first" in_ns h1 ping -n -q -c 1 -W 2 fd02::2
check "TCP" tcp_transfer h1 h2 10.2.0.2 200000
capture_end
check "only ESP crossed" only_esp "$ARTIFACTS/wire.pcap"
is "the second link has counted its packets" "2 168 2 168" "$(books gw1 ipsec1)"
is "and at its other end" "2 168 2 168" "$(books gw2 ipsec1)"
is "so has its SA" "168(bytes), 2(packets)" \
	"$(ip -n gw1 -s xfrm state get src 192.0.2.1 dst 192.0.2.2 proto esp spi $((0x1033)) | grep -o '168(bytes), 2(packets)')"
is "no link has failed" "0 0 0 0 0 0 0 0 0 0 0 0" "$(failures gw1 ipsec0) $(failures gw2 ipsec1)"
check "the books are balanced" balanced gw1 gw2 ESP
is "nothing was dropped" "" "$(drops gw1)$(drops gw2)"
is "what comes out of a link is told apart by it" "packets 1" "$(
	in_ns gw2 nft 'add table t; add chain t f { type filter hook forward priority 0; }; add rule t f iifname ipsec1 meta secpath exists counter'
	in_ns h1 ping -n -q -c 1 -W 2 -I 10.3.0.2 10.4.0.2 > /dev/null; in_ns gw2 nft list chain t f | grep -o 'packets 1')"
# What TCP has learnt about the first is less.
ip -n gw1 link set ipsec0 mtu 1500
ip -n gw1 link set ipsec1 mtu 1500
is "a sender is told what fits" 1446 \
	"$(in_ns h1 ping -n -c 1 -W 2 -M do -s 1450 -I 10.3.0.2 10.4.0.2 2>&1 | grep -o 'mtu = [0-9]*' | grep -o '[0-9]*')"
is "in IPv6 as well" 1446 \
	"$(in_ns h1 ping -n -c 1 -W 2 -M do -s 1430 fd02::2 2>&1 | grep -o 'mtu=[0-9]*' | grep -o '[0-9]*')"
check "which then passes" in_ns h1 ping -n -q -c 1 -W 2 -M do -s 1418 -I 10.3.0.2 10.4.0.2

# --- what is dropped -----------------------------------------------------------------

# The other link has another policy: without it there is none.
ip -n gw1 xfrm policy delete src 0.0.0.0/0 dst 0.0.0.0/0 dir out if_id 50
snapshot gw1
is "without a policy the sender is told" yes \
	"$(in_ns h1 ping -n -c 1 -W 2 -I 10.3.0.2 10.4.0.2 2>&1 | grep -q 'Host Unreachable' && echo yes || echo no)"
is "and it is counted" "OUT_LINK_POLICY=1" "$(drops gw1)"
is "by the link, too: one was too big" "0 0 2 2 1 0" "$(failures gw1 ipsec1)"
ip -n gw1 xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dir out if_id 50 action block
snapshot gw1
check_fails "a policy that blocks" in_ns h1 ping -n -q -c 1 -W 1 -I 10.3.0.2 10.4.0.2
is "is one, too" "OUT_DISCARD=1" "$(drops gw1)"
ip -n gw1 xfrm policy update src 0.0.0.0/0 dst 0.0.0.0/0 dir out if_id 50 \
	tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel
ip -n gw2 xfrm state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi $((0x1033))
ip -n gw2 xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi $((0x1033)) mode tunnel if_id 50 \
	aead 'rfc4106(gcm(aes))' ${links_key/1213/1214} 128
snapshot gw2
check_fails "what has a wrong ICV" in_ns h1 ping -n -q -c 1 -W 1 -I 10.3.0.2 10.4.0.2
is "is dropped as that" "IN_ICV=1" "$(drops gw2)"
is "and by the link that it would have come out of" "1 1 0 0 0 0" "$(failures gw2 ipsec1)"
ip -n gw1 xfrm policy delete src 0.0.0.0/0 dst 0.0.0.0/0 dir out if_id 50
ip -n gw2 xfrm state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi $((0x1033))
ip -n gw2 xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi $((0x1033)) mode tunnel if_id 50 \
	aead 'rfc4106(gcm(aes))' $links_key 128
snapshot gw1
ip -n gw2 link set ipsec0 down
snapshot gw2
is "what is for a link that is down" no "$(reaches h1 10.2.0.2 > /dev/null 2>&1 && echo yes || echo no)"
is "comes in by none, for which there is no policy" "IN_NO_POLICY=1" "$(drops gw2)"
ip -n gw2 link set ipsec0 up
ip -n gw2 route replace 10.1.0.0/24 dev ipsec0
ip -n gw2 route replace fd01::/64 dev ipsec0
check "up again it receives" reaches h1 10.2.0.2
# Past eth1 the only way to gw2 is the tunnel itself.
ip -n gw1 link add loop type xfrm if_id 60
ip -n gw1 link set loop addrgenmode none up
ip -n gw1 xfrm state add src 192.0.2.1 dst 192.0.9.2 proto esp spi 0x1060 mode tunnel if_id 60 \
	aead 'rfc4106(gcm(aes))' $links_key 128
ip -n gw1 xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dir out if_id 60 \
	tmpl src 192.0.2.1 dst 192.0.9.2 proto esp mode tunnel
ip -n gw1 route add 192.0.9.0/24 dev loop
snapshot gw1
is "a route into its own link" no "$(reaches h1 192.0.9.9 > /dev/null 2>&1 && echo yes || echo no)"
is "does not go round" "OUT_LINK_LOOP=1" "$(drops gw1)"
is "and is a collision" "0 0 1 1 0 1" "$(failures gw1 loop)"
# Each of two through the other one.
ip -n gw1 link add back type xfrm if_id 61
ip -n gw1 link set back addrgenmode none up
ip -n gw1 xfrm state add src 192.0.2.1 dst 192.0.8.2 proto esp spi 0x1061 mode tunnel if_id 61 \
	aead 'rfc4106(gcm(aes))' $links_key 128
ip -n gw1 xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dir out if_id 61 \
	tmpl src 192.0.2.1 dst 192.0.8.2 proto esp mode tunnel
ip -n gw1 route add 192.0.8.0/24 dev loop
ip -n gw1 route replace 192.0.9.0/24 dev back
snapshot gw1
is "two links that lead through each other" no "$(reaches h1 192.0.9.9 -W 1 > /dev/null 2>&1 && echo yes || echo no)"
is "do not go round for long" "OUT_LINK_LOOP=1" "$(drops gw1)"

# A program writes into the link what is cut off, or no IP.
ip -n gw1 link add odd type xfrm if_id 62
ip -n gw1 link set odd addrgenmode none up
snapshot gw1
in_ns gw1 python3 -c '
import socket
sock = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM)
for packet, kind in ((b"\x45" + bytes(9), 0x0800), (b"\x60" + bytes(20), 0x86dd), (b"\x45" + bytes(40), 0x88b5)):
    sock.sendto(packet, ("odd", kind))'
is "what nobody can read has no policy" "OUT_HEADER=3" "$(drops gw1)"
is "and is an error of the link" "0 0 3 3 3 0" "$(failures gw1 odd)"

# --- a packet that waits -------------------------------------------------------------

ip -n gw1 xfrm policy add src 0.0.0.0/0 dst 0.0.0.0/0 dir out if_id 50 \
	tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel
ip -n gw1 xfrm state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi $((0x1033))
ip netns exec gw1 stdbuf -oL ip xfrm monitor acquire > "$net_state/acquire" 2>&1 &
monitor=$!
await 5 sh -c 'ip netns exec gw1 ss -H -f netlink | grep -q "xfrm:.*ip"'
snapshot gw1
ip netns exec h1 ping -n -q -c 1 -W 8 -I 10.3.0.2 10.4.0.2 > "$net_state/ping" 2>&1 &
pinging=$!
check "an SA is asked for, with the if_id" await 5 grep -q 'if_id 0x32' "$net_state/acquire"
ip -n gw1 xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi $((0x1033)) \
	mode tunnel if_id 50 aead 'rfc4106(gcm(aes))' $links_key 128
wait $pinging
check "and the first packet has its answer" grep -q ' 1 received' "$net_state/ping"
is "since it was held" "1 1" "$(delta gw1 OUT_HELD) $(delta gw1 OUT_RELEASED)"
kill $monitor 2> /dev/null

# --- links come and go ---------------------------------------------------------------

is "a link gets no if_id that another one has" "Error: This namespace has a link with this if_id already." \
	"$(ip -n gw1 link change ipsec1 type xfrm dev eth1 if_id 40 2>&1)"
is "nor another device below" "Error: The device below a link does not change." \
	"$(ip -n gw1 link change ipsec1 type xfrm dev eth0 if_id 50 2>&1)"
check "then its packets pass as before" in_ns h1 ping -n -q -c 1 -W 2 -I 10.3.0.2 10.4.0.2
check "a link gets another if_id" ip -n gw1 link change ipsec1 type xfrm dev eth1 if_id 51
snapshot gw1
is "and has no policies then" no "$(in_ns h1 ping -n -q -c 1 -W 1 -I 10.3.0.2 10.4.0.2 > /dev/null 2>&1 && echo yes || echo no)"
is "of its own" 1 "$(delta gw1 OUT_LINK_POLICY)"
check "it gets the old one back" ip -n gw1 link change ipsec1 type xfrm dev eth1 if_id 50
check "and its packets pass" in_ns h1 ping -n -q -c 1 -W 2 -I 10.3.0.2 10.4.0.2
ns_add inside
snapshot inside
ip -n gw1 link set ipsec1 netns inside
ip -n inside link set ipsec1 addrgenmode none up
addr inside ipsec1 10.3.0.9/32
ip -n inside route add 10.4.0.0/24 dev ipsec1
ip -n gw2 route replace 10.3.0.0/24 dev ipsec1
check "moved to another namespace a link keeps its policies" reaches inside 10.4.0.2 -I 10.3.0.9
is "where nothing is dropped" "" "$(drops inside)"
ip netns exec h1 ping -n -q -f -c 100000 -w 20 10.2.0.2 > /dev/null 2>&1 &
pinging=$!
await 5 test "$(books gw1 ipsec0 | cut -d' ' -f1)" -gt 0
check "a link is deleted under traffic" ip -n gw1 link del ipsec0
check "and made again" link_up gw1 ipsec0 40
ip -n gw1 route replace 10.2.0.0/24 dev ipsec0
kill $pinging 2> /dev/null
wait $pinging 2> /dev/null
check "then packets pass" reaches h1 10.2.0.2
ns_del gw1
check "with a namespace its links go, wherever they are" await 10 sh -c '! ip -n inside link show ipsec1 > /dev/null 2>&1'
xfrm_flush gw2
check "the module can be unloaded, and takes its links along" unload_module
is "none is left" "" "$(ip -n gw2 -o link show type xfrm 2>&1)"
ktap_end
