#!/usr/bin/env bash
# vm: cpus=1 timeout=120
# What happens to packets that no policy matches: the defaults of the SPD, each direction.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/protect.sh"

load_module
gateway_chain
reaches gw1 192.0.2.2 > /dev/null		# ARP is done
rules() { ipsec "$1" -F -f - || bail "rules refused"; snapshot "$1"; }
shown() { ipsec gw1 -s flow; }

ipsec gw1 -F
is "nobody has said anything: nothing is shown" "" "$(shown)"
is "JSON shows it" '{"in":"bypass","out":"bypass"}' "$(ipsec gw1 -j -s flow | jq -c .default)"

rules gw1 <<< 'set default out deny'
is "it is shown" "set default out deny" "$(shown | grep out)"
check_fails "out: nothing leaves, without any flow" reaches gw1 192.0.2.2 -W 1
check "out: the reason" no_drops gw1 OUT_NO_POLICY=1
check_fails "out: nothing is forwarded" reaches h1 10.2.0.2 -W 1
check "out, forwarded: the reason" no_drops gw1 OUT_NO_POLICY=2
check_fails "out, IPv6: nothing is forwarded" reaches h1 fd02::2 -W 1
check "out, IPv6: the reason" no_drops gw1 OUT_NO_POLICY=3
check "what does not leave the host passes" reaches gw1 127.0.0.1
check_fails "the module cannot be unloaded: packets would pass" unload_module

rules gw1 <<< 'set default in deny'
is "it is shown" "set default in deny" "$(shown | grep in)"
check_fails "in: nothing arrives, without any flow" reaches gw2 192.0.2.1 -W 1
check "in: the reason" no_drops gw1 IN_NO_POLICY=1
check_fails "in: nothing is forwarded" reaches h2 10.1.0.2 -W 1
check "in, forwarded: the reason" no_drops gw1 IN_NO_POLICY=2
check_fails "in, IPv6" reaches gw2 2001:db8::1 -W 1
check "in, IPv6: the reason, neighbour discovery passes" no_drops gw1 IN_NO_POLICY=3

rules gw1 <<- 'END'
	set default deny
	flow from 192.0.2.1 to 192.0.2.2 type bypass
END
is "both are shown, before the flows" "set default deny" "$(shown | head -n 1)"
check "a flow that lets pass" reaches gw1 192.0.2.2
check "nothing was dropped" no_drops gw1
check_fails "and nothing else" reaches h1 10.2.0.2 -W 1
check "nothing else: the reason" no_drops gw1 IN_NO_POLICY=1
shown > "$net_state/saved"
ipsec gw1 -F -f - < "$net_state/saved"
is "what is shown can be loaded" "$(cat "$net_state/saved")" "$(shown)"

sas esp transport 192.0.2.1 192.0.2.2 enc aes-128-gcm > "$net_state/sas"
{ echo 'set default deny'; echo 'flow esp from 192.0.2.1 to 192.0.2.2'; cat "$net_state/sas"; } | rules gw1
{ echo 'flow esp from 192.0.2.2 to 192.0.2.1'; cat "$net_state/sas"; } | rules gw2
capture_wire "$ARTIFACTS/protected.pcap"
check "protected packets pass" reaches gw1 192.0.2.2
capture_end
check "protected: only ESP crossed" only_esp "$ARTIFACTS/protected.pcap"
check "protected: nothing was dropped" no_drops gw1
{ echo 'set default in deny'; cat "$net_state/sas"; } | rules gw1
check_fails "transport mode without a flow: not with this default" reaches gw2 192.0.2.1 -W 1
check "transport mode without a flow: the reason" no_drops gw1 IN_NO_POLICY=1
rules gw1 < "$net_state/sas"
reaches gw2 192.0.2.1 -W 1 > /dev/null
check "transport mode without a flow: let in otherwise" no_drops gw1
is "transport mode without a flow: it was" 1 "$(delta gw1 IN_PROTECTED)"

# --- transactions -----------------------------------------------------------------------

ipsec gw2 -F

rules gw1 <<< 'set default out deny'
ipsec gw1 -f - <<- 'END' 2> /dev/null
	set default bypass
	flow from 192.0.2.1 to 192.0.2.2 type bypass
	flow from 192.0.2.1 to 192.0.2.2 type bypass
END
is "a transaction that fails leaves them alone" "set default out deny" "$(shown | grep out)"
ipsec_load gw1 <<< 'flow from 192.0.2.1 to 192.0.2.99 type bypass'
is "so do flows that are added" "set default out deny" "$(shown | grep default | grep out)"
ipsec gw1 -d -f - <<< 'set default out deny'
is "deleting it is bypass" 0 "$(shown | grep -c default)"
check "and packets pass again" reaches gw1 192.0.2.2
rules gw1 <<< 'set default deny'
ipsec gw1 -F
check "after a flush packets pass" reaches gw1 192.0.2.2
is "after a flush nothing is shown" "" "$(shown)"
ipsec gw2 -F
check "the module can be unloaded" unload_module
ktap_end
