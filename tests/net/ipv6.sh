#!/usr/bin/env bash
# vm: cpus=1 timeout=300 kernels=6.1,6.12
# IPv6: what policies, holding, firewalls and flowtables do is what they do for IPv4, and
# what only IPv6 has: neighbour discovery, link-local addresses, fragment headers.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/matrix.sh"

load_module
gateway_chain
rules() { ipsec "$1" -F -f - || bail "rules refused"; snapshot "$1"; }

# --- policies --------------------------------------------------------------------------

rules gw1 <<< 'flow out from 2001:db8::1 to 2001:db8::2 type deny'
check_fails "deny out: no answer" reaches gw1 2001:db8::2 -W 1
check "deny out: the reason" no_drops gw1 OUT_DISCARD=1
rules gw1 <<< 'flow in from 2001:db8::2 to 2001:db8::1 type deny'
check_fails "deny in: no answer" reaches gw2 2001:db8::1 -W 1
check "deny in: the reason" no_drops gw1 IN_DISCARD=1
rules gw1 <<< 'flow esp in from fd02::/64 to fd01::/64 local 2001:db8::1 peer 2001:db8::2'
check_fails "in clear although it should be protected: no answer" reaches h2 fd01::2 -W 1
check "in clear: the reason" no_drops gw1 IN_CLEAR_PROTECT=1
rules gw1 <<< 'flow esp out from fd01::/64 to fd02::/64 peer 2001:db8::2 type dontacq'
check_fails "no SA and none is waited for: no answer" reaches h1 fd02::2 -W 1
check "no SA: the reason" no_drops gw1 OUT_NO_SA=1

# An odd range: only what is inside is denied.
rules gw1 <<< 'flow out from any to fd02::2-fd02::5 type deny'
addr h2 eth0 fd02::6/64
check_fails "a range: its first address" reaches h1 fd02::2 -W 1
check "a range: behind its last address" reaches h1 fd02::6

# --- neighbour discovery and link-local addresses -------------------------------------------

ipsec gw1 -F
sas esp transport 2001:db8::1 2001:db8::2 enc aes-128-gcm > "$net_state/sas"
for ns in gw1 gw2; do
	ip -n $ns -6 neigh flush dev eth1
	{ echo 'flow esp from ::/0 to ::/0'; cat "$net_state/sas"; } | rules $ns
done
capture_wire "$ARTIFACTS/discovery.pcap" ip6
check "all must be protected: discovery works nevertheless" reaches gw1 2001:db8::2
in_ns gw1 python3 -c '
import socket, struct
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP,
             socket.inet_pton(socket.AF_INET6, "ff02::1234") + struct.pack("@I", socket.if_nametoindex("eth1")))'
reported() { [ "$(packets "$ARTIFACTS/discovery.pcap" 'ip6[6] == 0 and ip6[40] == 58 and ip6[48] == 143')" -ge 1 ]; }
check "all must be protected: multicast groups are reported" await 5 reported
capture_end
check "all must be protected: it was" only_esp "$ARTIFACTS/discovery.pcap"
check "all must be protected: nothing was dropped" no_drops gw1

link_local() { ip -n "$1" -6 -o addr show dev eth1 scope link | awk '{ sub("/.*", "", $4); print $4 }'; }
ours=$(link_local gw1) theirs=$(link_local gw2)
sas esp transport "$ours" "$theirs" enc aes-128-gcm > "$net_state/sas"
for ns in gw1 gw2; do
	{ echo "flow esp from fe80::/64 to fe80::/64"; cat "$net_state/sas"; } | rules $ns
done
capture_wire "$ARTIFACTS/link-local.pcap" ip6
check "link-local addresses" reaches gw1 "$theirs%eth1" -c 2 -i 0.05
capture_end
check "link-local addresses: protected" only_esp "$ARTIFACTS/link-local.pcap"
is "link-local addresses: each of them" 2 "$(delta gw1 OUT_PROTECTED)"

# --- holding ----------------------------------------------------------------------------

