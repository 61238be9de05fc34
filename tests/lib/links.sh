# shellcheck shell=bash
# Tunnels between gw1 and gw2 of gateway_chain that if_ids tell apart. Source tests/lib/net.sh first.
#
#   link_ends IF_ID       both ends of one, with `ip xfrm`; no policy has any addresses, routes do.
#                         The SPIs are 0x1000 + IF_ID + the number of the gateway that sends
#   link_up NS NAME IF_ID a link of kind xfrm over eth1
#   books NS NAME         RX packets and bytes, TX packets and bytes of a link
#   failures NS NAME      RX errors and drops; TX errors, drops, carrier errors, collisions

links_key=0x000102030405060708090a0b0c0d0e0f10111213

# namespace, if_id, its number, that of the other one
link_end() {
	local ns=$1 if_id=$2 here=192.0.2.$3 there=192.0.2.$4 dir family
	ip -n "$ns" xfrm state add src "$here" dst "$there" proto esp spi $((0x1000 + if_id + $3)) \
		mode tunnel if_id "$if_id" aead 'rfc4106(gcm(aes))' $links_key 128 || bail "$ns refuses an SA"
	ip -n "$ns" xfrm state add src "$there" dst "$here" proto esp spi $((0x1000 + if_id + $4)) \
		mode tunnel if_id "$if_id" aead 'rfc4106(gcm(aes))' $links_key 128 || bail "$ns refuses an SA"
	for family in 0.0.0.0/0 ::/0; do
		ip -n "$ns" xfrm policy add src $family dst $family dir out if_id "$if_id" \
			tmpl src "$here" dst "$there" proto esp mode tunnel || bail "$ns refuses a policy"
		for dir in in fwd; do
			ip -n "$ns" xfrm policy add src $family dst $family dir $dir if_id "$if_id" \
				tmpl src "$there" dst "$here" proto esp mode tunnel || bail "$ns refuses a policy"
		done
	done
}

link_ends() {
	link_end gw1 "$1" 1 2
	link_end gw2 "$1" 2 1
}

link_up() {
	ip -n "$1" link add "$2" type xfrm dev eth1 if_id "$3" || return
	ip -n "$1" link set "$2" mtu 1440 addrgenmode none up
}

books() { ip -n "$1" -s -j link show "$2" | jq -r '.[0].stats64 | "\(.rx.packets) \(.rx.bytes) \(.tx.packets) \(.tx.bytes)"'; }

failures() { ip -n "$1" -s -s -j link show "$2" | jq -r '.[0].stats64 | "\(.rx.errors) \(.rx.dropped) \(.tx.errors) \(.tx.dropped) \(.tx.carrier_errors) \(.tx.collisions)"'; }
