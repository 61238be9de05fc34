#!/usr/bin/env bash
# vm: cpus=1 timeout=300
# What an IKE daemon sets on its sockets: their packets pass in clear, whatever the SPD says. And
# policies that protect the packets of one socket.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"

host_pair
load_module

talk() { in_ns "$1" timeout 20 python3 "$TOP/tests/net/xfrm-socket.py" "${@:2}"; }
serve() { # a namespace, family, address, port, how
	local line
	coproc server { exec ip netns exec "$1" python3 "$TOP/tests/net/xfrm-socket.py" "${5:-serve}" "$2" "$3" "$4"; }
	read -r line <&"${server[0]}"
	is "a server with a policy of its own listens" ready "$line"
}

# shellcheck disable=SC2154
serve_end() {
	kill "$server_PID"
	wait "$server_PID" 2> /dev/null
}

# --- policies that protect -----------------------------------------------------------------

# Nobody else has a policy: neither namespace has any hooks until a socket asks for protection.
for version in 4 6; do
	[ $version = 4 ] && { a=192.0.2.1 b=192.0.2.2; } || { a=2001:db8::1 b=2001:db8::2; }
	sas esp transport "$a" "$b" enc aes-128-gcm > "$net_state/sas"
	ipsec_load a < "$net_state/sas"
	ipsec_load b < "$net_state/sas"
	serve b $version $b 500 serve-protected
	snapshot a
	snapshot b
	capture_wire "$ARTIFACTS/socket$version.pcap"
	check "IPv$version: a socket that is protected is answered" talk a protected $version $b 500
	capture_end
	check "IPv$version: only ESP crossed" only_esp "$ARTIFACTS/socket$version.pcap"
	is "IPv$version: both ways" "1 1, 1 1" "$(delta a OUT_PROTECTED) $(delta a IN_PROTECTED), $(delta b OUT_PROTECTED) $(delta b IN_PROTECTED)"
	check "IPv$version: one that is not gets no answer" eval "! talk a plain $version $b 500"
	is "IPv$version: its packet has arrived in clear" 1 "$(delta b IN_PROTECTED)"
	in_ns a nft -f - <<- END || bail "nft refuses the rule"
		table inet nat {
			chain leaves { type nat hook postrouting priority 100; udp dport 500 snat ip$([ $version = 6 ] && echo 6) to $([ $version = 6 ] && echo "[$a]" || echo $a):1234; }
		}
	END
	snapshot a
	snapshot b
	capture_wire "$ARTIFACTS/nat$version.pcap"
	check "IPv$version: so is one whose port NAT changes" talk a protected $version $b 500
	capture_end
	check "IPv$version: it is asked again what protects it" only_esp "$ARTIFACTS/nat$version.pcap"
	is "IPv$version: each way once" "1 1, " "$(delta a OUT_PROTECTED) $(delta b OUT_PROTECTED), $(drops a)$(drops b)"
	ipsec a -d -f - < "$net_state/sas"
	snapshot a
	check "IPv$version: without an SA NAT lets nothing out" eval "! talk a protected $version $b 500"
	check "IPv$version: for want of the SA" no_drops a OUT_NO_SA=1
	ipsec_load a < "$net_state/sas"
	in_ns a nft delete table inet nat
	serve_end
	serve b $version $b 501 serve-tcp
	capture_wire "$ARTIFACTS/tcp$version.pcap"
	check "IPv$version: TCP, whose server has its policies from the socket that listens" talk a tcp $version $b 501
	capture_end
	check "IPv$version: only ESP crossed" only_esp "$ARTIFACTS/tcp$version.pcap"
	serve_end
	serve b $version $b 500
	ipsec a -F
	snapshot a
	check "IPv$version: without an SA nothing is sent" eval "! talk a protected $version $b 500"
	check "IPv$version: for that reason" no_drops a OUT_NO_SA=1
	is "IPv$version: and the key manager is asked" 1 "$(delta a OUT_ACQUIRES)"
	check "IPv$version: one that would like to be protected is answered in clear" talk a optional $version $b 500
	check "IPv$version: what makes no sense is refused" talk a refused $version
	serve_end
	ipsec b -F
done

# --- policies of an IKE daemon ---------------------------------------------------------------

for version in 4 6; do
	[ $version = 4 ] && { a=192.0.2.1 b=192.0.2.2; } || { a=2001:db8::1 b=2001:db8::2; }
	for ns in a b; do
		ipsec_load $ns <<-END || bail "$ns refuses the policies"
			flow out from $a to $b type deny
			flow out from $b to $a type deny
			flow in from $a to $b type deny
			flow in from $b to $a type deny
		END
	done
	serve b $version $b 500
	snapshot a
	snapshot b
	check "IPv$version: a socket with policies is answered in clear" talk a bypass $version $b 500
	is "IPv$version: which no policy has dropped" " " "$(drops a) $(drops b)"
	is "IPv$version: and was counted as such" "1 1" "$(delta a OUT_BYPASSED) $(delta a IN_CLEAR)"
	check "IPv$version: one without is not" eval "! talk a plain $version $b 500"
	check "IPv$version: nor one whose policy is for another protocol" eval "! talk a tcp-only $version $b 500"
	snapshot a
	check "IPv$version: one that blocks sends nothing" eval "! talk a block $version $b 500"
	check "IPv$version: what makes no sense is refused" talk a refused $version
	serve_end
	for ns in a b; do ipsec $ns -F; done
done
check "the module can be unloaded" unload_module
ktap_end
