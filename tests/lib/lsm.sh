# shellcheck shell=bash
# A kernel that asks a security module about everything, or forbids what lockdown forbids. Source tests/lib/ktap.sh, tests/lib/net.sh
# and tests/lib/protect.sh first.
#
#   lsm_is_there NAME       results: the kernel asks that one
#   works_as_ever           results: in a host_pair packets are protected, and both netlink doors tell
#   lsm_notices_nothing     results: the module, and both of its netlink doors, do all that they do
#                           without, nothing is denied, and no hook is called

security=/sys/kernel/security

lsm_is_there() {
	mount -t securityfs none $security 2> /dev/null
	diag "$(cat $security/lsm)"
	check "$1 is asked" grep -qw "$1" $security/lsm
}

xfrm_add() {
	ip -n a xfrm state add src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x9000 mode transport \
		aead 'rfc4106(gcm(aes))' "0x$(hex 20)" 128 "$@"
}

works_as_ever() {
	protect_pair esp enc aes-128-gcm
	check "SAs and policies are taken, and packets protected" reaches a 192.0.2.2
	check "keys are shown" grep -q enckey <(ipsec a -k -s sa)
	check "counters are told" test "$(counter a OUT_PROTECTED)" -gt 0
	is "NETLINK_XFRM tells the same SAs" 2 "$(ip -n a xfrm state | grep -c '^src')"
}

lsm_notices_nothing() {
	load_module
	host_pair
	dmesg -C
	works_as_ever
	check "and takes one" xfrm_add
	check "and deletes it" ip -n a xfrm state delete src 192.0.2.1 dst 192.0.2.2 proto esp spi 0x9000
	check "one with a security context is refused for that" grep -q 'nfipsec has no security contexts' \
		<(xfrm_add ctx system_u:object_r:ipsec_spd_t:s0 2>&1)
	is "it is not there" 2 "$(ipsec a -j -s sa | jq '.sa | length')"
	unprotect a b
	check "the module can be unloaded" unload_module
	is "nothing was denied" "" "$(dmesg | grep -iE 'denied|avc:|apparmor=|selinux')"
	is "the module calls no hooks" "" "$(nm -u "$KMOD" | grep ' security_')"
}
