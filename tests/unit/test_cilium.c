/* SPDX-License-Identifier: Apache-2.0 */
/* The fields of Cilium's policies, one by one: the rules that they become, and what is said of them. */
#include "base/strbuf.h"
#include "lib/policies.h"
#include "lib/tap.h"

#define N(array) (sizeof(array) / sizeof((array)[0]))

#define CNP \
	"apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p, namespace: x}\n"
#define CCNP "apiVersion: cilium.io/v2\nkind: CiliumClusterwideNetworkPolicy\nmetadata: {name: p}\n"
#define KNP \
	"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p, namespace: " \
	"x}\n"
#define ALL "spec:\n  endpointSelector: {}\n"
#define GROUP \
	"---\napiVersion: cilium.io/v2\nkind: CiliumCIDRGroup\nmetadata: {name: g, labels: {of: " \
	"partner}}\n" \
	"spec: {externalCIDRs: [198.51.100.0/24, 2001:db8::/32]}\n"
#define SERVICES \
	"---\napiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: web, labels: {tier: " \
	"web}}\n" \
	"spec: {selector: {app: s}, ports: [{port: 80}]}\n" \
	"---\napiVersion: v1\nkind: Service\nmetadata: {name: out, namespace: web}\nspec: " \
	"{ports: " \
	"[{port: 80}]}\n" \
	"---\napiVersion: v1\nkind: Endpoints\nmetadata: {name: out, namespace: web}\n" \
	"subsets: [{addresses: [{ip: 203.0.113.9}], ports: [{port: 80}]}]\n"

#define V118 \
	{ \
		POLICY_CNI_CILIUM, 1, 18 \
	}
#define V119 \
	{ \
		POLICY_CNI_CILIUM, 1, 19 \
	}
#define V120 \
	{ \
		POLICY_CNI_CILIUM, 1, 20 \
	}

