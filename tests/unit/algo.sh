#!/usr/bin/env bash
# The table of algorithms is sane.
# host: timeout=300
set -u
. "$TOP/tests/unit/lib/unit.sh"
unit algo
