#!/usr/bin/env bash
# vm: cpus=1 timeout=300 kernels=6.1,6.12
# Messages of NETLINK_XFRM that IKE daemons send have the same answers over nfipsec as over the
# kernel's own stack, and the same is told to all who listen: byte by byte.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"

ns_add x
say() { in_ns x python3 "$TOP/tests/interop/xfrm-messages.py" "$ARTIFACTS/silent.$1" > "$ARTIFACTS/$1" 2>&1; }

say kernel || bail "the kernel's own stack: $(tail -n 3 "$ARTIFACTS/kernel")"
rmmod xfrm_user || bail "the kernel's own door stays open"
load_module
say ours || bail "nfipsec: $(tail -n 3 "$ARTIFACTS/ours")"

block() { awk -v n="$2" '/^==/ { i++ } i == n' "$ARTIFACTS/$1"; }

i=0
while read -r title; do
	i=$((i + 1))
	is "${title#== }" "$(block kernel $i)" "$(block ours $i)"
done < <(grep '^==' "$ARTIFACTS/kernel")
is "each error says in words what is wrong" "" "$(cat "$ARTIFACTS/silent.ours")"
check "the module can be unloaded" unload_module
ktap_end
