#!/usr/bin/env bash
# The table of partitions: against a list of all rules, when memory runs out, and its cost.
# host: timeout=200
set -u
. "$TOP/tests/unit/lib/unit.sh"
unit partition
