#!/usr/bin/env bash
# Mutated packets: tens of thousands of them, most encrypted and signed after they were
# changed. Whatever they are, each ends under exactly one counter, and the SAs still work.
# MUTATE_SEED and MUTATE_PACKETS repeat a run.
# vm: cpus=1 timeout=400 kernels=6.1,6.12
set -u
. "$TOP/tests/lib/ktap.sh"
. "$TOP/tests/lib/net.sh"
. "$TOP/tests/lib/forge.sh"

load_module
forge_bench
forge "$TOP/tests/net/mutate.py" "${MUTATE_SEED:-$RANDOM$RANDOM}" "${MUTATE_PACKETS:-24000}"
ktap_end
