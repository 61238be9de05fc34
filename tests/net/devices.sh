#!/usr/bin/env bash
# vm: cpus=1 timeout=300
# Selectors with a device or a VRF, of policies and of SAs: the same addresses, by the one link and
# by the other.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"

#   a eth0 ---- eth0 b      192.0.2.1, .2      2001:db8::1, ::2
#     eth1 ---- eth1        198.51.100.1, .2   2001:db8:1::1, ::2       b: 10.9.0.1 and fd09::1
modprobe vrf
ns_add a b
for n in 0 1; do
	wire a eth$n b eth$n
done
addr a eth0 192.0.2.1/24 2001:db8::1/64
addr b eth0 192.0.2.2/24 2001:db8::2/64
addr a eth1 198.51.100.1/24 2001:db8:1::1/64
addr b eth1 198.51.100.2/24 2001:db8:1::2/64
addr a lo 10.1.0.1/32 fd01::1/128
addr b lo 10.9.0.1/32 fd09::1/128
in_ns b sysctl -qw net.ipv4.conf.all.rp_filter=0
ip -n b route add 10.1.0.0/24 via 192.0.2.1
ip -n b route add fd01::/64 via 2001:db8::1

# eth0|eth1: packets of a for b's networks leave by that
by() {
	case $1 in
	eth0) set -- 192.0.2.2 2001:db8::2 ;;
	eth1) set -- 198.51.100.2 2001:db8:1::2 ;;
	esac
	ip -n a route replace 10.9.0.0/24 via "$1"
	ip -n a route replace fd09::/64 via "$2"
}
answers() { reaches a "$1" -W 10 -I "${2-10.1.0.1}"; }
pings() { reaches a "$1" -W 1 -I "${2-10.1.0.1}"; }
grew() { # ns, NAME...: by how much each has
	local ns=$1 name
	shift
	for name; do echo "$name=$(delta "$ns" "$name")"; done | paste -sd ' '
}
xfrm() { # ns, -s?, words...
	local ns=$1 show=()
	shift
	[ "$1" != -s ] || { show=(-s); shift; }
	ip -n "$ns" ${show[@]+"${show[@]}"} xfrm "$@"
}

load_module

# --- what leaves ---------------------------------------------------------------------------

check "ip xfrm takes a policy for a device" \
	xfrm a policy add src 0.0.0.0/0 dst 10.9.0.0/24 dev eth1 dir out action block
check "and one for IPv6" xfrm a policy add src ::/0 dst fd09::/64 dev eth1 dir out action block
check_fails "the same again is refused" \
	xfrm a policy add src 0.0.0.0/0 dst 10.9.0.0/24 dev eth1 dir out action block
check "for another device it is another policy" \
	xfrm a policy add src 0.0.0.0/0 dst 10.9.0.0/24 dev lo dir out action block
check_fails "without a device there is none" xfrm a policy get src 0.0.0.0/0 dst 10.9.0.0/24 dir out
is "ip xfrm names the device" 1 \
	"$(xfrm a policy get src 0.0.0.0/0 dst 10.9.0.0/24 dev eth1 dir out | grep -c 'dst 10.9.0.0/24 dev eth1')"
is "ipsecctl as well" 'flow out on "eth1" from 0.0.0.0/0 to 10.9.0.0/24 type deny priority 0
flow out on "eth1" from ::/0 to fd09::/64 type deny priority 0' \
	"$(ipsec a -s flow | grep 'eth1')"
for family in 4 6; do
	[ $family = 4 ] && { to=10.9.0.1 from=10.1.0.1; } || { to=fd09::1 from=fd01::1; }
	by eth0
	snapshot a
	check "IPv$family by the other link: passes" answers $to $from
	is "IPv$family: it is counted as clear" "OUT_BYPASSED=1 OUT_DISCARD=0" \
		"$(grew a OUT_BYPASSED OUT_DISCARD)"
	by eth1
	snapshot a
	check_fails "IPv$family by that link: does not" pings $to $from
	is "IPv$family: it is dropped" "OUT_DISCARD=1" "$(drops a)"
