# shellcheck shell=bash
# What a checker says, and a list of what it may say. Source tests/lib/ktap.sh first.
#
#   judge NAME LIST FILE... < FINDINGS
#
# FINDINGS are lines FILE:LINE:TYPE:TEXT. A line of LIST is TYPE FILE-PATTERN REASON. Each
# FILE has one result, NAME FILE: passed if the list lets through all that was found there.
# A finding in another file fails, and so does a line of LIST that lets nothing through.

# "TYPE PATTERN" of each line that has let something through
declare -A reasons_used=()

reasons_let_through() { # list, file, type
	local type pattern reason
	while read -r type pattern reason; do
		case $type in ''|'#'*) continue ;; esac
		[ -n "$reason" ] || bail "$1: no reason for $type $pattern"
		# shellcheck disable=SC2053
		[ "$3" = "$type" ] && [[ $2 == $pattern ]] && { reasons_used["$type $pattern"]=1; return 0; }
	done < "$1"
	return 1
}

judge() { # name, list, files...
	local name=$1 list=$2 file line type pattern text
	local -A complaints=()
	shift 2
	reasons_used=()
	while IFS=: read -r file line type text; do
		reasons_let_through "$list" "$file" "$type" ||
			complaints[$file]+="$file:$line: $type: $text"$'\n'
	done
	for file in "$@"; do
		if [ -z "${complaints[$file]-}" ]; then
			ok "$name $file"
		else
			not_ok "$name $file" "${complaints[$file]%$'\n'}"
			unset "complaints[$file]"
		fi
	done
	for file in "${!complaints[@]}"; do
		not_ok "$name ${file:-elsewhere}" "${complaints[$file]%$'\n'}"
	done
	while read -r type pattern _; do
		case $type in ''|'#'*) continue ;; esac
		is "$name: $type $pattern is still needed" 1 "${reasons_used["$type $pattern"]-0}"
	done < "$list"
}
