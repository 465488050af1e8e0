#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `scan`: exit codes, every format, exceptions, baselines, the configuration, and a new user's ways.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
fixtures=tests/cli/fixtures/scan
shop=$fixtures/shop.yaml

# scan OPTION…: with a day at which the fixture's exception holds.
scan() {
	run "$bulkhead" scan --now 2026-06-01 "$@"
}

# json EXPRESSION NAME: holds for the last result, which is `it`.
json() {
	printf '%s' "$out" | python3 -c "import json, sys; it = json.load(sys.stdin); sys.exit(not ($1))"
	ok $? "$2" || diag "$out"
}

scan "$shop"
ok_int "$status" 1 "findings of high severity are exit code 1"
ok_like "$out" "^$shop:11:5: high: NetworkPolicy shop/api: 'from' is null: .* \[BH106\]\$" "a finding a line, with its place"
ok_like "$out" '^    fix: if that is meant write from: \[\]$' "and its fix"
ok_like "$out" '^2 findings: 1 high, 1 medium; 1 suppressed' "the counts"
scan --fail-on critical "$shop"
ok_int "$status" 0 "none is critical"
scan --fail-on medium --rules BH104 "$shop"
ok_int "$status" 1 "--fail-on medium"
scan --fail-on none "$shop"
ok_int "$status" 0 "--fail-on none"
scan --rules BH1,-BH106 -o json "$shop"
json '[f["rule"] for f in it["findings"]] == ["BH104"]' "--rules takes beginnings, and leaves out"
run "$bulkhead" scan --now 2027-02-01 --rules BH2,BH7 -o json "$shop"
json '[f["rule"] for f in it["findings"]] == ["BH703", "BH206"]' "after its last day an exception is a finding, and what it hid"

scan -o json "$shop"
json 'it["schema"] == "bulkhead.scan/v1" and list(it) == ["schema", "findings", "unknown"]' "JSON: the schema"
json 'all(list(f) == "rule severity kind namespace name file line column message fix parent suppressed".split()
	for f in it["findings"])' "JSON: the keys of a finding"
json '[f["suppressed"] for f in it["findings"] if f["rule"] == "BH206"] ==
	[{"by": "comment", "reason": "it is <soon> & \"here\"", "until": "2027-01-31"}]' "JSON: what is suppressed, and why"
first=$out
scan -o json "$shop"
ok_str "$out" "$first" "the same every time"

printf '%s' '{"apiVersion": "v1", "kind": "List", "items": [
{"apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy", "metadata": {"name": "typo", "namespace": "shop"},
"spec": {"podSelectr": {}}}, {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api", "namespace": "shop"},
"spec": {"containers": [{"name": "api"}]}}]}' | tr -d '\n' >"$tap_work/line.json"
scan --rules BH101 -o json "$tap_work/line.json"
json '[(f["kind"], f["name"], f["line"]) for f in it["findings"]] == [("NetworkPolicy", "typo", 1)]' \
	"of many objects on one line, a finding names its own"

# What another tier refuses of a rule, on some ports or to some peers, is not said.
scan --rules BH303 tests/scan/BH303/bad2.yaml
ok_like "$out" 'any pod in any namespace can reach shop/web on 9090/TCP' "the port that is open, of two"
scan --rules BH301 tests/scan/BH301/bad2.yaml
ok_like "$out" ': any address outside the cluster can reach shop/web on every port' "addresses, where pods are refused"
sed 's/  - action: Deny/&, source: {notNets: [10.244.0.0\/16]}/; s/- action\(.*\)$/- {action\1}/' tests/scan/BH301/good2.yaml \
	>"$tap_work/addresses.yaml"
scan --rules BH301 "$tap_work/addresses.yaml"
ok_like "$out" ': any pod in any namespace can reach shop/web on every port' "pods, where addresses are refused"
sed -i 's/notNets: .*]/nets: [10.5.0.0\/16]/' "$tap_work/addresses.yaml"
scan --rules BH301 "$tap_work/addresses.yaml"
ok_like "$out" ': any pod in any namespace, and some addresses outside the cluster, can reach shop/web' "or some of them"

