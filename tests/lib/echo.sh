# shellcheck shell=bash
# Traffic that comes back: who asks knows what both directions did to it.
#
#   echo_start [PREFIX...]              TCP port 5001, UDP port 5002: everything is sent back;
#                                       PREFIX: `ip netns exec NS`. Returns once it listens
#   echo_ask ADDRESS [BYTES [PREFIX...]]  pings, a TCP transfer of BYTES there and back, one
#                                       UDP datagram of 60000 there and back, compared

echo_server='
import socket, threading
tcp, udp = socket.create_server(("", 5001)), socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
udp.bind(("", 5002))
def answer(connection):
    with connection:
        while data := connection.recv(65536):
            connection.sendall(data)
def listen():
    while True:
        threading.Thread(target=answer, args=(tcp.accept()[0],), daemon=True).start()
threading.Thread(target=listen, daemon=True).start()
print("listening", flush=True)
while True:
    udp.sendto(*udp.recvfrom(65536))
'

echo_start() {
	local said
	said=$(mktemp "${TMPDIR:-/tmp}/echo.XXXXXX")
	"$@" python3 -c "$echo_server" > "$said" 2>&1 < /dev/null &
	until grep -q listening "$said"; do
		kill -0 $! || { cat "$said" >&2; return 1; }
		sleep 0.1
	done
}

echo_compare() { # name, file
	cmp - "$2" && echo "$1 came back"
}

echo_steps() { # directory, address, prefix...
	local dir=$1 address=$2
	shift 2
	"$@" ping -n -q -c 3 -i 0.05 -W 5 "$address" &&
		"$@" ping -n -q -c 2 -i 0.05 -W 5 -s 1452 "$address" &&
		"$@" timeout 60 socat -t 30 - "TCP4:$address:5001" < "$dir/tcp" | echo_compare TCP "$dir/tcp" &&
		# One write is one datagram, and so is one read.
		"$@" timeout 20 bash -c 'exec 3<> "/dev/udp/$1/5002" && dd bs=65536 if="$2" >&3 &&
			dd bs=65536 count=1 <&3' - "$address" "$dir/udp" | echo_compare UDP "$dir/udp"
}

echo_ask() {
	local address=$1 bytes=${2:-300000} dir status
	shift; [ $# = 0 ] || shift
	dir=$(mktemp -d "${TMPDIR:-/tmp}/echo.XXXXXX")
	head -c "$bytes" /dev/urandom > "$dir/tcp"
	head -c 60000 /dev/urandom > "$dir/udp"
	echo_steps "$dir" "$address" "$@"
	status=$?
	rm -rf "$dir"
	return $status
}
