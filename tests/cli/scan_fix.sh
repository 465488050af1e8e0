#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `scan --fix`: what is edited and what is not, by the text, by the engine, and done twice.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
fixtures=tests/cli/fixtures/scan
work=$tap_work/work
mkdir "$work"

# fix FILE OPTION…: on a copy, $copy.
fix() {
	copy=$work/$(basename "$1")
	cp "$1" "$copy"
	shift
	run "$bulkhead" scan --now 2026-06-01 "$@" "$copy"
}

fix $fixtures/fix.yaml --fix
ok_str "$(diff $fixtures/fix.yaml "$copy" | grep '^[<>]')" '<     matchLabels:      # all
>     matchLabels: {}      # all
<   - from:             # nobody left
>   - from: []             # nobody left
<     - ipBlock: {cidr: 10.0.0.5/24}   # not that host
>     - ipBlock: {cidr: 10.0.0.0/24}   # not that host
<         cidr: "010.1.0.0/16"
>         cidr: "10.1.0.0/16"
<   podSelector: {matchLabels: {app: web, canary: no}}
>   podSelector: {matchLabels: {app: web, canary: "no"}}
<   - form:
>   - from:
<     ports: [{port: '"'443'}, {port: \"80\"}]
>     ports: [{port: 443}, {port: 80}]"'' "the safe fixes, and nothing else: comments and order stay"
cp $fixtures/fix.yaml "$work/before.yaml"
printf '%s\n' "$out" >"$work/patch"
if command -v patch >/dev/null; then
	(cd / && patch -s -o "$work/patched.yaml" "$work/before.yaml" "$work/patch")
	ok_str "$(cat "$work/patched.yaml")" "$(cat "$copy")" "the diff that is shown is what was done"
else
	skip "patch is not there"
fi
before=$(stat -c %Y.%i "$copy")
run "$bulkhead" scan --fix "$copy"
ok_like "$err" 'there is nothing to fix' "a second time there is nothing to do"
ok_str "$out" "" "and nothing is shown"
ok_str "$(stat -c %Y.%i "$copy")" "$before" "nor written"

# A key in quotes is renamed within them: in JSON every key is.
cat >"$work/keys.json" <<'JSON'
{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "db", "namespace": "shop"},
 "spec": {"podSelectr": {}}}
JSON
run "$bulkhead" scan --rules BH101 --fail-on none --fix "$work/keys.json"
ok_str "$(tail -1 "$work/keys.json")" ' "spec": {"podSelector": {}}}' "a misspelt key of JSON"

# Lines in braces are no block, though a key may begin one.
cat >"$work/braces.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop}
spec: {containers: [{name: db}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shop}
spec: {podSelector: {}, # of all
    policyTypes: [Egress]}
YAML
cp "$work/braces.yaml" "$work/braces.before"
run "$bulkhead" scan --rules BH501 --fail-on none --fix "$work/braces.yaml"
ok_str "$(cat "$work/braces.yaml")" "$(cat "$work/braces.before")" "no block is put into braces"

# Of what was in force before, no verdict changes.
awk '/^# What an API server refuses/ { exit } { print }' $fixtures/fix.yaml >"$work/unfixed.yaml"
cp "$work/unfixed.yaml" "$work/fixed.yaml"
run "$bulkhead" scan --fix "$work/fixed.yaml"
! cmp -s "$work/unfixed.yaml" "$work/fixed.yaml"
ok $? "something was fixed"
run "$bulkhead" diff "$work/unfixed.yaml" "$work/fixed.yaml"
ok_int "$status" 0 "no access is added or removed by a safe fix" || diag "$out" "$err"

# A label that no namespace has lets nobody in; the fix does what was meant.
fix tests/scan/BH403/bad.yaml --fix --rules BH403
ok_str "$(diff tests/scan/BH403/bad.yaml "$copy" | grep '^>')" \
	'>           "kubernetes.io/metadata.name": monitoring   # not a label of anybody'"'"'s
>         - {key: kubernetes.io/metadata.name, operator: In, values: [monitoring, shop]}' \
	"BH403: the key, in its quotes, and nothing else"
run "$bulkhead" can monitoring/prometheus shop/web 8080/TCP -f "$copy"
ok_int "$status" 0 "BH403: and the engine lets through what was meant"

# What an alias shares is about the pods too, which have no such label.
cat >"$tap_work/alias.yaml" <<'EOF'
apiVersion: v1
kind: Namespace
metadata: {name: shop}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: a, namespace: shop}
spec:
  podSelector: &shop {matchLabels: {name: shop}}
  ingress: [{from: [{namespaceSelector: *shop}]}]
EOF
fix "$tap_work/alias.yaml" --fix --rules BH403
ok_like "$err" 'there is nothing to fix' "a text that an alias shares has no safe fix"
fix "$tap_work/alias.yaml" --fix=suggested --rules BH403
ok_like "$out" '^\+.*kubernetes.io/metadata.name: shop' "but one that is suggested"

# Default denies go behind the rest, once each, whatever else is edited at the end of the file.
for ns in a b; do
	printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: %s}\n---\n' $ns
