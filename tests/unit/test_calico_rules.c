/* SPDX-License-Identifier: Apache-2.0 */
/* Calico's policies, tiers and network sets: what valid ones become. */
#include "base/strbuf.h"
#include "lib/cluster.h"
#include "lib/policies.h"
#include "lib/tap.h"

#include <string.h>

#define API "apiVersion: projectcalico.org/v3\nkind: "
#define NP(spec) API "NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: {" spec "}\n"
#define GNP(spec) API "GlobalNetworkPolicy\nmetadata: {name: p}\nspec: {" spec "}\n"
#define RULE(rule) NP("ingress: [{" rule "}]")
#define FROM(source) RULE("action: Allow, source: {" source "}")
#define NEXT "---\n"

static const struct {
	const char *name;
	const char *yaml;
	const char *diags;
	const char *want;
} rows[] = {
	{"nothing said is everything of the namespace, ingress only", NP(""), "",
	 "shop/p selects shop: isolates ingress\n"},
	{"rules of egress only", NP("egress: [{action: Deny}]"), "",
	 "shop/p selects shop: isolates egress\n"
	 "  egress[0] 4:17 deny to any ports any\n"},
	{"both", NP("ingress: [{action: Allow}], egress: [{action: Deny}]"), "",
	 "shop/p selects shop: isolates ingress egress\n"
	 "  ingress[0] 4:18 from any ports any\n"
	 "  egress[0] 4:45 deny to any ports any\n"},
	{"types", NP("types: [Egress]"), "", "shop/p selects shop: isolates egress\n"},
	{"a conjunction is one selector",
	 NP("selector: \"a == 'b' && has(c) && d in {'x', 'y'} && !(e in {'z'}) && !has(f)\""), "",
	 "shop/p selects shop:a=b,c,d in (x,y),e!=z,!f isolates ingress\n"},
	{"a disjunction is a tree", NP("selector: \"a == 'b' || !(c == 'd' && has(e))\""), "",
	 "shop/p selects all( any( {}:a=b any( {}:c!=d {}:!e ) ) shop: ) isolates ingress\n"},
	{"what has no opposite", NP("selector: \"a starts with 'b' && !(c contains 'd')\""), "",
	 "shop/p selects all( {}: all( all( none( {}:c contains d ) {}:a starts with b ) shop: ) ) "
	 "isolates ingress\n"},
	{"of a namespace and an account",
	 GNP("namespaceSelector: \"team == 'red' || projectcalico.org/name == 'x'\", "
	     "serviceAccountSelector: \"role != 'be'\""),
	 "",
	 "p selects all( any( {team=red}: {kubernetes.io/metadata.name=x}: ) {}:/role!=be ) "
	 "isolates ingress\n"},
	{"what pods inherit",
	 GNP("selector: \"pcns.team == 'red' && pcsa.projectcalico.org/name in {'x'} && "
	     "projectcalico.org/serviceaccount != 'y' && projectcalico.org/namespace == 'z' && "
	     "projectcalico.org/orchestrator == 'k8s'\""),
	 "", "p selects z:/@name=x,@name!=y isolates ingress\n"},
	{"an orchestrator that nobody has",
	 GNP("selector: \"projectcalico.org/orchestrator == 'x'\""), "",
	 "p selects any( ) isolates ingress\n"},
	{"a rule selects in its own namespace", FROM("selector: a == 'b'"), "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from shop:a=b ports any\n"},
	{"and beyond it", FROM("selector: \"a == 'b'\", namespaceSelector: all()"), "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from {}:a=b ports any\n"},
	{"by what it does not select too", FROM("notSelector: has(a)"), "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from shop:!a ports any\n"},
	{"a global one everywhere", GNP("ingress: [{action: Allow, source: {selector: a == 'b'}}]"),
	 "",
	 "p selects {}: isolates ingress\n"
	 "  ingress[0] 4:18 from {}:a=b ports any\n"},
	{"what it does not select is outside too",
	 GNP("ingress: [{action: Allow, source: {notSelector: has(a)}}]"), "",
	 "p selects {}: isolates ingress\n"
	 "  ingress[0] 4:18 from none( {}:a ) ports any\n"},
	{"global() are no pods", FROM("namespaceSelector: global()"), "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from ports any\n"},
	{"accounts by name and by label",
	 FROM("serviceAccounts: {names: [x, z], selector: \"role == 'fe'\"}"), "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from shop:/@name in (x,z),role=fe ports any\n"},
	{"nets and what they are without",
	 FROM("nets: [10.0.0.0/8, 192.0.2.0/24], notNets: [10.1.0.0/16]"), "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from 10.0.0.0/8-10.1.0.0/16 192.0.2.0/24 ports any\n"},
	{"notNets alone", FROM("notNets: ['2001:db8::/32']"), "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from ::/0-2001:db8::/32 ports any\n"},
	{"a net that nothing is left of",
	 FROM("nets: [10.0.0.0/8, 192.0.2.0/24], notNets: [192.0.2.0/24]"), "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from 10.0.0.0/8 ports any\n"},
	{"nets and a selector",
	 GNP("ingress: [{action: Allow, source: {nets: [10.0.0.0/8], selector: has(a)}}]"), "",
	 "p selects {}: isolates ingress\n"
	 "  ingress[0] 4:18 from all( 10.0.0.0/8 {}:a ) ports any\n"},
	{"the family", RULE("action: Deny, ipVersion: 6"), "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 deny from ::/0 ports any\n"},
	{"ports",
	 RULE("action: Allow, protocol: TCP, destination: {ports: [80, \"90:99\", http, \"443\"], "
	      "notPorts: [95, x]}"),
	 "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from any ports TCP 80 TCP 90-99 TCP:http TCP 443 but TCP 95 TCP:x\n"},
	{"a protocol by number", RULE("action: Allow, protocol: 17, notProtocol: 6"), "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from any ports UDP 0-65535 but TCP 0-65535\n"},
	{"in quotes", RULE("action: Allow, protocol: \"132\""), "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from any ports SCTP 0-65535\n"},
	{"another protocol", RULE("action: Allow, protocol: UDPLite"), "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from any ports OTHER 136\n"},
	{"all but one", RULE("action: Allow, notProtocol: TCP"), "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from any ports TCP 0-65535 UDP 0-65535 SCTP 0-65535 ICMP 0-65535 "
	 "ICMPv6 0-65535 OTHER 0-255 but TCP 0-65535\n"},
	{"a name without a protocol", RULE("action: Allow, destination: {ports: [http]}"), "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from any ports TCP:http UDP:http SCTP:http\n"},
	{"ICMP", RULE("action: Allow, protocol: ICMP, icmp: {type: 8}"), "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from any ports ICMP 2048-2303\n"},
	{"ICMP with a code", RULE("action: Allow, protocol: ICMPv6, icmp: {type: 1, code: 4}"), "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from any ports ICMPv6 260\n"},
	{"but one type", RULE("action: Allow, protocol: ICMP, notICMP: {type: 3}"), "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from any ports ICMP 0-65535 but ICMP 768-1023\n"},
	{"source ports",
	 RULE("action: Allow, protocol: UDP, source: {ports: [\"1024:65535\"], notPorts: [5353]}"),
	 "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from any ports UDP 0-65535 source ports 1024-5352 5354-65535\n"},
	{"log goes on", NP("ingress: [{action: Log}, {action: Pass}, {action: Deny}]"), "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[1] 4:33 pass from any ports any\n"
	 "  ingress[2] 4:49 deny from any ports any\n"},
	{"HTTP",
	 RULE("action: Allow, http: {methods: [GET, HEAD], paths: [{exact: /a}, {prefix: /b}]}"),
	 "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from any ports any if the HTTP method is GET, HEAD and the HTTP path "
	 "is /a or is under /b\n"},
	{"any method of any path", RULE("action: Allow, http: {methods: [\"*\"]}"), "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 from any ports any\n"},
	{"a rule of the own side",
	 NP("ingress: [{action: Deny}, {action: Allow, destination: {selector: \"a == 'b'\"}}, "
	    "{action: Allow, destination: {nets: [10.0.0.0/24]}}, {action: Pass}]"),
	 "",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 deny from any ports any\n"
	 "shop/p selects all( shop: shop:a=b ) isolates\n"
	 "  ingress[1] 4:34 from any ports any\n"
	 "shop/p selects all( shop: 10.0.0.0/24 ) isolates\n"
	 "  ingress[2] 4:88 from 0.0.0.0/0 ports any\n"
	 "shop/p selects shop: isolates\n"
	 "  ingress[3] 4:141 pass from any ports any\n"},
	{"a tier that passes isolates nobody",
	 "apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: t}\nspec: {order: 5, "
	 "defaultAction: Pass}\n" NEXT GNP("tier: t, ingress: [{action: Allow}]"),
	 "",
	 "p selects {}: isolates\n"
	 "  ingress[0] 9:27 from any ports any\n"},
	{"host endpoints only",
	 GNP("doNotTrack: true, applyOnForward: true, ingress: [{action: Deny}]"),
	 "1:1 BH0207 warning 1 GlobalNetworkPolicy (projectcalico.org) without effect: doNotTrack "
	 "is for host endpoints, not for pods\n",
	 "p without effect: doNotTrack is for host endpoints, not for pods\n"},
	{"network sets",
	 "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {name: s, labels: "
	 "{a: b}}\nspec: {nets: [192.0.2.7, 10.0.0.5/8, \"2001:db8::/32\"]}\n" NEXT
	 "apiVersion: projectcalico.org/v3\nkind: NetworkSet\nmetadata: {name: s, namespace: shop, "
	 "labels: {a: b}}\nspec: {nets: [198.51.100.0/24]}\n" NEXT GNP(
		 "ingress: [{action: Allow, source: {selector: a == 'b'}}]")
		 NEXT FROM("selector: a == 'b'"),
	 "",
	 "p selects {}: isolates ingress\n"
	 "  ingress[0] 14:18 from {}:a=b 192.0.2.7/32 10.0.0.0/8 2001:db8::/32 198.51.100.0/24 "
	 "ports any\n"
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 19:18 from shop:a=b 198.51.100.0/24 ports any\n"},
	{"a service without a selector is its addresses",
	 "{apiVersion: v1, kind: Service, metadata: {name: s, namespace: shop}, "
	 "spec: {ports: [{port: 80, targetPort: 8080}]}}\n" NEXT
	 "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: s-1, "
	 "namespace: shop, labels: {kubernetes.io/service-name: s}}, addressType: IPv4, "
	 "endpoints: [{addresses: [192.0.2.9]}], ports: [{port: 8080}]}\n" NEXT NP(
		 "egress: [{action: Allow, destination: {services: {name: s}}}]"),
	 "",
	 "shop/p selects shop: isolates egress\n"
	 "  egress[0] 8:17 to 192.0.2.9/32 ports TCP 8080\n"},
	{"what is to be deleted has no rules",
	 API "StagedKubernetesNetworkPolicy\nmetadata: {name: p, namespace: shop}\n"
	     "spec: {stagedAction: Delete}\n",
	 "", "shop/p selects {}: isolates\n"},
	{"services",
	 "apiVersion: v1\nkind: Service\nmetadata: {name: s, namespace: shop}\nspec: {selector: "
	 "{a: b}, ports: [{port: 80, targetPort: 8080}, {port: 53, protocol: UDP, targetPort: "
	 "dns}]}\n" NEXT NP("ingress: [{action: Allow, source: {services: {name: s}}}], egress: "
			    "[{action: Allow, destination: {services: {name: s}}}, {action: Allow, "
			    "protocol: TCP, destination: {services: {name: s, namespace: shop}}}]"),
	 "",
	 "shop/p selects shop: isolates ingress egress\n"
	 "  ingress[0] 9:18 from shop:a=b ports any\n"
	 "  egress[0] 9:76 to shop:a=b ports TCP 8080 UDP:dns\n"
	 "  egress[1] 9:129 to shop:a=b ports TCP 8080\n"},
	{"as a custom resource",
	 "apiVersion: crd.projectcalico.org/v1\nkind: NetworkPolicy\nmetadata: {name: default.p, "
	 "namespace: shop}\nspec: {order: 3.5, selector: all()}\n",
	 "", "shop/default.p selects shop: isolates ingress\n"},
	{"order",
	 "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: z}\nspec: "
	 "{order: -1}\n" NEXT "apiVersion: projectcalico.org/v3\nkind: "
	 "GlobalNetworkPolicy\nmetadata: {name: b}\nspec: {}\n" NEXT
	 "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: "
	 "a.b}\nspec: {order: 7}\n" NEXT
	 "apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: "
	 "a-b}\nspec: {order: 7}\n",
	 "",
	 "z selects {}: isolates ingress\n"
	 "a-b selects {}: isolates ingress\n"
	 "a.b selects {}: isolates ingress\n"
	 "b selects {}: isolates ingress\n"},
	{"staged kinds",
	 "apiVersion: projectcalico.org/v3\nkind: StagedNetworkPolicy\nmetadata: {name: p, "
	 "namespace: shop}\nspec: {ingress: [{action: Deny}]}\n" NEXT
	 "apiVersion: projectcalico.org/v3\nkind: StagedGlobalNetworkPolicy\nmetadata: {name: "
	 "p}\nspec: {stagedAction: Ignore}\n" NEXT
	 "apiVersion: projectcalico.org/v3\nkind: StagedKubernetesNetworkPolicy\nmetadata: {name: "
	 "p, namespace: shop}\nspec: {podSelector: {}, stagedAction: Set, ingress: [{}]}\n",
	 "6:1 BH0207 warning 1 StagedGlobalNetworkPolicy (projectcalico.org) without effect: "
	 "stagedAction is Ignore\n",
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 14:54 from any ports any\n"
	 "shop/p selects shop: isolates ingress\n"
	 "  ingress[0] 4:18 deny from any ports any\n"
	 "p without effect: stagedAction is Ignore\n"},
};

/* Policies of equal order, with a NetworkPolicy among them, as versions order them. */
static void check_ties(const char *version, const char *want)
{
	static const char yaml[] = API
		"NetworkPolicy\nmetadata: {name: k, namespace: shop}\nspec: {order: 1000}\n" NEXT API
		"GlobalNetworkPolicy\nmetadata: {name: x}\nspec: {order: 1000}\n" NEXT
		"apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
		"metadata: {name: z, namespace: shop}\nspec: {podSelector: {}}\n" NEXT
		"apiVersion: crd.projectcalico.org/v1\nkind: GlobalNetworkPolicy\n"
		"metadata: {name: default.l}\nspec: {order: 1000}\n";
	struct policy_options options = {.cni = {.id = POLICY_CNI_CALICO}};
	struct strbuf got = {0};
	struct cluster cluster;

	policy_cni_version(version, &options.cni);
	cluster_load_under(&cluster, "test", yaml, NULL, &options);
	for (uint32_t i = 0; i < cluster.policies->n_policies; i++)
		strbuf_printf(&got, "%s ", cluster.policies->policies[i]->name);
	ok_str(strbuf_str(&got), want, "ties of %s", version);
	strbuf_release(&got);
	cluster_release(&cluster);
}

int main(void)
{
	struct policies policies;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		policies_read(&policies, rows[i].yaml, false);
		ok_str(policies_diags(&policies), rows[i].diags, "%s: problems", rows[i].name);
		ok_str(policies_text(&policies), rows[i].want, "%s", rows[i].name);
		policies_release(&policies);
	}
	check_ties("3.32", "k default.l x z ");
	check_ties("3.31", "default.l x k z ");
	return tap_done();
}
