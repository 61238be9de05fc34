#!/usr/bin/env bash
# Words that have no place in the tree.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/style.sh"
cd "$TOP" || exit 1

# absent NAME PATTERN FILE-PATTERN...: no line matches (extended regular expression)
absent() {
	local name=$1 pattern=$2 found
	shift 2
	mapfile -t files < <(style_files "$@")
	found=$(grep -nIE -- "$pattern" /dev/null "${files[@]}")
	if [ -z "$found" ]; then
		ok "$name"
	else
		not_ok "$name" "$(head -n 20 <<< "$found")"
	fi
}

# Inputs that a fuzzer has made are no text.
everything=('.' ':!tests/style/words.sh' ':!tests/fuzz/corpus/*')

absent "no tests for the kernel's version outside include/compat" \
	'LINUX_VERSION_CODE|KERNEL_VERSION|LINUX_VERSION_MAJOR|RHEL_' 'src/*' 'tools/*' 'include/uapi/*' Kbuild
absent "ICVs are compared in constant time, by ipsec_crypto_differs()" '\b(memcmp|bcmp|strn?cmp)\(' \
	src/ah.c src/esp.c src/crypto.c
check "AH asks that, and leaves it to nothing else; those of ESP the kernel's AEAD compares" grep -q 'if (ipsec_crypto_differs(icv_of(' src/ah.c
is "which is nothing but the kernel's comparison that takes the same time" "	return crypto_memneq(a, b, len);" \
	"$(sed -n '/^bool ipsec_crypto_differs(/,/^}/{/^\t/p}' src/crypto.c)"
absent "nothing is left to be done" '\b(TODO|FIXME|XXX|HACK)\b' "${everything[@]}"
absent "no path of somebody's machine" '/home/|(^|[^A-Za-z0-9_.-])/work/|\.\./shared|/root/[A-Za-z.]' "${everything[@]}" ':!tests/vm/initrd-init'
absent "the Debian archive is never named, only packages" '(deb|security|ftp)\.debian\.org' "${everything[@]}"
absent "no spaces at the end of a line" '[[:blank:]]+$' "${everything[@]}" ':!tests/ipsecctl/*'
absent "no merge conflicts" '^(<<<<<<<|>>>>>>>) ' "${everything[@]}"

# Licences: each source file names its own in the first line (or the second, after #!).
missing=$(style_files 'src/*.[ch]' 'include/*.h' 'tools/*.[ch]' Kbuild Makefile | while read -r file; do
	head -n 2 "$file" | grep -q 'SPDX-License-Identifier: GPL-2.0' || echo "$file"
done)
is "every source file names its licence" "" "$missing"

ktap_end
