#!/usr/bin/env bash
# What the fuzzers have found (tests/fuzz), once more: each input of their corpora, under sanitizers.
# host: timeout=300
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/fuzz/lib/fuzz.sh"

# What is run once need not be fast.
options=("${unit_sanitizers[@]}" -O0)

build() { # target
	fuzz_build "$ARTIFACTS/$1" "$1" "$ARTIFACTS/tool" "${options[@]}" \
		"$fuzz_dir/lib/replay.c" > "$ARTIFACTS/$1.log" 2>&1
}

replay() { # target
	local inputs
	mapfile -t inputs < <(find "$fuzz_dir/corpus/$1" -type f | sort)
	[ ${#inputs[@]} -gt 0 ] || { echo "there is no corpus"; return 1; }
	"$ARTIFACTS/$1" "${inputs[@]}" > "$ARTIFACTS/$1.log" 2>&1
}

# The input that it was, and what was said then.
reason() { # log
	grep "^$fuzz_dir/corpus/" "$1" | tail -n 1
	grep -v "^$fuzz_dir/corpus/" "$1" | head -n 12
}

fuzz_tool "$ARTIFACTS/tool" "${options[@]}" > "$ARTIFACTS/tool.log" 2>&1 ||
	bail "ipsecctl does not build: $(tail -n 3 "$ARTIFACTS/tool.log")"
mapfile -t targets < <(fuzz_targets)
for target in "${targets[@]}"; do
	[ "$(jobs -rp | wc -l)" -lt "$(nproc)" ] || wait -n
	build "$target" &
done
wait
for target in "${targets[@]}"; do
	if [ ! -x "$ARTIFACTS/$target" ]; then
		not_ok "$target compiles" "$(head -n 5 "$ARTIFACTS/$target.log")"
	elif replay "$target"; then
		ok "$target: $(wc -l < "$ARTIFACTS/$target.log") inputs"
	else
		not_ok "$target" "$(reason "$ARTIFACTS/$target.log")"
	fi
done
# A corpus without a target is one that nobody reads.
for dir in "$fuzz_dir"/corpus/*/; do
	check "corpus/$(basename "$dir") has its target" test -f "$fuzz_dir/$(basename "$dir").c"
done
ktap_end
