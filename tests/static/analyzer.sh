#!/usr/bin/env bash
# gcc's static analyzer finds nothing in the tool and in the library of contrib/preload.
# host: timeout=900
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/style.sh"
. "$TOP/tests/lib/reasons.sh"
cd "$TOP" || exit 1

mapfile -t files < <(style_files 'tools/*.c' 'contrib/*.c')
[ ${#files[@]} -gt 5 ] || bail "found no files"

check "all files compile" xargs -P "$(nproc)" -n 1 sh -c '
	gcc -std=c11 -D_GNU_SOURCE -Iinclude/uapi -O2 -fanalyzer -S -o /dev/null "$1" 2>> "$0/$(basename "$1").log"
' "$ARTIFACTS" < <(printf '%s\n' "${files[@]}")
cat "$ARTIFACTS"/*.log > "$ARTIFACTS/all"

judge analyzer tests/static/analyzer.reasons "${files[@]}" < <(
	sed -nE 's/^([^: ]+:[0-9]+):[0-9]+: warning: (.*) \[(CWE-[0-9]+\] \[)?-W([^] ]*)\]$/\1:\4:\2/p' "$ARTIFACTS/all")

ktap_end
