#!/usr/bin/env bash
# Memory that nothing points to any more, by the word of the debug kernel's
# kmemleak. tests/vm/init asks once at the end of every job; this is for a test
# that wants to know earlier, or whose leak.
#
#   tests/lib/kmemleak.sh clear      what is there now is nobody's: forget it
#   tests/lib/kmemleak.sh symbols    remember the module's addresses, just before it is unloaded
#   tests/lib/kmemleak.sh check      scan; print leaks and exit 1 if there are any
#
# On a kernel without kmemleak each of them does nothing and exits 0.
set -u

leaks=/sys/kernel/debug/kmemleak
symbols=/run/kmemleak.symbols

[ -e $leaks ] || exit 0

# A block counts once it is 5 seconds old, and its contents were the same in two scans.
scan() {
	sleep 6
	echo scan > $leaks
	sleep 1
	echo scan > $leaks
	cat $leaks
}

# The kernel cannot name addresses of a module that is gone.
resolve() {
	[ -s $symbols ] || { cat; return; }
	python3 -c '
import bisect, re, sys
table = sorted((int(a, 16), n) for a, _, n, *_ in map(str.split, open(sys.argv[1])))
starts = [a for a, _ in table]
def name(m):
    a = int(m.group(1), 16)
    i = bisect.bisect_right(starts, a) - 1
    return f"{m.group(0)} {table[i][1]}+{a - starts[i]:#x}" if i >= 0 and a - starts[i] < 1 << 14 else m.group(0)
for line in sys.stdin:
    print(re.sub(r"\[<([0-9a-f]{8,16})>\] 0x[0-9a-f]+", name, line), end="")
' $symbols
}

case ${1-} in
clear)
	scan > /dev/null
	echo clear > $leaks ;;
symbols)
	grep -w '\[nfipsec\]' /proc/kallsyms > $symbols ;;
check)
	found=$(scan | resolve)
	[ -z "$found" ] || { printf '%s\n' "$found"; exit 1; } ;;
*)
	echo "usage: kmemleak.sh clear|symbols|check" >&2
	exit 2 ;;
esac