done >"$work/bare.yaml"
printf 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: c, namespace: c}\nspec:\n  podSelector:' \
	>>"$work/bare.yaml"
run sh -c 'echo y | timeout 20 "$1" scan --rules BH106,BH201,BH202,BH203,BH501 --fix=suggested "$2"' sh "$bulkhead" "$work/bare.yaml"
ok_int "$(grep -c 'name: default-deny-' "$work/bare.yaml")" 4 "a default deny for each direction of each namespace"
ok_int "$(grep -c '^  podSelector: {}$' "$work/bare.yaml")" 5 "and what stood last is mended too"
run timeout 20 "$bulkhead" scan --rules BH106,BH201,BH202,BH203,BH501 --fix=suggested "$work/bare.yaml"
ok_like "$err" 'there is nothing to fix' "and nothing is left, DNS included"

# The others need a yes.
fix tests/scan/BH206/bad.yaml --fix=suggested
ok_like "$out" '^\+  policyTypes: \[Ingress, Egress\]$' "what would be done is shown"
ok_str "$(cat "$copy")" "$(cat tests/scan/BH206/bad.yaml)" "and without a yes not done"
run sh -c 'echo y | "$1" scan --fix=suggested "$2"' sh "$bulkhead" "$copy"
ok_like "$(cat "$copy")" '^  policyTypes: \[Ingress, Egress\]$' "with a yes it is"
run "$bulkhead" scan --rules BH206 "$copy"
ok_like "$out" '^0 findings' "and then nothing is found"
for rule in BH401 BH405 BH406; do
	cp "tests/scan/$rule/bad.yaml" "$work/$rule.yaml"
	run sh -c 'echo y | "$1" scan --rules "$2" --fix=suggested "$3"' sh "$bulkhead" "$rule" "$work/$rule.yaml"
	run "$bulkhead" scan --rules "$rule" "$work/$rule.yaml"
	ok_like "$out" '^0 findings' "$rule: the fix that is suggested mends it"
done
fix tests/scan/BH401/bad4.yaml --rules BH401 --fix=suggested
ok_like "$err" 'there is nothing to fix' "BH401: a label that is there is not mended"
run "$bulkhead" can 'shop/[a=b]' shop/svc/web 80/TCP -f "$work/BH405.yaml"
ok_int "$status" 0 "BH405: and the engine lets through what was meant"

fix tests/scan/BH414/bad.yaml --rules BH414 --fix=suggested
ok_str "$(echo "$out" | grep '^[-+] ')" "-      helm.sh/chart: web-1.2.3" \
	"BH414: the key goes where another one stays, and nowhere else"

# A misspelt key beside the right one is for somebody to look at.
sed 's/^  ingress:/  ingress: []\n  ingres:/' tests/scan/BH101/good.yaml >"$work/twice.yaml"
cp "$work/twice.yaml" "$work/twice.before"
run "$bulkhead" scan --rules BH101 --fix "$work/twice.yaml"
ok_like "$out$err" 'BH101|nothing to fix' "BH101: a key that is there already is found"
ok_str "$(cat "$work/twice.yaml")" "$(cat "$work/twice.before")" "and not written twice"

