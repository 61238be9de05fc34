# shellcheck shell=bash disable=SC2034
# Shared by the scripts of tests/vm: where things are, how errors are said.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
cache=${NFIPSEC_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/nfipsec}
prog=${0##*/}

say() { echo "$prog: $*" >&2; }
die() { say "$*"; exit 125; }
