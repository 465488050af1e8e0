/* SPDX-License-Identifier: Apache-2.0 */
/* Which pods an Ingress, a Route or a route of the Gateway API leads to, and at which port. */
#include "model/load.h"

#include "lib/sketch.h"
#include "lib/tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

#define INPUT \
	"---\n{apiVersion: v1, kind: Pod, metadata: {name: p, labels: {app: a}}, spec: " \
	"{containers: [{name: c, ports: [{name: web, containerPort: 8080}, " \
	"{name: tls, containerPort: 8443}]}]}}\n" \
	"---\n{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {selector: {app: a}, " \
	"ports: [{name: http, port: 80, targetPort: web}, {name: https, port: 443, " \
	"targetPort: 8443}]}}\n" \
	"---\n{apiVersion: v1, kind: Pod, metadata: {name: q, namespace: x, labels: {app: a}}}\n" \
	"---\n{apiVersion: v1, kind: Service, metadata: {name: t, namespace: x}, spec: " \
	"{selector: {app: a}, ports: [{port: 9}, {name: u, port: 9, targetPort: 90, protocol: " \
	"UDP}]}}" \
	"\n---\n{apiVersion: v1, kind: Service, metadata: {name: m}, spec: {ports: [{name: m, " \
	"port: " \
	"80, targetPort: 8080}]}}\n---\n{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, " \
	"addressType: IPv4, metadata: {name: m-1, labels: {kubernetes.io/service-name: m}}, " \
	"ports: " \
	"[{name: m, port: 8443}], endpoints: [{addresses: [192.0.2.1]}, {addresses: [192.0.2.2], " \
	"targetRef: {kind: Pod, name: p}}]}\n---\n"
#define OBJECT(api, kind, spec) \
	INPUT "{apiVersion: " api ", kind: " kind ", metadata: {name: r}, spec: {" spec "}}\n"
#define INGRESS(spec) OBJECT("networking.k8s.io/v1", "Ingress", spec)
#define ROUTE(spec) OBJECT("route.openshift.io/v1", "Route", spec)
#define HTTP(spec) OBJECT("gateway.networking.k8s.io/v1", "HTTPRoute", spec)
#define GRANT(from, to) \
	"{apiVersion: gateway.networking.k8s.io/v1beta1, kind: ReferenceGrant, metadata: {name: " \
	"g, " \
	"namespace: x}, spec: {from: [{" from "}], to: [{" to "}]}}\n---\n"
#define FROM_DEFAULT "group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: default"
#define REFERS HTTP("rules: [{backendRefs: [{name: t, namespace: x, port: 9}]}]")
#define BACKEND(name, port) "backend: {service: {name: " name ", port: {" port "}}}"

