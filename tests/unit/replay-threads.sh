#!/usr/bin/env bash
# Many threads commit the same sequence numbers: each is accepted once. Also under
# ThreadSanitizer, which sees what an emulated processor never does.
# host: timeout=300
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/unit/lib/unit.sh"

run() { # title, options...
	local title=$1
	shift
	check "$title: compiles" unit_build "$ARTIFACTS/program" replay-threads -pthread "$@" || return
	# ThreadSanitizer cannot lay out its shadow where addresses are drawn from many bits.
	setarch -R true 2>/dev/null && set -- setarch -R || set --
	"$@" "$ARTIFACTS/program" > "$ARTIFACTS/out" 2>&1
	local status=$?
	ktap_relay "$title: " < "$ARTIFACTS/out"
	is "$title: exit status" 0 "$status"
}

run address "${unit_sanitizers[@]}"
run thread -fsanitize=thread
ktap_end
