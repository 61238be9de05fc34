#!/usr/bin/env bash
# Algorithms that are modules which the kernel does not find: an SA that needs one is refused with
# the name of its option. Once it is there the SA is taken.
# vm: cpus=1 timeout=60
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"

finder=$(cat /proc/sys/kernel/modprobe)
finds() { echo "$1" > /proc/sys/kernel/modprobe; }

sentence="The kernel's crypto does not have"
# missing WHAT OPTION MODULE RULE [NAME]: what is said of a rule until the module may be found; NAME
# is what the kernel calls the algorithm, where something else may have it
missing() {
	if [ "$(modinfo -F filename "$3")" = "(builtin)" ] || grep -qFx "name         : ${5-}" /proc/crypto; then
		skip "without $1" "this kernel has it in itself"
		return
	fi
	finds /bin/false
	is "without $1" "$sentence $1: its option is CONFIG_CRYPTO_$2" \
		"$(ipsec x -f - 2>&1 <<< "$4" | grep -oE "$sentence.*CONFIG_CRYPTO_[A-Z0-9]+")"
	is "... is not there" "" "$(ipsec x -s sa)"
	finds "$finder"
	modprobe "$3" || bail "no $3"
}

ns_add x
load_module
ends="tunnel from 192.0.2.1 to 192.0.2.2 spi"
combined="esp $ends 0x1001 enc chacha20-poly1305 enckey 0x$(hex 36)"
two="esp $ends 0x1002 enc 3des auth aes-xcbc enckey 0x$(hex 24) authkey 0x$(hex 16)"
ah="ah $ends 0x1003 auth aes-cmac authkey 0x$(hex 16)"
missing "ChaCha20-Poly1305" CHACHA20POLY1305 chacha20poly1305 "$combined"
missing "3DES-CBC" DES des_generic "$two"
modprobe -a cbc ecb
missing "AES-XCBC" XCBC xcbc "$two" "xcbc(aes)"
missing "authenc" AUTHENC authenc "$two"
missing "AES-CMAC" CMAC cmac "$ah" "cmac(aes)"
check "with them they are taken" ipsec_load x <<< "$combined
$two
$ah"
ipsec x -F
check "the module can be unloaded" unload_module
ktap_end
