#!/usr/bin/env bash
# vm: cpus=1 timeout=300
# Packets that arrive before the keys of their SA: the SPI is reserved (ALLOCSPI), its peer sends
# already.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"

room=1024	# packets that a namespace holds

load_module
gateway_chain
key_manager gw2 4

key=000102030405060708090a0b0c0d0e0f
declare -A algorithms=([esp]="auth hmac(sha256) 0x$key$key enc cbc(aes) 0x$key" [ah]="auth hmac(sha256) 0x$key$key")
has_grown() { [ "$(delta "$1" "$2")" -ge "$3" ]; } # NS, NAME, N

# tunnel FAMILY PROTO SPI [ENCAP...]: gw1 sends with it already, gw2 has reserved the SPI
tunnel() {
	family=$1 proto=$2 spi=$3
	shift 3
	encap=("$@")
	if [ "$family" = 4 ]; then
		end1=192.0.2.1 end2=192.0.2.2 near=10.1.0.0/24 far=10.2.0.0/24 target=10.2.0.2
	else
		end1=2001:db8::1 end2=2001:db8::2 near=fd01::/64 far=fd02::/64 target=fd02::2
	fi
	ip -n gw2 xfrm state allocspi src $end1 dst $end2 proto "$proto" mode tunnel reqid 1 \
		min "$spi" max "$spi" > /dev/null || bail "gw2 reserves no SPI"
	ip -n gw2 xfrm policy add src $near dst $far dir fwd tmpl src $end1 dst $end2 proto "$proto" mode tunnel reqid 1
	ip -n gw1 xfrm policy add src $near dst $far dir out tmpl src $end1 dst $end2 proto "$proto" mode tunnel reqid 1
	state gw1 add
	snapshot gw1
	snapshot gw2
}

# state NS add|update: an SA of the tunnel with its keys
state() {
	# shellcheck disable=SC2086 # words
	ip -n "$1" xfrm state "$2" src $end1 dst $end2 proto "$proto" spi "$spi" mode tunnel reqid 1 \
		replay-window 32 ${algorithms[$proto]} ${encap[@]+"${encap[@]}"}
}

arrives() { # NAME
	ip netns exec h1 ping -n -c 5 -i 0.1 -W 30 $target > "$net_state/ping" &
	ping_pid=$!
	check "$1: packets are held" await 20 has_grown gw2 IN_HELD 5
	is "$1: nothing is dropped" "" "$(drops gw2)"
	check "$1: the keys come" state gw2 update
	check "$1: all are answered" wait $ping_pid
	is "$1: in order" "1 2 3 4 5" "$(sed -n 's/.*icmp_seq=\([0-9]*\).*/\1/p' "$net_state/ping" | xargs)"
	is "$1: each was held and released" "5 5" "$(delta gw2 IN_HELD) $(delta gw2 IN_RELEASED)"
	is "$1: and arrived once" "5 5" "$(delta gw2 "IN_${proto^^}") $(delta gw2 IN_PROTECTED)"
	is "$1: nothing was dropped" "" "$(drops gw2)"
	is "$1: the SA has counted them" 5 "$(ipsec gw2 -j -s sa | jq '.sa[0].packets')"
	xfrm_flush gw1 gw2
}

tunnel 4 esp 0x1001
arrives "ESP"
tunnel 6 ah 0x1002
arrives "AH, IPv6"
tunnel 4 esp 0x1003 encap espinudp 4500 4500 0.0.0.0
arrives "ESP in UDP"

# Nothing is believed that the keys do not show to be right.
tunnel 4 esp 0x1004
in_ns h1 ping -n -q -c 3 -i 0.1 -W 1 $target > /dev/null
is "held" 3 "$(delta gw2 IN_HELD)"
algorithms[esp]="auth hmac(sha256) 0x${key//0/f}$key enc cbc(aes) 0x$key"
state gw2 update
check "with other keys each is dropped for that" no_drops gw2 IN_ICV=3
xfrm_flush gw1 gw2

tunnel 4 esp 0x1005
in_ns h1 ping -n -q -c 1 -W 1 $target > /dev/null
is "held" 1 "$(delta gw2 IN_HELD)"
check "without keys it is given up" await 60 has_grown gw2 IN_LARVAL 1
check "for this reason only" no_drops gw2 IN_LARVAL=1
state gw2 update
is "keys that come now release nothing" 0 "$(delta gw2 IN_RELEASED)"
xfrm_flush gw1 gw2

tunnel 4 esp 0x1006
in_ns h1 ping -n -q -f -c $((room + 16)) -l $((room + 16)) -W 1 $target > /dev/null
sent=$(delta gw1 OUT_PROTECTED)
check "more were sent than there is room" test "$sent" -gt $room
check "and have arrived" await 20 has_grown gw2 IN_ESP "$sent"
is "what there is no room for is dropped" $((sent - room)) "$(delta gw2 IN_LARVAL)"

spi=0x1007
check "another SA comes" state gw2 add
is "for which nothing waits" 0 "$(delta gw2 IN_RELEASED)"
xfrm_flush gw1 gw2
is "with the name that they wait for they go" "$sent 0" "$(delta gw2 IN_LARVAL) $(delta gw2 IN_RELEASED)"

# Whatever SAs they share a queue with, packets wait for their own: some of 128 SPIs are in it.
tunnel 4 esp 0x1009
ip netns exec h1 ping -n -c 3 -i 0.1 -W 30 $target > "$net_state/ping" &
ping_pid=$!
check "three packets wait" await 20 has_grown gw2 IN_HELD 3
for ((n = 0; n < 128; n++)); do
	echo "xfrm state add src $end1 dst $end2 proto esp spi $((0x2000 + n)) mode tunnel ${algorithms[esp]}"
done | ip -n gw2 -batch - || bail "gw2 refuses SAs"
is "when others have their keys they wait on" "3 0 3" \
	"$(delta gw2 IN_HELD) $(delta gw2 IN_RELEASED) $(counter gw2 IN_WAITING)"
check "their own come" state gw2 update
check "and all are answered" wait $ping_pid
is "in order" "1 2 3" "$(sed -n 's/.*icmp_seq=\([0-9]*\).*/\1/p' "$net_state/ping" | xargs)"
is "each was held and released once" "3 3" "$(delta gw2 IN_HELD) $(delta gw2 IN_RELEASED)"
check "and none is dropped" no_drops gw2
xfrm_flush gw1 gw2

# A name is reserved for as long as net.core.xfrm_acq_expires says.
no_state() { [ -z "$(ip -n gw2 xfrm state)" ]; }
in_ns gw2 sysctl -qw net.core.xfrm_acq_expires=3
start=$EPOCHREALTIME
ip -n gw2 xfrm state allocspi src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel min 0x1008 max 0x1008 > /dev/null
check_fails "an SPI is reserved" no_state
check "and given back" await 30 no_state
check "but not long before three seconds have passed" test $(((${EPOCHREALTIME/./} - ${start/./}) / 1000)) -ge 1900
check "then another may have it" ip -n gw2 xfrm state allocspi src 192.0.2.1 dst 192.0.2.2 proto esp \
	mode tunnel min 0x1008 max 0x1008
xfrm_flush gw2

check "the module can be unloaded" unload_module
ktap_end
