#!/usr/bin/env bash
# vm: cpus=1 timeout=300 kernels=6.1,6.12
# Packets that wait for an SA.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"

limit=64	# packets that one policy holds

load_module
gateway_chain
in_ns gw1 ping -n -q -c 1 192.0.2.2 > /dev/null		# ARP is done
in_ns h1 ping -n -q -c 1 10.2.0.2 > /dev/null

wait_for_sas() {
	ipsec_load gw1 <<< 'flow esp from 10.1.0.0/24 to 10.2.0.0/24 peer 192.0.2.2'
	ipsec_load gw2 <<< 'flow esp from 10.2.0.0/24 to 10.1.0.0/24 peer 192.0.2.1'
	snapshot gw1
	snapshot gw2
}

has_grown() { [ "$(delta "$1" "$2")" -ge "$3" ]; } # NS, NAME, N

# send NS N [ADDRESS]: N datagrams from a host or gateway to h2, numbered; says how many were
# refused. A negative N: each to a port of its own, and after a second one more
send() {
	in_ns "$1" python3 -c '
import socket, sys, time
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
n = int(sys.argv[1])
ports = [5010] * n or [*range(5011, 5011 - n), 5010]
refused = 0
for i, port in enumerate(ports):
    if i == -n:
        time.sleep(1.1)
    try:
        s.sendto(b"%d" % i, (sys.argv[2], port))
    except PermissionError:
        refused += 1
print(refused)' "$2" "${3:-10.2.0.2}"
}

# --- the SA comes in time --------------------------------------------------------------------

# A packet waits for 10 seconds: on a busy machine nothing but the SA may stand between.
wait_for_sas
sas esp tunnel 192.0.2.1 192.0.2.2 enc aes-128-gcm > "$net_state/sas"
ipsec_load gw2 < "$net_state/sas"
capture_wire "$ARTIFACTS/held.pcap"
ip netns exec h1 ping -n -c 5 -i 0.1 -W 30 10.2.0.2 > "$net_state/ping" &
ping_pid=$!
check "packets are held" await 20 has_grown gw1 OUT_HELD 5
wire=$(packets "$ARTIFACTS/held.pcap" ip)
ipsec_load gw1 < "$net_state/sas"
is "nothing is on the wire" 0 "$wire"
is "nothing is dropped" "" "$(drops gw1)"
is "the key manager is asked" 1 $(($(delta gw1 OUT_ACQUIRES) >= 1))
check "all are answered once the SA is there" wait $ping_pid
is "in order" "1 2 3 4 5" "$(sed -n 's/.*icmp_seq=\([0-9]*\).*/\1/p' "$net_state/ping" | xargs)"
capture_end
check "only ESP on the wire" only_esp "$ARTIFACTS/held.pcap"
is "each was held and released" "5 5" "$(delta gw1 OUT_HELD) $(delta gw1 OUT_RELEASED)"
check "the books of both ends" balanced gw1 gw2 esp
check "and nothing is held any more" reaches h1 10.2.0.2
is "nor counted as held" 5 "$(delta gw1 OUT_HELD)"
unprotect gw1 gw2

# --- it does not come -------------------------------------------------------------------------

wait_for_sas
capture_wire "$ARTIFACTS/timeout.pcap"
start=$SECONDS
in_ns h1 ping -n -c 1 -W 60 10.2.0.2 > "$net_state/ping"
is "after 10 seconds the sender is told" 1 $((SECONDS - start >= 9))
check "by the gateway" grep -q 'From 10.1.0.1 .*Destination Host Unreachable' "$net_state/ping"
is "the packet was held" 1 "$(delta gw1 OUT_HELD)"
check "and given up, for this reason only" no_drops gw1 OUT_HOLD_TIMEOUT=1
ipsec_load gw2 < "$net_state/sas"
ipsec_load gw1 < "$net_state/sas"
is "an SA that comes now releases nothing" 0 "$(delta gw1 OUT_RELEASED)"
capture_end
is "nothing was on the wire" 0 "$(packets "$ARTIFACTS/timeout.pcap" ip)"
unprotect gw1 gw2

