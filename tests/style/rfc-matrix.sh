#!/usr/bin/env bash
# Documentation/rfc-matrix.md names functions, files and results that exist: a row whose
# function or test goes away fails here.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/style.sh"

matrix=$TOP/Documentation/rfc-matrix.md

# Rows of four cells: "line number|function cell|test cell", the cells' `names` only.
rows() {
	awk -F '|' '/^\|/ && !/^\|---/ && $2 !~ /^ clause / { print NR "|" $4 "|" $5 "|" NF }' "$matrix"
}

names() { grep -oE '`[^`]+`' <<< "$1" | tr -d '`'; }

function_exists() { # file.c: function
	[ -f "$TOP/src/${1%%: *}" ] && grep -qE "^[^ 	#].*\b${1#*: }\(" "$TOP/src/${1%%: *}"
}

test_exists() { # file: words
	local file=${1%%: *} words=''
	case $1 in *': '*) words=${1#*: } ;; esac
	case $file in src/*) file=$TOP/$file ;; *) file=$TOP/tests/$file ;; esac
	[ -f "$file" ] && { [ -z "$words" ] || grep -qF -e "$words" "$file"; }
}

wrong_rows() {
	local line functions tests cells name
	while IFS='|' read -r line functions tests cells; do
		[ "$cells" = 6 ] || echo "line $line: not four cells"
		while read -r name; do
			case $name in *.c': '*) function_exists "$name" || echo "line $line: no function $name" ;; esac
		done < <(names "$functions")
		case $functions'|'$tests in
		*'Not done'*'| - '|*'| not tested: '*) continue ;;
		esac
		[ -n "$(names "$tests")" ] || echo "line $line: no test"
		while read -r name; do
			test_exists "$name" || echo "line $line: no test $name"
		done < <(names "$tests")
	done < <(rows)
}

is "each function and test of the matrix exists" "" "$(wrong_rows)"
check "there are rows" test "$(rows | wc -l)" -gt 100
ktap_end
