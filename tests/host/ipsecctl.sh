#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
#
# The golden tests of ipsecctl: tests/ipsecctl/*.in, parsed with -n, so that neither
# root nor the module is needed.
#
#   NAME.in, NAME.ok		"ipsecctl -n -v -f NAME.in" prints NAME.ok; and NAME.ok
#				parsed again prints itself
#   fail-NAME.in, fail-NAME.err	it fails, and prints just fail-NAME.err
#   NAME.warn			it prints these warnings, too; warnings of a failure are in its .err
#   NAME.args			more options
#
# IPSECCTL=FILE tests that program; otherwise it is built from tools/ipsecctl.
# SANITIZE=1 builds it with ASan and UBSan and feeds the parser mutated inputs, too.
# UPDATE=1 writes the golden files instead of comparing: look at the diff.

cd "$(dirname "$0")/../.." || exit 1
top=$PWD
golden=$top/tests/ipsecctl
tmp=$(mktemp -d) || exit 1
trap 'rm -rf "$tmp"' EXIT
trap 'exit 1' INT TERM

n=0
failed=0
# "result NAME": by the status of the last command
result() {
	status=$?
	n=$((n + 1))
	if [ $status -eq 0 ]; then
		echo "ok $n $1" >>"$tmp/results"
	else
		echo "not ok $n $1" >>"$tmp/results"
		[ -s "$tmp/why" ] && sed 's/^/# /' "$tmp/why" >>"$tmp/results"
		failed=$((failed + 1))
	fi
	: >"$tmp/why"
}

skip() {
	n=$((n + 1))
	echo "ok $n $1 # SKIP $2" >>"$tmp/results"
}

bail() {
	echo "Bail out! $1"
	[ -s "$tmp/log" ] && sed 's/^/# /' "$tmp/log"
	exit 1
}

# compare EXPECTED ACTUAL
compare() {
	if [ -n "$UPDATE" ]; then
		cp "$2" "$1" && cp "$2" .
		return 0
	fi
	diff -u "$1" "$2" >"$tmp/why" 2>&1
}

# run ARGUMENT...: sets rc, fills out and err; not even an error of a sanitizer is
# taken for an error of the input
run() {
	"$IPSECCTL" "$@" >"$tmp/out" 2>"$tmp/err"
	rc=$?
	[ $rc -le 1 ] && return 0
	{ echo "exit status $rc"; cat "$tmp/err"; } >"$tmp/why"
	return 1
}

# fails TEXT ARGUMENT...: exit status 1, no output, and TEXT in the error
fails() {
	text=$1
	shift
	run "$@" || return 1
	[ $rc -eq 1 ] && [ ! -s "$tmp/out" ] && grep -qF -- "$text" "$tmp/err" && return 0
	{ echo "status $rc, expected an error with: $text"; cat "$tmp/err"; } >"$tmp/why"
	return 1
}

# prints TEXT ARGUMENT...: exit status 0, TEXT in the output, no errors
prints() {
	text=$1
	shift
	run "$@" || return 1
	[ $rc -eq 0 ] && [ ! -s "$tmp/err" ] && grep -qF -- "$text" "$tmp/out" && return 0
	{ echo "status $rc, expected: $text"; cat "$tmp/out" "$tmp/err"; } >"$tmp/why"
	return 1
}

build() {
	mkdir "$tmp/build"
	set --
	[ -n "$SANITIZE" ] && set -- CFLAGS="-O1 -g -fsanitize=address,undefined \
		-fno-sanitize-recover=all -fno-omit-frame-pointer"
	make -s -C "$top/tools/ipsecctl" O="$tmp/build" "$@" >"$tmp/log" 2>&1 ||
		bail "ipsecctl does not build"
	IPSECCTL=$tmp/build/ipsecctl
}

golden_ok() {
	name=$1
	args=
	[ -f "$name.args" ] && args=$(cat "$name.args")
	# shellcheck disable=SC2086
	run -n -v $args -f "$name.in" || return 1
	[ $rc -eq 0 ] || { cp "$tmp/err" "$tmp/why"; return 1; }
	if [ -s "$tmp/err" ] || [ -f "$name.warn" ]; then
		compare "$golden/$name.warn" "$tmp/err" || return 1
	fi
	compare "$golden/$name.ok" "$tmp/out"
}

round_trip() {
	run -n -v -f - <"$golden/$1.ok" || return 1
	[ $rc -eq 0 ] || { cp "$tmp/err" "$tmp/why"; return 1; }
	diff -u "$golden/$1.ok" "$tmp/out" >"$tmp/why"
}

