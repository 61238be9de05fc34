#!/usr/bin/env bash
# What `make demo` does: tests/demo/story.sh in a virtual machine, then tests/demo/read-wire
# on what crossed the wire there.
#
#   tests/demo/run.sh       told to a reader; exits 0 only if every claim held
#   tests/demo/run.sh -k    the same as KTAP
#
# K=6.12 takes another kernel, -M FILE another module (see tests/vm/run).
set -u

TOP=$(cd "$(dirname "$0")/../.." && pwd)
export TOP
results=${ARTIFACTS:-$TOP/build/demo}

# KTAP as a story: claims are indented, and marked if they did not hold.
tell() {
	local line held=0 broken=0
	while IFS= read -r line; do
		case $line in
		*'KTAP version '*|1..[0-9]*) ;;
		'ok '*)       held=$((held + 1)); echo "  [ yes ] ${line#ok * }" ;;
		'not ok '*)   broken=$((broken + 1)); echo "  [ NO  ] ${line#not ok * }" ;;
		'Bail out!'*) broken=$((broken + 1)); echo "$line" ;;
		*)            sed -E 's/^(#( |$))+//' <<< "$line" ;;
		esac
	done
	printf '\n%d claims held, %d did not.\n' $held $broken
	[ $held -gt 0 ] && [ $broken = 0 ]
}

if [ "${1-}" != -k ]; then
	"$0" -k "$@" | tell
	status=("${PIPESTATUS[@]}")
	echo "Captures, keys and logs of this run are in ${results#"$TOP"/}; README.md goes on from here."
	[ "${status[0]}" = 0 ] && [ "${status[1]}" = 0 ]
	exit
fi
shift

. "$TOP/tests/lib/ktap.sh"

ktap_relay '' < <("$TOP/tests/vm/run" -k "${K:-6.1}" -t 400 -o "$results" "$@" -- \
	"$TOP/tests/demo/story.sh" 2>&1)
wait $!
is "the machine ended well" 0 $?

diag "
The same wire, read by tshark with the same keys
"
for name in cbc gcm; do
	ktap_relay "$name: " < <("$TOP/tests/demo/read-wire" "$results" "$name" 2>&1)
done

ktap_end
