#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Who enforces: by --cni, by what the input shows, and what that means for the policies.
# shellcheck disable=SC2086 # $both and $verb are words
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
fixtures=tests/cli/fixtures/cni
shop=$fixtures/shop.yaml
cilium=$fixtures/cilium.yaml

# json CODE: what python prints of the last answer.
json() {
	printf '%s' "$out" | python3 -c "import json, sys
answer = json.load(sys.stdin)
$1"
}

run "$bulkhead" can shop/web shop/db 5432 -f $shop
ok_int "$status" 1 "by the specifications the AdminNetworkPolicy denies"
ok_str "$err" "" "nothing is said of a CNI"

run "$bulkhead" can shop/web shop/db 5432 -f $shop -f $cilium
ok_int "$status" 0 "Cilium does not evaluate it"
ok_like "$err" '^cni: cilium 1\.18, from DaemonSet kube-system/cilium$' "the CNI is found"
ok_like "$err" 'shop.yaml:18:1: warning: 1 AdminNetworkPolicy .* without effect: Cilium does not ' "and what it leaves out"
ok_like "$out" '^  not counted: 1 AdminNetworkPolicy .*: Cilium does not evaluate AdminNetworkPolicy$' "in the answer too"
run "$bulkhead" can shop/web shop/db 5432 -f $shop -f $cilium --cni spec
ok_int "$status" 1 "the choice goes before what is found"
! printf '%s' "$err" | grep -q '^cni:'
ok $? "and is not said back"

sed 's/priority: 1/priority: 100/' $shop >"$tap_work/late.yaml"
run "$bulkhead" can shop/web shop/db 5432 -f $shop --cni ovn-kubernetes
ok_int "$status" 1 "OVN-Kubernetes evaluates it"
run "$bulkhead" can shop/web shop/db 5432 -f "$tap_work/late.yaml" --cni ovn-kubernetes
ok_int "$status" 0 "up to a priority of 99"
ok_like "$err" 'without effect: OVN-Kubernetes takes no AdminNetworkPolicy with a priority over 99' "and says so"
run "$bulkhead" can shop/web shop/db 5432 -f $shop --cni calico@3.30
ok_int "$status" 1 "Calico 3.30 evaluates it"
run "$bulkhead" can shop/web shop/db 5432 -f $shop --cni=canal@3.32
ok_int "$status" 0 "3.32 does not"
ok_like "$err" 'Calico 3.32 does not evaluate AdminNetworkPolicy; it does from 3.29 until before 3.32' "since when"
run "$bulkhead" can 192.0.2.1 shop/db 5432 -f $shop --cni flannel
ok_int "$status" 0 "flannel enforces nothing"
ok_like "$err" '1 NetworkPolicy .* without effect: flannel evaluates no network policy' "not even NetworkPolicy"
run "$bulkhead" map $shop --cni flannel
ok_int "$status" 0 "map takes it too"
ok_like "$err" 'without effect' "and says it"
ok_like "$out" '^not counted: 1 NetworkPolicy .*: flannel evaluates no network policy$' "twice"
run "$bulkhead" explain shop/db -f $shop --cni flannel
ok_int "$status" 0 "explain takes it too"

run "$bulkhead" can shop/web shop/db 5432 -f $fixtures/block.yaml
ok_int "$status" 0 "an ipBlock has the pods in it"
run "$bulkhead" can shop/web shop/db 5432 -f $fixtures/block.yaml --cni cilium
ok_int "$status" 1 "not for Cilium"
ok_like "$out" '^  but by the specification +allowed +\(Cilium ' "which the specification contradicts"
ok_like "$out" 'allowed: by shop/db-from-pods ingress\[0\]$' "by this rule"
run "$bulkhead" can -o json shop/web shop/db 5432 -f $fixtures/block.yaml --cni cilium
ok_str "$(json 'print(answer["verdict"], answer["specification"]["verdict"])')" "deny allow" "both in the JSON"
run "$bulkhead" can -o json shop/db shop/web 5432 -f $fixtures/block.yaml --cni cilium
ok_str "$(json 'print("specification" in answer)')" "False" "only where they differ"
printf 'shop/web shop/db 5432\nshop/db shop/web 5432\n' >"$tap_work/questions"
run "$bulkhead" can --batch "$tap_work/questions" -f $fixtures/block.yaml --cni cilium
ok_like "$(echo "$out" | sed -n 1p)" '"verdict":"deny",.*"specification":\{"verdict":"allow",' "in a batch too"
ok_str "$(echo "$out" | sed -n 2p | grep -c specification)" "0" "line by line"

