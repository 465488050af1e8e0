#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `inventory`: what there is, from manifests alone.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
shop=examples/shop

run "$bulkhead" inventory $shop
ok_int "$status" 0 "an inventory is an answer"
ok_like "$out" '^  payments +- +2 +0 +4 +2 +6$' "namespaces"
ok_like "$out" '^  payments/StatefulSet/db +- +2 +default +5432/TCP, 9187/TCP +- +PostgreSQL +5$' "workloads"
ok_like "$out" '^  shop/default +6$' "service accounts"
ok_like "$out" '^  9100/TCP +2$' "ports"
ok_like "$out" '^  203.0.113.0/24 +NetworkPolicy payments/payments +.*policies/payments.yaml:84$' "addresses outside"
! printf '%s\n' "$out" | grep -q coredns
ok $? "nothing that is only assumed"

cat >"$tap_work/names.yaml" <<'YAML'
apiVersion: v1
kind: Namespace
metadata: {name: app, labels: {team: web}}
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: names, namespace: app}
spec:
  endpointSelector: {}
  egress:
    - toFQDNs: [{matchName: api.example.com}, {matchPattern: "*.example.org"}]
    - toPorts: [{ports: [{port: "53", protocol: ANY}], rules: {dns: [{matchPattern: "*"}]}}]
    - toCIDR: [10.244.0.0/24, 192.0.2.0/24, 0.0.0.0/0]
    - toPorts: [{ports: [{port: "8443"}]}]
---
apiVersion: v1
kind: Service
metadata: {name: out, namespace: app}
spec: {type: ExternalName, externalName: db.example.net}
---
apiVersion: networking.istio.io/v1
kind: ServiceEntry
metadata: {name: mesh, namespace: app}
spec: {hosts: [mesh.example.com], ports: [{number: 443, name: https, protocol: HTTPS}]}
---
apiVersion: v1
kind: Pod
metadata: {name: node, namespace: app}
spec: {hostNetwork: true, serviceAccountName: agent, containers: [{name: c, ports: [{containerPort: 80, hostPort: 80}]}]}
YAML
run "$bulkhead" inventory "$tap_work/names.yaml" -o json
ok_str "$(printf '%s' "$out" | python3 -c '
import json, sys
answer = json.load(sys.stdin)
print(*[item["what"] for item in answer["externals"]])')" \
	"*.example.org 0.0.0.0/0 192.0.2.0/24 any address api.example.com db.example.net mesh.example.com" \
	"names and addresses outside; a block of pods is none"
ok_str "$(printf '%s' "$out" | python3 -c '
import json, sys
answer = json.load(sys.stdin)
pod = answer["workloads"][0]
print(answer["schema"], answer["namespaces"][0]["owner"], pod["hostNetwork"], pod["serviceAccount"], pod["ports"][0]["hostPort"])')" \
	"bulkhead.inventory/v1 web True agent 80" "JSON"

# What a programme starts from.
cat >"$tap_work/start.yaml" <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: db, namespace: bare, annotations: {owner: '=team()'}}
spec:
  replicas: 2
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: c, image: 'docker.io/library/postgres:16', ports: [{containerPort: 5432}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: bare}
spec: {type: NodePort, selector: {app: db}, ports: [{port: 5432}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: half}
spec: {containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: api, namespace: half, labels: {app: api}}
spec: {containers: [{name: c, ports: [{containerPort: 80}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: api, namespace: half}
spec: {podSelector: {matchLabels: {app: api}}}
---
apiVersion: policy.linkerd.io/v1beta3
kind: Server
metadata: {name: s, namespace: half}
spec: {}
YAML
run "$bulkhead" inventory "$tap_work/start.yaml"
ok_like "$out" '^  namespaces of which no policy selects a workload: 1 of 2: bare$' "namespaces without policies"
ok_like "$out" '^  namespaces without an owner: 2 of 2: bare, half$' "and without owners"
ok_like "$out" '^  workloads that no policy selects: 2 of 3$' "workloads without"
ok_like "$out" '^  workloads that are exposed to the outside: 1 of 3$' "and in sight"
ok_like "$out" '^  bare/Deployment/db +=team\(\) +2 +default +5432/TCP +NodePort +PostgreSQL +0$' "owner, exposure, sensitivity, policies"
ok_like "$out" '^  half +- +2 +1 +2 +0 +1$' "by namespace"
ok_like "$out" '^  not counted: 1 Server' "kinds that are not evaluated"
run "$bulkhead" inventory "$tap_work/start.yaml" -o md
ok_like "$out" '^\| bare/Deployment/db \| =team\(\) \| 2 \|' "Markdown"
run "$bulkhead" inventory "$tap_work/start.yaml" -o csv
ok_like "$out" "^bare,Deployment,db,\"'=team\\(\\)\",default,5432/TCP,NodePort,PostgreSQL,2,false,0" "CSV"
run "$bulkhead" inventory "$tap_work/start.yaml" -o json
ok_str "$(printf '%s' "$out" | python3 -c '
import json, sys
answer = json.load(sys.stdin)
db = answer["workloads"][0]
print(db["owner"], db["images"], db["labels"], db["exposed"], db["sensitivity"], db["policies"],
      [one["workloadsWithoutPolicy"] for one in answer["namespaces"]], answer["notEvaluated"][0]["kind"])')" \
	"=team() ['docker.io/library/postgres:16'] {'app': 'db'} ['NodePort'] PostgreSQL 0 [1, 1] Server" "JSON: all of it"

# As many as the map has.
run "$bulkhead" inventory $shop -o json
n=$(printf '%s' "$out" | python3 -c 'import json,sys; print(len(json.load(sys.stdin)["workloads"]))')
run "$bulkhead" map $shop -o json
ok_int "$(printf '%s' "$out" | python3 -c '
import json, sys
print(len([end for end in json.load(sys.stdin)["endpoints"] if not end.get("assumed")]))')" "$n" "the workloads of the map"
run "$bulkhead" inventory
ok_int "$status" 2 "no input"
tap_done
