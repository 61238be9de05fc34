#!/usr/bin/env bash
# net/pmtu-nested with either family in each place.
# vm: cpus=1 timeout=900
set -u
: "${NESTED:=444 464 646 666}"
. "$TOP/tests/net/pmtu-nested.sh"
