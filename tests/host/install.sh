#!/usr/bin/env bash
# What a user does with a fresh checkout: make, make install, make uninstall, make clean.
# host: timeout=600
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/style.sh"

work=$(mktemp -d) || exit 1
at_exit 'rm -rf "$work"'
tree=$work/tree dest=$work/dest
mkdir "$tree"
(cd "$TOP" && style_files . | cpio --quiet -pdm "$tree") || bail "cannot copy the checkout"

sources=$(cd "$tree" && find . -type f | sort)
check "make" make -C "$tree" -j "$(nproc)" all
check "make install" make -C "$tree" install DESTDIR="$dest"
module=$(find "$dest/lib/modules" -name nfipsec.ko 2>/dev/null)
release=${module#"$dest/lib/modules/"}
release=${release%%/*}
is "the module is for the kernel whose directory it is in" \
	"$release" "$(modinfo -F vermagic "$module" 2>/dev/null | cut -d ' ' -f 1)"
is "the module's licence" GPL "$(modinfo -F license "$module" 2>/dev/null)"
is "installed files" "/etc/modprobe.d/nfipsec.conf
/lib/modules/$release/updates/nfipsec.ko
/usr/lib/nfipsec/libnfipsec-xfrm.so
/usr/sbin/ipsecctl
/usr/share/bash-completion/completions/ipsecctl
/usr/share/man/man5/ipsec.conf.5
/usr/share/man/man8/ipsecctl.8" "$(cd "$dest" && find . -type f | sed 's/^\.//' | sort)"
check "the installed tool works" "$dest/usr/sbin/ipsecctl" -n -f -
check "make uninstall" make -C "$tree" uninstall DESTDIR="$dest"
is "nothing is left" "" "$(find "$dest" -type f)"
check "make clean" make -C "$tree" clean
is "only the sources are left" "$sources" "$(cd "$tree" && find . -type f | sort)"

make -C "$tree" KDIR=/nonexistent > "$work/log" 2>&1
check "no headers: says which package" grep -q 'install linux-headers-amd64' "$work/log"

ktap_end
