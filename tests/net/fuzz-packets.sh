#!/usr/bin/env bash
# A short run of fuzz/packets, with one seed.
# vm: cpus=1 memory=2048 timeout=240 make=tests/fuzz/packets
set -u
: "${FUZZ_SECONDS:=12}" "${FUZZ_SEED:=1}"
. "$TOP/tests/fuzz/packets.sh"