golden_fail() {
	name=$1
	args=
	[ -f "$name.args" ] && args=$(cat "$name.args")
	# shellcheck disable=SC2086
	run -n -v $args -f "$name.in" || return 1
	[ $rc -eq 1 ] || { echo "exit status $rc" >"$tmp/why"; return 1; }
	[ ! -s "$tmp/out" ] || { echo "printed rules" >"$tmp/why"; return 1; }
	compare "$golden/$name.err" "$tmp/err"
}

test_golden() {
	for f in *.in; do
		name=${f%.in}
		case $name in
		fail-*)
			golden_fail "$name"
			result "ipsecctl/$name"
			;;
		*)
			golden_ok "$name"
			result "ipsecctl/$name"
			round_trip "$name"
			result "ipsecctl/$name-again"
			;;
		esac
	done
}

rule='flow out from 10.0.0.1 to 10.0.0.2 type deny'

# mode_of_rules MODE ok|refused
mode_of_rules() {
	echo "$rule" >mode.conf
	chmod "$1" mode.conf
	if [ "$2" = ok ]; then
		prints "$rule" -n -v -f mode.conf
	else
		fails "mode.conf: cannot read this file: its group may write to it or others have access to it (mode $1)" \
			-n -v -f mode.conf
	fi
	result "ipsecctl/rules-mode-$1-$2"
}

mode_of_key() {
	rm -f mode.key
	cp 256.key mode.key
	chmod "$1" mode.key
	echo 'esp from 192.0.2.1 to 192.0.2.2 spi 0x1000 enc null authkey file "mode.key"' >key.conf
	chmod 600 key.conf
	if [ "$2" = ok ]; then
		prints "authkey 0x" -n -v -f key.conf
	else
		fails "key.conf:1:66: cannot use the key file \"mode.key\": its group or others have access to it (mode $1)" \
			-n -v -f key.conf
	fi
	result "ipsecctl/key-mode-$1-$2"
}

test_secrecy() {
	for mode in 0600 0400 0640 0440; do
		rm -f mode.conf
		mode_of_rules $mode ok
	done
	for mode in 0644 0604 0602 0660 0601; do
		mode_of_rules $mode refused
	done
	for mode in 0600 0400; do
		mode_of_key $mode ok
	done
	for mode in 0640 0604 0620 0602 0610; do
		mode_of_key $mode refused
	done

	chmod 644 sub/one.inc
	fails 'include.in:2:9: cannot read "sub/one.inc": its group may write' -n -f include.in
	result ipsecctl/include-mode
	chmod 600 sub/one.inc

	mkfifo fifo.key
	chmod 600 fifo.key
	echo 'esp from 192.0.2.1 to 192.0.2.2 spi 0x1000 enc null authkey file "fifo.key"' >key.conf
	fails 'it is not a regular file' -n -f key.conf
	result ipsecctl/key-fifo

	if [ "$(id -u)" != 0 ]; then
		skip ipsecctl/rules-owner "needs root"
		return
	fi
	echo "$rule" >owner.conf
	chmod 600 owner.conf
	chown 65534 owner.conf
	fails 'owner.conf: cannot read this file: it belongs neither to root nor to the current user' \
		-n -f owner.conf
	result ipsecctl/rules-owner
}

test_stdin() {
	echo "$rule" | prints "$rule" -n -v -f -
	result ipsecctl/stdin
	echo 'flow from' | fails 'stdin:1:10: expected an address after "from"' -n -f -
	result ipsecctl/stdin-error
	chmod 644 mode.conf
	prints "$rule" -n -v -f - <mode.conf
	result ipsecctl/stdin-any-mode
	prints "# stdin:1:1" -n -vv -f - <mode.conf
	result ipsecctl/verbose-place
	# rules that deny everything must not be lost because the path is relative
	mkdir -p deep && (cd deep && prints 'to 10.0.0.6' -n -v -f ../include.in)
	result ipsecctl/include-beside
}

