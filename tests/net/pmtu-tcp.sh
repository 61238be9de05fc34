#!/usr/bin/env bash
# vm: cpus=1 timeout=400
# What senders notice of the path MTU: TCP whose path becomes narrow under way loses what was too big
# already and nothing else, and UDP is told the exact size; on the gateway itself and behind it.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/row.sh"

#   h1 ---- gw1 ---- wan ---- gw2 ---- h2         links 1 to 4 of the row
row h1 gw1 wan gw2 h2
in_ns wan nft -f - << 'END' || bail "nft refuses the rules"
table inet t {
	counter other { }
	chain forward {
		type filter hook forward priority 0
		meta l4proto != esp counter name other
	}
}
END
others() { in_ns wan nft -j list counters table inet t | jq '[.nftables[].counter? | select(.).packets] | add'; }
load_module

# host NAME FAMILY: of the gateway the address that is in the selectors
host() {
	case $1$2 in
	h14) echo 10.1.0.1 ;; gw14) echo 10.1.0.2 ;; h24) echo 10.4.0.2 ;;
	h16) echo fd01::1 ;; gw16) echo fd01::2 ;; h26) echo fd04::2 ;;
	esac
}

tunnel() { # family
	local west=10.2.0.1 east=10.3.0.2 left=10.1.0.0/24 right=10.4.0.0/24
	[ "$1" = 4 ] || west=fd02::1 east=fd03::2 left=fd01::/64 right=fd04::/64
	protect_tunnel gw1 $west $left gw2 $east $right esp enc aes-128-gcm
}

# The narrow link begins behind the router, which has to say so.
narrow() { # mtu
	ip -n wan link set right mtu "$1" && ip -n gw2 link set left mtu "$1"
}

# How many packets the router could not pass on because they are too big.
refused() { # family
	case $1 in
	4) in_ns wan awk '$1 == "Ip:" { if (!n) for (n = NF; $n != "FragFails"; n--); else print $n }' /proc/net/snmp ;;
	6) in_ns wan awk '$1 == "Ip6FragFails" { print $2 }' /proc/net/snmp6 ;;
	esac
}

# --- TCP ------------------------------------------------------------------------------------

# What is under way without an answer is at most a receive buffer.
window=65536
received() { stat -c %s "$net_state/received" 2> /dev/null || echo 0; }
goes_on() { # until so many more bytes have come
	local goal=$(($(received) + $1))
	await 60 eval "[ \$(received) -ge $goal ]"
}
# What the sender of the connection thinks: largest segment, path.
sizes() { in_ns "$1" ss -Htin dst "$(bracketed "$2")" | grep -oE '\<(mss|pmtu):[0-9]+' | tr '\n' ' '; }

transfer_begin() { # sender, family
	local to bound
	to=$(host h2 "$2") bound=$(host "$1" "$2")
	rm -f "$net_state/sent" "$net_state/received" "$net_state/enough"
	ip netns exec h2 socat -u "TCP$2-LISTEN:5001,rcvbuf=$window" "CREATE:$net_state/received" &
	receiver=$!
	listens h2 tcp 5001 || bail "nobody listens"
	while [ ! -e "$net_state/enough" ]; do
		head -c 65536 /dev/urandom
	done | tee "$net_state/sent" |
		ip netns exec "$1" socat -u - "TCP$2:$(bracketed "$to"):5001,bind=$(bracketed "$bound")" &
	sender=$!
}

transfer_end() {
	touch "$net_state/enough"
	wait $sender && wait $receiver && cmp "$net_state/sent" "$net_state/received"
}

# What gw1 protected has come, but for what the router could not pass on; nothing else was lost.
accounted() { # family, refused before
	local missing refused
	missing=$(($(delta gw1 OUT_PROTECTED) - $(delta gw2 IN_PROTECTED)))
	refused=$(($(refused "$1") - $2))
	echo "$missing did not come, $refused were too big for the router, gw1 dropped $(drops gw1)"
	[ $missing = $refused ] && [ $refused -ge 1 ] && no_drops gw2 &&
		no_drops gw1 OUT_TOO_BIG="$(delta gw1 OUT_TOO_BIG)"
}

