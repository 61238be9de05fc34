#!/usr/bin/env bash
# The part of the demo that happens in the test machine: two gateways protect what two
# hosts say to each other. KTAP; what it tells the reader are KTAP diagnostics.
#
# Left for tests/demo/read-wire, in $ARTIFACTS, for each of `cbc` and `gcm`:
#   wire.NAME.pcap           what crossed between the gateways
#   h1.NAME.pcap h2.NAME.pcap   what each host sent, as it sent it
#   sas.NAME.json            the SAs with their keys
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"

bytes=500000

say() { printf '# %s\n' "$@"; }
chapter() { say "" "$*" ""; }
quote() { sed 's/^/#     /'; }

# The rules of the README, from the same files, each gateway with a /etc/ipsec of its own.
configure() {
	local gw keys name
	mkdir -p /etc/ipsec
	keys=$(umask 077; mkdir /etc/ipsec/keys && cd /etc/ipsec/keys && pwd)
	for name in auth.1-2 auth.2-1 enc.1-2 enc.2-1; do
		(umask 077; hex 32 > "$keys/$name")
	done
	for gw in gw1 gw2; do
		install -d -m 700 "/etc/netns/$gw/ipsec"
		cp -r "$keys" "/etc/netns/$gw/ipsec/"
		install -m 600 "$TOP/examples/sas.conf" "/etc/netns/$gw/ipsec/sas.conf"
		install -m 600 "$TOP/examples/$gw.conf" "/etc/netns/$gw/ipsec/ipsec.conf"
	done
}

# A capture should hold the packets of the wire, not the larger ones that hosts give to
# their network cards to be cut, nor checksums that a card would fill in.
no_offload() {
	in_ns "$1" ethtool -K eth0 tso off gso off gro off tx off > /dev/null 2>&1 ||
		bail "cannot switch the offloads of $1 off"
}

# record NAME: what two hosts say to each other
record() {
	snapshot gw1
	snapshot gw2
	capture_wire "$ARTIFACTS/wire.$1.pcap"
	capture h1 eth0 "$ARTIFACTS/h1.$1.pcap" ip and src host 10.1.0.2
	capture h2 eth0 "$ARTIFACTS/h2.$1.pcap" ip and src host 10.2.0.2
}

# Every counter that has grown since the snapshot.
grown() {
	counters "$1" | awk '
		NR == FNR { before[$1] = $2; next }
		$2 != before[$1] { print $1 "=" $2 - before[$1] }' "$net_state/counters.$1" -
}

recorded() {
	local gw
	capture_end
	ipsec gw1 -k -j -s sa > "$ARTIFACTS/sas.$1.json"
	for gw in gw1 gw2; do
		say "$gw, every counter that has grown:"
		grown "$gw" | paste -s -d ' ' | fold -s -w 80 | quote
	done
	say "gw1# ipsecctl -vv -s sa"
	ipsec gw1 -vv -s sa | quote
}

held() { [ "$(delta "$1" OUT_HELD)" = "$2" ]; }

talk() {
	check "5 pings are answered" in_ns h1 ping -n -q -c 5 -i 0.2 -w 20 10.2.0.2
	check "$bytes bytes of TCP arrive as they were sent" tcp_transfer h1 h2 10.2.0.2 $bytes
	check "and $bytes bytes the other way" tcp_transfer h2 h1 10.1.0.2 $bytes
}

crossing() { # NAME: what the wire saw, and the books of the gateways
	check "only ESP crossed the wire" only_esp "$ARTIFACTS/wire.$1.pcap"
	say "the first packets of $(packets "$ARTIFACTS/wire.$1.pcap" esp) on the wire:"
	tcpdump -n -t -r "$ARTIFACTS/wire.$1.pcap" -c 4 esp 2>/dev/null | quote
	check "what one gateway protected the other one delivered, and nothing was dropped" \
		balanced gw1 gw2 esp
}

chapter "1. Two hosts, two gateways, and the rules of the gateways"

load_module
gateway_chain
no_offload h1
no_offload h2
configure
say "h1 10.1.0.2 -- gw1 192.0.2.1 ==== wire ==== 192.0.2.2 gw2 -- 10.2.0.2 h2" "" \
	"gw1# ipsecctl -f /etc/ipsec/ipsec.conf   (examples/gw1.conf), and the same on gw2"
check "gw1 takes its rules" ipsec gw1 -f /etc/ipsec/ipsec.conf
check "gw2 takes its rules" ipsec gw2 -f /etc/ipsec/ipsec.conf
say "gw1# ipsecctl -s flow -s sa"
ipsec gw1 -s flow -s sa | quote

chapter "2. No SA yet: the first packet is held until there is one"

snapshot gw1
ipsec gw1 -d -f /etc/ipsec/sas.conf || bail "gw1 does not give its SAs back"
capture_wire "$net_state/waiting.pcap"
in_ns h1 ping -n -c 1 -W 30 10.2.0.2 > "$net_state/ping" 2>&1 &
ping=$!
check "a ping is held while gw1 has no SA" await 20 held gw1 1
is "nothing has left in clear" 0 "$(packets "$net_state/waiting.pcap" 'ip and not esp')"
check "gw1 gets its SAs" ipsec gw1 -f /etc/ipsec/sas.conf
check "and the ping that waited is answered" wait $ping
capture_end
is "it went on by itself: OUT_RELEASED" 1 "$(delta gw1 OUT_RELEASED)"
check "as ESP" only_esp "$net_state/waiting.pcap"

