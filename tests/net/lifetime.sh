#!/usr/bin/env bash
# Lifetimes of SAs: exactly as many packets and bytes as the limits say, on two CPUs and in
# both directions; limits in seconds; what is told, and what becomes of packets afterwards.
# vm: cpus=2 timeout=300
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"

load_module
host_pair

key=0x$(hex 20)
# With no SA at all ESP would be left to the kernel's own stack, and not counted.
bystander="ah from 192.0.2.8 to 192.0.2.9 spi 0x999 auth hmac-sha1 authkey 0x$(hex 20)"
spi=0x3000
# One SA from a to b, with words of its own at either end. Nothing waits for another one. The
# window is large, as packets of two CPUs overtake each other.
load() { # family, words of a, words of b, type
	local end1 end2 kind=${4-dontacq}
	end1=$(end_of 1 "$1") end2=$(end_of 2 "$1") spi=$((spi + 1))
	sa="esp transport from $end1 to $end2 spi $spi enc aes-128-gcm enckey $key"
	# shellcheck disable=SC2086
	printf '%s\n' "flow esp transport out from $end1 to $end2 type $kind" "$sa $2" | ipsec a -F -f - &&
	printf '%s\n' "flow esp transport in from $end1 to $end2" "$sa replay 8192 $3" "$bystander" | ipsec b -F -f -
}

# So many datagrams from each of two CPUs, where there are two: 128 bytes in IPv4, 148 in IPv6.
flood() { # family, how many
	local cpu pids=()
	for cpu in 0 $(($(nproc) - 1)); do
		ip netns exec a taskset -c $cpu python3 -IS - "$(end_of 2 "$1")" "$2" <<- 'END' &
			import socket, sys
			to, count = sys.argv[1], int(sys.argv[2])
			s = socket.socket(socket.AF_INET6 if ":" in to else socket.AF_INET, socket.SOCK_DGRAM)
			for _ in range(count):
			    try:
			        s.sendto(bytes(100), (to, 9))
			    except OSError:
			        pass
		END
		pids+=($!)
	done
	wait "${pids[@]}"
}

