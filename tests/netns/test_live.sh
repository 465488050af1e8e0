#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `test --live`: what is tried on the wire, and what is said of the rest.
. tests/lib/tap.sh
. tests/lib/lab.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
town=$tap_work/town
mkdir "$town"
cat >"$town/cluster.yaml" <<'X'
apiVersion: v1
kind: Pod
metadata: {name: a, namespace: x, labels: {app: a}}
spec: {containers: [{name: c, image: i, ports: [{containerPort: 80}, {containerPort: 900, protocol: SCTP}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: b, namespace: x, labels: {app: b}}
spec: {containers: [{name: c, image: i, ports: [{containerPort: 80}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: host, namespace: x, labels: {app: host}}
spec: {hostNetwork: true, containers: [{name: c, image: i}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: a, namespace: x}
spec:
  podSelector: {matchLabels: {app: a}}
  ingress:
    - ports: [{port: 900, protocol: SCTP}]
      from: [{podSelector: {matchLabels: {app: b}}}, {namespaceSelector: {matchLabels: {team: m}}}]
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: b, namespace: x}
spec:
  podSelector: {matchLabels: {app: b}}
  policyTypes: [Egress]
  egress:
    - to: [{ipBlock: {cidr: 198.51.100.0/24, except: [198.51.100.128/25]}}]
    - to: [{podSelector: {}}]
X

# live ITEM…: the tests on the wire, in JSON.
live() {
	{
		echo "{apiVersion: bulkhead.dev/v1, kind: PolicyTest, metadata: {name: t},"
		echo " spec: {tests: ["
		printf '%s,\n' "$@"
		echo "]}}"
	} >"$town/tests.yaml"
	run "$bulkhead" test "$town" --live -o json
}

# seen: "OUTCOME allowed denied unclear skipped" of each test.
seen() {
	printf '%s' "$out" | python3 -c '
import json, sys
for test in json.load(sys.stdin)["tests"]:
    live = test["live"]
    print(live["outcome"], *(live[key] for key in ("allowed", "denied", "unclear", "skipped")))'
}

live '{from: x/b, to: x/a, ports: [900/SCTP], expect: allow}' \
	'{from: x/b, to: x/a, ports: [901/SCTP], expect: deny}' \
	'{from: x/a, to: x/b, ports: [8/ICMP], expect: allow}' \
	'{from: x/b, to: x/a, ports: [8/ICMP], expect: deny}'
ok_int "$status" 0 "SCTP and pings" || diag "$out" "$err"
ok_str "$(seen)" "pass 1 0 0 0
pass 0 1 0 0
pass 1 0 0 0
pass 0 1 0 0" "are tried both ways"

live '{from: "x/[app=b]", to: x/a, ports: [900/SCTP], expect: allow}' \
	'{from: "x/[app=c]", to: x/a, ports: [900/SCTP], expect: deny}' \
	'{from: "[team=m]/[]", to: x/a, ports: [900/SCTP], expect: allow}' \
	'{from: {notNamespace: x, except: ["[team=m]/[]"]}, to: x/a, ports: [80], expect: deny}' \
	'{from: x/b, to: {namespace: x}, ports: [900/SCTP], expect: allow, quantifier: exists}'
ok_int "$status" 0 "pods that the input does not show" || diag "$out" "$err"
ok_str "$(seen | sed 5d)" "pass 1 0 0 0
pass 0 1 0 0
pass 1 0 0 0
pass 0 2 0 0" "are made for the run"

live '{from: x/b, to: 198.51.100.0/25, ports: [443], expect: allow}' \
	'{from: x/b, to: {external: 198.51.100.200}, ports: [443, 5/SCTP], expect: deny}' \
	'{from: x/b, to: 198.51.100.0/24, ports: [443], expect: allow, quantifier: exists}' \
	'{from: 0.0.0.0/0, to: x/a, ports: [80], expect: deny}' \
	'{from: internet, to: x/b, ports: [80/UDP], expect: allow}'
ok_int "$status" 0 "addresses outside" || diag "$out" "$err"
ok_str "$(seen)" "pass 1 0 0 0
pass 0 2 0 0
pass 1 1 0 0
pass 0 2 0 0
pass 1 0 0 0" "one of each kind"

live '{from: x/b, to: x/a, ports: [3/ICMP], expect: deny}' \
	'{from: x/a, to: 127.0.0.0/8, ports: [80], expect: allow}' \
	'{from: x/host, to: x/a, ports: [80], expect: deny}' \
	'{from: x/b, to: x/a, ports: [3/ICMP, 900/SCTP], expect: allow, quantifier: exists}'
ok_int "$status" 0 "what is not tried does not fail" || diag "$out" "$err"
ok_str "$(seen)" "skipped 0 0 0 1
skipped 0 0 0 1
skipped 0 0 0 1
pass 1 0 0 1" "and is skipped, not passed"
ok_like "$out" '"why": "the lab tries TCP, UDP, SCTP and pings"' "with the reason"
ok_like "$out" '"liveSummary": \{$' "and counted"
run "$bulkhead" test "$town" --live
ok_like "$out" '^skipped t: x/b → x/a 3/ICMP: deny$' "in the text"
ok_like "$out" '^ +not tried on the wire: x/b → x/a 3/ICMP: the lab tries' "by name"
ok_like "$out" '3 not; 3 of 4 tests skipped$' "each counted once"
run "$bulkhead" test "$town" --live -o tap
ok_like "$out" '^ok 1 - .* # SKIP not tried on the wire$' "in TAP"
run "$bulkhead" test "$town" --live -o junit
ok_like "$out" 'failures="0" errors="0" skipped="3"' "in JUnit"

# The same addresses as the engine has: a block that holds one family's pods says nothing of the other's.
sed -i 's/198.51.100.0.24, except.*]}}]/10.244.0.0\/16}}]/; /podSelector: {}/d' "$town/cluster.yaml"
live '{from: x/b, to: x/a, ports: [80], expect: deny}' '{from: x/b, to: 10.244.0.1, ports: [80], expect: allow}'
ok_int "$status" 0 "the lab has the addresses that the engine has" || diag "$out" "$err"
ok_nothing_left

# A lab that sees what the stub says of every case: the wire may differ from the engine.
mkdir "$tap_work/bin"
cp "$bulkhead" "$tap_work/bin"
cat >"$tap_work/bin/bulkhead-lab" <<'X'
#!/usr/bin/env python3
import json, os, sys
cases = open(sys.argv[sys.argv.index("--cases") + 1]).read().splitlines()
seen, reason = os.environ["SEEN"], os.environ.get("REASON", "default-deny")
print(json.dumps({"notTried": [], "results": [
    {"case": n, "seen": seen, "drop": {"reason": reason}} for n in range(1, len(cases) + 1)]}))
X
chmod +x "$tap_work/bin/bulkhead-lab"
bulkhead=$tap_work/bin/bulkhead

# wire SEEN REASON STATUS OUTCOMES NAME: of an allow and a deny that the engine holds true.
wire() {
	export SEEN="$1" REASON="$2"
	live '{from: x/b, to: x/a, ports: [900/SCTP], expect: allow}' \
		'{from: x/b, to: x/a, ports: [901/SCTP], expect: deny}'
	ok_int "$status" "$3" "$5" || diag "$out" "$err"
	ok_str "$(seen | cut -d " " -f 1 | tr '\n' ' ')" "$4" "$5, each"
}
wire answered "" 1 "pass fail " "everything arrives"
wire dropped default-deny 1 "fail pass " "everything is dropped"
wire lost "" 4 "depends depends " "silence proves nothing"
wire dropped condition 4 "depends depends " "and a condition neither"
tap_done
