/* SPDX-License-Identifier: Apache-2.0 */
/* AuthorizationPolicy and PeerAuthentication: what valid ones become, and what is refused. */
#include "lib/policies.h"
#include "lib/tap.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define HEAD(kind, meta) "apiVersion: security.istio.io/v1\nkind: " kind "\nmetadata: {" meta "}\n"
#define AUTH(meta, spec) HEAD("AuthorizationPolicy", meta) "spec: {" spec "}\n"
#define PEER(meta, spec) HEAD("PeerAuthentication", meta) "spec: {" spec "}\n"
#define NEXT "---\n"
#define P "name: p, namespace: shop"
#define RULE(rule) AUTH(P, "rules: [{" rule "}]")
#define DENY(rule) AUTH(P, "action: DENY, rules: [{" rule "}]")
#define CUSTOM(rule) AUTH(P, "action: CUSTOM, provider: {name: opa}, rules: [{" rule "}]")
#define FROM(source) "from: [{source: {" source "}}]"
#define TO(operation) "to: [{operation: {" operation "}}]"
#define WHEN(key, values) "when: [{key: '" key "', " values "}]"

struct row {
	const char *name;
	const char *yaml;
	const char *want;
};

#define SELECTS "shop/p selects mesh/shop: isolates ingress\n"
#define ALLOWS(rule) SELECTS "  rules[0] 4:16 " rule "\n"

/* What a rule says of sources. */
static const struct row sources[] = {
	{"any", RULE(""), ALLOWS("from any ports any")},
	{"a principal", RULE(FROM("principals: [cluster.local/ns/a/sa/b]")),
	 ALLOWS("from mesh/a:/@name=b ports any")},
	{"any principal", RULE(FROM("principals: ['*']")), ALLOWS("from mesh/{}: ports any")},
	{"no principal", RULE(FROM("notPrincipals: ['*']")),
	 ALLOWS("from none( mesh/{}: ) ports any")},
	{"of another trust domain", RULE(FROM("principals: [td/ns/a/sa/b]")),
	 ALLOWS("from any( ) ports any")},
	{"not of the form",
	 RULE(FROM("principals: [cluster.local/ns/a, cluster.local/ns/a/sa/b/c]")),
	 ALLOWS("from any( any( ) mesh/a:/@name=b/c ) ports any")},
	{"the beginning of the trust domain", RULE(FROM("principals: [cluster*]")),
	 ALLOWS("from mesh/{}: ports any")},
	{"the beginning of a namespace", RULE(FROM("principals: [cluster.local/ns/a*]")),
	 ALLOWS("from mesh/{kubernetes.io/metadata.name starts with a}: ports any")},
	{"a namespace", RULE(FROM("principals: [cluster.local/ns/a/*]")),
	 ALLOWS("from mesh/a: ports any")},
	{"the beginning of an account", RULE(FROM("principals: [cluster.local/ns/a/sa/b*]")),
	 ALLOWS("from mesh/a:/@name starts with b ports any")},
	{"another beginning", RULE(FROM("principals: [cluster.local/ns/a/x*]")),
	 ALLOWS("from any( ) ports any")},
	{"the end of an account", RULE(FROM("principals: ['*b']")),
	 ALLOWS("from mesh/{}:/@name ends with b ports any")},
	{"an account of any namespace", RULE(FROM("principals: ['*/b']")),
	 ALLOWS("from mesh/{}:/@name=b ports any")},
	{"the same, with more before it", RULE(FROM("principals: ['*a/b', '*/sa/b']")),
	 ALLOWS("from any( mesh/{}:/@name=b mesh/{}:/@name=b ) ports any")},
	{"the end of a namespace", RULE(FROM("principals: ['*n/sa/b']")),
	 ALLOWS("from mesh/{kubernetes.io/metadata.name ends with n}:/@name=b ports any")},
	{"a whole namespace", RULE(FROM("principals: ['*/n/sa/b', '*.local/ns/n/sa/b']")),
	 ALLOWS("from any( mesh/n:/@name=b mesh/n:/@name=b ) ports any")},
	{"another end", RULE(FROM("principals: ['*x/n/sa/b', '*/x/b']")),
	 ALLOWS("from any( any( ) any( ) ) ports any")},
	{"namespaces", RULE(FROM("namespaces: [a, b-*, '*-c', '*']")),
	 ALLOWS("from any( mesh/a: mesh/{kubernetes.io/metadata.name starts with b-}: "
		"mesh/{kubernetes.io/metadata.name ends with -c}: mesh/{}: ) ports any")},
	{"accounts", RULE(FROM("serviceAccounts: [a/b, c]")),
	 ALLOWS("from any( mesh/a:/@name=b mesh/shop:/@name=c ) ports any")},
	{"trust domains", RULE(FROM("trustDomains: [cluster.local, '*local', td]")),
	 ALLOWS("from any( mesh/{}: mesh/{}: any( ) ) ports any")},
	{"addresses", RULE(FROM("ipBlocks: [10.0.0.0/8, 192.0.2.1, 'fd00::1']")),
	 ALLOWS("from any( 10.0.0.0/8 192.0.2.1/32 fd00::1/128 ) ports any")},
	{"all fields of a source hold",
	 RULE(FROM("namespaces: [a], notServiceAccounts: [], notIpBlocks: [10.0.0.0/8]")),
	 ALLOWS("from all( mesh/a: none( 10.0.0.0/8 ) ) ports any")},
	{"one of the sources",
	 RULE("from: [{source: {namespaces: [a]}}, {source: {ipBlocks: "
	      "[10.1.2.3]}}]"),
	 ALLOWS("from mesh/a: 10.1.2.3/32 ports any")},
	{"keys",
	 RULE("when: [{key: source.namespace, values: [a]}, {key: source.principal, notValues: "
	      "['*/b']}, {key: source.ip, values: [10.0.0.0/8]}]"),
	 ALLOWS("from all( mesh/a: none( mesh/{}:/@name=b ) 10.0.0.0/8 ) ports any")},
	{"keys beside sources",
	 RULE(FROM("namespaces: [a]") ", " WHEN("source.serviceAccount", "values: [b]")),
	 ALLOWS("from all( mesh/a: mesh/shop:/@name=b ) ports any")},
};

