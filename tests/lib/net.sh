# shellcheck shell=bash
# Networks out of namespaces, the module, its counters, and what is on the wire.
# Source tests/lib/ktap.sh first. Everything here runs in the test machine, as root.
#
# Networks
#   ns_add NAME...                        namespaces with lo up
#   ns_del NAME...                        delete them, their books being right (books.sh)
#   wire NS1 DEV1 NS2 DEV2 [MTU]          a cable (veth) between two of them, up
#   addr NS DEV ADDRESS...                ADDRESS/LENGTH, v4 or v6, usable at once
#   link NS1 DEV1 NS2 DEV2 [MTU]          two of them on a bridge in namespace wan, in whose
#                                         ports left and right the wire can be watched
#   host_pair                             a, b:  a/eth0 - wan - b/eth0; 192.0.2.1, .2 and 2001:db8::1, ::2
#   gateway_chain                         h1 - gw1 - wan - gw2 - h2, see the function
#   in_ns NS COMMAND...
#   reaches NS ADDRESS [PING-OPTION...]   one ping is answered
#   tcp_transfer NS1 NS2 ADDRESS BYTES [PORT]   through TCP, compared at the end
#   udp_send NS1 NS2 ADDRESS BYTES [PORT]       one datagram of that size, compared
#   tracepath_says NS ADDRESS             the path MTUs that it prints, whether it got there, hops
#   forget_path NS...                     what they have learnt of any path
#   emulated                              true if this machine's processor is: ten times slower
#
# The module
#   load_module [PARAMETER...]
#   unload_module                         if the books of all namespaces are right (books.sh)
#   keep_kernel_stack                 before load_module: NETLINK_XFRM stays with the kernel's own
#                                     stack, which `ip xfrm` then speaks to
#   ipsec NS ARGUMENT...                  ipsecctl in a namespace
#   ipsec_load NS < RULES                 ipsecctl -f -
#   xfrm_flush NS...                      no policies and SAs any more, by ip xfrm
#
# Counters
#   counter NS NAME                       value of a counter now
#   snapshot NS                           remember all counters of NS
#   delta NS NAME                         by how much NAME has grown since then
#   drops NS                              every drop counter that has grown: NAME=DELTA ...
#
# The wire
#   capture NS DEV FILE [FILTER]          start tcpdump; returns once it listens
#   capture_wire FILE [FILTER]            the same in the middle of link: an interface of a
#                                         gateway also shows what came out of a tunnel, this
#                                         shows what crossed
#   capture_end                           stop all captures; their files are complete, or
#                                         a result says that they are not
#   packets FILE FILTER                   how many packets of a capture match
#   only_esp FILE; only_ah FILE           nothing but that (and ARP, ND, MLD), and some of it

. "$TOP/tests/lib/books.sh"

net_state=$(mktemp -d "${TMPDIR:-/tmp}/net.XXXXXX") || exit 1
net_captures=()
at_exit 'kill ${net_captures[@]+"${net_captures[@]}"} 2>/dev/null; rm -rf "$net_state"'

# --- networks ------------------------------------------------------------------------

# In the background use `ip netns exec` itself: $! of a function is a shell in between.
in_ns() {
	local ns=$1
	shift
	ip netns exec "$ns" "$@"
}

ns_add() {
	local ns
	for ns in "$@"; do
		ip netns add "$ns" || bail "cannot create namespace $ns"
		ip -n "$ns" link set lo up
	done
}

ns_del() {
	local ns said
	said=$(books_balance "$@") || not_ok "the books of $* balance" "$said"
	for ns in "$@"; do
		ip netns del "$ns" || bail "cannot delete namespace $ns"
	done
}

wire() {
	local mtu=${5:-1500}
	ip link add "$2" mtu "$mtu" netns "$1" type veth peer name "$4" mtu "$mtu" netns "$3" ||
		bail "cannot connect $1 and $3"
	ip -n "$1" link set "$2" up
	ip -n "$3" link set "$4" up
}

addr() {
	local ns=$1 dev=$2 a
	shift 2
	for a in "$@"; do
		case $a in
		*:*) echo "addr add $a dev $dev nodad" ;;
		*)   echo "addr add $a dev $dev" ;;
		esac
	done | ip -n "$ns" -batch - || bail "cannot set addresses of $ns $dev"
}

link() {
	local port
	ns_add wan
	# The bridge itself has nothing to say. With snooping it would report the groups that it joins.
	in_ns wan sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1
	wire "$1" "$2" wan left "${5:-1500}"
	wire "$3" "$4" wan right "${5:-1500}"
	ip -n wan link add br0 type bridge mcast_snooping 0 || bail "cannot make a bridge"
	for port in left right; do
		ip -n wan link set "$port" master br0
	done
	ip -n wan link set br0 up
}

host_pair() {
	ns_add a b
	link a eth0 b eth0
	addr a eth0 192.0.2.1/24 2001:db8::1/64
	addr b eth0 192.0.2.2/24 2001:db8::2/64
}

