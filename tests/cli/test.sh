#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `test`: PolicyTest files, what they hold, what they refuse, in every format.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
shop=examples/shop
tests=$tap_work/tests.yaml

# tests ITEM…: a PolicyTest of these items; the first of them is on line 6.
tests() {
	{
		echo "apiVersion: bulkhead.dev/v1"
		echo "kind: PolicyTest"
		echo "metadata: {name: payments}"
		echo "spec:"
		echo "  tests:"
		for item in "$@"; do
			echo "    - $item"
		done
	} >"$tests"
}

# holds ITEM NAME, fails ITEM NAME, depends ITEM NAME: one test and its exit code.
holds() {
	tests "$1"
	run "$bulkhead" test "$tests" -f $shop
	ok_int "$status" 0 "$2" || diag "$out" "$err"
}
fails() {
	tests "$1"
	run "$bulkhead" test "$tests" -f $shop
	ok_int "$status" 1 "$2" || diag "$out" "$err"
}
# refuses ITEM REGEX NAME
refuses() {
	tests "$1"
	run "$bulkhead" test "$tests" -f $shop
	ok_int "$status" 2 "$3: exit code 2"
	ok_like "$err" "$2" "$3"
}

holds '{from: {notNamespace: payments, except: [shop/api]}, to: payments/db, ports: [5432], expect: deny}' \
	"nobody outside the namespace but one"
fails '{from: {notNamespace: payments}, to: payments/db, ports: [5432], expect: deny}' "a workload that may breaks it"
ok_like "$out" '^fail    payments: every pod outside payments → payments/db 5432/TCP: deny$' "a test is named by what it says"
ok_like "$out" "^        $tests:6\$" "it is told where it stands"
ok_like "$out" '^        shop/Deployment/api → payments/StatefulSet/db 5432/TCP: allowed, expected denied$' "who breaks it"
ok_like "$out" 'ingress allowed by payments/db-from-api ingress\[0\] \(.*payments.yaml:14\)' "and by which rule"
ok_like "$out" '^1 test, 1 not as expected$' "they are counted"
holds '{from: shop/api, to: payments/db, ports: [5432/TCP], expect: allow}' "an allow"
holds '{from: shop/api, to: payments/svc/payments, ports: [eur/TCP], expect: allow}' "a Service and its port's name"
fails '{from: shop/frontend, to: payments/db, ports: [5432], expect: allow}' "an allow that is not"
ok_like "$out" 'egress denied, .*, shop/default-deny .*policies/default-deny.yaml:7' "a default deny names who isolates"
holds '{from: {namespace: shop}, to: internet, ports: [443], expect: deny}' "outside the cluster"
holds '{from: {namespace: payments}, to: {external: 203.0.113.0/25}, ports: [443], quantifier: exists, expect: allow}' \
	"one is enough for exists"
fails '{from: {namespace: shop}, to: {external: 203.0.113.0/25}, ports: [443], quantifier: exists, expect: allow}' \
	"none is not"
holds '{from: {namespace: shop, selector: {matchLabels: {app: frontend}}}, to: shop/api, ports: [8080], expect: allow, reason: rule}' \
	"by labels, and by a rule"
holds '{from: {namespaceSelector: {}}, to: payments/db, ports: [22], expect: deny}' "every namespace, also unknown ones"
holds '{from: shop/frontend, to: payments/db, ports: [5432], expect: deny, reason: default-deny}' "the reason holds"
fails '{from: shop/frontend, to: payments/db, ports: [5432], expect: deny, reason: "policy:payments/payments"}' \
	"another reason does not"
ok_like "$out" 'denied, but not by policy:payments/payments' "which is said"

