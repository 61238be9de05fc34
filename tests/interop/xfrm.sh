#!/usr/bin/env bash
# Another machine runs the distribution's own IPsec stack with the same keys: hosts in
# transport mode, gateways in tunnel mode, traffic that either end begins. Both ends must
# have the same number of packets in their books, and nothing may cross in clear.
# pair: peer=xfrm-peer.sh cpus=1 timeout=900 kernels=6.1
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/vm.sh"
. "$TOP/tests/lib/echo.sh"

# peer COMMAND...: the other machine runs it; its output and status
peer() {
	local number
	number=$(($(cat "$net_state/peer") + 1))
	echo $number > "$net_state/peer"
	printf '%s\n' "$*" > "$ARTIFACTS/sync/text.$number"
	vm_tell "command.$number"
	vm_wait "answered.$number" 120 || bail "the other machine does not answer: $*"
	cat "$ARTIFACTS/sync/answer.$number"
	return "$(cat "$ARTIFACTS/sync/status.$number")"
}
echo 0 > "$net_state/peer"

# h1 (10.1.0.2) is behind a (192.0.2.1). Its network, and what TCP is told between the
# machines, leave room for what IPsec adds: sizes of paths are other tests' matter.
load_module
ns_add a h1
ip link set eth0 netns a
ip -n a link set eth0 up
wire h1 eth0 a eth1 1400
addr a eth0 192.0.2.1/24
ip -n a route change 192.0.2.0/24 dev eth0 advmss 1300
addr a eth1 10.1.0.1/24
addr h1 eth0 10.1.0.2/24
ip -n h1 route add default via 10.1.0.1
ip -n a route add 10.2.0.0/24 via 192.0.2.2
in_ns a sysctl -qw net.ipv4.ip_forward=1 net.ipv6.conf.eth0.disable_ipv6=1
echo_start ip netns exec a || bail "no echo"
echo_start ip netns exec h1 || bail "no echo"
vm_wait ready 120 || bail "the other machine does not come up"

secret() { printf '%s %s' "$1" "$spi" | sha512sum | head -c $(($2 * 2)); }

# The same algorithms as ipsec.conf and as ip-xfrm have them; keys out of the SPI.
ours() {
	local word
	for word in $1; do
		case $word in
		hmac-sha1)     echo -n " auth $word authkey 0x$(secret auth 20)" ;;
		hmac-sha2-256) echo -n " auth $word authkey 0x$(secret auth 32)" ;;
		null)          echo -n " enc $word" ;;
		aes-128)       echo -n " enc $word enckey 0x$(secret enc 16)" ;;
		aes-256)       echo -n " enc $word enckey 0x$(secret enc 32)" ;;
		aes-128-gcm)   echo -n " enc $word enckey 0x$(secret enc 20)" ;;
		aes-256-gcm)   echo -n " enc $word enckey 0x$(secret enc 36)" ;;
		esac
	done
}

theirs() {
	local word
	for word in $1; do
		case $word in
		hmac-sha1)     echo -n " auth-trunc 'hmac(sha1)' 0x$(secret auth 20) 96" ;;
		hmac-sha2-256) echo -n " auth-trunc 'hmac(sha256)' 0x$(secret auth 32) 128" ;;
		null)          echo -n " enc 'ecb(cipher_null)' ''" ;;
		aes-128)       echo -n " enc 'cbc(aes)' 0x$(secret enc 16)" ;;
		aes-256)       echo -n " enc 'cbc(aes)' 0x$(secret enc 32)" ;;
		aes-128-gcm)   echo -n " aead 'rfc4106(gcm(aes))' 0x$(secret enc 20) 128" ;;
		aes-256-gcm)   echo -n " aead 'rfc4106(gcm(aes))' 0x$(secret enc 36) 128" ;;
		esac
	done
}

load_ours() { # proto, mode, algorithms
	local ends='from 192.0.2.1 to 192.0.2.2'
	[ "$2" = transport ] || ends='from 10.1.0.0/24 to 10.2.0.0/24 local 192.0.2.1 peer 192.0.2.2'
	{
		echo "flow $1 $2 $ends"
		spi=$there
		echo "$1 $2 from 192.0.2.1 to 192.0.2.2 spi $spi $(ours "$3")"
		spi=$back
		echo "$1 $2 from 192.0.2.2 to 192.0.2.1 spi $spi $(ours "$3")"
	} | ipsec a -F -f -
}

