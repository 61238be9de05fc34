#!/usr/bin/env bash
# The vectors in the module are those that an independent implementation computes today,
# and that the RFCs print.
# host: timeout=60
set -u
. "$TOP/tests/lib/ktap.sh"

vectors=$TOP/tests/selftest/vectors.py
for file in esp_vectors.c ah_vectors.c; do
	check "src/selftest/$file is what vectors.py writes" \
		python3 -B "$vectors" --check "$TOP/src/selftest/$file"
	sed '/\.packet =/s/"../"ff/' "$TOP/src/selftest/$file" > "$ARTIFACTS/$file"
	check_fails "and the comparison sees a changed byte in $file" \
		python3 -B "$vectors" --check "$ARTIFACTS/$file"
done
ktap_end
