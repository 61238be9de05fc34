#!/usr/bin/env bash
# vm: cpus=1 timeout=200
# Several SAs around a packet: bundles and nested tunnels, in the right order both ways, and
# what becomes of a packet that came under others, or in another order.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"

load_module
gateway_chain
reaches h1 10.2.0.2 > /dev/null			# ARP is done
rules() { ipsec "$1" -F -f - || bail "rules refused"; snapshot "$1"; }
flush() { local ns; for ns in h1 gw1 gw2 h2; do ipsec $ns -F; snapshot $ns; done; }

# --- ESP, then AH, in transport mode ----------------------------------------------------

bundle() { # from, to, order of the SAs
	case $3 in
	esp-ah) echo "flow esp transport from $1 to $2 then ah transport" ;;
	ah-esp) echo "flow ah transport from $1 to $2 then esp transport" ;;
	esp) echo "flow esp transport from $1 to $2" ;;
	esac
}
transport_pair() { # left, right, order there, order here
	{ sas esp transport "$1" "$2" enc aes-128-gcm; } > "$net_state/sas"
	{ sas ah transport "$1" "$2" auth hmac-sha2-256; } >> "$net_state/sas"
	{ bundle "$1" "$2" "$3"; cat "$net_state/sas"; } | rules gw1
	{ bundle "$2" "$1" "$4"; cat "$net_state/sas"; } | rules gw2
}

for ends in "192.0.2.1 192.0.2.2 ip ip[40]" "2001:db8::1 2001:db8::2 ip6 ip6[40]"; do
	read -r left right family _ <<< "$ends"
	transport_pair "$left" "$right" esp-ah esp-ah
	capture_wire "$ARTIFACTS/bundle-$family.pcap" "$family"
	check "bundle, $family: ESP, then AH" reaches gw1 "$right" -c 2 -i 0.05
	capture_end
	check "bundle, $family: AH is outside" only_ah "$ARTIFACTS/bundle-$family.pcap"
	# The next header of AH, whose place is behind the IP header of either family.
	[ "$family" = ip ] && inside='ip[20] == 50' || inside='ip6[40] == 50'
	is "bundle, $family: ESP is inside" 4 "$(packets "$ARTIFACTS/bundle-$family.pcap" "$inside")"
	for ns in gw1 gw2; do
		check "bundle, $family: $ns drops nothing" no_drops $ns
		is "bundle, $family: $ns: both SAs of each packet" "2 2 2" \
			"$(delta $ns IN_AH) $(delta $ns IN_NESTED) $(delta $ns IN_PROTECTED)"
	done
	transport_pair "$left" "$right" ah-esp esp-ah
	check_fails "another order, $family: no answer" reaches gw1 "$right" -W 1
	check "another order, $family: the reason" no_drops gw2 IN_WRONG_ORDER=1
	transport_pair "$left" "$right" esp-ah esp
	check_fails "more SAs than the policy names, $family: no answer" reaches gw1 "$right" -W 1
	check "more SAs than the policy names, $family: the reason" no_drops gw2 IN_WRONG_SA=1
	transport_pair "$left" "$right" esp esp-ah
	check_fails "fewer SAs than the policy names, $family: no answer" reaches gw1 "$right" -W 1
	check "fewer SAs than the policy names, $family: the reason" no_drops gw2 IN_WRONG_SA=1
done

# --- one of them may be missing ------------------------------------------------------------

# optional_pair "SAs there" "SAs here"; the flow: ESP, which may be missing, then AH
declare -A protects=([esp]="enc aes-128-gcm" [ah]="auth hmac-sha2-256")
optional_pair() {
	local proto
	for proto in esp ah; do
		# shellcheck disable=SC2086 # words
		sas $proto transport 192.0.2.1 192.0.2.2 ${protects[$proto]} > "$net_state/$proto"
	done
	{ echo 'flow esp transport from 192.0.2.1 to 192.0.2.2 optional then ah transport'; for proto in $1; do cat "$net_state/$proto"; done; } | rules gw1
	{ echo 'flow esp transport from 192.0.2.2 to 192.0.2.1 optional then ah transport'; for proto in $2; do cat "$net_state/$proto"; done; } | rules gw2
}
came() { echo "$(delta "$1" IN_AH) $(delta "$1" IN_ESP) $(delta "$1" IN_PROTECTED)"; }

optional_pair "esp ah" "esp ah"
check "ESP is optional, and there: an answer" reaches gw1 192.0.2.2
is "both protect each packet" "1 1 1, 1 1 1" "$(came gw1), $(came gw2)"
optional_pair "ah" "ah"
capture_wire "$ARTIFACTS/optional.pcap" ip
check "ESP is optional, and missing: an answer" reaches gw1 192.0.2.2
capture_end
is "AH alone protects each packet" "1 0 1, 1 0 1" "$(came gw1), $(came gw2)"
check "and nothing is in clear" only_ah "$ARTIFACTS/optional.pcap"
optional_pair "esp" "esp ah"
check_fails "AH is not optional, and missing: no answer" reaches gw1 192.0.2.2 -W 1
is "the packet waits for it" "1 0" "$(delta gw1 OUT_HELD) $(delta gw1 OUT_PROTECTED)"
ipsec gw1 -F
echo 'flow esp transport from 192.0.2.1 to 192.0.2.2' | cat - "$net_state/esp" | rules gw1
snapshot gw2
check_fails "nor does ESP alone come in" reaches gw1 192.0.2.2 -W 1
check "for it came under other SAs" no_drops gw2 IN_WRONG_SA=1
echo 'flow esp transport from 192.0.2.1 to 192.0.2.2 type bypass' | rules gw1
check_fails "nor clear text" reaches gw1 192.0.2.2 -W 1
check "which has to be protected" no_drops gw2 IN_WRONG_SA=1 IN_CLEAR_PROTECT=1

