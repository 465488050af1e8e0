#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `inventory`: what there is, from manifests alone.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
shop=examples/shop

run "$bulkhead" inventory $shop
ok_int "$status" 0 "an inventory is an answer"
ok_like "$out" '^  payments +workloads: 2; pods: 4; services: 2; policies: 6$' "namespaces"
ok_like "$out" '^  payments/StatefulSet/db   pods: 2; account: default; 5432/TCP, 9187/TCP$' "workloads"
ok_like "$out" '^  shop/default   pods: 6$' "service accounts"
ok_like "$out" '^  9100/TCP   workloads: 2$' "ports"
ok_like "$out" '^  203.0.113.0/24   NetworkPolicy payments/payments   .*policies/payments.yaml:84$' "addresses outside"
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
    - toCIDR: [10.244.0.0/24, 192.0.2.0/24]
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
	"*.example.org 192.0.2.0/24 api.example.com db.example.net mesh.example.com" \
	"names and addresses outside; a block of pods is none"
ok_str "$(printf '%s' "$out" | python3 -c '
import json, sys
answer = json.load(sys.stdin)
pod = answer["workloads"][0]
print(answer["schema"], answer["namespaces"][0]["owner"], pod["hostNetwork"], pod["serviceAccount"], pod["ports"][0]["hostPort"])')" \
	"bulkhead.inventory/v1 web True agent 80" "JSON"

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