static const struct {
	const char *name;
	struct policy_cni cni;
	const char *yaml;
	const char *text;
	const char *diags;
} rows[] = {
	{"a rule without anything matches nothing",
	 {0},
	 CNP ALL "  ingress: [{}]\n",
	 "x/p selects x: isolates ingress\n",
	 ""},
	{"of an empty list of peers nobody",
	 {0},
	 CNP ALL "  ingress: [{fromEndpoints: []}]\n  egress: [{toCIDRSet: [], toPorts: [{ports: "
		 "[{port: \"80\"}]}]}]\n",
	 "x/p selects x: isolates ingress egress\n",
	 ""},
	{"without peers everybody",
	 {0},
	 CNP ALL "  ingress: [{toPorts: [{ports: [{port: \"80\", protocol: TCP}]}]}]\n",
	 "x/p selects x: isolates ingress\n"
	 "  ingress[0] 6:13 from any ports TCP 80\n",
	 ""},
	{"no ports, and a list of none",
	 {0},
	 CNP ALL "  egress:\n  - {toEntities: [all], toPorts: []}\n  - {toEntities: [all], "
		 "toPorts: [{ports: []}]}\n",
	 "x/p selects x: isolates egress\n"
	 "  egress[0] 7:5 to any ports any\n",
	 "8:35 BH0205 warning without 'ports' this matches nothing; for every port leave the item "
	 "out\n"},
	{"what denies comes first, then what is proxied",
	 {0},
	 CNP ALL
	 "  ingress:\n  - {fromEntities: [all]}\n  - {toPorts: [{ports: [{port: \"80\", protocol: "
	 "TCP}], rules: {http: [{}]}}]}\n  ingressDeny: [{fromEntities: [none]}]\n",
	 "x/p selects x: isolates ingress\n"
	 "  ingressDeny[0] 9:17 deny from any( ) ports any\n"
	 "  ingress[1] 8:5 from any ports TCP 80 if the request is one of http {}\n"
	 "  ingress[0] 7:5 from any ports any\n",
	 ""},
	{"enableDefaultDeny",
	 {0},
	 CNP ALL "  enableDefaultDeny: {ingress: false, egress: true}\n  ingress: [{}]\n",
	 "x/p selects x: isolates\n",
	 "6:47 BH0205 warning 'egress' has no effect: there are no rules of egress\n"},
	{"rules of a proxy that denies nothing by default",
	 {0},
	 CNP ALL "  enableDefaultDeny: {ingress: false, egress: false}\n  ingress: [{toPorts: "
		 "[{ports: [{port: \"80\", protocol: TCP}], rules: {http: [{method: GET}]}}]}]\n  "
		 "egress: [{toPorts: [{ports: [{port: \"53\", protocol: UDP}], rules: {dns: "
		 "[{matchName: a.b}]}}]}]\n",
	 "x/p selects x: isolates\n"
	 "  ingress[0] 7:13 from any ports TCP 80 if the request is one of http {method: GET}, {}\n"
	 "  egress[0] 8:12 to any ports UDP 53 if the query is one of dns a.b, *\n",
	 ""},
	{"specs are policies",
	 {0},
	 CCNP "specs:\n- {endpointSelector: {}, ingress: [{}]}\n- {endpointSelector: {matchLabels: "
	      "{a: b}}, egressDeny: [{toEntities: [all]}]}\n",
	 "p selects {}: isolates ingress\n"
	 "p selects {}:a=b isolates egress\n"
	 "  specs[1].egressDeny[0] 6:58 deny to any ports any\n",
	 ""},
	{"nodes are listed",
	 {0},
	 CCNP "spec: {nodeSelector: {matchLabels: {a: b}}, ingress: [{fromEntities: [all]}]}\n",
	 "p without effect: it binds nodes, not pods\n",
	 "4:7 BH0207 warning 1 CiliumClusterwideNetworkPolicy (cilium.io) without effect: it binds "
	 "nodes, not pods\n"},
	{"Cilium's own endpoints are listed",
	 {0},
	 CCNP "spec: {endpointSelector: {matchLabels: {\"reserved:ingress\": \"\"}}, ingress: "
	      "[{fromEntities: [all]}]}\n",
	 "p without effect: it selects endpoints of Cilium's own, no pods\n",
	 "4:7 BH0207 warning 1 CiliumClusterwideNetworkPolicy (cilium.io) without effect: it "
	 "selects endpoints of Cilium's own, no pods\n"},
	{"the scope of peers",
	 {0},
	 CNP ALL "  ingress:\n  - fromEndpoints:\n    - {}\n    - {matchLabels: {a: b}}\n    - "
		 "{matchLabels: {a: b, io.kubernetes.pod.namespace: z}}\n    - {matchLabels: "
		 "{io.cilium.k8s.namespace.labels.env: dev}}\n    - {matchExpressions: [{key: "
		 "io.kubernetes.pod.namespace, operator: Exists}]}\n",
	 "x/p selects x: isolates ingress\n"
	 "  ingress[0] 7:5 from x: x:a=b {kubernetes.io/metadata.name=z}:a=b {env=dev}: "
	 "{kubernetes.io/metadata.name}: ports any\n",
	 ""},
	{"the scope of peers, clusterwide",
	 {0},
	 CCNP ALL "  ingress:\n  - fromEndpoints:\n    - {}\n    - {matchLabels: {a: b}}\n    - "
		  "{matchLabels: {io.cilium.k8s.namespace.labels.env: dev}}\n",
	 "p selects {}: isolates ingress\n"
	 "  ingress[0] 7:5 from {}: {}:a=b {env=dev}: ports any\n",
	 ""},
	{"sources of labels",
	 {0},
	 CNP ALL "  ingress:\n  - fromEndpoints:\n    - {matchLabels: {\"k8s:a\": b, \"any:c\": "
		 "d}}\n    - {matchLabels: {\"container:a\": b}}\n    - {matchLabels: "
		 "{\"k8s:io.cilium.k8s.policy.serviceaccount\": bot}}\n",
	 "x/p selects x: isolates ingress\n"
	 "  ingress[0] 7:5 from x:a=b,c=d any( ) x:/@name=bot ports any\n",
	 "9:7 BH0205 warning Cilium's identities do not have the label 'container:a'; the selector "
	 "selects nothing\n"},
	{"labels that are no identity's", V120,
	 CNP ALL
	 "  ingress:\n  - fromEndpoints:\n    - {matchLabels: {pod-template-hash: a}}\n    - "
	 "{matchExpressions: [{key: topology.kubernetes.io/zone, operator: DoesNotExist}]}\n",
	 "x/p selects x: isolates ingress\n"
	 "  ingress[0] 7:5 from any( ) x: ports any\n",
	 "8:7 BH0205 warning Cilium's identities do not have the label 'pod-template-hash'; the "
	 "selector selects nothing\n"
	 "9:7 BH0205 warning Cilium's identities do not have the label "
	 "'topology.kubernetes.io/zone'; the requirement is met by everything\n"},
	{"labels that were an identity's", V119,
	 CNP ALL
	 "  ingress: [{fromEndpoints: [{matchLabels: {topology.kubernetes.io/zone: a}}]}]\n",
	 "x/p selects x: isolates ingress\n"
	 "  ingress[0] 6:13 from x:topology.kubernetes.io/zone=a ports any\n",
	 ""},
	{"reserved labels are in no scope",
	 {0},
	 CNP ALL "  egress:\n  - toEndpoints:\n    - {matchLabels: {\"reserved:host\": \"\"}}\n    "
		 "- {matchExpressions: [{key: \"reserved:world\", operator: DoesNotExist}, {key: "
		 "a, operator: Exists}]}\n",
	 "x/p selects x: isolates egress\n"
	 "  egress[0] 7:5 to all( own-node ) all( {}:a none( none( {}: nodes: ) ) ) ports any\n",
	 ""},
	{"labels of blocks",
	 {0},
	 CNP ALL "  egress: [{toEndpoints: [{matchLabels: {\"reserved:world\": \"\", "
		 "\"cidr:10.0.0.0/8\": \"\"}}, {matchLabels: {\"cidr:2001-db8--0/32\": \"\"}}]}]\n",
	 "x/p selects x: isolates egress\n"
	 "  egress[0] 6:12 to all( all( 10.0.0.0/8 none( {}: nodes: ) ) none( {}: nodes: ) ) any( "
	 ") ports any\n",
	 "6:89 BH0205 warning no pod has the label 'cidr:2001-db8--0/32', which is one of "
	 "addresses outside; the selector selects nothing\n"},
	{"another cluster",
	 {0},
	 CNP ALL "  egress: [{toEndpoints: [{matchLabels: {io.cilium.k8s.policy.cluster: far}}, "
		 "{matchLabels: {io.cilium.k8s.policy.cluster: default}}]}]\n",
	 "x/p selects x: isolates egress\n"
	 "  egress[0] 6:12 to any( ) x: ports any\n",
	 "6:27 BH0205 warning the selector leaves this cluster out, whose name is taken to be "
	 "'default'\n"},
	{"NotIn on a namespace", V119,
	 CNP ALL "  egress: [{toEndpoints: [{matchExpressions: [{key: io.kubernetes.pod.namespace, "
		 "operator: NotIn, values: [z]}]}]}]\n",
	 "x/p selects x: isolates egress\n"
	 "  egress[0] 6:12 to {kubernetes.io/metadata.name!=z}: ports any\n",
	 ""},
	{"NotIn on a namespace, of old", V118,
	 CNP ALL "  egress: [{toEndpoints: [{matchExpressions: [{key: io.kubernetes.pod.namespace, "
		 "operator: NotIn, values: [z]}]}]}]\n",
	 "x/p selects x: isolates egress\n"
	 "  egress[0] 6:12 to all( none( {kubernetes.io/metadata.name=z}: ) ) ports any\n",
	 ""},
	{"the namespace of subjects",
	 {0},
	 CNP "spec:\n  endpointSelector: {matchLabels: {\"k8s:io.kubernetes.pod.namespace\": z, a: "
	     "b}}\n  ingress: [{}]\n",
	 "x/p selects x:a=b isolates ingress\n",
	 "5:71 BH0205 warning the policy is for pods of its own namespace 'x': Cilium takes the "
	 "namespace 'z' out of the selector\n"},
	{"entities",
	 {0},
	 CNP ALL "  egress: [{toEntities: [world, host, remote-node, cluster, health, init, "
		 "world-ipv4]}]\n",
	 "x/p selects x: isolates egress\n"
	 "  egress[0] 6:12 to none( {}: nodes: ) own-node all( nodes: none( own-node ) ) any( {}: "
	 "nodes: any( nodes:node-role.kubernetes.io/control-plane "
	 "nodes:node-role.kubernetes.io/master ) ) any( ) any( ) all( 0.0.0.0/0 none( {}: nodes: ) "
	 ") ports any\n",
	 ""},
	{"endpoints of Cilium's own",
	 {0},
	 CNP ALL "  egress: [{toEntities: [health, ingress]}, {toCIDR: [10.0.0.0/8]}]\n"
		 "---\napiVersion: cilium.io/v2\nkind: CiliumNode\nmetadata: {name: m}\nspec: "
		 "{health: {ipv4: 10.0.0.9, ipv6: \"fd00::9\"}, ingress: {ipv4: 10.0.0.8}}\n",
	 "x/p selects x: isolates egress\n"
	 "  egress[0] 6:12 to any( 10.0.0.9/32 fd00::9/128 ) any( 10.0.0.8/32 ) ports any\n"
	 "  egress[1] 6:45 to all( 10.0.0.0/8 none( {}: nodes: any( 10.0.0.9/32 fd00::9/128 ) any( "
	 "10.0.0.8/32 ) ) ) ports any\n",
	 ""},
	{"the API server",
	 {0},
	 CNP ALL "  egress: [{toEntities: [kube-apiserver]}]\n"
		 "---\napiVersion: v1\nkind: Service\nmetadata: {name: kubernetes, namespace: "
		 "default}\nspec: {ports: [{port: 443}]}\n---\napiVersion: v1\nkind: "
		 "Endpoints\nmetadata: {name: kubernetes, namespace: default}\nsubsets: "
		 "[{addresses: [{ip: 203.0.113.1}, {ip: 203.0.113.2}], ports: [{port: 6443}]}]\n",
	 "x/p selects x: isolates egress\n"
	 "  egress[0] 6:12 to any( 203.0.113.1/32 203.0.113.2/32 ) ports any\n",
	 ""},
	{"all among entities",
	 {0},
	 CNP ALL "  egress: [{toEntities: [host, all]}]\n",
	 "x/p selects x: isolates egress\n"
	 "  egress[0] 6:12 to any ports any\n",
	 ""},
	{"blocks",
	 {0},
	 CNP ALL "  egress:\n  - {toCIDR: [10.0.0.1/8, \"::/0\"]}\n  - {toCIDRSet: [{cidr: "
		 "10.0.0.0/8, except: [10.1.0.0/16, 10.0.0.0/8]}]}\n",
	 "x/p selects x: isolates egress\n"
	 "  egress[0] 7:5 to all( 10.0.0.0/8 none( {}: nodes: ) ) all( ::/0 none( {}: nodes: ) ) "
	 "ports any\n"
	 "  egress[1] 8:5 to all( 10.0.0.0/8-10.1.0.0/16-10.0.0.0/8 none( {}: nodes: ) ) ports "
	 "any\n",
	 "7:15 BH0205 warning block '10.0.0.1/8' has bits set beyond its prefix: it is read as "
	 "10.0.0.0/8; write 10.0.0.0/8\n"},
	{"groups of blocks",
	 {0},
	 CNP ALL "  egress: [{toCIDRSet: [{cidrGroupRef: g}, {cidrGroupSelector: {matchLabels: "
		 "{of: partner}}, except: [198.51.100.7/32]}]}]\n" GROUP,
	 "x/p selects x: isolates egress\n"
	 "  egress[0] 6:12 to all( 198.51.100.0/24 none( {}: nodes: ) ) all( 2001:db8::/32 none( "
	 "{}: nodes: ) ) all( 198.51.100.0/24-198.51.100.7/32 none( {}: nodes: ) ) all( "
	 "2001:db8::/32-198.51.100.7/32 none( {}: nodes: ) ) ports any\n",
	 ""},
	{"a group that is not there",
	 {0},
	 CNP ALL "  egress: [{toCIDRSet: [{cidrGroupRef: h}]}]\n" GROUP,
	 "x/p selects x: isolates egress\n",
	 "6:25 BH0205 warning no CiliumCIDRGroup of the input is meant; until there is one this "
	 "matches no address\n"},
	{"services",
	 {0},
	 CNP ALL "  egress:\n  - {toServices: [{k8sService: {serviceName: s, namespace: web}}]}\n  "
		 "- {toServices: [{k8sServiceSelector: {selector: {matchLabels: {tier: web}}}}]}\n "
		 " - {toServices: [{k8sService: {serviceName: out}}], toPorts: [{ports: [{port: "
		 "\"80\"}]}]}\n  - {toServices: [{k8sService: {serviceName: none}}]}\n" SERVICES,
	 "x/p selects x: isolates egress\n"
	 "  egress[0] 7:5 to web:app=s ports any\n"
	 "  egress[1] 8:5 to web:app=s ports any\n"
	 "  egress[2] 9:5 to all( 203.0.113.9/32 none( {}: nodes: ) ) ports TCP 80 UDP 80 SCTP "
	 "80\n",
	 "10:19 BH0205 warning no Service of the input is meant; until there is one this matches "
	 "nobody\n"},
	{"names",
	 {0},
	 CNP ALL "  egress: [{toFQDNs: [{matchName: example.com}, {matchPattern: "
		 "\"*.example.org\"}], toPorts: [{ports: [{port: \"443\", protocol: TCP}]}]}]\n",
	 "x/p selects x: isolates egress\n"
	 "  egress[0] 6:12 to none( {}: nodes: ) ports TCP 443 if the destination is one of "
	 "toFQDNs example.com, *.example.org\n",
	 ""},
	{"groups of AWS",
	 {0},
	 CNP ALL "  ingress: [{fromGroups: [{aws: {securityGroupsIds: [sg-1]}}]}]\n",
	 "x/p selects x: isolates ingress\n"
	 "  ingress[0] 6:13 from none( {}: nodes: ) ports any if the other end is in one of the "
	 "groups of 'aws'\n",
	 ""},
	{"ports",
	 {0},
	 CNP ALL
	 "  ingress: [{toPorts: [{ports: [{port: \"80\", protocol: TCP}, {port: \"1000\", endPort: "
	 "2000, protocol: UDP}, {port: \"0\", protocol: SCTP}, {port: HTTP, protocol: TCP}]}]}]\n",
	 "x/p selects x: isolates ingress\n"
	 "  ingress[0] 6:13 from any ports TCP 80 UDP 1000-2000 SCTP 0-65535 TCP:http\n",
	 ""},
	{"ports of any protocol",
	 {0},
	 CNP ALL "  ingress: [{toPorts: [{ports: [{port: \"0\", protocol: ANY}]}, {ports: [{port: "
		 "dns}]}]}]\n",
	 "x/p selects x: isolates ingress\n"
	 "  ingress[0] 6:13 from any ports TCP 0-65535 UDP 0-65535 SCTP 0-65535\n"
	 "  ingress[0] 6:13 from any ports TCP:dns UDP:dns SCTP:dns\n",
	 ""},
	{"odd ports",
	 {0},
	 CNP ALL "  ingress: [{toPorts: [{ports: [{port: \"010\", protocol: TCP}, {port: \"80\", "
		 "endPort: 70, protocol: TCP}, {port: web, endPort: 90, protocol: TCP}]}]}]\n",
	 "x/p selects x: isolates ingress\n"
	 "  ingress[0] 6:13 from any ports TCP 8 TCP 80 TCP:web\n",
	 "6:40 BH0205 warning 'port' 010 is octal, and read as 8; write \"8\"\n"
	 "6:85 BH0205 warning 'endPort' has no effect; it is less than 'port'\n"
	 "6:126 BH0205 warning 'endPort' has no effect; a range is of numbers, and the port is a "
	 "name\n"},
	{"protocols without ports",
	 {0},
	 CNP ALL "  ingress: [{toPorts: [{ports: [{port: \"0\", protocol: GRE}]}]}]\n",
	 "x/p selects x: isolates ingress\n"
	 "  ingress[0] 6:13 from any ports OTHER 47\n",
	 "6:33 BH0205 warning Cilium takes protocol GRE only with enable-extended-ip-protocols\n"},
	{"a name of old is a number", V119,
	 CNP ALL
	 "  egress: [{toPorts: [{ports: [{port: web, protocol: TCP}, {port: none, protocol: "
	 "TCP}]}]}]\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a, namespace: x}\nspec: "
	 "{containers: [{name: c, ports: [{name: web, containerPort: 8080}]}]}\n",
	 "x/p selects x: isolates egress\n"
	 "  egress[0] 6:12 to any ports TCP 8080\n",
	 ""},
	{"ICMP",
	 {0},
	 CNP ALL "  ingress: [{icmps: [{fields: [{type: 8}, {type: \"13\"}, {type: EchoReply}, "
		 "{family: IPv6, type: EchoRequest}]}]}]\n",
	 "x/p selects x: isolates ingress\n"
	 "  ingress[0] 6:13 from any ports ICMP 2048-2303 ICMP 3328-3583 ICMP 0-65535 ICMPv6 "
	 "32768-33023\n",
	 "6:64 BH0205 warning to Cilium type 0 is every type of ICMP, not only the reply to an "
	 "echo\n"},
	{"ICMP names",
	 {0},
	 CNP ALL "  ingress: [{icmps: [{fields: [{type: EchoReqest}, {type: 256}, {family: IPv6, "
		 "type: Photuris}, {family: IPv6}]}]}]\n",
	 "",
	 "6:39 BH0203 error 'type' must be 0 to 255 or the name of a type of ICMP, but is "
	 "'EchoReqest'; did you mean 'EchoRequest'?\n"
	 "6:59 BH0203 error 'type' must be 0 to 255, but is 256\n"
	 "6:86 BH0203 error 'type' must be 0 to 255 or the name of a type of ICMPv6, but is "
	 "'Photuris'\n"
	 "6:97 BH0204 error an ICMP type needs 'type'\n"},
	{"HTTP",
	 {0},
	 CNP ALL "  ingress: [{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: "
		 "[{method: GET, path: /a, host: b}, {headers: [\"X: 1\"], headerMatches: [{name: "
		 "Z, value: z, mismatch: LOG}]}]}}]}]\n",
	 "x/p selects x: isolates ingress\n"
	 "  ingress[0] 6:13 from any ports TCP 80 if the request is one of http {method: GET, "
	 "path: /a, host: b}, {headers: [\"X: 1\"], headerMatches: [Z: z]}\n",
	 ""},
	{"HTTP that is wrong",
	 {0},
	 CNP ALL "  ingress: [{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: "
		 "[{methods: GET}, {path: \"/a[\"}, {headerMatches: [{mismatch: DROP}]}]}}]}]\n",
	 "",
	 "6:79 BH0201 error unknown field 'methods' in an HTTP rule; there is one 'method', an "
	 "expression: method: \"GET|HEAD\"\n"
	 "6:104 BH0203 error 'path' '/a[' has no closing ']'\n"
	 "6:126 BH0204 error an item of 'headerMatches' needs 'name'\n"
	 "6:137 BH0203 error 'mismatch' must be LOG, ADD, DELETE or REPLACE, but is 'DROP'\n"},
	{"an empty list of HTTP is none",
	 {0},
	 CNP ALL
	 "  ingress: [{toPorts: [{ports: [{port: \"80\", protocol: TCP}], rules: {http: []}}]}]\n",
	 "x/p selects x: isolates ingress\n"
	 "  ingress[0] 6:13 from any ports TCP 80\n",
	 ""},
	{"DNS",
	 {0},
	 CNP ALL "  egress: [{toPorts: [{ports: [{port: \"53\"}], rules: {dns: [{matchPattern: "
		 "\"*\"}, {matchName: a.b}]}}]}]\n",
	 "x/p selects x: isolates egress\n"
	 "  egress[0] 6:12 to any ports TCP 53 UDP 53 SCTP 53 if the query is one of dns *, a.b\n",
	 ""},
	{"server names",
	 {0},
	 CNP ALL "  egress: [{toPorts: [{ports: [{port: \"443\", protocol: TCP}], serverNames: "
		 "[a.b, \"*.c\"]}]}]\n",
	 "x/p selects x: isolates egress\n"
	 "  egress[0] 6:12 to any ports TCP 443 if TLS names one of serverNames a.b, *.c\n",
	 ""},
	{"TLS and listeners",
	 {0},
	 CNP ALL "  egress:\n  - toPorts:\n    - {ports: [{port: \"443\", protocol: TCP}], "
		 "terminatingTLS: {secret: {name: s}}}\n    - {ports: [{port: \"80\", protocol: "
		 "TCP}], listener: {name: l, envoyConfig: {name: e}, priority: 10}}\n    - {ports: "
		 "[{port: \"81\", protocol: TCP}], originatingTLS: {secret: {name: s}}}\n",
	 "x/p selects x: isolates egress\n"
	 "  egress[0] 7:5 to any ports TCP 443 if it is TLS, which ends at the proxy\n"
	 "  egress[0] 7:5 to any ports TCP 80 if the listener l lets it through\n"
	 "  egress[0] 7:5 to any ports TCP 81 if it is TLS, which ends at the proxy\n",
	 ""},
	{"authentication",
	 {0},
	 CNP ALL "  ingress:\n  - {fromEntities: [cluster], authentication: {mode: disabled}}\n  - "
		 "{fromEndpoints: [{}], authentication: {mode: required}}\n  - {fromEndpoints: "
		 "[{}], authentication: {mode: test-always-fail}}\n",
	 "x/p selects x: isolates ingress\n"
	 "  ingress[1] 8:5 from x: ports any if authentication required succeeds\n"
	 "  ingress[2] 9:5 from x: ports any if authentication test-always-fail succeeds\n"
	 "  ingress[0] 7:5 from any( {}: nodes: any( nodes:node-role.kubernetes.io/control-plane "
	 "nodes:node-role.kubernetes.io/master ) ) ports any\n",
	 ""},
	{"kafka",
	 {0},
	 CNP ALL "  ingress: [{toPorts: [{ports: [{port: \"9092\", protocol: TCP}], rules: {kafka: "
		 "[{role: produce}]}}]}]\n",
	 "",
	 "6:73 BH0201 error Cilium 1.20 has no 'kafka' rules; for an older Cilium say which: --cni "
	 "cilium@1.19\n"},
	{"kafka of old", V118,
	 CNP ALL "  ingress: [{toPorts: [{ports: [{port: \"9092\", protocol: TCP}], rules: {kafka: "
		 "[{role: produce}]}}]}]\n",
	 "x/p selects x: isolates ingress\n"
	 "  ingress[0] 6:13 from any ports TCP 9092 if the proxy's 'kafka' rules hold\n",
	 ""},
	{"fromRequires",
	 {0},
	 CNP ALL "  ingress: [{fromRequires: [{matchLabels: {a: b}}]}]\n",
	 "",
	 "6:14 BH0201 error Cilium 1.20 has no 'fromRequires'; for an older Cilium say which: "
	 "--cni cilium@1.19\n"},
	{"fromRequires of old", V118,
	 CNP ALL "  ingress: [{fromRequires: [{matchLabels: {a: b}}], fromEndpoints: [{}]}]\n",
	 "x/p selects x: isolates ingress\n"
	 "  ingress[0] 6:13 deny from {}: ports any if fromRequires does not hold\n"
	 "  ingress[0] 6:13 from x: ports any\n",
	 ""},
	{"fields of other APIs",
	 {0},
	 CNP "spec:\n  podSelector: {}\n  policyTypes: [Ingress]\n  ingress: [{from: "
	     "[{podSelector: {}}], ports: [{port: 80}]}]\n",
	 "",
	 "5:3 BH0201 error unknown field 'podSelector' in spec; did you mean 'endpointSelector'?\n"
	 "6:3 BH0201 error unknown field 'policyTypes' in spec; there are none: a direction with "
	 "rules is closed but for them\n"
	 "7:14 BH0201 error unknown field 'from' in an ingress rule; sources are said by "
	 "fromEndpoints, fromEntities, fromCIDR or fromCIDRSet\n"
	 "7:41 BH0201 error unknown field 'ports' in an ingress rule; write toPorts: - ports: "
	 "[{port: …, protocol: …}]\n"},
	{"fields in the wrong place",
	 {0},
	 CNP ALL "  ingress: [{fromEndpoints: [{}], rules: {http: [{}]}}]\n  egressDeny: "
		 "[{toFQDNs: [{matchName: a}]}]\n",
	 "",
	 "6:35 BH0201 error unknown field 'rules' in an ingress rule; 'rules' goes into an item of "
	 "'toPorts', beside 'ports'\n"
	 "7:17 BH0201 error unknown field 'toFQDNs' in an egressDeny rule; a rule that denies has "
	 "no names: they are allowed, or not\n"},
	{"wrong types",
	 {0},
	 CNP ALL "  enableDefaultDeny: {ingress: \"no\"}\n  ingress: [{toPorts: [{ports: [{port: "
		 "80}]}]}]\n",
	 "",
	 "6:32 BH0202 error 'ingress' must be a boolean, but is a string; write true or false, "
	 "without quotes\n"
	 "7:40 BH0202 error 'port' must be a string, but is an integer; write it in quotes: "
	 "\"80\"\n"},
	{"a policy of nodes has no HTTP",
	 {0},
	 CCNP "spec: {nodeSelector: {}, ingress: [{toPorts: [{ports: [{port: \"80\", protocol: "
	      "TCP}], rules: {http: [{}]}}]}]}\n",
	 "",
	 "4:93 BH0203 error a policy of nodes has no rules of a proxy but 'dns' of egress\n"},
	{"an entity of 1.20", V119, CNP ALL "  ingress: [{fromEntities: [cluster-mesh]}]\n", "",
	 "6:29 BH0203 error only Cilium 1.20 and later know the entity 'cluster-mesh'\n"},
	{"no spec at all",
	 {0},
	 CNP,
	 "",
	 "1:1 BH0204 error the policy needs 'spec' or 'specs'; write spec: {endpointSelector: …, "
	 "ingress: …, egress: …}\n"},
	{"specs without an item",
	 {0},
	 CNP "specs: []\n",
	 "p without effect: 'specs' is empty\n",
	 "1:1 BH0207 warning 1 CiliumNetworkPolicy (cilium.io) without effect: 'specs' is empty\n"},
	{"another version of the API",
	 {0},
	 "apiVersion: cilium.io/v1\nkind: CiliumNetworkPolicy\nmetadata: {name: p, namespace: "
	 "x}\nspec: {}\n",
	 "",
	 "1:13 BH0109 error no Kubernetes has a CiliumNetworkPolicy in cilium.io/v1; write "
	 "'apiVersion: cilium.io/v2'\n"},
	{"NetworkPolicy under Cilium", V120,
	 KNP
	 "spec:\n  podSelector: {matchLabels: {pod-template-hash: a}}\n  policyTypes: [Egress]\n  "
	 "ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}, {podSelector: "
	 "{matchExpressions: [{key: pod-template-hash, operator: DoesNotExist}]}}]}]\n",
	 "x/p selects any( ) isolates ingress egress\n"
	 "  ingress[0] 7:13 from all( 10.0.0.0/8-10.1.0.0/16 none( {}: nodes: ) ) x: ports any\n",
	 "1:1 BH0205 warning Cilium's identities do not have the label 'pod-template-hash'; the "
	 "selector selects nothing\n"
	 "7:3 BH0205 warning Cilium enforces the ingress rules, though 'policyTypes' does not have "
	 "Ingress; add Ingress to 'policyTypes', or remove the rules\n"
	 "7:75 BH0205 warning Cilium's identities do not have the label 'pod-template-hash'; the "
	 "requirement is met by everything\n"},
	{"NetworkPolicy under an old Cilium", V118,
	 KNP "spec:\n  podSelector: {}\n  ingress: [{from: [{namespaceSelector: {matchExpressions: "
	     "[{key: env, operator: NotIn, values: [dev]}]}}]}]\n",
	 "x/p selects x: isolates ingress\n"
	 "  ingress[0] 6:13 from any( {env!=dev}: none( {}: ) ) ports any\n",
	 ""},
};

int main(void)
{
	for (size_t i = 0; i < N(rows); i++) {
		const struct policy_options options = {.cni = rows[i].cni};
		struct policies policies;

		policies_read_under(&policies, rows[i].yaml, &options);
		ok_str(policies_text(&policies), rows[i].text, "%s", rows[i].name);
		ok_str(policies_diags(&policies), rows[i].diags, "%s: problems", rows[i].name);
		policies_release(&policies);
	}
	return tap_done();
}
