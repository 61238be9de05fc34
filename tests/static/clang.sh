#!/usr/bin/env bash
# clang, as a compiler and as an analyzer, says nothing but what tests/static/clang.reasons
# explains. The module is compiled with the headers of Linux 6.1 and the flags that these
# ask for, and more.
# host: timeout=1800
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/style.sh"
. "$TOP/tests/lib/reasons.sh"
cd "$TOP" || exit 1

mapfile -t module < <(style_files 'src/*.[ch]' 'include/*.h')
mapfile -t tool < <(style_files 'tools/*.c' 'contrib/*.c')
mapfile -t headers < <(style_files 'tools/*.h')
[ ${#module[@]} -gt 5 ] && [ ${#tool[@]} -gt 5 ] || bail "found no files"

# What begins with -Wno is what the kernel itself is not held to.
kernel_flags='-Wextra -Wno-gnu -Wno-address-of-packed-member -Wno-unused-parameter -Wno-sign-compare
	-Wno-missing-field-initializers -Wassign-enum -Wcomma -Wconditional-uninitialized
	-Wformat-nonliteral -Wloop-analysis -Wmissing-noreturn -Wshadow-all
	-Wunreachable-code-aggressive -Wunused-macros'

# All there are but: what says how a struct lies in memory (padded) or how C was before 1999
# (declaration-after-statement); that a name is reserved, as _GNU_SOURCE is, or a word of a
# comment unknown; that a switch with a default leaves something to it (switch-enum); casts
# of which the loops of libmnl consist (cast-*); and narrowing: what is read is compared with
# its limits first, which is more than a cast would do.
tool_flags=(-Weverything -Wno-padded -Wno-declaration-after-statement -Wno-reserved-identifier
	-Wno-reserved-macro-identifier -Wno-documentation-unknown-command -Wno-switch-enum
	-Wno-cast-align -Wno-cast-qual -Wno-implicit-int-conversion -Wno-shorten-64-to-32
	-Wno-sign-conversion)

# on_tool NAME FLAGS...: what clang says of each file, in $ARTIFACTS/NAME.FILE
on_tool() {
	local name=$1
	shift
	printf '%s\n' "${tool[@]}" | xargs -P "$(nproc)" -I '{}' sh -c '
		file=$1 log=$2.$(basename "$1")
		shift 2
		clang -std=c11 -D_GNU_SOURCE -Iinclude/uapi "$@" "$file" > "$log" 2>&1
	' sh '{}' "$ARTIFACTS/$name" "$@"
}

# Whatever an earlier build said must be said again, so there is none.
rm -rf build/6.1-clang
check "the module compiles" tests/vm/module 6.1 clang -O "KCFLAGS=${kernel_flags//[$'\n\t']/ }"
check "the tool compiles" on_tool warnings -fsyntax-only "${tool_flags[@]}"
check "the tool is analyzed" on_tool analyzer --analyze -o /dev/null

# The module is compiled in a mirror of the checkout.
findings() {
	cat build/6.1-clang/log "$ARTIFACTS"/warnings.* "$ARTIFACTS"/analyzer.* |
		sed -E "s,^$TOP/build/6.1-clang/(\./)?,,; s,/\./,/," |
		sed -nE 's/^([a-z][^: ]*:[0-9]+):[0-9]+: warning: (.*) \[(-W)?([^] ]+)\]$/\1:\4:\2/p' | sort -u
}

judge clang tests/static/clang.reasons "${module[@]}" "${tool[@]}" "${headers[@]}" < <(findings)

ktap_end