test_options() {
	fails 'usage: ipsecctl'
	result ipsecctl/usage
	fails 'usage: ipsecctl' -x
	result ipsecctl/usage-unknown
	fails 'unexpected argument "more"' -n -f mode.conf more
	result ipsecctl/argument
	fails '-s: expected flow, sa, stats or all, found "flows"' -s flows
	result ipsecctl/show-what
	fails '-D: expected macro=value, found "x"' -n -D x -f mode.conf
	result ipsecctl/define-syntax
	fails '-d deletes the rules of a file' -d
	result ipsecctl/delete-needs-file
	fails '-f: only one file' -n -f a -f b
	result ipsecctl/one-file
	fails 'none.conf: cannot read this file: No such file or directory' -n -f none.conf
	result ipsecctl/no-file
	chmod 600 sa-default.in fail-sa-duplicate.in
	prints 'spi 0x00001000' -n -v -d -f fail-sa-duplicate.in
	result ipsecctl/delete-duplicates
	chmod 600 sa-legacy.in
	prints 'auth hmac-md5 enc 3des' -n -v -d -f sa-legacy.in
	result ipsecctl/delete-legacy
	printf 'a = %0100000d\n' 0 | fails 'longer than 65536 bytes' -n -f -
	result ipsecctl/macro-too-long
	if "$IPSECCTL" -n -v -f sa-default.in >/dev/full 2>"$tmp/err"; then
		false
	else
		grep -q 'cannot write the output' "$tmp/err"
	fi
	result ipsecctl/disk-full
}

test_names() {
	if ! getent services ssh/tcp >/dev/null; then
		skip ipsecctl/service "no /etc/services"
	else
		echo 'flow out proto tcp from any to 10.0.0.1 port ssh type deny' |
			prints 'port 22 type deny' -n -v -f -
		result ipsecctl/service
	fi
	echo 'flow out from any to nowhere.invalid type deny' |
		fails 'stdin:1:22: cannot find the address of "nowhere.invalid"' -n -v -f -
	result ipsecctl/unknown-host
	if ! getent ahostsv4 localhost | grep -q '^127\.0\.0\.1 '; then
		skip ipsecctl/host "no localhost"
	else
		echo 'esp from 127.0.0.2 to localhost spi 0x1000 enc null authkey file "256.key"' |
			prints 'from 127.0.0.2 to 127.0.0.1 spi' -n -v -f -
		result ipsecctl/host
	fi
}

test_size() {
	awk 'BEGIN {
		for (i = 0; i < 100000; i++)
			printf("flow out from 10.%d.%d.%d to 10.0.0.1 type deny\n",
			       i / 65536, i / 256 % 256, i % 256)
	}' >large.conf
	chmod 600 large.conf
	timeout 60 "$IPSECCTL" -n -v -f large.conf >"$tmp/out" &&
		[ "$(wc -l <"$tmp/out")" -eq 100000 ]
	result ipsecctl/100000-rules
	awk 'BEGIN {
		printf("flow out from {")
		for (i = 0; i < 300; i++)
			printf(" 10.0.%d.%d,", i / 256, i % 256)
		printf("} to {")
		for (i = 0; i < 300; i++)
			printf(" 10.1.%d.%d,", i / 256, i % 256)
		print "} type deny"
	}' | fails 'this rule makes more than 65536 flows' -n -f -
	result ipsecctl/too-many-flows
}

test_without_module() {
	if [ -d /sys/module/nfipsec ]; then
		skip ipsecctl/no-module "the module is loaded"
		skip ipsecctl/no-keys "the module is loaded"
		return
	fi
	fails 'ipsecctl: the nfipsec module is not loaded (modprobe nfipsec)' -s all
	result ipsecctl/no-module
	# without -n it is not the parser that is of interest
	run -v -f sa-default.in && [ $rc -eq 1 ] && grep -q 'spi 0x00001000' "$tmp/out" &&
		! grep -q key "$tmp/out"
	result ipsecctl/no-keys
}

