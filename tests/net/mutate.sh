#!/usr/bin/env bash
# Mutated packets, ESP and AH in IPv4 and IPv6, most of them encrypted and signed after they
# were changed. Whatever they are, each ends under exactly one counter, no buffer is lost, and
# the SAs still work. MUTATE_SEED and MUTATE_PACKETS (for each protocol and family) make another
# run; soak/mutate is the one with 100,000.
# vm: cpus=1 timeout=240
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"
. "$TOP/tests/lib/protect.sh"

load_module
modprobe -a algif_hash algif_skcipher algif_aead || bail "no AF_ALG here"
cc -O2 -Wall -Wextra -Werror -I "$TOP/tests/lib" -o "$net_state/mutate" "$TOP/tests/net/mutate.c" \
	"$TOP/tests/lib/mutation.c" || bail "mutate.c does not build"
forge_bench6
# Nested packets are larger, and the machine may be slow.
ip -n us link set eth1 mtu 4000
ip -n far link set eth0 mtu 4000
sysctl -qw net.core.netdev_max_backlog=100000
# What came out of a packet as a fragment waits for others, with its mark.
for ns in near us far; do
	in_ns $ns sysctl -qw net.ipv4.ipfrag_time=2 net.ipv6.ip6frag_time=2
done

for proto in esp ah; do
	for family in 4 6; do
		forge "$TOP/tests/net/mutate.py" "$net_state/mutate" "${MUTATE_SEED:-20260101}" \
			"${MUTATE_PACKETS:-12500}" $proto $family
	done
done
in_ns us ipsecctl -F
check "the module can be unloaded" await 20 unload_module
ktap_end
