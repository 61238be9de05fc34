#!/usr/bin/env bash
# vm: cpus=1 timeout=120
# Marks: policies and SAs for packets that have one, and what SAs make of it.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"

host_pair
addr a lo 10.1.0.1/32
addr b lo 10.2.0.1/32
addr b lo 198.51.100.2/32
ip -n a route add 10.2.0.1 via 192.0.2.2 src 10.1.0.1
ip -n b route add 10.1.0.1 via 192.0.2.1 src 10.2.0.1
load_module

# One packet of 84 bytes, with a mark; the answer comes in clear.
ping_mark() { in_ns a ping -n -q -c "$2" -i 0.01 -W 1 -I 10.1.0.1 -m $(($1)) 10.2.0.1; }
# what an SA, or a policy, has counted
counted() { ipsec "$1" -v -s "$2" | grep -A1 -e "$3" | grep -o 'packets.*' | tr '\n' ' '; }
gcm() { echo "enc aes-128-gcm enckey 0x$(hex 20)"; }

# --- the mark of a packet chooses the policy, and with it the SA -----------------------

key1=$(gcm) key2=$(gcm) key3=$(gcm)
# Both SAs have one name but for the mark. On the wire they differ in their DSCP, of which b makes
# marks again: with the other key no packet would be authentic.
one="esp from 192.0.2.1 to 192.0.2.2 spi 0x1001 mark 1/0xff reqid 1 replay 0 dscp 1 $key1"
two="esp from 192.0.2.1 to 192.0.2.2 spi 0x1001 mark 2/0xff reqid 2 replay 0 dscp 2 $key2"
check "two SAs that differ in their marks" ipsec_load a <<END
$one
$two
flow esp out from 10.1.0.1 to 10.2.0.1 peer 192.0.2.2 mark 1/0xff reqid 1 type dontacq
flow esp out from 10.1.0.1 to 10.2.0.1 peer 192.0.2.2 mark 2/0xff reqid 2 type dontacq
flow out from 10.1.0.1 to 10.2.0.1 mark 0x100/0x100 type deny priority 2000
END
check "their other ends" ipsec_load b <<END
$one
$two
flow esp in from 10.1.0.1 to 10.2.0.1 peer 192.0.2.1
END
in_ns b nft -f - <<'END' || bail "b takes no rules"
table inet t {
	chain pre {
		type filter hook prerouting priority raw
		ip protocol esp ip dscp 1 meta mark set 0x701
		ip protocol esp ip dscp 2 meta mark set 0x702
	}
}
END
snapshot a
snapshot b
check "packets with the mark 1 arrive" ping_mark 1 3
check "and with the mark 2" ping_mark 2 2
check "bits outside the mask do not count" ping_mark 0x2001 1
is "the first SA has protected its packets" "packets 4, bytes 336, drops 0 " "$(counted a sa 'mark 0x1/0xff')"
is "and the second one" "packets 2, bytes 168, drops 0 " "$(counted a sa 'mark 0x2/0xff')"
is "each was authenticated under its own" "packets 4, bytes 336, drops 0 packets 2, bytes 168, drops 0 " \
	"$(counted b sa 'spi 0x00001001')"
is "the policies have counted the same" "packets 4, bytes 336 packets 2, bytes 168 " "$(counted a flow 'mark 0x[12]/')"
is "nothing was dropped" "" "$(drops a)$(drops b)"

snapshot a
snapshot b
is "a mark of which no policy knows is in clear" no "$(ping_mark 3 1 > /dev/null && echo yes || echo no)"
is "no policy of a is about it" "1" "$(delta a OUT_BYPASSED)"
is "and b does not take it" "IN_CLEAR_PROTECT=1" "$(drops b)"
snapshot a
is "the first policy that fits decides" yes "$(ping_mark 0x101 1 > /dev/null && echo yes || echo no)"
is "also if it is the last one" no "$(ping_mark 0x103 1 > /dev/null 2>&1 && echo yes || echo no)"
is "which drops" "OUT_DISCARD=1" "$(drops a)"
check "a listing can be loaded again" sh -c \
	"(ip netns exec a ipsecctl -k -s sa; ip netns exec a ipsecctl -s flow) > $net_state/listing &&
	chmod 600 $net_state/listing && ip netns exec a ipsecctl -F -f $net_state/listing"
check "and means the same" ping_mark 2 1
is "the SA of one mark is deleted, not the other" "esp tunnel from 192.0.2.1 to 192.0.2.2 spi 0x00001001 mark 0x2/0xff" \
	"$(echo "$one" > "$net_state/one"; chmod 600 "$net_state/one"; ipsec a -d -f "$net_state/one"; \
	ipsec a -s sa | sed -E 's/ (auth|enc|reqid|replay|dscp) [^ ]*//g')"
is "without it nothing is sent" "OUT_NO_SA=1" "$(snapshot a; ping_mark 1 1 > /dev/null 2>&1; drops a)"

# --- what SAs make of marks ----------------------------------------------------------

