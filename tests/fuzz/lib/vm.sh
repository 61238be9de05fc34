# shellcheck shell=bash
# Fuzzers of their own, in a test machine that was started with make=tests/fuzz/NAME. They print what
# is wrong as lines "complaint: ...". Source tests/lib/ktap.sh first.
#
#   fuzzer NAME                    sets $fuzz, the program, and $FUZZ_SECONDS and $FUZZ_SEED, unless
#                                  somebody has said them
#   fuzzed FILE WHAT GOOD COMMAND...   two results: COMMAND succeeds, and complains of nothing; what
#                                  it says is left in FILE

fuzzer() {
	: "${FUZZ_SECONDS:=60}" "${FUZZ_SEED:=$SRANDOM}"
	fuzz=$TOP/build/fuzz-$1/fuzz
	[ -x "$fuzz" ] || bail "there is no $fuzz: make -C tests/fuzz/$1"
}

fuzzed() {
	local file=$1 what=$2 good=$3 status
	shift 3
	"$@" > "$file" 2>&1
	status=$?
	diag "$(grep -v '^complaint: ' "$file" | sed 's/^# //')"
	is "$what end as they should" 0 $status
	is "... $good" "" "$(grep '^complaint: ' "$file" | head -n 20)"
}
