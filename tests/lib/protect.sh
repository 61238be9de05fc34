# shellcheck shell=bash
# Rules of two ends that match, and the books of both. Source tests/lib/net.sh first.
#
#   keys ALGORITHM-WORDS...             authkey and enckey for "auth A enc E", random, both ways
#   sas PROTO MODE FROM TO ALGORITHM-WORDS...
#                                       rules for the two SAs between two addresses, with keys
#                                       and SPIs of their own; both ends load the same
#   protect_tunnel NS1 END1 NET1 NS2 END2 NET2 PROTO ALGORITHM-WORDS...
#                                       tunnel between the networks behind two ends
#   protect_chain PROTO ALGORITHM-WORDS...   one between the gateways of gateway_chain
#   protect_shape SHAPE FAMILY FROM TO
#                                       what those gateways protect otherwise, with ends of that family:
#                                       transport or bundle (ESP, then AH) between the ends; beet or
#                                       in-udp between two addresses behind them
#   protect_pair PROTO ALGORITHM-WORDS...    transport mode between the hosts of host_pair
#                                       inner=6 and outer=6 before either: IPv6 there
#   net_of 1|2 FAMILY, host_of, end_of  the networks and hosts of gateway_chain, and the ends
#                                       of the wire, in family 4 or 6
#   unprotect NS...                     flush
#   gcm_fits MTU FAMILY                 the largest packet in a tunnel of ESP with AES-GCM and a header
#                                       of that family
#   path_of_sas NS                      of those that have sent: path MTU, what fits inside, who said so
#   balanced NS1 NS2 PROTO [NAME=N ...] since their snapshots: what each protected the other one
#                                       received, every byte of it, authenticated and delivered;
#                                       nothing was dropped, but for those of NS1
#   no_drops NS [NAME=N ...]            since its snapshot, but for those
#   await SECONDS COMMAND...            until it succeeds; false if it never does
#   key_manager NS FAMILY [PORT]        a UDP socket that takes ESP, family 4 or 6
#   heard NS FAMILY                     what reached it besides: in hexadecimal, a line each
#   $slow                               how many times longer everything takes on this kernel: 1,
#                                       or 6 with the checkers of debug; await knows

slow=1
[[ ${KERNEL-} != debug* ]] || slow=6

await() {
	local end=$((SECONDS + $1 * slow))
	shift
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		sleep 0.1
	done
}

key_managers=()
at_exit 'kill ${key_managers[@]+"${key_managers[@]}"} 2>/dev/null'
key_manager() {
	local said=$net_state/key_manager.$1.$2
	: > "$said"
	ip netns exec "$1" "$TOP/tests/lib/udp-encap.py" "$2" "${3:-4500}" > "$said" &
	key_managers+=("$!")
	await 10 grep -q ready "$said" || bail "no socket in $1"
}
heard() { tail -n +2 "$net_state/key_manager.$1.$2"; }

hex() { # bytes, a multiple of 4
	local n
	for ((n = 0; n < $1; n += 4)); do
		printf '%08x' "$SRANDOM"
	done
}

# algorithm -> bytes of key
key_length() {
	case $1 in
	hmac-md5) echo 16 ;;
	hmac-sha1) echo 20 ;;
	3des) echo 24 ;;
	aes-128-gmac) echo 20 ;;
	hmac-sha2-256) echo 32 ;;
	hmac-sha2-384) echo 48 ;;
	hmac-sha2-512) echo 64 ;;
	aes-128|aes) echo 16 ;;
	aes-192) echo 24 ;;
	aes-256) echo 32 ;;
	aes-128-gcm) echo 20 ;;
	aes-256-gcm) echo 36 ;;
	null|[0-9]*) echo 0 ;;	# replay 8192
	*) bail "no key length for $1" ;;
	esac
}

