#!/usr/bin/env bash
# What README.md and the documents refer to is there, and is as they say.
set -u
. "$TOP/tests/lib/ktap.sh"
cd "$TOP" || exit 1

for document in README.md Documentation/*.md; do
	missing=$(grep -oE '\]\([^)#]+' "$document" | cut -c 3- | sort -u | while read -r link; do
		case $link in *://*) continue ;; esac
		[ -e "$(dirname "$document")/$link" ] || echo "$link"
	done)
	is "$document: its links lead somewhere" "" "$missing"
done

# The rules in the README are those of the examples, which `make demo` loads.
not_quoted=$(cat examples/sas.conf examples/gw1.conf | grep -vE '^(#|$)' | while IFS= read -r line; do
	grep -qxF "    $line" README.md || echo "$line"
done)
is "the README quotes the examples as they are" "" "$not_quoted"

for goal in $(grep -oE '^    make( [a-z]+)?' README.md | awk '{ print $2 ? $2 : "all" }' | sort -u); do
	check "make $goal exists" grep -qE "^$goal:" Makefile
done

ktap_end
