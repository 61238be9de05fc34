#!/usr/bin/env bash
# Fuzzes the paths of packets between two TUN devices: tests/fuzz/packets/main.c says how.
# FUZZ_SECONDS and FUZZ_SEED make another run; with FUZZ_PACKETS it goes on until there were so many.
# vm: cpus=1 memory=2048 timeout=1800 make=tests/fuzz/packets
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/fuzz/lib/vm.sh"

fuzzer packets
: "${FUZZ_PACKETS:=0}"
said=$ARTIFACTS/fuzz

# --- the namespace --------------------------------------------------------------------------

# far and near stay when the fuzzer ends: what is set for them is set once.
tun_device() { # name, addresses...
	ip -n us tuntap add dev "$1" mode tun vnet_hdr || bail "no device $1: is there /dev/net/tun?"
	ip -n us link set "$1" addrgenmode none txqueuelen 5000 up
	addr us "$@"
}

modprobe -q tun
ns_add us
in_ns us sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
	net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0 \
	net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 net.ipv4.ipfrag_time=2 net.ipv6.ip6frag_time=2
tun_device far 192.0.2.1/24 2001:db8::1/64
tun_device near 10.1.0.1/16 fd01::1/32
for net in 10.2.0.0/15 10.4.0.0/15 198.51.100.0/24 fd02::/16 2001:db8:7::/48; do
	ip -n us route add "$net" dev far
done

load_module
# As they are found one by one the kernel would wait for each.
modprobe -aq ccm gcm ctr authenc authencesn hmac sha1_generic crypto_null seqiv echainiv cbc aes_generic

# --- the fuzzer -----------------------------------------------------------------------------

rules=$net_state/rules
(umask 077; "$fuzz" rules > "$rules")
check "the rules are taken" ipsec us -F -f "$rules"

fuzz() { # seconds, packets, file
	fuzzed "$3" "$1 seconds of packets" \
		"nothing has leaked, and good packets came out, also those behind all others" \
		in_ns us "$fuzz" run "$FUZZ_SEED" "$1" "$2" "ipsecctl -F -f $rules"
}

# Socket buffers in use; nothing where the kernel does not count them.
buffers() {
	local slab=/sys/kernel/slab/skbuff_head_cache
	[ -w $slab/shrink ] || return
	echo 1 > $slab/shrink
	sed -E 's/ .*//' $slab/objects
}

# What is allocated once is there after that.
fuzz $((FUZZ_SECONDS / 10 + 1)) $((FUZZ_PACKETS / 10)) "$ARTIFACTS/fuzz.first"
ipsec us -F
sleep 3
before=$(buffers)
fuzz "$FUZZ_SECONDS" "$FUZZ_PACKETS" "$said"
diag "$(ipsec us -s stats)"
ipsec us -j -s sa > "$ARTIFACTS/sas"
in_ns us nstat -as > "$ARTIFACTS/nstat"

# If one is missing the fuzzer has gone blind.
reached() {
	counters us | awk -v names="$*" '
		{ value[$1] = $2 }
		END { n = split(names, name, " "); for (i = 1; i <= n; i++) if (!value[name[i]]) print name[i] }'
}
is "every reason that packets can give was given" "" "$(reached \
	IN_TRUNCATED IN_NO_SA IN_REPLAY IN_LATE IN_ICV IN_PADDING IN_AH_LENGTH IN_DUMMY IN_NEXT_HEADER \
	IN_INNER_HEADER IN_ECN IN_NO_POLICY IN_WRONG_SA IN_SA_SELECTOR IN_CLEAR_PROTECT IN_FRAGMENT_TINY \
	IN_FRAGMENT_PORTS IN_NESTED IN_PROTECTED IN_ECN_ODD IN_MSS IN_ICMP_PMTU IN_ICMP_OTHER \
	IN_ICMP_REFUSED IN_CLEAR OUT_PROTECTED OUT_CUT OUT_PIECES OUT_MSS OUT_HELD OUT_ACQUIRES \
	OUT_HOLD_FLUSHED OUT_DISCARD OUT_NO_POLICY OUT_TOO_BIG OUT_FRAGMENT OUT_FRAGMENT_PORTS \
	OUT_SEGMENT OUT_BYPASSED)"
# Of these one in 10,000 gives the rarest, and some come when packets have waited for 10 seconds.
sent=$(sed -nE 's/^# packets ([0-9]+) .*/\1/p' "$said")
[ "$FUZZ_PACKETS" = 0 ] || check "$FUZZ_PACKETS packets" test "${sent:-0}" -ge "$FUZZ_PACKETS"
[ "$FUZZ_SECONDS" -lt 15 ] || [ "${sent:-0}" -lt 150000 ] ||
	is "... and those that few of them give" "" "$(reached \
	IN_NESTING IN_WRONG_ORDER IN_DISCARD IN_FRAGMENT_OVERLAP IN_FRAGMENT_FIRST OUT_HOLD_FULL \
	OUT_HOLD_TIMEOUT OUT_FRAGMENT_FIRST)"

ipsec us -F
nothing_lost() {
	local after
	after=$(buffers)
	echo "$before socket buffers in use, then $after"
	[ -z "$after" ] || [ "$after" -le $((before + 200)) ]
}
check "no socket buffer is lost" await 15 nothing_lost

check "the module can be unloaded" await 30 unload_module
ktap_end
