#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# What routes lead to, said alike by every verb that asks: a cluster with a pod for each case.
. tests/lib/tap.sh

bulkhead=$BULKHEAD_BUILD/bin/bulkhead
objects=$tap_work/objects.yaml
routes=$tap_work/routes.yaml

# pod NAMESPACE NAME PORTS: a pod and the Service before it.
pod() {
	cat <<YAML
---
{apiVersion: v1, kind: Pod, metadata: {name: $2, namespace: $1, labels: {app: $2}}, spec: {containers: [{name: c, ports: [{name: web, containerPort: 8080}]}]}}
---
{apiVersion: v1, kind: Service, metadata: {name: $2, namespace: $1}, spec: {selector: {app: $2}, ports: [$3]}}
YAML
}

# ref NAME [MORE]: a backend of the Gateway API.
ref() {
	printf '{name: %s, port: 80%s}' "$1" "${2:+, $2}"
}

led='default-backend by-name by-number granted manual passthrough alternate weighed mirrored'
dead='nothing-sent not-alternate no-port wrong-name wrong-protocol not-granted of-mesh not-mirrored'
http='{name: http, port: 80, targetPort: web}'
{
	for name in default-backend by-name by-number passthrough alternate weighed mirrored nothing-sent \
		not-alternate no-port wrong-name of-mesh not-mirrored; do
		pod shop "$name" "$http"
	done
	pod shop wrong-protocol '{port: 80, targetPort: web, protocol: UDP}'
	pod other granted "$http"
	pod third not-granted "$http"
	cat <<'YAML'
---
{apiVersion: v1, kind: Pod, metadata: {name: manual, namespace: shop}, spec: {containers: [{name: c, ports: [{containerPort: 8080}]}]}, status: {phase: Running, podIP: 10.1.2.3}}
---
{apiVersion: v1, kind: Service, metadata: {name: manual, namespace: shop}, spec: {ports: [{port: 80, targetPort: 8080}]}}
---
{apiVersion: v1, kind: Endpoints, metadata: {name: manual, namespace: shop}, subsets: [{addresses: [{ip: 10.1.2.3}], ports: [{port: 8080}]}]}
YAML
} >"$objects"
cat >"$routes" <<YAML
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata: {name: in, namespace: shop}
spec:
  defaultBackend: {service: {name: default-backend, port: {number: 80}}}
  rules:
    - http:
        paths:
          - {path: /a, pathType: Prefix, backend: {service: {name: by-number, port: {number: 80}}}}
          - {path: /b, pathType: Prefix, backend: {service: {name: by-name, port: {name: http}}}}
          - {path: /c, pathType: Prefix, backend: {service: {name: no-port, port: {number: 81}}}}
          - {path: /d, pathType: Prefix, backend: {service: {name: wrong-name, port: {name: web}}}}
          - {path: /e, pathType: Prefix, backend: {service: {name: manual, port: {number: 80}}}}
---
apiVersion: route.openshift.io/v1
kind: Route
metadata: {name: r, namespace: shop}
spec:
  tls: {termination: passthrough}
  to: {kind: Service, name: passthrough, weight: 1}
  alternateBackends: [{kind: Service, name: alternate, weight: 1}, {kind: Service, name: not-alternate, weight: 0}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: h, namespace: shop}
spec:
  parentRefs: [{name: edge, namespace: infra}]
  rules:
    - backendRefs: [$(ref weighed 'weight: 1'), $(ref nothing-sent 'weight: 0, filters: [{type: RequestMirror, requestMirror: {backendRef: {name: not-mirrored, port: 80}}}]')]
    - backendRefs: [$(ref granted 'namespace: other'), $(ref not-granted 'namespace: third'), $(ref wrong-protocol)]
      filters: [{type: RequestMirror, requestMirror: {backendRef: $(ref mirrored)}}]
---
apiVersion: gateway.networking.k8s.io/v1
kind: HTTPRoute
metadata: {name: mesh, namespace: shop}
spec:
  parentRefs: [{group: '', kind: Service, name: of-mesh}]
  rules: [{backendRefs: [$(ref of-mesh)]}]
---
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: {name: g, namespace: other}
spec: {from: [{group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: shop}], to: [{group: '', kind: Service}]}
YAML

# names < TEXT: the pods that it speaks of, in order.
names() {
	grep -o '/Pod/[a-z-]*' | cut -d/ -f3 | sort -u | tr '\n' ' '
}
wanted=$(printf '%s\n' $led | sort | tr '\n' ' ')

run "$bulkhead" map --from ingress-controller -o csv "$objects" "$routes"
ok_str "$(printf '%s\n' "$out" | names)" "$wanted" "map"
ok_int "$(printf '%s\n' "$out" | grep -c 'TCP,8080,8080')" 9 "map: at the pod's port, and no other"
for name in $led $dead; do
	ns=shop
	[ "$name" = granted ] && ns=other
	[ "$name" = not-granted ] && ns=third
	expected=1
	case " $led " in *" $name "*) expected=0 ;; esac
	run "$bulkhead" can ingress-controller $ns/pod/$name -f "$objects" -f "$routes"
	ok_int "$status" $expected "can: $name"
done
run "$bulkhead" reach ingress-controller -o json -f "$objects" -f "$routes"
ok_str "$(printf '%s\n' "$out" | python3 -c 'import json,sys
print("\n".join(n["id"] for n in json.load(sys.stdin)["reached"] if n["hop"] == 1))' | names)" \
	"$wanted" "reach: the first hop"
run "$bulkhead" diff -o csv "$objects" "$tap_work"
ok_str "$(printf '%s\n' "$out" | grep '^added,ingress-controller' | names)" "$wanted" "diff: a way in is added"
run "$bulkhead" inventory -o json "$objects" "$routes"
ok_str "$(printf '%s\n' "$out" | python3 -c 'import json,sys
for w in json.load(sys.stdin)["workloads"]:
    if "route" in w["exposed"]:
        print("/Pod/" + w["name"])' | names)" "$wanted" "inventory: what is exposed"
run "$bulkhead" scan --rules BH507 -o json "$objects" "$routes"
ok_str "$(printf '%s\n' "$out" | sed -n 's|.* offers [a-z]*/\([a-z-]*\) to the outside.*|/Pod/\1|p' | names)" \
	"$wanted" "scan: what is offered to the outside"
tap_done
