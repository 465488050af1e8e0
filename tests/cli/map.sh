#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `map`: formats, filters, levels, split owners, peers that are not shown.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
fixtures=tests/cli/fixtures
tiny=$fixtures/tiny
town=$fixtures/town

# has REGEX NAME, lacks REGEX NAME: a line of the last run's result.
has() {
	ok_like "$out" "$1" "$2"
}
lacks() {
	! printf '%s\n' "$out" | grep -Eq -e "$1"
	ok $? "$2" || diag "$out"
}

run "$bulkhead" map -o json $tiny
ok_int "$status" 0 "a map is an answer"
ok_str "$(echo "$out" | grep -v '^"assumptions":')" "$(cat $fixtures/tiny.map.json)" "the JSON of a small cluster"
ok_like "$out" '^"assumptions":\["[^]]*2 pods .*not in the input .*: kube-system, shop"\],$' "and what it rests on"
ok_like "$err" 'ClusterNetworkPolicy \(crd.antrea.io\) is not evaluated' "what is not evaluated is said loudly"
ok_like "$err" 'note: pods of shop/StatefulSet/db get different answers: they are 2 endpoints \[BH0108\]' \
	"an owner whose pods differ is a note"
run "$bulkhead" map -o json $tiny/all.yaml
first=$out
run "$bulkhead" map -o json -f $tiny/all.yaml
ok_str "$out" "$first" "paths plainly, and by -f; the same every time"
ok_int "$(printf '%s' "$out" | python3 -c 'import json,sys; print(json.load(sys.stdin)["schema"])' | grep -c map/v1)" 1 \
	"it is JSON"

run "$bulkhead" map $tiny
has '^shop/Deployment/web → shop/Pod/db-a   TCP 5432$' "text: a connection a line"
has '^198.51.100.0-198.51.100.63 → shop/Deployment/web   TCP 443,8000-8011$' "text: ports in order, joined"
has '^assumed: ' "text: what is assumed"

run "$bulkhead" map -o csv $tiny
has "^from,to,protocol,port,endPort" "CSV: a header"
has "^shop/Deployment/web,shop/Pod/db-a,TCP,5432,5432" "CSV: a port range a line"
ok_int "$(echo "$out" | wc -l)" 6 "CSV: no more"

run "$bulkhead" map -o csv --exposure $tiny
has '^\[team=audit\]/\[\],shop/Pod/db-a,TCP,5432,5432' "a peer that rules know and the input does not show"
lacks '^\[\]/\[\],' "one without labels may do nothing here"

# Peers that rules tell apart: none in closed namespaces, one where several namespaces give the same.
run "$bulkhead" map -o csv --exposure --to shop/a $fixtures/open
ok_str "$(echo "$out" | tr -d '\r"' | sed 's/any,team/any;team/' | cut -d, -f1,4 | tr '\n' ' ')" \
	"from,port kube-system/Pod/coredns,1 []/[],1 empty/[],1 empty/[],3 monitoring/[app=prom],1 \
monitoring/[app=prom],4 [env=any]/[],1 [env=any]/[],6 []/[app=p],1 []/[app=p],7 empty/[app=p],1 \
empty/[app=p],3 empty/[app=p],7 [env=any;team=x]/[],1 [env=any;team=x]/[],3 [env=any;team=x]/[],6 \
[env=any]/[app=p],1 [env=any]/[app=p],6 [env=any;team=x]/[app=p],1 [env=any;team=x]/[app=p],3 \
[env=any;team=x]/[app=p],6 " "one peer for each set of rules that no known pod stands for"
run "$bulkhead" map -o csv --to shop/a $fixtures/open
ok_str "$(echo "$out" | tr -d '\r' | cut -d, -f1,4 | tr '\n' ' ')" "from,port kube-system/Pod/coredns,1 " \
	"and none without --exposure"

# 20 labels are 190 pairs: the bound is said.
many=$(for i in $(seq 20); do printf '{podSelector: {matchLabels: {k%s: v}}, namespaceSelector: {}}, ' "$i"; done)
cat >"$tap_work/many.yaml" <<EOF
{apiVersion: v1, kind: Pod, metadata: {name: a, namespace: shop}}
---
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: a, namespace: shop}, spec: {podSelector: {}, ingress: [{from: [$many]}]}}
EOF
run "$bulkhead" map -o json --exposure "$tap_work/many.yaml"
has 'more than 100 combinations of peer selectors' "combinations of selectors are bounded"

