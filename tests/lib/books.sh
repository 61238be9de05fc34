# shellcheck shell=bash
# The laws of Documentation/counters.md, "The books": every packet that a namespace has seen, and
# every byte of it, is in just one place. tests/lib/net.sh sources this, so every test is held to
# them when it ends, and before it unloads the module or deletes a namespace with ns_del.
#
#   books_balance [NS...]                 the laws hold in these namespaces, or in all that there
#                                         are; else says which does not, and with what sums. The last
#                                         packets may still be under way: it waits for them
#   becomes_quiet COMMAND...              it has nothing to say any more, within some seconds
#   $books_laws                           awk: unbalanced(), of packets[NAME], bytes[NAME], drop[NAME]

# shellcheck disable=SC2016
books_laws='
function all(names,   n, each, i) {
	split(names, each, " ")
	for (i in each)
		if (!(each[i] in packets))
			lacking = lacking " no counter " each[i] ";"
		else
			n += what == "bytes" ? bytes[each[i]] : packets[each[i]]
	return n
}
function dropped(way,   name, n) {
	for (name in drop)
		if (name ~ "^" way)
			n += what == "bytes" ? bytes[name] : packets[name]
	return n
}
function overhead(way) { return what == "bytes" ? all(way "_OVERHEAD") : 0 }
function same(law, left, right) {
	if (left != right)
		complaints = complaints sprintf(" %s: %.0f and %.0f %s;", law, left, right, what)
}
function unbalanced() {
	complaints = lacking = ""
	split("packets bytes", whats, " ")
	for (w = 1; w <= 2; w++) {
		what = whats[w]
		same("out", all("OUT_SEEN OUT_PIECES") + overhead("OUT"),
		     all("OUT_BYPASSED OUT_CUT OUT_PROTECTED OUT_WAITING") + dropped("OUT_"))
		same("held on the way out", all("OUT_HELD"),
		     all("OUT_RELEASED OUT_WAITING OUT_HOLD_TIMEOUT OUT_HOLD_FLUSHED"))
		same("in", all("IN_SEEN"),
		     all("IN_CLEAR IN_NESTED IN_PROTECTED IN_WAITING") + overhead("IN") + dropped("IN_"))
		same("held on the way in", all("IN_HELD"), all("IN_RELEASED IN_WAITING IN_LARVAL"))
	}
	return complaints lacking
}'

# A name in /run/netns, or - for the namespace of the test itself.
books_read() {
	if [ "$1" = - ]; then
		ipsecctl -j -s stats
	else
		# `ip netns exec` mounts things, which takes several times as long.
		nsenter --net="/run/netns/$1" ipsecctl -j -s stats
	fi
}

books_counters() {
	books_read "$1" |
		sed -nE 's/.*"name":"([A-Z_]+)","value":([0-9]+),"drop":(true|false),"bytes":([0-9]+).*/\1 \2 \3 \4/p'
}

# One awk for all: to start programs is most of what this takes.
books_unbalanced() {
	local ns
	for ns; do
		echo "namespace ${ns/#-/the first}"
		books_read "$ns"
	done | awk -F '"' "$books_laws"'
		function judge() {
			if (ns && (said = unbalanced()))
				print ns ":" said
			split("", packets)
			split("", bytes)
			split("", drop)
		}
		/^namespace / { judge(); ns = $0; next }
		{ for (i = 1; i < NF && $i != "name"; i++) ; }
		$(i + 4) == "value" && $(i + 8) == "bytes" {
			packets[$(i + 2)] = substr($(i + 5), 2) + 0
			bytes[$(i + 2)] = substr($(i + 9), 2) + 0
			if ($(i + 7) ~ /true/)
				drop[$(i + 2)]
		}
		END { judge() }'
}

books_namespaces() {
	echo -
	ip netns list | cut -d ' ' -f 1
}

# Until a command has nothing to say: the last packets may still be under way.
becomes_quiet() {
	local i said
	for ((i = 0; i < 30; i++)); do
		said=$("$@")
		[ -n "$said" ] || return 0
		sleep 0.1
	done
	echo "$said"
	return 1
}

books_balance() {
	local namespaces=("$@")
	[ -d /sys/module/nfipsec ] || return 0
	[ $# != 0 ] || mapfile -t namespaces < <(books_namespaces)
	becomes_quiet books_unbalanced "${namespaces[@]}"
}

books_at_end() {
	[ ! -d /sys/module/nfipsec ] || check "the books of every namespace balance" books_balance
}
at_end books_at_end
