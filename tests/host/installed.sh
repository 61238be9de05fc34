#!/usr/bin/env bash
# `make install` on a running system: tests/host/lib/installed.sh does it in a machine of
# its own, with what was built here.
# host: timeout=900
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/style.sh"

kernel=$("$TOP/tests/vm/kernel" "${K:-6.1}") || bail "there is no kernel ${K:-6.1}"
eval "$kernel"

# Below the checkout, so that the machine sees it under the same name: else make there
# would build everything again, slowly.
tree=$ARTIFACTS/tree
mkdir -p "$tree"
(cd "$TOP" && style_files . | cpio --quiet -pdm "$tree") || bail "cannot copy the checkout"
check "make" make -C "$tree" -j "$(nproc)" KDIR="$KERNEL_DIR" all ||
	bail "it does not build"

ktap_relay '' < <("$TOP/tests/vm/run" -k "${K:-6.1}" -t 500 -M none -o "$ARTIFACTS/vm" \
	-e TREE="$tree" "$TOP/tests/host/lib/installed.sh" 2>&1)
wait $!
is "the machine ended well" 0 $?

ktap_end
