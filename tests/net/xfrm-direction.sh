#!/usr/bin/env bash
# SAs of which NETLINK_XFRM says that they are for packets that leave, or for those that arrive: one
# is of no use for the others.
# vm: cpus=1 timeout=60
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"

a=192.0.2.1 b=192.0.2.2

cat > "$net_state/sa.py" << 'END'
import sys
import genl
from xfrm import *
src, dst, spi, way = sys.argv[1:]
way = ("in", "out").index(way)
door = genl.Netlink(6)
door.send_raw(sa(src, dst, int(spi), mode=TRANSPORT, window=32 * (1 - way)) + aead() + attr(A_DIR, bytes([way + 1])),
              ACK, kind=NEWSA)
door.receive()
END
sa() { # namespace, from, to, SPI, in or out
	ip -n "$1" xfrm state delete src "$2" dst "$3" proto esp spi "$4" 2> /dev/null
	PYTHONPATH=$TOP/tests/lib in_ns "$1" python3 -B "$net_state/sa.py" "$2" "$3" "$4" "$5" || bail "$1 refuses an SA"
}
policies() { # namespace, own address, the other one
	ip -n "$1" xfrm policy add src "$2" dst "$3" dir out tmpl src "$2" dst "$3" proto esp reqid 1 mode transport &&
		ip -n "$1" xfrm policy add src "$3" dst "$2" dir in tmpl src "$3" dst "$2" proto esp reqid 1 mode transport ||
		bail "$1 refuses a policy"
}

host_pair
load_module
policies a $a $b
policies b $b $a
sa a $a $b 256 out
sa a $b $a 257 in
sa b $a $b 256 in
sa b $b $a 257 out
check "SAs that say which way they are for" reaches a $b
sa b $a $b 256 out
snapshot a
snapshot b
check_fails "what arrives under one that is for packets that leave" reaches a $b -W 1
is "is dropped" IN_DIRECTION=1 "$(drops b)"
is "having been sent" 1 "$(delta a OUT_PROTECTED)"
sa b $a $b 256 in
check "as for the right way it passes" reaches a $b
sa a $a $b 256 in
snapshot a
check_fails "with one that is for packets that arrive" reaches a $b -W 1
is "nothing is sent" "0 1" "$(delta a OUT_PROTECTED) $(delta a OUT_HELD)"
xfrm_flush a b
check "the module can be unloaded" unload_module
ktap_end
