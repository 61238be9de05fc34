#!/usr/bin/env bash
# vm: cpus=1 timeout=300 kernels=6.1,6.12
# What policies do to packets: which one decides, and what it does without an SA.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"

load_module
gateway_chain
addr gw2 eth1 192.0.2.10/24 192.0.2.11/24 192.0.2.13/24 192.0.2.14/24
in_ns gw1 ping -n -q -c 1 192.0.2.2 > /dev/null		# ARP is done

# grew NS NAME=N... : by just so much since the snapshot, and nothing else was dropped
grew() {
	local ns=$1 pair status=0 lost=''
	shift
	counters "$ns" > "$net_state/now.$ns"
	for pair in "$@"; do
		awk -v name="${pair%=*}" -v expected="${pair#*=}" '
			$1 != name { next }
			NR == FNR { before = $2; next }
			{ found = 1; n = $2 - before
			  if (n != expected) { print name " grew by " n ", not by " expected; exit 1 } }
			END { if (!found) { print "no counter " name; exit 1 } }
			' "$net_state/counters.$ns" "$net_state/now.$ns" || status=1
		case $pair in *=0) ;; *_DISCARD=*|IN_CLEAR_PROTECT=*|IN_WRONG_SA=*|IN_NO_POLICY=*|OUT_NO_SA=*|OUT_HOLD_*)
			lost+=" $pair" ;;
		esac
	done
	no_drops "$ns" ${lost# } && return $status
}

rules() { ipsec "$1" -F -f - || bail "rules refused"; snapshot "$1"; }

# refused NS ADDRESS: who sends there is told EACCES
refused() {
	# shellcheck disable=SC2016
	in_ns "$1" bash -c 'echo > "/dev/udp/$1/9"' - "$2" 2>&1 | grep 'Permission denied'
}

# connects PORT: whether anything of TCP from gw1 to gw2 passes; nobody listens
connects() {
	# shellcheck disable=SC2016
	in_ns gw1 timeout 2 bash -c ': > "/dev/tcp/192.0.2.2/$1"' - "$1" 2>&1 |
		grep -q 'Connection refused' && echo passed || echo dropped
}

# --- bypass and deny ---------------------------------------------------------------------

rules gw1 <<< 'flow from 192.0.2.1 to 192.0.2.2 type bypass'
check "bypass: passes" reaches gw1 192.0.2.2 -c 3 -i 0.05
check "bypass: counted" grew gw1 OUT_BYPASSED=3 IN_CLEAR=3 OUT_OFFERED=0

rules gw1 <<< 'flow out from 192.0.2.1 to 192.0.2.2 type deny'
check "deny out: a local sender gets EACCES" refused gw1 192.0.2.2
check "deny out: counted" grew gw1 OUT_DISCARD=1 OUT_BYPASSED=0

rules gw1 <<< 'flow in from 192.0.2.2 to 192.0.2.1 type deny'
check_fails "deny in: no answer" reaches gw2 192.0.2.1 -W 1
check "deny in: counted" grew gw1 IN_DISCARD=1 IN_CLEAR=0

rules gw1 <<< 'flow out from 10.1.0.0/24 to 10.2.0.0/24 type deny'
check_fails "deny out: nothing is forwarded" reaches h1 10.2.0.2 -W 1
check "deny out, forwarded: counted" grew gw1 OUT_DISCARD=1

rules gw1 <<< 'flow in from 10.2.0.0/24 to 10.1.0.0/24 type deny'
check_fails "deny in: the answer is not forwarded" reaches h1 10.2.0.2 -W 1
check "deny in, forwarded: counted" grew gw1 IN_DISCARD=1 OUT_BYPASSED=1

# --- the order of lookup -------------------------------------------------------------------

rules gw1 << 'END'
flow out from 192.0.2.1 to 192.0.2.0/24 type deny priority 2000
flow out from 192.0.2.1 to 192.0.2.10 type bypass priority 1000
END
check "a lower priority number decides" reaches gw1 192.0.2.10
check "a higher one decides about the rest" refused gw1 192.0.2.2
ipsec_load gw1 <<< 'flow out from 192.0.2.1 to 192.0.2.0/24 type deny priority 500'
check "a policy that comes later but with a lower number decides at once" refused gw1 192.0.2.10
ipsec gw1 -d -f - <<< 'flow out from 192.0.2.1 to 192.0.2.0/24 type deny priority 500'
check "and no longer once it is deleted" reaches gw1 192.0.2.10
rules gw1 << 'END'
flow out from any to 192.0.2.10 type bypass
flow out from any to 192.0.2.0/24 type deny
flow out from any to 192.0.2.11 type bypass
END
check "same priority: the older one decides" reaches gw1 192.0.2.10
check "same priority: a longer prefix is no better" refused gw1 192.0.2.11

