#!/usr/bin/env bash
# vm: kernels=debug-uml timeout=400
# The kernel has no memory: each allocation in turn fails that it makes to load the module, to
# unload it, or to make a namespace while it is there. Each ends as a whole or not at all, and the
# next one works.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/faults.sh"

faults_begin
# What it needs is loaded once; without names for debuggers it is smaller.
load_module
host_pair
protect_pair esp enc aes-128-gcm
check "a tunnel works" reaches a 192.0.2.2
unprotect a b
unload_module || bail "the module stays"
# The kernel warns where it has no memory for the module's trace events; tests/vm/run knows that.
sysctl -qw kernel.panic_on_warn=0
strip -g -o "$net_state/nfipsec.ko" "$KMOD"

# each NAME WHAT [FILE]: sets $nothing
each() {
	local failed said
	said=$("$TOP/tests/lab/faults-load.py" "${@:2}" 2>&1)
	nothing=0
	case $said in
	*[!0-9\ ]*|'') not_ok "$1" "$said"; return ;;
	esac
	ok "$1"
	read -r failed nothing <<< "$said"
	diag "$failed allocations have failed, $nothing times nothing was there in the end"
	faults_seen=$((faults_seen + failed))
}

each "the module is loaded" module "$net_state/nfipsec.ko"
check "some of it was refused" test "${nothing:-0}" -gt 20
each "it is unloaded, always" unload "$net_state/nfipsec.ko"

without=$("$TOP/tests/lab/faults-load.py" count)
load_module
with=$("$TOP/tests/lab/faults-load.py" count)
diag "a namespace takes $without allocations, and $with with the module"
check "some are the module's" test "$with" -gt "$without"
each "a namespace is made" namespace
check "some of them were refused" test "${nothing:-0}" -gt 10

faults_end
protect_pair esp enc aes-128-gcm
check "afterwards a tunnel works" reaches a 192.0.2.2
unprotect a b
check "the module can be unloaded" await 10 unload_module
ktap_end
