#!/usr/bin/env bash
# The vectors in the module are those that an independent implementation computes today,
# and that the RFCs print.
# host: timeout=60
set -u
. "$TOP/tests/lib/ktap.sh"

vectors=$TOP/tests/selftest/vectors.py
check "src/selftest/vectors.c is what vectors.py writes" \
	python3 -B "$vectors" --check "$TOP/src/selftest/vectors.c"
sed '/\.packet =/s/"../"ff/' "$TOP/src/selftest/vectors.c" > "$ARTIFACTS/vectors.c"
check_fails "and the comparison sees a changed byte" python3 -B "$vectors" --check "$ARTIFACTS/vectors.c"
ktap_end