done
ipsec a -s flow > "$ARTIFACTS/rules"
chmod 600 "$ARTIFACTS/rules"
check "ipsecctl reads what it has listed" ipsec a -F -f "$ARTIFACTS/rules"
is "and lists the same then" "$(cat "$ARTIFACTS/rules")" "$(ipsec a -s flow)"
snapshot a
check_fails "which means the same" pings 10.9.0.1
is "OUT_DISCARD" "OUT_DISCARD=1" "$(drops a)"
ipsec a -F
check "without policies packets pass by both" answers 10.9.0.1

# --- a VRF -----------------------------------------------------------------------------------

ip -n a link add red type vrf table 10
ip -n a link set red up
ip -n a link set eth1 master red
addr a eth1 2001:db8:1::1/64
ip -n a addr add 10.1.0.3/32 dev red
ip -n a route add table 10 10.9.0.0/24 via 198.51.100.2
ip -n b route add 10.1.0.3/32 via 198.51.100.1
by eth0
for on in red eth1; do
	echo "flow out on $on from any to 10.9.0.0/24 type deny" | ipsec_load a
	snapshot a
	check "$on: what is not in the VRF passes" answers 10.9.0.1
	check_fails "$on: what is in it does not" reaches a 10.9.0.1 -W 1 -I red
	is "$on: OUT_DISCARD" "OUT_DISCARD=1" "$(drops a)"
	ipsec a -F
done
echo "flow in on red from 10.9.0.0/24 to any type deny" | ipsec_load a
snapshot a
check "in: what arrives at another device passes" answers 10.9.0.1
check_fails "in: what arrives in the VRF does not" reaches a 10.9.0.1 -W 1 -I red
is "in: IN_DISCARD" "IN_DISCARD=1" "$(drops a)"
ipsec a -F
ip -n a link del red
addr a eth1 2001:db8:1::1/64

# --- what arrives, protected and in clear ------------------------------------------------------

key=0x000102030405060708090a0b0c0d0e0f10111213
tunnel() { # a, b, spi
	echo "esp tunnel from $1 to $2 spi $3 enc aes-128-gcm enckey $key replay 0"
}
tunnel 192.0.2.1 192.0.2.2 0x1001 > "$ARTIFACTS/sas"
ipsec_load a < "$ARTIFACTS/sas"
ipsec_load b < "$ARTIFACTS/sas"
echo "flow esp tunnel out on eth0 from 10.1.0.0/24 to 10.9.0.0/24 peer 192.0.2.2" | ipsec_load a
echo "flow esp tunnel in on eth0 from 10.1.0.0/24 to 10.9.0.0/24 local 192.0.2.2 peer 192.0.2.1" |
	ipsec_load b
snapshot a
snapshot b
check "a packet by that link is answered" answers 10.9.0.1
is "it was protected" "OUT_PROTECTED=1 OUT_BYPASSED=0" "$(grew a OUT_PROTECTED OUT_BYPASSED)"
is "and arrived so" "IN_PROTECTED=1 IN_CLEAR=0" "$(grew b IN_PROTECTED IN_CLEAR)"
by eth1
snapshot b
check "one by the other link is answered as well" answers 10.9.0.1
is "in clear" "IN_PROTECTED=0 IN_CLEAR=1" "$(grew b IN_PROTECTED IN_CLEAR)"
ipsec a -F
by eth0
snapshot b
check_fails "in clear by that link it is not" pings 10.9.0.1
is "but dropped" "IN_CLEAR_PROTECT=1" "$(drops b)"

# --- SAs -------------------------------------------------------------------------------------

ipsec a -F
ipsec b -F
state() { # ns, spi, device
	xfrm "$1" state add src 192.0.2.1 dst 192.0.2.2 proto esp spi "$2" mode tunnel \
		aead 'rfc4106(gcm(aes))' $key 128 sel src 10.1.0.0/24 dst 10.9.0.0/24 dev "$3"
}
check "ip xfrm takes an SA for a device" state a 0x2001 eth1
check "and another one" state a 0x2002 eth0
is "ip xfrm names it" 1 \
	"$(xfrm a state get src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x2001 | grep -c 'sel .* dev eth1')"
