# shellcheck shell=bash
# Allocations of the kernel that fail. Source tests/lib/net.sh first; the kernel must be one for
# debugging.
#
#   faults_begin                 the whole script is skipped where the kernel cannot do it
#   each_fault NAME SETUP COMMAND
#                                what situation prints is the same after COMMAND as before it, if
#                                an allocation that it makes by netlink fails, or else the same as
#                                where none does; COMMAND has failed only if nothing has changed,
#                                or the answer was lost. SETUP makes what it begins with, where
#                                there are no policies, SAs and links. The script has situation.
#                                every=1 before it: SETUP for each allocation, although what
#                                situation prints is the same
#   each_question NAME SETUP COMMAND
#                                COMMAND only asks, by netlink: with an allocation that fails it
#                                says the same as without, or fails; it changes nothing
#   "${fresh_routes[@]}"         a command for a gateway of gateway_chain: packets need new routes, and
#                                what is attached to routes is made anew
#   some_fail PERCENT            from now on so many allocations fail that may not wait
#   none_fail
#   faults_end                   how many have failed

faults_seen=0
faults_dir=/sys/kernel/debug

faults_begin() {
	local attribute
	[ -e /proc/self/fail-nth ] || skip_all "this kernel's allocations do not fail on demand"
	mount -t debugfs none "$faults_dir" 2> /dev/null
	for attribute in failslab fail_page_alloc; do
		echo 0 > "$faults_dir/$attribute/verbose"
		# also those that may wait, of the task that asks for it
		echo N > "$faults_dir/$attribute/ignore-gfp-wait"
	done
	echo 0 > "$faults_dir/fail_page_alloc/min-order"
	faults_library=$net_state/nth.so
	cc -shared -fPIC -O -o "$faults_library" "$TOP/tests/lib/nth.c" -ldl || bail "nth.c does not compile"
}

faults_reset() {
	ipsec x -F
	ip -n x link del ipsec0 2> /dev/null
	eval "$1" > "$net_state/said" || bail "the setup fails: $1"
}

# N COMMAND: the Nth fails; what the command says is left in $net_state/said
with_fault() {
	local words
	eval "words=($2)"
	NTH=$1 NTH_SAYS=$net_state/nth LD_PRELOAD=$faults_library "${words[@]}" > "$net_state/said" 2>&1
}

# One fault: prints what is wrong. Sets $fault to hit or missed.
one_fault() { # n, command, before, after
	local status now
	with_fault "$1" "$2"
	status=$?
	fault=$(cat "$net_state/nth")
	now=$(situation)
	if [ "$now" != "$3" ] && [ "$now" != "$4" ]; then
		printf 'half of it is done:\n%s\n' "$(diff <(echo "$4") <(echo "$now"))"
	elif [ $status = 0 ] && [ "$now" != "$4" ]; then
		echo "it says that all is well, and has changed nothing"
	elif [ "$fault" = missed ] && [ $status != 0 ]; then
		echo "it fails without a fault"
	fi > "$net_state/wrong"
	[ ! -s "$net_state/wrong" ] || { echo "allocation $1:"; cat "$net_state/wrong" "$net_state/said"; }
	[ "$now" = "$3" ]
}

each_fault() {
	local name=$1 setup=$2 command=$3 before after n same=0 reset
	faults_reset "$setup"
	before=$(situation)
	eval "$command" > "$net_state/said" || bail "without any fault: $command"
	after=$(situation)
	faults_reset "$setup"
	: > "$net_state/all"
	for ((n = 1; n < 3000; n++)); do
		reset=${every-0}
		if one_fault "$n" "$command" "$before" "$after" >> "$net_state/all"; then
			same=$((same + 1))
		else
			reset=1
		fi
		[ "$reset" = 0 ] || faults_reset "$setup"
		[ "$fault" = hit ] || break
	done
	faults_seen=$((faults_seen + n - 1))
	if [ "$before" = "$after" ]; then
		not_ok "$name" "the command changes nothing"
	elif [ -s "$net_state/all" ]; then
		not_ok "$name" "$(head -n 40 "$net_state/all")"
	elif [ $same = 0 ] || [ "$fault" = hit ]; then
		not_ok "$name" "$((n - 1)) allocations failed, $same times nothing changed"
	else
		ok "$name"
	fi
	diag "$((n - 1)) allocations, nothing changed $same times"
}

each_question() {
	local name=$1 setup=$2 command=$3 before n failed=0 wrong=
	faults_reset "$setup"
	before=$(situation)
	with_fault 0 "$command" || bail "without any fault: $command"
	cp "$net_state/said" "$net_state/right"
	for ((n = 1; n < 3000; n++)); do
		if ! with_fault "$n" "$command"; then
			failed=$((failed + 1))
		elif ! cmp -s "$net_state/said" "$net_state/right"; then
			wrong="allocation $n: $(diff "$net_state/right" "$net_state/said")"
		fi
		[ "$(cat "$net_state/nth")" = hit ] || break
	done
	faults_seen=$((faults_seen + n - 1))
	diag "$name: $((n - 1)) allocations, $failed times it fails"
	if [ -n "$wrong" ]; then
		not_ok "$name" "$wrong"
	elif [ $n -lt 2 ] || [ $failed = 0 ] || [ $n = 3000 ]; then
		not_ok "$name" "$((n - 1)) allocations failed, the command $failed times"
	else
		is "$name" "$before" "$(situation)"
	fi
}

# An IPv6 route takes the place of the one before even if it is the same.
fresh_routes=(sh -c 'echo 1 > /proc/sys/net/ipv4/route/flush &&
	ip -6 route replace 2001:db8::1 dev eth1 && ip -6 route replace 2001:db8::2 dev eth1')

some_fail() {
	local attribute
	for attribute in failslab fail_page_alloc; do
		echo Y > "$faults_dir/$attribute/ignore-gfp-wait"
		echo -1 > "$faults_dir/$attribute/times"
		echo "$1" > "$faults_dir/$attribute/probability"
	done
}

none_fail() {
	local attribute
	for attribute in failslab fail_page_alloc; do
		echo 0 > "$faults_dir/$attribute/probability"
		echo N > "$faults_dir/$attribute/ignore-gfp-wait"
	done
}

faults_end() { diag "$faults_seen allocations have failed"; }
