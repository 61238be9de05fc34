#!/usr/bin/env bash
# `make demo`: every claim that it makes to its reader.
# host: timeout=600
set -u
exec "$TOP/tests/demo/run.sh" -k
