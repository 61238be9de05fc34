#!/usr/bin/env bash
# vm: cpus=1 timeout=300
# Root of a user namespace may configure its own network namespaces, by either door, and no other;
# who has no privileges may do nothing, reading included. The kernel's own stack is the judge of what
# `ip xfrm` is told.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"

chmod 755 "$net_state"
key=0x000102030405060708090a0b0c0d0e0f10111213

# tried PROGRAM: each command of that program, whether it is done, and what it says if it is not.
# The network is of nobody else.
cat > "$net_state/tried" << END
try() {
	said=\$("\$@" 2>&1 > /dev/null < "\${rules:-/dev/null}") && echo "done: \$*" && return
	case \$said in
	*'Operation not permitted'*|*CAP_NET_ADMIN*) echo "not permitted: \$*" ;;
	*) echo "\$said: \$*" ;;
	esac
}
ip link set lo up 2> /dev/null
case \$1 in
ip)
	try ip xfrm state
	try ip xfrm policy
	try ip xfrm state count
	try ip xfrm policy count
	try ip xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 mode tunnel aead 'rfc4106(gcm(aes))' $key 128
	try ip xfrm state get src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001
	try ip xfrm state allocspi src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel min 0x3000 max 0x3000
	try ip xfrm policy add src 10.1.0.0/24 dst 10.2.0.0/24 dir out action block
	try ip xfrm policy get src 10.1.0.0/24 dst 10.2.0.0/24 dir out
	try ip xfrm policy setdefault out block
	try ip xfrm policy getdefault
	try ip xfrm policy set hthresh4 24 24
	try ip xfrm policy flush
	try ip xfrm state flush
	try ip xfrm policy setdefault out accept ;;
ipsecctl)
	try ipsecctl -s all
	try ipsecctl -v -s stats
	rules=$net_state/rules
	try ipsecctl -f -
	rules=
	try ipsecctl -k -s sa
	try ipsecctl -F ;;
esac
END
echo "esp tunnel from 192.0.2.1 to 192.0.2.2 spi 0x1001 enc aes-128-gcm enckey $key replay 0" > "$net_state/rules"

# Somebody without privileges in the network of the first processes.
anybody() { setpriv --reuid 1000 --regid 1000 --clear-groups "$@"; }
root_here() { anybody unshare -Ur "$@"; }		# of a user namespace, in that same network
root_there() { anybody unshare -Urn "$@"; }		# with a network namespace of its own
guest_there() { root_there unshare -Ur "$@"; }		# of another one, in that network

who=(anybody root_here root_there guest_there)

# --- what the kernel's own stack says ------------------------------------------------------

modprobe xfrm_user || bail "the kernel's own stack is not there"
for one in "${who[@]}"; do
	"$one" sh "$net_state/tried" ip > "$net_state/kernel.$one"
done
rmmod xfrm_user || bail "the kernel's own door stays open"

# --- and what nfipsec says -----------------------------------------------------------------

load_module
secret=0xfeedfacefeedfacefeedfacefeedfacefeedface
ipsecctl -f - << END || bail "the rules are refused"
esp tunnel from 198.51.100.1 to 198.51.100.2 spi 0x2001 enc aes-128-gcm enckey $secret replay 0
flow in from 10.9.0.0/24 to any type deny
END
all() { ipsecctl -k -s sa; ipsecctl -s flow; ip xfrm state; ip xfrm policy; }
all > "$net_state/before"
for one in "${who[@]}"; do
	"$one" sh "$net_state/tried" ip > "$net_state/ours.$one"
	cp "$net_state/kernel.$one" "$net_state/ours.$one" "$ARTIFACTS"
	is "$one: ip xfrm is told what the kernel's own stack says" "$(cat "$net_state/kernel.$one")" \
		"$(cat "$net_state/ours.$one")"
	"$one" sh "$net_state/tried" ipsecctl > "$ARTIFACTS/ipsecctl.$one"
	case $one in
	root_there)
		is "$one: may use ip xfrm" 0 "$(grep -vc '^done' "$net_state/ours.$one")"
		is "$one: and ipsecctl" 5 "$(grep -c '^done: ipsecctl' "$ARTIFACTS/ipsecctl.$one")" ;;
	*)
		is "$one: may not use ip xfrm" 0 \
			"$(grep -vc '^not permitted: ip xfrm' "$net_state/ours.$one")"
		is "$one: nor ipsecctl" 5 \
			"$(grep -c '^not permitted: ipsecctl' "$ARTIFACTS/ipsecctl.$one")" ;;
	esac
done
is "nothing of all that has touched the first network" "$(cat "$net_state/before")" "$(all)"

# --- what root of a user namespace sees, and what it does ----------------------------------

cat > "$net_state/seen" << END
ipsecctl -k -s sa; ipsecctl -s flow | grep -v '^set default'; ip xfrm state; ip xfrm policy
END
is "SAs and policies of the first network are not seen" "" "$(root_there sh "$net_state/seen" 2>&1)"
cat > "$net_state/used" << END
ip link set lo up
ip link add d0 type dummy
ip addr add 10.0.0.1/24 dev d0
ip link set d0 up
ip link add ipsec0 type xfrm dev d0 if_id 7 && echo link
ipsecctl -m > $net_state/heard 2>&1 &
monitor=\$!
for i in \$(seq 100); do
	ip xfrm policy add src 10.0.0.1 dst 10.0.0.9 dir out action block
	ip xfrm policy flush
	! grep -q 10.0.0.9 $net_state/heard || break
done
kill \$monitor
grep -q 10.0.0.9 $net_state/heard && echo heard
echo 'flow out from any to 10.0.0.2 type deny' | ipsecctl -f -
ping -c 1 -W 1 10.0.0.2 > /dev/null 2>&1 || echo dropped
ipsecctl -s stats | grep -oE 'OUT_DISCARD +1\>' | tr -s ' '
END
: > "$net_state/heard"
chmod 666 "$net_state/heard"
discards() { ipsecctl -j -s stats | sed -nE 's/.*"name":"OUT_DISCARD","value":([0-9]+).*/\1/p'; }
before=$(discards)
is "a link, events, a policy and its counter" "link
heard
dropped
OUT_DISCARD 1" "$(root_there sh "$net_state/used" 2> "$ARTIFACTS/used")"
is "which is not that of the first network" "$before" "$(discards)"
cat > "$net_state/listens" << END
timeout 10 ipsecctl -m
[ \$? = 124 ] && echo heard
timeout 10 ip xfrm monitor
[ \$? = 124 ] && echo heard
END
is "who has no privileges hears nothing" "" "$(anybody sh "$net_state/listens" 2> "$ARTIFACTS/listens")"

ipsecctl -F
gone() { unload_module 2> /dev/null; }
for ((i = 0; i < 100; i++)); do
	! gone || break
	sleep 0.1
done
check "their networks are gone with them: the module is unloaded" test ! -e /sys/module/nfipsec
ktap_end
