#!/usr/bin/env bash
# vm: cpus=2 timeout=600 kernels=6.1,6.12
# Loading, unloading, namespaces, devices and SAs that come and go under traffic.
# LOADS=N loads the module so many times instead of 100.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/rekey.sh"

flood() { # from, to: until flood_end
	ip netns exec "$1" ping -n -q -i 0.01 -W 1 "$2" > "$net_state/flood" 2>&1 &
	flooding=$!
}

flood_end() { # prints how many packets were lost
	kill -INT "$flooding"
	wait "$flooding"
	awk '/packets transmitted/ { print $1 - $4 }' "$net_state/flood"
}

# The policies go with the module, and so would the protection: it does not go.
refused_while() { ! rmmod nfipsec && lsmod | grep -q '^nfipsec'; }

one_with_rules() {
	protect_chain esp enc aes-128-gcm && reaches h1 10.2.0.2 && unprotect gw1 gw2
}

load_and_unload() { # times
	local n
	for ((n = 0; n < $1; n++)); do
		insmod "$net_state/nfipsec.ko" || return 1
		[ $((n % 10)) != 0 ] || one_with_rules || return 1
		# A packet in a socket's queue may still carry the mark of an SA.
		await 5 rmmod nfipsec || return 1
	done
}

replace_sas() { # times
	local n
	for ((n = 0; n < $1; n++)); do
		more_sas new || return 1
	done
}

gateway_chain
load_module
protect_chain esp enc aes-128-gcm
check "rmmod is refused while there are policies and SAs" refused_while
for ns in gw1 gw2; do
	ipsec "$ns" -j -s sa | jq -e '.sa | length == 2' > /dev/null || bail "no SAs in $ns"
done
unprotect gw1 gw2
sas esp tunnel 192.0.2.1 192.0.2.2 enc null auth hmac-sha2-256 | ipsec_load gw1
check "... while there is only an SA" refused_while
ipsec gw1 -F
echo "flow esp from 10.1.0.0/24 to 10.2.0.0/24 peer 192.0.2.2" | ipsec_load gw1
check "... while there is only a policy" refused_while
ipsec gw1 -F
check "and done when they are flushed" unload_module

# Without what only a debugger reads: that is most of the file, and most of the time.
strip -g -o "$net_state/nfipsec.ko" "$KMOD"
flood h1 10.2.0.2
check "loaded and unloaded ${LOADS:=100} times under traffic" load_and_unload "$LOADS"
flood_end > /dev/null

load_module
protect_chain esp enc aes-128-gcm
capture_wire "$ARTIFACTS/replace.pcap"
snapshot gw1
snapshot gw2
flood h1 10.2.0.2
check "new SAs beside the old ones, 10 times under traffic" replace_sas 10
is "no packet was lost by it" 0 "$(flood_end)"
check "the books of both gateways" balanced gw1 gw2 esp
capture_end
check "only ESP on the wire" only_esp "$ARTIFACTS/replace.pcap"
is "the newest SA is used" "$(printf '0x%08x' $protect_spi)" \
	"$(tcpdump -n -r "$ARTIFACTS/replace.pcap" src 192.0.2.1 2>/dev/null | sed -n 's/.*spi=\(0x[0-9a-f]*\).*/\1/p' | tail -n 1)"

flood h1 10.2.0.2
for ((n = 0; n < 5; n++)); do
	ip -n gw1 link set eth1 down
	ip -n gw1 link set eth1 up
	ip -n gw1 route replace 10.2.0.0/24 via 192.0.2.2
done
flood_end > /dev/null
check "a device goes down and up under traffic, and it works again" await 10 reaches h1 10.2.0.2

ip -n gw1 route add 192.0.2.2/32 dev eth1 mtu 1000
check "a route that changes is taken at once" in_ns h1 ping -n -q -c 1 -W 2 10.2.0.2
is "its MTU as well" 1 "$(in_ns h1 ping -n -c 1 -W 2 -M do -s 1000 10.2.0.2 2>&1 | grep -c 'mtu *= *9[0-9][0-9]')"
ip -n gw1 route del 192.0.2.2/32

# Both are gone with their policies, SAs and packets that wait for one that never comes.
echo "flow esp proto udp from 10.1.0.0/24 to 10.2.0.9 peer 192.0.2.9 priority 1" | ipsec_load gw1
in_ns h1 bash -c 'for i in 1 2 3 4 5; do echo x > /dev/udp/10.2.0.9/9; done'
check "packets are held" await 5 test "$(counter gw1 OUT_HELD)" = 5
flood h1 10.2.0.2
sleep 0.5
check "a gateway's namespace ends under traffic" ip netns del gw1
check "and the other one" ip netns del gw2
flood_end > /dev/null
check "then the module can be unloaded" await 10 unload_module
ktap_end