run "$bulkhead" map -o json --level namespace $tiny
has '"level":"namespace","union":true' "namespaces: marked as a union"
has '{"from":"shop","to":"shop","ports":\[{"protocol":"TCP","port":5432,"endPort":5432}\]' "namespaces: within one"
has '{"from":"ip:198.51.100.0-198.51.100.63","to":"shop"' "namespaces: from outside"

# Filters, on the cluster with more of everything.
run "$bulkhead" map -o csv --from shop/web $town
has '^shop/Deployment/web,shop/Deployment/api,TCP,9090,9090' "--from: what the source may do"
lacks '^(payments|ops|kube-system|ip)' "--from: nothing else"
run "$bulkhead" map -o csv --to shop/svc/api $town
has '^shop/Deployment/web,shop/Deployment/api,' "--to: a Service is its pods"
lacks '^[^,]*,[^,]*(web|db|report|ip)' "--to: nothing else"
run "$bulkhead" map -o csv --from 10.9.128.0/17 --to shop/cache $town
has '^ip:10.9.128.0-10.9.255.255,shop/ReplicaSet/cache-5f6d8,TCP,6379,6379' "--from a CIDR block: cut to it"
ok_int "$(echo "$out" | wc -l)" 2 "--from a CIDR block: nothing else"
run "$bulkhead" map -o csv --only payments --port 5432 $town
has '^shop/Deployment/api,payments/StatefulSet/db,TCP,5432,5432' "--only: one end is in the namespace"
lacks '^shop/[^,]*,shop/' "--only: not neither"
lacks ',(UDP|ICMP)' "--port: nothing but the port"
run "$bulkhead" map -o csv --port 53/UDP --to dns $town
has '^shop/Deployment/web,kube-system/Deployment/coredns,UDP,53,53' "--port with a protocol"
run "$bulkhead" map -o csv --from 'shop/[app=web]' $town
has '^shop/\[app=web\],shop/Deployment/api,TCP,9090,9090' "--from a pod that is not there"
run "$bulkhead" map -o csv --from 'ops/[app=x]' $town
has '^ops/\[app=x\],ip:0.0.0.0-255.255.255.255,TCP,0,65535' "and from it to the outside"
run "$bulkhead" map -o csv --from internet --to 'ops/[app=x]' $town
has '^ip:1.0.0.0-9.255.255.255,ops/\[app=x\],TCP,0,65535' "and from the outside to it"
run "$bulkhead" map -o csv --from 'ops/[app=x]' --to 'ops/[app=y]' $town
has '^ops/\[app=x\],ops/\[app=y\],TCP,0,65535' "and between two of them"

run "$bulkhead" map $town
has '^open to all: nothing isolates these 5' "text: what nothing isolates is listed once"
has '^\(all open\) → shop/Deployment/web   all ports$' "text: from all of them, one line"
has '^payments/StatefulSet/db → \(all open\)   all ports$' "text: to all of them, one line"
lacks '^payments/Deployment/report → ' "text: and none of their own"
has '^payments/StatefulSet/db → payments/StatefulSet/db   TCP 5432$' "replica to replica"
has 'cache-5f6d8 → shop/ReplicaSet/cache-5f6d8   TCP 6379   \(IPv4: TCP 6379; IPv6: no port\)$' \
	"families that differ are told apart"
run "$bulkhead" map -o json $town
lacks '"from":"shop/Deployment/api","to":"shop/Deployment/api"' "one pod does not talk to itself"
lacks '"from":"ops/Pod/twin-a"' "a closed address talks to nobody"
lacks '"from":"ip:[^"]*","to":"ip:' "nothing between two ends outside"
has '"id":"shop/Deployment/idle".*"pods":0,' "scaled to zero it is an endpoint still"
has '"id":"ops/Pod/agent".*"hostNetwork":true' "host network"
has '"id":"kube-system/Deployment/coredns".*"assumed":true' "assumed endpoints say so"
has '"from":"ip:::-ffff:.*","to":"shop/Deployment/web"' "IPv6 where the endpoint has it"
lacks '"from":"ip:::-ffff:.*","to":"ops/Pod/agent"' "and not where it has none"

