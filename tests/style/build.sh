#!/usr/bin/env bash
# The module builds without a warning of the compiler (W=1) or of sparse (C=2), with and
# without the in-module tests, on every kernel that make check knows; and what it exports
# to the rest of the kernel has its name.
# host: timeout=900
set -u
. "$TOP/tests/lib/ktap.sh"
cd "$TOP" || exit 1

# What make says about one of our files: Kbuild names them by the build directory.
warnings() { # log
	grep -E '(warning:|error:|Error |undefined!)' "$1" | grep -vE '(Skipping BTF|pahole)' | awk '!seen[$0]++' | head -n 30
}

# no_warning NAME LOG STATUS
no_warning() {
	local found
	found=$(warnings "$2")
	if [ "$3" = 0 ] && [ -z "$found" ]; then
		ok "$1"
	else
		not_ok "$1" "status $3
${found:-$(tail -n 20 "$2")}"
	fi
}

# Whatever an earlier build said must be said again, so there is none.
rebuild() { # kernel, variant
	rm -rf "build/$1-$2"
	"$TOP/tests/vm/module" "$1" "$2" > "$ARTIFACTS/build-$1-$2" 2>&1
	no_warning "Linux $1 $2: no warning" "build/$1-$2/log" $?
}

rebuild 6.1 style
rebuild 6.12 style
rebuild 6.1 style-release

# The names in our own objects that the rest of the kernel can see. The kernel's macros
# make some of their own: tracepoints, module parameters, entry and exit.
generated='^(init_module|cleanup_module|__tracepoint_ipsec_|__traceiter_ipsec_|__probestub_ipsec_|__SCK__tp_func_ipsec_|__SCT__tp_func_ipsec_|__pfx_)'
mapfile -t objects < <(find build/6.1-style/src -name '*.o' ! -name '*.mod.o')
if [ ${#objects[@]} = 0 ]; then
	not_ok "names" "there are no objects"
fi
for object in "${objects[@]}"; do
	found=$(nm -g --defined-only "$object" | awk '{ print $3 }' | grep -vE "$generated|^(ipsec_|nfipsec_)")
	is "names ${object#build/6.1-style/}" "" "$found"
done

ktap_end
