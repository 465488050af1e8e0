#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `coverage`: counts that the engine's other answers confirm, levels, and every format.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
shop=examples/shop

run "$bulkhead" coverage $shop
ok_int "$status" 0 "coverage is an answer"
ok_like "$out" '^  protected namespaces +4/4 \(100 %\)$' "ratios have both numbers"
ok_like "$out" '^  L2  ingress .*open 1/12' "a level for each namespace"
ok_like "$out" '^        next: narrow broad rules: 1$' "and the next step"

# What map and explain say of the same pods, counted here.
cat >"$tap_work/count.py" <<'PYTHON'
import json, subprocess, sys

bulkhead, path = sys.argv[1:]
def ask(*words):
    return json.loads(subprocess.run([bulkhead, *words], capture_output=True).stdout)
mine = ask("coverage", "-o", "json", path)
world = ask("map", "-o", "json", path)
ends = {end["id"]: end for end in world["endpoints"]
        if not end.get("hostNetwork") and not end.get("assumed") and end["pods"]
        and end.get("kind") not in ("Hypothetical", "IngressController")}
pairs, allowed = set(), 0
for connection in world["connections"]:
    ends_of = (connection["from"], connection["to"])
    if ends_of in pairs or not set(ends_of) <= set(ends):
        continue
    pairs.add(ends_of)
    a, b = ends_of
    allowed += ends[a]["pods"] * (ends[b]["pods"] - (a == b))
n = sum(end["pods"] for end in ends.values())
isolated = {"ingress": 0, "egress": 0}
for end in ends.values():
    for group in ask("explain", end["id"], "-f", path, "-o", "json")["groups"]:
        for direction in isolated:
            isolated[direction] += group[direction]["isolated"] * len(group["pods"])
total = mine["total"]
pods = total["pods"]
print((total["openness"]["numerator"], total["openness"]["denominator"]) == (allowed, n * (n - 1)),
      all(isolated[way] == pods[way]["default_deny"] + pods[way]["allow_all_rule"] for way in isolated))
PYTHON
for input in $shop tests/cli/fixtures/town; do
	ok_str "$(python3 "$tap_work/count.py" "$bulkhead" $input 2>&1)" "True True" "$input: as map and explain have it"
done

# The proxy of routes is a peer that the input does not show, in a namespace of its own: no count has it.
cat >"$tap_work/route.yaml" <<'YAML'
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: way, namespace: shop}
spec: {defaultBackend: {service: {name: frontend, port: {number: 80}}}}
YAML
"$bulkhead" coverage $shop -o json >"$tap_work/without"
run "$bulkhead" coverage $shop "$tap_work/route.yaml" -o json
ok_str "$out" "$(cat "$tap_work/without")" "a route changes no count"

cat >"$tap_work/all.yaml" <<'YAML'
apiVersion: v1
kind: Namespace
metadata: {name: flat, annotations: {bulkhead.dev/owner: "team, a"}}
---
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: flat}
spec: {containers: [{name: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: node, namespace: flat}
spec: {hostNetwork: true, containers: [{name: c}]}
---
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: inward}
spec: {containers: [{name: c}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: inward}
spec: {podSelector: {}, policyTypes: [Ingress]}
---
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: shut}
spec: {containers: [{name: c}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: shut, labels: {team: b}}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: illusion}
spec: {containers: [{name: c}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: all
  namespace: illusion
  annotations:
    bulkhead.dev/ignore: "BH301 until=2020-01-31 reason=old"
spec: {podSelector: {}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{}]}
YAML
run "$bulkhead" coverage "$tap_work/all.yaml"
ok_like "$out" '^  L0  flat .* in 0/1, out 0/1' "nothing isolates"
ok_like "$out" 'owner team, a$' "an owner, by an annotation of the namespace"
ok_like "$out" 'next: default deny for ingress; pods that take what anybody sends: 1' "its next step"
ok_like "$out" '^  L1  inward ' "one direction"
ok_like "$out" '^  L1  shut .* in 1/1, out 1/1' "both without DNS"
ok_like "$out" 'next: allow DNS; pods that cannot resolve names: 1' "is one step short"
ok_like "$out" '^  L0  illusion ' "a default deny that a rule undoes is none"
ok_like "$out" '^  protected namespaces +1/4 ' "and protects nothing"
ok_like "$out" '^  host-network pods +1,' "host-network pods are counted apart"
ok_like "$out" '^  policies that name an owner +1/3 ' "owners of policies"
ok_like "$out" '^  exceptions +0 active, 1 expired' "exceptions that are over"
run "$bulkhead" coverage "$tap_work/all.yaml" --now 2020-01-01
ok_like "$out" '^  exceptions +1 active, 0 expired' "and were not, then"
run "$bulkhead" coverage "$tap_work/all.yaml" -o csv
ok_like "$out" '^flat,"team, a",0,1,0,0,1,' "CSV, quoted where needed"
run "$bulkhead" coverage "$tap_work/all.yaml" -o md
ok_like "$out" '^\| `shut` \|  \| L1 \| 1/1 \(100 %\)' "Markdown"
ok_like "$out" '^\| team, a \| 0/1' "Markdown: by owner"
ok_like "$out" '^\| exceptions \| 0 active, 1 expired' "Markdown: exceptions"

cat >"$tap_work/grammar.py" <<'PYTHON'
import re, sys

line = re.compile(r'[a-zA-Z_:][a-zA-Z0-9_:]*(\{([a-z_]+="([^"\\\n]|\\[\\n"])*"(,|(?=\})))*\})? [0-9.e+-]+$')
seen, typed, problems = set(), set(), []
for text in sys.stdin.read().splitlines():
    if text.startswith("# TYPE "):
        typed.add(text.split()[2])
    elif not text.startswith("#"):
        series = text.rsplit(" ", 1)[0]
        if not line.match(text) or series in seen or series.split("{")[0] not in typed:
            problems.append(text)
        seen.add(series)
print(len(seen) > 20 and not problems, *problems[:3])
PYTHON
run "$bulkhead" coverage "$tap_work/all.yaml" -o prometheus
ok_str "$(printf '%s\n' "$out" | python3 "$tap_work/grammar.py")" "True" "the grammar of Prometheus, each series once"
ok_like "$out" '^bulkhead_namespaces\{state="protected"\} 1$' "Prometheus: a count"
ok_like "$out" '^bulkhead_pods\{direction="ingress",isolation="allow_all_rule"\} 1$' "Prometheus: what a rule undoes"

cat >"$tap_work/tests.yaml" <<'YAML'
apiVersion: bulkhead.dev/v1
kind: PolicyTest
metadata: {name: t}
spec:
  tests:
    - {from: flat/a, to: shut/a, expect: deny}
    - {from: flat/a, to: shut/a, expect: allow}
YAML
run "$bulkhead" coverage "$tap_work/all.yaml" "$tap_work/tests.yaml" --adequacy -o json
ok_str "$(printf '%s' "$out" | python3 -c '
import json, sys
answer = json.load(sys.stdin)
print(answer["tests"], answer["adequacy"]["numerator"], [row["level"] for row in answer["namespaces"]])')" \
	"{'numerator': 1, 'denominator': 2} 0 [0, 0, 1, 1]" "tests are counted where there are some"
run "$bulkhead" coverage
ok_int "$status" 2 "no input"
tap_done
