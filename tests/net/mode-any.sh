#!/usr/bin/env bash
# SAs that leave their mode open: it is that of the flow, for each packet anew.
# vm: cpus=1 timeout=300
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"
. "$TOP/tests/lib/matrix.sh"

load_module
modprobe -a ipip ip_tables 2> /dev/null
gateway_chain

# load MODE-OF-THE-TUNNEL MODE-OF-THE-HOSTS FAMILY: one pair of SAs for both flows
load() {
	local end1 end2 left right
	end1=$(end_of 1 "$3") end2=$(end_of 2 "$3") left=$(net_of 1 "$3") right=$(net_of 2 "$3")
	sas esp any "$end1" "$end2" auth hmac-sha1 enc null > "$net_state/sas"
	{
		echo "flow esp $1 from $left to $right local $end1 peer $end2"
		echo "flow esp $2 from $end1 to $end2"
		cat "$net_state/sas"
	} | ipsec gw1 -F -f - &&
	{
		echo "flow esp $1 from $right to $left local $end2 peer $end1"
		echo "flow esp $2 from $end2 to $end1"
		cat "$net_state/sas"
	} | ipsec gw2 -F -f - || bail "the gateways refuse their rules"
}

# inside FILE: what the trailers name, from gw1; nothing is encrypted, an ICV has 12 bytes
inside() {
	python3 - "$1" << 'END'
import struct, sys
data = open(sys.argv[1], "rb").read()
at, found = 24, []
while at < len(data):
    size, = struct.unpack_from("I", data, at + 8)
    frame, at = data[at + 16:at + 16 + size], at + 16 + size
    kind, packet = frame[12:14], frame[14:]
    if kind == b"\x08\0" and packet[9] == 50 and packet[15] == 1:
        found.append(packet[:struct.unpack_from("!H", packet, 2)[0]][-13])
    if kind == b"\x86\xdd" and packet[6] == 50 and packet[23] == 1:
        found.append(packet[-13])
print(*found)
END
}

for family in 4 6; do
	case $family in
	4) ip_inside=4 icmp=1 ;;
	6) ip_inside=41 icmp=58 ;;
	esac
	for modes in "tunnel transport" " "; do
		name="v$family, flows say ${modes/ /nothing}"
		name=${name/tunnelnothingtransport/tunnel and transport}
		# shellcheck disable=SC2086
		load "${modes% *}" "${modes#* }" $family
		wire=$ARTIFACTS/any-$family-${modes%% *}.pcap
		capture_wire "$wire" "esp"
		snapshot gw1
		snapshot gw2
		check "$name: the networks" reaches h1 "$(host_of 2 $family)"
		check "$name: the gateways" reaches gw1 "$(end_of 2 $family)"
		check "$name: the books of both ends" balanced gw1 gw2 esp
		capture_end
		is "$name: IP inside, then not" "$ip_inside $icmp" "$(inside "$wire")"
		is "$name: two packets each way under the same SA" "2 2" \
			"$(ipsec gw1 -j -s sa | grep -o '"packets":[0-9]*' | cut -d : -f 2 | xargs)"
		# ESP, ICV and trailer in words of 4; what is left is for the tunnel's packet, or
		# behind the IP header in transport mode
		header=$([ $family = 4 ] && echo 20 || echo 40)
		room=$(((1500 - header - 8 - 12) / 4 * 4 - 2))
		check "$name: what fits the tunnel" exact_limit h1 "$(host_of 2 $family)" $room
		check "$name: what fits without" exact_limit gw1 "$(end_of 2 $family)" $((room + header))
		forget_path h1
		forget_path gw1
	done
done

# What came through a tunnel is not what a flow asks for that says transport.
load tunnel transport 4
ipsec gw2 -F -f - <<- END || bail "gw2 refuses its rules"
	flow esp transport from 10.2.0.0/24 to 10.1.0.0/24 local 192.0.2.2 peer 192.0.2.1
	$(cat "$net_state/sas")
END
snapshot gw2
check_fails "a tunnel where the flow says transport" reaches h1 10.2.0.2 -W 1
check "a tunnel where the flow says transport: the reason" no_drops gw2 IN_WRONG_SA=1

# IP in IP that is protected in transport mode comes out of no tunnel of ours.
sas esp any 192.0.2.1 192.0.2.2 auth hmac-sha1 enc null > "$net_state/sas"
for n in 1 2; do
	{ echo "flow esp transport proto ipip from 192.0.2.$n to 192.0.2.$((3 - n))"; cat "$net_state/sas"; } |
		ipsec gw$n -F -f - || bail "gw$n refuses its rules"
	ip -n gw$n link add tun0 type ipip local 192.0.2.$n remote 192.0.2.$((3 - n))
	addr gw$n tun0 10.7.0.$n/24
	ip -n gw$n link set tun0 up
done
capture_wire "$ARTIFACTS/ipip.pcap"
snapshot gw1
snapshot gw2
check "IP in IP in transport mode" reaches gw1 10.7.0.2 -c 2 -i 0.05
check "IP in IP in transport mode: the books of both ends" balanced gw1 gw2 esp
capture_end
check "IP in IP in transport mode: only ESP on the wire" only_esp "$ARTIFACTS/ipip.pcap"

unprotect gw1 gw2
check "the module can be unloaded" await 10 unload_module
ktap_end
