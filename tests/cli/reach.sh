#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `reach`: hops, the internet, a proposed change, the rules that carry a path, ranks.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
shop=examples/shop

run "$bulkhead" reach shop/frontend -f $shop
ok_int "$status" 0 "a reach is an answer"
ok_like "$out" '^shop/Deployment/frontend: 7 workloads with 10 pods, in at most 2 hops' "the blast radius"
ok_like "$out" '^  1  shop/Deployment/frontend → shop/Deployment/api   TCP 8080$' "a hop, and what something listens at"
ok_like "$out" '^  2  shop/Deployment/api → payments/StatefulSet/db   TCP 5432$' "and on from there"

# Every hop is a connection that `can` allows; who does not fall is refused by all that do.
run "$bulkhead" reach shop/frontend -f $shop -o json
printf '%s' "$out" >"$tap_work/reach.json"
python3 - "$bulkhead" "$tap_work/reach.json" $shop >"$tap_work/cross" 2>&1 <<'PYTHON'
import json, subprocess, sys

bulkhead, answer, shop = sys.argv[1:]
reach = json.load(open(answer))
hops = [hop for hop in reach["reached"] if not hop["hypothetical"]]
lines = [f"{hop['via']} {hop['id']} {port['port']}/{port['protocol']}" for hop in hops for port in hop["ports"]]
fallen = {hop["id"] for hop in hops} | {reach["from"]}
everybody = json.loads(subprocess.run([bulkhead, "map", "-o", "json", shop], capture_output=True).stdout)["endpoints"]
standing = [end["id"] for end in everybody if end["id"] not in fallen]
refused = [f"{a} {b} 9090/TCP" for a in fallen for b in standing]
def verdicts(questions):
    text = subprocess.run([bulkhead, "can", "--batch", "-", "-f", shop], input="\n".join(questions).encode(),
                          capture_output=True).stdout
    return [json.loads(line)["verdict"] for line in text.splitlines()]
print(len(lines) > 6 and set(verdicts(lines)) == {"allow"}, len(refused) > 8 and set(verdicts(refused)) == {"deny"})
PYTHON
ok_str "$(cat "$tap_work/cross")" "True True" "the engine says the same of every hop, and of every other"

run "$bulkhead" reach internet -f $shop
ok_like "$out" '^  1  internet → ingress/Deployment/gateway   TCP 8080,8443$' "the internet begins with what is exposed"
ok_like "$out" '^  2  ingress/Deployment/gateway → shop/Deployment/frontend ' "and goes on"
run "$bulkhead" reach shop/frontend -f $shop --cut payments/db
ok_like "$out" '^without 1 rule nothing leads to payments/StatefulSet/db \(no smaller set does\):$' "a cut"
ok_like "$out" '^  payments/db-from-api ingress\[0\]   examples/shop/policies/payments.yaml:14$' "and its rules"
run "$bulkhead" reach shop/frontend -f $shop --cut monitoring/prometheus
ok_like "$out" '^monitoring/Deployment/prometheus does not fall: there is nothing to cut$' "what does not fall"
run "$bulkhead" reach --rank $shop
ok_like "$out" '^      8           0  monitoring/Deployment/prometheus$' "ranks"
ok_like "$out" 'ingress/Deployment/gateway   from the internet: LoadBalancer$' "ranks: what is exposed"
run "$bulkhead" reach shop/frontend -f $shop -o dot
ok_like "$out" '^	"shop/Deployment/api" -> "payments/StatefulSet/db" \[label="TCP 5432"\];$' "dot"
run "$bulkhead" reach shop/frontend -f $shop -o md
ok_like "$out" '^\| 2 \| `shop/Deployment/api` \| `payments/StatefulSet/db` \| TCP 5432 \|$' "Markdown"

# pod NAME [PORTS [REST]]
pod() {
	printf -- '---\napiVersion: v1\nkind: Pod\nmetadata: {name: %s, namespace: app, labels: {app: %s}}\n' "$1" "$1"
	printf 'spec: {containers: [{name: c, ports: [%s]}]}\n' "$2"
}
# allow NAME TO FROM: app=TO takes TCP 80 from app=FROM
allow() {
	printf -- '---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: %s, namespace: app}\n' "$1"
	printf 'spec: {podSelector: {matchLabels: {app: %s}}, ' "$2"
	printf 'ingress: [{from: [{podSelector: {matchLabels: {app: %s}}}], ports: [{port: 80}]}]}\n' "$3"
}
closed='---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: app}
spec: {podSelector: {}, policyTypes: [Ingress]}'

