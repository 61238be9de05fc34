# shellcheck shell=bash
# One column of the matrix: a protocol, mode and algorithm under traffic of all sizes.
# Source tests/lib/protect.sh first.
#
#   matrix_tunnel PROTO LIMIT ALGORITHM-WORDS...      gateway_chain is there
#   matrix_transport PROTO LIMIT ALGORITHM-WORDS...   host_pair is there
#
# inner=6 and outer=6 before either: IPv6 there. LIMIT is the largest packet that fits a
# wire of 1500 bytes once it is protected, as the caller has computed it from the RFCs.

# ping_size ADDRESS BYTES: what makes ping send packets of that size
ping_size() {
	case $1 in
	*:*) echo $(($2 - 48)) ;;
	*)   echo $(($2 - 28)) ;;
	esac
}

# too_big NS TO BYTES LIMIT: who sends too large a packet is told the limit
too_big() {
	local said
	said=$(in_ns "$1" ping -n -c 1 -W 2 -M do -s "$(ping_size "$2" "$3")" "$2" 2>&1)
	echo "$said"
	grep -Eq "mtu ?[=:] ?$4\)?\$" <<< "$said" && ! grep -q ' 0% packet loss' <<< "$said"
}

# The limit passes, one byte more does not, and what the sender was told about that must
# not make the path look smaller.
exact_limit() { # ns, to, limit
	reaches "$1" "$2" -M do -s "$(ping_size "$2" "$3")" &&
	too_big "$1" "$2" $(($3 + 1)) "$3" &&
	reaches "$1" "$2" -M do -s "$(ping_size "$2" "$3")" &&
	too_big "$1" "$2" $(($3 + 1)) "$3"
}

matrix_case() { # name, left, right, proto, expected drops of left, command...
	local name=$1 left=$2 right=$3 proto=$4 lost=$5
	shift 5
	snapshot "$left"
	snapshot "$right"
	check "$name" "$@"
	# shellcheck disable=SC2086
	check "$name: the books of both ends" balanced "$left" "$right" "$proto" $lost
}

# A TCP that has to learn the path loses a few packets to that, and nothing else.
tcp_case() { # name, left, right, proto, from, to, address
	local lost=''
	snapshot "$2"
	snapshot "$3"
	check "$1" tcp_transfer "$5" "$6" "$7" 1000000
	lost=$(delta "$2" OUT_TOO_BIG)
	[ "$lost" = 0 ] || [ "$lost" -gt 20 ] || lost=OUT_TOO_BIG=$lost
	check "$1: the books of both ends" balanced "$2" "$3" "$4" "${lost#0}"
}

fragments='ip[6:2] & 0x3fff != 0 or ip6[6] == 44'

matrix_sizes() { # name, proto, limit, from, to, left, right, address
	local name=$1 proto=$2 limit=$3 from=$4 to=$5 left=$6 right=$7 address=$8
	local wire=$ARTIFACTS/${name// /-}.pcap
	capture_wire "$wire"
	matrix_case "$name, small" "$left" "$right" "$proto" "" reaches "$from" "$address" -c 3 -i 0.05
	matrix_case "$name, limit" "$left" "$right" "$proto" OUT_TOO_BIG=1 \
		exact_limit "$from" "$address" "$limit"
	is "$name, limit: no fragments" 0 "$(packets "$wire" "$fragments")"
	# Else the datagram, in fragments of 1500 bytes that IPv6 does not cut again, is lost.
	case $address in *:*) ;; *) forget_path "$from" ;; esac
	matrix_case "$name, 60 kB of UDP" "$left" "$right" "$proto" "" udp_send "$from" "$to" "$address" 60000
	tcp_case "$name, TCP" "$left" "$right" "$proto" "$from" "$to" "$address"
	capture_end
	check "$name: only $proto on the wire" "only_$proto" "$wire"
	forget_path "$from"
}

matrix_tunnel() {
	local proto=$1 limit=$2
	shift 2
	local inner=${inner:-4} outer=${outer:-4} families=''
	[ "$inner$outer" = 44 ] || families=" ${inner}in$outer"
	protect_chain "$proto" "$@"
	matrix_sizes "$proto tunnel$families $*" "$proto" "$limit" h1 h2 gw1 gw2 "$(host_of 2 "$inner")"
}

matrix_transport() {
	local proto=$1 limit=$2
	shift 2
	local outer=${outer:-4} family=''
	[ "$outer" = 4 ] || family=" v6"
	protect_pair "$proto" "$@"
	matrix_sizes "$proto transport$family $*" "$proto" "$limit" a b a b "$(end_of 2 "$outer")"
}