# --- a tunnel to a gateway around AH between the hosts ------------------------------------

flush
sas ah transport 10.1.0.2 10.2.0.2 auth hmac-sha2-256 > "$net_state/ah"
sas esp tunnel 10.1.0.2 192.0.2.2 enc aes-128-gcm > "$net_state/esp"
host_rules() { # the gateway from which h1 wants answers
	{
		echo 'flow ah transport out from 10.1.0.2 to 10.2.0.2 then esp tunnel local 10.1.0.2 peer 192.0.2.2'
		echo "flow ah transport in from 10.2.0.2 to 10.1.0.2 then esp tunnel local 10.1.0.2 peer $1"
		cat "$net_state/ah" "$net_state/esp"
	} | rules h1
	{
		echo 'flow esp tunnel from 10.2.0.2 to 10.1.0.2 local 192.0.2.2 peer 10.1.0.2'
		cat "$net_state/esp"
	} | rules gw2
	{ echo 'flow ah transport from 10.2.0.2 to 10.1.0.2'; cat "$net_state/ah"; } | rules h2
}
host_rules 192.0.2.2
capture_wire "$ARTIFACTS/host-gateway.pcap" ip
capture gw2 eth0 "$ARTIFACTS/host-host.pcap" ip
check "ESP to the gateway around AH to the host" reaches h1 10.2.0.2 -c 2 -i 0.05
capture_end
check "between the gateways only ESP" only_esp "$ARTIFACTS/host-gateway.pcap"
check "behind the gateway only AH" only_ah "$ARTIFACTS/host-host.pcap"
for ns in h1 gw2 h2; do
	check "$ns drops nothing" no_drops $ns
done
is "h1 takes both off, the others one" "2 0 0" \
	"$(delta h1 IN_NESTED) $(delta gw2 IN_NESTED) $(delta h2 IN_NESTED)"
host_rules 192.0.2.3
check_fails "the tunnel of another gateway: no answer" reaches h1 10.2.0.2 -W 1
check "the tunnel of another gateway: the reason" no_drops h1 IN_WRONG_SA=1

# --- a tunnel inside a tunnel --------------------------------------------------------------

flush
sas esp tunnel 192.0.2.1 192.0.2.2 enc aes-128-gcm > "$net_state/sas"
sas esp tunnel 2001:db8::1 2001:db8::2 auth hmac-sha2-256 enc aes-128 >> "$net_state/sas"
tunnels() { # our network, theirs, our end, theirs
	echo "flow esp tunnel from $1 to $2 local 192.0.2.$3 peer 192.0.2.$4" \
		"then esp tunnel local 2001:db8::$3 peer 2001:db8::$4"
	cat "$net_state/sas"
}
tunnels 10.1.0.0/24 10.2.0.0/24 1 2 | rules gw1
tunnels 10.2.0.0/24 10.1.0.0/24 2 1 | rules gw2
capture_wire "$ARTIFACTS/tunnels.pcap"
check "a tunnel in a tunnel" reaches h1 10.2.0.2 -c 2 -i 0.05
check "a tunnel in a tunnel: large packets" reaches h1 10.2.0.2 -s 1200 -M do
capture_end
check "a tunnel in a tunnel: only ESP crossed" only_esp "$ARTIFACTS/tunnels.pcap"
is "a tunnel in a tunnel: the outer one is IPv6" 0 "$(packets "$ARTIFACTS/tunnels.pcap" ip)"
for ns in gw1 gw2; do
	check "a tunnel in a tunnel: $ns drops nothing" no_drops $ns
	is "a tunnel in a tunnel: $ns" "3 3" "$(delta $ns IN_NESTED) $(delta $ns IN_PROTECTED)"
done
shown() { ipsec "$1" -s flow | grep -v '^\s*#'; }
shown gw1 > "$net_state/shown"
chmod 600 "$net_state/shown"
check "what is shown can be loaded" ipsec gw2 -F -f "$net_state/shown"
is "and is the same" "$(cat "$net_state/shown")" "$(shown gw2)"

# --- what cannot be right -------------------------------------------------------------------

refuses() { # rule
	local said
	said=$(ipsec gw1 -F -f - <<< "$1" 2>&1) && return 1
	echo "$said"
	grep -q 'not enclosed by the SA around it' <<< "$said"
}
inside='flow esp tunnel from 10.1.0.0/24 to 10.2.0.0/24 local 192.0.2.1 peer 192.0.2.2'
check "transport mode to somewhere else around a tunnel" refuses "$inside then ah transport peer 192.0.2.3"
check "transport mode from somewhere else" refuses "$inside then ah transport local 192.0.2.9"
check "of another family" refuses "$inside then ah transport peer 2001:db8::2"
check "further outside" refuses "$inside then esp tunnel peer 192.0.2.7 then ah transport peer 192.0.2.2"
check "only in" refuses "${inside/ tunnel/ tunnel in} then ah transport peer 192.0.2.3"
is "nothing of it was taken" "$(sed -n 1p "$net_state/shown")" "$(shown gw1 | sed -n 1p)"
check "between the ends of the tunnel" ipsec gw1 -F -f - <<< "$inside then ah transport local 192.0.2.1 peer 192.0.2.2"
check "with the ends open" ipsec gw1 -F -f - <<< "$inside then ah transport"
flush
check "the module can be unloaded" unload_module
ktap_end
