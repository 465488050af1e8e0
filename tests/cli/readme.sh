#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What the README shows is what the program says: every "$ bulkhead …" in it is run and compared.
. tests/lib/tap.sh

# Writes each command of the README to N.cmd and what is shown below it to N.shown.
awk -v dir="$tap_work" '
	/^```console$/ { inside = 1; next }
	/^```$/ { inside = 0; next }
	inside && /^\$ / { n++; print substr($0, 3) > (dir "/" n ".cmd"); next }
	inside { print > (dir "/" n ".shown") }
' README.md

for file in "$tap_work"/*.cmd; do
	command=$(cat "$file")
	eval "run_shown() { $(echo "$command" | sed "s|^bulkhead|\"\$BULKHEAD_BUILD/bin/bulkhead\"|") 2>&1; }"
	run run_shown
	ok_str "$out" "$(cat "${file%.cmd}.shown")" "$command"
done

[ "$tap_n" -ge 3 ]
ok $? "the README has commands"
"$BULKHEAD_BUILD/bin/bulkhead" map examples/shop -o svg 2>/dev/null | cmp -s - docs/shop.svg
ok $? "its picture is the one that map draws"
tap_done
