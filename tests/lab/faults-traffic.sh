#!/usr/bin/env bash
# vm: kernels=debug-uml timeout=400
# The kernel has no memory for packets: each allocation in turn that a packet needs which leaves,
# and by chance those of packets that arrive or are forwarded. Nothing leaves in clear, what is
# dropped is counted, and when there is memory again everything goes on.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/faults.sh"

faults_begin
load_module
gateway_chain
addr gw1 lo 10.1.0.9/32 fd01::9/128
ip -n gw1 route replace 10.2.0.0/24 via 192.0.2.2 src 10.1.0.9
ip -n gw1 route replace fd02::/64 via 2001:db8::2 src fd01::9
capture_wire "$ARTIFACTS/wire.pcap"

# each NAME TO LENGTH [COMMAND...]: from gw1 itself, in whose process the packet is protected
each() {
	local name=$1 to=$2 length=$3 said sent refused
	shift 3
	snapshot gw1
	said=$(in_ns gw1 "$TOP/tests/lab/faults-traffic.py" "$to" 9 "$length" "$@" 2>&1)
	read -r sent refused <<< "$said"
	[[ $sent =~ ^[0-9]+$ ]] || { not_ok "$name" "$said"; return; }
	diag "$name: $sent allocations have failed, the sender was told of $refused"
	check "$name: there were some" test "$sent" -gt 2
	faults_seen=$((faults_seen + sent))
	is "$name: all that is dropped is counted as what it is" "" \
		"$(drops gw1 | tr ' ' '\n' | grep -vE '^OUT_(NO_MEMORY|CRYPTO|HOLD_FULL|NO_SA|NO_ROUTE|SEGMENT)=|^$')"
	check "$name: the next packet passes" reaches gw1 "$to"
}

for inner in 4 6; do
	[ $inner = 4 ] && to=10.2.0.2 || to=fd02::2
	for outer in 4 6; do
		protect_chain esp enc aes-128-gcm
		each "IPv$inner in IPv$outer, ESP" $to 100
		each "IPv$inner in IPv$outer, ESP, fragments" $to 4000
	done
	protect_chain ah auth hmac-sha2-256
	each "IPv$inner, AH" $to 100
done
unset inner outer
for family in 4 6; do
	end=$(end_of 2 $family)
	for shape in transport bundle; do
		protect_shape $shape $family - -
		each "IPv$family, $shape" "$end" 100
		each "IPv$family, $shape, new routes" "$end" 100 "${fresh_routes[@]}"
	done
	for ns in gw1 gw2; do
		key_manager $ns $family
	done
	protect_shape in-udp $family 10.1.0.0/24 10.2.0.0/24
	each "ESP in UDP over IPv$family" 10.2.0.2 100
	protect_shape beet $family 10.1.0.9 10.2.0.2
	each "BEET mode over IPv$family" 10.2.0.2 100 "${fresh_routes[@]}"
done

# Two policies that protect a packet together are made one for the first packet, of each SPD. Of two
# such packets one may need an allocation more than the other.
sas esp tunnel 192.0.2.1 192.0.2.2 enc aes-128-gcm > "$net_state/inner"
sas esp transport 192.0.2.1 192.0.2.2 enc aes-128-gcm > "$net_state/outer"
two() { # ns, its network, its end, the others
	ipsec "$1" -F -f - << END || bail "$1 refuses two policies"
$(sed 's/$/ reqid 1/' "$net_state/inner")
$(sed 's/$/ reqid 2/' "$net_state/outer")
flow esp tunnel from $2 to $4 local $3 peer $5 reqid 1 sub
flow esp transport from $2 to $4 local $3 peer $5 reqid 2
END
}
two gw1 10.1.0.0/24 192.0.2.1 10.2.0.0/24 192.0.2.2
two gw2 10.2.0.0/24 192.0.2.2 10.1.0.0/24 192.0.2.1
echo "flow esp from 10.77.0.0/24 to 10.78.0.0/24 type bypass" |
	install -m 600 /dev/stdin "$net_state/another"
for n in 1 2 3 4; do
	each "two policies, $n" 10.2.0.2 100 \
		sh -c "ipsecctl -f $net_state/another && ipsecctl -d -f $net_state/another"
done

# Where no SA is there yet, packets wait, and one is asked for.
ipsec gw1 -F -f - <<< "flow esp from 10.1.0.0/24 to 10.2.0.0/24 local 192.0.2.1 peer 192.0.2.2"
snapshot gw1
read -r sent refused < <(in_ns gw1 "$TOP/tests/lab/faults-traffic.py" 10.2.0.2 9 100)
check "no SA: some allocations have failed" test "${sent:-0}" -gt 3
check "no SA: others were held" test "$(delta gw1 OUT_HELD)" -gt 0
is "no SA: nothing passes in clear" 0 "$(delta gw1 OUT_BYPASSED)"
ipsec gw1 -F

protect_chain esp enc aes-128 auth hmac-sha2-256
snapshot gw1
snapshot gw2
some_fail 10
in_ns h1 ping -n -q -f -c 2000 -w 60 10.2.0.2 > "$ARTIFACTS/ping" 2>&1
in_ns h1 ping -n -q -f -c 300 -s 4000 -w 60 10.2.0.2 >> "$ARTIFACTS/ping" 2>&1
none_fail
lost=$(awk '/packets transmitted/ { print $1 - $4 }' "$ARTIFACTS/ping" | paste -sd ' ')
diag "lost of 2000 and of 300: $lost"
check "by chance: some packets were lost" test "${lost%% *}" -gt 0
for ns in gw1 gw2; do
	diag "$ns: $(drops $ns)"
	is "$ns: all that is dropped is counted as what it is" "" "$(drops $ns | tr ' ' '\n' |
		grep -vE '^(IN|OUT)_(NO_MEMORY|CRYPTO|SEGMENT|BACKLOG)=|^IN_(INNER_HEADER|ICV|TRUNCATED)=|^$')"
done
check "when there is memory again, packets pass" reaches h1 10.2.0.2
check "and TCP" tcp_transfer h1 h2 10.2.0.2 300000
capture_end
protected='ip proto 50 or ip proto 51 or ip6 proto 50 or ip6 proto 51 or udp port 4500'
protected+=' or (ip6[6] == 44 and (ip6[40] == 50 or ip6[40] == 51))'
# What the gateways say of fragments of ESP that have lost others.
said='(icmp[0] == 11 and icmp[1] == 1) or (icmp6 and ip6[40] == 3 and ip6[41] == 1)'
is "nothing has left in clear" 0 "$(packets "$ARTIFACTS/wire.pcap" "not ($protected or $said or $net_housekeeping)")"
check "something has left" test "$(packets "$ARTIFACTS/wire.pcap" "$protected")" -gt 1000

faults_end
unprotect gw1 gw2
check "the module can be unloaded" unload_module
ktap_end