/* What it says of ports and of what only a proxy sees. */
static const struct row operations[] = {
	{"ports", RULE(TO("ports: ['80', '443', '81']")),
	 ALLOWS("from any ports TCP 80-81 TCP 443")},
	{"not ports", RULE(TO("notPorts: ['80']")), ALLOWS("from any ports TCP 0-79 TCP 81-65535")},
	{"both", RULE(TO("ports: ['80', '81'], notPorts: ['80']")),
	 ALLOWS("from any ports TCP 81")},
	{"a key too",
	 RULE(TO("ports: ['80', '81']") ", " WHEN("destination.port", "values: ['81']")),
	 ALLOWS("from any ports TCP 81")},
	{"none is left", RULE(TO("ports: ['80']") ", " WHEN("destination.port", "values: ['81']")),
	 SELECTS},
	{"two operations",
	 RULE("to: [{operation: {ports: ['80']}}, {operation: {methods: [GET]}}]"),
	 ALLOWS("from any ports TCP 80\n"
		"  rules[0] 4:16 from any ports any if the request has methods: [GET]")},
	{"requests", RULE(TO("methods: [GET, 'P*'], notPaths: [/a/*], hosts: [a.example]")),
	 ALLOWS("from any ports any if the request has hosts: [a.example], methods: [GET, P*], "
		"notPaths: [/a/*]")},
	{"a token", RULE(FROM("requestPrincipals: [iss/sub], namespaces: [a]")),
	 ALLOWS("from mesh/a: ports any if the request has requestPrincipals: [iss/sub]")},
	{"a source with a condition stands apart",
	 RULE("from: [{source: {remoteIpBlocks: [10.0.0.0/8]}}, {source: {namespaces: [a]}}]"),
	 ALLOWS("from mesh/a: ports any\n  rules[0] 4:16 from any ports any if the connection has "
		"remoteIpBlocks: [10.0.0.0/8]")},
	{"the name of the server",
	 RULE(WHEN("connection.sni", "values: [a.example], notValues: [b]")),
	 ALLOWS("from any ports any if the connection has connection.sni values: [a.example], "
		"connection.sni notValues: [b]")},
	{"addresses of the target",
	 AUTH(P, "rules: [{" FROM("namespaces: [a]") "}, {" WHEN(
			 "destination.ip", "values: [10.1.0.0/16], notValues: [10.1.1.1]") "}]"),
	 SELECTS "  rules[0] 4:16 from mesh/a: ports any\n"
		 "shop/p selects all( mesh/shop: 10.1.0.0/16 none( 10.1.1.1/32 ) ) isolates\n"
		 "  rules[1] 4:55 from any ports any\n"},
	{"connection and request",
	 RULE(TO("methods: [GET]") ", " WHEN("remote.ip", "values: [10.1.1.1]")),
	 ALLOWS("from any ports any if the connection has remote.ip values: [10.1.1.1], and "
		"the "
		"request has methods: [GET]")},
	{"keys of requests",
	 RULE("when: [{key: 'request.headers[x]', values: [a]}, {key: 'request.auth.claims[a][b]', "
	      "notValues: [c]}, {key: 'experimental.envoy.filters.a.b[c]', values: [d]}]"),
	 ALLOWS("from any ports any if the connection has experimental.envoy.filters.a.b[c] "
		"values: "
		"[d], and the request has request.headers[x] values: [a], "
		"request.auth.claims[a][b] "
		"notValues: [c]")},
	{"what proxies differ on", RULE(FROM("namespaces: ['a*b']")),
	 ALLOWS("from any ports any if the connection has namespaces: [a*b]")},
};

