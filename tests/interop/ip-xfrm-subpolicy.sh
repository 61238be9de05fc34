#!/usr/bin/env bash
# vm: cpus=1 timeout=200 kernels=6.1,6.12
# `ip xfrm policy` with sub-policies prints the same over nfipsec as over the kernel's own stack.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/ip-xfrm.sh"

ns_add x
cat > "$net_state/commands" <<'END'
policy add src 10.1.0.0/24 dst 10.2.0.0/24 dir out ptype sub priority 7 tmpl proto esp mode transport reqid 1
policy add src 10.1.0.0/24 dst 10.2.0.0/24 dir out ptype sub priority 8
policy add src 10.1.0.0/24 dst 10.2.0.0/24 dir out tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel reqid 2
policy add src 10.1.0.0/24 dst 10.2.0.0/24 dir in ptype sub action block
policy add src 10.1.0.0/24 dst 10.2.0.0/24 dir fwd ptype sub
policy add src 10.1.0.0/24 dst 10.2.0.0/24 dir out ptype sub mark 0x5 mask 0xff if_id 9
policy add src 10.9.0.0/24 dst 10.2.0.0/24 dir out ptype main
policy add src 2001:db8::1 dst 2001:db8::2 dir out ptype sub tmpl proto ah mode transport reqid 4 level use
policy count
policy
policy list ptype sub
policy list ptype main
policy list ptype any
policy get src 10.1.0.0/24 dst 10.2.0.0/24 dir out
policy get src 10.1.0.0/24 dst 10.2.0.0/24 dir out ptype sub
policy get src 10.1.0.0/24 dst 10.2.0.0/24 dir out ptype sub mark 0x5 mask 0xff if_id 9
policy get src 10.9.0.0/24 dst 10.2.0.0/24 dir out ptype sub
policy update src 10.1.0.0/24 dst 10.2.0.0/24 dir out ptype sub priority 9 tmpl proto ah mode transport reqid 3
policy update src 10.8.0.0/24 dst 10.2.0.0/24 dir out ptype sub
policy delete src 10.9.0.0/24 dst 10.2.0.0/24 dir out ptype sub
policy delete src 10.1.0.0/24 dst 10.2.0.0/24 dir in
policy delete src 10.1.0.0/24 dst 10.2.0.0/24 dir in ptype sub
policy deleteall dir fwd
policy
policy flush
policy
policy flush ptype main
policy flush ptype sub
policy flush ptype sub
policy
policy add src 10.1.0.0/24 dst 10.2.0.0/24 dir out ptype sub limit time-soft 1 limit time-hard 3
sleep 6
policy
policy add src 10.1.0.0/24 dst 10.2.0.0/24 dir out
policy add src 10.1.0.0/24 dst 10.2.0.0/24 dir out ptype sub
policy deleteall ptype sub
policy
policy deleteall
policy count
policy flush ptype sub
policy count
END

same_words
check "the module can be unloaded" unload_module
ktap_end