load_theirs() { # proto, mode, algorithms
	local us=192.0.2.1 them=192.0.2.2 policy flag=''
	# RFC 4302 2.6: with IPv4 the header is a multiple of 4 bytes. Unless it is told, that
	# stack makes it one of 8, as IPv6 wants it, which shows with an ICV of 128 bits.
	[ "$1" != ah ] || flag='flag align4'
	{
		echo 'ip xfrm state flush; ip xfrm policy flush; set -e'
		spi=$there
		echo "ip xfrm state add src $us dst $them proto $1 spi $spi mode $2 replay-window 32 $flag $(theirs "$3")"
		spi=$back
		echo "ip xfrm state add src $them dst $us proto $1 spi $spi mode $2 $flag $(theirs "$3")"
		case $2 in
		transport) policy="dir in src $us dst $them|dir out src $them dst $us" ;;
		tunnel)    policy="dir fwd src 10.1.0.0/24 dst 10.2.0.0/24|dir in src 10.1.0.0/24 dst 10.2.0.0/24"
		           policy+="|dir out src 10.2.0.0/24 dst 10.1.0.0/24" ;;
		esac
		echo "$policy" | tr '|' '\n' | while read -r policy; do
			case $policy in
			*out*) echo "ip xfrm policy add $policy tmpl src $them dst $us proto $1 mode $2" ;;
			*)     echo "ip xfrm policy add $policy tmpl src $us dst $them proto $1 mode $2" ;;
			esac
		done
	} > "$net_state/theirs"
	peer "$(cat "$net_state/theirs")"
}

packets_of() { # spi: in the books of the module
	ipsec a -j -s sa | jq ".sa[] | select(.spi == $(($1))) | .packets"
}

# Nobody sends any more when this is called.
compare_books() { # name
	local books sent received
	books=$(peer books)
	sent=$(packets_of "$there") received=$(packets_of "$back")
	is "$1: what we protected, they have received" "$sent" "$(awk -v s="$there" '$1 == s && NF == 2 { print $2 }' <<< "$books")"
	is "$1: what they protected, we have received" "$received" "$(awk -v s="$back" '$1 == s && NF == 2 { print $2 }' <<< "$books")"
	is "$1: they have nothing to complain about" "" "$(grep -vE "^0x[0-9a-f]* [0-9]+\$|failed 0" <<< "$books")"
	is "$1: our counters" "$sent $received $received no drops" \
		"$(delta a OUT_PROTECTED) $(delta a "IN_${protocol^^}") $(delta a IN_PROTECTED) $(drops a | grep . || echo no drops)"
	# 10 pings, 400 kB through TCP and 240 kB of datagrams, half of it each way
	check "$1: and that is all of the traffic" test "$sent" -gt 160 -a "$received" -gt 160
}

spi_base=0x2000
case_of() { # proto, mode, algorithms
	local name="$1 $2 $3" us=192.0.2.1 them=192.0.2.2
	local here=(ip netns exec a) beyond=''
	protocol=$1
	if [ "$2" = tunnel ]; then
		us=10.1.0.2 them=10.2.0.2 here=(ip netns exec h1) beyond='ip netns exec h2'
	fi
	spi_base=$((spi_base + 2))
	there=$(printf '0x%08x' $spi_base) back=$(printf '0x%08x' $((spi_base + 1)))
	check "$name: the other machine takes the rules" load_theirs "$@"
	check "$name: we take the rules" load_ours "$@"
	snapshot a
	check "$name: we ask them" echo_ask "$them" 100000 "${here[@]}"
	check "$name: they ask us" peer "echo_ask $us 100000 $beyond"
	compare_books "$name"
}

# What leaves both ends: what comes in would also be seen as it came out of ESP.
group_of() { # proto, mode, algorithms ...
	local pcap=$ARTIFACTS/$1-$2.pcap proto=$1 mode=$2 algorithms
	shift 2
	capture a eth0 "$pcap" -Q out
	peer "capture_start $pcap.peer"
	for algorithms in "$@"; do
		case_of "$proto" "$mode" "$algorithms"
	done
	peer capture_stop
	capture_end
	check "$proto $mode: only $proto leaves our end" "only_$proto" "$pcap"
	check "$proto $mode: only $proto leaves their end" "only_$proto" "$pcap.peer"
}

for mode in transport tunnel; do
	group_of esp $mode 'aes-128 hmac-sha2-256' 'aes-256 hmac-sha2-256' aes-128-gcm aes-256-gcm \
		'null hmac-sha2-256' 'null hmac-sha1'
	group_of ah $mode hmac-sha2-256 hmac-sha1
done
ktap_end
