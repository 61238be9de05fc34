#!/usr/bin/env bash
# vm: kernels=debug-uml timeout=300
# Somebody sets the clock, forward and back, by hours: nothing lives longer or shorter for it, no
# packet is lost.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/traffic.sh"

# The clock that nobody can set.
uptime() { cut -d . -f 1 /proc/uptime; }
jump() { date -s "@$(($(date +%s) + $1))" > /dev/null; }	# seconds
hour=3600
# ns, the SPI of an SA, a word of ip xfrm
there() { ipsec "$1" -s sa | grep -q "$(printf '0x%08x' "$2")"; }
is_gone() { ! there "$@"; }

load_module
gateway_chain
watch_clear

# --- under traffic ------------------------------------------------------------------------------

protect_chain esp enc aes-128-gcm
rules=$net_state/limited
limits="soft age $hour hard age $((2 * hour)) use $((2 * hour)) idle $((hour))"
sas esp tunnel 192.0.2.1 192.0.2.2 enc aes-128-gcm | sed "s/\$/ $limits/" > "$rules"
limited=$protect_spi
for ns in gw1 gw2; do
	ipsec_load $ns < "$rules" || bail "$ns refuses limits"
done
ip netns exec gw1 ipsecctl -m > "$net_state/events" 2>&1 &
at_exit "kill $! 2>/dev/null"
traffic_begin
snapshot gw1
snapshot gw2
for by in 5 -5 30 -60 1000 -1000 5 -5; do
	jump $((by * hour))
	check "the clock is set by $by hours: packets arrive" traffic_flows
done
for ns in gw1 gw2; do
	is "$ns drops nothing" "" "$(drops $ns)"
	check "$ns has the SAs with limits" there $ns "$limited"
done
is "nobody is told of any end" 0 "$(grep -c expire "$net_state/events")"
traffic_end "clock"
is "no packet was lost" 0 "$traffic_lost"

# --- what is limited ----------------------------------------------------------------------------

key=0x000102030405060708090a0b0c0d0e0f10111213
# SAs that end in some seconds, whatever the clock says meanwhile
lasting=$((3 * slow))
ends() { # name, jump in seconds, words
	local name=$1 by=$2 began spi=$((protect_spi + 0x100))
	shift 2
	protect_spi=$spi
	echo "esp tunnel from 192.0.2.1 to 192.0.2.2 spi $spi enc aes-128-gcm enckey $key $*" |
		ipsec_load gw1 || bail "gw1 refuses $*"
	began=$(uptime)
	jump "$by"
	check "$name: it is there" there gw1 $spi
	check "$name: it ends" await $((lasting + 15)) is_gone gw1 $spi
	check "$name: not before its time" test $(($(uptime) - began)) -ge $((lasting - 2))
	jump $((-by))
}
ends "age, and the clock forward" $((5 * hour)) "hard age $lasting"
ends "age, and the clock back" $((-5 * hour)) "hard age $lasting"

# What counts on from before, as other limits and other addresses do
spi=0x7001
state="src 192.0.2.1 dst 192.0.2.2 proto esp spi $spi mode tunnel reqid 9"
other_limits() { # seconds
	# shellcheck disable=SC2086
	ip -n gw1 xfrm state "$1" $state aead 'rfc4106(gcm(aes))' $key 128 limit time-hard "$2"
}
for by in 5 -5; do
	check "an SA with a limit" other_limits add $hour
	jump $((by * hour))
	check "the clock by $by hours: another limit" other_limits update $((hour + 1))
	sleep 2
	check "it is there" there gw1 $spi
	check "and a third" other_limits update 1
	check "it is over" await 20 is_gone gw1 $spi
	jump $((-by * hour))
done

# A policy, as ip xfrm has them
policy="src 10.8.0.0/24 dst 10.9.0.0/24 dir out"
has_policy() { ip -n gw1 xfrm policy get $policy > /dev/null 2>&1; }
no_policy() { ! has_policy; }
check "a policy with a limit" ip -n gw1 xfrm policy add $policy action block limit time-hard $hour
jump $((5 * hour))
sleep 12
check "the clock forward: it is there" has_policy
jump $((-5 * hour))
ip -n gw1 xfrm policy delete $policy
check "a policy with a short limit" ip -n gw1 xfrm policy add $policy action block limit time-hard 3
jump $((-5 * hour))
check "the clock back: it ends" await 20 no_policy
jump $((5 * hour))

# --- what is told -------------------------------------------------------------------------------

added() { ipsec gw1 -j -s sa | jq -r ".sa[] | select(.spi == $limited) | .add_time"; }
before=$(added)
jump $hour
off=$(($(added) - before - hour))
# what sets the clock leaves out parts of seconds
check "the time of day of what was is that of the clock now" test ${off#-} -le 1
jump -$hour

# --- keepalives, and what waits -----------------------------------------------------------------

echo "esp tunnel from 192.0.2.1 to 192.0.2.2 spi 0x7101 enc aes-128-gcm enckey $key" \
	udpencap keepalive 100 > "$rules"
check "an SA with keepalives" ipsec_load gw1 < "$rules"
snapshot gw1
for by in -5 5 5 -5; do
	jump $((by * hour))
	sleep 2
done
is "the clock asks for no keepalive" 0 "$(delta gw1 OUT_KEEPALIVES)"

echo "flow esp proto udp from 10.1.0.0/24 to 10.2.0.9 peer 192.0.2.9 priority 1" | ipsec_load gw1
snapshot gw1
for by in 5 -10 5; do
	in_ns h1 bash -c 'echo x > /dev/udp/10.2.0.9/9'
	jump $((by * hour))
done
is "what waits for an SA waits on" 3 "$(counter gw1 OUT_WAITING)"
check "for 10 seconds" await 20 eval '[ "$(delta gw1 OUT_HOLD_TIMEOUT)" = 3 ]'

nothing_clear
unprotect gw1 gw2
check "the module can be unloaded" await 10 unload_module
ktap_end
