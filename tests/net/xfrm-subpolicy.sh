#!/usr/bin/env bash
# vm: cpus=1 timeout=300
# Sub-policies of `ip xfrm`: they are asked first; unless they drop, the others decide as well, and
# where both protect a packet has the SAs of both, or does not go.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"

load_module
host_pair
left=192.0.2.1 right=192.0.2.2
there="src $left dst $right" back="src $right dst $left"
reaches a $right > /dev/null		# ARP is done
xfrm() { local ns=$1; shift; ip -n "$ns" xfrm "$@" || bail "ip xfrm $* fails"; }

# --- the SAs: ESP in transport mode (reqid 1), ESP in tunnel mode (2), AH in transport mode (3) ---

key=0x$(hex 20)
sa() { # ns, reqid, 0: out of a; 1: into it
	local way=$there spi=100$2
	[ "$3" = 0 ] || { way=$back; spi=1$spi; }
	# shellcheck disable=SC2086 # words
	case $2 in
	1) xfrm "$1" state add $way proto esp spi $spi mode transport reqid 1 auth 'hmac(sha1)' $key enc 'ecb(cipher_null)' '' ;;
	2) xfrm "$1" state add $way proto esp spi $spi mode tunnel reqid 2 auth 'hmac(sha1)' $key enc 'ecb(cipher_null)' '' ;;
	3) xfrm "$1" state add $way proto ah spi $spi mode transport reqid 3 auth 'hmac(sha1)' $key ;;
	esac
}
templates() { # addresses of a tunnel, reqid...
	local way=$1 reqid
	shift
	for reqid; do
		case $reqid in
		1) echo "tmpl proto esp mode transport reqid 1" ;;
		2) echo "tmpl $way proto esp mode tunnel reqid 2" ;;
		3) echo "tmpl proto ah mode transport reqid 3" ;;
		esac
	done
}
# What both directions of a type are: -, block, allow, or the reqids of what protects
policy() { # ns, type, what
	local out=$there in=$back words
	[ "$1" = a ] || { out=$back; in=$there; }
	for words in "dir out $out" "dir in $in"; do
		# shellcheck disable=SC2046,SC2086 # words
		case $3 in
		-) ;;
		block|allow) xfrm "$1" policy add $words ptype $2 action $3 ;;
		*) xfrm "$1" policy add $words ptype $2 $(templates "${words#dir * }" ${3//,/ }) ;;
		esac
	done
}
policies() { # ns, sub, main
	xfrm "$1" policy flush
	xfrm "$1" policy flush ptype sub
	policy "$1" sub "$2"
	policy "$1" main "$3"
}
# at a, and at b
rules() { # sub, main [, sub, main at b]
	policies a "$1" "$2"
	policies b "${3-$1}" "${4-$2}"
	snapshot a
	snapshot b
}
for reqid in 1 2 3; do
	sa a $reqid 0
	sa a $reqid 1
	sa b $reqid 0
	sa b $reqid 1
done
# Filters for what crossed, with these SPIs from outside to inside.
spi() { echo "(ip[$1:4] == $2 or ip[$1:4] == 1$2)"; }
esp1="ip proto 50 and $(spi 20 1001)"
esp2="ip proto 50 and $(spi 20 1002)"
inside2="$esp2 and ip[37] == 50 and $(spi 48 1001)"

# sub, main: the ping is answered, and both packets look so
passes() { # name, filter
	local wire=$ARTIFACTS/${1//[ ,]/-}.pcap
	capture_wire "$wire" ip
	check "$1: there is an answer" reaches a $right
	capture_end
	is "$1: so both packets cross" "2 of 2" "$(packets "$wire" "$2") of $(packets "$wire" ip)"
	is "$1: nothing is dropped" "" "$(drops a)$(drops b)"
}
stays() { # name, drops of a [, drops of b [, packets that cross]]
	local wire=$ARTIFACTS/${1//[ ,]/-}.pcap
	capture_wire "$wire" ip
	check_fails "$1: no answer" reaches a $right -W 1
	capture_end
	is "$1: what crosses" "${4-0}" "$(packets "$wire" ip)"
	is "$1: the reason" "$2, ${3-}" "$(drops a), $(drops b)"
}

# --- one of them decides -------------------------------------------------------------------

rules block 2
stays "the sub-policy blocks, the other one protects" OUT_DISCARD=1
rules - 2 block 2
stays "so at the other end" "" IN_DISCARD=1 1
rules allow 2
passes "the sub-policy allows, the other one protects" "$esp2 and ip[37] == 1"
rules allow -
passes "the sub-policy allows, there is no other one" icmp
rules allow block
stays "the sub-policy allows, the other one blocks" OUT_DISCARD=1
rules 1 -
passes "the sub-policy alone protects" "$esp1"
rules 1 allow
passes "the sub-policy protects, the other one allows" "$esp1"
rules 1 block
stays "the sub-policy protects, the other one blocks" OUT_DISCARD=1
rules - allow 1 -
stays "clear text where a sub-policy protects" "" IN_CLEAR_PROTECT=1 1

# --- both protect --------------------------------------------------------------------------

rules 1 2
passes "both protect" "$inside2"
is "both protect: all SAs are used" "1 1 1, 1 1 1" \
	"$(delta a OUT_PROTECTED) $(delta a IN_NESTED) $(delta a IN_PROTECTED), $(delta b OUT_PROTECTED) $(delta b IN_NESTED) $(delta b IN_PROTECTED)"
is "both count the packet" "sub 1, main 1" \
	"$(ipsec a -j -s flow | jq -r '.flow[] | select(.dir == "out") | (if .sub then "sub " else "main " end) + (.packets | tostring)' | sort -r | paste -sd , | sed 's/,/, /')"
check "both protect: another flow" reaches b $left
is "both protect: it has the same SAs" "2 2 2, 2 2 2" \
	"$(delta a OUT_PROTECTED) $(delta a IN_NESTED) $(delta a IN_PROTECTED), $(delta b OUT_PROTECTED) $(delta b IN_NESTED) $(delta b IN_PROTECTED)"
rules 1 3
passes "ESP inside AH" "ip proto 51 and $(spi 24 1003) and ip[20] == 50"
rules 3 1
passes "AH inside ESP" "$esp1 and $(spi 32 1003)"
rules 1 - 1 2
stays "under the SA of the sub-policy alone" "" IN_WRONG_SA=1 1
rules - 2 1 2
stays "under the SA of the other one alone" "" IN_WRONG_SA=1 1
rules 3 1 1 3
stays "in another order" "" IN_WRONG_ORDER=1 1
rules 1,3 1,3,1
stays "more SAs than a packet can have" OUT_DISCARD=1
rules 2 -
# shellcheck disable=SC2086 # words
xfrm a policy add $there dir out tmpl src $left dst 192.0.2.9 proto esp mode transport reqid 1
stays "a tunnel that the other one does not enclose" OUT_DISCARD=1
rules - 2
ipsec_load a <<< "flow esp transport out from $left to $right reqid 1 pfp { proto } sub"
stays "a sub-policy whose SA is populated from packets" OUT_DISCARD=1
rules - 2
# shellcheck disable=SC2086 # words
xfrm a policy add $there dir out ptype sub mark 5 action block
check "a sub-policy for a mark" reaches a $right
check_fails "is for packets with that" in_ns a ping -q -c 1 -W 1 -m 5 $right
is "and drops them" OUT_DISCARD=1 "$(drops a)"

# --- an SA is missing ----------------------------------------------------------------------

monitor() {
	ip netns exec a stdbuf -oL ip xfrm monitor acquire > "$net_state/acquire" 2>&1 &
	monitor=$!
	await 5 sh -c 'ip netns exec a ss -H -f netlink | grep -q "xfrm:.*ip"' || bail "no monitor"
}
asked() { grep -o 'ptype [a-z]*\|reqid [0-9]' "$net_state/acquire" | paste -sd ' '; }
pinging() {
	ip netns exec a ping -q -c 1 -W 9 $right > "$net_state/ping" 2>&1 &
	ping=$!
}
without() { # reqid...
	local reqid
	for reqid; do
		# shellcheck disable=SC2086 # words
		xfrm a state delete $there proto esp spi 100$reqid
	done
	capture_wire "$ARTIFACTS/without-${*// /-}.pcap" ip
	pinging
}

# Of the first SA behind a change of policies all packets hear; of the next one those that it may be for.
other() {
	xfrm "$1" state add src "$2" dst "$3" proto esp spi 9009 mode transport reqid 9 auth 'hmac(sha1)' $key enc 'ecb(cipher_null)' ''
	xfrm "$1" state delete src "$2" dst "$3" proto esp spi 9009
}

rules 1 2
other a $left 192.0.2.9
monitor
without 1 2
check "without both SAs: one is asked for" await 5 grep -q 'reqid 1' "$net_state/acquire"
is "without both SAs: that of the sub-policy" "ptype sub reqid 1" "$(asked)"
sa a 1 0
check "when it comes the other one is asked for" await 5 grep -q 'reqid 2' "$net_state/acquire"
is "which is that of the other policy" "ptype sub reqid 1 ptype main reqid 2" "$(asked)"
capture_end
is "meanwhile the packet waits" "1 0" "$(delta a OUT_HELD) $(packets "$ARTIFACTS/without-1 2.pcap" ip)"
sa a 2 0
check "when that comes the packet goes" wait $ping
is "and nothing is dropped" "1 " "$(delta a OUT_RELEASED) $(drops a)"
kill $monitor

# With IPv6 transport mode is inside, whichever policy names it; the sub-policy's SA is asked for first.
left6=2001:db8::1 right6=2001:db8::2
sa6() { # reqid, mode
	xfrm a state add src $left6 dst $right6 proto esp spi 200"$1" mode "$2" reqid "$1" auth 'hmac(sha1)' $key enc 'ecb(cipher_null)' ''
}
has_released() { [ "$(delta a OUT_RELEASED)" = 1 ]; }
rules - -
ipsec_load a << END
flow esp tunnel out from $left6 to $right6 local $left6 peer $right6 reqid 2 sub
flow esp transport out from $left6 to $right6 reqid 1
END
snapshot a
other a $left6 2001:db8::9
monitor
ip netns exec a ping -q -c 1 -W 1 $right6 > /dev/null &
ping=$!
check "IPv6, without both SAs: one is asked for" await 5 grep -q 'reqid 2' "$net_state/acquire"
sa6 2 tunnel
check "IPv6: when it comes the other one is asked for" await 5 grep -q 'reqid 1' "$net_state/acquire"
is "IPv6: that of the sub-policy first" "ptype sub reqid 2 ptype main reqid 1" "$(asked)"
sa6 1 transport
check "IPv6: when that comes the packet goes" await 5 has_released
is "IPv6: under both" "1 " "$(delta a OUT_PROTECTED) $(drops a)"
wait $ping
kill $monitor

# One policy of generic netlink may be for both families, where ipsecctl makes two.
rules - -
ipsec_load a <<< "flow esp transport out from $left6 to $right6 reqid 1"
check "a sub-policy for both families" ip netns exec a env PYTHONPATH="$TOP/tests/lib" \
	PYTHONDONTWRITEBYTECODE=1 python3 -c '
import sys
from genl import *
def alone(src, dst):
    return selector(src_min=addr(SEL_A_SRC_MIN, src), src_max=addr(SEL_A_SRC_MAX, src),
                    dst_min=addr(SEL_A_DST_MIN, dst), dst_max=addr(SEL_A_DST_MAX, dst))
left, right, left6, right6 = sys.argv[1:]
Connection().request(CMD_POLICY_NEW, [policy(
    alone(left, right), alone(left6, right6),
    spec(src=addr(SPEC_A_SRC, left), dst=addr(SPEC_A_DST, right), reqid=u32(SPEC_A_REQID, 2)),
    flags=u32(POLICY_A_FLAGS, POLICY_F_SUB))])' $left $right $left6 $right6
capture_wire "$ARTIFACTS/both-families.pcap"
reaches a $right6 -W 1 > /dev/null
capture_end
is "with IPv6 the other one's SA is inside" 1 \
	"$(packets "$ARTIFACTS/both-families.pcap" "$esp2 and ip[34] == 50 and ip[68:4] == 2001")"

# One of the two asks nobody.
# sub-policy's SA (reqid 1) and the other one's (2): their types in a; both SAs are missing
types() {
	rules - -
	ipsec_load a << END
flow esp transport out from $left to $right reqid 1 type $1 sub
flow esp tunnel out from $left to $right local $left peer $right reqid 2 type $2
END
	snapshot a
	monitor
	without 1 2
}
types_end() {
	kill $monitor $ping
	wait $ping
	capture_end
	xfrm a state flush
	local reqid
	for reqid in 1 2 3; do
		sa a $reqid 0
		sa a $reqid 1
	done
}
has_dropped() { [ "$(drops a)" = "$1" ]; }
has_protected() { [ "$(delta a OUT_PROTECTED)" = 1 ]; }
types use require
check "the sub-policy needs none, and asks nobody: the other one asks" await 5 grep -q 'reqid 2' "$net_state/acquire"
sa a 2 0
check "and that SA is enough" await 5 has_protected
is "the packet has waited for it" "ptype main reqid 2, 1 1 " "$(asked), $(delta a OUT_HELD) $(delta a OUT_RELEASED) $(drops a)"
types_end
types dontacq require
check "the sub-policy needs one, and asks nobody: nothing waits" await 5 has_dropped OUT_NO_SA=1
is "nor asks the other one" ", 0" "$(asked), $(delta a OUT_HELD)"
types_end
types require dontacq
check "the other one asks nobody: that of the sub-policy is asked for" await 5 grep -q 'reqid 1' "$net_state/acquire"
sa a 1 0
check "when it comes nothing waits for the other one" await 5 has_dropped OUT_NO_SA=1
is "which is not asked for" "ptype sub reqid 1" "$(asked)"
types_end
types acquire use
check "neither is needed, the sub-policy asks" await 5 grep -q 'reqid 1' "$net_state/acquire"
is "and packets go in clear" "0 1 " "$(delta a OUT_HELD) $(delta a OUT_BYPASSED) $(drops a)"
types_end
types use acquire
check "neither is needed, the other one asks" await 5 grep -q 'reqid 2' "$net_state/acquire"
types_end

has_held() { [ "$(delta a OUT_HELD)" = 1 ]; }
for type in sub main; do
	rules 1 2
	without 2
	check "without that of the other policy: the packet waits" await 5 has_held
	# shellcheck disable=SC2086 # words
	xfrm a policy delete $there dir out ptype $type
	is "until the $type policy goes" "OUT_HOLD_FLUSHED=1" "$(drops a)"
	kill $ping
	wait $ping
	capture_end
	sa a 2 0
done

# --- both doors ----------------------------------------------------------------------------

rules 1 2
shown() { ipsec a -s flow; ip -n a xfrm policy; }
shown > "$ARTIFACTS/shown"
is "ipsecctl shows which are sub-policies" 2 "$(grep -cE '^flow .* sub( |$)' "$ARTIFACTS/shown")"
ipsec a -s flow > "$net_state/flows"
chmod 600 "$net_state/flows"
xfrm a policy flush
is "a flush of one type leaves the other one" "ptype sub, 0" \
	"$(ip -n a xfrm policy | grep -o 'ptype [a-z]*' | sort -u), $(ipsec a -s flow | grep -cvE ' sub( |$)')"
xfrm a policy flush ptype sub
check "what ipsecctl shows can be loaded" ipsec a -f "$net_state/flows"
is "and is the same" "$(cat "$ARTIFACTS/shown")" "$(shown)"
snapshot a
passes "loaded by ipsecctl" "$inside2"
check "ipsecctl deletes what it shows" ipsec a -d -f "$net_state/flows"
is "and no more is there" "" "$(ipsec a -s flow)"
ipsec a -f "$net_state/flows"
check "ipsecctl deletes both" ipsec a -F
is "so nothing is left" "" "$(ip -n a xfrm policy)"
ipsec b -F
check "the module can be unloaded" unload_module
ktap_end