# How many were too big, for the router or gw1; and whether they can have been under way at once. A
# repetition or two are lost as well.
lost() { echo $(($(refused "$1") + $(delta gw1 OUT_TOO_BIG))); }
first_flight() { # lost, segment
	echo "$1 were lost, at most $((window / $2)) were under way"
	[ "$1" -le $((window / $2 + 5)) ]
}

# A sender behind the gateway, and one on it.
for who in "h1 4" "gw1 6"; do
	read -r from family <<< "$who"
	after=1300 headers=$((20 + 20 + 12))
	[ $family = 4 ] || after=1400 headers=$((40 + 20 + 12))
	name="IPv$family, TCP of $from" to=$(host h2 $family)
	narrow 1500
	row_forget
	tunnel $family
	check "$name: the hosts reach each other" reaches $from "$to" -I "$(host $from $family)"
	snapshot gw1
	snapshot gw2
	begin=$(refused $family)
	transfer_begin $from $family
	check "$name: the transfer is under way" goes_on 300000
	segment=$(($(gcm_fits 1500 $family) - headers))
	is "$name: segments fill the path" "mss:$segment" "$(sizes $from "$to" | grep -o 'mss:[0-9]*')"
	before=$(lost $family)
	check "$name: to learn that took one flight" first_flight $((before - begin)) $segment
	narrow $after
	check "$name: a link becomes narrow, and it goes on" goes_on 300000
	is "$name: segments fill what is left of the path" \
		"mss:$(($(gcm_fits $after $family) - headers)) pmtu:$(gcm_fits $after $family) " "$(sizes $from "$to")"
	check "$name: all of it has arrived" transfer_end
	check "$name: lost was only what was too big" await 10 accounted $family "$begin"
	check "$name: which was under way already" first_flight $(($(lost $family) - before)) $segment
done
is "nothing has passed the router in clear" 0 "$(others)"

# --- UDP ------------------------------------------------------------------------------------

# 1500 bytes, and what the socket says: at once, or with the next one. Then the limit and one more.
udp_limit='
import errno, socket, sys, time
bound, to, limit, header = *sys.argv[1:3], int(sys.argv[3]), 28
family = socket.AF_INET
level, discover, mtu = socket.IPPROTO_IP, 10, 14
if ":" in to:
    family, header, level, discover, mtu = socket.AF_INET6, 48, socket.IPPROTO_IPV6, 23, 24
s = socket.socket(family, socket.SOCK_DGRAM)
s.setsockopt(level, discover, 2)
s.bind((bound, 0))
s.connect((to, 5002))
def send(size):
    try:
        return s.send(bytes(size - header)) + header
    except OSError as error:
        return errno.errorcode[error.errno]
said = [send(1500)]
while s.getsockopt(level, mtu) == 1500:
    time.sleep(0.05)
try:
    s.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
finally:
    print(*said, s.getsockopt(level, mtu), send(limit), send(limit + 1))
'
for family in 4 6; do
	row_forget
	tunnel $family
	limit=$(gcm_fits 1500 $family) to=$(host h2 $family)
	narrow 1500
	row_forget
	for from in h1 gw1; do
		check "IPv$family: the hosts reach each other" reaches $from "$to" -I "$(host $from $family)"
		[ $from = h1 ] && first=1500 || first=EMSGSIZE
		ip netns exec h2 socat -u UDP$family-RECV:5002 "CREATE:$net_state/datagrams" &
		receiver=$!
		listens h2 udp 5002 || bail "nobody listens"
		snapshot gw1
		is "IPv$family, UDP of $from: 1500 bytes, the path, the limit, one more" \
			"$first $limit $limit EMSGSIZE" \
			"$(in_ns $from timeout 60 python3 -c "$udp_limit" "$(host $from $family)" "$to" "$limit")"
		check "IPv$family, UDP of $from: what fits has arrived" \
			await 10 eval "[ \$(stat -c %s '$net_state/datagrams') = $((limit - (family == 4 ? 28 : 48))) ]"
		check "IPv$family, UDP of $from: one was too big" no_drops gw1 OUT_TOO_BIG=1
		kill $receiver
	done
done
unprotect gw1 gw2
check "the module can be unloaded" await 10 unload_module
ktap_end
