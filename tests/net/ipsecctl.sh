#!/usr/bin/env bash
# ipsecctl and the kernel: what is loaded is what is shown, all of a file or nothing of it,
# and an error of the kernel names the rule. Its parser has tests of its own in tests/host.
# vm: cpus=1 timeout=300
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"

work=$(mktemp -d) || exit 1
at_exit 'rm -rf "$work"'
cd "$work" || exit 1
umask 077

ns_add a
# all rules, without the headings
show() { ipsec a -s flow -s sa "$@" | grep -v '^# [A-Z]*$'; }
dump() { show -k; }
# must print just this on its error output, fail, and change nothing
refused() { # name, wanted error, arguments...
	local name=$1 wanted=$2 before status
	shift 2
	before=$(dump)
	ipsec a "$@" > out 2> err < "${input:-/dev/null}"
	status=$?
	is "$name: status" 1 $status
	is "$name: error" "$wanted" "$(cat err)"
	is "$name: nothing has changed" "$before" "$(dump)"
}

# --- without the module ------------------------------------------------------------------

ipsec a -s all > out 2> err
is "without the module: error" "ipsecctl: the nfipsec module is not loaded (modprobe nfipsec)" "$(cat err)"
check_fails "without the module: status" ipsec a -s all
load_module
is "nothing is there at first" "" "$(show)"

# --- load and show -----------------------------------------------------------------------