# Everybody else may be closed: a sentence about them does not say more than the engine.
cat >"$tap_work/closed.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop}
spec: {containers: [{name: db, ports: [{containerPort: 5432}]}]}
---
apiVersion: projectcalico.org/v3
kind: GlobalNetworkPolicy
metadata: {name: default-deny}
spec: {types: [Egress]}
YAML
run "$bulkhead" can 'elsewhere/[]' shop/db 5432 -f "$tap_work/closed.yaml"
ok_int "$status" 1 "nobody may send anything"
cat >>"$tap_work/closed.yaml" <<'YAML'
---
apiVersion: v1
kind: Service
metadata: {name: db, namespace: shop}
spec: {type: LoadBalancer, selector: {app: db}, ports: [{port: 5432}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny, namespace: closed}
spec: {podSelector: {}, policyTypes: [Egress]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: closed, labels: {app: db}}
YAML
sed -i 's/{name: db, namespace: shop}$/{name: db, namespace: shop, labels: {app: db}}/' "$tap_work/closed.yaml"
scan --rules BH201,BH202,BH204,BH205,BH311,BH507 -o json "$tap_work/closed.yaml"
json 'sorted({f["rule"] for f in it["findings"]}) == ["BH202", "BH204", "BH205", "BH311", "BH507"]' "what is open is a finding all the same"
json 'all(f["message"].endswith(", as far as the other side\u0027s policies let it") for f in it["findings"])' \
	"and says what it leaves out"
sed '/^kind: NetworkPolicy/,/^---/d' "$tap_work/closed.yaml" | sed 's/{types: \[Egress\]}/{selector: app != "db", types: [Egress]}/' \
	>"$tap_work/bare.yaml"
scan --rules BH201 "$tap_work/bare.yaml"
ok_like "$out" 'Namespace shop: .* can reach everything, as far as the other side.s policies let it \[BH201\]' \
	"and that of a namespace without policies"

# A NodePort for everybody is one finding, though two rules are about it.
sed 's/type: LoadBalancer/type: NodePort/' "$tap_work/bare.yaml" >"$tap_work/node.yaml"
scan --rules BH507,BH604 -o json "$tap_work/node.yaml"
json '[(f["rule"], f["parent"]) for f in it["findings"]] == [("BH507", None), ("BH604", "BH507")]' \
	"a NodePort: what offers it says the rest"
scan --rules BH604 "$tap_work/node.yaml"
ok_like "$out" '^1 finding: 1 medium$' "without the one the other is said"

cat >>"$tap_work/closed.yaml" <<'YAML'
---
apiVersion: security.istio.io/v1
kind: PeerAuthentication
metadata: {name: plain, namespace: shop}
spec: {mtls: {mode: DISABLE}}
YAML
scan --mesh all --rules BH803 -o json "$tap_work/closed.yaml"
json '["the other side" in f["message"] for f in it["findings"]] == [True]' "of a mesh too"

# A port is quoted where there is one.
cat >"$tap_work/ways.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {containers: [{name: web, ports: [{containerPort: 8080}]}]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop}
spec: {type: LoadBalancer, selector: {app: web}, ports: [{port: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: db, namespace: shop, labels: {app: db}}
spec: {containers: [{name: db, image: "postgres:16"}]}
YAML
scan --rules BH509 -o json "$tap_work/ways.yaml"
json '[f["message"] for f in it["findings"]] ==
	["the outside → shop/web → shop/db on all/TCP: who breaks into the first of them reaches what is sensitive"]' \
	"of a target that declares none, all that are open"
cat >>"$tap_work/ways.yaml" <<'YAML'
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: web, namespace: shop}
spec: {podSelector: {matchLabels: {app: web}}, policyTypes: [Egress], egress: [{ports: [{port: 5432}]}]}
YAML
scan --rules BH509 -o json "$tap_work/ways.yaml"
json '["shop/web → shop/db:5432: who" in f["message"] for f in it["findings"]] == [True]' \
	"but for the one that its client may use"

scan -o sarif "$shop"
json 'it["version"] == "2.1.0" and it["$schema"].endswith("sarif-2.1.0.json") and set(it) == {"$schema", "version", "runs"}' \
	"SARIF: a log"
json 'all(set(r) <= {"id", "shortDescription", "fullDescription", "help", "defaultConfiguration", "properties"}
	and r["shortDescription"]["text"] and r["help"]["markdown"] and len(r["properties"]["tags"]) <= 20
	and r["defaultConfiguration"]["level"] in ("error", "warning", "note")
	and 0 <= float(r["properties"]["security-severity"]) <= 10
	for r in it["runs"][0]["tool"]["driver"]["rules"])' "SARIF: the rules"
json 'all(it["runs"][0]["tool"]["driver"]["rules"][r["ruleIndex"]]["id"] == r["ruleId"] and r["message"]["text"]
	and r["level"] in ("error", "warning", "note") and r["partialFingerprints"]
	and set(r) <= {"ruleId", "ruleIndex", "level", "message", "locations", "relatedLocations", "partialFingerprints",
		"suppressions", "fixes"}
	and all(l["physicalLocation"]["region"]["startLine"] >= 1 and l["physicalLocation"]["region"]["startColumn"] >= 1
		and not l["physicalLocation"]["artifactLocation"]["uri"].startswith("./") for l in r["locations"])
	for r in it["runs"][0]["results"]) and len(it["runs"][0]["results"]) == 3' "SARIF: the results"
