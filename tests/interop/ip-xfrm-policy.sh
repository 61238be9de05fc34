#!/usr/bin/env bash
# vm: cpus=1 timeout=300 kernels=6.1,6.12
# `ip xfrm policy` as the distribution has it prints the same over nfipsec as over the kernel's own
# stack.
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/ip-xfrm.sh"

ns_add x
cat > "$net_state/commands" <<'END'
policy count
policy
policy add src 10.1.0.0/24 dst 10.2.0.0/24 dir out priority 100 tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel reqid 7
policy add src 10.2.0.0/24 dst 10.1.0.0/24 dir in priority 100 tmpl src 192.0.2.2 dst 192.0.2.1 proto esp mode tunnel reqid 7
policy add src 10.2.0.0/24 dst 10.1.0.0/24 dir fwd priority 100 tmpl src 192.0.2.2 dst 192.0.2.1 proto esp mode tunnel reqid 7
policy add src 192.0.2.1 dst 192.0.2.2 proto tcp sport 80 dir out action block
policy add src 192.0.2.1 dst 192.0.2.2 proto icmp type 8 code 0 dir out action allow
policy add src 2001:db8::1 dst 2001:db8::2 dir out tmpl proto esp mode transport reqid 3 level use
policy add src 2001:db8::1 dst 2001:db8::3 dir out tmpl proto esp mode transport reqid 3 level use tmpl proto ah mode transport reqid 4
policy add src 10.3.0.0/24 dst 10.4.0.0/16 dir out flag localok tmpl proto esp spi 0x77 mode transport tmpl src 192.0.2.1 dst 192.0.2.2 proto ah mode tunnel
policy add src 10.1.0.0/24 dst 10.2.0.0/24 dir out priority 200
policy update src 10.1.0.0/24 dst 10.2.0.0/24 dir out priority 200 tmpl src 192.0.2.1 dst 192.0.2.3 proto esp mode tunnel reqid 8
policy add src 10.5.0.0/24 dst 10.6.0.0/24 dir out mark 0x1 mask 0xff tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel reqid 11
policy add src 10.5.0.0/24 dst 10.6.0.0/24 dir out mark 0x102 mask 0xff tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel reqid 12
policy add src 10.5.0.0/24 dst 10.6.0.0/24 dir out if_id 42 tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel reqid 13
policy add src 10.5.0.0/24 dst 10.6.0.0/24 dir out mark 0x1 if_id 0x2b tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel reqid 14
policy add src 10.5.0.0/24 dst 10.6.0.0/24 dir out tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel reqid 15
policy add src 10.5.0.0/24 dst 10.6.0.0/24 dir out if_id 42 tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel reqid 16
policy update src 10.5.0.0/24 dst 10.6.0.0/24 dir out if_id 42 tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel reqid 16
policy get src 10.5.0.0/24 dst 10.6.0.0/24 dir out mark 0x1 mask 0xff
policy get src 10.5.0.0/24 dst 10.6.0.0/24 dir out mark 0x1
policy delete src 10.5.0.0/24 dst 10.6.0.0/24 dir out mark 0x2 mask 0xff
policy add src 10.7.0.0/24 dst 10.6.0.0/24 dev lo dir out tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode tunnel reqid 17
policy add src 10.7.0.0/24 dst 10.6.0.0/24 dev lo dir out action block
policy add src 10.7.0.0/24 dst 10.6.0.0/24 dir out action block
policy get src 10.7.0.0/24 dst 10.6.0.0/24 dev lo dir out
policy delete src 10.7.0.0/24 dst 10.6.0.0/24 dir out
policy get src 10.7.0.0/24 dst 10.6.0.0/24 dir out
policy update src 10.9.0.0/24 dst 10.2.0.0/24 dir out
policy add src 10.1.0.0/24 dst 10.2.0.0/24 dir out tmpl src 192.0.2.1 dst 192.0.2.2 proto esp mode iptfs
policy count
-s -s policy count
policy set hthresh4 24 16 hthresh6 64 48
policy set hthresh4 33 16
-s -s policy count
policy setdefault in block out accept
policy getdefault
policy setdefault in accept fwd accept
policy getdefault
policy
policy list dir fwd
policy get src 10.1.0.0/24 dst 10.2.0.0/24 dir out
-s policy get src 10.1.0.0/24 dst 10.2.0.0/24 dir out
policy get src 10.1.0.0/25 dst 10.2.0.0/24 dir out
policy get src 10.1.0.0/24 dst 10.2.0.0/24 dir in
policy delete src 10.1.0.0/24 dst 10.2.0.0/24 dir out
policy delete src 10.1.0.0/24 dst 10.2.0.0/24 dir out
policy deleteall dir fwd
policy add src 10.7.0.0/24 dst 10.8.0.0/24 dir out limit time-soft 1 limit time-hard 4
sleep 7
policy list src 10.7.0.0/24
policy add src 10.7.0.0/24 dst 10.8.0.0/24 dir in limit time-use-hard 2
sleep 5
policy list src 10.7.0.0/24
policy flush
policy flush
policy count
END

same_words
check "the module can be unloaded" unload_module
ktap_end
