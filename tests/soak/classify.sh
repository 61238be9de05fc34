#!/usr/bin/env bash
# The self-tests of the module, with ten million lookups of the classifier against a look at all
# rules.
# vm: cpus=1 timeout=900 module=selftest
set -u
: "${LOOKUPS:=10000000}"
. "$TOP/tests/selftest/load.sh"
