#!/usr/bin/env bash
# A short run of fuzz/packets, with one seed: enough packets for every reason to drop one, however
# long that takes.
# vm: cpus=1 memory=2048 timeout=240 make=tests/fuzz/packets
set -u
: "${FUZZ_SECONDS:=15}" "${FUZZ_SEED:=1}"
FUZZ_PACKETS=$((FUZZ_SECONDS * 10000))
. "$TOP/tests/fuzz/packets.sh"
