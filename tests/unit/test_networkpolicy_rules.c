/* SPDX-License-Identifier: Apache-2.0 */
/* What a valid NetworkPolicy becomes: defaults, peers, ports, places. */
#include "lib/policies.h"
#include "lib/tap.h"

#include <stdlib.h>
#include <string.h>

/* The spec's fields start at line 5, column 3. */
#define HEAD \
	"apiVersion: networking.k8s.io/v1\n" \
	"kind: NetworkPolicy\n" \
	"metadata: {name: p, namespace: shop}\n" \
	"spec:\n"
#define ALL "shop/p selects shop: isolates "

static const struct {
	const char *name;
	const char *spec;
	const char *want;
} rows[] = {
	/* policyTypes and absent lists: SetDefaults_NetworkPolicy. */
	{"no types, no rules", "  podSelector: {}\n", ALL "ingress\n"},
	{"no types, egress: []", "  podSelector: {}\n  egress: []\n", ALL "ingress\n"},
	{"no types, egress: null", "  podSelector: {}\n  egress:\n", ALL "ingress\n"},
	{"no types, egress rules", "  podSelector: {}\n  egress: [{}]\n",
	 ALL "ingress egress\n  egress[0] 6:12 to any ports any\n"},
	{"policyTypes: [] is none", "  podSelector: {}\n  policyTypes: []\n", ALL "ingress\n"},
	{"policyTypes: null is none", "  podSelector: {}\n  policyTypes:\n  egress: [{}]\n",
	 ALL "ingress egress\n  egress[0] 7:12 to any ports any\n"},
	{"only Egress, egress absent", "  podSelector: {}\n  policyTypes: [Egress]\n",
	 ALL "egress\n"},
	{"both", "  podSelector: {}\n  policyTypes: [Egress, Ingress]\n", ALL "ingress egress\n"},
	{"one type twice", "  podSelector: {}\n  policyTypes: [Ingress, Ingress]\n",
	 ALL "ingress\n"},
	{"ingress: [] denies", "  podSelector: {}\n  ingress: []\n", ALL "ingress\n"},
	{"ingress: [{}] allows", "  podSelector: {}\n  ingress: [{}]\n",
	 ALL "ingress\n  ingress[0] 6:13 from any ports any\n"},

	/* Peers. */
	{"from: []", "  podSelector: {}\n  ingress:\n  - from: []\n",
	 ALL "ingress\n  ingress[0] 7:5 from any ports any\n"},
	{"from: null", "  podSelector: {}\n  ingress:\n  - from:\n",
	 ALL "ingress\n  ingress[0] 7:5 from any ports any\n"},
	{"podSelector: {} is the policy's namespace",
	 "  podSelector: {}\n  ingress: [{from: [{podSelector: {}}]}]\n",
	 ALL "ingress\n  ingress[0] 6:13 from shop: ports any\n"},
	{"namespaceSelector: {} is all of the cluster",
	 "  podSelector: {}\n  ingress: [{from: [{namespaceSelector: {}}]}]\n",
	 ALL "ingress\n  ingress[0] 6:13 from {}: ports any\n"},
	{"namespaceSelector with podSelector: null",
	 "  podSelector: {}\n  ingress: [{from: [{namespaceSelector: {}, podSelector: }]}]\n",
	 ALL "ingress\n  ingress[0] 6:13 from {}: ports any\n"},
	{"two selectors in one item",
	 "  podSelector: {}\n"
	 "  ingress:\n"
	 "  - from:\n"
	 "    - namespaceSelector: {matchLabels: {team: a}}\n"
	 "      podSelector: {matchLabels: {app: x}}\n",
	 ALL "ingress\n  ingress[0] 7:5 from {team=a}:app=x ports any\n"},
	{"two selectors as two items",
	 "  podSelector: {}\n"
	 "  egress:\n"
	 "  - to:\n"
	 "    - namespaceSelector: {matchLabels: {team: a}}\n"
	 "    - podSelector: {matchLabels: {app: x}}\n",
	 ALL "ingress egress\n  egress[0] 7:5 to {team=a}: shop:app=x ports any\n"},
	{"ipBlock",
	 "  podSelector: {}\n"
	 "  ingress:\n"
	 "  - from:\n"
	 "    - ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16, 10.2.0.0/32]}\n"
	 "    - ipBlock: {cidr: 0.0.0.0/0, except: []}\n"
	 "    - ipBlock: {cidr: \"2001:db8::/32\", except: [\"2001:db8:1::/48\"]}\n"
	 "    - ipBlock: {cidr: \"::/0\", except: }\n",
	 ALL "ingress\n  ingress[0] 7:5 from 10.0.0.0/8-10.1.0.0/16-10.2.0.0/32 0.0.0.0/0 "
	     "2001:db8::/32-2001:db8:1::/48 ::/0 ports any\n"},

	/* Ports. */
	{"ports: []", "  podSelector: {}\n  ingress: [{ports: []}]\n",
	 ALL "ingress\n  ingress[0] 6:13 from any ports any\n"},
	{"a port without protocol is TCP",
	 "  podSelector: {}\n  ingress: [{ports: [{port: 80}]}]\n",
	 ALL "ingress\n  ingress[0] 6:13 from any ports TCP 80\n"},
	{"protocol: null is TCP",
	 "  podSelector: {}\n  ingress: [{ports: [{protocol: , port: 80}]}]\n",
	 ALL "ingress\n  ingress[0] 6:13 from any ports TCP 80\n"},
	{"a protocol without port is all of its ports",
	 "  podSelector: {}\n  ingress: [{ports: [{protocol: UDP}, {protocol: SCTP, port: }, "
	 "{}]}]\n",
	 ALL "ingress\n  ingress[0] 6:13 from any ports UDP 0-65535 SCTP 0-65535 TCP 0-65535\n"},
	{"names and ranges",
	 "  podSelector: {}\n"
	 "  ingress:\n"
	 "  - ports:\n"
	 "    - port: http\n"
	 "    - {port: dns-udp, protocol: UDP}\n"
	 "    - {port: 8000, endPort: 8999, protocol: SCTP}\n"
	 "    - {port: 1, endPort: 1}\n"
	 "    - {port: 1, endPort: 65535}\n",
	 ALL "ingress\n  ingress[0] 7:5 from any ports TCP:http UDP:dns-udp SCTP 8000-8999 TCP 1 "
	     "TCP 1-65535\n"},

	/* Selectors: normalised, so that equal ones are equal. */
	{"labels in order", "  podSelector: {matchLabels: {b: '2', a: '1', empty: ''}}\n",
	 "shop/p selects shop:a=1,b=2,empty= isolates ingress\n"},
	{"expressions",
	 "  podSelector:\n"
	 "    matchExpressions:\n"
	 "    - {key: d, operator: NotIn, values: [b, a, b]}\n"
	 "    - {key: c, operator: In, values: [one]}\n"
	 "    - {key: a, operator: Exists}\n"
	 "    - {key: a.io/b, operator: DoesNotExist, values: []}\n",
	 "shop/p selects shop:a,!a.io/b,c=one,d notin (a,b) isolates ingress\n"},
	{"null maps and lists", "  podSelector: {matchLabels: , matchExpressions: }\n",
	 ALL "ingress\n"},

	/* Several rules keep the list's numbers. */
	{"rules are numbered",
	 "  podSelector: {}\n"
	 "  ingress:\n"
	 "  - from: [{podSelector: {}}]\n"
	 "  -\n"
	 "    ports: [{port: 1}]\n"
	 "  egress:\n"
	 "  - to: [{podSelector: {}}]\n",
	 ALL "ingress egress\n"
	     "  ingress[0] 7:5 from shop: ports any\n"
	     "  ingress[1] 9:5 from any ports TCP 1\n"
	     "  egress[0] 11:5 to shop: ports any\n"},
};