ipsec a -F
ipsec b -F
# Only by its mark is there a route to the other end; b's policy wants the mark that b's SA sets.
ip -n a rule add fwmark 0x20/0xf0 table 100
ip -n a route add table 100 198.51.100.2 via 192.0.2.2
out="esp from 192.0.2.1 to 198.51.100.2 spi 0x1003"
check "an SA that sets a mark" ipsec_load a <<END
$out output-mark 0x20/0xf0 $key3
flow esp out from 10.1.0.1 to 10.2.0.1 local 192.0.2.1 peer 198.51.100.2 type dontacq
END
check "and its other end" ipsec_load b <<END
$out output-mark 0x300/0xf00 $key3
flow in from 10.1.0.1 to 10.2.0.1 type deny
flow esp in from 10.1.0.1 to 10.2.0.1 peer 192.0.2.1 mark 0x300/0xf00 priority 1
END
in_ns a nft -f - <<'END' || bail "a takes no rules"
table inet t {
	chain post {
		type filter hook postrouting priority 0
		ip protocol esp meta mark 0x10021 counter
	}
}
END
snapshot b
check "its mark has chosen the route" ping_mark 0x100d1 1
is "the other bits of the mark stay" "packets 1" "$(in_ns a nft list chain inet t post | grep -o 'packets 1')"
is "the packet inside has the mark that it gets there" "1" "$(delta b IN_PROTECTED)"
is "and nothing was dropped" "" "$(drops b)"

# --- an SA that gets another mark, or an if_id, by UPDSA ------------------------------

ipsec a -F
ipsec b -F
aead="0x$(hex 20)"
sa_of() { # ns, add|update, words...
	local ns=$1 what=$2
	shift 2
	ip -n "$ns" xfrm state "$what" src 192.0.2.1 dst 198.51.100.2 proto esp spi 0x1005 mode tunnel \
		replay-window 32 "$@" aead 'rfc4106(gcm(aes))' "$aead" 128
}
sa_of a add output-mark 0x20 mask 0xf0
sa_of b add output-mark 0x300 mask 0xf00
ipsec_load a <<< "flow esp out from 10.1.0.1 to 10.2.0.1 local 192.0.2.1 peer 198.51.100.2 type dontacq"
ipsec_load b <<'END'
flow in from 10.1.0.1 to 10.2.0.1 type deny
flow esp in from 10.1.0.1 to 10.2.0.1 peer 192.0.2.1 mark 0x300/0xf00 priority 1
END
snapshot a
snapshot b
check "SAs of ip xfrm that set marks" ping_mark 1 2
sa_of a update output-mark 0x50 mask 0xf0
is "with another mark there is no route" no "$(ping_mark 1 1 > /dev/null 2>&1 && echo yes || echo no)"
is "and that is why" "OUT_NO_ROUTE=1" "$(drops a)"
sa_of a update output-mark 0x20 mask 0xf0
check "with the first one there is, and no sequence number is used twice" ping_mark 1 1
is "which the other end would not take" "" "$(drops b)"
sa_of b update output-mark 0x100 mask 0xf00
is "with another mark there no policy is for the packet" no "$(ping_mark 1 1 > /dev/null 2>&1 && echo yes || echo no)"
is "but the one that denies" "IN_DISCARD=1" "$(drops b)"
sa_of b update output-mark 0x300 mask 0xf00
check "with the first one it is taken" ping_mark 1 1
is "the SA is the same, with all that it has counted" "5(packets)" \
	"$(ip -n a -s xfrm state | grep -o '[0-9][0-9]*(packets)' | head -n 1)"
snapshot a
sa_of a update if_id 7
is "an if_id makes it the SA of other policies" no "$(ping_mark 1 1 > /dev/null 2>&1 && echo yes || echo no)"
is "here is none for it" "OUT_NO_SA=1" "$(drops a)"
is "its mark has stayed" "output-mark 0x20/0xf0 if_id 0x7" \
	"$(ip -n a xfrm state | grep -oE 'output-mark [0-9a-fx/]*|if_id 0x.*' | paste -sd ' ')"

# --- a packet that waits -------------------------------------------------------------

ipsec a -F
ipsec b -F
ip netns exec a stdbuf -oL ip xfrm monitor acquire > "$net_state/acquire" 2>&1 &
monitor=$!
check "a listener is there" await 5 sh -c 'ip netns exec a ss -H -f netlink | grep -q "xfrm:.*ip"'
ipsec_load a <<< "flow esp out from 10.1.0.1 to 10.2.0.1 mark 5/0xf peer 192.0.2.2"
snapshot a
in_ns a ping -n -q -c 1 -W 8 -I 10.1.0.1 -m 21 10.2.0.1 > "$net_state/ping" 2>&1 &
pinging=$!
await 5 test -s "$net_state/acquire"
check "who is asked for an SA is told the mark" await 5 grep -q 'mark 0x5/0xf' "$net_state/acquire"
ipsec_load b <<< "esp from 192.0.2.1 to 192.0.2.2 spi 0x1004 $key1"
ipsec_load a <<< "esp from 192.0.2.1 to 192.0.2.2 spi 0x1009 mark 4/0xf $key2"
is "an SA of another mark is not for the packet" 0 "$(delta a OUT_RELEASED)"
ipsec_load a <<< "esp from 192.0.2.1 to 192.0.2.2 spi 0x1004 mark 5/0xf $key1"
ipsec_load b <<< "flow esp in from 10.1.0.1 to 10.2.0.1 peer 192.0.2.1"
check "that of its own is" await 5 test "$(delta a OUT_RELEASED)" = 1
is "and it arrives" 1 "$(await 5 sh -c "ip netns exec b ipsecctl -v -s sa | grep -q 'packets 1,'" && echo 1)"
kill $monitor $pinging 2> /dev/null
wait 2> /dev/null

ipsec a -F
ipsec b -F
check "the module can be unloaded" unload_module
ktap_end
