#!/usr/bin/env bash
# The anti-replay window accepts what a model that was written otherwise accepts.
# host: timeout=300
set -u
. "$TOP/tests/unit/lib/unit.sh"
unit replay
