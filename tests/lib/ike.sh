# shellcheck shell=bash
# strongSwan and libreswan as Debian ships them, in the namespaces of a test. Source
# tests/lib/net.sh first. The machine needs daemons=strongswan, or libreswan, or both. With
# STACK=kernel in the environment the same test runs over the kernel's own stack, which tells what
# is wrong with the test itself.
#
# The daemons
#   stack_begin                   nfipsec, or the kernel's own; before the first daemon
#   stack_end                     the daemons are ended, and nfipsec can be unloaded
#   charon NS [DIRECTORY]         a charon in NS, with DIRECTORY/NS.conf (default: that of the test)
#                                 as its swanctl.conf, loaded; it logs to $ARTIFACTS/NS.charon
#   pluto NS                      a pluto in NS, with NS.conf beside the test as its ipsec.conf, and
#                                 one secret for all; it logs to $ARTIFACTS/NS.pluto
#   whack NS ARGUMENT...          `ipsec` beside it
#   daemon_end NS
#   charon_options NS LINE...     what its charon has in strongswan.conf besides; before it starts
#   ike_preload=FILE              the library that charons are started with
#   swan NS ARGUMENT...           swanctl beside it
#   vici_of NS                    the socket by which one talks to it
#   file_of NS PATH < TEXT        what PATH of /etc is in NS; before its charon
#   said NS TEXT                  how often its log has this (a regular expression)
#   await_said NS TEXT [TIMES]    wait until it has it
#   wait_for COMMAND...           until it succeeds, 20 seconds at most
#
# The network
#   ping_begin NS ADDRESS         one ping each tenth of a second
#   ping_end                      sets $pinged to the number of the last one that was answered, and
#                                 $unanswered to how many before it were not
#   pings_go_on                   one more is answered
#   room_for_esp                  h1 and h2 of gateway_chain tell TCP to leave room for a tunnel:
#                                 sizes of paths are other tests' matter
#
# What is there
#   sas_of NS                     what swanctl lists of CHILD_SAs, as SPI BYTES PACKETS, sorted
#   sas_in NS                     the same out of the stack
#   charon_agrees NS              a result: both lists are the same
#   states NS; policies NS        how many SAs, and policies that are no sockets', `ip xfrm` has
#   no_states NS                  there is no SA
#   nothing_left NS               nor any policy, through both doors
#
# What happened
#   stack_snapshot NS             remember all counters of NS
#   lost NS                       what has been dropped since then: NAME=NUMBER ...
#   capture_clear FILE [FILTER]   start to capture what crosses the wire, but for IKE itself and IGMP

ike_state=$(mktemp -d "${TMPDIR:-/tmp}/ike.XXXXXX") || exit 1
ike_files=${0%.sh}
ike_preload=
declare -A daemons=()
at_exit 'ike_end_all; rm -rf "$ike_state"'

# --- the daemons ---------------------------------------------------------------------

