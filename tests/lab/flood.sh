#!/usr/bin/env bash
# vm: timeout=300 memory=2048
# Floods of ESP packets that are refused: of an SPI that no SA has, with an ICV that is wrong, and
# of packets that have been there before. Each packet of a tunnel is accompanied by nine of them.
# None of the tunnel is lost, a packet that is refused takes no more time than one that is
# accepted, and meanwhile the key manager gets its answers.
#
#   pktgen in h1 -> gw1 (protects) -> wan (copies each) -> gw2 -> h2, where a rule counts and drops
#
# The share: beside nine that are accepted, for which gw2 has an SA without anti-replay, a packet of
# the tunnel has a tenth of the processor. Beside nine that are refused it has 90 % of that at least.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/bench/lib/measure.sh"

umask 077
times=9
packets=$((3000 / slow))
rounds=5
spare=$((slow > 1 ? 128 : 2))	# MB; the checkers keep what has been freed

# All that crosses the wire as ESP is copied into a second cable, at whose end it is changed.
copier() {
	local i copy=()
	wire wan copies wan changed
	ip -n wan link set changed master br0
	bridge -n wan link set dev changed learning off
	for ((i = 0; i < times; i++)); do
		copy+=(action mirred egress mirror dev copies)
	done
	tc -n wan qdisc add dev left clsact || bail "no clsact"
	tc -n wan filter add dev left ingress protocol ip matchall "${copy[@]}" || bail "nothing to copy with"
}

# copies CHANGE: what is done to each copy, in the words of nft
copies() {
	in_ns wan nft -f - <<- END
		table netdev copies
		delete table netdev copies
		table netdev copies {
			chain in {
				type filter hook ingress device changed priority 0
				ip protocol != esp drop
				$1
			}
		}
	END
}

# The numbers of the SAs begin anew, for each run.
tunnel() { # WORDS of the SAs at gw2
	sas esp tunnel 192.0.2.1 192.0.2.2 enc aes-128-gcm > "$net_state/sas"
	{ cat "$net_state/sas"; echo 'flow esp from 10.1.0.0/24 to 10.2.0.0/24 peer 192.0.2.2'; } |
		ipsec gw1 -F -f - &&
	{ sed "s/\$/ $1/" "$net_state/sas"; echo 'flow esp from 10.2.0.0/24 to 10.1.0.0/24 peer 192.0.2.1'; } |
		ipsec gw2 -F -f - || bail "the gateways refuse their rules"
	ip -n gw2 route flush cache
}

# Sets took to the microseconds for each packet of the tunnel with its company: all of them are
# handled when the answer to a last one is there. Sets got, arrived at h2, and said, of gw2.
run() { # CHANGE WORDS
	local start
	copies "$1"
	tunnel "${2-}"
	reaches h1 10.2.0.2 > /dev/null || bail "the tunnel does not work"
	snapshot gw2
	arrived h2 > /dev/null
	pg eth0 "count $packets"
	start=${EPOCHREALTIME/./}
	pg pgctrl start
	reaches h1 10.2.0.2 -W 100 > /dev/null || bail "the tunnel does not work under the flood"
	took=$(((${EPOCHREALTIME/./} - start) / packets))
	becomes_quiet books_unbalanced gw2 > /dev/null
	got=$(arrived h2)
	said="$(delta gw2 IN_PROTECTED) $(drops gw2)"
}

declare -A least
# measured KIND CHANGE WORDS EXPECTED: one run, and the shortest time so far
measured() {
	run "$2" "$3"
	[ "${least[$1]:-$took}" -lt "$took" ] || least[$1]=$took
	[ "$got $said" = "$4" ] || wrong[$1]="$got arrived, $said; expected: $4"
}

# All are changed, so that each is copied once, before it comes to gw2.
ttl='ip ttl set 77'
declare -A change=([unknown]='@th,0,32 set 0xdeadbeef' [forged]='@th,32,32 set 0x00100000' [replayed]=$ttl)
declare -A reason=([unknown]=IN_NO_SA [forged]=IN_ICV [replayed]=IN_REPLAY) wrong

