#!/usr/bin/env bash
# What the fields of an outer header are: every combination.
# host: timeout=300
set -u
. "$TOP/tests/unit/lib/unit.sh"
unit outer
