#!/usr/bin/env bash
# Shell scripts pass shellcheck, and stop at misspelt variables.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/style.sh"
cd "$TOP" || exit 1

mapfile -t files < <(style_files . | while read -r file; do
	case $(head -c 64 "$file" | head -n 1 | tr -d '\0') in
	'#!'*/sh*|'#!'*bash*|'# shellcheck shell='*) echo "$file" ;;
	esac
done)
[ ${#files[@]} -gt 5 ] || bail "found no scripts"

# SC1090, SC1091: libraries are found at run time. SC2154: by way of them, too.
# SC2034: and the other way round, variables that libraries read. SC2317: functions
# called by name. SC2015: `a && b || c` is meant as it is.
# SC1010: `ping -M do`.
for file in "${files[@]}"; do
	check "shellcheck $file" shellcheck -S warning -e SC1090,SC1091,SC2154,SC2034,SC2317,SC2015,SC1010 "$file"
done
for file in "${files[@]}"; do
	case $(head -n 1 "$file") in
	'#!'*bash*) check "set -u: $file" grep -qE '^set -[a-z]*u' "$file" ;;
	esac
done

ktap_end
