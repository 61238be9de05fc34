# shellcheck shell=bash
# Parts of tests in Python: tests/net/netlink/NAME.py prints KTAP, in a namespace of its own.
# Source tests/lib/ktap.sh and tests/lib/net.sh first.

netlink_part() { # name
	local status
	ns_add part
	in_ns part python3 -B "$TOP/tests/net/netlink/$1.py" > "$ARTIFACTS/$1.ktap" 2>&1
	status=$?
	ktap_relay "$1: " < "$ARTIFACTS/$1.ktap"
	is "$1: exit status" 0 "$status"
	ns_del part
}
