# shellcheck shell=bash
# Unit tests: a C program that includes the .c file of src/ that it tests, compiled here
# against the headers in shim/, and run. It prints the results itself.
#
#   unit NAME [COMPILER-OPTION...]    tests/unit/NAME.c, ends the script

unit_dir=$TOP/tests/unit
unit_sanitizers=(-fsanitize=address -fsanitize=undefined -fno-sanitize-recover=all)

unit_build() { # output, name, options...
	local output=$1 source=$unit_dir/$2.c
	shift 2
	"${CC:-cc}" -std=gnu11 -O1 -g -Wall -Wextra -Werror -Wno-unused-parameter -Wno-sign-compare \
		-I"$unit_dir/shim" -I"$unit_dir/lib" -I"$TOP/include/uapi" -I"$TOP/src" \
		-o "$output" "$source" "$@"
}

unit() {
	local name=$1 program=$ARTIFACTS/program
	shift
	echo "KTAP version 1"
	unit_build "$program" "$name" "${unit_sanitizers[@]}" "$@" || { echo "Bail out! $name.c does not compile"; exit 1; }
	exec "$program"
}