load_module
gateway_chain
copier
sink h2
pg_begin gw1 100
pg eth0 "dst 10.2.0.2"
pg eth0 "src_min 10.1.0.2"
pg eth0 "src_max 10.1.0.2"
pg eth0 "delay 0"
# A packet that the queue of the processor has no room for is nobody's.
sysctl -qw net.core.netdev_max_backlog=100000
run ''
lines=$(logged)
before=$(memory)

# The last one, a ping, counts.
all=$((packets + 1))
for ((i = 0; i < rounds; i++)); do
	measured accepted "$ttl" 'replay 0' "$((packets * (times + 1))) $((all * (times + 1))) "
	for kind in unknown forged replayed; do
		measured $kind "${change[$kind]}" '' "$packets $all ${reason[$kind]}=$((all * times))"
	done
done
is "all that are accepted arrive" "" "${wrong[accepted]-}"
diag "with $times that are accepted: ${least[accepted]} us for each packet of the tunnel"
for kind in unknown forged replayed; do
	is "$kind: nothing of the tunnel is lost, and all else is dropped as what it is" "" "${wrong[$kind]-}"
	diag "with $times that are $kind: ${least[$kind]} us"
	check "$kind: the tunnel has 90 % of its share" test $((least[$kind] * 90)) -le $((least[accepted] * 100))
done
is "nothing is written to the log" "$lines" "$(logged)"
grown=$(($(memory) - before))
diag "memory has grown by $grown bytes"
check "memory does not grow" test $grown -lt $((spare << 20))

# --- meanwhile --------------------------------------------------------------------------------

# Twice as much as the processor can handle, for as long as it takes.
long() {
	pg eth0 "delay $((least[$1] * 500))"
	pg eth0 "count 0"
	# The shell of pktgen waits for it: this one ends it.
	ip netns exec h1 bash -c 'echo start > /proc/net/pktgen/pgctrl' &
	flooding=$!
}
enough() {
	in_ns h1 bash -c 'echo stop > /proc/net/pktgen/pgctrl'
	wait $flooding
}

# What an IKE daemon does: asks, and asks again after a second. Prints how many answers there were.
exchanges() {
	in_ns gw1 python3 -c '
import socket
s = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
s.settimeout(1)
answers = 0
for number in range(10):
    for again in range(5):
        s.sendto(b"%d" % number, ("192.0.2.2", 500))
        try:
            while s.recv(100) != b"%d" % number:
                pass
        except TimeoutError:
            continue
        answers += 1
        break
print(answers)'
}

# SAs come and go, and are listed.
manages() {
	local i
	for ((i = 0; i < 10; i++)); do
		sas esp tunnel 192.0.2.2 192.0.2.99 enc aes-128-gcm > "$net_state/more"
		timeout $((5 * slow)) ip netns exec gw2 ipsecctl -f "$net_state/more" &&
			timeout $((5 * slow)) ip netns exec gw2 ipsecctl -s sa | grep -q 192.0.2.99 &&
			timeout $((5 * slow)) ip netns exec gw2 ipsecctl -d -f "$net_state/more" || return
	done
}

sysctl -qw net.core.netdev_max_backlog=1000
ip netns exec gw2 socat UDP4-RECVFROM:500,fork EXEC:cat &
server=$!
at_exit "kill $server 2>/dev/null"
listens gw2 udp 500 || bail "nobody answers"
for kind in unknown forged replayed; do
	copies "${change[$kind]}"
	tunnel ''
	snapshot gw2
	long $kind
	is "$kind: the key manager's peer answers" 10 "$(exchanges)"
	check "$kind: SAs can be changed" manages
	enough
	diag "$kind: $(delta gw2 "${reason[$kind]}") refused meanwhile, $(delta gw2 IN_PROTECTED) accepted"
	check "$kind: there was a flood" test "$(delta gw2 "${reason[$kind]}")" -gt $packets
	check "$kind: afterwards the tunnel works" reaches h1 10.2.0.2 -W 10
done
unprotect gw1 gw2
check "the module can be unloaded" unload_module
ktap_end
