#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `coverage`: counts that the engine's other answers confirm, levels, and every format.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
shop=examples/shop

run "$bulkhead" coverage $shop
ok_int "$status" 0 "coverage is an answer"
ok_like "$out" '^  protected namespaces +4/4 \(100 %\)$' "ratios have both numbers"
ok_like "$out" '^  ingress +L2 .* 1/12 ' "a level for each namespace"
ok_like "$out" '^      next: narrow 1 broad rule, first .*ingress.yaml:[0-9]+$' "and the next step"

ok_like "$out" '^  next best step +ingress: narrow 1 broad rule, first [^ ]+:[0-9]+$' "the one of the namespace that has come least far"
ok_like "$out" '^  pods that admit unknown pods +1/13 ' "what a pod may do that the input does not show"
ok_like "$out" '^  pods that admit the internet +1/13 ' "and the internet"

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
pods = {way: total["counts"]["pods_%s_default_deny" % way] + total["counts"]["pods_%s_allow_all_rule" % way]
        for way in isolated}
outside = {"from": 0, "to": 0}
for way in outside:
    known = {connection["to" if way == "from" else "from"] for connection in ask(
        "map", "-o", "json", "--" + way, "internet", path)["connections"]}
    outside[way] = sum(ends[id]["pods"] for id in known & set(ends))
unknown = sum(json.loads(line)["verdict"] != "deny" for id in ends for line in [subprocess.run(
    [bulkhead, "can", "nowhere/[]", id, "-f", path, "-o", "json"], capture_output=True).stdout] for _ in range(ends[id]["pods"]))
print(outside == {"from": total["admitInternet"]["numerator"], "to": total["reachInternet"]["numerator"]}, end=" ")
print((total["openness"]["numerator"], total["openness"]["denominator"]) == (allowed, n * (n - 1)),
      isolated == pods)
PYTHON
for input in $shop tests/cli/fixtures/town; do
	ok_str "$(python3 "$tap_work/count.py" "$bulkhead" $input 2>&1)" "True True True" "$input: as map and explain have it"
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
ok_like "$out" '^  flat +L0 +team, a +0/1 +0/1 +0/1 ' "nothing isolates"
ok_like "$out" '^  team, a +0/1 ' "an owner, by an annotation of the namespace"
ok_like "$out" 'next: default deny for ingress: 1 pod takes what anybody sends$' "its next step"
ok_like "$out" '^  inward +L1 ' "one direction"
ok_like "$out" '^  shut +L1 +- +1/1 +1/1 +1/1 ' "both without DNS"
ok_like "$out" 'next: allow DNS: 1 pod cannot resolve names$' "is one step short"
ok_like "$out" '^  illusion +L0 ' "a default deny that a rule undoes is none"
ok_like "$out" '^  protected namespaces +1/4 ' "and protects nothing"
ok_like "$out" '^  host-network pods +1,' "host-network pods are counted apart"
ok_like "$out" '^  policies without an owner +2/3 ' "owners of policies"
ok_like "$out" '^  exceptions +0 active, 1 expired' "exceptions that are over"
run "$bulkhead" coverage "$tap_work/all.yaml" --now 2020-01-01
ok_like "$out" '^  exceptions +1 active, 0 expired' "and were not, then"
run "$bulkhead" coverage "$tap_work/all.yaml" -o csv
ok_like "$out" '^namespace,flat,"team, a",0,0,0,1,0,' "CSV, quoted where needed"
run "$bulkhead" coverage "$tap_work/all.yaml" -o md
ok_like "$out" '^\| shut \| L1 \| - \| 1/1 \| 1/1 \|' "Markdown"
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
ok_like "$out" '^bulkhead_namespaces\{namespace="shut",owner="",state="protected"\} 1$' "Prometheus: a count"
ok_like "$out" '^bulkhead_pods\{namespace="illusion",owner="",direction="ingress",isolation="allow_all_rule"\} 1$' "Prometheus: what a rule undoes"

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
print(answer["total"]["tests"], answer["total"]["adequacy"]["numerator"], [row["level"] for row in answer["namespaces"]])')" \
	"{'numerator': 1, 'denominator': 2} 0 [0, 0, 1, 1]" "tests are counted where there are some"
# What a spreadsheet would evaluate is text.
for owner in '=HYPERLINK("http://x")' '+1' '-1' '@SUM(A1)'; do
	printf 'apiVersion: v1\nkind: Namespace\nmetadata: {name: flat, annotations: {owner: %s}}\n' \
		"'$owner'" >"$tap_work/formula.yaml"
	run "$bulkhead" coverage "$tap_work/all.yaml" "$tap_work/formula.yaml" -o csv
	ok_str "$(printf '%s\n' "$out" | python3 -c '
import csv, sys
print(*{row["owner"] for row in csv.DictReader(sys.stdin) if row["name"] == "flat"})')" "'$owner" "CSV: $owner is no formula"
done

# A default deny is what rules do to somebody whom none of them has in mind.
cat >"$tap_work/open.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: everybody}
spec: {containers: [{name: c}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: all, namespace: everybody}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{namespaceSelector: {}}]}]
  egress: [{to: [{namespaceSelector: {}}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: baseline}
spec: {containers: [{name: c}]}
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: BaselineAdminNetworkPolicy
metadata: {name: default}
spec:
  subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: baseline}}}
  ingress: [{action: Deny, from: [{namespaces: {}}]}]
  egress: [{action: Deny, to: [{namespaces: {}}]}]
---
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: named}
spec: {containers: [{name: c}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: all, namespace: named}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress: [{from: [{podSelector: {}}], ports: [{port: 80}]}]
  egress:
  - to: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}}]
    ports: [{port: 53, protocol: UDP}]
---
apiVersion: policy.networking.k8s.io/v1alpha1
kind: AdminNetworkPolicy
metadata: {name: broad}
spec:
  priority: 5
  subject: {namespaces: {matchLabels: {kubernetes.io/metadata.name: named}}}
  ingress: [{action: Allow, from: [{namespaces: {}}], ports: [{portNumber: {protocol: TCP, port: 9090}}]}]
YAML
run "$bulkhead" coverage "$tap_work/open.yaml"
ok_like "$out" '^  everybody +L0 +- +0/1 +0/1 +0/1 ' "every pod of every namespace is everybody"
ok_like "$out" 'next: narrow the rule at .*open.yaml:12, which lets in anybody: 1 pod has such a rule$' "and the rule is named"
ok_like "$out" '^  baseline +L1 +- +0/1 +1/1 +0/1 ' "a baseline that denies every pod is a default deny, of what comes in"
ok_like "$out" '^  named +L2 +- +1/1 +1/1 +1/1 .* 0 +0 +0 +0$' "a broad rule of a cluster-wide policy"
ok_like "$out" 'next: narrow 1 broad rule, first .*open.yaml:50$' "is one of the namespaces that it is about"
ok_like "$out" '^  \(no namespace\) .* 1 +0 +0 +0$' "and counted once"
cat >"$tap_work/system.yaml" <<'YAML'
apiVersion: bulkhead.dev/v1
kind: Configuration
systemNamespaces: [everybody]
YAML
run "$bulkhead" coverage "$tap_work/open.yaml" --config "$tap_work/system.yaml"
ok_like "$out" '^  everybody +- +- +0/0 ' "system namespaces of the configuration are exempt"
run "$bulkhead" coverage "$tap_work/open.yaml" --config "$tap_work/none.yaml"
ok_int "$status" 2 "a configuration that is not there"
run "$bulkhead" coverage
ok_int "$status" 2 "no input"
tap_done
