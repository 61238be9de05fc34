#!/usr/bin/env bash
# Boxes of the classifier are never too small, and are measured right.
# host: timeout=300
set -u
. "$TOP/tests/unit/lib/unit.sh"
unit box -lm
