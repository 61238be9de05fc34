#!/usr/bin/env bash
# Files have at most 800 lines, functions 60; those of tests/style/long-functions may
# have 100, for the reason that stands there.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/style.sh"
cd "$TOP" || exit 1

list=tests/style/long-functions

# "FILE FUNCTION LINES" of every function, from its { to its }
functions() {
	awk '
		FNR == 1 { start = 0; head = "" }
		/^\{/ {
			start = FNR
			name = head
			# with the attributes gone, the word before the first parenthesis
			gsub(/__[a-z_]+\([^)]*\)/, "", name)
			sub(/\(.*/, "", name)
			sub(/.*[ *]/, "", name)
		}
		/^\}/ {
			if (start && head ~ /\(/) print FILENAME, name, FNR - start + 1
			start = 0; head = ""; next
		}
		!start && /^[A-Za-z_]/ { head = $0; next }
		!start && head != ""   { head = head " " $0 }
		/;[[:space:]]*$/ && !start { head = "" }' "$@"
}

mapfile -t files < <(style_files 'src/*.[ch]' 'include/*.h' 'tools/*.[ch]')
functions "${files[@]}" > "$ARTIFACTS/functions"
[ -s "$ARTIFACTS/functions" ] || bail "found no functions"

for file in "${files[@]}"; do
	lines=$(wc -l < "$file")
	long=$(awk -v file="$file" -v list="$list" '
		BEGIN { while ((getline line < list) > 0) { split(line, w, " "); if (w[3] != "") let[w[1] " " w[2]] = 1 } }
		$1 == file && ($3 > 100 || ($3 > 60 && !($1 " " $2 in let))) { print $2 " has " $3 " lines" }' "$ARTIFACTS/functions")
	if [ "$lines" -gt 800 ]; then
		not_ok "length $file" "$lines lines, at most 800"
	elif [ -n "$long" ]; then
		not_ok "length $file" "$long; at most 60, or 100 with a reason in $list"
	else
		ok "length $file"
	fi
done

# An exception that nobody needs any more goes.
while read -r file name _; do
	case $file in ''|'#'*) continue ;; esac
	check "$file: $name is still long" awk -v f="$file" -v n="$name" \
		'$1 == f && $2 == n && $3 > 60 { found = 1 } END { exit !found }' "$ARTIFACTS/functions"
done < "$list"

awk '{ n++; if ($3 > 60) over++; l[n] = $3 } END { print "# " n " functions, " over + 0 " over 60 lines" }' "$ARTIFACTS/functions"
sort -k 3n "$ARTIFACTS/functions" | awk '{ l[NR] = $3 } END { print "# median " l[int((NR + 1) / 2)] " lines, longest " l[NR] }'

ktap_end
