#!/usr/bin/env bash
# vm: cpus=1 timeout=120
# While an SA is there, nobody finds its key in a file, in the log, in what is traced, or in what
# ipsecctl shows unasked. (net/netlink looks at messages and events, net/keys at memory.)
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"

# Wherever one looks at it, it is the same: 8 bytes of it are enough.
part=Quince7!
part_hex=$(printf %s "$part" | od -An -tx1 | tr -d ' ')
key=0x$part_hex$part_hex$part_hex$part_hex${part_hex:0:8}
having_it() { grep -rlaiF -e "$part" -e "$part_hex" "$@" 2> /dev/null; }

trace=/sys/kernel/tracing
mount -t tracefs none $trace 2> /dev/null
mount -t debugfs none /sys/kernel/debug 2> /dev/null
dmesg -C
load_module
host_pair
echo 1 > $trace/events/nfipsec/enable || bail "nothing is traced here"
# Some packets pass, others find it expired; one SA is refused, with its key.
ipsec_load a << END || bail "a refuses its rules"
flow esp from 192.0.2.1 to 192.0.2.2 type dontacq
esp transport from 192.0.2.1 to 192.0.2.2 spi 0x1001 enc aes-256-gcm enckey $key hard packets 2
esp transport from 192.0.2.1 to 192.0.2.2 spi 0x1000 enc aes-256-gcm enckey $key
END
ipsec_load b <<< "esp transport from 192.0.2.1 to 192.0.2.2 spi 0x1001 enc aes-256-gcm enckey $key"
check_fails "a second one of the same name is refused" \
	ipsec_load b <<< "esp transport from 192.0.2.1 to 192.0.2.2 spi 0x1001 enc aes-256-gcm enckey $key"
in_ns a ping -n -q -c 4 -i 0.2 -W 1 192.0.2.2 > /dev/null
ipsec a -v -s all > "$net_state/shown"
ipsec a -j -s sa >> "$net_state/shown"
dmesg > "$net_state/log"
cat $trace/trace > "$net_state/traced"

check "drops are traced" grep -q 'ipsec_drop: .* spi=0x.* reason=' "$net_state/traced"
check "SAs are shown" grep -q 0x00001000 "$net_state/shown"
is "nor ipsecctl, nor the log, nor a trace has a key" "" \
	"$(having_it "$net_state/shown" "$net_state/log" "$net_state/traced")"
mapfile -t files < <(find /proc/crypto /proc/modules /proc/slabinfo /sys/module/nfipsec \
	$trace/events/nfipsec /sys/kernel/debug -ipath '*nfipsec*' -type f -perm /444 2> /dev/null)
check "there are files that could" test ${#files[@]} -gt 5
is "none of them has it" "" "$(having_it "${files[@]}")"
is "nor any of /proc/net" "" "$(in_ns a grep -rlaiF -e "$part" -e "$part_hex" /proc/net/ /proc/crypto 2> /dev/null)"
ipsec a -k -s sa > "$net_state/asked"
is "who asks for it finds it" "$net_state/asked" "$(having_it "$net_state/asked")"

anybody() { setpriv --reuid 1000 --regid 1000 --clear-groups "$@"; }
check_fails "who has no privileges reads no trace" anybody cat $trace/trace
check_fails "nor what is in debugfs" anybody ls /sys/kernel/debug
is "and finds it nowhere" "" "$(anybody grep -rlaiF -e "$part" -e "$part_hex" /proc/net/ /proc/crypto "${files[@]}" 2> /dev/null)"

echo 0 > $trace/events/nfipsec/enable
ipsec a -F
ipsec b -F
check "the module can be unloaded" unload_module
ktap_end