# Two ways from a to d, by b and by c: two rules, one at the end of each, or both at d.
{
	for name in a b c d; do pod $name '{containerPort: 80}'; done
	echo "$closed"
	allow b-a b a
	allow c-a c a
	allow d-b d b
	allow d-c d c
} >"$tap_work/two.yaml"
run "$bulkhead" reach app/a -f "$tap_work/two.yaml" --cut app/d -o json
ok_str "$(printf '%s' "$out" | python3 -c '
import json, sys
cut = json.load(sys.stdin)["cut"]
print(len(cut["rules"]), cut["exact"], cut["possible"])')" "2 True True" "two ways need two rules"
# A rule that both ways share is enough.
{
	cat "$tap_work/two.yaml"
	allow d-both d x
} | sed 's/{name: \(d-[bc]\), namespace: app}/{name: \1, namespace: app, annotations: {}}/' >"$tap_work/shared.yaml"
python3 - "$tap_work/shared.yaml" <<'PYTHON'
import sys
text = open(sys.argv[1]).read().split("---\n")
text = [part for part in text if "name: d-b," not in part and "name: d-c," not in part]
joined = "---\n".join(text).replace("matchLabels: {app: x}", "matchExpressions: [{key: app, operator: In, values: [b, c]}]")
open(sys.argv[1], "w").write(joined)
PYTHON
run "$bulkhead" reach app/a -f "$tap_work/shared.yaml" --cut app/d
ok_like "$out" '^without 1 rule nothing leads to app/Pod/d \(no smaller set does\):$' "a rule that both share is enough"
ok_like "$out" '^  app/d-both ingress\[0\] ' "and is named"
# Where nothing isolates there is nothing to take out.
{
	pod a ''
	pod b ''
} >"$tap_work/open.yaml"
run "$bulkhead" reach app/a -f "$tap_work/open.yaml" --cut app/b
ok_like "$out" 'no rule can be taken out to cut the way to app/Pod/b: nothing isolates app/Pod/a towards app/Pod/b' \
	"no rule, no cut"
ok_like "$out" 'app/Pod/a → app/Pod/b .*declares no port, may listen everywhere' "who declares no port may listen everywhere"

# Where nothing listens there is no hop.
{
	pod a ''
	pod b '{containerPort: 81}'
	echo "$closed"
	allow b-a b a
} >"$tap_work/deaf.yaml"
run "$bulkhead" reach app/a -f "$tap_work/deaf.yaml"
! printf '%s\n' "$out" | grep -q 'app/Pod/b '
ok $? "a port at which nobody listens is no hop"

# What depends on a condition counts, and is marked.
{
	pod a ''
	pod b '{containerPort: 80}'
	cat <<'YAML'
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: b, namespace: app}
spec:
  endpointSelector: {matchLabels: {app: b}}
  ingress:
    - fromEndpoints: [{matchLabels: {app: a}}]
      toPorts: [{ports: [{port: "80", protocol: TCP}], rules: {http: [{method: GET}]}}]
YAML
} >"$tap_work/http.yaml"
run "$bulkhead" reach app/a -f "$tap_work/http.yaml" --cut app/b
ok_like "$out" '^  1  app/Pod/a → app/Pod/b   TCP 80; on conditions' "a condition is marked"
ok_like "$out" '^without 1 rule nothing leads to app/Pod/b ' "and its rule can be taken out"

# A proposed change.
{
	pod b '{containerPort: 80}'
	allow b-a b a
} >"$tap_work/change.yaml"
run "$bulkhead" reach app/a -f "$tap_work/deaf.yaml" --with "$tap_work/change.yaml"
ok_like "$out" '^with the change: 2 workloads' "--with: the radius afterwards"
ok_like "$out" '^  \+ app/Pod/b$' "--with: what more falls"