gcm1=0x000102030405060708090a0b0c0d0e0f10111213 gcm2=0xf00102030405060708090a0b0c0d0e0f10111213
authkey=0x00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff
cat > rules <<END
gw1 = 192.0.2.1
flow esp from 10.1.0.0/24 to 10.2.0.0/24 local \$gw1 peer 192.0.2.2
flow esp out proto tcp from 10.3.0.5 port 1024-65535 to 10.4.0.0-10.4.0.9 port 443 peer 192.0.2.3 type acquire
flow from 10.9.0.0/16 to 0.0.0.0/0 type bypass
flow in proto udp from 0.0.0.0/0 to 10.9.0.1 type deny
esp tunnel from \$gw1 to 192.0.2.2 spi 0x1001:0x2001 enc aes-128-gcm enckey $gcm1:$gcm2
ah transport from \$gw1 to 192.0.2.3 spi 0x1002 auth hmac-sha2-256 authkey $authkey
esp transport from \$gw1 to 192.0.2.4 spi 0x1003 auth hmac-sha2-512 enc aes-256 authkey ${authkey}${authkey#0x} enckey $authkey
END
check "rules are correct" ipsec a -n -f rules
ipsec a -n -v -f rules | sort > parsed
ipsec a -v -f rules > loaded 2> err
is "load: nothing is complained about" "" "$(cat err)"
check_fails "load -v shows no keys" grep -q -e "${gcm1#0x}" -e "${gcm2#0x}" -e "${authkey#0x}" loaded
check "load -v shows as many rules as there are" [ "$(wc -l < loaded)" = "$(wc -l < parsed)" ]
dump | sort > shown
check "show -k prints what was parsed, every word of it" diff parsed shown
check_fails "show has no keys" sh -c "ip netns exec a ipsecctl -s sa -vv | grep -q -e '${gcm1#0x}' -e '${authkey#0x}'"
is "show sa is about SAs" 4 "$(ipsec a -s sa | grep -c -E '^(esp|ah) ')"
is "show sa has no flows" 0 "$(ipsec a -s sa | grep -c '^flow')"
is "show flow has no SAs" 0 "$(ipsec a -s flow | grep -vc '^flow')"

dump > saved
check "what is shown can be loaded again, in place of itself" ipsec a -F -f saved
check "and is the same then" diff saved <(dump)

ipsec a -v -s sa > out
is "-v: counters of each SA" 4 "$(grep -c '# packets 0, bytes 0, drops 0' out)"
ipsec a -vv -s sa > out
is "-vv: numbers and times of each SA" 4 "$(grep -c '# sent 0, received 0, added 2.*, used never' out)"
ipsec a -vv -s flow > out
flows=$(ipsec a -s flow | wc -l)
is "-vv: number and priority of each flow" "$flows" "$(grep -c -E '# id [0-9]+, priority 1000$' out)"
check "-s stats is quiet while nothing has happened" [ -z "$(ipsec a -s stats)" ]
check "-v -s stats says what each counter means" grep -q -A1 '^IN_ICV  *0$' <(ipsec a -v -s stats)
check "-s all has everything" [ "$(ipsec a -s all | grep -c -v "^#")" = $((flows + 4)) ]

# --- JSON ----------------------------------------------------------------------------------

json() { ipsec a -j "$@"; }
check "-j of everything is JSON" jq -e . <(json -s all)
is "-j: SAs" '[4097,4098,4099,8193]' "$(json -s sa | jq -c '[.sa[].spi] | sort')"
is "-j: no keys" 'null null' "$(json -s sa | jq -r '[.sa[] | .enc_key, .auth_key] | unique | .[0], "null"' | paste -sd' ')"
is "-j -k: keys" "$gcm1 $gcm2" "$(json -k -s sa | jq -r '.sa[] | select(.enc == "aes-128-gcm") | .enc_key' | sort | paste -sd' ')"
is "-j: a flow" '["protect","tcp",443,443,"10.4.0.0","10.4.0.9","192.0.2.3"]' \
	"$(json -s flow | jq -c '.flow[] | select(.selectors[0].dport_min == 443 and .dir == "out") |
	[.action, .selectors[0].proto_name, .selectors[0].dport_min, .selectors[0].dport_max,
	 .selectors[0].dst_min, .selectors[0].dst_max, .specs[0].dst]')"
is "-j: every counter has a name, a number and a text" true \
	"$(json -v -s stats | jq '.stats | length > 30 and all((.name | type == "string") and (.value == 0) and (.bytes == 0) and (.text | length > 10))')"
is "-j: nothing is an empty list" '[]' "$(ip netns add none; ip netns exec none ipsecctl -j -s sa | jq -c .sa; ip netns del none)"

# --- errors of the kernel -------------------------------------------------------------------

cat > twice <<END
# a comment, so that lines count

  esp from 192.0.2.7 to 192.0.2.8 spi 0x3001 enc aes-128-gcm enckey $gcm1
	esp from 192.0.2.1 to 192.0.2.2 spi 0x1001 enc aes-128-gcm enckey $gcm1
esp from 192.0.2.7 to 192.0.2.8 spi 0x3002 enc aes-128-gcm enckey $gcm1
END
exists='An SA with this SPI, destination and protocol exists already (File exists)'
column=$(ipsec a -n -vv -f twice | sed -n 's/^# twice:4:\([0-9]*\)$/\1/p')
check "the place of the rule is known" [ "$column" -gt 1 ]
refused "an SA that is there already" "twice:4:$column: $exists" -f twice
input=twice refused "the same from the standard input" "stdin:4:$column: $exists" -f -
refused "with -v as well" "twice:4:$column: $exists" -v -f twice

sed -n '2s/\$gw1/192.0.2.1/p' rules > included
printf 'include "included"\n' > including
flow_exists='A policy with this direction, priority, selectors, mark, if_id, sub and forward exists already (File exists)'
refused "in a file that is included" "included:1:1: $flow_exists" -f including
cat > six <<END
esp from 2001:db8::1 to 2001:db8::2 spi 0x3002 enc aes-128-gcm enckey $gcm1
flow esp from 2001:db8:1::/64 to 2001:db8:2::-2001:db8:2::ff peer 2001:db8::2
END
check "IPv6 rules" ipsec a -f six
check "IPv6: an SA" grep -q 'from 2001:db8::1 to 2001:db8::2 spi 0x00003002' <(dump)
check "IPv6: a flow" grep -q 'from 2001:db8:1::/64 to 2001:db8:2::/120' <(dump)
check "IPv6: deleted" ipsec a -d -f six
cat > absent <<END
esp from 192.0.2.1 to 192.0.2.2 spi 0x1001 enc aes-128-gcm enckey $gcm1
flow esp out from 10.77.0.0/24 to 10.78.0.0/24 peer 192.0.2.2
END
refused "-d of a flow that is not there" \
	"absent:2:1: No policy has this ID, or this direction, priority, selectors, mark, if_id, sub and forward (No such file or directory)" \
	-d -f absent
sed -i 's/^flow.*/esp from 192.0.2.1 to 192.0.2.2 spi 0x9999 enc aes-128-gcm enckey '$gcm1'/' absent
refused "-d of an SA that is not there" \
	"absent:2:1: No SA has this SPI, destination and protocol (No such process)" -d -f absent
{ cat saved; grep 0x00001001 saved | sed 's/from 192.0.2.1/from 192.0.2.9/'; } > other2
ipsec a -n -f other2 2> err
check "a file that contradicts itself is found before the kernel is asked" test -s err
check_fails "-F with a file that is refused" ipsec a -F -f other2
check "keeps the old rules" diff saved <(dump)

# The kernel refuses the last rule of a flush and a load: the flush has not happened.
{ cat saved; echo "esp from 192.0.2.1 to 224.0.0.99 spi 0x3002 enc aes-128-gcm-iiv enckey $gcm1"; } > refused-late
ipsec a -F -f refused-late > out 2> err
is "-F with a file whose last rule the kernel refuses: status" 1 $?
check "-F: the error names that rule" grep -q "^refused-late:$(wc -l < refused-late):1: " err
check "-F: the old rules stay" diff saved <(dump)

# --- rights -------------------------------------------------------------------------------------

for arguments in '-s sa' '-s flow' '-s stats' '-F' '-m'; do
	# shellcheck disable=SC2086
	in_ns a setpriv --reuid=65534 --regid=65534 --clear-groups ipsecctl $arguments > out 2> err
	is "nobody may not: $arguments" "1 0" "$? $(wc -c < out)"
	check "nobody is told why: $arguments" grep -q -i 'not permitted' err
done
check "nobody has changed nothing" diff saved <(dump)

# --- watch -----------------------------------------------------------------------------------------

watch() { # file, options...
	local file=$1 i
	shift
	ip netns exec a ipsecctl -m "$@" > "$file" 2>&1 &
	watcher=$!
	# it is there when the kernel counts its memberships
	for ((i = 0; i < 100; i++)); do
		in_ns a grep -q " 16 *$watcher .* [0-9a-f]*[1-9a-f][0-9a-f]* " /proc/net/netlink && return
		sleep 0.05
	done
}
lines() { # file, number: wait until there are so many
	local i
	for ((i = 0; i < 100; i++)); do
		[ "$(wc -l < "$1")" -lt "$2" ] || return 0
		sleep 0.05
	done
	cat "$1"
	return 1
}

watch text
text=$watcher
watch json -j
json=$watcher
sed -n 3p twice > one
check "load one SA" ipsec a -f one
check "delete it" ipsec a -d -f one
ip -n a link add dummy0 type dummy
ip -n a addr add 10.3.0.5/24 dev dummy0
ip -n a link set dummy0 up
ip -n a route add default dev dummy0
in_ns a python3 -c '
import socket
s = socket.socket()
s.bind(("10.3.0.5", 2000))
s.setblocking(False)
s.connect_ex(("10.4.0.3", 443))'
check "three events come" lines text 3
check "and three in JSON" lines json 3
sa_text="esp tunnel from 192.0.2.7 to 192.0.2.8 spi 0x00003001"
check "-m: an SA is added" grep -q "^add $sa_text" text
check "-m: an SA is deleted" grep -q "^delete $sa_text" text
check "-m: a packet asks for an SA" \
	grep -q '^acquire flow esp out proto tcp .* for packet proto tcp from 10.3.0.5 port 2000 to 10.4.0.3 port 443' text
check_fails "-m: no keys" grep -q "${gcm1#0x}" text json
is "-j -m: one object in a line" '["acquire","sa_del","sa_new"]' "$(jq -s -c '[.[].event] | sort' json)"
is "-j -m: the packet" '[2000,"10.4.0.3"]' "$(jq -c 'select(.packet) | [.packet.sport_min, .packet.dst_min]' json)"
kill "$text" "$json"
wait "$text" "$json" 2>/dev/null

# --- delete and flush ------------------------------------------------------------------------------

sed -n 6p rules > pair
check "-d deletes both SAs of a pair" ipsec a -d -D gw1=192.0.2.1 -f pair
is "-d: and no other" '[4098,4099]' "$(ipsec a -j -s sa | jq -c "[.sa[].spi] | sort")"
ipsec a -d -f saved > out 2> err
is "-d: all or nothing as well" 1 $?
is "-d: what is left stays" 2 "$(ipsec a -s sa | grep -c .)"
check "-F flushes" ipsec a -F
is "-F: nothing is left" "" "$(show)"
check "-F when there is nothing" ipsec a -F
check "-f after -F" ipsec a -f rules
check "an empty file changes nothing" sh -c ": > empty; ip netns exec a ipsecctl -f empty"
check "flush again" ipsec a -F
check "the module can be unloaded at once" unload_module
ktap_end