# Events of a namespace go to a file. It is there when the kernel counts its memberships.
watch() {
	local i
	ip netns exec "$1" ipsecctl -m >> "$net_state/events.$1" 2>&1 &
	at_exit "kill $! 2>/dev/null"
	for ((i = 0; i < 100; i++)); do
		in_ns "$1" grep -q " 16 *$! .* [0-9a-f]*[1-9a-f][0-9a-f]* " /proc/net/netlink && return
		sleep 0.05
	done
	bail "no events"
}
forget() { : > "$net_state/events.$1"; }
ends() { grep -E "^(expire|delete) .*spi $(printf '0x%08x' $spi)" "$net_state/events.$1" | sed 's/ esp .*//'; }
ended() { ends "$1" | grep -q '^delete'; }
await_end() { await 30 ended "$1"; }
there() { ipsec "$1" -s sa | grep -q "$(printf '0x%08x' $spi)"; }
dropped() { # ns: all of its drops
	local sum=0 one
	for one in $(drops "$1"); do
		sum=$((sum + ${one#*=}))
	done
	echo $sum
}

# --- counted limits --------------------------------------------------------------------

# Nobody answers that the port is closed.
for tables in iptables ip6tables; do
	in_ns b $tables -w -A INPUT -p udp --dport 9 -j DROP
	in_ns a $tables -w -A INPUT -p udp --sport 9 -j DROP
done
watch a
watch b

count=600
counted() { # family, direction, limit, words, packets that pass
	local name="IPv$1, $2, $4" passed=$5 end=a reason=OUT_EXPIRED
	if [ "$2" = sent ]; then
		check "$name: rules" load "$1" "$4" ""
	else
		end=b reason=IN_EXPIRED
		check "$name: rules" load "$1" "" "$4"
	fi
	snapshot a
	snapshot b
	flood "$1" $count
	check "$name: it ends" await_end $end
	is "$name: so many pass" "$passed" "$(delta b IN_PROTECTED)"
	is "$name: all others are dropped" $((2 * count - passed)) "$(($(dropped a) + $(dropped b)))"
	check "$name: some of them as expired" test "$(delta $end $reason)" -gt 0
	is "$name: each end is told once" "expire soft $3,expire hard $3,delete," "$(ends $end | tr '\n' ,)"
	check_fails "$name: the SA is gone" there $end
	[ "$2" != sent ] || is "$name: none was sent behind it" "$passed" "$(delta b IN_ESP)"
}

counted 4 sent packets "soft packets 500 hard packets 1000" 1000
counted 4 received bytes "soft bytes 1 hard bytes 128000" 1000
counted 6 sent bytes "soft bytes 14800 hard bytes 100000" $((100000 / 148))
counted 6 received packets "soft packets 999 hard packets 1001" 1001

# A soft limit alone, and both kinds at once.
check "soft alone: rules" load 4 "soft packets 5 bytes 640" "soft packets 100"
snapshot a
snapshot b
flood 4 100
is "soft alone: all pass" "200 200" "$(delta a OUT_PROTECTED) $(delta b IN_PROTECTED)"
check "soft alone: the last is told" await 5 eval '[ "$(ends b)" ]'
is "soft alone: of both kinds, once" "expire soft bytes,expire soft packets," "$(ends a | sort | tr '\n' ,)"
is "soft alone: of the receiver" "expire soft packets" "$(ends b)"
check "soft alone: the SA goes on" there a

# What is left is shown.
check "left: rules" load 4 "hard packets 1000 bytes 1000000 age 3600" ""
flood 4 10
is "left: packets and bytes" "left: packets 980, bytes 997440, age 3" \
	"$(ipsec a -v -s sa | sed -n 's/.*# \(left: .*age .\).*/\1/p')"
is "left: the limits in JSON" '{"packets":1000,"bytes":1000000,"age":3600}' "$(ipsec a -j -s sa | jq -c '.sa[0].hard')"

# --- limits in seconds -------------------------------------------------------------------

now() { date +%s%3N; }
between() { # from, to: milliseconds since $started
	local took=$(($(now) - started))
	[ $took -ge "$1" ] && [ $took -le "$2" ] || { echo "it took $took ms"; return 1; }
}

check "age: rules" load 4 "soft age 1 hard age 3" ""
started=$(now)
check "age: it ends" await_end a
check "age: in time" between 2800 20000
is "age: told" "expire soft age,expire hard age,delete," "$(ends a | tr '\n' ,)"

check "use: rules" load 4 "hard use 1" ""
sleep 2
check "use: it does not end before it is used" there a
started=$(now)
flood 4 1
check "use: it ends" await_end a
check "use: in time" between 900 20000
is "use: told" "expire hard use,delete," "$(ends a | tr '\n' ,)"

check "idle: rules" load 4 "" "hard idle $((2 * slow))"
check "idle: it is used" reaches a 192.0.2.2 -c $((8 * slow)) -i 0.5
check "idle: it does not end while it is used" there b
started=$(now)
check "idle: it ends" await_end b
check "idle: in time" between 1000 20000
is "idle: told" "expire hard idle,delete," "$(ends b | tr '\n' ,)"

# --- afterwards ----------------------------------------------------------------------------

# Packets wait for the next SA, as if there had never been one.
check "next SA: rules" load 4 "hard packets 10" "" require
# The other end has it beforehand: nothing waits for longer than 10 seconds.
echo "${sa/spi $spi/spi $((spi + 1))}" > "$net_state/next"
check "next SA: the other end has it" ipsec_load b < "$net_state/next"
snapshot a
snapshot b
flood 4 10
check "next SA: it ends" await_end a
check "next SA: the key manager is asked" await 5 grep -q '^acquire flow esp transport out' "$net_state/events.a"
spi=$((spi + 1))
check "next SA: comes" ipsec_load a < "$net_state/next"
check "next SA: packets that waited go on" await 5 eval '[ "$(delta a OUT_RELEASED)" = "$(delta a OUT_HELD)" ]'
is "next SA: all but those that expired arrive" 20 "$(($(delta b IN_PROTECTED) + $(dropped a)))"
check "next SA: few expired" test "$(dropped a)" -le 2

# All sequence numbers are used: it is told, and the SA stays, and sends no more.
check "sequence: rules" load 4 "sent 4294967290" "received 4294967290"
snapshot a
flood 4 10
check "sequence: it is told" await 5 eval '[ "$(ends a)" ]'
is "sequence: as the end" "expire hard sequence" "$(ends a)"
check "sequence: the SA stays" there a
is "sequence: the last numbers were sent, the others dropped" "5 OUT_SEQ_OVERFLOW=15" "$(delta a OUT_PROTECTED) $(drops a)"

# Many at once, some of them in one second; a namespace that ends with some of them.
for ((i = 0; i < 90; i++)); do
	echo "ah from 192.0.2.1 to 192.0.2.7 spi $((0x9000 + i)) auth hmac-sha1 authkey 0x$(hex 20) hard age $((1 + i % 3))"
done > "$net_state/many"
ipsec a -F
forget a
check "many: rules" ipsec_load a < "$net_state/many"
check "many: all end" await 15 eval '[ "$(grep -c "^delete ah" "$net_state/events.a")" = 90 ]'
is "many: all are told" 90 "$(grep -c '^expire hard age ah' "$net_state/events.a")"
ns_add short
sed 's/hard .*/hard age 3600/' "$net_state/many" > "$net_state/long"
check "a namespace with such SAs" ipsec_load short < "$net_state/long"
ns_del short

unprotect a b
check "the module can be unloaded" await 10 unload_module
ktap_end
