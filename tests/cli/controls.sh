#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What an input may hold anywhere (requests in policies, names of files) does no harm where it is shown: no
# controls on a terminal, no markup in Markdown, no broken quotes.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
folder=$tap_work/in
mkdir "$folder" "$tap_work/old"
cilium="$folder/cil$(printf '\033')[31mium.yaml"
istio=$folder/istio.yaml
cat >"$tap_work/old/pods.yaml" <<'YAML'
{apiVersion: v1, kind: Pod, metadata: {name: web, namespace: front, labels: {app: web}}}
---
{apiVersion: v1, kind: Pod, metadata: {name: api, namespace: back, labels: {app: api, sidecar.istio.io/inject: "true"}}}
YAML
{
	cat "$tap_work/old/pods.yaml"
	cat <<'YAML'
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: api, namespace: back}
spec:
  endpointSelector: {}
  ingress:
    - fromEndpoints: [{matchLabels: {app: web, k8s:io.kubernetes.pod.namespace: front}}]
      toPorts: [{ports: [{port: "80", protocol: TCP}], rules: {http: [{path: "/\e]0;p|<b>\"q\"\\\\\r\n", headers: ["X\u202e: y"]}]}}]
YAML
} >"$cilium"
{
	cat "$tap_work/old/pods.yaml"
	cat <<'YAML'
---
apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: api, namespace: back}
spec: {action: ALLOW, rules: [{to: [{operation: {paths: ["/\e]0;p|<b>\"q\"\\\r\n"], ports: ["80"]}}], when: [{key: "request.headers[x]", values: ["\u202ev"]}]}]}
YAML
} >"$istio"
tests="$tap_work/te$(printf '\033')[31mst.yaml"
cat >"$tests" <<'YAML'
apiVersion: bulkhead.dev/v1
kind: PolicyTest
metadata: {name: t}
spec: {tests: [{name: "web asks\e[31m", from: front/web, to: back/api, ports: [80], expect: allow}]}
YAML

# Reads like lines of text, in UTF-8, without anything that a terminal obeys.
is_plain() {
	printf '%s\n%s\n' "$out" "$err" | python3 -c 'import sys, unicodedata
bad = [c for c in sys.stdin.buffer.read().decode() if c not in "\t\r\n" and unicodedata.category(c) in ("Cc", "Cf", "Zl", "Zp")]
sys.exit(f"{bad}" if bad else 0)' 2>"$tap_work/bad"
	ok $? "$1: no controls" || diag "$(cat "$tap_work/bad")"
}

for file in "$cilium" "$istio"; do
	kind=${file##*/}
	kind=cni-$(printf '%s' "$kind" | cut -c1-3)
	run "$bulkhead" can front/web back/api 80 -f "$file" --color never
	is_plain "$kind can"
	ok_like "$out" '^  if: .*/\\x1b]0;p\|<b>"q".*\\x0a.*\\xe2\\x80\\xae' "$kind can: the condition shows them"
	ok_int "$(printf '%s\n' "$out" | grep -c '^  if: ')" 1 "$kind can: on one line"
	run "$bulkhead" explain back/api -f "$file" --color never
	is_plain "$kind explain"
	ok_like "$out" '/\\x1b]0;p' "$kind explain: the rule shows them"
	run "$bulkhead" map "$file"
	is_plain "$kind map"
	ok_like "$out" '^front/Pod/web → back/Pod/api   TCP 80   if .*/\\x1b]0;p' "$kind map: the condition shows them"
	for format in md dot csv svg; do
		run "$bulkhead" map -o $format "$file"
		is_plain "$kind map -o $format"
	done
	for verb in "reach front/web -f" scan inventory coverage; do
		run "$bulkhead" $verb "$file"
		is_plain "$kind $verb"
	done
	for format in text md csv; do
		run "$bulkhead" diff -o $format "$tap_work/old" "$file"
		is_plain "$kind diff -o $format"
	done
	for format in tap junit github json text; do
		run "$bulkhead" test "$tests" -f "$file" --color never -o $format
		is_plain "$kind test -o $format"
	done
	ok_like "$out$err" '/\\x1b]0;p' "$kind test: and what it depends on"
	run "$bulkhead" scan -o github "$file"
	is_plain "$kind scan -o github"

	run "$bulkhead" map -o json "$file"
	ok_str "$(printf '%s\n' "$out" | python3 -c 'import json,sys
print({c for l in json.load(sys.stdin)["connections"] for c in l["conditions"] if "\n" in c})')" "set()" "$kind JSON"
	run "$bulkhead" map -o csv "$file"
	ok_str "$(printf '%s\n' "$out" | python3 -c 'import csv,sys
rows = list(csv.DictReader(sys.stdin))
print({len(r) for r in rows}, any("p|<b>\"q\"" in r["conditions"] for r in rows))')" "{6} True" "$kind CSV: a reader gets it back"
	run "$bulkhead" diff -o md "$tap_work/old" "$file"
	ok_str "$(printf '%s\n' "$out" | grep '^| ' | sed 's/\\|//g' | tr -cd '|\n' | sort -u)" "||||||" \
		"$kind Markdown: the bars of its table, and no other"
	! printf '%s\n' "$out" | grep -q '[^\\]<b>'
	ok $? "$kind Markdown: no markup"
done
tap_done
