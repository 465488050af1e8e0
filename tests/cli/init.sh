#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# `init`: a namespace born closed, that scan and the engine find so; `inventory`: what there is.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead

run "$bulkhead" init web --owner team-a
ok_int "$status" 0 "init"
ok_like "$out" '^  annotations: \{bulkhead.dev/owner: "team-a"\}$' "the owner is named"
printf '%s\n' "$out" >"$tap_work/once"
run "$bulkhead" init web --owner team-a
ok_str "$out" "$(cat "$tap_work/once")" "the same bytes every time"
run "$bulkhead" init web
ok_like "$err" 'nobody answers for this namespace' "without an owner there is a hint"
! printf '%s\n' "$out" | grep -q 'owner'
ok $? "and no empty annotation"

for profile in kubernetes minimal nodelocaldns openshift istio; do
	"$bulkhead" init web --owner team-a --profile $profile >"$tap_work/$profile.yaml"
	run "$bulkhead" scan "$tap_work/$profile.yaml" --fail-on info
	ok_int "$status" 0 "$profile: clean under scan"
	ok_like "$out" '^0 findings' "$profile: no finding at all"
	dirty=
	for more in environment=prod podSecurity= dnsAddress=169.254.20.10/32 metricsPort=9100 ingressPort=443 \
		monitoringNamespace=web dnsNamespace=123 "ingressLabel=app: x" "monitoringLabel=on: '1'"; do
		"$bulkhead" init web --owner team-a --profile $profile --set "$more" 2>/dev/null |
			"$bulkhead" scan --fail-on info - >/dev/null 2>&1 || dirty="$dirty [$more]"
	done
	"$bulkhead" init web --profile $profile 2>/dev/null |
		"$bulkhead" scan --fail-on info - >/dev/null 2>&1 || dirty="$dirty [no owner]"
	ok_str "$dirty" "" "$profile: with every option"
done

