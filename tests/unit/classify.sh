#!/usr/bin/env bash
# The classifier finds what a model that was written otherwise finds.
# host: timeout=300
set -u
. "$TOP/tests/unit/lib/unit.sh"
unit classify