# The packages' files lie over the host's.
ike_unpack() {
	local layers='' dir
	[ -n "${DAEMONS-}" ] || bail "no daemons: run this with -d strongswan, or libreswan"
	for dir in ${DAEMONS//:/ }; do
		layers+=$dir/usr:
		cp -a "$dir/etc/." /etc/
		[ ! -e "$dir/var" ] || cp -a "$dir/var/." /var/
	done
	# The kernel's modules are a mount below /usr, which an overlay would hide.
	mkdir "$ike_state/modules"
	mount --bind /usr/lib/modules "$ike_state/modules"
	mount -t overlay -o "lowerdir=$layers/usr" daemons /usr || bail "cannot use $DAEMONS"
	mount --bind "$ike_state/modules" /usr/lib/modules
	umount "$ike_state/modules"
	[ -d /etc/strongswan.d ] || return 0
	# Of all that can be set, this alone is not as the package has it: where it logs to.
	printf 'charon-systemd {\n\tfilelog {\n\t\tstderr {\n\t\t\t%s\n\t\t}\n\t}\n}\n' 'time_format = %T' \
		> /etc/strongswan.d/log.conf
}

kernel_stack() { [ "${STACK-}" = kernel ]; }

# Whoever is first has NETLINK_XFRM.
stack_begin() {
	ike_unpack
	if kernel_stack; then
		modprobe -a xfrm_user esp4 esp6 ah4 ah6 || bail "no stack"
	else
		load_module
	fi
}

ike_end_all() {
	local ns
	for ns in "${!daemons[@]}"; do
		daemon_end "$ns"
	done
}

stack_end() {
	ike_end_all
	kernel_stack || check "with its daemons gone the module can be unloaded" unload_module
}

file_of() {
	mkdir -p "$(dirname "/etc/netns/$1/$2")" && cat > "/etc/netns/$1/$2"
}

# `ip netns exec` puts /etc/netns/NS over /etc. A directory of it is the whole of it there,
# and /run belongs to each daemon alone, as on two machines.
charon() {
	local ns=$1 dir=${2:-$ike_files}
	mkdir -p "/etc/netns/$ns/swanctl" "$ike_state/$ns.run"
	cp -rn /etc/swanctl/. "/etc/netns/$ns/swanctl/"
	cp "$dir/$ns.conf" "/etc/netns/$ns/swanctl/swanctl.conf" || bail "no configuration of $ns"
	rm -f "$(vici_of "$ns")"
	ip netns exec "$ns" bash -c "mount --bind '$ike_state/$ns.run' /run && LD_PRELOAD='$ike_preload' exec charon-systemd" \
		< /dev/null 2>> "$ARTIFACTS/$ns.charon" &
	daemons[$ns]=$!
	wait_for test -S "$(vici_of "$ns")" || bail "charon does not start in $ns"
	swan "$ns" --load-all > "$ike_state/loaded" 2>&1 || bail "charon of $ns does not take its configuration: $(cat "$ike_state/loaded")"
}

# What pluto writes besides the log is its own in each namespace, as on two machines.
pluto() {
	local ns=$1
	mkdir -p "/etc/netns/$ns/ipsec.d" "$ike_state/$ns.run/pluto" "$ike_state/$ns.lib"
	cp -r /var/lib/ipsec/. "$ike_state/$ns.lib/"
	cp -rn /etc/ipsec.d/. "/etc/netns/$ns/ipsec.d/"
	cp "$ike_files/$ns.conf" "/etc/netns/$ns/ipsec.conf" || bail "no configuration of $ns"
	echo ': PSK "v+NkxY9LLZvwj4qCC2o/gGrWDF2d21jL"' | file_of "$ns" ipsec.secrets
	ip netns exec "$ns" bash -c "mount --bind '$ike_state/$ns.run' /run &&
		mount --bind '$ike_state/$ns.lib' /var/lib/ipsec &&
		exec ipsec pluto --config /etc/ipsec.conf --nofork --stderrlog" \
		< /dev/null >> "$ARTIFACTS/$ns.pluto" 2>&1 &
	daemons[$ns]=$!
	wait_for test -S "$ike_state/$ns.run/pluto/pluto.ctl" || bail "pluto does not start in $ns"
}

whack() {
	local ns=$1
	shift
	nsenter -t "${daemons[$ns]}" -m -n ipsec "$@" 2>&1
}

daemon_end() {
	local pid=${daemons[$1]-}
	[ -n "$pid" ] || return 0
	kill "$pid" 2> /dev/null
	wait "$pid" 2> /dev/null
	unset "daemons[$1]"
}

charon_options() {
	local ns=$1
	shift
	{
		cat /etc/strongswan.conf
		printf 'charon-systemd {\n'
		printf '\t%s\n' "$@"
		printf '}\n'
	} | file_of "$ns" strongswan.conf
}

swan() {
	local ns=$1
	shift
	nsenter -t "${daemons[$ns]}" -m -n swanctl "$@" 2>&1
}

vici_of() { echo "$ike_state/$1.run/charon.vici"; }

wait_for() {
	local end=$((SECONDS + 20))
	while [ $SECONDS -lt $end ]; do
		! "$@" > /dev/null 2>&1 || return 0
		sleep 0.1
	done
	echo "in vain: $*"
	return 1
}

said() { grep -cE "$2" "$ARTIFACTS/$1.charon"; }

said_times() { [ "$(said "$1" "$2")" -ge "$3" ]; }

await_said() { wait_for said_times "$1" "$2" "${3:-1}"; }

# --- the network -----------------------------------------------------------------------

ping_begin() {
	ip netns exec "$1" ping -n -i 0.1 "$2" > "$ARTIFACTS/ping" &
	ike_ping=$!
}

# What was sent last may still be under way.
ping_end() {
	kill -INT "$ike_ping"
	wait "$ike_ping"
	tail -n 3 "$ARTIFACTS/ping" | sed 's/^/# /'
	read -r pinged unanswered < <(sed -nE 's/.*icmp_seq=([0-9]+) ttl.*/\1/p' "$ARTIFACTS/ping" |
		awk '$1 > last { last = $1 } { n++ } END { print last + 0, last - n }')
}

ike_answers() { grep -c ttl= "$ARTIFACTS/ping"; }

ike_more_answers_than() { [ "$(ike_answers)" -gt "$1" ]; }

pings_go_on() { wait_for ike_more_answers_than "$(ike_answers)"; }

room_for_esp() {
	ip -n h1 route change default via 10.1.0.1 advmss 1300
	ip -n h2 route change default via 10.2.0.1 advmss 1300
}

# --- what is there -------------------------------------------------------------------

# "    in  c0ffee01,     84 bytes,     1 packets,     0s ago": with NAT marks behind the SPI
sas_of() {
	swan "$1" --list-sas | sed -nE \
		's/^ +(in|out) +([0-9a-f]{8})[^,]*, +([0-9]+) bytes, +([0-9]+) packets.*/\2 \3 \4/p' | sort
}

sas_in() {
	if kernel_stack; then
		ip -n "$1" -s xfrm state | awk '
			$1 == "proto" { spi = substr($4, 3, 8) }
			/lifetime current:/ { getline; split($0, f, /[^0-9]+/); print spi, f[2], f[3] }'
	else
		ipsec "$1" -j -s sa | jq -r '.sa[] | "\(.spi) \(.bytes) \(.packets)"' |
			while read -r spi rest; do
				printf '%08x %s\n' "$spi" "$rest"
			done
	fi | sort
}

charon_agrees() {
	is "$1: charon reports the bytes and packets of the stack" "$(sas_in "$1")" "$(sas_of "$1")"
}

states() { ip -n "$1" xfrm state | grep -c '^src'; }

no_states() { [ "$(states "$1")" = 0 ]; }

# Those of IKE's own sockets are listed as well.
policies() { ip -n "$1" xfrm policy | grep -cE '^\s+dir '; }

nothing_left() {
	local left
	left=$(ip -n "$1" xfrm state; ip -n "$1" xfrm policy | grep -vE '^\s+socket |^src (0.0.0.0/0|::/0) dst (0.0.0.0/0|::/0)')
	kernel_stack || left+=$(ipsec "$1" -s sa; ipsec "$1" -s flow)
	echo "$left"
	[ -z "$(tr -d ' \n\t' <<< "$left")" ]
}

# --- what happened ---------------------------------------------------------------------

xfrm_stat() { in_ns "$1" cat /proc/net/xfrm_stat; }

stack_snapshot() {
	if kernel_stack; then
		xfrm_stat "$1" > "$ike_state/stat.$1"
	else
		snapshot "$1"
	fi
}

lost() {
	if kernel_stack; then
		xfrm_stat "$1" | awk '
			NR == FNR { before[$1] = $2; next }
			$2 != before[$1] { printf("%s%s=%d", sep, $1, $2 - before[$1]); sep = " " }
			END { if (sep) print "" }' "$ike_state/stat.$1" -
	else
		drops "$1"
	fi
}

# RFC 3948 2.2: on port 4500 IKE begins with four bytes of zero, ESP does not.
capture_clear() {
	capture_wire "$1" 'not igmp and not udp port 500 and not (ip and udp port 4500 and udp[8:4] = 0)' "${2:+and ($2)}"
}
