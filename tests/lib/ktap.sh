# shellcheck shell=bash
# KTAP from a shell script.
#
#   . "$TOP/tests/lib/ktap.sh"
#   check "the file is there" test -e file      passes if the command succeeds
#   check_fails "no such file" test -e file     passes if the command fails (but exists)
#   is "port" 22 "$port"                        passes if the two are equal
#   ok NAME; not_ok NAME [WHY]; skip NAME REASON
#   diag TEXT                                   says something beside the results
#   bail TEXT                                   nothing makes sense any more: ends the script
#   skip_all REASON                             the whole script cannot run here
#   at_end COMMAND                              run COMMAND in ktap_end: it may have results
#   at_exit COMMAND                             run COMMAND when the script ends (no traps of your own)
#   ktap_end                                    the last line of every script
#
# A script that does not reach ktap_end counts as failed. A command's output is shown
# only if its check fails.

ktap_count=0
ktap_failed=0
ktap_ended=0
ktap_output=$(mktemp "${TMPDIR:-/tmp}/ktap.XXXXXX") || exit 1

ktap_at_end=()
ktap_at_exit=()

at_end() { ktap_at_end+=("$1"); }

at_exit() { ktap_at_exit+=("$1"); }

ktap_exit() {
	local status=$? command
	for command in ${ktap_at_exit[@]+"${ktap_at_exit[@]}"}; do
		eval "$command"
	done
	rm -f "$ktap_output"
	[ $ktap_ended = 1 ] && return
	echo "Bail out! the script ended before its end (status $status)"
	[ $status != 0 ] || exit 1
}
trap ktap_exit EXIT

diag() { printf '%s\n' "$*" | sed 's/^/# /'; }

ok() { echo "ok $((++ktap_count)) $1"; }

not_ok() {
	ktap_failed=$((ktap_failed + 1))
	echo "not ok $((++ktap_count)) $1"
	[ -z "${2-}" ] || diag "$2"
}

skip() { echo "ok $((++ktap_count)) $1 # SKIP $2"; }

check() {
	local name=$1 status
	shift
	"$@" > "$ktap_output" 2>&1
	status=$?
	if [ $status = 0 ]; then
		ok "$name"
	else
		not_ok "$name" "status $status of: $*"
		tail -n 60 "$ktap_output" | sed 's/^/#   /'
	fi
	return $status
}

check_fails() {
	local name=$1 status
	shift
	"$@" > "$ktap_output" 2>&1
	status=$?
	# 126 and 127: the command could not be run, which proves nothing
	case $status in
	0|126|127) not_ok "$name" "status $status of: $*"
	           tail -n 60 "$ktap_output" | sed 's/^/#   /'
	           return 1 ;;
	*)         ok "$name" ;;
	esac
}

is() {
	if [ "$2" = "$3" ]; then
		ok "$1"
		return 0
	fi
	case $2$3 in
	*$'\n'*) not_ok "$1" "$(diff -U 1 --label expected --label found <(echo "$2") <(echo "$3"))" ;;
	*)      not_ok "$1" "expected: $2
found:    $3" ;;
	esac
	return 1
}

bail() {
	echo "Bail out! $*"
	ktap_ended=1
	exit 1
}

skip_all() {
	echo "1..0 # SKIP $*"
	ktap_ended=1
	exit 0
}

ktap_end() {
	local command
	for command in ${ktap_at_end[@]+"${ktap_at_end[@]}"}; do
		eval "$command"
	done
	echo "1..$ktap_count"
	ktap_ended=1
	[ $ktap_failed = 0 ] && [ $ktap_count != 0 ]
	exit
}

# ktap_relay PREFIX < TEXT: results that somebody else printed in KTAP, as ours. An
# announced plan must be fulfilled, and there must be one.
ktap_relay() {
	local line plan='' seen=0 name
	while IFS= read -r line; do
		case $line in
		1..[0-9]*) plan=${line#1..}; plan=${plan%% *} ;;
		'ok '*|'not ok '*)
			seen=$((seen + 1))
			[[ $line =~ ^(not )?ok' '[0-9]*' '*(- )?(.*)$ ]]
			name=${BASH_REMATCH[3]}
			case $line in
			*'# SKIP'*) skip "$1${name%% \# SKIP*}" "${name##*\# SKIP }" ;;
			ok*)        ok "$1$name" ;;
			*)          not_ok "$1$name" ;;
			esac ;;
		'#'*) echo "$line" ;;
		*) echo "# $line" ;;
		esac
	done
	is "$1all announced results are there" "${plan:-a plan}" "$seen"
}

echo "KTAP version 1"
