#!/usr/bin/env bash
# A lookup reads a few nodes, be there one rule or a million. Compiled for speed: the same
# code runs under sanitizers in classify.sh.
# host: timeout=300
set -u
. "$TOP/tests/unit/lib/unit.sh"
unit_sanitizers=(-O2)
unit classify-cost
