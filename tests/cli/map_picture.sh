#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `map -o svg`, `dot` and `md`: what is drawn, and that nothing lies on anything else.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
fixtures=tests/cli/fixtures
town=$fixtures/town

has() {
	ok_like "$out" "$1" "$2"
}
lacks() {
	! printf '%s\n' "$out" | grep -Eq -e "$1"
	ok $? "$2" || diag "$out"
}

# picture NAME: the last run's result is a good picture.
picture() {
	problems=$(printf '%s\n' "$out" | python3 -B tests/lib/picture.py 2>&1)
	ok $? "$1: boxes, frames and labels are apart, lines cross no box, texts fit" || diag "$problems"
}

# workload NAMESPACE NAME LABELS
workload() {
	cat <<YAML
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: "$2", namespace: $1}
spec: {replicas: 2, selector: {matchLabels: {$3}}, template: {metadata: {labels: {$3}}, spec: {containers: [{name: c}]}}}
YAML
}

# policy NAMESPACE NAME SPEC
policy() {
	cat <<YAML
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: "$2", namespace: $1}
spec: {$3}
YAML
}

run "$bulkhead" map -o svg $town
picture "a small cluster"
has '>shop/Deployment/web → shop/Deployment/api: TCP 9090<' "an arrow says the whole truth"
ok_int "$(echo "$out" | grep -c '<text class="heading"[^>]*>shop<')" 1 "a frame for each namespace"
has '>between replicas: TCP 5432<' "what replicas have is in their box"
has '^outside → shop/ReplicaSet/cache-5f6d8 10.9.0.0-10.9.255.255: TCP 6379' "and what addresses outside have"
has 'prefers-color-scheme:dark' "light and dark"
first=$out
run "$bulkhead" map -o svg $town
ok_str "$out" "$first" "the same every time"

run "$bulkhead" map -o svg $fixtures/istio
picture "conditions"
has '<g class="arrow h[0-9] some"><title>shop/Pod/monitor → shop/Pod/api: .* on conditions' "some of it on conditions"
has '>allowed, some of it on conditions<' "as the key says"

cat >"$tap_work/range.yaml" <<'YAML'
{apiVersion: v1, kind: Pod, metadata: {name: api, namespace: back, labels: {app: api}}}
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: api, namespace: back}
spec:
  endpointSelector: {}
  egress: [{}]
  ingress:
    - fromCIDR: [192.0.2.0/24]
      toPorts: [{ports: [{port: "80", protocol: TCP}], rules: {http: [{path: /get}]}}]
    - fromCIDR: [192.0.2.0/24]
      toPorts: [{ports: [{port: "82", protocol: TCP}]}]
YAML
run "$bulkhead" map -o svg --to back/api "$tap_work/range.yaml"
has '^outside → back/Pod/api 192.0.2.0-192.0.2.255: TCP 82' "what addresses may for certain"
has '10;outside → back/Pod/api 192.0.2.0-192.0.2.255: TCP 80 on conditions' "and what not"
has '>from 192.0.2.0-192.0.2.255: TCP 82…<' "are one range"

# Circles, within a namespace and between two.
for i in 0 1 2 3 4 5; do
	workload "n$((i / 3))" "s$i" "a: x$i"
	policy "n$((i / 3))" "p$i" "podSelector: {matchLabels: {a: x$i}}, policyTypes: [Ingress, Egress], egress: [{to: [{namespaceSelector: {}}]}],
  ingress: [{from: [{namespaceSelector: {}, podSelector: {matchLabels: {a: x$(((i + 5) % 6))}}}], ports: [{port: 80}]}]"
done >"$tap_work/circle.yaml"
run "$bulkhead" map -o svg "$tap_work/circle.yaml"
picture "a circle"
has '>n1/Deployment/s5 → n0/Deployment/s0: TCP 80<' "a circle is closed"

# Nothing but closed boxes, nothing but open ones, nothing at all.
{
	policy shop deny 'podSelector: {}, policyTypes: [Ingress, Egress]'
	for i in 1 2 3 4 5; do
		workload shop "long-name-of-a-workload-that-nobody-can-read-$i" "a: x$i"
	done
} >"$tap_work/closed.yaml"
run "$bulkhead" map -o svg "$tap_work/closed.yaml"
picture "no arrows"
has '>long-name-of-a-work…can-read-1<' "long names are cut"
has '^shop/Deployment/long-name-of-a-workload-that-nobody-can-read-1: nothing is allowed from it or to it<' \
	"who is closed is told"