# Whatever a pod's own node sends is allowed, in the families that both have.
cat >"$tap_work/node.yaml" <<'YAML'
apiVersion: v1
kind: Node
metadata: {name: node-1}
status: {addresses: [{type: InternalIP, address: 192.168.1.1}]}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: ops}
spec: {hostNetwork: true, nodeName: node-1, containers: [{name: agent}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop}
spec: {nodeName: node-1, containers: [{name: web}]}
status: {phase: Running, podIP: 10.1.0.5}
---
apiVersion: v1
kind: Pod
metadata: {name: twin-a, namespace: shop}
spec: {nodeName: node-1, containers: [{name: web}]}
status: {phase: Running, podIP: 10.1.0.9}
---
apiVersion: v1
kind: Pod
metadata: {name: twin-b, namespace: shop}
spec: {nodeName: node-1, containers: [{name: web}]}
status: {phase: Running, podIP: 10.1.0.9}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: shop}
spec: {podSelector: {}, policyTypes: [Ingress]}
YAML
run "$bulkhead" map -o csv "$tap_work/node.yaml"
has '^ops/Pod/agent,shop/Pod/web,ICMP,0,65535' "from its own node"
lacks '^ops/Pod/agent,shop/Pod/web,ICMPv6,' "not in a family that they have not"
lacks '^ops/Pod/agent,shop/Pod/twin-' "not to a closed address"

# The proxy that routes are for.
edge=$fixtures/edge
run "$bulkhead" map --from ingress-controller $edge
ok_str "$(echo "$out" | grep '→')" "ingress-controller → shop/Deployment/web   TCP 8080" \
	"it reaches what routes lead to, at that port, where strangers may"
run "$bulkhead" map --from ingress-controller --ingress-controller edge/nginx $edge
ok_str "$(echo "$out" | grep '→' | tr '\n' ';')" \
	"ingress-controller → shop/Deployment/api   TCP 9090;ingress-controller → shop/Deployment/web   TCP 8080;" \
	"or where the one that is named may"
run "$bulkhead" map -o json $edge
has '"id":"ingress-controller","namespace":"ingress-controller","kind":"IngressController"' "it is an endpoint"
has '"from":"ingress-controller","to":"shop/Deployment/web","ports":\[{"protocol":"TCP","port":8080' "with connections"
lacks '"to":"ingress-controller"' "nobody talks to it"
run "$bulkhead" map --level namespace -o csv $edge
has '^ingress-controller,shop,TCP,8080,8080' "beside namespaces too"
run "$bulkhead" map --only edge -o csv $edge
lacks '^ingress-controller' "--only: in no namespace"
run "$bulkhead" map --from ingress-controller -o csv $town
ok_int "$(echo "$out" | wc -l)" 1 "without routes it reaches nothing"
run "$bulkhead" map --ingress-controller edge/ngin $edge
ok_int "$status" 2 "one that is not there"
ok_like "$err" "did you mean 'nginx'" "is looked for"
run "$bulkhead" map -o csv $tiny
lacks '^ingress-controller' "without routes it is not there"

# A committed map.
"$bulkhead" map -o json $edge >"$tap_work/edge.json" 2>/dev/null
run "$bulkhead" map --check "$tap_work/edge.json" $edge
ok_int "$status" 0 "a map is what the input allows"
mkdir "$tap_work/edge" && sed 's/number: 9090/number: 80/; s/9000}/9001}/; s/name: www}/name: admin}/' $edge/all.yaml >"$tap_work/edge/all.yaml"
run "$bulkhead" map --check "$tap_work/edge.json" "$tap_work/edge"
ok_int "$status" 1 "until that changes"
has '^~ ingress-controller → shop/Deployment/web   TCP 9001, was TCP 8080$' "what has changed is shown"
has 'edge.json is stale' "and what it means"
run "$bulkhead" map --check "$tap_work/edge.json" $tiny
has '^- shop/Deployment/api$' "endpoints too"
run "$bulkhead" map --level namespace --check "$tap_work/edge.json" $edge
ok_int "$status" 2 "a map of another level"
run "$bulkhead" map --check $edge/all.yaml $edge
ok_int "$status" 2 "a file that is no map"
ok_like "$err" 'this is no map' "is said"
run "$bulkhead" map --check "$tap_work/nowhere" $edge
ok_int "$status" 2 "a file that is not there"