# An exception that nothing needs goes, and nothing beside it.
cat >"$work/ignore.yaml" <<'EOF'
apiVersion: v1 # a Service
kind: Service
metadata:
  name: a
  # who
  annotations:
    bulkhead.dev/ignore: BH301 -- nobody
spec:
  # what
  # bulkhead:ignore BH206 -- nothing
  clusterIP: None # bulkhead:ignore BH206 -- nothing
---
apiVersion: v1
kind: Service
metadata:
  name: b
  annotations:
    bulkhead.dev/ignore: >-
      BH301 -- nobody
    # kept
    owner: a
EOF
printf '%s\n' 'exceptions:' '- rules: [BH301]' '  object: x/Service/a' '  reason: none' '# the next' \
	'- {rules: [BH206], object: x/Service/b, reason: none, until: 2027-01-31}' '' 'exposed: []' >"$work/ignore-config.yaml"
cat >"$work/baseline.json" <<'EOF'
{"schema": "bulkhead.baseline/v1", "findings": [
  {"fingerprint": "00000000000000000000000000000000", "rule": "BH301"},
  {"fingerprint": "00000000000000000000000000000001", "rule": "BH301"}
]}
EOF
set -- --now 2026-06-01 --config "$work/ignore-config.yaml" --baseline "$work/baseline.json"
run sh -c 'echo y | "$@"' sh "$bulkhead" scan "$@" --fix=suggested "$work/ignore.yaml"
ok_str "$(cat "$work/ignore.yaml")" "$(cat <<'EOF'
apiVersion: v1 # a Service
kind: Service
metadata:
  name: a
  # who
spec:
  # what
  clusterIP: None
---
apiVersion: v1
kind: Service
metadata:
  name: b
  annotations:
    # kept
    owner: a
EOF
)" "BH704: comments and annotations that nothing needs are taken out"
ok_str "$(cat "$work/ignore-config.yaml")" "exceptions:
# the next

exposed: []" "BH704: of the configuration"
ok_int "$(python3 -c 'import json, sys; print(len(json.load(sys.stdin)["findings"]))' <"$work/baseline.json")" 0 \
	"BH704: of a baseline"
run "$bulkhead" scan "$@" "$work/ignore.yaml"
ok_like "$out" '^0 findings' "BH704: and nothing is left to find"

# What one fix uncovers, the same run fixes too: a field by its right name is null, and then a rule is empty.
cat >"$work/layers.yaml" <<'END'
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  podSelector: {}
  ingress:
  - form:   # anybody
    ports: [{port: 80, protocol: tcp}]
END
cp "$work/layers.yaml" "$work/layers.before"
run "$bulkhead" scan --fix "$work/layers.yaml"
ok_like "$(cat "$work/layers.yaml")" '^  - from: \[\]   # anybody$' "what a fix uncovers is fixed by the same run"
run "$bulkhead" scan --fix "$work/layers.yaml"
ok_like "$err" 'there is nothing to fix' "and a second run has nothing to do"
cp "$work/layers.before" "$work/layers.yaml"
run sh -c 'echo y | "$1" scan --fix=suggested "$2"' sh "$bulkhead" "$work/layers.yaml"
printf '%s\n' "$out" >"$work/patch"
ok_like "$(cat "$work/layers.yaml")" '^  - from: \[\]   # anybody$' "and with one yes to all that is suggested"
if command -v patch >/dev/null; then
	cp "$work/layers.before" "$work/patched.yaml"
	(cd / && patch -s "$work/patched.yaml" "$work/patch")
	ok_str "$(cat "$work/patched.yaml")" "$(cat "$work/layers.yaml")" "which shows all that is done"
fi
cp "$work/layers.before" "$work/layers.yaml"
run sh -c '"$1" scan --fix "$2" - <"$3"' sh "$bulkhead" "$work/layers.yaml" tests/scan/BH206/bad.yaml
ok_like "$(cat "$work/layers.yaml")" '^  - from:   # anybody$' "what cannot be read twice is fixed once"