json '[r["suppressions"][0]["kind"] for r in it["runs"][0]["results"] if "suppressions" in r] == ["inSource"]' \
	"SARIF: what is suppressed is marked"

scan -o junit "$shop"
printf '%s' "$out" | python3 -c '
import sys, xml.etree.ElementTree as tree
suites = tree.parse(sys.stdin).getroot()
suite = suites[0]
assert suites.tag == "testsuites" and suite.get("name") == "tests/cli/fixtures/scan/shop.yaml"
assert (suite.get("tests"), suite.get("failures"), suite.get("skipped")) == ("3", "2", "1")
assert len(suite.findall("testcase")) == 3 and len(suite.findall("testcase/failure")) == 2
assert suite.find("testcase/skipped").get("message") == "it is <soon> & \"here\""' 2>"$tap_work/junit"
ok $? "JUnit: well-formed, and its counts are right" || diag "$(cat "$tap_work/junit")" "$out"

scan -o github "./$shop"
ok_like "$out" "^::error file=$shop,line=11,col=5,title=BH106::'from' is null: any source is let in%0Afix: " "GitHub: a command a finding"
ok_int "$(echo "$out" | wc -l)" 2 "GitHub: not what is suppressed"
scan -o gitlab "./$shop"
json 'len(it) == 2 and len({f["fingerprint"] for f in it}) == 2 and all(len(f["fingerprint"]) == 32 for f in it)
	and it[0]["location"] == {"path": "tests/cli/fixtures/scan/shop.yaml", "lines": {"begin": 11}}
	and it[0]["severity"] == "critical" and it[0]["check_name"] == "BH106"' "GitLab: a list of issues, each with its own fingerprint"
scan -o md "$shop"
ok_like "$out" '^\| high \| BH106 \| ' "Markdown: a table"

scan --config "$fixtures/config.yaml" "$shop"
ok_like "$out" 'critical: .* \[BH104\]$' "the configuration sets severities"
ok_like "$out" '^1 finding: 1 critical' "and turns rules off"
printf 'severites: {}\n' >"$tap_work/wrong.yaml"
scan --config "$tap_work/wrong.yaml" "$shop"
ok_int "$status" 2 "a wrong configuration is exit code 2"
ok_like "$err" "hint: did you mean 'severities'" "with a hint"

scan --write-baseline "$tap_work/known.json" "$shop"
ok_int "$status" 1 "writing a baseline hides nothing yet"
sed '0,/"owner": null/s//"owner": "team-a"/; 0,/"until": null/s//"until": "2999-01-01"/' \
	"$tap_work/known.json" >"$tap_work/edited.json"
