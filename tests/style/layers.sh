#!/usr/bin/env bash
# The layers of src/layers hold: no file includes a header of a higher layer, or one of
# its own layer that stands after it.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/style.sh"
cd "$TOP" || exit 1

# src/layers: "LAYER UNIT..." lowest first; a unit is NAME.c and NAME.h. The files of
# src/selftest stand above all but main, and only main knows them.
declare -A layer=() place=()
number=0
while read -r name units; do
	case $name in ''|'#'*) continue ;; esac
	for unit in $units; do
		[ -z "${layer[$unit]-}" ] || bail "src/layers: $unit is there twice"
		layer[$unit]=$name
		place[$unit]=$((++number))
	done
done < src/layers
last=$number

unit_of() {
	local file=${1#src/}
	case $file in
	selftest/*) echo selftest ;;
	*) file=${file##*/}; echo "${file%.*}" ;;
	esac
}
layer[selftest]=selftest place[selftest]=$((2 * last - 1))
place[main]=$((2 * last))

# "FILE HEADER" for every #include "HEADER"
includes() {
	grep -HoE '^[[:space:]]*#[[:space:]]*include[[:space:]]*"[^"]*"' "$@" |
		sed -E 's/^([^:]*):.*"(.*)"/\1 \2/'
}

mapfile -t files < <(style_files 'src/*.[ch]')
declare -A wrong=()
while read -r file header; do
	[ ! -e "${file%/*}/$header" ] || header=${file%/*}/$header
	from=$(unit_of "$file") to=$(unit_of "src/${header#src/}")
	[ "$from" != "$to" ] || continue
	if [ -z "${place[$to]-}" ]; then
		wrong[$file]+="includes $header, which is in no layer"$'\n'
	elif [ "${place[$to]}" -gt "${place[${from}]-0}" ]; then
		wrong[$file]+="includes $header: $to (${layer[$to]}) stands above $from (${layer[$from]-nowhere})"$'\n'
	fi
done < <(includes "${files[@]}")

for file in "${files[@]}"; do
	unit=$(unit_of "$file")
	[ -n "${place[$unit]-}" ] || wrong[$file]+="$unit is not in src/layers"$'\n'
	# DESIGN: one place talks to the Crypto API.
	case $unit in
	crypto|selftest) ;;
	*) grep -q '#[[:space:]]*include[[:space:]]*<crypto/' "$file" &&
		wrong[$file]+="includes <crypto/>, which only crypto.c does"$'\n' ;;
	esac
	if [ -z "${wrong[$file]-}" ]; then
		ok "layers $file"
	else
		not_ok "layers $file" "${wrong[$file]%$'\n'}"
	fi
done

for unit in "${!layer[@]}"; do
	[ "$unit" = selftest ] || [ -e "src/$unit.c" ] || [ -e "src/$unit.h" ] ||
		not_ok "src/layers: $unit" "there is neither src/$unit.c nor src/$unit.h"
done

ktap_end
