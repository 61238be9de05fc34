# shellcheck shell=bash
# Of the style gate: which files it is about. Source tests/lib/ktap.sh first.

# Files of the project that match (git's patterns), tracked or new, not ignored ones.
style_files() {
	git -C "$TOP" ls-files -co --exclude-standard --deduplicate -- "$@" |
		while read -r file; do
			[ ! -f "$TOP/$file" ] || echo "$file"
		done
}

style_cache=${NFIPSEC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nfipsec}

# Print the directory that has checkpatch.pl, out of Debian's kernel source: no package
# has it alone. It is fetched once.
style_checkpatch() {
	local version dir part files
	files=(checkpatch.pl spelling.txt const_structs.checkpatch)
	dir=$(find "$style_cache" -maxdepth 1 -name 'checkpatch-*' 2>/dev/null | sort -V | tail -n 1)
	[ -z "$dir" ] || { echo "$dir"; return; }
	mkdir -p "$style_cache" && part=$(mktemp -d "$style_cache/part.XXXXXX") || return 1
	(
		cd "$part" || exit 1
		apt-get -q download linux-source-6.1 >&2 || {
			apt-get -q update >&2 && apt-get -q download linux-source-6.1 >&2
		} || exit 1
		dpkg-deb --fsys-tarfile linux-source-6.1_*.deb |
			tar -xO ./usr/src/linux-source-6.1.tar.xz |
			tar -xJ --strip-components=2 "${files[@]/#/linux-source-6.1/scripts/}"
		rm -f ./*.deb
		ls "${files[@]}" >&2
	) || { rm -rf "$part"; return 1; }
	version=$(apt-cache show --no-all-versions linux-source-6.1 | awk '$1 == "Version:" { print $2 }')
	mv "$part" "$style_cache/checkpatch-$version" && echo "$style_cache/checkpatch-$version"
}