#   h1 eth0 ---- eth0 gw1 eth1 -- wan -- eth1 gw2 eth0 ---- eth0 h2
#   10.1.0.2  10.1.0.1  192.0.2.1  192.0.2.2  10.2.0.1  10.2.0.2
#   fd01::2    fd01::1   2001:db8::1  2001:db8::2   fd02::1   fd02::2
gateway_chain() {
	local ns
	ns_add h1 gw1 gw2 h2
	wire h1 eth0 gw1 eth0
	link gw1 eth1 gw2 eth1
	wire gw2 eth0 h2 eth0
	addr h1 eth0 10.1.0.2/24 fd01::2/64
	addr gw1 eth0 10.1.0.1/24 fd01::1/64
	addr gw1 eth1 192.0.2.1/24 2001:db8::1/64
	addr gw2 eth1 192.0.2.2/24 2001:db8::2/64
	addr gw2 eth0 10.2.0.1/24 fd02::1/64
	addr h2 eth0 10.2.0.2/24 fd02::2/64
	for ns in gw1 gw2; do
		in_ns "$ns" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1
	done
	ip -n h1 route add default via 10.1.0.1
	ip -n h1 route add default via fd01::1
	ip -n gw1 route add 10.2.0.0/24 via 192.0.2.2
	ip -n gw1 route add fd02::/64 via 2001:db8::2
	ip -n gw2 route add 10.1.0.0/24 via 192.0.2.1
	ip -n gw2 route add fd01::/64 via 2001:db8::1
	ip -n h2 route add default via 10.2.0.1
	ip -n h2 route add default via fd02::1
}

reaches() {
	local ns=$1 to=$2
	shift 2
	in_ns "$ns" ping -n -q -c 1 -W 2 "$@" "$to"
}

# A listener is there once the kernel says so, not after some seconds.
listens() { # ns, tcp or udp, port
	local i
	for ((i = 0; i < 100; i++)); do
		[ -z "$(in_ns "$1" ss -H -n "--$2" -l "sport = :$3")" ] || return 0
		sleep 0.05
	done
	echo "nobody listens on $2 port $3 in $1" >&2
	return 1
}

bracketed() { case $1 in *:*) echo "[$1]" ;; *) echo "$1" ;; esac; }

# The data is random: a packet delivered twice, cut short or mixed up is found.
tcp_transfer() {
	local port=${5:-5001} family=4 receiver status
	case $3 in *:*) family=6 ;; esac
	head -c "$4" /dev/urandom > "$net_state/sent"
	ip netns exec "$2" timeout 100 socat -u "TCP$family-LISTEN:$port" "CREATE:$net_state/received" &
	receiver=$!
	listens "$2" tcp "$port" &&
		in_ns "$1" timeout 100 socat -u "OPEN:$net_state/sent" \
			"TCP$family:$(bracketed "$3"):$port,connect-timeout=10"
	status=$?
	[ $status = 0 ] || kill "$receiver" 2>/dev/null
	wait "$receiver" && [ $status = 0 ] && cmp "$net_state/sent" "$net_state/received"
}

udp_send() {
	local port=${5:-5002} family=4 receiver i
	case $3 in *:*) family=6 ;; esac
	head -c "$4" /dev/urandom > "$net_state/sent"
	: > "$net_state/received"
	ip netns exec "$2" socat -u -b 65536 "UDP$family-RECV:$port" "CREATE:$net_state/received" &
	receiver=$!
	listens "$2" udp "$port" &&
		in_ns "$1" socat -u -b 65536 "OPEN:$net_state/sent" "UDP$family:$(bracketed "$3"):$port" || {
		kill "$receiver"
		return 1
	}
	for ((i = 0; i < 60; i++)); do
		[ "$(stat -c %s "$net_state/received")" -lt "$4" ] || break
		sleep 0.05
	done
	kill "$receiver"
	wait "$receiver" 2>/dev/null
	cmp "$net_state/sent" "$net_state/received"
}

tracepath_says() {
	timeout 60 ip netns exec "$1" tracepath -n -m 12 "$2" > "$net_state/tracepath" 2>&1
	grep -oE 'pmtu [0-9]+|reached' "$net_state/tracepath" | awk '!seen[$0]++' | tr '\n' ' '
	sed -nE 's/.*Resume: pmtu [0-9]+ hops ([0-9]+) .*/hops \1/p' "$net_state/tracepath"
}

forget_path() {
	local ns
	for ns in "$@"; do
		ip -n "$ns" -4 route flush cache
		ip -n "$ns" -6 route flush cache
	done
}

emulated() { grep -q 'QEMU TCG' /proc/cpuinfo; }

# --- the module ------------------------------------------------------------------------

load_module() {
	[ -n "$KMOD" ] || bail "no module was built"
	# insmod resolves nothing: whatever it uses is loaded first.
	local depends
	depends=$(modinfo -F depends "$KMOD" | tr ',' ' ')
	# shellcheck disable=SC2086
	[ -z "$depends" ] || modprobe -a $depends || bail "cannot load one of: $depends"
	insmod "$KMOD" "$@" || bail "cannot load the module: $(dmesg | tail -n 3)"
}

unload_module() { books_balance && rmmod nfipsec; }