# In every format, by its name or by -o; and the command that the report names mends it.
for format in text:txt json:json csv:csv md:md dot:dot dot:gv svg:svg; do
	file=$tap_work/access.${format#*:}
	"$bulkhead" map -o "${format%:*}" $edge >"$file" 2>/dev/null
	run "$bulkhead" map --check "$file" $edge
	ok_int "$status" 0 "${format#*:}: true"
	run "$bulkhead" map --check="$file" --ingress-controller edge/nginx $edge
	ok_int "$status" 1 "${format#*:}: stale"
	has '^[-+~] .*shop/Deployment/api' "${format#*:}: and what differs"
	has "write it again with 'bulkhead map --ingress-controller edge/nginx $edge -o ${format%:*} >$file'" \
		"${format#*:}: and how to mend it"
	(PATH=$(dirname "$bulkhead"):$PATH; eval "$(printf '%s\n' "$out" | sed -n "s/.*write it again with '\(.*\)'$/\1/p")" 2>/dev/null)
	run "$bulkhead" map --check "$file" --ingress-controller edge/nginx $edge
	ok_int "$status" 0 "${format#*:}: mended"
done
run "$bulkhead" map --output=md --check "$tap_work/access.json" $edge
ok_int "$status" 2 "JSON is no Markdown"
run "$bulkhead" map -omd --output md --from 'shop/[app=x]' --check "$tap_work/access.md" $edge
has "'bulkhead map --from 'shop/\[app=x\]' $edge -o md >" "words of the command are quoted"
ok_like "$(cat "$tap_work/access.svg")" 'ingress-controller → shop/Deployment/api: TCP 9090' "the picture too"
sed 's/ x="[0-9]*"/ x="1"/g' "$tap_work/access.svg" >"$tap_work/moved.svg"
run "$bulkhead" map --check "$tap_work/moved.svg" --ingress-controller edge/nginx $edge
ok_int "$status" 0 "where things are in a picture does not count"
cp "$tap_work/access.md" "$tap_work/access"
run "$bulkhead" map --check "$tap_work/access" --ingress-controller edge/nginx -o md $edge
ok_int "$status" 0 "-o says what a name does not"
sed 's/$/\r/' "$tap_work/access.md" >"$tap_work/windows.md"
run "$bulkhead" map --check "$tap_work/windows.md" --ingress-controller edge/nginx $edge
ok_int "$status" 0 "line ends of another system do not count"
run "$bulkhead" map --check README.md $edge
ok_int "$status" 2 "Markdown that is no map"
run "$bulkhead" map --check "$tap_work/nowhere.svg" $edge
ok_int "$status" 2 "a picture that is not there"
run "$bulkhead" map --check "$tap_work/access.md" --port '80 /TCP' $edge
ok_int "$status" 2 "wrong usage is no stale map"

# What a proxy decides stands apart, between namespaces too; what somebody may do anyway is certain.
cat >"$tap_work/proxy.yaml" <<'YAML'
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: front, labels: {app: web}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: job, namespace: front, labels: {app: job}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: api, namespace: back, labels: {app: api}}}
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: api, namespace: back}
spec:
  endpointSelector: {}
  ingress:
    - fromEndpoints: [{matchLabels: {app: web, k8s:io.kubernetes.pod.namespace: front}}]
      toPorts: [{ports: [{port: "80", protocol: TCP}, {port: "81", protocol: TCP}], rules: {http: [{path: /get}]}}]
    - fromEndpoints: [{matchLabels: {app: job, k8s:io.kubernetes.pod.namespace: front}}]
      toPorts: [{ports: [{port: "81", protocol: TCP}]}]
    - fromCIDR: [192.0.2.0/24]
      toPorts: [{ports: [{port: "80", protocol: TCP}], rules: {http: [{path: /get}]}}]
    - fromCIDR: [192.0.2.0/25]
      toPorts: [{ports: [{port: "82", protocol: TCP}]}]
YAML
run "$bulkhead" map --level namespace -o csv "$tap_work/proxy.yaml"
has '^front,back,TCP,80,80,"?[^,]*path' "namespaces: what depends on a condition says so"
has '^front,back,TCP,81,81,[[:space:]]*$' "namespaces: what one of them may do anyway is certain"
has '^ip:192.0.2.0-192.0.2.127,back,TCP,82,82,[[:space:]]*$' "namespaces: so with addresses"
has '^ip:192.0.2.0-192.0.2.127,back,TCP,80,80,.*path' "namespaces: and their conditions"
run "$bulkhead" map --level namespace "$tap_work/proxy.yaml"
has '^front → back   TCP 80 .*path' "namespaces: text says it too"

# Usage.
run "$bulkhead" map
ok_int "$status" 2 "no input"
run "$bulkhead" map --port http $town
ok_int "$status" 2 "a port's name"
ok_like "$err" 'names differ from pod to pod' "and why not"
run "$bulkhead" map --only nowhere $town
ok_int "$status" 2 "a namespace that is not there"
run "$bulkhead" map --level cluster $town
ok_int "$status" 2 "a level that is not there"
tap_done
