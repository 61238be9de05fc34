#!/usr/bin/env bash
# Selectors: what matches, what is unknown, what is refused.
# host: timeout=300
set -u
. "$TOP/tests/unit/lib/unit.sh"
unit selector
