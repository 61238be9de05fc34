#!/usr/bin/env bash
# A short run of lab/soak.
# vm: timeout=200 memory=2048
set -u
SOAK_SECONDS=20
. "$TOP/tests/lab/soak.sh"