static const struct {
	const char *name;
	const char *text;
	const char *want;
} rows[] = {
	{"a path's backend, by number",
	 INGRESS("rules: [{http: {paths: [{path: /, " BACKEND("s", "number: 80") "}]}}]"),
	 "default/Ingress/r -> default/s: p 8080/TCP"},
	{"by the name of the Service's port",
	 INGRESS("rules: [{http: {paths: [{" BACKEND("s", "name: https") "}]}}]"),
	 "default/Ingress/r -> default/s: p 8443/TCP"},
	{"the name of the pod's port is none",
	 INGRESS("rules: [{http: {paths: [{" BACKEND("s", "name: web") "}]}}]"),
	 "default/Ingress/r -> default/s:"},
	{"a port that the Service does not have",
	 INGRESS("rules: [{http: {paths: [{" BACKEND("s", "number: 8080") "}]}}]"),
	 "default/Ingress/r -> default/s:"},
	{"the default backend, and a rule without paths",
	 INGRESS("defaultBackend: {service: {name: s, port: {number: 443}}}, rules: [{host: a}]"),
	 "default/Ingress/r -> default/s: p 8443/TCP"},
	{"a Service that is not there",
	 INGRESS("defaultBackend: {service: {name: gone, port: {number: 443}}}"),
	 "default/Ingress/r -> default/gone?"},
	{"a resource", INGRESS("defaultBackend: {resource: {kind: Bucket, name: b}}"),
	 "default/Ingress/r ->"},
	{"v1beta1",
	 OBJECT("extensions/v1beta1", "Ingress",
		"backend: {serviceName: s, servicePort: https}, rules: [{http: {paths: [{backend: "
		"{serviceName: s, servicePort: 80}}]}}]"),
	 "default/Ingress/r -> default/s: p 8443/TCP, default/s: p 8080/TCP"},
	{"a Route without a port", ROUTE("to: {kind: Service, name: s}"),
	 "default/Route/r -> default/s: p 8080/TCP p 8443/TCP"},
	{"by the Service's port", ROUTE("to: {name: s}, port: {targetPort: http}"),
	 "default/Route/r -> default/s: p 8080/TCP"},
	{"by the pod's port", ROUTE("to: {name: s}, port: {targetPort: web}"),
	 "default/Route/r -> default/s: p 8080/TCP"},
	{"by the pod's number", ROUTE("to: {name: s}, port: {targetPort: 8443}"),
	 "default/Route/r -> default/s: p 8443/TCP"},
	{"alternate backends",
	 ROUTE("to: {name: s}, alternateBackends: [{name: s2}], port: {targetPort: https}"),
	 "default/Route/r -> default/s: p 8443/TCP, default/s2?"},
	{"a route of the Gateway API, and weight 0",
	 GRANT(FROM_DEFAULT, "kind: Service")
		 HTTP("rules: [{backendRefs: [{name: s, port: 80}]}, {backendRefs: [{name: t, "
		      "namespace: x, port: 9, weight: 0}]}]"),
	 "default/HTTPRoute/r -> default/s: p 8080/TCP"},
	{"of another namespace without a grant",
	 HTTP("rules: [{backendRefs: [{name: t, namespace: x, port: 9}]}]"),
	 "default/HTTPRoute/r -> x/t?"},
	{"with a grant for this Service", GRANT(FROM_DEFAULT, "kind: Service, name: t") REFERS,
	 "default/HTTPRoute/r -> x/t: q 9/TCP"},
	{"with a grant for every Service", GRANT(FROM_DEFAULT, "group: '', kind: Service") REFERS,
	 "default/HTTPRoute/r -> x/t: q 9/TCP"},
	{"with a grant for another Service", GRANT(FROM_DEFAULT, "kind: Service, name: u") REFERS,
	 "default/HTTPRoute/r -> x/t?"},
	{"with a grant for Secrets", GRANT(FROM_DEFAULT, "kind: Secret") REFERS,
	 "default/HTTPRoute/r -> x/t?"},
	{"with a grant to another namespace",
	 GRANT("group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: y", "kind: Service")
		 REFERS,
	 "default/HTTPRoute/r -> x/t?"},
	{"with a grant to another kind",
	 GRANT("group: gateway.networking.k8s.io, kind: TCPRoute, namespace: default",
	       "kind: Service") REFERS,
	 "default/HTTPRoute/r -> x/t?"},
	{"mirrors, and what is no Service",
	 HTTP("rules: [{filters: [{type: RequestMirror, requestMirror: {backendRef: {name: s, "
	      "port: 443}}}], backendRefs: [{group: g.example, kind: Service, name: s, port: "
	      "80}]}]"),
	 "default/HTTPRoute/r -> default/s: p 8443/TCP"},
	{"TCPRoute",
	 OBJECT("gateway.networking.k8s.io/v1alpha2", "TCPRoute",
		"rules: [{backendRefs: [{name: s, port: 443}]}]"),
	 "default/TCPRoute/r -> default/s: p 8443/TCP"},
	{"UDPRoute: not to a port of TCP",
	 GRANT("group: gateway.networking.k8s.io, kind: UDPRoute, namespace: default",
	       "kind: Service")
		 OBJECT("gateway.networking.k8s.io/v1alpha2", "UDPRoute",
			"rules: [{backendRefs: [{name: t, namespace: x, port: 9}, {name: s, port: "
			"80}]}]"),
	 "default/UDPRoute/r -> x/t: q 90/UDP, default/s:"},
	{"a Service without a selector",
	 INGRESS("defaultBackend: {service: {name: m, port: {number: 80}}}"),
	 "default/Ingress/r -> default/m: p 8443/TCP"},
	{"a Route with weights, and TLS that passes through",
	 ROUTE("tls: {termination: passthrough}, to: {name: s, weight: 0}, alternateBackends: "
	       "[{name: s, weight: 256}, {name: m, weight: 0}], port: {targetPort: https}"),
	 "default/Route/r -> default/s: p 8443/TCP"},
	{"what mirrors requests that do not come",
	 HTTP("rules: [{backendRefs: [{name: s, port: 80, weight: 0, filters: [{type: "
	      "RequestMirror, requestMirror: {backendRef: {name: s, port: 443}}}]}]}]"),
	 "default/HTTPRoute/r ->"},
	{"a route of a mesh",
	 HTTP("parentRefs: [{group: '', kind: Service, name: s}], rules: [{backendRefs: [{name: s, "
	      "port: 80}]}]"),
	 ""},
	{"a route of a mesh and a Gateway",
	 HTTP("parentRefs: [{group: '', kind: Service, name: s}, {name: gateway}], rules: "
	      "[{backendRefs: [{name: s, port: 80}]}]"),
	 "default/HTTPRoute/r -> default/s: p 8080/TCP"},
	{"a Route of others", OBJECT("serving.knative.dev/v1", "Route", "to: {name: s}"), ""},
	{"without a spec",
	 "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: r}}\n",
	 "default/Ingress/r ->"},
};

static const struct {
	const char *text;
	const char *codes;
} errors[] = {
	{"{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: r}, spec: {rules: "
	 "{}}}\n",
	 "BH0104 1 {"},
	{"{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: r}, spec: "
	 "{defaultBackend: {service: {name: s, port: {number: 65536}}}}}\n",
	 "BH0104 1 65536"},
};

int main(void)
{
	struct sketch sketch;

	for (size_t i = 0; i < N(rows); i++) {
		sketch_text(&sketch, rows[i].text, NULL);
		ok_str(sketch_routes(&sketch), rows[i].want, "%s", rows[i].name);
		sketch_release(&sketch);
	}
	for (size_t i = 0; i < N(errors); i++) {
		sketch_text(&sketch, errors[i].text, NULL);
		ok_str(sketch_codes(&sketch), errors[i].codes, "refused: row %zu", i);
		ok_int(sketch.snapshot->n_routes, 0, "and not there");
		sketch_release(&sketch);
	}
	return tap_done();
}
