#!/usr/bin/env bash
# vm: cpus=1 timeout=100
# Two doors to one SADB and one SPD: what `ip xfrm` adds ipsecctl lists, in rules that can be loaded
# again, and what ipsecctl has loaded `ip xfrm` lists.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"

ns_add x
load_module
xfrm() { ip -n x xfrm "$@" || bail "ip xfrm $* fails"; }

key=0x000102030405060708090a0b0c0d0e0f10111213
n=0
ends="tmpl src 192.0.2.1 dst 192.0.2.2 proto esp"
back="tmpl src 192.0.2.2 dst 192.0.2.1 proto esp"
xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1001 mode tunnel reqid 1 replay-window 32 \
	aead 'rfc4106(gcm(aes))' $key 128 mark 0x5 mask 0xff if_id 7
xfrm state add src 192.0.2.2 dst 192.0.2.1 proto ah spi 0x1002 mode transport reqid 2 \
	auth-trunc 'hmac(sha256)' 0x000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f 128
xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x1003 mode tunnel reqid 3 tfcpad 500 \
	encap espinudp 4500 1024 0.0.0.0 output-mark 0x20 mask 0xf0 limit packet-hard 9 \
	aead 'rfc4106(gcm(aes))' $key 128
for dir in "out" "in" "fwd"; do
	[ $dir = out ] && t=$ends s=10.1.0.0/24 d=10.2.0.0/24 || { t=$back s=10.2.0.0/24 d=10.1.0.0/24; }
	# shellcheck disable=SC2086
	xfrm policy add src $s dst $d dir $dir priority 100 $t mode tunnel reqid 1
	# shellcheck disable=SC2086
	xfrm policy add src $s dst $d dir $dir priority 100 mark 0x5 mask 0xff if_id 7 $t mode tunnel
done
# shellcheck disable=SC2086
xfrm policy add src 10.1.0.0/24 dst 10.3.0.0/24 dir out $ends spi 0x1001 mode tunnel
xfrm policy add src 10.1.0.0/24 dst 10.4.0.0/24 dir out $ends mode tunnel level use
xfrm policy add src 10.9.0.0/24 dst 0.0.0.0/0 proto tcp dport 80 dir fwd action block
xfrm policy setdefault out block

listed() { ipsec x -k -s sa && ipsec x -s flow; }
listed > "$ARTIFACTS/rules"
is "ipsecctl lists three SAs" 3 "$(grep -cE '^(esp|ah) .* spi 0x0000100[123] ' "$ARTIFACTS/rules")"
for word in 'tfc 500' 'udpencap port 4500 to 1024' 'output-mark 0x20/0xf0' 'hard packets 9'; do
	is "one with $word" 1 "$(grep -c "^esp .* spi 0x00001003 .*$word" "$ARTIFACTS/rules")"
done
is "and nine flows" 9 "$(grep -c '^flow' "$ARTIFACTS/rules")"
is "the one that goes without its SA" 1 "$(grep -c '^flow .* to 10.4.0.0/24 .* type acquire .* optional' "$ARTIFACTS/rules")"
is "what packets without one become" 1 "$(grep -c '^set default out deny' "$ARTIFACTS/rules")"
is "those for packets to this host" 2 "$(grep -c '^flow esp tunnel in .* forward no' "$ARTIFACTS/rules")"
is "those for packets to others" 3 "$(grep -c '^flow .*in .* forward only' "$ARTIFACTS/rules")"
is "the one that names its SA" 1 "$(grep -c '^flow esp tunnel out .* spi 0x00001001' "$ARTIFACTS/rules")"
ip -n x xfrm policy > "$ARTIFACTS/before"

chmod 600 "$ARTIFACTS/rules"
check "the list can be loaded in the place of all" ipsec x -F -f "$ARTIFACTS/rules"
is "and is the same then" "$(cat "$ARTIFACTS/rules")" "$(listed)"
is "ip xfrm lists what ipsecctl has loaded" "$(cat "$ARTIFACTS/before")" "$(ip -n x xfrm policy)"
is "defaults as well" "in: accept fwd: accept out: block" \
	"$(ip -n x xfrm policy getdefault | tail -n +2 | xargs)"
is "and SAs" "0x00001001 0x00001002 0x00001003" \
	"$(ip -n x xfrm state | grep -o 'spi 0x[0-9a-f]*' | cut -d ' ' -f 2 | sort | paste -sd ' ')"
xfrm policy setdefault out accept
check "ip xfrm deletes it" ip -n x xfrm policy flush
check "ip xfrm deletes SAs, too" ip -n x xfrm state deleteall
is "nothing is left" "" "$(ipsec x -s sa; ipsec x -s flow | grep -v '^set default')"

# A bitmap of the largest window is longer than an attribute can be, and than a part of a dump.
for window in 64 16384 16416 1048576 64; do
	echo "esp tunnel from 192.0.2.1 to 192.0.2.2 spi $((0x2001 + n++)) enc aes-128-gcm enckey $key replay $window"
done | ipsec_load x || bail "the windows are refused"
ip -n x xfrm state > "$ARTIFACTS/windows"
is "ip xfrm lists SAs with windows of any size" "64 16384 16416 1048576 64" \
	"$(sed -nE 's/.*replay[-_]window ([1-9][0-9]*).*/\1/p' "$ARTIFACTS/windows" | paste -sd ' ')"
is "and all that there is behind them" 5 "$(grep -c 'aead rfc4106' "$ARTIFACTS/windows")"
check "ip xfrm deletes these as well" ip -n x xfrm state deleteall
check "the module can be unloaded" unload_module
ktap_end
