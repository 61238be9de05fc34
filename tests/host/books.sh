#!/usr/bin/env bash
# tests/lib/books.sh finds one packet, or one byte, that is nowhere, or in two places.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/books.sh"

declare -A packets=() bytes=()

# What `ipsecctl -j -s stats` would say, of every counter that there is.
ipsecctl() {
	local list name
	for list in IPSEC_COUNTERS IPSEC_DROPS; do
		for name in $(sed -n "/^#define $list(X)/,/^\$/s/^\tX(\([A-Z_]*\),.*/\1/p" "$TOP/src/stats.h"); do
			printf '{"name":"%s","value":%d,"drop":%s,"bytes":%d,"text":""},\n' "$name" \
				"${packets[$name]:-0}" "$([ $list = IPSEC_DROPS ] && echo true || echo false)" \
				"${bytes[$name]:-0}"
		done
	done
}
said() { books_unbalanced -; }

book() { # NAME PACKETS BYTES ...: as much more
	while [ $# != 0 ]; do
		packets[$1]=$((${packets[$1]:-0} + $2))
		bytes[$1]=$((${bytes[$1]:-0} + $3))
		shift 3
	done
}

# Each law once more, with one packet or one byte too many.
off() { # NAME PACKETS BYTES: what is said then
	book "$1" "$2" "$3"
	said
	book "$1" "-$2" "-$3"
}

is "nothing has happened" "" "$(said)"

# Of 10 one passes, one is cut in three, one is too big; three were held, of which one went on.
book OUT_SEEN 10 10000 OUT_BYPASSED 1 1000 OUT_CUT 1 3000 OUT_PIECES 3 3040 OUT_TOO_BIG 1 1000 \
	OUT_HELD 3 1500 OUT_RELEASED 1 500 OUT_WAITING 1 500 OUT_HOLD_TIMEOUT 1 500 \
	OUT_PROTECTED 8 7520 OUT_OVERHEAD 9 480
is "the way out" "" "$(said)"
book IN_SEEN 9 9000 IN_CLEAR 2 2000 IN_NESTED 1 940 IN_PROTECTED 3 2820 IN_OVERHEAD 4 240 \
	IN_ICV 1 1000 IN_HELD 4 4000 IN_RELEASED 2 2000 IN_WAITING 1 1000 IN_LARVAL 1 1000
is "and the way in" "" "$(said)"

for name in OUT_SEEN OUT_BYPASSED OUT_CUT OUT_PIECES OUT_TOO_BIG OUT_RELEASED OUT_WAITING \
	OUT_HOLD_TIMEOUT OUT_PROTECTED OUT_NO_MEMORY IN_SEEN IN_CLEAR IN_NESTED IN_PROTECTED IN_ICV \
	IN_LARVAL IN_WAITING IN_BACKLOG OUT_HELD IN_HELD; do
	check "one packet more is too many: $name" grep -q ' packets;' <<< "$(off $name 1 0)"
	check "and one byte: $name" grep -q ' bytes;' <<< "$(off $name 0 1)"
done
for name in OUT_OVERHEAD IN_OVERHEAD; do
	is "packets of $name are in no sum" "" "$(off $name 1 0)"
	check "its bytes are" grep -q ' bytes;' <<< "$(off $name 0 1)"
done
is "the sums are said" "namespace the first: out: 14 and 13 packets;" "$(off OUT_SEEN 1 0)"
ipsecctl() { :; }
check "a counter that nobody tells is missed" grep -q 'no counter OUT_SEEN;' <<< "$(said)"
ktap_end