# Ways in.
service() {
	printf -- '---\napiVersion: v1\nkind: Service\nmetadata: {name: %s, namespace: app}\n' "$1"
	printf 'spec: {type: %s, selector: {app: %s}, ports: [{port: 8080, targetPort: 80}]}\n' "$2" "$1"
}
{
	pod lb '{containerPort: 80}, {containerPort: 81}'
	pod np '{containerPort: 80}'
	pod ci '{containerPort: 80}'
	pod hp '{containerPort: 80, hostPort: 8088}, {containerPort: 81}'
	pod rt '{containerPort: 80}'
	pod shut '{containerPort: 80}'
	service lb LoadBalancer
	service np NodePort
	service ci ClusterIP
	service rt ClusterIP
	service shut LoadBalancer
	cat <<'YAML'
---
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: rt, namespace: app}
spec: {defaultBackend: {service: {name: rt, port: {number: 8080}}}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: shut, namespace: app}
spec: {podSelector: {matchLabels: {app: shut}}, ingress: [{from: [{podSelector: {}}]}]}
YAML
} >"$tap_work/ways.yaml"
run "$bulkhead" reach internet -f "$tap_work/ways.yaml"
for name in lb np hp rt; do
	ok_like "$out" "^  1  internet → app/Pod/$name   TCP 80(;|\$)" "exposed: $name, at the port that leads there"
done
ok_like "$out" '^  2  .* → app/Pod/ci ' "a ClusterIP is no way in"
ok_like "$out" '^  2  .* → app/Pod/shut ' "nor is what the policy does not admit"
run "$bulkhead" reach --rank "$tap_work/ways.yaml" -o json
ok_str "$(printf '%s' "$out" | python3 -c '
import json, sys
print([(end["id"][8:], end["exposed"]) for end in json.load(sys.stdin)["rank"] if end["exposed"]])')" \
	"[('hp', ['hostPort']), ('lb', ['LoadBalancer']), ('np', ['NodePort']), ('rt', ['route'])]" "and how"

# balancer NAME SOURCES NODE_PORTS
balancer() {
	service "$1" LoadBalancer | sed "s/type:/loadBalancerSourceRanges: [$2], allocateLoadBalancerNodePorts: $3, &/"
}
{
	for name in inner shut some bare outer; do
		pod $name '{containerPort: 80}'
	done
	balancer inner 10.0.0.0\\/8 true
	balancer shut 10.0.0.0\\/8 false
	balancer some '10.0.0.0\/8, 198.41.0.0\/24' false
	service outer NodePort | sed 's/type:/externalIPs: [198.41.0.9], &/'
	printf -- '---\napiVersion: v1\nkind: Pod\nmetadata: {name: host, namespace: app}\n'
	printf 'spec: {hostNetwork: true, containers: [{name: c, image: i}]}\n'
} >"$tap_work/balancers.yaml"
run "$bulkhead" reach --rank "$tap_work/balancers.yaml" -o json
ok_str "$(printf '%s' "$out" | python3 -c '
import json, sys
for end in sorted(json.load(sys.stdin)["rank"], key=lambda end: end["id"]):
    if end["id"].startswith("app/"):
        print(end["id"][8:], *end["exposed"])')" "bare
host hostNetwork
inner NodePort
outer NodePort externalIPs
shut
some LoadBalancer" "a load balancer takes whom it says, node ports anybody, a node all that its pods may listen at"
run "$bulkhead" reach internet -f "$tap_work/balancers.yaml"
ok_like "$out" '^  1  internet → app/Pod/host .*declares no port' "a host-network pod without ports may listen everywhere"

run "$bulkhead" reach -f $shop
ok_int "$status" 2 "no FROM"
run "$bulkhead" reach shop/frontent -f $shop
ok_int "$status" 2 "a FROM that is not there"
ok_like "$err" "did you mean 'frontend'" "and one that is"
run "$bulkhead" reach --rank $shop -o dot
ok_int "$status" 2 "a ranking is no graph"

# The proxy of routes begins with what they lead to, as far as it may.
edge=tests/cli/fixtures/edge
run "$bulkhead" reach ingress-controller -f $edge
ok_str "$(echo "$out" | grep '^  1 ')" "  1  ingress-controller → shop/Deployment/web   TCP 8080; may reach the internet" \
	"the proxy of routes begins with what they lead to"
run "$bulkhead" reach ingress-controller --ingress-controller edge/nginx -f $edge
ok_like "$out" '^  1  ingress-controller → shop/Deployment/api   TCP 9090' "as the workload that is named"
run "$bulkhead" reach ingress-controller --ingress-controller edge/ngin -f $edge
ok_int "$status" 2 "which must be there"
tap_done
