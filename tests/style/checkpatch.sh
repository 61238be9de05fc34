#!/usr/bin/env bash
# Every C file passes checkpatch.pl --strict. What is let through, and why, is in
# tests/style/checkpatch.ignore.
# host: timeout=900
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/style.sh"
cd "$TOP" || exit 1

scripts=$(style_checkpatch 2> "$ARTIFACTS/fetch.log") ||
	bail "cannot fetch checkpatch.pl: $(tail -n 3 "$ARTIFACTS/fetch.log")"
ignore=tests/style/checkpatch.ignore

mapfile -t files < <(style_files 'src/*.[ch]' 'include/*.h' 'tools/*.[ch]')
printf '%s\n' "${files[@]}" |
	xargs -P "$(nproc)" -n 5 perl "$scripts/checkpatch.pl" --no-tree --strict --terse --show-types -q -f \
	> "$ARTIFACTS/all" 2>&1

# Lines of the list: TYPE FILE-PATTERN REASON. What let nothing through is stale.
declare -A used=()
let_through() { # file, type
	local type pattern reason
	while read -r type pattern reason; do
		case $type in ''|'#'*) continue ;; esac
		[ -n "$reason" ] || bail "$ignore: no reason for $type $pattern"
		# shellcheck disable=SC2053
		[ "$2" = "$type" ] && [[ $1 == $pattern ]] && { used["$type $pattern"]=1; return 0; }
	done < "$ignore"
	return 1
}

declare -A complaints=()
while IFS=: read -r file line rest; do
	case $rest in
	*ERROR:*|*WARNING:*|*CHECK:*) ;;
	*) case $file in total*|'') continue ;; esac
	   not_ok "checkpatch.pl itself" "$file:$line:$rest"; continue ;;
	esac
	type=${rest#*:} type=${type%%:*}
	let_through "$file" "$type" || complaints[$file]+="$file:$line:$rest"$'\n'
done < "$ARTIFACTS/all"

for file in "${files[@]}"; do
	if [ -z "${complaints[$file]-}" ]; then
		ok "checkpatch $file"
	else
		not_ok "checkpatch $file" "${complaints[$file]%$'\n'}"
	fi
done

while read -r type pattern _; do
	case $type in ''|'#'*) continue ;; esac
	is "$type $pattern is still needed" 1 "${used["$type $pattern"]-0}"
done < "$ignore"

ktap_end
