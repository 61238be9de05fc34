#!/usr/bin/env bash
# Lookups while the classifier changes: nothing is freed or written that a reader sees.
# Under AddressSanitizer, which sees the one, and ThreadSanitizer, which sees the other.
# host: timeout=300
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/unit/lib/unit.sh"

run() { # title, changes, options...
	local title=$1 changes=$2
	shift 2
	check "$title: compiles" unit_build "$ARTIFACTS/program" classify-threads -pthread "$@" || return
	# ThreadSanitizer cannot lay out its shadow where addresses are drawn from many bits.
	setarch -R true 2>/dev/null && set -- setarch -R || set --
	"$@" "$ARTIFACTS/program" "$changes" > "$ARTIFACTS/out" 2>&1
	local status=$?
	ktap_relay "$title: " < "$ARTIFACTS/out"
	is "$title: exit status" 0 "$status"
}

run address 3000 "${unit_sanitizers[@]}"
run thread 1000 -fsanitize=thread
ktap_end
