#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Policies of every API, as a user asks about them. A policy's file says what is expected of it, a line
# each: `#? FROM TO PORT/PROTOCOL VERDICT`.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
fixtures=tests/cli/fixtures/vendors

for policy in $fixtures/*.yaml; do
	sed -n 's/^#? *//p' "$policy" >"$tap_work/lines"
	[ -s "$tap_work/lines" ] || continue
	awk '{print $1, $2, $3}' "$tap_work/lines" >"$tap_work/questions"
	run "$bulkhead" can --batch "$tap_work/questions" -f $fixtures/cluster.yaml -f "$policy"
	printf '%s\n' "$out" | sed 's/.*"protocol":[^,]*,"verdict":"\([a-z]*\)".*/\1/' |
		paste -d ' ' "$tap_work/questions" - >"$tap_work/answers"
	ok_str "$(cat "$tap_work/answers")" "$(awk '{print $1, $2, $3, $4}' "$tap_work/lines")" \
		"$(basename "$policy" .yaml)"
done

run "$bulkhead" can z/p 192.168.10.1 2 -f $fixtures/cluster.yaml -f $fixtures/cilium-own-node.yaml
ok_like "$out" 'z/Pod/p and 192.168.10.1 are taken to be on different nodes' "an answer says that it rests on that"
run "$bulkhead" can a/web 192.168.10.2 2 -f $fixtures/cluster.yaml -f $fixtures/cilium-own-node.yaml
ok_int "$(printf '%s\n' "$out" | grep -c 'taken to be')" 0 "not where the node is known"

tap_done