keys() {
	local length
	while [ $# -ge 2 ]; do
		length=$(key_length "$2")
		[ "$length" = 0 ] || {
			printf ' %skey 0x' "$1"; hex "$length"; printf ':0x'; hex "$length"
		}
		shift 2
	done
}

protect_spi=0x1000
sas() {
	local proto=$1 mode=$2 from=$3 to=$4
	shift 4
	protect_spi=$((protect_spi + 2))
	echo "$proto $mode from $from to $to spi $((protect_spi)):$((protect_spi + 1)) $* $(keys "$@")"
}

net_of() { [ "$2" = 4 ] && echo "10.$1.0.0/24" || echo "fd0$1::/64"; }
host_of() { [ "$2" = 4 ] && echo "10.$1.0.2" || echo "fd0$1::2"; }
end_of() { [ "$2" = 4 ] && echo "192.0.2.$1" || echo "2001:db8::$1"; }

# The SPIs must go on in this shell, so no pipe into ipsec_load.
protect_tunnel() {
	local ns1=$1 end1=$2 net1=$3 ns2=$4 end2=$5 net2=$6 proto=$7 rules=$net_state/sas
	shift 7
	sas "$proto" tunnel "$end1" "$end2" "$@" > "$rules"
	{ echo "flow $proto from $net1 to $net2 peer $end2"; cat "$rules"; } | ipsec "$ns1" -F -f - &&
	{ echo "flow $proto from $net2 to $net1 peer $end1"; cat "$rules"; } | ipsec "$ns2" -F -f - ||
		bail "the gateways refuse their rules"
}

protect_chain() {
	local inner=${inner:-4} outer=${outer:-4}
	protect_tunnel gw1 "$(end_of 1 "$outer")" "$(net_of 1 "$inner")" \
		gw2 "$(end_of 2 "$outer")" "$(net_of 2 "$inner")" "$@"
}

# What gw2 has is what gw1 has, from the other side.
protect_shape() {
	local shape=$1 left right flow rules=$net_state/sas
	local gcm=(enc aes-128-gcm replay 8192)
	left=$(end_of 1 "$2") right=$(end_of 2 "$2")
	flow="flow esp from $3 to $4 local $left peer $right"
	case $shape in
	beet)
		flow=${flow/esp/esp beet}
		sas esp beet "$left" "$right" "${gcm[@]}" > "$rules"
		sed -i "s/\$/ for from $3 to $4/" "$rules" ;;
	in-udp)
		sas esp tunnel "$left" "$right" "${gcm[@]}" udpencap > "$rules" ;;
	transport|bundle)
		flow="flow esp transport from $left to $right"
		sas esp transport "$left" "$right" "${gcm[@]}" > "$rules" ;;
	esac
	if [ "$shape" = bundle ]; then
		flow+=" then ah transport"
		sas ah transport "$left" "$right" auth hmac-sha2-256 replay 8192 >> "$rules"
	fi
	{ echo "$flow"; cat "$rules"; } | ipsec gw1 -F -f - &&
	sed -E 's/(from|local) (\S+) (to|peer) (\S+)/\1 \4 \3 \2/g' <<< "$flow" |
		cat - "$rules" | ipsec gw2 -F -f - || bail "the gateways refuse their rules"
}

protect_pair() {
	local proto=$1 rules=$net_state/sas
	shift
	local end1 end2
	end1=$(end_of 1 "${outer:-4}") end2=$(end_of 2 "${outer:-4}")
	sas "$proto" transport "$end1" "$end2" "$@" > "$rules"
	{ echo "flow $proto from $end1 to $end2"; cat "$rules"; } | ipsec a -F -f - &&
	{ echo "flow $proto from $end2 to $end1"; cat "$rules"; } | ipsec b -F -f - ||
		bail "the hosts refuse their rules"
}

unprotect() {
	local ns
	for ns in "$@"; do
		ipsec "$ns" -F
	done
}

# Less the header, ESP, IV and ICV, in blocks of 4, less the trailer.
gcm_fits() { echo $((($1 - ($2 == 4 ? 20 : 40) - 8 - 8 - 16) / 4 * 4 - 2)); }

path_of_sas() {
	ipsec "$1" -j -s sa | jq -r '.sa[] | select(.pmtu) | .pmtu | "\(.mtu) \(.inside) \(.router)"'
}

# That each has one end is what tests/lib/books.sh looks at.
books='
function grown(ns, name) { return now[ns, name] - before[ns, name] }
function bytes(ns, name) { return now_bytes[ns, name] - before_bytes[ns, name] }
function cross(from, to,   sent, received, accepted) {
	sent = grown(from, "OUT_PROTECTED") " (" bytes(from, "OUT_PROTECTED") " bytes)"
	received = grown(to, "IN_" toupper(proto)) " (" bytes(to, "IN_" toupper(proto)) " bytes)"
	accepted = grown(to, "IN_PROTECTED") + grown(to, "IN_NESTED")
	if (sent != received || received + 0 != accepted)
		print from " protected " sent ", " to " received " received " and accepted " accepted
}
when == "before" { before[ns, $1] = $2; before_bytes[ns, $1] = $4; next }
{ now[ns, $1] = $2; now_bytes[ns, $1] = $4 }
$3 == "true" && grown(ns, $1) {
	dropped[ns] = dropped[ns] (dropped[ns] ? " " : "") $1 "=" grown(ns, $1)
}
END {
	cross(a, b)
	cross(b, a)
	if (!grown(a, "OUT_PROTECTED")) print a " protected nothing"
	if (dropped[a] != expected) print a " dropped: " dropped[a] "; expected: " expected
	if (dropped[b]) print b " dropped: " dropped[b]
}'

unbalanced() {
	local a=$1 b=$2 proto=$3
	shift 3
	counters "$a" > "$net_state/now.$a"
	counters "$b" > "$net_state/now.$b"
	awk -v a="$a" -v b="$b" -v proto="$proto" -v expected="$*" "$books" \
		when=before ns="$a" "$net_state/counters.$a" ns="$b" "$net_state/counters.$b" \
		when=now ns="$a" "$net_state/now.$a" ns="$b" "$net_state/now.$b"
}

balanced() { becomes_quiet unbalanced "$@"; }

no_drops() {
	local ns=$1 expected
	shift
	expected=$*
	[ "$(drops "$ns")" = "$expected" ] || {
		echo "$ns dropped: $(drops "$ns"); expected: ${expected:-nothing}"
		return 1
	}
}