# Pods that the input does not show are among "every pod", unless the test says otherwise.
cat >"$tap_work/open.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: data, labels: {app: db}}
spec: {containers: [{name: db, ports: [{containerPort: 5432}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: data}
spec:
  podSelector: {}
  ingress: [{from: [{namespaceSelector: {matchLabels: {team: audit}}}]}]
YAML
tests '{from: {notNamespace: data}, to: data/db, expect: deny}'
run "$bulkhead" test "$tests" -f "$tap_work/open.yaml"
ok_int "$status" 1 "a namespace that is not in the input breaks a promise to everybody"
ok_like "$out" '^        \[team=audit\]/\[\] → data/Pod/db any port: allowed, expected denied$' "and is described"
tests '{from: {namespaceSelector: {matchLabels: {team: audit}}, except: ["[team=audit]/[]"]}, to: data/db, expect: deny}'
run "$bulkhead" test "$tests" -f "$tap_work/open.yaml"
ok_int "$status" 2 "one that is excepted by its labels is no member"
ok_like "$err" 'BH0501' "and nobody is left"
tests '{from: {notNamespace: data, onlyKnown: true}, to: data/db, expect: deny}'
run "$bulkhead" test "$tests" -f "$tap_work/open.yaml"
ok_int "$status" 0 "those that are known keep it"

# What rules can tell apart of the pods of a set, where the rules alone name others.
cat >"$tap_work/sets.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: data, labels: {app: db}}
spec: {containers: [{name: db, image: i}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: db, namespace: data}
spec:
  podSelector: {}
  ingress:
    - from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}, podSelector: {matchLabels: {app: prom}}}]
    - from: [{namespaceSelector: {}, podSelector: {matchLabels: {app: x, tier: z}}}]
YAML
# breaks ITEM WHO NAME
breaks() {
	tests "$1"
	run "$bulkhead" test "$tests" -f "$tap_work/sets.yaml"
	ok_int "$status" 1 "$3: it does not hold"
	ok_like "$out" "^        $2 → data/Pod/db any port: " "$3"
}
breaks '{from: {namespace: monitoring}, to: data/db, expect: allow}' 'monitoring/\[\]' "a namespace has pods without labels"
breaks '{from: {namespace: monitoring}, to: data/db, expect: deny}' 'monitoring/\[app=x,tier=z\]' \
	"and those that are let in from everywhere"
breaks '{from: {selector: {matchLabels: {app: x}}}, to: data/db, expect: allow}' '\[\]/\[app=x\].*' \
	"labels may be fewer than a rule wants"
breaks '{from: {namespaceSelector: {matchLabels: {team: q}}}, to: data/db, expect: deny}' '\[team=q\]/\[app=x,tier=z\]' \
	"a namespace that no rule names may have them"
tests '{from: {namespaceSelector: {matchLabels: {team: q}}, except: ["[team=q]/[tier=z,app=x]"]}, to: data/db, expect: deny}'
run "$bulkhead" test "$tests" -f "$tap_work/sets.yaml"
ok_int "$status" 0 "but the one that is excepted" || diag "$out"
tests '{from: {namespace: date}, to: data/db, expect: deny}'
run "$bulkhead" test "$tests" -f "$tap_work/sets.yaml"
ok_int "$status" 2 "a namespace that nobody names"
ok_like "$err" "did you mean 'data'" "and what was meant"
tests '{from: "[]/[]", to: data/db, expect: deny, reason: "policy:data/bd"}'
run "$bulkhead" test "$tests" -f "$tap_work/sets.yaml"
ok_int "$status" 1 "a policy that there is not decides nothing"
ok_like "$err" "6:[0-9]+: warning: the input has no policy 'data/bd' \[BH0502\]" "which is said"
ok_like "$err" "did you mean 'policy:data/db'" "and what was meant"

# Some replicas may and some may not: it depends, both ways.
cat >"$tap_work/split.yaml" <<'YAML'
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web, namespace: shop, uid: u}
spec: {selector: {}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: web}]}}}
---
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: shop, labels: {app: web, role: a}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: u, controller: true}]}
spec: {containers: [{name: web}]}
---
apiVersion: v1
kind: Pod
metadata: {name: b, namespace: shop, labels: {app: web}, ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web, uid: u, controller: true}]}
spec: {containers: [{name: web}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: a, namespace: shop}
spec: {podSelector: {matchLabels: {role: a}}, policyTypes: [Ingress]}
YAML
for expect in allow deny; do
	tests "{from: dns, to: shop/rs/web, ports: [80], expect: $expect}"
	run "$bulkhead" test "$tests" -f "$tap_work/split.yaml"
	ok_int "$status" 4 "it depends: no $expect"
	ok_like "$out" '^depends payments: ' "which is an outcome of its own"
done

# The proxy of routes: what they lead to, and nothing else.
edge=tests/cli/fixtures/edge
tests '{from: ingress-controller, to: shop/web, ports: [8080], expect: allow}' \
	'{from: ingress-controller, to: {namespace: shop}, ports: [9090], expect: deny}'
run "$bulkhead" test "$tests" -f $edge --uncovered
ok_int "$status" 0 "the proxy of routes"
! printf '%s\n' "$out" | grep -q '^  ingress-controller → shop/Deployment/web'
ok $? "--uncovered: and its connections are covered"
tests '{from: ingress-controller, to: shop/web, ports: [9000], expect: deny}'
run "$bulkhead" test "$tests" -f $edge
ok_int "$status" 0 "where no route leads it does not go"
tests '{from: ingress-controller, to: shop/web, ports: [9000], expect: allow}'
run "$bulkhead" test "$tests" -f $edge
ok_int "$status" 1 "so that no test allows it"
ok_like "$out" 'no Ingress, Route or HTTPRoute leads there' "and why"
tests '{from: shop/web, to: ingress-controller, expect: deny}'
run "$bulkhead" test "$tests" -f $edge
ok_int "$status" 2 "nothing asks the proxy"

# What depends on a condition is neither.
cat >"$tap_work/http.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: user, namespace: shop, labels: {app: user}}
spec: {containers: [{name: user}]}
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: web, namespace: shop}
spec:
  endpointSelector: {matchLabels: {app: web}}
  ingress:
    - fromEndpoints: [{matchLabels: {app: user}}]
      toPorts: [{ports: [{port: "80", protocol: TCP}], rules: {http: [{method: GET}]}}]