ipsec_load gw1 <<< 'flow esp from fd01::/64 to fd02::/64 peer 192.0.2.2'
ipsec_load gw1 <<< 'flow esp from 192.0.2.1 to 10.2.0.0/24 peer 192.0.2.2'
in_ns h1 ping -n -c 1 -W 60 fd02::2 > "$net_state/ping6" &
ping_pid=$!
in_ns gw1 ping -n -c 1 -W 60 10.2.0.2 > "$net_state/ping"
check "a local sender is told as well" grep -q 'From 192.0.2.1 .*Destination Host Unreachable' "$net_state/ping"
wait $ping_pid
check "and one that speaks IPv6" grep -q 'From fd01::1 .*Destination unreachable: Address unreachable' "$net_state/ping6"
unprotect gw1 gw2

# --- too many wait, and the policy goes -------------------------------------------------------

ipsec_load gw1 <<< 'flow esp from 192.0.2.1 to 10.2.0.0/24 peer 192.0.2.2'
snapshot gw1
is "a local sender is told when enough wait" 16 "$(send gw1 $((limit + 16)))"
ipsec gw1 -F
is "others are held" $limit "$(delta gw1 OUT_HELD)"
check "the rest is dropped, and what waits for a policy goes with it" no_drops gw1 OUT_HOLD_FULL=16 OUT_HOLD_FLUSHED=$limit

ipsec_load gw1 << 'END'
flow esp out from 192.0.2.1 to 10.2.0.2 peer 192.0.2.2
flow esp out from 192.0.2.1 to 10.2.0.3 peer 192.0.2.2
END
snapshot gw1
is "all are held" 0 "$(send gw1 3)"
ipsec gw1 -d -f - <<< 'flow esp out from 192.0.2.1 to 10.2.0.3 peer 192.0.2.2'
is "another policy that goes takes nothing with it" "" "$(drops gw1)"
ipsec gw1 -d -f - <<< 'flow esp out from 192.0.2.1 to 10.2.0.2 peer 192.0.2.2'
check "their own does" no_drops gw1 OUT_HOLD_FLUSHED=3

# --- an SA for others ------------------------------------------------------------------------

ipsec_load gw1 <<< 'flow esp out from 192.0.2.1 to 10.2.0.2 peer 192.0.2.2 reqid 7'
snapshot gw1
send gw1 3 > /dev/null
ipsec_load gw1 < "$net_state/sas"
ipsec gw1 -F
is "an SA with another reqid releases nothing" "3 0" "$(delta gw1 OUT_HELD) $(delta gw1 OUT_RELEASED)"
check "and they still wait" no_drops gw1 OUT_HOLD_FLUSHED=3

# --- whose SA is it --------------------------------------------------------------------------

end=192.0.2.2
sas esp transport 192.0.2.1 $end enc aes-128-gcm > "$net_state/esp"
sas ah transport 192.0.2.1 $end auth hmac-sha2-256 > "$net_state/ah"
sas esp transport 192.0.2.1 192.0.2.3 enc aes-128-gcm > "$net_state/third"
sas esp transport 192.0.2.1 192.0.2.99 enc aes-128-gcm > "$net_state/other"

