#!/usr/bin/env bash
# host: timeout=9000
# The kernel's own selftests, as they are in Debian's source of it, over the kernel's own stack and
# over nfipsec: their verdicts are the same, but for what tests/peer/differences explains.
#
#   SELFTESTS="ipsec l2tp.sh"     these only
set -u
. "$TOP/tests/lib/ktap.sh"

differences=$TOP/tests/peer/differences
read -ra tests <<< "${SELFTESTS:-ipsec xfrm_policy.sh rtnetlink.sh l2tp.sh vrf-xfrm-tests.sh}"
kernel=${K:-6.1}

# --- the tests ---------------------------------------------------------------------------

# Copies among the results, as the machine sees no more than this checkout and /.
fetch_tests() {
	local source test
	source=$("$TOP/tests/vm/source" linux-source-6.1)/tools/testing/selftests/net || return 1
	mkdir -p "$ARTIFACTS/tests" || return 1
	for test in "${tests[@]}"; do
		case $test in
		*.sh) cp "$source/$test" "$ARTIFACTS/tests/" ;;
		*)    gcc -O2 -o "$ARTIFACTS/tests/$test" "$source/$test.c" ;;
		esac || return 1
	done
}

# stack, what vm/run is to be told about the module: the tests have been run over that
run_over() {
	"$TOP/tests/vm/run" -k "$kernel" -t 4000 -o "$ARTIFACTS/$1" -M "$2" -- \
		"$TOP/tests/peer/lib/machine" "$ARTIFACTS/tests" "${tests[@]}" > "$ARTIFACTS/$1.said" 2>&1
}

# --- what they say -----------------------------------------------------------------------

# test < ITS OUTPUT: "NAME<TAB>VERDICT" for each result. They have three ways to say it, and
# names that occur twice.
verdicts() {
	awk -v test="$1" '
		/^ok [0-9]/           { say("pass", substr($0, length($2) + 4)) }
		/^not ok [0-9]/       { say("fail", substr($0, length($3) + 8)) }
		/^(PASS|FAIL|SKIP): / { say(tolower($1), substr($0, 7)) }
		/^TEST: .*\[ OK \]$/  { say("pass", substr($0, 7, length($0) - 13)) }
		/^TEST: .*\[FAIL\]$/  { say("fail", substr($0, 7, length($0) - 13)) }
		/^exit status /       { say($3, "exit status") }
		function say(verdict, name) {
			gsub(/:$/, "", verdict)
			gsub(/\[/, "(", name)
			gsub(/\]/, ")", name)
			gsub(/^[ #-]+| +$/, "", name)
			if (++seen[name] > 1) name = name " (" seen[name] ")"
			print test ": " name "\t" verdict
		}'
}

# verdict STACK NAME
verdict() {
	awk -F '\t' -v name="$2" '$1 == name { print $2; found = 1 } END { if (!found) print "none" }' \
		"$ARTIFACTS/$1.verdicts"
}

# --- what is known to differ ---------------------------------------------------------------

declare -A met=()

# name, verdict over the kernel's stack, verdict over nfipsec
is_known() {
	local pattern kernels ours
	while IFS=$'\t' read -r pattern kernels ours; do
		# shellcheck disable=SC2053
		if [[ $1 == $pattern && $2 == "$kernels" && $3 == "$ours" ]]; then
			met[$pattern]=1
			return 0
		fi
	done < <(grep -v '^\(#\|$\)' "$differences")
	return 1
}

compare() { # name
	local kernels ours
	kernels=$(verdict kernel "$1")
	ours=$(verdict nfipsec "$1")
	if [ "$kernels" != "$ours" ] && is_known "$1" "$kernels" "$ours"; then
		ok "$1: differs, as is known"
	else
		is "$1" "$kernels" "$ours"
	fi
}

# An explanation of what no longer differs is wrong.
all_met() {
	local pattern test
	while IFS=$'\t' read -r pattern _; do
		for test in "${tests[@]}"; do
			[ "${pattern%%: *}" = "$test" ] || continue
			is "$pattern: still differs" 1 "${met[$pattern]-}"
		done
	done < <(grep -v '^\(#\|$\)' "$differences")
}

check "the tests are there" fetch_tests || bail "no selftests"
# A copy, so that a build that starts meanwhile does not pull it away.
cp "$("$TOP/tests/vm/module" "$kernel")" "$ARTIFACTS/nfipsec.ko" || bail "the module does not build"
check "they run over the kernel's own stack" run_over kernel none || sed 's/^/# /' "$ARTIFACTS/kernel.said"
check "they run over nfipsec" run_over nfipsec "$ARTIFACTS/nfipsec.ko" || sed 's/^/# /' "$ARTIFACTS/nfipsec.said"
for stack in kernel nfipsec; do
	for test in "${tests[@]}"; do
		verdicts "$test" < "$ARTIFACTS/$stack/$test.log"
	done > "$ARTIFACTS/$stack.verdicts"
	check "$stack: there are verdicts" test -s "$ARTIFACTS/$stack.verdicts"
done
while IFS= read -r name; do
	compare "$name"
done < <(cut -f 1 "$ARTIFACTS"/{kernel,nfipsec}.verdicts | awk '!seen[$0]++')
all_met
ktap_end
