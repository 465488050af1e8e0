#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Tiers on the command line: ClusterNetworkPolicy before and after NetworkPolicy.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
tiers=tests/cli/fixtures/tiers

run "$bulkhead" can shop/web data/db 5432 -f $tiers
ok_int "$status" 1 "what Admin passes, Baseline denies"
ok_like "$out" 'denied: by ClusterNetworkPolicy floor ingress\[0\]$' "the rule that denies is named"
run "$bulkhead" can shop/web 192.0.2.1 6443 -f $tiers
ok_int "$status" 0 "a node is allowed by its label"
ok_like "$out" 'allowed: by ClusterNetworkPolicy guard egress\[0\]$' "the rule that allows it"
run "$bulkhead" can shop/web 198.51.100.1 443 -f $tiers
ok_int "$status" 4 "a name is a condition"
ok_like "$out" 'if: the destination is one of domainNames \*\.example\.com$' "in the API's words"
run "$bulkhead" can -o json shop/web data/db 5432 -f $tiers
ok_like "$out" '"tier": "Baseline"' "the tier in the JSON"
ok_like "$out" '"action": "deny"' "a deny in the JSON"
ok_like "$out" '"passed": \[$' "who passed, in the JSON"
run "$bulkhead" can shop/web data/db 5432 -f $tiers
ok_like "$out" '^ +left to the next tier by: ClusterNetworkPolicy guard egress\[1\] ' "who passed"

run "$bulkhead" explain shop/web -f $tiers
ok_like "$out" '^  egress, .*: everybody, unless a rule says otherwise$' "nothing isolates, but there are rules"
ok_like "$out" '^    1. ClusterNetworkPolicy guard, policy.networking.k8s.io, tier Admin ' "the tier of a policy"
ok_like "$out" '^       egress\[1\] pass to all pods in all namespaces' "a rule that passes"
ok_like "$out" 'allow to nodes with role=cp on TCP 6443 ' "a rule for nodes"

ties=tests/cli/fixtures/ties
for verb in "map" "can shop/web data/db 5432 -f"; do
	run "$bulkhead" $verb $ties
	ok_like "$err" "policies.yaml:9:5: warning: ClusterNetworkPolicy closed-db and ClusterNetworkPolicy open-db have the same priority and do not agree about pod data/db on TCP 5432 \[BH0209\]" "$verb: a tie is a warning"
	ok_like "$err" "policies.yaml:23:5: note: this rule is taken to be first" "$verb: the other place"
done
run "$bulkhead" can data/db shop/web 80 -f $ties
ok_int "$status" 1 "isolation is per direction: Baseline decides ingress"
run "$bulkhead" can shop/web data/db 5432 -f $ties
ok_like "$out" '^ +without that, allowed by: ClusterNetworkPolicy open-db ingress\[0\] ' "what a rule that denies stands before"
run "$bulkhead" can shop/web data/db 5432 -o json -f $ties
ok_like "$out" '"behind": \[$' "the same in the JSON"
run "$bulkhead" can shop/web data/db 80 -o json -f $ties
ok_int "$(printf '%s\n' "$out" | grep -c '"behind"')" 0 "nothing stands behind it on another port"
run "$bulkhead" can 192.0.2.1 shop/web 80 -f $ties
ok_str "$err" "" "the ties of others are not told"
run "$bulkhead" explain data/db -f $ties
ok_like "$out" '^  equal priority: ClusterNetworkPolicy closed-db ingress\[0\] and ClusterNetworkPolicy open-db ingress\[0\] do not agree on TCP 5432; the former' "explain: a tie"
run "$bulkhead" explain data/db -o json -f $ties
ok_like "$out" '"ties": \[$' "explain: a tie in the JSON"
ok_like "$out" '"first": {$' "explain: who is first"
run "$bulkhead" explain shop/web -f $ties
ok_like "$out" '^    read per pod instead of per direction, NetworkPolicy shop/web-egress would be final here too' "explain: the other reading of isolation"
ok_like "$out" '^    what ClusterNetworkPolicy floor ingress\[0\] denies would be allowed' "explain: what it would change"
run "$bulkhead" explain shop/web -o json -f $ties
ok_like "$out" '"notAsked": {$' "explain: the other reading in the JSON"
run "$bulkhead" explain data/db -o json -f $ties
ok_like "$out" '"perPodReading": null' "explain: no difference"

tap_done