run "$bulkhead" can shop/web shop/db 5432 -f $shop -f $fixtures/ciliumpolicy.yaml
ok_like "$err" '^cni: cilium, from CiliumNetworkPolicy shop/db \(cilium\.io\)$' "one vendor's policies show the CNI"
ok_like "$err" 'ciliumpolicy.yaml:9:5: warning: .*: Valid is False: rule is empty' "a status is read"
ok_like "$err" 'hint: when it is invalid, Cilium does not take it in' "with what Cilium does then"
run "$bulkhead" can shop/web shop/db 5432 -f $shop -f $fixtures/ciliumpolicy.yaml --cni calico@3.28
ok_like "$err" '1 CiliumNetworkPolicy \(cilium.io\) without effect: Calico does not evaluate cilium.io' "a policy of another vendor"
run "$bulkhead" can shop/web shop/db 5432 -f $shop -f $fixtures/calicopolicy.yaml
ok_like "$err" '^cni: calico, from NetworkPolicy shop/web \(projectcalico\.org\)$' "the other vendor's policies"

both="-f $shop -f $fixtures/ciliumpolicy.yaml -f $fixtures/calicopolicy.yaml"
for skip in '' --invalid=skip; do
	run "$bulkhead" can shop/web shop/db 5432 $both $skip
	ok_int "$status" 2 "both vendors' policies need a choice $skip"
	ok_str "$out" "" "and get no answer"
	ok_like "$err" 'calicopolicy.yaml:1:1: error: NetworkPolicy shop/web .* is Calico.s and .* is Cilium.s' "what is there"
	ok_like "$err" 'hint: pass --cni cilium or --cni calico' "and what to do"
done
run "$bulkhead" map $both -o json
ok_int "$status" 2 "of map too"
run "$bulkhead" can shop/web shop/db 5432 $both -f $cilium
ok_like "$err" '1 NetworkPolicy \(projectcalico\.org\) without effect: Cilium does not evaluate projectcalico\.org' "a DaemonSet is a choice"
run "$bulkhead" can shop/web shop/db 5432 $both --cni calico
ok_like "$err" '1 CiliumNetworkPolicy \(cilium\.io\) without effect: Calico does not evaluate cilium\.io' "so is the option"

run "$bulkhead" can -o json shop/web shop/db 5432 -f $shop -f $cilium
ok_like "$out" '"version": "1\.18"' "the version in the JSON"
ok_like "$out" '"from": "DaemonSet kube-system/cilium"' "what shows it"
ok_like "$out" '"why": "Cilium does not evaluate AdminNetworkPolicy"' "a policy without effect"
run "$bulkhead" map -o json $shop --cni flannel
ok_like "$out" '^"cni":\{"name":"flannel","version":null,"from":null\},$' "the CNI in the JSON of a map"
ok_like "$out" '^"noEffect":\[.*"name":"closed".*"name":"db","why":"flannel .*"line":11\}\],$' "and what has no effect"
run "$bulkhead" explain -o json shop/db -f $shop
ok_like "$out" '"cni": null' "nobody in particular"
run "$bulkhead" explain -o json shop/db -f tests/cli/fixtures/tiny
ok_like "$out" '"group": "crd\.antrea\.io"' "what is not evaluated in the JSON of explain"
ok_like "$err" 'ClusterNetworkPolicy \(crd\.antrea\.io\) is not evaluated' "and on stderr"
for verb in 'can shop/Deployment/web shop/StatefulSet/db 5432' map 'explain shop/web'; do
	run "$bulkhead" $verb -f tests/cli/fixtures/tiny
	ok_like "$out" '^ *not counted: 1 ClusterNetworkPolicy \(crd\.antrea\.io\): Bulkhead does not' "$verb: not evaluated"
done
run "$bulkhead" can -o json shop/Deployment/web shop/StatefulSet/db 5432 -f tests/cli/fixtures/tiny
ok_like "$out" '"group": "crd\.antrea\.io"' "of can too"
ok_like "$err" 'ClusterNetworkPolicy \(crd\.antrea\.io\) is not evaluated' "said again"

run "$bulkhead" can shop/web shop/db -f $shop --cni cillium
ok_int "$status" 2 "a typo"
ok_like "$err" "unknown CNI 'cillium'; did you mean 'cilium'\?" "what was meant"
run "$bulkhead" can shop/web shop/db -f $shop --cni none-such
ok_like "$err" 'expected one of cilium, calico, antrea, .* or spec for none' "the known ones"
run "$bulkhead" can shop/web shop/db -f $shop --cni cilium@next
ok_like "$err" "version 'next' of cilium, expected MAJOR.MINOR" "a version that is none"

tap_done
