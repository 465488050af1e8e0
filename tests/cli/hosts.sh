#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Whose an address is: nodes' and Services', and host-network pods of nodes that are not known.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
cat >"$tap_work/hosts.yaml" <<'YAML'
apiVersion: v1
kind: Node
metadata: {name: node-1}
status: {addresses: [{type: InternalIP, address: 192.168.1.1}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web}]}
status: {phase: Running, podIP: 10.1.0.5}
---
apiVersion: v1
kind: Pod
metadata: {name: probe, namespace: shop}
spec: {hostNetwork: true, containers: [{name: probe}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{ipBlock: {cidr: 10.1.0.5/32}}]}]
  egress: [{to: [{ipBlock: {cidr: 192.168.1.1/32}}]}]
YAML

run "$bulkhead" can shop/web shop/probe 80 -f "$tap_work/hosts.yaml"
ok_int "$status" 4 "it may be on the node that a rule allows"
ok_like "$out" '^    allowed   shop/Pod/web → ip:192.168.1.1-192.168.1.1$' "and that is said"
ok_like "$out" 'whose address is not known: every address is judged$' "with what is not known"

run "$bulkhead" can shop/probe shop/web 80 -f "$tap_work/hosts.yaml"
ok_int "$status" 1 "it has no pod's address"

# A Service has the addresses of its load balancer too; one that is a node's stays the node's.
cat >"$tap_work/service.yaml" <<'YAML'
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec:
  type: LoadBalancer
  clusterIP: 10.96.0.8
  externalIPs: [198.51.100.9]
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
status:
  loadBalancer:
    ingress:
    - {ip: 203.0.113.50}
    - {hostname: web.example.com}
    - {ip: 203.0.113.51, ipMode: Proxy}
    - {ip: 192.168.1.1}
YAML
for address in 10.96.0.8 198.51.100.9 203.0.113.50; do
	run "$bulkhead" can 8.8.8.8 $address 80 -f "$tap_work/hosts.yaml" -f "$tap_work/service.yaml"
	ok_int "$status" 1 "$address is the Service's"
	ok_like "$out" '^denied   8.8.8.8 → shop/Service/web  80/TCP$' "and its pods are judged"
done
for address in 203.0.113.51 192.168.1.1; do
	run "$bulkhead" can 8.8.8.8 $address 80 -f "$tap_work/hosts.yaml" -f "$tap_work/service.yaml"
	ok_int "$status" 0 "$address is not the Service's"
done

tap_done
