#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What is known to be wrong in real projects of ../shared/data/manifests comes out, and another scanner's
# verdicts, but for those that are explained.
. tests/lib/tap.sh

data=../shared/data/manifests
[ -d "$data" ] || skip_all "$data is not there"
bulkhead=$BULKHEAD_BUILD/bin/bulkhead

# scan PROJECT RULES: a line "RULE KIND NS/NAME FILE:LINE:COLUMN" a finding; "unknown" before those.
scan() {
	run "$bulkhead" scan --fail-on none --rules "$2" -o json "$data/$1"
	found=$(printf '%s' "$out" | python3 -c '
import json, os, sys
it = json.load(sys.stdin)
def line(f):
    return "%s %s %s/%s %s:%d:%d" % (f["rule"], f["kind"], f["namespace"], f["name"], os.path.basename(f["file"]),
        f["line"], f["column"])
for f in it["findings"]:
    print(line(f))
for f in it["unknown"]:
    print("unknown", line(f))')
}

scan sock-shop BH105,BH106,BH401,BH402
ok_str "$found" "BH401 NetworkPolicy sock-shop/cart-access netpol-cart-access.yaml:10:7
BH402 NetworkPolicy sock-shop/carts-db-access netpol-cart-db-access.yaml:15:15
BH106 NetworkPolicy sock-shop/cortex-access netpol-cortex-access.yaml:9:5
BH402 NetworkPolicy sock-shop/cortex-access netpol-cortex-access.yaml:14:15
BH105 Namespace sock-shop/sock-shop netpol-default-deny.yaml:7:5" "sock-shop: cart is not carts, a null selector, a dead annotation"
scan sock-shop BH203,BH204
ok_int "$(echo "$found" | grep -c '^BH204 Deployment sock-shop/')" 14 "sock-shop: no Deployment's egress is isolated"
run "$bulkhead" scan --fail-on none --rules BH401 "$data/sock-shop"
ok_like "$out" 'fix: did you mean name: carts' "sock-shop: and what was meant"

scan online-boutique BH201,BH207,BH301,BH401,BH402
ok_int "$(echo "$found" | grep -c '^BH207')" 13 "online-boutique: 12 policies open egress again, and one ingress"
run "$bulkhead" scan --fail-on none --rules BH207 "$data/online-boutique"
ok_int "$(echo "$out" | grep -c 'can be reached from')" 12 "online-boutique: egress of 12"
ok_like "$found" '^BH301 NetworkPolicy default/frontend network-policy-frontend.yaml:27:5$' "online-boutique: the front end is open"
ok_int "$(echo "$found" | grep -Ec 'BH201|BH40')" 0 "online-boutique: nothing dangles"

scan kube-prometheus BH301,BH401,BH402,BH408
ok_int "$(echo "$found" | grep -c '^BH301')" 9 "kube-prometheus: 8 open egress, and an open ingress"
ok_like "$found" '^BH408 NetworkPolicy monitoring/node-exporter ' "kube-prometheus: a policy of pods on the host's network"
ok_int "$(echo "$found" | grep -Ec 'BH40[12]')" 0 "kube-prometheus: pods of operators are those of their resources"
run "$bulkhead" scan --rules BH401 "$data/kube-prometheus/manifests/prometheus-networkPolicy.yaml" \
	"$data/kube-prometheus/manifests/grafana-deployment.yaml"
ok_like "$out" 'NetworkPolicy monitoring/prometheus-k8s: the policy selects nothing' "kube-prometheus: without the resource they are missed"
run "$bulkhead" scan --rules BH401 "$data/kube-prometheus/manifests/prometheus-networkPolicy.yaml"
ok_like "$out" '^0 findings' "kube-prometheus: and alone nobody knows"

# CASE RULES: what kubescape's expected.json says, held against whether one of RULES is there.
verdicts() {
	for case in "$data/kubescape-tests/rules/$1"/test/*/; do
		name=$1/$(basename "$case")
		want=found
		[ "$(tr -d ' \n' <"$case/expected.json")" = "[]" ] && want=clean
		run "$bulkhead" scan --fail-on none --rules "$2" -o json "$case/input"
		got=clean
		echo "$out" | grep -q '"rule"' && got=found
		case $name in
		internal-networking/namespace-failed | internal-networking/namespace-ccnp-match-expressions-selective-failed)
			want=clean ;; # a Namespace alone: nothing in it is open
		ensure_network_policy_configured_in_labels/success_pod_cilium_label_match)
			want=found ;; # Cilium refuses ingress: [] without a rule, and the pod is open
		esac
		ok_str "$got" "$want" "kubescape: $name"
	done
}

verdicts dangling-networkpolicy BH401
verdicts ensure_network_policy_configured_in_labels BH201
verdicts internal-networking BH201

for project in "$data"/*/; do
	run "$bulkhead" scan --fail-on none -o json "$project"
	printf '%s' "$out" | python3 -c '
import json, sys
for f in json.load(sys.stdin)["findings"]:
    lines = open(f["file"], "rb").read().splitlines()
    assert f["line"] <= len(lines) + 1 and (f["line"] == 0 or f["column"] >= 1), f' 2>"$tap_work/places"
	ok $? "$(basename "$project"): every place is in its file" || diag "$(cat "$tap_work/places")"
done
tap_done
