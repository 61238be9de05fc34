#!/usr/bin/env bash
# Documentation/counters.md knows every counter and drop reason of src/stats.h.
set -u
. "$TOP/tests/lib/ktap.sh"

check "the document and the header agree" "$TOP/scripts/counters" --check

# A name that a sentence mentions is one that exists.
known=$(grep -oE 'X\(\w+' "$TOP/src/stats.h" | cut -c 3- | sort)
mentioned=$(cd "$TOP" && grep -ohwE '(IN|OUT)_[A-Z_]+[A-Z]' README.md Documentation/*.md | sort -u)
is "no document mentions a counter that does not exist" "" "$(comm -13 <(echo "$known") <(echo "$mentioned"))"

ktap_end
