# shellcheck shell=bash
# Hosts in a row, with a router wherever a path needs one. Source tests/lib/net.sh first.
#
#   row NAME...         namespaces, and each can reach all. Device `right` of the Nth leads to `left` of
#                       the next one: 10.N.0.1 and fd0N::1, 10.N.0.2 and fd0N::2. They say at once
#                       what does not fit or arrive
#   row_mtu NAME MTU    of the link on the right of one, at both ends; what was learnt of paths is
#                       forgotten
#   row_forget          only that

row_names=()

row_routes() { # its number: of all networks but its own two
	local k=$1 n=${#row_names[@]} j
	for ((j = 1; j < n; j++)); do
		if [ $j -gt "$k" ]; then
			echo "route add 10.$j.0.0/24 via 10.$k.0.2"
			echo "route add fd0$j::/64 via fd0$k::2"
		elif [ $j -lt $((k - 1)) ]; then
			echo "route add 10.$j.0.0/24 via 10.$((k - 1)).0.1"
			echo "route add fd0$j::/64 via fd0$((k - 1))::1"
		fi
	done
}

row() {
	local k name
	row_names=("$@")
	ns_add "$@"
	for ((k = 1; k < $#; k++)); do
		wire "${row_names[k - 1]}" right "${row_names[k]}" left
		addr "${row_names[k - 1]}" right 10.$k.0.1/24 fd0$k::1/64
		addr "${row_names[k]}" left 10.$k.0.2/24 fd0$k::2/64
	done
	for ((k = 1; k <= $#; k++)); do
		name=${row_names[k - 1]}
		in_ns "$name" sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.all.forwarding=1 \
			net.ipv4.icmp_ratelimit=0 net.ipv6.icmp.ratelimit=0 net.ipv4.conf.all.rp_filter=0 \
			net.ipv4.conf.left.rp_filter=0 net.ipv4.conf.right.rp_filter=0 2> /dev/null
		row_routes "$k" | ip -n "$name" -batch - || bail "no routes in $name"
	done
}

row_forget() { forget_path "${row_names[@]}"; }

row_mtu() {
	local k
	for ((k = 0; k < ${#row_names[@]} - 1; k++)); do
		[ "${row_names[k]}" = "$1" ] || continue
		ip -n "$1" link set right mtu "$2" && ip -n "${row_names[k + 1]}" link set left mtu "$2" ||
			bail "no MTU of $2 on the right of $1"
		row_forget
		return
	done
	bail "nothing is on the right of $1"
}