static void check_row(size_t i)
{
	size_t size = strlen(HEAD) + strlen(rows[i].spec) + 1;
	struct policies policies;
	char *yaml = malloc(size);

	stpcpy(stpcpy(yaml, HEAD), rows[i].spec);
	policies_read(&policies, yaml, false);
	ok_str(policies_diags(&policies), "", "%s: nothing to say", rows[i].name);
	ok_str(policies_text(&policies), rows[i].want, "%s", rows[i].name);
	policies_release(&policies);
	free(yaml);
}

/* Places of peers and ports: the list's items. */
static void check_places(void)
{
	struct policies policies;
	const struct policy_rule *rule;

	policies_read(&policies,
		      HEAD "  podSelector: {}\n"
			   "  ingress:\n"
			   "  - from:\n"
			   "    - podSelector: {}\n"
			   "    - ipBlock:\n"
			   "        cidr: 10.0.0.0/8\n"
			   "    ports:\n"
			   "    - port: 80\n"
			   "    - protocol: UDP\n",
		      false);
	rule = &policies.set->policies[0]->rules[POLICY_INGRESS][0];
	ok_int(policies.set->policies[0]->span.line, 1, "a policy is where its object is");
	ok_int(rule->peers[0].span.line, 8, "the first peer's line");
	ok_int(rule->peers[0].span.column, 7, "the first peer's column");
	ok_int(rule->peers[1].span.line, 9, "the second peer's line");
	ok_int(rule->ports[0].span.line, 12, "the first port's line");
	ok_int(rule->ports[1].span.line, 13, "the second port's line");
	ok_str(rule->ports[1].span.file->name, "test.yaml", "the file's name");
	policies_release(&policies);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(i);
	check_places();
	return tap_done();
}
