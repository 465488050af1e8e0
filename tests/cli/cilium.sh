#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# Cilium's policies on the command line.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
cilium=tests/cli/fixtures/cilium

run "$bulkhead" can shop/db shop/web http -f $cilium
ok_int "$status" 4 "a rule of HTTP is a condition"
ok_like "$out" 'if: the request is one of http {method: GET}$' "in the API's words"
ok_like "$err" '^cni: cilium, from CiliumNetworkPolicy ' "its policies say who enforces"
run "$bulkhead" can shop/web shop/db 5432 -f $cilium
ok_int "$status" 1 "a block is no pod's address"
ok_like "$out" 'it allows only 10.0.0.0/8 outside the cluster ' "… which is said"
run "$bulkhead" can shop/web 10.9.9.9 443 -f $cilium
ok_int "$status" 0 "… and other addresses are its"
run "$bulkhead" can shop/web 198.51.100.1 443 -f $cilium
ok_like "$out" 'if: the destination is one of toFQDNs example.com$' "a name is a condition"

run "$bulkhead" can 192.168.1.1 shop/db 5432 -f $cilium
ok_int "$status" 0 "a pod's own node needs no rule"
run "$bulkhead" can 192.168.1.1 shop/db 22 -f $cilium
ok_int "$status" 1 "but a rule may deny it"
ok_like "$out" 'denied: by CiliumNetworkPolicy shop/db ingressDeny\[0\]$' "… with its list"
run "$bulkhead" can 192.168.1.2 shop/db 5432 -f $cilium
ok_int "$status" 1 "another node needs one"
run "$bulkhead" explain shop/db -f $cilium
ok_like "$out" 'its own node reaches it, unless a rule denies that$' "explain: that rules come first"
ok_like "$(printf '%s\n' "$out" | grep -A1 'shop/db isolates')" 'ingressDeny\[0\] deny from host ' "explain: what denies comes first"

run "$bulkhead" map $cilium
ok_like "$out" '^ops/Pod/agent → shop/Pod/db +TCP 0-21,23-65535; ' "map: so for pods of its node's network"

run "$bulkhead" can shop/db shop/old 80 -f $cilium
ok_int "$status" 1 "NetworkPolicy's blocks are the world's too"
ok_like "$out" '^  but by the specification +allowed ' "the specification says otherwise"
run "$bulkhead" can shop/db shop/old 80 -f $cilium --cni calico
ok_int "$status" 0 "and another CNI does as it says"

cat >"$tap_work/kafka.yaml" <<'END'
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: kafka, namespace: shop}
spec:
  endpointSelector: {}
  ingress: [{toPorts: [{ports: [{port: "9092", protocol: TCP}], rules: {kafka: [{topic: a}]}}]}]
END
run "$bulkhead" can shop/web shop/db 9092 -f $cilium -f "$tap_work/kafka.yaml"
ok_int "$status" 2 "what Cilium has no more"
ok_like "$err" "kafka.yaml:6:73: error: Cilium 1.20 has no 'kafka' rules" "where"
run "$bulkhead" can shop/web shop/old 9092 -f $cilium -f "$tap_work/kafka.yaml" --cni cilium@1.18
ok_int "$status" 1 "what it had is read: the source's egress is closed"
run "$bulkhead" can shop/db shop/old 9092 -f $cilium -f "$tap_work/kafka.yaml" --cni cilium@1.18
ok_like "$out" "if: the proxy's 'kafka' rules hold$" "and is a condition"

tap_done
