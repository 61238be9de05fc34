#!/usr/bin/env bash
# cppcheck finds nothing in the module, the tool and the library of contrib/preload but
# what tests/static/cppcheck.reasons explains.
# host: timeout=900
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/style.sh"
. "$TOP/tests/lib/reasons.sh"
cd "$TOP" || exit 1

mapfile -t module < <(style_files 'src/*.c')
mapfile -t tool < <(style_files 'tools/*.c' 'contrib/*.c')
mapfile -t headers < <(style_files 'src/*.h' 'tools/*.h' 'include/*.h')
[ ${#module[@]} -gt 5 ] && [ ${#tool[@]} -gt 5 ] || bail "found no files"

# variableScope: variables are declared where a function begins, as in the kernel.
run_cppcheck() { # arguments
	cppcheck -q -j "$(nproc)" --std=c11 --enable=warning,style,performance,portability \
		--suppress=variableScope --library=posix,gnu --library=tests/static/macros.cfg \
		--template='{file}:{line}:{id}:{message}' -Iinclude/uapi "$@"
}

check "the module is read" run_cppcheck -Isrc -D__KERNEL__ -DIPSEC_SELFTEST \
	--output-file="$ARTIFACTS/module" "${module[@]}"
check "the tool is read" run_cppcheck -D_GNU_SOURCE --output-file="$ARTIFACTS/tool" "${tool[@]}"

judge cppcheck tests/static/cppcheck.reasons "${module[@]}" "${tool[@]}" "${headers[@]}" \
	< <(sort -u "$ARTIFACTS/module" "$ARTIFACTS/tool")

ktap_end