chapter "3. A packet that does not fit the tunnel: its sender is told"

snapshot gw1
snapshot gw2
told() { # host, address: one large packet with DF, and the path MTU that the host knows then
	in_ns "$1" ping -n -q -c 1 -W 5 -M "do" -s 1472 "$2" | grep -q ' 0 received' &&
		ip -n "$1" route get "$2" | grep -o 'mtu [0-9]*'
}
is "h1 learns what fits: 1500 less the outer header, ESP, IV, trailer and ICV" "mtu 1438" "$(told h1 10.2.0.2)"
is "so does h2" "mtu 1438" "$(told h2 10.1.0.2)"
is "gw1 dropped it and says why" OUT_TOO_BIG=1 "$(drops gw1)"
is "so did gw2" OUT_TOO_BIG=1 "$(drops gw2)"

chapter "4. Traffic under AES-CBC and HMAC-SHA2-256"

record cbc
talk
recorded cbc
crossing cbc

chapter "5. The same under AES-GCM: -F -f replaces all rules in one transaction"

# Not for the README: GCM keys that are loaded twice give packets away, and these die here.
rules=$(sas esp tunnel 192.0.2.1 192.0.2.2 enc aes-256-gcm)
{ echo "flow esp from 10.1.0.0/24 to 10.2.0.0/24 peer 192.0.2.2"; echo "$rules"; } | ipsec gw1 -F -f - &&
	{ echo "flow esp from 10.2.0.0/24 to 10.1.0.0/24 peer 192.0.2.1"; echo "$rules"; } | ipsec gw2 -F -f - ||
	bail "the gateways refuse AES-GCM"
record gcm
talk
recorded gcm
crossing gcm

chapter "6. A wrong key"

restore() {
	ipsec gw1 -F -f /etc/ipsec/ipsec.conf && ipsec gw2 -F -f /etc/ipsec/ipsec.conf ||
		bail "the gateways do not take their rules again"
	snapshot gw1
	snapshot gw2
}

restore
(umask 077; hex 32 > /etc/netns/gw2/ipsec/keys/wrong
 sed 's/auth.1-2:keys/wrong:keys/' "$TOP/examples/sas.conf" > /etc/netns/gw2/ipsec/wrong.conf)
say "gw2# ipsecctl -d -f /etc/ipsec/wrong.conf; ipsecctl -f /etc/ipsec/wrong.conf   (another authkey)"
ipsec gw2 -d -f /etc/ipsec/wrong.conf && ipsec gw2 -f /etc/ipsec/wrong.conf || bail "gw2 refuses another key"
capture h2 eth0 "$net_state/h2.pcap" src host 10.1.0.2
check_fails "no ping is answered" in_ns h1 ping -n -q -c 3 -i 0.2 -W 1 10.2.0.2
capture_end
is "gw2 dropped all three and says why" IN_ICV=3 "$(drops gw2)"
is "none of them reached h2" 0 "$(packets "$net_state/h2.pcap" ip)"

chapter "7. A packet in clear that the policy of the receiver wants protected"

restore
say "gw1# echo 'flow out from 10.1.0.0/24 to 10.2.0.0/24 type bypass priority 1' | ipsecctl -f -"
echo "flow out from 10.1.0.0/24 to 10.2.0.0/24 type bypass priority 1" | ipsec_load gw1 ||
	bail "gw1 does not take the bypass"
capture_wire "$net_state/clear.pcap" src host 10.1.0.2
capture h2 eth0 "$net_state/h2.pcap" src host 10.1.0.2
check_fails "no ping is answered" in_ns h1 ping -n -q -c 3 -i 0.2 -W 1 10.2.0.2
capture_end
is "gw1 let them go in clear" 3 "$(packets "$net_state/clear.pcap" icmp)"
is "gw2 dropped all three and says why" IN_CLEAR_PROTECT=3 "$(drops gw2)"
is "none of them reached h2" 0 "$(packets "$net_state/h2.pcap" ip)"

chapter "8. A range of addresses that is denied, before the rule that protects the rest"

restore
ip -n h1 addr add 10.1.0.219/24 dev eth0
capture_wire "$net_state/denied.pcap"
check_fails "10.1.0.219 gets no answer" in_ns h1 ping -n -q -c 3 -i 0.2 -W 1 -I 10.1.0.219 10.2.0.2
is "gw1 dropped all three and says why" OUT_DISCARD=3 "$(drops gw1)"
check "10.1.0.2 does" reaches h1 10.2.0.2
capture_end
check "and only ESP crossed the wire" only_esp "$net_state/denied.pcap"

chapter "Every packet that was dropped since the beginning"

for gw in gw1 gw2; do
	say "$gw# ipsecctl -s stats" ""
	ipsec "$gw" -j -s stats |
		jq -r '.stats[] | select(.drop and .value > 0) | "\(.value) \(.name): \(.text)"' | quote
	say ""
done

unprotect gw1 gw2
check "the module unloads" unload_module

ktap_end