# What it does, once somebody lives there.
cat >"$tap_work/web.yaml" <<'YAML'
apiVersion: v1
kind: Pod
metadata: {name: web, namespace: web, labels: {app: web}}
spec: {containers: [{name: web, ports: [{containerPort: 8080}, {containerPort: 9090}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: other, namespace: web, labels: {app: other}}
spec: {containers: [{name: other, ports: [{containerPort: 8080}]}]}
YAML
# All that is allowed, the peers that no input shows counted too.
for profile in kubernetes minimal nodelocaldns openshift istio; do
	"$bulkhead" map --only web --exposure -o csv "$tap_work/$profile.yaml" "$tap_work/web.yaml" 2>/dev/null |
		tr -d '\r' | grep -v -e '^from,' -e 'web/Pod/other' >"$tap_work/$profile.csv"
done
dns='web/Pod/web,kube-system/Deployment/coredns,TCP,53,53
web/Pod/web,kube-system/Deployment/coredns,UDP,53,53'
prometheus='[app.kubernetes.io/name=prometheus],web/Pod/web,TCP,9090,9090'
ok_str "$(cat "$tap_work/minimal.csv")" "$dns" "minimal: the DNS and nothing else"
ok_str "$(cat "$tap_work/kubernetes.csv")" "$dns
ingress-nginx/[app.kubernetes.io/name=ingress-nginx],web/Pod/web,TCP,8080,8080
monitoring/$prometheus" "kubernetes: the DNS, the ingress controller, the monitoring and nothing else"
ok_str "$(cat "$tap_work/nodelocaldns.csv")" "$dns
web/Pod/web,ip:169.254.20.10-169.254.20.10,TCP,53,53
web/Pod/web,ip:169.254.20.10-169.254.20.10,UDP,53,53
ingress-nginx/[app.kubernetes.io/name=ingress-nginx],web/Pod/web,TCP,8080,8080
monitoring/$prometheus" "nodelocaldns: the cache too"
ok_str "$(cat "$tap_work/istio.csv")" "$dns
istio-system/[istio=ingressgateway],web/Pod/web,TCP,8080,8080
monitoring/$prometheus" "istio: its gateway"
ok_str "$(cat "$tap_work/openshift.csv")" "web/Pod/web,openshift-dns/[dns.operator.openshift.io/daemonset-dns=default],TCP,5353,5353
web/Pod/web,openshift-dns/[dns.operator.openshift.io/daemonset-dns=default],UDP,5353,5353
openshift-ingress/[ingresscontroller.operator.openshift.io/deployment-ingresscontroller=default],web/Pod/web,TCP,8080,8080
openshift-monitoring/$prometheus" "openshift: its DNS, router and monitoring"
cat >"$tap_work/questions" <<'END'
web/other web/web 8080
web/web internet 443
web/web dns 53/UDP
web/web dns 53/TCP
web/web dns 80
monitoring/[app.kubernetes.io/name=prometheus] web/web 9090
monitoring/[app=other] web/web 9090
ingress-nginx/[app.kubernetes.io/name=ingress-nginx] web/web 8080
ingress-nginx/[app.kubernetes.io/name=ingress-nginx] web/web 9090
internet web/web 8080
END
run "$bulkhead" can --batch "$tap_work/questions" -f "$tap_work/kubernetes.yaml" -f "$tap_work/web.yaml"
ok_str "$(printf '%s\n' "$out" | python3 -c '
import json, sys
print(*[json.loads(line)["verdict"] for line in sys.stdin])')" \
	"deny deny allow allow deny allow deny allow deny deny" "closed, but for DNS, the monitoring and the ingress controller"
run "$bulkhead" coverage "$tap_work/kubernetes.yaml" "$tap_work/web.yaml"
ok_like "$out" '^  web +L3 +team-a ' "born at L3"

# Files, and again.
run "$bulkhead" init web --owner team-a -o "$tap_work/web"
ok_int "$status" 0 "-o DIR"
ok_like "$out" "^wrote $tap_work/web/networkpolicy-default-deny.yaml\$" "a file for each object"
run "$bulkhead" init web --owner team-a -o "$tap_work/web"
ok_int "$(printf '%s\n' "$out" | grep -c '^unchanged ')" 5 "again: nothing changes"
echo '# mine' >>"$tap_work/web/networkpolicy-allow-dns.yaml"
run "$bulkhead" init web --owner team-a -o "$tap_work/web"
ok_int "$status" 1 "what somebody has changed"
ok_like "$err" 'networkpolicy-allow-dns.yaml says something else: it stays' "stays"
run "$bulkhead" init web --owner team-a -o "$tap_work/web" --force
ok_like "$out" '^wrote .*allow-dns.yaml$' "unless forced"
run "$bulkhead" scan "$tap_work/web" --fail-on info
ok_int "$status" 0 "the folder is clean too"

# Variables and templates.
run "$bulkhead" init web --owner a --set metricsPort=9100 --environment prod
ok_like "$out" 'port: 9100, protocol: TCP' "--set"
ok_like "$out" '^    environment: "prod"$' "--environment"
cat >"$tap_work/template.yaml" <<'YAML'
apiVersion: v1
kind: Namespace
metadata:
  name: ${namespace}
  labels: {env: "${environment}"}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed, namespace: "${namespace}"}
spec: {podSelector: {}, policyTypes: [Ingress, Egress]}
YAML
run "$bulkhead" init web --owner a --template "$tap_work/template.yaml"
ok_like "$out" '^  name: web$' "--template"
! printf '%s\n' "$out" | grep -q 'env:'
ok $? "a line without a value is left out"
# shellcheck disable=SC2016 # the template's own $
sed 's/${namespace}/${namespce}/' "$tap_work/template.yaml" >"$tap_work/wrong.yaml"
run "$bulkhead" init web --owner a --template "$tap_work/wrong.yaml"
ok_int "$status" 2 "a variable that is none"
ok_like "$err" "wrong.yaml:4:9: error: there is no variable 'namespce'" "with its place"
ok_like "$err" "did you mean 'namespace'" "and what was meant"
sed 's/policyTypes/policyType/' "$tap_work/template.yaml" >"$tap_work/wrong.yaml"
run "$bulkhead" init web --owner a --template "$tap_work/wrong.yaml"
ok_int "$status" 2 "what an API server would refuse is not written"
ok_like "$err" "unknown field 'policyType'" "and said"
# shellcheck disable=SC2016 # the template's own $
echo 'labels: ${namespace}' >"$tap_work/wrong.yaml"
run "$bulkhead" init web --owner a --template "$tap_work/wrong.yaml"
ok_int "$status" 2 "what is no object"
ok_like "$err" "has no 'kind'" "is said"
ok_like "$err" "wrong.yaml:1:1: error: a document of the template has no 'kind'" "with its place"
# shellcheck disable=SC2016 # the template's own $
printf '# why\n---\n# a line that goes: ${environment}\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: "${namespace}"}\n---  # next\r\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a, namespace: "${namespace}"}\nspec: {podSelecter: {}}\n' \
	>"$tap_work/wrong.yaml"
run "$bulkhead" init web --owner a --template "$tap_work/wrong.yaml"
ok_int "$status" 2 "what is wrong in a later document"
ok_like "$err" "wrong.yaml:11:8: error: unknown field 'podSelecter'" "is at its line of the template"
ok_like "$err" "did you mean 'podSelector'" "with the hint"
# shellcheck disable=SC2016 # the template's own $
sed 's/Selecter/Selector/; s/name: a, namespace: "${namespace}"}$/name: a}/' "$tap_work/wrong.yaml" >"$tap_work/mended.yaml"
run "$bulkhead" init web --owner a --template "$tap_work/mended.yaml" -o "$tap_work/deep/er"
ok_int "$status" 0 "folders that are not there are made"
ok_like "$err" "mended.yaml:8:1: warning: NetworkPolicy a names no namespace" "an object that would land anywhere"
ok_str "$(cat "$tap_work/deep/er/configmap-a.yaml")" "# why
apiVersion: v1
kind: ConfigMap
metadata: {name: a}" "comments before the first object are its own"
printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a, namespace: %s}\n---\n' web other >"$tap_work/two.yaml"
run "$bulkhead" init web --owner a --template "$tap_work/two.yaml" -o "$tap_work/two"
ok_like "$err" 'two.yaml:5:1: warning: ConfigMap a is of namespace other, not of web' "an object of another namespace"
ok_like "$out" '^wrote .*/configmap-a-2.yaml$' "of one kind and name: a file each"
run "$bulkhead" init web --owner a --template "$tap_work/two.yaml" -o "$tap_work/two"
ok_int "$(printf '%s\n' "$out" | grep -c '^unchanged ')" 2 "which stay"
: >"$tap_work/nothing.yaml"
run "$bulkhead" init web --owner a --template "$tap_work/nothing.yaml"
ok_int "$status" 2 "a template of nothing"
ok_like "$err" 'nothing.yaml: error: there is no document in the template' "is said"
run "$bulkhead" init web --owner a --template "$tap_work/none.yaml"
ok_int "$status" 2 "a template that is not there"
run "$bulkhead" init web --owner a --set dnsPort=70000
ok_like "$err" "profile kubernetes:[0-9]+:18: error: 'port' must be 1 to 65535" "a value that an API server refuses"
for ns in kube-system kube-public openshift-dns; do
	run "$bulkhead" init $ns --owner a
	ok_int "$status" 2 "$ns is not anybody's to close"
done
for ns in a_b a.b -a a- "" ../a aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa; do
	run "$bulkhead" init --owner a -- "$ns"
	ok_int "$status" 2 "'$ns' is no namespace"
done
run "$bulkhead" init web --owner 'the "a" team'
ok_int "$status" 2 "a value with quotes"
ok_like "$err" 'cannot have quotes' "is said"
run "$bulkhead" init Web
ok_int "$status" 2 "a name that is none"
run "$bulkhead" init web --profile kubernets
ok_like "$err" 'expected one of kubernetes, minimal' "a profile that is none"
run "$bulkhead" init web --set colour=red
ok_int "$status" 2 "--set of what is no variable"
tap_done