scan --baseline "$tap_work/edited.json" --write-baseline "$tap_work/again.json" "$shop"
ok_int "$(grep -c -e team-a -e 2999-01-01 "$tap_work/again.json")" 2 "what somebody wrote into a baseline stays in the next"
sed '1i # a line more' "$shop" >"$tap_work/shop.yaml"
scan --baseline "$tap_work/known.json" --fail-on info "$tap_work/shop.yaml"
ok_int "$status" 0 "what a baseline lists does not fail, even on other lines"
sed 's/- port: "80"/- {}/' "$shop" >"$tap_work/shop.yaml"
scan --baseline "$tap_work/known.json" --fail-on info -o json "$tap_work/shop.yaml"
json '[(f["rule"], f["severity"]) for f in it["findings"] if not f["suppressed"]] == [("BH704", "medium"), ("BH302", "medium")]' \
	"an entry that is no longer found is told"

mkdir "$tap_work/empty"
scan "$tap_work/empty"
ok_int "$status" 2 "an empty folder is no clean result"
ok_like "$err" 'bulkhead scan: there are no objects in the input' "and is said"
scan "$fixtures/chart"
ok_like "$err" 'helm template' "a Helm chart: how to render it"
scan tests/cli/fixtures/scan/shopp.yaml
ok_int "$status" 2 "a path that is not there"
scan
ok_int "$status" 2 "no path"
scan --rules BH9 "$shop"
ok_int "$status" 2 "a rule that is not there"
run "$bulkhead" scna "$shop"
ok_like "$err" "did you mean 'scan'" "a slip of the keyboard"
run sh -c '"$1" scan --now 2026-06-01 -o github - <"$2"' sh "$bulkhead" "$shop"
ok_like "$out" '^::error file=-,line=11,col=5' "from a pipe"
for i in $(seq 500); do
	printf -- '---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c%s}\n' "$i"
done >"$tap_work/many.yaml"
scan "$tap_work/many.yaml"
ok_like "$out" "^0 findings; [0-9]+ rules skipped" "500 documents without a fault"
cat >"$tap_work/alone.yaml" <<-'END'
	apiVersion: networking.k8s.io/v1
	kind: NetworkPolicy
	metadata: {name: api, namespace: shop}
	spec:
	  podSelector: {matchLabels: {app: api}}
	  ingress:
	  - from: [{podSelector: {matchLabels: {app: web}}}]
END
scan --rules BH40 -o json "$tap_work/alone.yaml"
json '[u["rule"] for u in it["unknown"]] == ["BH401", "BH402"] and not it["findings"]' "policies without any workload: whom they select is unknown"
scan --explain bh301x
ok_int "$status" 2 "--explain of what is no rule"
scan --explain BH208
ok_like "$err" "BH208 is reserved for" "--explain of a reserved id"
scan --list-rules -o json
json 'it["schema"] == "bulkhead.rules/v1" and len({r["id"] for r in it["rules"]}) == len(it["rules"])' "--list-rules as JSON"
# Contracts: what is misspelt is told at its place.
cat >"$tap_work/contracts.yaml" <<'EOF'
contracts:
- servce: shop/db
  from: []
- service: shop/db
  ports: [5432x, 80-70, 5432/TPC, 0, 5432/TCP, 80-90/UDP]
  from: [{namespce: shop}]
- service: shop/db
EOF
scan --config "$tap_work/contracts.yaml" "$shop"
ok_int "$status" 2 "a contract that is wrong is exit code 2"
ok_str "$(echo "$err" | sed -n "s|^$tap_work/contracts.yaml:\([0-9:]*\): error: .*\[\(.*\)\]$|\1 \2|p")" \
	"2:3 BH0201
2:3 BH0203
5:11 BH0203
5:18 BH0203
5:25 BH0203
5:35 BH0203
6:11 BH0201
6:10 BH0203
7:3 BH0203" "and each mistake is told at its place"
ok_like "$err" "hint: did you mean 'service'" "with the key that was meant"
printf 'contracts:\n- service: shop/dbb\n  from: []\n- service: far/db\n  from: []\n' >"$tap_work/contracts.yaml"
scan --rules BH316 --config "$tap_work/contracts.yaml" tests/scan/BH316/good.yaml
ok_like "$out" 'contracts.yaml:2:3: medium: .* shop has no such workload or Service' "a contract for nobody"
ok_like "$out" 'did you mean shop/db\?' "and for whom it may be meant"
ok_like "$out" 'contracts.yaml:4:3: unknown: ' "what may be elsewhere is unknown"
tap_done