sas esp transport "$ours" "$theirs" enc aes-128-gcm > "$net_state/sas"
rules gw1 <<< "flow esp from fe80::/64 to fe80::/64"
{ echo "flow esp from fe80::/64 to fe80::/64"; cat "$net_state/sas"; } | rules gw2
ip netns exec gw1 ping -n -q -c 1 -W 10 "$theirs%eth1" > /dev/null &
ping=$!
held() { [ "$(counter gw1 OUT_HELD)" -ge 1 ]; }
check "a packet is held while there is no SA" await 5 held
ipsec_load gw1 < "$net_state/sas"
check "and goes on, to the right link, when it comes" wait $ping
check "nothing was dropped" no_drops gw1

# --- firewalls and NAT --------------------------------------------------------------------

inner=6 outer=6 protect_chain esp enc aes-128-gcm
in_ns gw1 nft -f - <<- 'END' || bail "nft refuses the rules"
	table ip6 t {
		counter out { }
		counter in { }
		chain forward {
			type filter hook forward priority 0; policy drop
			ip6 saddr fd01::/64 rt ipsec exists counter name out accept
			ip6 saddr fd02::/64 meta secpath exists counter name in accept
		}
		chain postrouting {
			type nat hook postrouting priority 100
		}
	}
END
marks() { in_ns gw1 nft -j list counters table ip6 t | jq -r '[.nftables[].counter? | select(.).packets] | join(" ")'; }
snapshot gw1
check "a firewall that lets only IPsec pass" reaches h1 fd02::2 -c 2 -i 0.05
is "both ways were seen as it" "2 2" "$(marks)"
in_ns gw1 nft add rule ip6 t postrouting oifname eth1 masquerade
capture_wire "$ARTIFACTS/nat.pcap"
check_fails "masquerade takes it out of its policy: no answer" reaches h1 fd02::2 -W 1
capture_end
is "masquerade: nothing on the wire" 0 "$(packets "$ARTIFACTS/nat.pcap" "not ($net_housekeeping)")"
check "masquerade: the reason" no_drops gw1 OUT_NAT=1
in_ns gw1 nft delete table ip6 t
in_ns gw1 conntrack -F 2> /dev/null

# --- fragments ----------------------------------------------------------------------------

# RFC 4301 7: a policy that asks for ports must not let the rest of a datagram pass.
rules gw1 <<< 'flow out proto udp from any to fd02::/64 port 9 type deny'
rules gw2 < /dev/null
fragments_of() { # port
	in_ns h1 python3 -c '
import socket, sys
s = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
s.sendto(bytes(4000), ("fd02::2", int(sys.argv[1])))' "$1"
}
capture h2 eth0 "$ARTIFACTS/fragments.pcap" 'ip6[6] == 44'
fragments_of 9
check "fragments: all three of a denied datagram die" await 5 test "$(delta gw1 OUT_DISCARD)" = 3
capture_end
is "fragments: none passes" 0 "$(packets "$ARTIFACTS/fragments.pcap" ip6)"

# --- path MTU ---------------------------------------------------------------------------------

inner=6 outer=6 protect_chain esp enc aes-128-gcm
check "before: 1400 bytes pass" reaches h1 fd02::2 -M do -s 1352
in_ns gw2 python3 - "$protect_spi" <<- 'END' || bail "scapy cannot send"
	import struct, sys
	from scapy.layers.inet6 import IPv6, ICMPv6PacketTooBig
	from scapy.packet import Raw
	from scapy.sendrecv import send
	esp = struct.pack("!II", int(sys.argv[1]), 1) + bytes(64)
	sent = IPv6(src="2001:db8::1", dst="2001:db8::2", nh=50, plen=1400) / Raw(esp)
	send(IPv6(dst="2001:db8::1") / ICMPv6PacketTooBig(mtu=1400) / sent, verbose=False)
END
# 1400 less header, ESP, IV and ICV, in blocks of 4, less the trailer
check "a router says 1400: the sender is told what fits inside" too_big h1 fd02::2 1400 $(((1400 - 40 - 8 - 8 - 16) / 4 * 4 - 2))
unprotect gw1 gw2
check "the module can be unloaded" unload_module
ktap_end
