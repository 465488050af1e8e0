#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# The map of each real project in ../shared/data/manifests, with what an API server refuses left out.
. tests/lib/tap.sh

data=../shared/data/manifests
[ -d "$data" ] || skip_all "$data is not there"

for project in "$data"/*/; do
	name=$(basename "$project")
	run "$BULKHEAD_BUILD/bin/bulkhead" map --invalid=skip -o json "$project"
	ok_int "$status" 0 "$name: a map" || diag "$err"
	ok_like "$out" '"notEvaluated":\[.*\]}$' "$name: it is complete"
	run "$BULKHEAD_BUILD/bin/bulkhead" map --invalid=skip --exposure "$project"
	ok_int "$status" 0 "$name: a map with the peers that are not shown" || diag "$err"
	run "$BULKHEAD_BUILD/bin/bulkhead" map --invalid=skip --level namespace -o csv "$project"
	ok_int "$status" 0 "$name: a map of namespaces" || diag "$err"
done
tap_done
