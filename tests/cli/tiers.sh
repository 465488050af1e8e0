#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Tiers on the command line: ClusterNetworkPolicy before and after NetworkPolicy.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
tiers=tests/cli/fixtures/tiers

run "$bulkhead" can shop/web data/db 5432 -f $tiers
ok_int "$status" 1 "what Admin passes, Baseline denies"
ok_like "$out" 'denied: by floor ingress\[0\]$' "the rule that denies is named"
run "$bulkhead" can shop/web 192.0.2.1 6443 -f $tiers
ok_int "$status" 0 "a node is allowed by its label"
ok_like "$out" 'allowed: by guard egress\[0\]$' "the rule that allows it"
run "$bulkhead" can shop/web 198.51.100.1 443 -f $tiers
ok_int "$status" 4 "a name is a condition"
ok_like "$out" 'if: the destination is one of domainNames \*\.example\.com$' "in the API's words"
run "$bulkhead" can -o json shop/web data/db 5432 -f $tiers
ok_like "$out" '"tier": "Baseline"' "the tier in the JSON"
ok_like "$out" '"action": "deny"' "a deny in the JSON"

run "$bulkhead" explain shop/web -f $tiers
ok_like "$out" '^  egress, .*: everybody, unless a rule says otherwise$' "nothing isolates, but there are rules"
ok_like "$out" '^    1. ClusterNetworkPolicy guard, policy.networking.k8s.io, tier Admin ' "the tier of a policy"
ok_like "$out" '^       egress\[1\] pass to all pods in all namespaces' "a rule that passes"
ok_like "$out" 'allow to nodes with role=cp on TCP 6443 ' "a rule for nodes"

tap_done
