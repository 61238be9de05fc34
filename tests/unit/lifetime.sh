#!/usr/bin/env bash
# Lifetimes: what CPUs take from a limit is the limit, exactly; when limits in seconds are due.
# host: timeout=120
set -u
. "$TOP/tests/unit/lib/unit.sh"
unit lifetime