# DNS: however the list of rules is written.
for list in '' 'egress: []' 'egress:' 'egress: [{to: [{podSelector: {}}]}]'; do
	sed "s/^  policyTypes: .*/  $list\n  policyTypes: [Egress] # both ways/" tests/scan/BH501/bad.yaml |
		sed '/^ *$/d' >"$work/dns.yaml"
	cp "$work/dns.yaml" "$work/mute.yaml"
	run "$bulkhead" scan --rules BH501 --fix "$work/dns.yaml"
	run "$bulkhead" scan --rules BH5 "$work/dns.yaml"
	ok_like "$out" '^0 findings' "BH501: DNS is allowed with '$list'" || diag "$(cat "$work/dns.yaml")"
	run "$bulkhead" diff "$work/mute.yaml" "$work/dns.yaml"
	ok_str "$(echo "$out" | grep -c '^ *+')" "$(echo "$out" | grep -c '^ *+.*kube-system.*53')" \
		"BH501: and nothing else"
	ok_int "$(grep -c '# both ways' "$work/dns.yaml")" 1 "BH501: and comments stay"
done
cp tests/scan/BH502/bad.yaml "$work/tcp.yaml"
run "$bulkhead" scan --rules BH502 --fix "$work/tcp.yaml"
run "$bulkhead" can shop/web dns 53/TCP -f "$work/tcp.yaml"
ok_int "$status" 0 "BH502: DNS over TCP is allowed after the fix"

sed '/canary/i \  # bulkhead:ignore BH104 until=2027-01-01 -- asked' $fixtures/fix.yaml >"$work/known.yaml"
run "$bulkhead" scan --now 2026-06-01 --fix "$work/known.yaml"
ok_int "$(grep -c 'canary: no}}' "$work/known.yaml")" 1 "what is excepted is not fixed"
ok_int "$(grep -c -- '- from:' "$work/known.yaml")" 3 "the rest is"
run sh -c '"$1" scan --fix - <"$2"' sh "$bulkhead" $fixtures/fix.yaml
ok_like "$err" 'there is nothing to fix' "a pipe cannot be written to"
run "$bulkhead" scan --fix=all $fixtures/fix.yaml
ok_int "$status" 2 "--fix=all is unknown"
# A comment stays with the item that it is above, an exception most of all; lines end as the file's do.
sed 's/$/\r/' >"$work/in.yaml" <<-'END'
	apiVersion: apps/v1
	kind: Deployment
	metadata: {name: web, namespace: shop}
	spec:
	  selector: {matchLabels: {app: web}}
	  template:
	    metadata: {labels: {app: web}}
	    spec: {containers: [{name: main, image: web}]}
	---
	apiVersion: networking.k8s.io/v1
	kind: NetworkPolicy
	metadata: {name: web, namespace: shop}
	spec:
	  podSelector: {}
	  policyTypes: [Ingress, Egress]
	  egress:
	  # the partner
	  # bulkhead:ignore BH306 until=2027-01-31 -- by contract
	  - to: [{ipBlock: {cidr: 0.0.0.0/0}}]
	    ports: [{port: 443}]
END
cp "$work/in.yaml" "$work/above.yaml"
run "$bulkhead" scan --now 2026-06-01 --rules BH501 --fix "$work/above.yaml"
ok_str "$(tr -d '\r' <"$work/above.yaml" | sed -n '16,22p' | cut -c 1-30)" "  egress:
  - to:
    - namespaceSelector: {matc
      podSelector: {matchLabel
    ports:
    - {port: 53, protocol: UDP
    - {port: 53, protocol: TCP" "an item is put before the comments of the next"
ok_int "$(grep -vc "$(printf '\r')\$" "$work/above.yaml")" 0 "with the ends of lines that the file has"
run "$bulkhead" scan --now 2026-06-01 --rules BH306,BH7 "$work/above.yaml"
ok_str "$out" "0 findings; 1 suppressed" "and the exception is about what it was about"

tap_done