# waits FLOW [ADDRESS...]: three packets wait, or one for each address. The first SA that comes after
# a change of policies looks at all packets, so there is one already.
waits() {
	ipsec gw1 -F
	ipsec_load gw1 <<< "$1"
	ipsec_load gw1 < "$net_state/other"
	snapshot gw1
	shift
	[ $# -gt 0 ] || { send gw1 3 $end > /dev/null; return; }
	for address; do
		send gw1 1 "$address" > /dev/null
	done
}
# releases NAME N [SAS-WORD]: N have been released once these SAs are there
releases() {
	sed "s/\$/ ${4-}/" "$net_state/$3" | ipsec_load gw1
	is "$1" "3 $2" "$(delta gw1 OUT_HELD) $(delta gw1 OUT_RELEASED)"
}
waits "flow esp transport out from 192.0.2.1 to $end reqid 7"
releases "an SA with the reqid of the flow" 3 esp "reqid 7"
waits "flow esp transport out from 192.0.2.1 to $end"
releases "an SA with any, where the flow names none" 3 esp "reqid 9"
waits "flow esp transport out from 192.0.2.1 to 192.0.2.0/24" $end 192.0.2.3 $end
releases "of packets to several ends, that of one releases its own" 1 third
releases "that of another the others" 3 esp
waits "flow esp transport out from 192.0.2.1 to $end then ah transport"
releases "where two are needed the outer one releases nothing" 0 ah
releases "with the inner one all go" 3 esp
waits "flow esp transport out from 192.0.2.1 to $end then ah transport"
releases "nor the inner one" 0 esp
releases "with the outer one all go" 3 ah
waits "flow esp transport out from 192.0.2.1 to $end optional then ah transport"
releases "where the inner one is optional the outer one is enough" 3 ah
waits "flow esp out from 192.0.2.1 to 10.2.0.2 peer $end optional then ah transport" 10.2.0.2 10.2.0.2 10.2.0.2
releases "but not one to the end of a tunnel without that" 0 ah
releases "the tunnel inside makes it the right one" 3 sas
check "and nothing is dropped" no_drops gw1
ipsec gw1 -F

# --- who fills the room does not keep others from being told of ------------------------------

ipsec_load gw1 <<< 'flow esp out from 192.0.2.1 to 10.2.0.0/24 peer 192.0.2.2 pfp { dport }'
snapshot gw1
is "of flows that want an SA each, one too many is refused" 1 "$(send gw1 -$limit)"
is "the key manager is asked for its SA as well" "$limit $((limit + 1))" \
	"$(delta gw1 OUT_HELD) $(delta gw1 OUT_ACQUIRES)"
sed 's/$/ for proto udp from 192.0.2.1 to 10.2.0.2 port 5010/' "$net_state/sas" | ipsec_load gw1
is "then its packets are not refused" 0 "$(send gw1 3)"
is "but protected" "3 0" "$(delta gw1 OUT_PROTECTED) $(delta gw1 OUT_RELEASED)"
ipsec gw1 -F

# --- and when policies have changed meanwhile --------------------------------------

# held_then FLOW: three packets wait, and FLOW comes, which is to take them over
held_then() {
	ipsec_load gw1 <<< 'flow esp out from 192.0.2.1 to 10.2.0.0/24 peer 192.0.2.99'
	snapshot gw1
	send gw1 3 > /dev/null
	ipsec_load gw1 <<< "$1"
}
held_then 'flow esp out from 192.0.2.1 to 10.2.0.2 peer 192.0.2.2 priority 1'
ipsec_load gw1 < "$net_state/sas"
is "the SA of a policy that comes before theirs releases them" "3 3" "$(delta gw1 OUT_HELD) $(delta gw1 OUT_RELEASED)"
ipsec gw1 -F
ipsec_load gw1 <<< 'flow esp out from 192.0.2.1 to 10.2.0.0/24 peer 192.0.2.2'
snapshot gw1
send gw1 3 > /dev/null
sas esp tunnel 192.0.2.1 192.0.2.99 enc aes-128-gcm | ipsec_load gw1
is "an SA to another peer releases nothing" 0 "$(delta gw1 OUT_RELEASED)"
ipsec_load gw1 < "$net_state/sas"
is "that of their own does" 3 "$(delta gw1 OUT_RELEASED)"
ipsec gw1 -F
check "the module can be unloaded" unload_module
ktap_end