is "ipsecctl as well" 1 "$(ipsec a -s sa | grep -c 'spi 0x00002001 .* for on "eth1" from')"
state b 0x2001 eth0
state b 0x2002 eth1
echo "flow esp tunnel out from 10.1.0.0/24 to 10.9.0.0/24 peer 192.0.2.2" | ipsec_load a
echo "flow esp tunnel in from 10.1.0.0/24 to 10.9.0.0/24 peer 192.0.2.1 local 192.0.2.2" | ipsec_load b
snapshot b
check_fails "a packet by that link" pings 10.9.0.1
is "goes under the SA for that" "0x00002002" \
	"$(xfrm a -s state | awk '$3 == "spi" { spi = $4 } /1\(packets\)/ { print substr(spi, 1, 10) }')"
is "which is for the other link at the other end" "IN_SA_SELECTOR=1" "$(drops b)"
xfrm a state flush
xfrm b state flush

# --- what waits ------------------------------------------------------------------------------

ipsec a -F
state b 0x2003 eth0
echo "flow esp tunnel out on eth0 from 10.1.0.0/24 to 10.9.0.0/24 peer 192.0.2.2" | ipsec_load a
snapshot a
ip netns exec a ping -n -q -c 1 -W 20 -I 10.1.0.1 10.9.0.1 > "$ARTIFACTS/ping" &
ping=$!
for ((i = 0; i < 200; i++)); do
	[ "$(delta a OUT_HELD)" = 0 ] || break
	sleep 0.05
done
check "the SA comes" state a 0x2003 eth0
check "the packet that has waited for it is answered" wait $ping
is "it went on" "OUT_HELD=1 OUT_RELEASED=1" "$(grew a OUT_HELD OUT_RELEASED)"
# --- an address of a VRF, behind a tunnel -------------------------------------------------------

# Only `in` has policies: what is for an address of b, whichever device that is at, and not what b
# would forward.
ipsec a -F
ipsec b -F
xfrm a state flush
xfrm b state flush
ip -n b link add blue type vrf table 20
ip -n b link set blue up
ip -n b link set eth1 master blue
addr b eth1 2001:db8:1::2/64
addr b blue 10.10.0.1/32 fd0a::1/128
ip -n b route add table 20 10.1.0.0/24 via 198.51.100.1
ip -n b route add table 20 fd01::/64 via 2001:db8:1::1
ip -n a route add 10.10.0.0/24 via 198.51.100.2
ip -n a route add fd0a::/64 via 2001:db8:1::2
tunnel 198.51.100.1 198.51.100.2 0x3001 > "$ARTIFACTS/sas"
ipsec_load a < "$ARTIFACTS/sas"
ipsec_load b < "$ARTIFACTS/sas"
ipsec_load a <<'END'
flow esp tunnel out from 10.1.0.0/24 to 10.10.0.0/24 peer 198.51.100.2
flow esp tunnel out from fd01::/64 to fd0a::/64 peer 198.51.100.2
END
for family in 4 6; do
	[ $family = 4 ] && { net=10.1.0.0/24 here=10.10.0.0/24 to=10.10.0.1 from=10.1.0.1; } ||
		{ net=fd01::/64 here=fd0a::/64 to=fd0a::1 from=fd01::1; }
	xfrm b policy add src $net dst $here dir in \
		tmpl src 198.51.100.1 dst 198.51.100.2 proto esp mode tunnel
	snapshot b
	check "IPv$family: what comes out of a tunnel for it is answered" answers $to $from
	is "IPv$family: as the policy for this host has it" "IN_PROTECTED=1" "$(grew b IN_PROTECTED)"
	is "IPv$family: nothing is dropped" "" "$(drops b)"
done

ipsec a -F
ipsec b -F
check "the module can be unloaded" unload_module
ktap_end
