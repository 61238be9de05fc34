#!/usr/bin/env bash
# Every C file passes checkpatch.pl --strict. What is let through, and why, is in
# tests/style/checkpatch.ignore.
# host: timeout=900
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/style.sh"
. "$TOP/tests/lib/reasons.sh"
cd "$TOP" || exit 1

scripts=$(style_checkpatch 2> "$ARTIFACTS/fetch.log") ||
	bail "cannot fetch checkpatch.pl: $(tail -n 3 "$ARTIFACTS/fetch.log")"

mapfile -t files < <(style_files 'src/*.[ch]' 'include/*.h' 'tools/*.[ch]' 'contrib/*.[ch]')
printf '%s\n' "${files[@]}" |
	xargs -P "$(nproc)" -n 5 perl "$scripts/checkpatch.pl" --no-tree --strict --terse --show-types -q -f \
	> "$ARTIFACTS/all" 2>&1

findings() {
	sed -nE 's/^([^:]+:[0-9]+): *(ERROR|WARNING|CHECK):([A-Z_0-9]+):/\1:\3:/p' "$ARTIFACTS/all"
}

is "checkpatch.pl has no trouble of its own" "" \
	"$(grep -vE '^(total: .*|[^:]+:[0-9]+: *(ERROR|WARNING|CHECK):[A-Z_0-9]+:.*|)$' "$ARTIFACTS/all")"
judge checkpatch tests/style/checkpatch.ignore "${files[@]}" < <(findings)

ktap_end
