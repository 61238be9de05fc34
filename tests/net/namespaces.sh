#!/usr/bin/env bash
# vm: cpus=1 timeout=300
# Many network namespaces, each with a tunnel to a hub under the same SPI and the same policies:
# what belongs to one is seen by no other. When they are deleted nothing stays.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
: "${SPOKES:=20}"

#   s1 eth0 192.0.2.101 --- e1 \
#   s2 eth0 192.0.2.102 --- e2  hub br0 192.0.2.1
#   lo of a spoke: 10.0.N.1                      lo of the hub: 10.9.0.1
# One process for all of it is much faster than one for each line.
for ((n = 1; n <= SPOKES; n++)); do
	echo "netns add s$n"
	echo "link add e$n netns hub type veth peer name eth0 netns s$n"
done > "$net_state/links"
for ((n = 1; n <= SPOKES; n++)); do
	echo "link set e$n master br0 up"
done > "$net_state/ports"
key() { printf '0x%032x%08x' "$1" "$2"; }	# key of AES-GCM, of 16 bytes and 4 of salt
aead="mode tunnel aead rfc4106(gcm(aes))"
for ((n = 1; n <= SPOKES; n++)); do
	end=192.0.2.$((100 + n))
	cat > "$net_state/s$n" <<-END
		addr add 10.0.$n.1/32 dev lo
		addr add $end/24 dev eth0
		link set lo up
		link set eth0 up
		route add 10.9.0.1 via 192.0.2.1 src 10.0.$n.1
		xfrm state add src $end dst 192.0.2.1 proto esp spi $((0x1000 + n)) $aead $(key $n 1) 128
		xfrm state add src 192.0.2.1 dst $end proto esp spi 0x2000 $aead $(key $n 2) 128
		xfrm policy add src 10.0.0.0/16 dst 10.9.0.1 dir out tmpl dst 192.0.2.1 proto esp mode tunnel
		xfrm policy add src 10.9.0.1 dst 10.0.0.0/16 dir in tmpl src 192.0.2.1 proto esp mode tunnel
	END
	cat <<-END
		esp tunnel from $end to 192.0.2.1 spi $((0x1000 + n)) enc aes-128-gcm enckey $(key $n 1) replay 0
		esp tunnel from 192.0.2.1 to $end spi 0x2000 enc aes-128-gcm enckey $(key $n 2) replay 0
		flow esp tunnel from 10.9.0.1 to 10.0.$n.1 local 192.0.2.1 peer $end
	END
done > "$net_state/rules"

load_module
ns_add hub
check "the namespaces are there" ip -batch "$net_state/links"
cat > "$net_state/hub" <<-END
	link add br0 type bridge
	link set br0 up
	addr add 192.0.2.1/24 dev br0
	addr add 10.9.0.1/32 dev lo
	route add 10.0.0.0/16 dev br0 src 10.9.0.1
END
cat "$net_state/ports" >> "$net_state/hub"
check "so is the hub" ip -n hub -batch "$net_state/hub"
configured=0
for ((n = 1; n <= SPOKES; n++)); do
	ip -n "s$n" -batch "$net_state/s$n" && configured=$((configured + 1))
done
is "each spoke has its SAs and policies, by ip xfrm" "$SPOKES" "$configured"
check "the hub has those of all, by ipsecctl" ipsec_load hub < "$net_state/rules"
is "SAs in the hub" $((2 * SPOKES)) "$(ipsec hub -s sa | grep -c '^esp ')"
is "and in a spoke" 2 "$(ipsec s1 -s sa | grep -c '^esp ')"
ktap_relay "" < <(PYTHONPATH="$TOP/tests/lib" PYTHONDONTWRITEBYTECODE=1 python3 -u \
	"$TOP/tests/net/namespaces.py" "$SPOKES")

# Half of them end without a word, the others have been emptied.
for ((n = 1; n <= SPOKES; n++)); do
	[ $((n % 2)) = 0 ] || printf 'netns exec s%d ip xfrm state flush\nnetns exec s%d ip xfrm policy flush\n' $n $n
	echo "netns del s$n"
done > "$net_state/deletions"
check "the books of every namespace balance" books_balance
check "they are deleted" ip -batch "$net_state/deletions"
is "the hub keeps its own" $((2 * SPOKES)) "$(ipsec hub -s sa | grep -c '^esp ')"
ns_del hub
for ((i = 0; i < 600; i++)); do
	! unload_module 2> /dev/null || break
	sleep 0.1
done
check "nothing stays: the module is unloaded" test ! -e /sys/module/nfipsec
ktap_end
