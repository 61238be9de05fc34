# shellcheck shell=bash
# What benches have in common. After ktap.sh and net.sh of tests/lib.
#
#   pg FILE WORDS               something for pktgen, which sends from eth0 of h1
#   pg_begin NAMESPACE [BYTES]  to eth0 of NAMESPACE: UDP, port 9
#   sink NAMESPACE              packets end there and are counted, before they are routed
#   used NAMESPACE COUNT        nanoseconds of work for one of COUNT packets that end there
#   memory                      bytes that the kernel uses
#   logged                      lines that it has written to its log, but for those of memory
#   load_build; load NAMESPACE ARGUMENT...   load.c; microseconds
#   figure STACK NUMBER WHAT VALUE UNIT      prints it, and keeps it in value[STACK,NUMBER,WHAT]
#   ratio A B                   with two digits; - if one is unknown
#   below A B TIMES             whether A is at most TIMES B
#
# Packets come so slowly that each is handled before the next; what the processor is not idle
# meanwhile, divided by packets, is the cost of one. Where instructions are counted, each
# takes 1 ns.

# A shell in h1 that is there all the time: to start one for each word would be measured.
pg_start() {
	modprobe pktgen || bail "no pktgen in this kernel"
	coproc PG { ip netns exec h1 bash -c 'while read -r file words; do
		echo "$words" > "/proc/net/pktgen/$file"; echo $?; done'; }
	at_exit "kill $PG_PID"
	exec {pg_in}>&"${PG[1]}" {pg_out}<&"${PG[0]}"
}

pg() { # file, words
	local status
	echo "$1 $2" >&"$pg_in"
	read -r -u "$pg_out" status
	[ "$status" = 0 ] || bail "pktgen refuses: $2"
}

pg_begin() {
	local mac
	[ -n "${pg_in-}" ] || pg_start
	mac=$(in_ns "$1" cat /sys/class/net/eth0/address)
	pg kpktgend_0 rem_device_all
	pg kpktgend_0 "add_device eth0"
	pg eth0 "dst_mac $mac"
	pg eth0 "delay 400000"
	pg eth0 "pkt_size $((${2:-64} + 14))"
	pg eth0 "udp_src_min 9"
	pg eth0 "udp_src_max 9"
	pg eth0 "udp_dst_min 9"
	pg eth0 "udp_dst_max 9"
}

sink() {
	in_ns "$1" nft -f - <<- END
		table inet sink {
			counter arrived { }
			chain in {
				type filter hook prerouting priority raw
				udp dport 9 counter name arrived drop
			}
		}
	END
}
unsink() { in_ns "$1" nft delete table inet sink; }

arrived() {
	in_ns "$1" nft reset counter inet sink arrived | sed -nE 's/.*packets ([0-9]+).*/\1/p'
}

# Sets busy to the nanoseconds since boot that the processor was at work.
read_busy() {
	local word second third now=0 idle=0
	while read -r word second third _; do
		case $word in
		now) now=$third ;;
		.idle_sleeptime) idle=$((idle + third)) ;;
		.iowait_sleeptime:) idle=$((idle + second)) ;;
		esac
	done < /proc/timer_list
	busy=$((now - idle))
}

used() {
	local busy before got
	pg eth0 "count 64"	# routes, neighbours, caches
	pg pgctrl start
	arrived "$1" > /dev/null
	pg eth0 "count $2"
	read_busy
	before=$busy
	pg pgctrl start
	read_busy
	got=$(arrived "$1")
	[ "$got" = "$2" ] || { echo "only $got of $2 packets arrived" >&2; return 1; }
	echo $(((busy - before) / $2))
}

# When what is freed late has been freed. KASAN keeps what others have freed, and then frees much at once.
memory() {
	local before=0 now=-1 still=$((65536 * ${slow:-1}))
	while :; do
		sleep 0.3
		echo 3 > /proc/sys/vm/drop_caches
		now=$(awk '/^(Slab|Percpu|VmallocUsed):/ { n += $2 } END { printf("%.0f\n", n * 1024) }' /proc/meminfo)
		[ $((now > before ? now - before : before - now)) -gt $still ] || break
		before=$now
	done
	echo "$now"
}

logged() { dmesg | grep -vc 'drop_caches: 3'; }

bytes_since() { # memory before, number: for each
	echo $((($(memory) - $1) / $2))
}

load_build() {
	"${CC:-cc}" -O2 -Wall -I"$TOP/include/uapi" -o "$net_state/load" "$TOP/tests/bench/load.c" -lmnl ||
		bail "load.c does not compile"
}

load() { # namespace, stack, add or del, policies or sas, number, batch: microseconds for each
	local us ns=$1
	shift
	us=$(in_ns "$ns" "$net_state/load" "$@") || bail "load $*: the kernel refuses"
	awk -v t="$us" -v n="$4" 'BEGIN { printf("%.2f", t / n) }'
}

declare -A value

figure() {
	[[ $4 =~ ^[0-9]+(\.[0-9]+)?$ ]] || bail "$1, $2, $3: ${4:-nothing was measured}"
	value[$1,$2,$3]=$4
	printf '# %-8s %8s  %-28s %10s %s\n' "$@"
}

ratio() {
	awk -v a="$1" -v b="$2" 'BEGIN { if (a != "" && b > 0) printf("%.2f", a / b); else print "-" }'
}

below() { # a, b, times
	echo "$1, and $3 times $2"
	awk -v a="$1" -v b="$2" -v t="$3" 'BEGIN { exit !(a != "" && b > 0 && a <= t * b) }'
}
