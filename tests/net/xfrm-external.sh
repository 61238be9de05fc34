#!/usr/bin/env bash
# vm: cpus=1 timeout=300
# A link of kind xfrm that has no if_id: routes say that of each packet.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/links.sh"

load_module
gateway_chain
# A second network behind either, for the second tunnel.
addr h1 eth0 10.3.0.2/24
addr gw1 eth0 10.3.0.1/24
addr h2 eth0 10.4.0.2/24
addr gw2 eth0 10.4.0.1/24

# --- the link --------------------------------------------------------------------------

check "a link without an if_id" ip -n gw1 link add ipsec0 type xfrm external
ip -n gw1 link set ipsec0 mtu 1440 addrgenmode none up
is "a dump says so" "xfrm true" \
	"$(ip -n gw1 -d -j link show ipsec0 | jq -r '.[0].linkinfo | "\(.info_kind) \(.info_data.external)"')"
refused() { # words of the answer, words of ip
	local words=$1 said
	shift
	said=$(ip -n gw1 "$@" 2>&1) && return 1
	echo "$said"
	grep -q "$words" <<< "$said"
}
check "a namespace has one" refused 'has a link with this if_id already' link add bad type xfrm external
check "it gets no if_id" refused 'does not begin, or end' link change ipsec0 type xfrm if_id 7

# --- routes ------------------------------------------------------------------------------

check "a route with an if_id" ip -n gw1 route replace 10.2.0.0/24 dev ipsec0 encap xfrm if_id 40
check "another one" ip -n gw1 route add 10.4.0.0/24 dev ipsec0 encap xfrm if_id 50 link_dev eth1
check "one of IPv6" ip -n gw1 route replace fd02::/64 dev ipsec0 encap xfrm if_id 40
is "a dump says what they are" "10.2.0.0/24 encap xfrm if_id 40 dev ipsec0 scope link|10.4.0.0/24 encap xfrm if_id 50 link_dev eth1 dev ipsec0 scope link|" \
	"$(ip -n gw1 route show dev ipsec0 | sed -E 's/ +/ /g; s/ $//' | sed 's/^\(\S*\) \(encap .*\) \(scope.*\)$/\1 \2 dev ipsec0 \3/' | tr '\n' '|')"
check "an if_id it must have" refused . route add 10.5.0.0/24 dev ipsec0 encap xfrm if_id 0
# ip would not ask for it.
is "and not none at all" "-22 if_id must be set" "$(in_ns gw1 python3 -c '
import socket, struct
sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
sock.setsockopt(270, 11, 1)     # NETLINK_EXT_ACK
route = struct.pack("=8BI", 2, 24, 0, 0, 254, 3, 253, 1, 0)    # 10.5.0.0/24, of a link
route += struct.pack("=HH4s", 8, 1, bytes([10, 5, 0, 0])) + struct.pack("=HHI", 8, 4, socket.if_nametoindex("ipsec0"))
route += struct.pack("=HHHxx", 6, 21, 10) + struct.pack("=HH", 4, 0x8000 | 22)     # encap xfrm, and no more
sock.send(struct.pack("=IHHII", 16 + len(route), 24, 0x605, 1, 0) + route)
answer = sock.recv(65536)
print(struct.unpack_from("=i", answer, 16)[0], "if_id must be set" if b"if_id must be set" in answer else answer)')"
for if_id in 40 50; do
	link_ends $if_id
	link_up gw2 ipsec$if_id $if_id || bail "no link in gw2"
done
ip -n gw2 route replace 10.1.0.0/24 dev ipsec40
ip -n gw2 route replace fd01::/64 dev ipsec40
ip -n gw2 route add 10.3.0.0/24 dev ipsec50

# --- traffic -----------------------------------------------------------------------------

packets_of() { # namespace, if_id, number of the gateway that sends
	ipsec "$1" -j -s sa | jq ".sa[] | select(.spi == $((0x1000 + $2 + $3))) | .packets"
}
snapshot gw1
snapshot gw2
capture_wire "$ARTIFACTS/wire.pcap"
check "through the first tunnel" in_ns h1 ping -n -q -c 3 -i 0.05 -W 5 -I 10.1.0.2 10.2.0.2
check "through the second" in_ns h1 ping -n -q -c 2 -i 0.05 -W 5 -I 10.3.0.2 10.4.0.2
check "IPv6 through the first" in_ns h1 ping -n -q -c 1 -W 5 fd02::2
capture_end
check "only ESP crossed" only_esp "$ARTIFACTS/wire.pcap"
is "the first tunnel's SAs" "4 4" "$(packets_of gw1 40 1) $(packets_of gw1 40 2)"
is "the second tunnel's" "2 2" "$(packets_of gw1 50 1) $(packets_of gw1 50 2)"
is "all of it went through the link, both ways" "6 6" "$(books gw1 ipsec0 | cut -d' ' -f1,3 )"
check "the books are balanced" balanced gw1 gw2 ESP
is "nothing was dropped" "" "$(drops gw1)$(drops gw2)"
check "TCP" tcp_transfer h1 h2 10.2.0.2 100000
ip -n gw1 link set ipsec0 mtu 1500
is "a sender is told what fits" 1446 \
	"$(in_ns h1 ping -n -c 1 -W 5 -M do -s 1450 -I 10.3.0.2 10.4.0.2 2>&1 | grep -o 'mtu = [0-9]*' | grep -o '[0-9]*')"

# A link with the if_id goes before it, for what comes in.
check "a link of the second tunnel's own" link_up gw1 own 50
check "packets still go through" in_ns h1 ping -n -q -c 1 -W 5 -I 10.3.0.2 10.4.0.2
is "the answer comes out of it" "1 0" "$(books gw1 own | cut -d' ' -f1,3)"
ip -n gw1 link del own

snapshot gw1
ip -n gw1 route add 10.5.0.0/24 dev ipsec0
is "a route that says no if_id leads nowhere" yes \
	"$(in_ns h1 ping -n -c 1 -W 5 10.5.0.2 2>&1 | grep -q 'Host Unreachable' && echo yes || echo no)"
is "for no policy protects what has none" "OUT_LINK_POLICY=1" "$(drops gw1)"
ip -n gw1 route add 10.6.0.0/24 dev ipsec0 encap xfrm if_id 60
in_ns h1 ping -n -q -c 1 -W 1 10.6.0.2 > /dev/null
is "nor one whose if_id no policy has" "OUT_LINK_POLICY=2" "$(drops gw1)"

xfrm_flush gw1 gw2
check_fails "a route pins the module" unload_module
ip -n gw1 link del ipsec0
check "without it that can be unloaded" await 20 unload_module
ktap_end