# --- selectors -------------------------------------------------------------------------------

rules gw1 <<< 'flow out from any to 192.0.2.11-192.0.2.13 type deny'
check "range: below its first address" reaches gw1 192.0.2.10
check "range: its first address" refused gw1 192.0.2.11
check "range: its last address" refused gw1 192.0.2.13
check "range: above its last address" reaches gw1 192.0.2.14

rules gw1 << 'END'
flow out proto tcp from any to 192.0.2.2 port 6000-6010 type deny
flow out proto udp from any to 192.0.2.2 port 7000 type deny
END
is "ports: below the range" passed "$(connects 5999)"
is "ports: the first" dropped "$(connects 6000)"
is "ports: the last" dropped "$(connects 6010)"
is "ports: above the range" passed "$(connects 6011)"
is "protocol: the port of another one" passed "$(connects 7000)"
check "protocol: one without ports" reaches gw1 192.0.2.2

rules gw1 <<< 'flow out proto icmp from any to 192.0.2.2 type deny'
check_fails "protocol: the one that is meant" reaches gw1 192.0.2.2 -W 1
check "protocol: counted" grew gw1 OUT_DISCARD=1
is "protocol: others" passed "$(connects 7000)"

# --- without an SA -----------------------------------------------------------------------------

monitor=$net_state/monitor
ip netns exec gw1 ipsecctl -m > "$monitor" &
monitor_pid=$!
at_exit 'kill $monitor_pid 2>/dev/null'
listening() {
	ipsec gw1 -F -f - <<< 'flow out from 192.0.2.1 to 192.0.2.99 type bypass'
	grep -q 192.0.2.99 "$monitor"
}
await 20 listening || bail "the monitor sees nothing"

acquires() { grep -c '^acquire' "$monitor"; }

# leaves TYPE: pings that get onto the wire in clear out of three, with the counters; the
# peer does not know about IPsec
leaves() {
	local wire=$ARTIFACTS/$1.pcap
	rules gw1 <<< "flow esp out from 192.0.2.1 to 192.0.2.2 type $1"
	: > "$monitor"
	capture_wire "$wire" icmp
	in_ns gw1 ping -n -q -c 3 -i 0.05 -W 1 192.0.2.2 > "$net_state/ping" 2>&1
	capture_end
	packets "$wire" 'icmp[0] == 8'
}
is "use: leaves in clear" 3 "$(leaves use)"
snapshot gw1
rules gw1 <<< 'flow esp out from 192.0.2.1 to 192.0.2.2 type use'
reaches gw1 192.0.2.2 -c 3 -i 0.05 > /dev/null
check "use: counted, and nobody is asked" grew gw1 OUT_BYPASSED=3 OUT_ACQUIRES=0 OUT_OFFERED=0
is "use: no acquire" 0 "$(acquires)"

is "acquire: leaves in clear" 3 "$(leaves acquire)"
rules gw1 <<< 'flow esp out from 192.0.2.1 to 192.0.2.2 type acquire'
: > "$monitor"
reaches gw1 192.0.2.2 -c 3 -i 0.05 > /dev/null
check "acquire: counted, and asked once" grew gw1 OUT_BYPASSED=3 OUT_ACQUIRES=1 OUT_HELD=0
check "acquire: the request names flow and packet" await 10 grep -E '^acquire.*192\.0\.2\.1.*192\.0\.2\.2' "$monitor"

is "require: nothing leaves" 0 "$(leaves require)"
check "require: one request" await 10 grep -q '^acquire' "$monitor"
rules gw1 <<< 'flow esp out from 192.0.2.1 to 192.0.2.2 type require'
in_ns gw1 ping -n -q -c 3 -i 0.05 -W 1 192.0.2.2 > /dev/null
check "require: held" grew gw1 OUT_HELD=3 OUT_BYPASSED=0 OUT_ACQUIRES=1 OUT_OFFERED=3
ipsec gw1 -F

is "dontacq: nothing leaves" 0 "$(leaves dontacq)"
rules gw1 <<< 'flow esp out from 192.0.2.1 to 192.0.2.2 type dontacq'
: > "$monitor"
check "dontacq: a local sender gets EACCES" refused gw1 192.0.2.2
check "dontacq: dropped, not held" grew gw1 OUT_NO_SA=1 OUT_HELD=0 OUT_ACQUIRES=0
is "dontacq: no acquire" 0 "$(acquires)"

