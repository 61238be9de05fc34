#!/usr/bin/env bash
# Algorithms are listed in several places: the tool, the header, two documents, and the
# tests, which compute with their own. All say the same.
# host: timeout=120
set -u
. "$TOP/tests/lib/ktap.sh"

make -s -C "$TOP/tools/ipsecctl" O="$ARTIFACTS" > "$ARTIFACTS/log" 2>&1 || bail "ipsecctl does not build"
ktap_relay "" < <(python3 -B "$TOP/tests/host/algorithms.py" "$TOP" "$ARTIFACTS/ipsecctl" 2>&1)
ktap_end