#define RULES "rules: [{}]"

/* What policies bind, and when. */
static const struct row policies[] = {
	{"no spec denies all", HEAD("AuthorizationPolicy", P), SELECTS},
	{"no rules too", AUTH(P, ""), SELECTS},
	{"labels", AUTH(P, "selector: {matchLabels: {app: a, tier: b}}"),
	 "shop/p selects mesh/shop:app=a,tier=b isolates ingress\n"},
	{"the root namespace", AUTH("name: p, namespace: istio-system", ""),
	 "istio-system/p selects mesh/{}: isolates ingress\n"},
	{"labels there",
	 AUTH("name: p, namespace: istio-system", "selector: {matchLabels: {a: b}}"),
	 "istio-system/p selects mesh/{}:a=b isolates ingress\n"},
	{"a Gateway",
	 AUTH(P, "targetRefs: [{kind: Gateway, group: gateway.networking.k8s.io, name: g}]"),
	 "shop/p selects any( mesh/shop:gateway.networking.k8s.io/gateway-name=g ) isolates "
	 "ingress\n"},
	{"a Service", AUTH(P, "targetRef: {kind: Service, group: '', name: s}"),
	 "p without effect: bound to a Service: a waypoint proxy enforces it\n"},
	{"DENY does not isolate", DENY(TO("ports: ['80']")),
	 "shop/p selects mesh/shop: isolates\n  rules[0] 4:30 deny from any ports TCP 80\n"},
	{"CUSTOM", CUSTOM(TO("ports: ['80']")),
	 "shop/p selects mesh/shop: isolates\n"
	 "  rules[0] 4:55 deny from any ports TCP 80 if provider 'opa' refuses\n"},
	{"CUSTOM of requests", CUSTOM(TO("methods: [GET]")),
	 "shop/p selects mesh/shop: isolates\n"
	 "  rules[0] 4:55 deny from any ports any if the request has methods: [GET], or is plain "
	 "TCP, where this is ignored, and provider 'opa' refuses\n"},
	{"AUDIT", AUTH(P, "action: AUDIT, " RULES),
	 "p without effect: AUDIT decides nothing: it marks requests for the log\n"},
	{"dry-run", AUTH(P ", annotations: {istio.io/dry-run: 'true'}", RULES),
	 "p without effect: dry-run: what it would decide is only logged\n"},
	{"no dry-run", AUTH(P ", annotations: {istio.io/dry-run: 'false'}", ""), SELECTS},
	{"in their tiers",
	 AUTH(P, "") NEXT PEER("name: q, namespace: shop", "mtls: {mode: PERMISSIVE}")
		 NEXT AUTH("name: r, namespace: shop", "action: DENY, " RULES) NEXT AUTH(
			 "name: s, namespace: shop", "action: CUSTOM, provider: {name: x}, " RULES),
	 "shop/q selects mesh/shop: isolates\n  mtls[0] 9:14 pass from any ports any\n"
	 "shop/s selects mesh/shop: isolates\n"
	 "  rules[0] 19:53 deny from any ports any if provider 'x' refuses\n"
	 "shop/r selects mesh/shop: isolates\n  rules[0] 14:30 deny from any ports any\n" SELECTS},
};

