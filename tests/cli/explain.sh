#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `explain`: everything that applies to a pod, in the order of evaluation.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
town=tests/cli/fixtures/town

run "$bulkhead" explain shop/api -f $town
ok_int "$status" 0 "explain"
ok_like "$out" '^shop/Deployment/api   1 pod$' "whom it is about"
ok_like "$out" '^  behind Service shop/api$' "the Services before it"
ok_like "$out" '^  pod shop/api-0  10\.244\.[0-9.]+  fd.* \(assumed\)$' "its pod, and an address that is assumed"
ok_like "$out" '^  labels app=api$' "its labels"
ok_like "$out" '^  egress, .*: everybody, nothing isolates it$' "a side that nothing isolates"
ok_like "$out" '^  ingress, .*: isolated' "a side that is isolated"
ok_like "$out" '^    1. NetworkPolicy shop/api isolates   .*policies.yaml:2$' "the policy that isolates it"
ok_like "$out" '^       ingress\[0\] allow from app=web in shop on TCP http \(here TCP 9090\)   .*policies.yaml:9$' \
	"its rule, and what the port's name is here"

run "$bulkhead" explain shop/cache -f $town
ok_like "$out" '^  pod shop/cache-a  10.9.0.1  fd00:9::1  on node-1$' "one pod"
ok_like "$out" '^    2. NetworkPolicy shop/cache-canary isolates' "a policy that selects but the other"
ok_like "$out" 'from all pods in namespaces with team=ops on TCP cache \(here TCP 6380\)   no pod of the input' \
	"a rule whose peers nobody is"

run "$bulkhead" explain ops/agent -f $town
ok_like "$out" 'on the host network' "a host-network pod"
ok_like "$out" '^  egress, .*: policies do not apply to host-network pods' "is subject to nothing"

run "$bulkhead" explain shop/web -f $town -o json
ok_int "$(printf '%s' "$out" | python3 -c '
import json, sys
answer = json.load(sys.stdin)
policy = answer["groups"][0]["egress"]["policies"][0]
rules = policy["rules"]
assert answer["schema"] == "bulkhead.explain/v1" and answer["endpoint"] == "shop/Deployment/web"
assert [pod["name"] for pod in answer["groups"][0]["pods"]] == ["web-0", "web-1"]
assert policy["policy"]["name"] == "web" and policy["policy"]["rule"] is None and policy["isolates"]
assert [rule["rule"]["rule"] for rule in rules] == ["egress[0]", "egress[1]", "egress[2]"]
assert rules[0]["ports"] is None and rules[0]["peers"][0]["podSelector"] == "app=api"
assert rules[1]["ports"][0] == {"protocol": "UDP", "port": 53, "endPort": 53}
assert rules[2]["peers"][0] == {"cidr": "203.0.0.0/16", "except": ["203.0.128.0/17"]}
assert not answer["groups"][0]["ingress"]["isolated"]
print(len(rules))')" 3 "the JSON says the same"

run "$bulkhead" explain 198.51.100.7 -f $town
ok_int "$status" 2 "an address outside"
ok_like "$err" 'policies apply to pods only' "and why not"
run "$bulkhead" explain -f $town
ok_int "$status" 2 "no pod"
run "$bulkhead" explain shop/web
ok_int "$status" 2 "no input"
tap_done