YAML
for expect in allow deny; do
	tests "{from: shop/user, to: shop/web, ports: [80], expect: $expect}"
	run "$bulkhead" test "$tests" -f "$tap_work/http.yaml"
	ok_int "$status" 4 "a condition: no $expect"
	ok_like "$out" '^          if: .*GET' "and it is named"
done

# Formats.
tests '{name: "a <b> & #c", from: shop/api, to: payments/db, ports: [5432], expect: deny}' \
	'{from: shop/api, to: payments/db, ports: [5432], expect: allow}'
run "$bulkhead" test "$tests" -f $shop -o tap
ok_like "$out" '^TAP version 13$' "TAP"
ok_like "$out" '^not ok 1 - payments: a <b> & \\#c$' "TAP: names are escaped"
ok_like "$out" '^ok 2 - ' "TAP: what passes"
run "$bulkhead" test "$tests" -f $shop -o junit
ok_str "$(printf '%s' "$out" | python3 -c '
import sys, xml.etree.ElementTree as tree
root = tree.fromstring(sys.stdin.read())
print(root.get("tests"), root.get("failures"), [case.get("name") for case in root.iter("testcase")][0],
      "payments/db-from-api" in root.find(".//failure").text)')" "2 1 a <b> & #c True" "JUnit, by a reader of XML"
if perl -MTAP::Parser -e 1 2>/dev/null; then
	run "$bulkhead" test "$tests" -f $shop -o tap --uncovered --adequacy
	ok_str "$(printf '%s\n' "$out" | perl -MTAP::Parser -e '