#define SELECTOR "selector: {matchLabels: {app: a}}"
#define NOBODY "deny from none( mesh/{}: )"

static const struct row authentication[] = {
	{"STRICT", PEER(P, "mtls: {mode: STRICT}"),
	 "shop/p selects mesh/shop: isolates\n  mtls[0] 4:14 " NOBODY " ports any\n"},
	{"UNSET", PEER(P, "mtls: {mode: UNSET}"), "shop/p selects mesh/shop: isolates\n"},
	{"nothing", PEER(P, ""), "shop/p selects mesh/shop: isolates\n"},
	{"of the mesh", PEER("name: p, namespace: istio-system", "mtls: {mode: STRICT}"),
	 "istio-system/p selects mesh/{}: isolates\n  mtls[0] 4:14 " NOBODY " ports any\n"},
	{"ports before the rest",
	 PEER(P,
	      SELECTOR ", mtls: {mode: STRICT}, portLevelMtls: {8080: {mode: DISABLE}, 9: {mode: "
		       "UNSET}}"),
	 "shop/p selects mesh/shop:app=a isolates\n"
	 "  portLevelMtls[0] 4:81 pass from any ports TCP 8080\n"
	 "  portLevelMtls[1] 4:104 " NOBODY " ports TCP 9\n"
	 "  mtls[0] 4:49 " NOBODY " ports any\n"},
	{"a port of STRICT only",
	 PEER(P, SELECTOR ", portLevelMtls: {80: {mode: STRICT}, 81: {mode: UNSET}}"),
	 "shop/p selects mesh/shop:app=a isolates\n  portLevelMtls[0] 4:59 " NOBODY
	 " ports TCP 80\n"},
	{"workload before namespace before mesh",
	 PEER("name: c, namespace: istio-system", "mtls: {mode: PERMISSIVE}")
		 NEXT PEER("name: b, namespace: shop", "mtls: {mode: PERMISSIVE}")
			 NEXT PEER("name: a, namespace: shop", SELECTOR ", mtls: {mode: STRICT}"),
	 "shop/a selects mesh/shop:app=a isolates\n  mtls[0] 14:49 " NOBODY " ports any\n"
	 "shop/b selects mesh/shop: isolates\n  mtls[0] 9:14 pass from any ports any\n"
	 "istio-system/c selects mesh/{}: isolates\n  mtls[0] 4:14 pass from any ports any\n"},
	{"the older of two",
	 PEER("name: p, namespace: shop, creationTimestamp: '2024-01-02T00:00:00Z'", "") NEXT PEER(
		 "name: q, namespace: shop, creationTimestamp: '2024-01-01T00:00:00Z'", ""),
	 "shop/q selects mesh/shop: isolates\n"
	 "p without effect: the older PeerAuthentication shop/q counts\n"},
	{"the first name of two", PEER(P, "") NEXT PEER("name: q, namespace: shop", ""),
	 "shop/p selects mesh/shop: isolates\n"
	 "q without effect: the older PeerAuthentication shop/p counts\n"},
	{"other workloads",
	 PEER(P, SELECTOR) NEXT PEER("name: q, namespace: shop", "selector: {matchLabels: {b: c}}"),
	 "shop/p selects mesh/shop:app=a isolates\n"
	 "shop/q selects all( mesh/shop:b=c none( shop:app=a ) ) isolates\n"},
	{"the same workloads", PEER(P, SELECTOR) NEXT PEER("name: q, namespace: shop", SELECTOR),
	 "shop/p selects mesh/shop:app=a isolates\n"
	 "q without effect: the older PeerAuthentication shop/p counts\n"},
	{"other namespaces and levels",
	 PEER(P, "") NEXT PEER("name: q, namespace: shop", SELECTOR) NEXT PEER(
		 "name: r, namespace: x", "") NEXT PEER("name: s, namespace: istio-system", ""),
	 "shop/q selects mesh/shop:app=a isolates\nshop/p selects mesh/shop: isolates\n"
	 "x/r selects mesh/x: isolates\nistio-system/s selects mesh/{}: isolates\n"},
	{"without mutual TLS, identities are conditions",
	 RULE(FROM("namespaces: [a], ipBlocks: [10.0.0.0/8]")) NEXT PEER(
		 "name: q, namespace: shop", SELECTOR ", portLevelMtls: {80: {mode: DISABLE}}"),
	 "shop/q selects mesh/shop:app=a isolates\n"
	 "  portLevelMtls[0] 9:59 pass from any ports TCP 80\n" SELECTS
	 "  rules[0] 4:16 from 10.0.0.0/8 ports any if the connection has namespaces: [a]\n"},
	{"but not those of another namespace",
	 RULE(FROM("namespaces: [a]")) NEXT PEER("name: q, namespace: x", "mtls: {mode: DISABLE}"),
	 "x/q selects mesh/x: isolates\n  mtls[0] 9:14 pass from any ports any\n" ALLOWS(
		 "from mesh/a: ports any")},
	{"labels in the root namespace",
	 PEER("name: p, namespace: istio-system", SELECTOR ", mtls: {mode: STRICT}"),
	 "p without effect: one with a selector binds nothing from the root namespace\n"},
};

