# shellcheck shell=bash
# A conversation over UDP between h1 and h2 of gateway_chain that lasts, so that its flow
# can be offloaded and stays it. Source tests/lib/net.sh first.
#
#   talk_begin [ADDRESS]                of h1, of either family; h2 listens on port 7777
#   say TIMES                           each word comes back before the next is said
#   said                                words so far; may be set to 0
#   talk_end

talk_begin() {
	local from=${1:-10.1.0.2} to=10.2.0.2 family=4
	case $from in *:*) from=[$from] to='[fd02::2]' family=6 ;; esac
	ip netns exec h2 socat -T 100 UDP$family-LISTEN:7777,fork EXEC:cat &
	server=$!
	at_exit "kill $server 2>/dev/null"
	listens h2 udp 7777 || bail "no echo"
	coproc talk { ip netns exec h1 socat - "UDP$family:$to:7777,bind=$from"; }
	# shellcheck disable=SC2154
	client=$talk_PID # which goes with the coprocess
	at_exit "kill $client 2>/dev/null"
}

said=0
say() {
	local n word
	for ((n = 0; n < $1; n++)); do
		echo "word $((++said))" >&"${talk[1]}"
		read -r -t 10 -u "${talk[0]}" word && [ "$word" = "word $said" ] || {
			echo "said \"word $said\", heard \"${word-nothing}\""
			return 1
		}
	done
}

talk_end() {
	kill "$client" "$server"
	pkill -f UDP[46]-LISTEN:7777
	wait "$client" "$server" 2>/dev/null
}
