#!/usr/bin/env bash
# The kernel's own semantic patches (scripts/coccinelle of Debian's kernel source) report
# nothing but what tests/static/coccinelle.reasons explains. A finding has the name of the
# patch as its type.
# host: timeout=1800
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/style.sh"
. "$TOP/tests/lib/reasons.sh"
cd "$TOP" || exit 1

source=$(tests/vm/source linux-source-6.1 2> "$ARTIFACTS/fetch.log") ||
	bail "cannot fetch the kernel's source: $(tail -n 3 "$ARTIFACTS/fetch.log")"

# What git knows, in a directory of its own: spatch takes all that is in one.
mapfile -t files < <(style_files 'src/*.[ch]' 'include/*.h' 'tools/*.[ch]' 'contrib/*.[ch]')
[ ${#files[@]} -gt 5 ] || bail "found no files"
tree=$ARTIFACTS/tree
mkdir -p "$tree" && cp --parents "${files[@]}" "$tree" || bail "cannot copy the files"

# Two of the patches are programs for the OCaml compiler: one is about a driver, and of the
# other's pointers that are compared with 0 sparse complains as well.
mapfile -t patches < <(cd "$source/scripts/coccinelle" && grep -rL --include='*.cocci' 'ocaml' . | sort)
[ ${#patches[@]} -gt 60 ] || bail "$source has not the kernel's semantic patches"

# How spatch is called is what scripts/coccicheck of the kernel does.
apply() { # patch
	local options name=${1##*/}
	options=$(sed -nE 's,^// *Options: *,,p' "$source/scripts/coccinelle/$1")
	# shellcheck disable=SC2086
	spatch -D report --no-show-diff --very-quiet --cocci-file "$source/scripts/coccinelle/$1" $options \
		-I src -I include/uapi --jobs "$(nproc)" --chunksize 1 --dir . \
		> "$ARTIFACTS/$name.out" 2> "$ARTIFACTS/$name.err" < /dev/null
}

cd "$tree" || exit 1
for patch in "${patches[@]}"; do
	check "spatch runs ${patch#./}" apply "$patch"
done
cd "$TOP" || exit 1

findings() {
	local out
	for out in "$ARTIFACTS"/*.cocci.out; do
		sed -nE "s,^(\./)?([^: ]+:[0-9]+):[0-9-]+: (.*)$,\2:$(basename "$out" .cocci.out):\3,p" "$out"
	done
}

judge coccinelle tests/static/coccinelle.reasons "${files[@]}" < <(findings)

ktap_end
