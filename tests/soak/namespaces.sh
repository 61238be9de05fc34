#!/usr/bin/env bash
# net/namespaces with a hundred of them.
# vm: cpus=1 timeout=300
set -u
: "${SPOKES:=100}"
. "$TOP/tests/net/namespaces.sh"
