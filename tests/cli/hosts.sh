#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Host-network pods of nodes that are not known: any address may be theirs, a known node's too.
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

tap_done
