#!/usr/bin/env bash
# The header fields that AH authenticates, and what they count as.
# host: timeout=300
set -u
. "$TOP/tests/unit/lib/unit.sh"
unit mutable