workload shop web 'a: x' >"$tap_work/open.yaml"
run "$bulkhead" map -o svg "$tap_work/open.yaml"
picture "everything open"
has '>all open \(2\)<' "is one box"
run "$bulkhead" map -o svg --from shop/web --to shop/web "$tap_work/open.yaml"
picture "one box with notes"
run "$bulkhead" map -o svg --only shop --port 1/SCTP "$tap_work/closed.yaml"
picture "a port that nobody may use"

# Many workloads: those with the same access are one box; of very many, namespaces are.
# many NAMESPACES WORKLOADS
many() {
	for n in $(seq "$1"); do
		for i in $(seq "$2"); do
			workload "team-$n" "tier$((i % 4))-$i" "tier: t$((i % 4)), n: x$i"
		done
		policy "team-$n" deny 'podSelector: {}, policyTypes: [Ingress, Egress], egress: [{to: [{namespaceSelector: {}}]}]'
		for t in 1 2 3; do
			policy "team-$n" "t$t" "podSelector: {matchLabels: {tier: t$t}}, ingress: [{from: [{podSelector: {matchLabels: {tier: t$((t - 1))}}}], ports: [{port: 808$t}]}]"
		done
		policy "team-$n" next "podSelector: {matchLabels: {tier: t0}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: team-$((n * 7 % $1 + 1))}}}], ports: [{port: 443}]}]"
	done
}
many 8 24 >"$tap_work/many.yaml"
run "$bulkhead" map -o svg "$tap_work/many.yaml"
picture "192 workloads"
ok_int "$(echo "$out" | grep -c '<text class="name"[^>]*>6 workloads<')" 32 "those with the same access are one box"
has '^team-3/Deployment/tier1-5$' "that names them"
has 'stands for workloads of one namespace that have the same access' "and is explained"
lacks 'stand for whole namespaces' "namespaces are not one box yet"
many 40 8 >"$tap_work/more.yaml"
run "$bulkhead" map -o svg "$tap_work/more.yaml"
picture "320 workloads in 40 namespaces"
has '>[0-9]+ boxes stand for whole namespaces' "then namespaces are"
run "$bulkhead" map -o svg --only team-3 "$tap_work/more.yaml"
picture "one of them"
run "$bulkhead" map -o md "$tap_work/many.yaml"
has '^\| team-1/Deployment/tier0-12 and 5 with the same access \| team-1/Deployment/tier1-1 and 5 with the same access \| TCP 8081 \|$' \
	"Markdown: the same boxes"
has '^<details><summary>team-1/Deployment/tier1-1 and 5 with the same access</summary>$' "and who is in them"

# Graphviz.
run "$bulkhead" map -o dot $town
has '^digraph bulkhead \{$' "DOT: a graph"
has '"shop/Deployment/web" -> "shop/Deployment/api" \[label="TCP 9090"\];$' "DOT: an arrow"
has 'subgraph "cluster_shop" \{$' "DOT: namespaces are clusters, by name"
for input in $town "$tap_work/many.yaml" "$tap_work/circle.yaml" "$tap_work/open.yaml"; do
	"$bulkhead" map -o dot "$input" >"$tap_work/map.dot" 2>/dev/null
	if ! command -v dot >/dev/null; then
		skip "no Graphviz to read $(basename "$input")"
		continue
	fi
	run dot -Tplain "$tap_work/map.dot"
	ok_int "$status" 0 "DOT: Graphviz reads $(basename "$input")"
	ok_int "$(echo "$out" | grep -c '^edge ')" "$(grep -c ' -> ' "$tap_work/map.dot")" "DOT: and all its arrows"
done

run "$bulkhead" map -o md $town
has '^\| shop/Deployment/web \| shop/Deployment/api \| TCP 9090 \|$' "Markdown: a row"
has '^`all-open` stands for 5 endpoints' "Markdown: what nothing isolates"
tap_done
