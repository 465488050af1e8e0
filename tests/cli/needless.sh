#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# BH410: what `scan` says that could go can go, and no more could, on random policies by `diff`.
. tests/lib/tap.sh

work=$tap_work/needless
mkdir -p "$work"
run python3 tests/cli/needless.py "$BULKHEAD_BUILD/bin/bulkhead" "$work" 0 20
ok_int "$status" 0 "20 policies without what is needless are the least that say the same" || diag "$err"
ok "$(echo "$out" | awk '{ print !($1 >= 5 && $2 >= 20) }')" "and enough was taken out, and was tried"
tap_done