test_mutations() {
	o=$tmp/build
	${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 -g -fsanitize=address,undefined \
		-fno-sanitize-recover=all -I"$top/tools/ipsecctl" -I"$top/include/uapi" \
		-I"$top/tests/fuzz/lib" -o "$tmp/build/mutate" "$golden/mutate.c" \
		"$top/tests/fuzz/parser.c" "$o/nl_encode.o" "$o/nl_decode.o" "$o/print.o" \
		"$o/libparse.a" -lmnl >"$tmp/log" 2>&1 ||
		bail "mutate.c does not build"
	"$tmp/build/mutate" ./*.in >"$tmp/why" 2>&1
	result ipsecctl/mutations
}

# what goes to the kernel comes back the same, and JSON is JSON
test_wire() {
	cflags=
	[ -n "$SANITIZE" ] && cflags="-fsanitize=address,undefined -fno-sanitize-recover=all"
	o=$tmp/build
	# shellcheck disable=SC2086
	${CC:-cc} -std=c11 -D_GNU_SOURCE -O1 -g $cflags -I"$top/tools/ipsecctl" \
		-I"$top/include/uapi" -o "$o/wire" "$golden/wire.c" "$o/nl_encode.o" \
		"$o/nl_decode.o" "$o/print.o" "$o/json.o" "$o/json_model.o" "$o/libparse.a" \
		-lmnl >"$tmp/log" 2>&1 || bail "wire.c does not build"
	for f in *.ok; do
		name=${f%.ok}
		# a priority or a window that is the default need not be said
		sed 's/ priority 1000$//; s/ replay 64$//' "$f" >"$tmp/expected"
		"$o/wire" "$f" >"$tmp/out" 2>"$tmp/why" && diff -u "$tmp/expected" "$tmp/out" >"$tmp/why"
		result "ipsecctl/wire-$name"
	done
	if ! command -v python3 >/dev/null; then
		skip ipsecctl/json "no python3"
		return
	fi
	"$o/wire" -j sa-pair.ok >"$tmp/out" 2>"$tmp/why" &&
		python3 - "$tmp/out" >"$tmp/why" 2>&1 <<-'END'
		import json, sys
		text = open(sys.argv[1], encoding="ascii").read()
		top = json.loads(text)
		out, back = top["rules"]
		assert (out["spi"], back["spi"]) == (0x1000, 0x1001), top
		assert (out["src"], back["src"]) == ("192.0.2.1", "192.0.2.2"), top
		assert out["enc"] == "aes-128" and out["auth"] == "hmac-sha2-256", top
		assert out["enc_key"] == "0x00112233445566778899aabbccddeeff", top
		assert top['odd "key"\n'] == "odd \\ value\t\x1b\xff", top
		assert len(text.splitlines()) == 4, text
		END
	result ipsecctl/json-sa
	"$o/wire" -j sa-outer.ok >"$tmp/out" 2>"$tmp/why" &&
		python3 - "$tmp/out" >"$tmp/why" 2>&1 <<-'END'
		import json, sys
		rules = json.load(open(sys.argv[1]))["rules"]
		names = ("df", "ecn", "dscp", "dscp_decap", "ttl", "flow_label")
		said = [tuple(rule[name] for name in names) for rule in rules]
		assert said[0] == ("copy", "normal", None, False, None, None), said
		assert said[1] == ("set", "compat", 46, True, 255, None), said
		assert said[2] == ("clear", "normal", None, False, 0, None), said
		assert said[4] == ("copy", "normal", 0, False, 1, 0xfffff), said
		assert rules[0]["dscp_map"] is None, rules
		table = list(range(64))
		table[46], table[10], table[0] = 34, 0, 63
		assert rules[2]["dscp_map"] == table, rules
		END
	result ipsecctl/json-outer
	"$o/wire" -j flow-port-range.ok >"$tmp/out" 2>"$tmp/why" &&
		python3 - "$tmp/out" >"$tmp/why" 2>&1 <<-'END'
		import json, sys
		out, back = json.load(open(sys.argv[1]))["rules"]
		sel = out["selectors"][0]
		assert out["dir"] == "out" and back["dir"] == "in", out
		assert out["type"] == "require" and out["action"] == "protect", out
		assert out["priority"] == 1000 and out["optional"] is False, out
		assert sel["proto"] == 6 and sel["proto_name"] == "tcp", out
		assert (sel["sport_min"], sel["sport_max"], sel["dport_min"]) == (1024, 65535, 80), out
		assert back["selectors"][0]["src_min"] == "10.0.0.2", back
		assert out["specs"][0] == {"proto": "esp", "mode": "any", "src": None,
					   "dst": None, "reqid": 0, "optional": False}, out
		END
	result ipsecctl/json-flow
}

echo "KTAP version 1"
[ -n "$IPSECCTL" ] || build
cp -r "$golden" "$tmp/work" && cd "$tmp/work" || exit 1
# what git checks out is readable by others
chmod -R go= .

test_golden
test_secrecy
test_stdin
test_options
test_names
test_size
test_without_module
# these need the parts of the program
[ -d "$tmp/build" ] && test_wire
[ -n "$SANITIZE" ] && test_mutations
echo "1..$n"
cat "$tmp/results"
[ $failed -eq 0 ]