my $parser = TAP::Parser->new({tap => join("", <STDIN>)});
while (my $result = $parser->next) { print "unknown: ", $result->as_string, "\n" if $result->is_unknown }
print join(" ", $parser->tests_planned, $parser->tests_run, "failed", $parser->failed, "errors", scalar($parser->parse_errors));')" \
		"2 2 failed 1 errors 0" "TAP, by a reader of it"
else
	echo "# no TAP::Parser here"
fi
for python in python3 /usr/bin/python3; do
	$python -c 'import junitparser' 2>/dev/null || continue
	"$bulkhead" test "$tests" -f $shop -o junit --uncovered >"$tap_work/junit.xml"
	ok_str "$($python - "$tap_work/junit.xml" <<'PYTHON'
import sys
from junitparser import JUnitXml
xml = JUnitXml.fromfile(sys.argv[1])
cases = [case for suite in xml for case in suite]
print(xml.tests, xml.failures, xml.errors, [bool(case.result) for case in cases])
PYTHON
)" "2 1 0 [True, False]" "JUnit, by a reader of it"
	break
done
run "$bulkhead" test "$tests" -f $shop -o github
ok_like "$out" "^::error file=$tests,line=6,title=a <b> & #c::shop/Deployment/api" "GitHub's annotations"
ok_int "$(printf '%s\n' "$out" | wc -l)" 1 "one line for each that fails"
run "$bulkhead" test "$tests" -f $shop -o json --uncovered --adequacy
ok_str "$(printf '%s' "$out" | python3 -c '
import json, sys
answer = json.load(sys.stdin)
test = answer["tests"][0]
rule = test["findings"][0]["ingress"]["rules"][0]
print(answer["schema"], test["outcome"], rule["name"], rule["rule"], rule["line"], answer["summary"]["pass"])')" \
	"bulkhead.test/v1 fail db-from-api ingress[0] 14 1" "JSON"

