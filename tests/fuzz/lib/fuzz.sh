# shellcheck shell=bash
# Fuzzers: tests/fuzz/NAME.c is a target of libFuzzer. This compiles it, as tests/unit/lib/unit.sh
# compiles unit tests: with clang to search, with any compiler to replay a corpus.
#
#   fuzz_targets                      names of all of them
#   fuzz_word NAME WORD DEFAULT       a word of its line "fuzz: ..."; with=tool links parts of
#                                     ipsecctl, max_len is of its inputs, seeds is a directory of
#                                     more inputs, words one of sources whose strings are a grammar
#   fuzz_tool DIRECTORY OPTION...     compile what with=tool links, in a directory of its own
#   fuzz_build OUTPUT NAME TOOL-DIRECTORY OPTION...
. "$TOP/tests/unit/lib/unit.sh"

fuzz_dir=$TOP/tests/fuzz

fuzz_targets() { (cd "$fuzz_dir" && printf '%s\n' *.c | sed 's/\.c$//'); }

fuzz_word() { # name, word, default
	local found
	found=$(sed -nE "s/^ \* fuzz:.* $2=([^ ]+).*/\1/p" "$fuzz_dir/$1.c")
	echo "${found:-$3}"
}

fuzz_tool_parts=(print.o json.o json_model.o nl_encode.o nl_decode.o libparse.a)

fuzz_tool() { # directory, options...
	local dir=$1
	shift
	mkdir -p "$dir" && make -s -j "$(nproc)" -C "$TOP/tools/ipsecctl" O="$dir" CC="${CC:-cc}" \
		CFLAGS="-O1 -g $*" "${fuzz_tool_parts[@]/#/$dir/}"
}

fuzz_build() { # output, name, tool-directory, options...
	local output=$1 name=$2 tool=$3 with=()
	shift 3
	[ "$(fuzz_word "$name" with none)" != tool ] ||
		with=(-D_GNU_SOURCE -I"$TOP/tools/ipsecctl" "${fuzz_tool_parts[@]/#/$tool/}" -lmnl)
	unit_build "$output" "../fuzz/$name" -I"$fuzz_dir/lib" "$@" "${with[@]}" -lm
}
