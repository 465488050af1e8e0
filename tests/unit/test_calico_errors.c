/* SPDX-License-Identifier: Apache-2.0 */
/* Calico's policies, tiers and network sets: what is wrong, where, and what to write. */
#include "lib/policies.h"
#include "lib/tap.h"

#include <string.h>

#define API "apiVersion: projectcalico.org/v3\nkind: "
#define NP(spec) API "NetworkPolicy\nmetadata: {name: p, namespace: shop}\nspec: {" spec "}\n"
#define GNP(spec) API "GlobalNetworkPolicy\nmetadata: {name: p}\nspec: {" spec "}\n"
#define RULE(rule) NP("ingress: [{" rule "}]")
#define FROM(source) RULE("action: Allow, source: {" source "}")

static const struct {
	const char *yaml;
	const char *want; /* all diagnostics */
} rows[] = {
	{API "NetworkPolicy\nmetadata: {name: p, namespace: shop}\n",
	 "1:1 BH0205 warning without 'spec' the policy isolates every pod of its namespace; if "
	 "that is meant write spec: {selector: all()}\n"},
	{API "GlobalNetworkPolicy\nmetadata: {name: p}\nspec:\n",
	 "1:1 BH0205 warning without 'spec' the policy isolates every pod; if that is meant write "
	 "spec: {selector: all()}\n"},
	{NP("order: x"), "4:15 BH0202 error 'order' must be a number, but is a string; write the "
			 "number without quotes\n"},
	{NP("order: .inf"), "4:15 BH0203 error 'order' must be a number, but is .inf\n"},
	{NP("Order: 1"), "4:8 BH0201 error unknown field 'Order' in spec; did you mean 'order'?\n"},
	{NP("tier: nosuch"),
	 "4:14 BH0203 error the input has no Tier 'nosuch'; add the Tier object: its order and "
	 "defaultAction decide what comes of the policy\n"},
	{NP("types: [Ingress, Ingress]"), "4:25 BH0203 error 'Ingress' is in 'types' twice\n"},
	{NP("types: [ingress]"), "4:16 BH0203 error policy type must be Egress or Ingress, but is "
				 "'ingress'; did you mean 'Ingress'?\n"},
	{NP("podSelector: {}"), "4:8 BH0201 error unknown field 'podSelector' in spec; write "
				"selector: \"LABEL == 'VALUE'\"\n"},
	{NP("namespaceSelector: all()"),
	 "4:8 BH0201 error unknown field 'namespaceSelector' in spec; only a GlobalNetworkPolicy "
	 "has one: this policy is for the pods of its own namespace\n"},
	{NP("selector: \"a = 'b'\""),
	 "4:21 BH0203 error 'selector': a single '=' is no operator; equality is written '=='\n"},
	{NP("selector: a == b"), "4:23 BH0203 error 'selector': expected a text in quotes, but "
				 "found b; put the value in quotes\n"},
	{"apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: p, namespace: "
	 "shop}\nspec:\n  selector: |\n    a == 'b'\n",
	 "6:13 BH0203 error 'selector': a line break within a selector; a selector is one line; "
	 "after '>-' YAML joins the lines\n"},
	{"apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: p, namespace: "
	 "shop}\nspec:\n  selector: >-\n    a == 'b' &&\n    c in ('d')\n",
	 "7:10 BH0203 error 'selector': expected a set, but found (; a set is written {'a', "
	 "'b'}\n"},
	{NP("selector: global()"),
	 "4:18 BH0203 error 'selector' must not have global(), which only the namespaceSelector of "
	 "a source or destination may have\n"},
	{NP("serviceAccountSelector: global()"),
	 "4:32 BH0203 error 'serviceAccountSelector' must not have global(), which only the "
	 "namespaceSelector of a source or destination may have\n"},
	{NP("selector: {app: web}"),
	 "4:18 BH0202 error 'selector' must be a string, but is a mapping\n"},
	{RULE("action: allow"), "4:27 BH0203 error 'action' must be Allow, Deny, Log or Pass, but "
				"is 'allow'; did you mean 'Allow'?\n"},
	{RULE(""), "4:18 BH0204 error a rule needs 'action'\n"},
	{RULE("action: Allow, from: []"),
	 "4:34 BH0201 error unknown field 'from' in a rule; write source: {…}\n"},
	{RULE("action: Allow, ipVersion: 5"),
	 "4:45 BH0203 error 'ipVersion' must be 4 or 6, but is 5\n"},
	{FROM("nets: [10.0.0.0]"), "4:50 BH0203 error net '10.0.0.0' must be a CIDR block without "
				   "host bits; for the one address write 10.0.0.0/32\n"},
	{FROM("nets: [10.0.0.5/24]"), "4:50 BH0203 error net '10.0.0.5/24' must be a CIDR block "
				      "without host bits; write 10.0.0.0/24\n"},
	{FROM("nets: [x]"), "4:50 BH0203 error net 'x' must be a CIDR block without host bits\n"},
	{FROM("nets: [10.0.0.0/8, '2001:db8::/32']"),
	 "4:42 BH0203 error the nets of a rule must all be IPv4 or all be IPv6, as its 'ipVersion' "
	 "says if it has one\n"},
	{RULE("action: Allow, ipVersion: 6, source: {nets: [10.0.0.0/8]}"),
	 "4:56 BH0203 error the nets of a rule must all be IPv4 or all be IPv6, as its 'ipVersion' "
	 "says if it has one\n"},
	{FROM("domains: [a.b]"), "4:43 BH0201 error unknown field 'domains' in 'source'; only "
				 "Calico Enterprise and Calico Cloud have domains\n"},
	{FROM("selector: has(a) has(b)"),
	 "4:60 BH0203 error 'selector': expected '&&', '||' or the end, but found has(b)\n"},
	{FROM("selector: global()"),
	 "4:53 BH0203 error 'selector' must not have global(), which only the namespaceSelector of "
	 "a source or destination may have\n"},
	{FROM("namespaceSelector: \"global() || has(a)\""),
	 "4:62 BH0203 error global() must not be combined with other selectors\n"},
	{FROM("serviceAccounts: {selector: \"!\"}"),
	 "4:73 BH0203 error 'selector': the selector ends where a label, has(), all(), '!' or '(' "
	 "is expected\n"},
	{FROM("serviceAccounts: {name: x}"),
	 "4:61 BH0201 error unknown field 'name' in 'serviceAccounts'; did you mean 'names'?\n"},
	{FROM("services: {name: s}"),
	 "4:53 BH0205 warning the input has no Service shop/s: the rule matches nothing\n"},
	{FROM("services: {}"), "4:53 BH0204 error 'services' needs the 'name' of a Service\n"},
	{GNP("ingress: [{action: Allow, source: {services: {name: s}}}]"),
	 "4:53 BH0204 error 'services' of a GlobalNetworkPolicy needs a 'namespace'\n"},
	{FROM("services: {name: s, namespace: shop}, selector: has(a), nets: [10.0.0.0/8]"),
	 "4:53 BH0205 warning the input has no Service shop/s: the rule matches nothing\n"
	 "4:91 BH0203 error 'selector' must not be beside 'services'\n"
	 "4:105 BH0203 error 'nets' must not be beside 'services'\n"},
	{RULE("action: Allow, destination: {services: {name: s}}"),
	 "4:47 BH0203 error 'services' must not be in the destination of an ingress rule\n"
	 "4:58 BH0205 warning the input has no Service shop/s: the rule matches nothing\n"},
	{NP("egress: [{action: Allow, destination: {services: {name: s}, ports: [80]}}]"),
	 "4:57 BH0205 warning the input has no Service shop/s: the rule matches nothing\n"
	 "4:75 BH0203 error 'ports' must not be beside 'services'\n"
	 "4:76 BH0203 error ports with numbers need protocol TCP, UDP or SCTP; add protocol: TCP "
	 "to the rule\n"},
	{RULE("action: Allow, destination: {ports: [80]}"),
	 "4:56 BH0203 error ports with numbers need protocol TCP, UDP or SCTP; add protocol: TCP "
	 "to the rule\n"},
	{RULE("action: Allow, protocol: ICMP, destination: {ports: [80]}"),
	 "4:72 BH0203 error ports with numbers need protocol TCP, UDP or SCTP; add protocol: TCP "
	 "to the rule\n"},
	{RULE("action: Allow, protocol: TCP, destination: {ports: [0]}"),
	 "4:71 BH0203 error a port must be 1 to 65535, but is 0\n"},
	{RULE("action: Allow, protocol: TCP, destination: {ports: [\"99:90\"]}"),
	 "4:71 BH0203 error the first port of range '99:90' is more than the last\n"},
	{RULE("action: Allow, protocol: TCP, destination: {ports: [\"1-9\"]}"),
	 "4:71 BH0205 warning no pod has a port with the name '1-9', which must have at least one "
	 "letter; a range is written \"80:90\"\n"},
	{RULE("action: Allow, protocol: TCP, destination: {ports: [\"a b\"]}"),
	 "4:71 BH0203 error 'a b' is neither a port, a range nor the name of a port; write 80, "
	 "\"80:90\" or the name of a container's port\n"},
	{RULE("action: Allow, protocol: TCP, destination: {ports: [true]}"),
	 "4:71 BH0202 error a port must be an integer or a string, but is a boolean\n"},
	{RULE("action: Allow, protocol: TCP, destination: {ports: [Web_Port]}"),
	 "4:71 BH0205 warning no pod has a port with the name 'Web_Port', which must be lower case "
	 "letters, digits or '-'\n"},
	{RULE("action: Allow, protocol: TCP, destination: {ports: [\"70000\"]}"),
	 "4:71 BH0203 error a port must be 1 to 65535, but is 70000\n"},
	{RULE("action: Allow, protocol: tcp"),
	 "4:44 BH0203 error 'protocol' must be TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or 1 to 255, "
	 "but is 'tcp'; did you mean 'TCP'?\n"},
	{RULE("action: Allow, protocol: 0"),
	 "4:44 BH0203 error 'protocol' must be 1 to 255, but is 0\n"},
	{RULE("action: Allow, protocol: \"256\""),
	 "4:44 BH0203 error 'protocol' must be TCP, UDP, ICMP, ICMPv6, SCTP, UDPLite or 1 to 255, "
	 "but is '256'\n"},
	{RULE("action: Allow, protocol: []"),
	 "4:44 BH0202 error 'protocol' must be an integer or a string, but is a list\n"},
	{RULE("action: Allow, icmp: {type: 8}"),
	 "4:40 BH0203 error 'icmp' needs protocol ICMP or ICMPv6\n"},
	{RULE("action: Allow, protocol: ICMP, icmp: {code: 8}"),
	 "4:56 BH0204 error an ICMP 'code' needs a 'type'\n"},
	{RULE("action: Allow, protocol: ICMP, icmp: {type: 255}"),
	 "4:63 BH0203 error 'type' must be 0 to 254, but is 255\n"},
	{RULE("action: Allow, protocol: ICMP, ipVersion: 6"),
	 "4:61 BH0203 error 'ipVersion' must be 4 with protocol ICMP, but is 6\n"},
	{RULE("action: Allow, protocol: ICMPv6, ipVersion: 4"),
	 "4:63 BH0203 error 'ipVersion' must be 6 with protocol ICMPv6, but is 4\n"},
	{RULE("action: Allow, notICMP: {type: 8}"),
	 "4:43 BH0205 warning 'notICMP' without protocol ICMP or ICMPv6 is read, but cannot be "
	 "rendered by every data plane\n"},
	{RULE("action: Deny, http: {methods: [GET]}"),
	 "4:39 BH0203 error 'http' can only be in a rule with action Allow\n"},
	{RULE("action: Allow, protocol: UDP, http: {methods: [GET]}"),
	 "4:55 BH0203 error 'http' needs protocol TCP or none\n"},
	{NP("egress: [{action: Allow, http: {}}]"),
	 "4:39 BH0203 error 'http' can only be in an ingress rule\n"},
	{RULE("action: Allow, http: {methods: [GET, GET]}"),
	 "4:56 BH0203 error method 'GET' is there twice\n"},
	{RULE("action: Allow, http: {paths: [{}]}"),
	 "4:49 BH0204 error a path needs 'exact' or 'prefix'\n"},
	{RULE("action: Allow, http: {paths: [{exact: /a, prefix: /b}]}"),
	 "4:49 BH0203 error a path must have only one of 'exact' and 'prefix'\n"},
	{RULE("action: Allow, http: {paths: [{exact: a}]}"),
	 "4:57 BH0203 error path 'a' must start with '/' and have no '?', '#' or blank\n"},
	{RULE("action: Allow, http: {path: /a}"),
	 "4:41 BH0201 error unknown field 'path' in 'http'; did you mean 'paths'? It is a list: - "
	 "exact: /PATH\n"},
	{GNP("doNotTrack: true"), "4:20 BH0203 error 'doNotTrack' needs applyOnForward: true\n"},
	{GNP("doNotTrack: true, preDNAT: true, applyOnForward: true"),
	 "4:20 BH0203 error 'doNotTrack' and 'preDNAT' must not both be true\n"},
	{GNP("preDNAT: true, applyOnForward: true, egress: [{action: Deny}]"),
	 "4:17 BH0203 error 'preDNAT' must not have egress rules\n"},
	{GNP("preDNAT: true, applyOnForward: true, types: [Egress]"),
	 "4:53 BH0203 error 'preDNAT' must not have the type Egress\n"},
	{GNP("performanceHints: [x]"),
	 "4:27 BH0203 error a performance hint must be AssumeNeededOnEveryNode, but is 'x'\n"},
	{NP("stagedAction: Set"), "4:22 BH0201 error unknown field 'stagedAction' in spec; a "
				  "staged policy is of kind StagedNetworkPolicy\n"},
	{NP("types: [Egress], ingress: [{action: Allow}]"),
	 "4:25 BH0205 warning the ingress rules have no effect: 'types' does not have Ingress; add "
	 "Ingress to 'types', or remove the rules\n"},
	{"apiVersion: projectcalico.org/v3\nkind: StagedNetworkPolicy\nmetadata: {name: p, "
	 "namespace: shop}\nspec: {stagedAction: Drop}\n",
	 "4:22 BH0203 error 'stagedAction' must be Set, Delete, Learn or Ignore, but is 'Drop'\n"},
	{"apiVersion: projectcalico.org/v3\nkind: StagedNetworkPolicy\nmetadata: {name: p, "
	 "namespace: shop}\nspec: {stagedAction: Delete, selector: all()}\n",
	 "4:40 BH0203 error 'selector' must not be beside stagedAction Delete\n"},
	{"apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: a.b}\nspec: {order: 5}\n",
	 "1:1 BH0203 error the name of a tier must be one label of at most 63 characters, without "
	 "dots, but is 'a.b'\n"},
	{"apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: default}\nspec: {order: "
	 "5}\n",
	 "4:7 BH0203 error the order of tier 'default' must be 1000000\n"},
	{"apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: kube-admin}\nspec: "
	 "{order: 1000, defaultAction: Deny}\n",
	 "4:7 BH0203 error 'defaultAction' of tier 'kube-admin' must be Pass\n"},
	{"apiVersion: projectcalico.org/v3\nkind: Tier\nmetadata: {name: t}\nspec: {defaultAction: "
	 "Allow}\n",
	 "4:23 BH0203 error 'defaultAction' must be Deny or Pass, but is 'Allow'\n"},
	{"apiVersion: projectcalico.org/v3\nkind: NetworkSet\nmetadata: {name: t, namespace: shop, "
	 "labels: {projectcalico.org/namespace: x}}\nspec: {}\n",
	 "3:47 BH0203 error a network set must not have the label projectcalico.org/namespace, "
	 "which Calico gives to it\n"},
	{"apiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {name: t}\nspec: "
	 "{nets: [x.y]}\n",
	 "4:15 BH0203 error net 'x.y' must be an address or a CIDR block\n"},
	{"apiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {name: t}\nspec: "
	 "{allowedEgressDomains: [x.y]}\n",
	 "4:8 BH0201 error unknown field 'allowedEgressDomains' in spec of a network set; only "
	 "Calico Enterprise has domains; list addresses in 'nets'\n"},
	{"apiVersion: projectcalico.org/v1\nkind: GlobalNetworkPolicy\nmetadata: {name: t}\nspec: "
	 "{}\n",
	 "1:13 BH0109 error no Kubernetes has a GlobalNetworkPolicy in projectcalico.org/v1; write "
	 "'apiVersion: projectcalico.org/v3'\n"},
};

int main(void)
{
	struct policies policies;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		policies_read(&policies, rows[i].yaml, false);
		ok_str(policies_diags(&policies), rows[i].want, "row %zu", i);
		policies_release(&policies);
	}
	return tap_done();
}