#define NOT_HTTP \
	"on ports that are not HTTP, the HTTP attributes of this rule are left out: it denies " \
	"every " \
	"connection of its sources; name the ports that are meant: to: [{operation: {ports: " \
	"[…]}}]\n"

#define BRACES "must have nothing but {*} or {**} between slashes where it has braces\n"
#define LITERAL "must have a literal, {*} or {**} between slashes, as a path template\n"

/* What is refused or warned of: specs are on line 4. */
static const struct row problems[] = {
	{"no spec",
	 "apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\nmetadata: {name: p, "
	 "namespace: shop}\n",
	 "1:1 BH0205 warning without 'spec' the policy allows nothing to the workloads of its "
	 "scope; if that is meant write spec: {}\n"},
	{"an unknown field", RULE("source: {}"),
	 "4:17 BH0201 error unknown field 'source' in a rule; write from: [{source: …}]\n"},
	{"source fields one level too high", RULE("from: [{principals: ['*']}]"),
	 "4:24 BH0204 error an item of 'from' needs 'source'\n"
	 "4:25 BH0201 error unknown field 'principals' in an item of 'from'; 'principals' is a "
	 "field "
	 "of a source: check the indentation\n"},
	{"an empty source", RULE("from: [{source: {}}]"),
	 "4:33 BH0204 error a source needs one of its fields; leave it out if everything is "
	 "meant\n"},
	{"an empty operation", RULE("to: [{operation: {ports: []}}]"),
	 "4:34 BH0204 error an operation needs one of its fields; leave it out if everything is "
	 "meant\n"},
	{"empty lists", RULE("from: [], to: []"),
	 "4:23 BH0204 error 'from' must not be empty\n4:31 BH0204 error 'to' must not be "
	 "empty\n"},
	{"a rule that is null", AUTH(P, "rules: [null]"),
	 "4:16 BH0204 error a rule must not be null\n"},
	{"a number for a port", RULE(TO("ports: [80]")),
	 "4:43 BH0202 error a value of 'ports' must be a string, but is an integer; write it in "
	 "quotes: "
	 "\"80\"\n"},
	{"no port", RULE(TO("ports: ['http', '65536', '-1']")),
	 "4:43 BH0203 error 'http' in 'ports' must be a port number, 0 to 65535\n"
	 "4:51 BH0203 error '65536' in 'ports' must be a port number, 0 to 65535\n"
	 "4:60 BH0203 error '-1' in 'ports' must be a port number, 0 to 65535\n"},
	{"an empty value", RULE(TO("methods: ['']")),
	 "4:45 BH0203 error 'methods' must not have an empty value\n"},
	{"no address", RULE(FROM("ipBlocks: [a.b.c.d, 10.0.0.0/33]")),
	 "4:45 BH0203 error 'a.b.c.d' in 'ipBlocks' must be an address or a block, such as "
	 "10.9.8.0/24\n4:54 BH0203 error ipBlocks '10.0.0.0/33' is not a CIDR block; a block is "
	 "an "
	 "address and the length of its prefix, such as 10.9.8.0/24 or 2001:db8::/64\n"},
	{"templates of paths",
	 RULE(TO("paths: ['/{*}/foo', '/{*}/foo/', '/foo/{**}/bar', '/foo/{**}']")), ""},
	{"what is no template",
	 RULE(TO("paths: ['/foo/{**}bar', '/{*}/{}/x', '/foo/{*}/*', '/foo/{buzz}', "
		 "'/{*}/{buzz=**}', "
		 "'/{*}/{*}.txt', '/{**}/x/{*}', '/{**}/{**}', '/{*}/foo/?abc']")),
	 "4:43 BH0203 error '/foo/{**}bar' in 'paths' " BRACES
	 "4:59 BH0203 error '/{*}/{}/x' in 'paths' " BRACES
	 "4:72 BH0203 error '/foo/{*}/*' in 'paths' " LITERAL
	 "4:86 BH0203 error '/foo/{buzz}' in 'paths' " BRACES
	 "4:101 BH0203 error '/{*}/{buzz=**}' in 'paths' " BRACES
	 "4:119 BH0203 error '/{*}/{*}.txt' in 'paths' " BRACES
	 "4:135 BH0203 error '/{**}/x/{*}' in 'paths' must not have {*} or {**} after {**}\n"
	 "4:150 BH0203 error '/{**}/{**}' in 'paths' must not have {*} or {**} after {**}\n"
	 "4:164 BH0203 error '/{*}/foo/?abc' in 'paths' " LITERAL},
	{"accounts", RULE(FROM("serviceAccounts: ['a*', a/b/c, /b, a/]")),
	 "4:52 BH0203 error 'a*' in 'serviceAccounts' must not have a wildcard\n"
	 "4:58 BH0203 error 'a/b/c' in 'serviceAccounts' must be SERVICE-ACCOUNT or "
	 "NAMESPACE/SERVICE-ACCOUNT\n"
	 "4:65 BH0203 error '/b' in 'serviceAccounts' must be SERVICE-ACCOUNT or "
	 "NAMESPACE/SERVICE-ACCOUNT\n"
	 "4:69 BH0203 error 'a/' in 'serviceAccounts' must be SERVICE-ACCOUNT or "
	 "NAMESPACE/SERVICE-ACCOUNT\n"},
	{"accounts beside principals", RULE(FROM("serviceAccounts: [a], notPrincipals: [b]")),
	 "4:51 BH0203 error 'serviceAccounts' must not stand beside 'notPrincipals'\n"},
	{"principals that nobody has", RULE(FROM("principals: ['spiffe://a/ns/b/sa/c', 'a*b']")),
	 "4:47 BH0205 warning no principal begins with spiffe://: 'spiffe://a/ns/b/sa/c' matches "
	 "nothing; write \"a/ns/b/sa/c\"\n"
	 "4:71 BH0205 warning only one '*', at the beginning or the end, is a wildcard: 'a*b' in "
	 "'principals' matches nothing\n"},
	{"an unknown key", RULE(WHEN("source.ips", "values: [a]")),
	 "4:30 BH0203 error unknown key 'source.ips' in an item of 'when'; did you mean "
	 "'source.ip'?\n"},
	{"an old key", RULE(WHEN("destination.labels[a]", "values: [b]")),
	 "4:30 BH0203 error unknown key 'destination.labels[a]' in an item of 'when'; the "
	 "policy's "
	 "selector says it\n"},
	{"a key without a name", RULE(WHEN("request.headers[]", "values: [b]")),
	 "4:30 BH0203 error key 'request.headers[]' needs a name in brackets: "
	 "'request.headers[NAME]'\n"},
	{"a key without values", RULE(WHEN("source.ip", "values: []")),
	 "4:24 BH0204 error key 'source.ip' needs 'values' or 'notValues'\n"},
	{"DENY without rules", AUTH(P, "action: DENY"),
	 "1:1 BH0204 error action DENY without rules does nothing; for every request and "
	 "connection "
	 "write rules: [{}]\n"},
	{"an action", AUTH(P, "action: Deny, " RULES),
	 "4:16 BH0203 error 'action' must be ALLOW, DENY, AUDIT or CUSTOM, but is 'Deny'; did you "
	 "mean 'DENY'?\n"},
	{"CUSTOM without a provider", AUTH(P, "action: CUSTOM, " RULES),
	 "4:7 BH0204 error action CUSTOM needs 'provider.name'\n"},
	{"what CUSTOM has not",
	 CUSTOM(FROM("principals: ['*']") ", " WHEN("request.auth.claims[a]", "values: [b]")),
	 "4:85 BH0203 error action CUSTOM does not support 'principals'\n"
	 "4:142 BH0203 error action CUSTOM does not support 'request.auth.claims[a] values'\n"},
	{"a provider without CUSTOM", AUTH(P, "provider: {name: opa}"),
	 "4:18 BH0203 error only a policy with action CUSTOM has a provider\n"},
	{"selector and target",
	 AUTH(P,
	      SELECTOR ", targetRef: {kind: Gateway, group: gateway.networking.k8s.io, name: g}"),
	 "4:7 BH0203 error only one of 'selector', 'targetRef' and 'targetRefs' may be there\n"},
	{"another target", AUTH(P, "targetRef: {kind: Deployment, group: apps, name: g}"),
	 "4:19 BH0203 error a targetRef must not be to kind 'Deployment' of group 'apps'; it may "
	 "be "
	 "to Gateway or GatewayClass (gateway.networking.k8s.io), Service (\"\") or ServiceEntry "
	 "(networking.istio.io)\n"},
	{"a Kubernetes selector", AUTH(P, "selector: {matchExpressions: []}"),
	 "4:18 BH0205 warning a selector without labels selects every workload of the scope\n"
	 "4:19 BH0201 error unknown field 'matchExpressions' in a selector; Istio's selectors have "
	 "only matchLabels\n"},
	{"wildcards in labels", AUTH(P, "selector: {matchLabels: {a: 'b*'}}"),
	 "4:33 BH0203 error a selector's labels must not have wildcards\n"},
	{"a DENY of HTTP alone", DENY(TO("methods: [GET]")), "4:30 BH0205 warning " NOT_HTTP},
	{"of tokens alone", DENY(FROM("requestPrincipals: ['*']")),
	 "4:30 BH0205 warning " NOT_HTTP},
	{"with a port it is meant", DENY(TO("methods: [GET], ports: ['80']")), ""},
	{"ports without labels", PEER(P, "portLevelMtls: {80: {mode: STRICT}}"),
	 "4:23 BH0203 error 'portLevelMtls' needs a selector with labels\n"},
	{"no ports", PEER(P, SELECTOR ", portLevelMtls: {}"),
	 "4:58 BH0204 error 'portLevelMtls' must not be empty\n"},
	{"no port there", PEER(P, SELECTOR ", portLevelMtls: {http: {mode: STRICT}, 0: {}}"),
	 "4:59 BH0203 error a key of 'portLevelMtls' must be a port, 1 to 65535, but is 'http'\n"
	 "4:81 BH0203 error a key of 'portLevelMtls' must be a port, 1 to 65535, but is '0'\n"},
	{"a mode", PEER(P, "mtls: {mode: strict}"),
	 "4:21 BH0203 error 'mode' must be UNSET, DISABLE, PERMISSIVE or STRICT, but is 'strict'; "
	 "did you mean 'STRICT'?\n"},
	{"a mode one level too high", PEER(P, "mode: STRICT"),
	 "4:8 BH0201 error unknown field 'mode' in spec; write mtls: {mode: …}\n"},
	{"a version",
	 "apiVersion: security.istio.io/v1alpha1\nkind: PeerAuthentication\nmetadata: {" P "}\n",
	 "1:13 BH0109 error no Kubernetes has a PeerAuthentication in security.istio.io/v1alpha1; "
	 "write 'apiVersion: security.istio.io/v1'\n"},
};

static void check_texts(const char *what, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct policies read;

		policies_read(&read, rows[i].yaml, false);
		ok_int(read.diags.n_errors, 0, "%s: %s: no error", what, rows[i].name);
		ok_str(policies_text(&read), rows[i].want, "%s: %s", what, rows[i].name);
		policies_release(&read);
	}
}

static void test_problems(void)
{
	for (size_t i = 0; i < N(problems); i++) {
		struct policies read;

		policies_read(&read, problems[i].yaml, false);
		ok_str(policies_diags(&read), problems[i].want, "%s", problems[i].name);
		policies_release(&read);
	}
}

int main(void)
{
	check_texts("sources", sources, N(sources));
	check_texts("operations", operations, N(operations));
	check_texts("policies", policies, N(policies));
	check_texts("authentication", authentication, N(authentication));
	test_problems();
	return tap_done();
}
