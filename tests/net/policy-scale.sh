#!/usr/bin/env bash
# vm: cpus=2 timeout=120
# Five thousand policies that overlap: the first that matches decides, a change is obeyed
# by the next packet on every processor, and all of it takes seconds.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"

umask 077	# files of rules may have keys in them
load_module
host_pair
ip -n a route add 10.0.0.0/8 via 192.0.2.2

# In this order: exceptions; 3,500 networks of which the even ones pass; ranges across all of
# these, which come too late for them, and beyond; ports.
rules() {
	awk 'BEGIN {
		print "flow out from 192.0.2.1 to 10.1.2.3 type deny"
		print "flow out proto udp from 192.0.2.1 to 10.1.2.0/24 port 53 type deny"
		for (i = 0; i < 3500; i++)
			printf("flow out from 192.0.2.0/24 to 10.%d.%d.0/24 type %s\n",
			       i / 256, i % 256, i % 2 ? "deny" : "bypass")
		for (i = 0; i < 1000; i++)
			printf("flow out from 192.0.2.%d-192.0.2.255 to 10.0.0.%d-10.%d.255.255 type %s\n",
			       i % 100, i / 100, 100 + i % 101, i % 2 ? "bypass" : "deny")
		for (i = 0; i < 500; i++)
			printf("flow out proto udp from 192.0.2.1 port %d to 10.0.0.0/8 type deny\n", i + 1000)
		print "flow in from any to 192.0.2.77 type bypass"
	}'
}
rules > "$net_state/rules"
n=$(wc -l < "$net_state/rules")

# timed NAME SECONDS COMMAND...: it succeeds, and in time; the bounds are for emulated machines
timed() {
	local name=$1 limit=$2 begin end
	shift 2
	begin=$(date +%s%N)
	check "$name" "$@"
	end=$(($(date +%s%N) - begin))
	diag "$name: $((end / 1000000)) ms"
	check "$name: in less than $limit s" test $((end / 1000000000)) -lt "$limit"
}

# What becomes of a datagram to each address, ADDRESS[:PORT[:SOURCE-PORT]], if sent on every
# processor: one word each.
sent() {
	in_ns a python3 -B -c '
import os, socket, sys

def send(cpu, address, port=9, source=20000):
    os.sched_setaffinity(0, {cpu})
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sock:
        sock.bind(("192.0.2.1", int(source)))
        try:
            sock.sendto(b"x", (address, int(port)))
        except PermissionError:
            return "denied"
        return "passed"

for arg in sys.argv[1:]:
    said = {send(cpu, *arg.split(":")) for cpu in range(os.cpu_count())}
    print(said.pop() if len(said) == 1 else "differs")' "$@" | xargs
}

timed "$n policies are loaded as one transaction" 20 ipsec a -f "$net_state/rules"
ipsec a -s flow > "$net_state/loaded"
is "all of them are there" "$n" "$(grep -c '^flow' "$net_state/loaded")"

capture_wire "$ARTIFACTS/wire.pcap" udp
snapshot a
is "an exception, the network around it, and the one beside it" "denied passed denied" \
	"$(sent 10.1.2.3 10.1.2.4 10.1.3.3)"
is "a port in front of its network" "denied passed" "$(sent 10.1.2.4:53 10.1.2.4:54)"
is "outside of networks: the first of the ranges, the second where that ends, another" \
	"denied passed denied" "$(sent 10.60.0.1 10.101.0.1 10.200.0.1)"
is "what no policy is about" passed "$(sent 10.250.0.1)"
is "the last of the ports, and the one behind it" "denied passed" \
	"$(sent 10.250.0.1:9:1499 10.250.0.1:9:1500)"
capture_end
is "each packet is counted, once" "12 10" "$(delta a OUT_DISCARD) $(delta a OUT_BYPASSED)"
is "only what passed crossed, from both processors" "2 10.1.2.4.54 2 10.1.2.4.9 2 10.101.0.1.9 4 10.250.0.1.9" \
	"$(tcpdump -n -r "$ARTIFACTS/wire.pcap" 2>/dev/null | sed -E 's/.* > ([0-9.]+):.*/\1/' | sort | uniq -c | xargs)"

# --- changes ---------------------------------------------------------------------------------

first='flow out from 192.0.2.1 to 10.250.0.1 type deny priority 1'
timed "a policy before all others is added" 5 ipsec_load a <<< "$first"
is "the next packet is denied" denied "$(sent 10.250.0.1)"
timed "it is deleted" 5 ipsec a -d -f - <<< "$first"
is "the next packet passes" passed "$(sent 10.250.0.1)"
{ echo "$first"; tail -n 1 "$net_state/rules"; } > "$net_state/refused"
check_fails "a policy and one that exists already: refused" ipsec a -f "$net_state/refused"
is "nothing has changed" passed "$(sent 10.250.0.1)"

head -n 2500 "$net_state/rules" > "$net_state/half"
timed "2,500 policies are deleted as one transaction" 20 ipsec a -d -f "$net_state/half"
ipsec a -s flow > "$net_state/left"
# Inbound ones are listed first.
is "just those" "$(sed '2,2501d' "$net_state/loaded")" "$(cat "$net_state/left")"
is "the network no longer passes: the first of the ranges decides" denied "$(sent 10.1.2.4)"

timed "all are deleted" 20 ipsec a -F
is "none is left" "" "$(ipsec a -s flow)"
check "the module can be unloaded" unload_module
ktap_end
