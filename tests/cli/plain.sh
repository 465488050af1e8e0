#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What a terminal is shown of somebody else's files: no text of them moves its cursor, changes its colours, turns
# the direction of what is read, or looks like a line of ours.
. tests/lib/tap.sh

bulkhead=$(realpath "$BULKHEAD_BUILD")/bin/bulkhead
odd='\e[31m\u202e\u009b2J\nEVIL' # within the quotes of YAML
name=$(printf 'a\033[31m\342\200\256\302\2332J\nEVIL.yaml')
work=$tap_work/work
mkdir "$work" "$tap_work/empty"

# Wherever an API server takes any text.
base() {
	cat <<-YAML
		apiVersion: v1
		kind: Namespace
		metadata: {name: shop, annotations: {bulkhead.dev/owner: "$odd"}}
		---
		apiVersion: apps/v1
		kind: Deployment
		metadata:
		  name: web
		  namespace: shop
		  annotations: {bulkhead.dev/owner: "$odd", bulkhead.dev/sensitivity: "$odd", bulkhead.dev/ignore: "BH3 reason=$odd"}
		spec:
		  selector: {matchLabels: {app: web}}
		  template:
		    metadata: {labels: {app: web}}
		    spec:
		      containers:
		      - {name: c, image: "i$odd", env: [{name: X, value: "http://h$odd:80"}], ports: [{name: web, containerPort: 80}]}
		---
		apiVersion: v1
		kind: Pod
		metadata: {name: db, namespace: shop, ownerReferences: [{kind: "K$odd", name: "n$odd", controller: true}]}
		spec: {containers: [{name: c, image: "postgres$odd"}]}
		---
		apiVersion: v1
		kind: Service
		metadata: {name: web, namespace: shop}
		spec: {type: LoadBalancer, selector: {app: web}, ports: [{name: http, port: 80, targetPort: web}]}
		---
		apiVersion: v1
		kind: Service
		metadata: {name: other, namespace: shop}
		spec: {type: ExternalName, externalName: "x$odd"}
		---
		apiVersion: networking.k8s.io/v1
		kind: Ingress
		metadata: {name: web, namespace: shop}
		spec: {rules: [{host: "h$odd", http: {paths: [{path: "/$odd", pathType: Prefix, backend: {service: {name: web, port: {name: http}}}}]}}]}
		---
		apiVersion: networking.k8s.io/v1
		kind: NetworkPolicy
		metadata: {name: web, namespace: shop, annotations: {bulkhead.dev/ignore: "BH302 reason=$odd"}}
		spec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {}}], ports: [{port: web}]}]}
		---
		apiVersion: security.istio.io/v1
		kind: AuthorizationPolicy
		metadata: {name: web, namespace: shop}
		spec:
		  selector: {matchLabels: {app: web}}
		  rules:
		  - from: [{source: {principals: ["cluster.local/ns/x/sa/$odd"], namespaces: ["n$odd"]}}]
		    to: [{operation: {hosts: ["h$odd"], paths: ["/$odd"], methods: ["G$odd"]}}]
		    when: [{key: "request.headers[x$odd]", values: ["v$odd"]}]
		---
		apiVersion: bulkhead.dev/v1
		kind: PolicyTest
		metadata: {name: web}
		spec:
		  tests:
		  - {name: "n$odd", reason: "r$odd", from: shop/web, to: internet, ports: [80], expect: deny}
		---
		apiVersion: "x$odd/v1"
		kind: "K$odd"
		metadata: {name: any, namespace: shop}
		---
	YAML
}

calico() {
	cat <<-YAML
		apiVersion: projectcalico.org/v3
		kind: NetworkPolicy
		metadata: {name: calico, namespace: shop}
		spec:
		  selector: "app == 'w$odd' || app == 'web'"
		  ingress:
		  - action: Allow
		    source: {selector: "x == 'y$odd'", serviceAccounts: {names: ["s$odd"]}}
		    http: {paths: [{exact: "/$odd"}]}
	YAML
}

cilium() {
	cat <<-YAML
		apiVersion: cilium.io/v2
		kind: CiliumNetworkPolicy
		metadata: {name: cilium, namespace: shop}
		spec:
		  description: "d$odd"
		  endpointSelector: {matchLabels: {app: web}}
		  egress:
		  - toPorts: [{ports: [{port: "80", protocol: TCP}], rules: {http: [{path: "/x\u202e", method: "G\u202e", host: "h\u202e"}]}}]
	YAML
}

# What the API server refuses: it is quoted.
refused() {
	cat <<-YAML
		apiVersion: v1
		kind: Pod
		metadata: {name: "x$odd", namespace: "y$odd", labels: {"l$odd": "v$odd"}}
		spec: {serviceAccountName: "s$odd", nodeName: "n$odd", containers: [{name: c, image: i, ports: [{name: "p$odd", containerPort: 80}]}]}
		---
		apiVersion: networking.k8s.io/v1
		kind: NetworkPolicy
		metadata: {name: "x$odd", namespace: "y$odd"}
		spec: {"f$odd": 1, podSelector: {matchLabels: {"l$odd": "v$odd"}}, policyTypes: ["t$odd"]}
	YAML
}

bad=$(printf '\033|\302\233|\342\200\256|^(2J)?EVIL')

# shown WORD…: is all of it that way, on both streams?
shown() {
	run env -C "$work" "$bulkhead" "$@"
	[ "$status" -le 4 ] && [ -n "$out$err" ] &&
		! printf '%s\n%s\n' "$out" "$err" | LC_ALL=C grep -Eq "$bad"
	ok $? "$(printf '%s' "$*" | LC_ALL=C tr -d '\000-\037\200-\377')" || diag "$(printf '%s\n%s\n' "$out" "$err" | cat -v)"
}

for what in calico cilium refused; do
	{ base; $what; } >"$work/$name"
	for format in text md; do
		shown scan . -v -o $format
		shown coverage . -o $format --invalid=skip
		shown inventory . -o $format --invalid=skip
		shown map . -o $format --exposure --invalid=skip
		shown diff ../empty . -v -o $format --invalid=skip
		shown reach --rank -o $format -f . --invalid=skip
		shown reach internet -o $format -f . --invalid=skip
	done
	shown test . --uncovered --adequacy --invalid=skip
	shown map . -v
	shown explain shop/web -f . --invalid=skip
	shown can internet shop/web -f . --invalid=skip
	shown can 'shop/[x=y]' shop/web 80 -f . --invalid=skip
done
cat >"$work/$name" <<'YAML'
{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: web, namespace: shop}, spec: {podSelectr: {}}}
YAML
shown scan --fix .
printf 'a: [\033[31m\n' >"$work/$name"
shown scan .
printf 'a: [&\302\233\n b: }\n' >"$work/$name"
shown map "$name"
shown map "no$name"
shown can "a/$name" "b/$name" -f .
shown scan --rules "$name" .
shown diff "git:$name:." .
tap_done