keep_kernel_stack() { modprobe xfrm_user || bail "the kernel's own stack is not there"; }

ipsec() {
	local ns=$1
	shift
	in_ns "$ns" ipsecctl "$@"
}

ipsec_load() { in_ns "$1" ipsecctl -f -; }

xfrm_flush() {
	local ns
	for ns; do
		ip -n "$ns" xfrm policy flush
		ip -n "$ns" xfrm state flush
	done
}

# --- counters --------------------------------------------------------------------------

# NAME PACKETS true|false BYTES: whether they are drops. jq would take longer to start than all the rest.
counters() { books_counters "$1"; }

# A counter that does not exist is an error, not 0: a misspelt name must not pass.
counter() {
	counters "$1" | awk -v name="$2" '$1 == name { print $2; found = 1 } END { exit !found }' || {
		echo "no counter $2" >&2
		return 1
	}
}

snapshot() { counters "$1" > "$net_state/counters.$1"; }

delta() {
	local before now
	[ -e "$net_state/counters.$1" ] || { echo "no snapshot of $1" >&2; return 1; }
	before=$(awk -v name="$2" '$1 == name { print $2 }' "$net_state/counters.$1")
	now=$(counter "$1" "$2") || return 1
	echo $((now - ${before:-0}))
}

drops() {
	[ -e "$net_state/counters.$1" ] || { echo "no snapshot of $1"; return 1; }
	counters "$1" | awk '
		NR == FNR { before[$1] = $2; next }
		$3 == "true" && $2 != before[$1] { printf("%s%s=%d", sep, $1, $2 - before[$1]); sep = " " }
		END { if (sep) print "" }' "$net_state/counters.$1" -
}

# --- the wire --------------------------------------------------------------------------

capture() {
	local ns=$1 dev=$2 file=$3 said=$net_state/capture.${#net_captures[@]} i
	shift 3
	# What the last capture has said there is not about this one.
	: > "$said"
	# -Z root: files are written as we are. --immediate-mode: what the wire saw is in
	# the file at once, not after some buffer is full. Its buffer has slots of the size
	# of -s, so the default of 256 kB would leave room for 8 packets.
	ip netns exec "$ns" tcpdump -i "$dev" -n -s 9216 -B 32768 -U --immediate-mode -Z root -w "$file" "$@" 2> "$said" &
	net_captures+=($!)
	for ((i = 0; i < 200; i++)); do
		! grep -q '^tcpdump: listening on' "$said" || return 0
		sleep 0.05
	done
	bail "tcpdump does not start in $ns: $(cat "$said")"
}

capture_wire() {
	local file=$1
	shift
	capture wan left "$file" "$@"
}

# Asked by a signal, tcpdump says how many packets it has written and how many there are.
# On a busy machine it is far behind. (On lo the kernel counts packets twice: there, wait
# until nothing comes any more.)
capture_drain() { # pid, what it says
	local written there same=0 before
	while [ $same -lt 50 ]; do
		before=${written-}
		kill -USR1 "$1" 2>/dev/null || return
		sleep 0.1
		read -r written there < <(sed -nE \
			's/^tcpdump: ([0-9]+) packets? captured, ([0-9]+) .*/\1 \2/p' "$2" | tail -n 1)
		if [ "$before" != "$written" ]; then
			same=0
		elif [ -n "$written" ] && [ "$written" = "$there" ]; then
			return
		else
			same=$((same + 1))
		fi
	done
}

capture_end() {
	local pid n=0 lost
	for pid in ${net_captures[@]+"${net_captures[@]}"}; do
		capture_drain "$pid" "$net_state/capture.$n"
		kill "$pid" 2>/dev/null
		wait "$pid"
		# What was not seen may have been in clear.
		lost=$(grep -E '^[1-9][0-9]* packets? dropped' "$net_state/capture.$n") &&
			not_ok "the capture is complete" "$lost"
		n=$((n + 1))
	done
	net_captures=()
}

packets() { tcpdump -n -r "$1" "$2" 2>/dev/null | wc -l; }

# What a link says about itself is no traffic: ARP, ICMPv6 130 - 137 and 143 (MLD, ND).
net_housekeeping='arp or (icmp6 and ((ip6[40] >= 130 and ip6[40] <= 137) or ip6[40] == 143))'
net_housekeeping+=' or (ip6[6] == 0 and ip6[40] == 58)'

only_protocol() { # file, name, number
	local good bad
	[ -s "$1" ] || { echo "no capture $1"; return 1; }
	good=$(packets "$1" "ip proto $3 or ip6 proto $3")
	bad=$(packets "$1" "not (ip proto $3 or ip6 proto $3 or $net_housekeeping)")
	echo "$good packets of $2, $bad others"
	[ "$bad" = 0 ] || tcpdump -n -r "$1" "not (ip proto $3 or ip6 proto $3 or $net_housekeeping)" 2>/dev/null
	[ "$good" -gt 0 ] && [ "$bad" = 0 ]
}

only_esp() { only_protocol "$1" ESP 50; }
only_ah() { only_protocol "$1" AH 51; }
