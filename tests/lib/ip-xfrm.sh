# shellcheck shell=bash
# `ip xfrm` over the kernel's own stack, and then over nfipsec. Source tests/lib/net.sh first.
#
#   same_words       in namespace x: each command of the file $net_state/commands, one in a line,
#                    says the same and ends the same over both, and so does a monitor; "sleep N"
#                    lets time pass. The module
#                    is loaded then, and has NETLINK_XFRM
#
# Not compared are times of day, indexes, sizes of tables, and what an error is called: nfipsec has
# sentences where the kernel has an errno. Lists are sorted, as nfipsec has the oldest SA first and
# policies by priority, and the kernel the newest first.

# Sorts what begins with "src".
sorted() {
	awk '/^src / { if (n++) printf("\n") } { printf("%s\001", $0) } END { if (n) printf("\n") }' |
		sort | tr '\001' '\n' | sed '/^$/d'
}

untimed() { sed -E 's/(add|use) 20[0-9-]+ [0-9:]+/\1 TIME/g; s/index [0-9]+/index N/
	s/(buckets:? count) [0-9]+ ([Mm]ax) [0-9]+/\1 N \2 N/'; }

# Each command, what it says, and its exit status.
run_all() {
	local command words
	while read -r command; do
		echo "\$ ip xfrm $command"
		case $command in
		sleep*) $command; continue ;;
		-s\ -s*) eval "words=(-s -s xfrm ${command#-s -s })" ;;
		-s*) eval "words=(-s xfrm ${command#-s })" ;;
		*) eval "words=(xfrm $(sed -E 's/(\S*\([^ ]*)/"\1"/g' <<< "$command"))" ;;
		esac
		ip -n x "${words[@]}" 2>&1 | sed -E 's/^(RTNETLINK answers|Error): .*/an error/' | sorted
		echo "status ${PIPESTATUS[0]}"
	done < "$net_state/commands" |
		untimed
}

# name: what is said over whatever has NETLINK_XFRM now
record() {
	local pid
	ip netns exec x stdbuf -oL ip xfrm monitor > "$net_state/$1.monitor" 2>&1 &
	pid=$!
	sleep 1
	run_all > "$net_state/$1.said"
	sleep 1
	kill $pid
	wait $pid 2> /dev/null
	untimed < "$net_state/$1.monitor" > "$net_state/$1.heard"
	cp "$net_state/$1".* "$ARTIFACTS/"
}

# The commands of one file, one after the other, against those of another.
blocks() { awk -v n="$2" '/^\$ ip xfrm/ { i++ } i == n' "$1"; }

same_words() {
	local command i=0
	record kernel
	rmmod xfrm_user || bail "the kernel's own door stays open"
	load_module
	record ours
	while read -r command; do
		i=$((i + 1))
		is "ip xfrm ${command:0:70}" "$(blocks "$net_state/kernel.said" $i)" \
			"$(blocks "$net_state/ours.said" $i)"
	done < "$net_state/commands"
	is "what a monitor says" "$(cat "$net_state/kernel.heard")" "$(cat "$net_state/ours.heard")"
}
