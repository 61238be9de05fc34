#!/usr/bin/env bash
# tests/run itself: a script that misbehaves must count as failed.
set -u
. "$TOP/tests/lib/ktap.sh"

work=$(mktemp -d) || exit 1
at_exit 'rm -rf "$work"'
mkdir -p "$work/tests/host"
cp "$TOP/tests/run" "$work/tests/run"

# expect NAME SUM [TEXT] < SCRIPT: the sum that tests/run prints, and a text before
expect() {
	local name=$1 sum=$2 text=${3-} status
	rm -f "$work"/tests/host/*
	cat > "$work/tests/host/$name.sh"
	"$work/tests/run" "host/$name" > "$work/log" 2>&1
	status=$?
	is "$name: sum" "$sum" "$(tail -n 1 "$work/log")"
	[ -z "$text" ] || check "$name: says '$text'" grep -qF -- "$text" "$work/log"
	case $sum in
	*' 0 failed, '*) is "$name: status" 0 $status ;;
	*)               is "$name: status" 1 $status ;;
	esac
}

expect pass '2 passed, 0 failed, 0 skipped' <<'END'
echo "KTAP version 1"; echo "ok 1 a"; echo "ok 2 b"; echo "1..2"
END
expect fail '1 passed, 1 failed, 0 skipped' 'the broken one' <<'END'
echo "1..2"; echo "ok 1 a"; echo "not ok 2 the broken one"; exit 1
END
expect fail-quietly '1 passed, 1 failed, 0 skipped' 'the broken one' <<'END'
echo "1..2"; echo "ok 1 a"; echo "not ok 2 the broken one"; exit 0
END
expect skip '1 passed, 0 failed, 1 skipped' <<'END'
echo "1..2"; echo "ok 1 a"; echo "ok 2 b # SKIP no such thing here"
END
expect skip-all '0 passed, 0 failed, 1 skipped' <<'END'
echo "1..0 # SKIP not here"
END
expect short '1 passed, 1 failed, 0 skipped' 'announced 2 results, printed 1' <<'END'
echo "1..2"; echo "ok 1 a"
END
expect long '2 passed, 1 failed, 0 skipped' 'announced 1 results, printed 2' <<'END'
echo "1..1"; echo "ok 1 a"; echo "ok 2 b"
END
expect no-plan '1 passed, 1 failed, 0 skipped' 'no plan' <<'END'
echo "ok 1 a"
END
expect empty '0 passed, 1 failed, 0 skipped' 'no plan' <<< ':'
expect plan-of-none '0 passed, 1 failed, 0 skipped' 'no results' <<< 'echo 1..0'
expect dies '1 passed, 1 failed, 0 skipped' 'exit status 7' <<'END'
echo "1..1"; echo "ok 1 a"; exit 7
END
expect killed '1 passed, 1 failed, 0 skipped' <<'END'
echo "ok 1 a"; kill -9 $$
END
expect bails '1 passed, 1 failed, 0 skipped' 'Bail out! no network' <<'END'
echo "ok 1 a"; echo "Bail out! no network"; exit 1
END
expect slow '1 passed, 1 failed, 0 skipped' 'took too long' <<'END'
# host: timeout=1
echo "1..1"; echo "ok 1 a"; sleep 60
END
expect library '3 passed, 2 failed, 1 skipped' 'expected: 1' <<END
. "$TOP/tests/lib/ktap.sh"
check yes true
check no false
check_fails no false
is same 1 1
is other 1 2
skip this reason
ktap_end
END
expect library-early '1 passed, 1 failed, 0 skipped' 'ended before its end' <<END
. "$TOP/tests/lib/ktap.sh"
check yes true
exit 0
END
expect library-missing '0 passed, 1 failed, 0 skipped' <<END
. "$TOP/tests/lib/ktap.sh"
check_fails "a command that is not there" no-such-command
ktap_end
END

# several scripts at once, and all are counted
rm -f "$work"/tests/host/*
for i in 1 2 3 4 5; do
	printf 'sleep 0.2; echo 1..1; echo ok 1 x\n' > "$work/tests/host/t$i.sh"
done
echo 'echo 1..1; echo not ok 1 x' > "$work/tests/host/t6.sh"
echo 'echo 1..1; echo not ok 1 x' > "$work/tests/host/t6-peer.sh"
is "a directory" '5 passed, 1 failed, 0 skipped' "$(JOBS=3 "$work/tests/run" host 2>&1 | tail -n 1)"
is "everything" '5 passed, 1 failed, 0 skipped' "$("$work/tests/run" 2>&1 | tail -n 1)"

# ended from outside: what it started ends, too, and nothing else
rm -f "$work"/tests/host/*
echo "echo \$\$ > '$work/pid'; sleep 1000" > "$work/tests/host/long.sh"
"$work/tests/run" > /dev/null 2>&1 &
driver=$!
for ((i = 0; i < 100; i++)); do
	[ ! -s "$work/pid" ] || break
	sleep 0.1
done
kill "$driver"
wait "$driver"
is "interrupted: status" 130 $?
is "interrupted: its test has ended" no "$(kill -0 "$(cat "$work/pid")" 2>/dev/null && echo still there || echo no)"

check_fails "no such test" "$work/tests/run" host/none
check_fails "no tests at all" env -C "$work" sh -c 'rm -rf tests/host && tests/run'

ktap_end
