#!/bin/sh
# SPDX-License-Identifier: GPL-2.0
# The golden tests of ipsecctl and mutations of them, under ASan and UBSan.
unset IPSECCTL
SANITIZE=1 exec "$(dirname "$0")/ipsecctl.sh"