# What tests do not see.
cat >"$tap_work/two.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: app, labels: {app: a}}
spec: {containers: [{name: a, ports: [{containerPort: 1}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: b, namespace: app, labels: {app: b}}
spec: {containers: [{name: b, ports: [{containerPort: 2}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: app}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: a-to-b, namespace: app}
spec:
  podSelector: {matchLabels: {app: a}}
  policyTypes: [Egress]
  egress: [{to: [{podSelector: {matchLabels: {app: b}}}], ports: [{port: 2}, {port: 3}]}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: b-from-a, namespace: app}
spec:
  podSelector: {matchLabels: {app: b}}
  ingress: [{from: [{podSelector: {matchLabels: {app: a}}}], ports: [{port: 2}, {port: 3}]}]
YAML
tests '{from: app/a, to: app/b, ports: [2], expect: allow}'
run "$bulkhead" test "$tests" -f "$tap_work/two.yaml" --uncovered
ok_like "$out" '^  app/Pod/a → app/Pod/b   TCP 3$' "--uncovered: the port that is left"
cat >"$tap_work/a\"b.yaml" <<'YAML'
apiVersion: bulkhead.dev/v1
kind: PolicyTest
metadata: {name: quoted}
spec: {tests: [{from: app/a, to: app/b, expect: deny}]}
YAML
run "$bulkhead" test "$tap_work/a\"b.yaml" -f "$tap_work/two.yaml" -o tap
ok_like "$out" '^  file: ".*a\\"b.yaml"$' "TAP: a name with a quote is still YAML"
for format in tap junit github; do
	run "$bulkhead" test "$tests" -f "$tap_work/two.yaml" --uncovered --adequacy -o $format
	ok_like "$out" '(app/Pod/a → app/Pod/b   TCP 3)' "--uncovered -o $format"
	ok_like "$out" 'adequacy: tests notice' "--adequacy -o $format"
done
tests '{from: app/a, to: app/b, ports: [2-3], expect: allow}' '{from: dns, to: internet, expect: allow}' \
	'{from: internet, to: dns, expect: allow}'
run "$bulkhead" test "$tests" -f "$tap_work/two.yaml" --uncovered
ok_like "$out" '^0 of 3 allowed connections are not in any test$' "--uncovered: all of them are"
tests '{from: app/a, to: app/b, ports: [2], expect: allow}'
adequacy() {
	run "$bulkhead" test "$tests" -f "${1:-$tap_work/two.yaml}" --adequacy -o json
	printf '%s' "$out" | python3 -c '
import json, sys
found = json.load(sys.stdin)["adequacy"]
print(found["killed"], found["survived"], found["equivalent"])
for mutant in found["mutants"]:
    print(mutant["rule"]["name"], mutant["change"], mutant["fate"])'
}
ok_str "$(adequacy | sed -n 1p)" "2 2 2" "--adequacy: without a rule the test fails; one side alone opens no port"
tests '{from: app/a, to: app/b, ports: [99], expect: deny}'
ok_str "$(adequacy | sed -n 1p)" "0 4 2" "--adequacy: a test that cannot notice"
ok_like "$(adequacy)" '^b-from-a drop survived$' "--adequacy: the change is named"
cat >"$tap_work/first.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: app, labels: {app: a}}
spec: {containers: [{name: c, image: i, ports: [{containerPort: 1}]}]}
status: {podIPs: [{ip: 203.0.113.0}]}
---
apiVersion: v1
kind: Pod
metadata: {name: b, namespace: app, labels: {app: b}}
spec: {containers: [{name: c, image: i, ports: [{containerPort: 2}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: b-from-outside, namespace: app}
spec:
  podSelector: {matchLabels: {app: b}}
  ingress: [{from: [{podSelector: {}}]}, {from: [{ipBlock: {cidr: 203.0.113.0/24}}]}]
YAML
tests '{from: app/a, to: app/b, ports: [2], expect: allow}'
ok_like "$(adequacy "$tap_work/first.yaml")" '^b-from-outside drop survived$' \
	"--adequacy: a pod that has the first address of a range does not stand for the range"

cat >"$tap_work/peers.yaml" <<'YAML'
apiVersion: apps/v1
kind: Deployment
metadata: {name: a, namespace: app}
spec:
  replicas: 2
  selector: {matchLabels: {app: a}}
  template: {metadata: {labels: {app: a}}, spec: {containers: [{name: c, image: i, ports: [{containerPort: 1}]}]}}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: among-a, namespace: app}
spec:
  podSelector: {matchLabels: {app: a}}
  ingress: [{from: [{podSelector: {matchLabels: {app: a}}}]}]
YAML
tests '{from: internet, to: app/a, ports: [2], expect: deny}'
ok_like "$(adequacy "$tap_work/peers.yaml")" '^among-a drop survived$' \
	"--adequacy: replicas are peers of each other"
cat >"$tap_work/methods.yaml" <<'YAML'
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: reads, namespace: shop}
spec:
  endpointSelector: {matchLabels: {app: web}}
  ingress:
    - fromEndpoints: [{matchLabels: {app: user}}]
      toPorts: [{ports: [{port: "80", protocol: TCP}], rules: {http: [{method: GET}]}}]
    - fromEndpoints: [{matchLabels: {app: user}}]
      toPorts: [{ports: [{port: "80", protocol: TCP}], rules: {http: [{method: PUT}]}}]
    - fromEndpoints: [{matchLabels: {app: user}}]
      toPorts: [{ports: [{port: "80", protocol: TCP}], rules: {http: [{method: PUT}]}}]
---
YAML
sed '/^kind: CiliumNetworkPolicy/,$d' "$tap_work/http.yaml" | sed '$d' >>"$tap_work/methods.yaml"
tests '{from: internet, to: shop/web, ports: [80], expect: deny}'
ok_str "$(adequacy "$tap_work/methods.yaml" | sed -n 's/^reads drop //p' | tr '\n' ' ')" \
	"survived equivalent equivalent " "--adequacy: a condition that is gone is access that is gone"

# Rules that refuse or pass change in the same three ways: less is refused, or more.
pods() {
	for pod in a b; do
		printf '%s\n' "apiVersion: v1" "kind: Pod" \
			"metadata: {name: $pod, namespace: app, labels: {app: $pod, sidecar.istio.io/inject: \"true\"}}" \
			"spec: {serviceAccountName: $pod, containers: [{name: c, image: i, ports: [{containerPort: 80}, {containerPort: 81}]}]}" ---
	done
}
# mutants NAME WANT POLICY TEST…: what becomes of NAME's rules, as "change fate; …".
mutants() {
	name=$1 want=$2
	{ pods; printf '%s\n' "$3"; } >"$tap_work/deny.yaml"
	shift 3
	tests "$@"
	ok_str "$(adequacy "$tap_work/deny.yaml" | sed -n "s/^$name //p" | tr '\n' ';')" "$want" \
		"--adequacy: $name"
}
denied='{from: app/a, to: app/b, ports: [80], expect: deny}'
open='{from: app/a, to: app/b, ports: [81], expect: allow}'
reverse='{from: dns, to: app/b, ports: [80], expect: allow}'
admin() {
	cat <<-YAML
		apiVersion: policy.networking.k8s.io/v1alpha1
		kind: AdminNetworkPolicy
		metadata: {name: $1}
		spec:
		  priority: 10
		  subject: {pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: b}}}}
		  ingress:
		  - name: first
		    action: $2
		    from: [{pods: {namespaceSelector: {}, podSelector: {matchLabels: {app: a}}}}]
		    ports: [{portNumber: {protocol: TCP, port: 80}}]
		---
		apiVersion: networking.k8s.io/v1
		kind: NetworkPolicy
		metadata: {name: closed, namespace: app}
		spec: {podSelector: {matchLabels: {app: b}}, ingress: [${3-}]}
	YAML
}
mutants anp-deny "drop killed;any-peer killed;any-port killed;" "$(admin anp-deny Deny '{}')" "$denied" "$open" "$reverse"
mutants anp-deny "drop killed;any-peer survived;any-port survived;" "$(admin anp-deny Deny '{}')" "$denied"
mutants anp-deny "drop equivalent;any-peer equivalent;any-port equivalent;" "$(admin anp-deny Deny)" "$denied"
mutants anp-pass "drop equivalent;any-peer equivalent;any-port equivalent;" "$(admin anp-pass Pass '{}')" "$open"
mutants anp-pass "drop equivalent;any-peer equivalent;any-port equivalent;" "$(admin anp-pass Pass)" "$denied"
mutants calico "drop killed;any-peer killed;any-port survived;drop killed;" 'apiVersion: projectcalico.org/v3
kind: NetworkPolicy
metadata: {name: calico, namespace: app}
spec:
  selector: app == "b"
  types: [Ingress]
  ingress:
  - {action: Log}
  - {action: Deny, protocol: TCP, source: {selector: app == "a"}, destination: {ports: [80]}}
  - {action: Allow}' "$denied" "$reverse"
mutants cilium "drop killed;any-peer survived;any-port killed;" 'apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: cilium, namespace: app}
spec:
  endpointSelector: {matchLabels: {app: b}}
  enableDefaultDeny: {ingress: false}
  ingressDeny:
  - fromEndpoints: [{matchLabels: {app: a}}]
    toPorts: [{ports: [{port: "80", protocol: TCP}]}]' "$denied" "$open"
mutants istio "drop killed;any-peer survived;any-port killed;" 'apiVersion: security.istio.io/v1
kind: AuthorizationPolicy
metadata: {name: istio, namespace: app}
spec:
  selector: {matchLabels: {app: b}}
  action: DENY
  rules:
  - to: [{operation: {ports: ["80"]}}]
    from: [{source: {namespaces: [app]}}]' "$denied" "$open"

# What is wrong is said with its place.
refuses '{fron: shop/api, to: payments/db, expect: deny}' "tests.yaml:6:8: error: unknown field 'fron' in a test" "a misspelt field"
ok_like "$err" "did you mean 'from'" "and what was meant"
refuses '{from: shop/api, to: payments/db}' "6:7: error: .*'expect'" "a missing field"
refuses '{from: shop/api, to: payments/db, expect: denied}' "6:[0-9]+: error: 'expect' must be deny or allow" "a wrong value"
refuses '{from: shop/apu, to: payments/db, expect: deny}' "6:14: error: 'shop/apu'.*" "an endpoint that is not there"
ok_like "$err" "did you mean 'api'" "and one that is"
refuses '{from: {namespace: shop, labels: {a: b}}, to: payments/db, expect: deny}' "write selector: .matchLabels" \
	"a field of another tool"
refuses '{from: {endpoint: shop/api, namespace: shop}, to: payments/db, expect: deny}' "'namespace' does not go with 'endpoint'" \
	"two ways to say who"
refuses '{from: {external: shop/api}, to: payments/db, expect: deny}' "not outside the cluster" "an external that is not"
refuses '{from: shop/api, to: payments/db, ports: [http/TPC], expect: deny}' "6:[0-9]+: error: .*TPC" "a port that is none"
refuses '{from: {namespace: nobody}, to: payments/db, expect: deny}' "6:14: error: there is no such pod.*BH0501" \
	"a set without members proves nothing"
refuses '{from: shop/api, to: payments/db, ports: [nope/TCP], expect: deny}' "asks nothing.*BH0501" "nor does a port that nobody has"
refuses '{from: shop/api, to: payments/db, expect: deny, reason: default-denied}' "did you mean 'default-deny'" "a reason that is none"
tests '{fron: shop/api, to: payments/db, expect: deny}'
run "$bulkhead" test "$tests" -f $shop --invalid=skip
ok_int "$status" 2 "--invalid=skip leaves out no test"
run "$bulkhead" test $shop
ok_int "$status" 2 "no tests: not a success"
ok_like "$err" 'the input has no tests' "which is said"
tests '{from: shop/api, to: payments/db, expect: deny}'
sed 's/dev.v1/dev\/v2/' "$tests" >"$tap_work/v2.yaml"
run "$bulkhead" test "$tap_work/v2.yaml" -f $shop
ok_like "$err" "there is no PolicyTest in bulkhead.dev/v2" "another version"

# The example of the documentation.
run "$bulkhead" test examples/tests -f $shop
ok_int "$status" 0 "the tests of the example hold" || diag "$out" "$err"

# Which tests are run.
mkdir "$tap_work/all"
tests '{from: shop/api, to: payments/db, ports: [5432], expect: allow}'
cp "$tests" "$tap_work/all/a.yaml"
sed 's/payments}/other}/; s/allow/deny/' "$tests" >"$tap_work/all/b.yaml"
run "$bulkhead" test "$tap_work/all/a.yaml" -f "$tap_work/all" -f $shop
ok_int "$status" 0 "with -f only the tests of the files that are named"
run "$bulkhead" test "$tap_work/all" $shop
ok_int "$status" 1 "without it all that there are"
ok_like "$out" '^2 tests, 1 not as expected' "in the order of the files"

if [ "$(id -u)" -eq 0 ]; then
	tests '{from: shop/api, to: payments/db, ports: [5432], expect: allow}' \
		'{from: {namespace: shop, except: [shop/api]}, to: payments/db, ports: [5432], expect: deny}'
	run "$bulkhead" test "$tests" -f $shop --live -o json
	if [ "$status" -eq 3 ]; then
		tap_n=$((tap_n + 1))
		echo "ok $tap_n - on the wire # SKIP $err"
	else
		ok_str "$(printf '%s' "$out" | python3 -c '
import json, sys
tests = json.load(sys.stdin)["tests"]
print([(test["live"]["outcome"], test["live"]["allowed"] > 0, test["live"]["denied"] > 0) for test in tests])')" \
			"[('pass', True, False), ('pass', False, True)]" "on the wire"
	fi
fi
tap_done