for type in use acquire; do
	rules gw1 <<< "flow esp in from 192.0.2.2 to 192.0.2.1 type $type"
	check "$type in: clear packets are welcome" reaches gw2 192.0.2.1
	check "$type in: counted" grew gw1 IN_CLEAR=1
done
for type in require dontacq; do
	rules gw1 <<< "flow esp in from 192.0.2.2 to 192.0.2.1 type $type"
	check_fails "$type in: clear packets are not" reaches gw2 192.0.2.1 -W 1
	check "$type in: counted" grew gw1 IN_CLEAR_PROTECT=1 IN_CLEAR=0
done

# --- inbound: what came in under which SA -----------------------------------------------------

# The other end of a tunnel, but in clear: anybody on the wire could send that.
protect_chain esp enc aes-128-gcm
snapshot gw1
ipsec gw2 -F
check_fails "spoofed: in clear out of the network behind the peer" reaches h2 10.1.0.2 -W 1
check "spoofed: dropped" grew gw1 IN_CLEAR_PROTECT=1

sa=$(sas esp transport 192.0.2.1 192.0.2.2 enc aes-128-gcm)
{ echo 'flow esp from 192.0.2.1 to 192.0.2.2 reqid 7'; echo "$sa reqid 8"; } | rules gw1
{ echo 'flow esp from 192.0.2.2 to 192.0.2.1'; echo "$sa"; } | rules gw2
check_fails "wrong SA: no answer" reaches gw2 192.0.2.1 -W 1
check "wrong SA: dropped" grew gw1 IN_WRONG_SA=1 IN_ESP=1 IN_PROTECTED=0
{ echo 'flow esp from 192.0.2.1 to 192.0.2.2 reqid 8'; echo "$sa reqid 8"; } | rules gw1
check "right SA: an answer" reaches gw2 192.0.2.1
check "right SA: counted" grew gw1 IN_ESP=1 IN_PROTECTED=1 OUT_PROTECTED=1
{ echo 'flow ah in from 192.0.2.2 to 192.0.2.1'; echo "$sa"; } | rules gw1
check_fails "wrong protocol: no answer" reaches gw2 192.0.2.1 -W 1
check "wrong protocol: dropped" grew gw1 IN_WRONG_SA=1
{ echo 'flow esp tunnel in from 192.0.2.2 to 192.0.2.1'; echo "$sa"; } | rules gw1
check_fails "wrong mode: no answer" reaches gw2 192.0.2.1 -W 1
check "wrong mode: dropped" grew gw1 IN_WRONG_SA=1

sa=$(sas esp tunnel 192.0.2.1 192.0.2.2 enc aes-128-gcm)
{ echo 'flow esp out from 10.1.0.0/24 to 10.2.0.0/24 peer 192.0.2.2'; echo "$sa"; } | rules gw1
{ echo 'flow esp from 10.2.0.0/24 to 10.1.0.0/24 peer 192.0.2.1'; echo "$sa"; } | rules gw2
check_fails "tunnel without an inbound policy: no way in" reaches h2 10.1.0.2 -W 1
check "tunnel without an inbound policy: dropped" grew gw1 IN_NO_POLICY=1 IN_ESP=1
{ echo 'flow in from 10.2.0.0/24 to 10.1.0.0/24 type bypass'; echo "$sa"; } | rules gw1
check_fails "tunnel, and a policy that wants clear packets: no way in" reaches h2 10.1.0.2 -W 1
check "tunnel, and a policy that wants clear packets: dropped" grew gw1 IN_NO_POLICY=1

# --- the counters of policies and SAs --------------------------------------------------------

protect_chain esp auth hmac-sha2-256 enc aes-128
check "protected" reaches h1 10.2.0.2 -c 5 -i 0.05 -s 100
for ns in gw1 gw2; do
	is "$ns: each flow has decided about 5 packets of 128 bytes" "5 640 5 640" \
		"$(ipsec $ns -j -s flow | jq -r '[.flow[] | .packets, .bytes] | join(" ")')"
	is "$ns: each SA has seen the same" "5 640 0 5 640 0" \
		"$(ipsec $ns -j -s sa | jq -r '[.sa[] | .packets, .bytes, .drops] | join(" ")')"
done
is "sequence numbers: 5 sent, 5 received" "5 5" \
	"$(ipsec gw1 -j -s sa | jq -r '[.sa[] | .seq_out + .seq_in] | join(" ")')"

kill $monitor_pid
unprotect gw1 gw2
check "the module can be unloaded" unload_module
ktap_end
