#!/usr/bin/env bash
# Fuzzes generic netlink and NETLINK_XFRM from several threads and namespaces, under traffic:
# tests/fuzz/netlink/main.c says how. FUZZ_SECONDS and FUZZ_SEED make another run.
# vm: cpus=2 memory=2048 timeout=1800 make=tests/fuzz/netlink
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/fuzz/lib/vm.sh"

fuzzer netlink
said=$ARTIFACTS/fuzz

# f1 --- f2 --- f3, of which f2 forwards
ns_add f1 f2 f3
wire f1 eth0 f2 eth0
wire f2 eth1 f3 eth0
addr f1 eth0 10.9.1.1/24 fd09:1::1/64
addr f2 eth0 10.9.1.2/24 fd09:1::2/64
addr f2 eth1 10.9.2.2/24 fd09:2::2/64
addr f3 eth0 10.9.2.3/24 fd09:2::3/64
in_ns f2 sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
ip -n f1 route add default via 10.9.1.2
ip -n f1 route add default via fd09:1::2
ip -n f3 route add default via 10.9.2.2
ip -n f3 route add default via fd09:2::2

# kB of memory that the kernel has for itself
kernel_memory() { awk '/^(Slab|Percpu|VmallocUsed):/ { sum += $2 } END { print sum }' /proc/meminfo; }

fuzz() { # seconds, file
	fuzzed "$2" "$1 seconds of messages" \
		"the kernel's answers are well-formed, complete, and agree" \
		"$fuzz" "$FUZZ_SEED" "$1" f1 f2 f3
}

# The value behind a word of the statistics.
told() { sed -nE "s/^# .*$1 ([0-9]+).*/\1/p" "$said" | tail -n 1; }

load_module
# As they are found one by one the kernel would wait for each.
modprobe -aq des_generic ccm gcm ctr chacha20poly1305 authenc authencesn xcbc cmac hmac md5 sha1_generic \
	sha512_generic crypto_null seqiv echainiv

# What is allocated once is there after that.
fuzz $((FUZZ_SECONDS / 10 + 2)) "$ARTIFACTS/fuzz.first"
before=$(kernel_memory)
fuzz "$FUZZ_SECONDS" "$said"
sleep 2
after=$(kernel_memory)
diag "kernel memory: $before kB, then $after kB"
# KASAN keeps up to 1/32 of all memory that was freed: 64 MB.
room=$((slow > 1 ? 98304 : 32768))
check "memory does not grow" test "$after" -lt $((before + room))

# The debug kernel of User-Mode Linux is what runs of 20 minutes are for.
if [ "${KERNEL-}" = debug-uml ] && [ "$FUZZ_SECONDS" -ge 300 ]; then
	check "a million messages in 20 minutes" \
		test $(($(told messages) * 1200)) -ge $((1000000 * FUZZ_SECONDS))
fi

# Whatever has happened, what is right works. Links of f1, f2 and f3 may be here as well.
for ((n = 0; n < 4; n++)); do
	ip link del x$n 2> /dev/null
	for ns in f1 f2 f3; do
		ip -n $ns link del x$n 2> /dev/null
	done
done
for ns in f1 f2 f3; do
	in_ns $ns ipsecctl -F
done
forget_path f1 f2 f3
protect_tunnel f1 10.9.1.1 10.9.1.1/32 f2 10.9.1.2 10.9.2.0/24 esp enc aes-128-gcm
snapshot f1
snapshot f2
check "a tunnel works" reaches f1 10.9.2.3 -c 3 -W 5
check "... and is used" balanced f1 f2 esp
ns_del f1 f2 f3
check "the module can be unloaded" await 30 unload_module
ktap_end
