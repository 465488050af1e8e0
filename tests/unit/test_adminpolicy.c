/* SPDX-License-Identifier: Apache-2.0 */
/* The kinds of policy.networking.k8s.io: what valid ones become, and what their CRDs refuse. */
#include "lib/policies.h"
#include "lib/tap.h"

#include <string.h>

#define API(version, kind) \
	"apiVersion: policy.networking.k8s.io/" version "\nkind: " kind "\nmetadata: {name: "
#define CNP(name, spec) API("v1alpha2", "ClusterNetworkPolicy") name "}\nspec: {" spec "}\n"
#define ANP(name, spec) API("v1alpha1", "AdminNetworkPolicy") name "}\nspec: {" spec "}\n"
#define BANP(name, spec) API("v1alpha1", "BaselineAdminNetworkPolicy") name "}\nspec: {" spec "}\n"

#define ALL "subject: {namespaces: {}}"
#define HEAD "tier: Admin, priority: 5, " ALL ", "
#define EGRESS(rule) CNP("p", HEAD "egress: [{" rule "}]")
#define TO(peer) EGRESS("action: Accept, to: [{" peer "}]")
#define NEWER(peer) \
	API("v1beta1", "ClusterNetworkPolicy") \
	"p}\nspec: {" HEAD "egress: [{action: Accept, to: [{" peer "}]}]}\n"
#define TEN "äääääääääö"
#define LONG_NAME TEN TEN TEN TEN TEN TEN TEN TEN TEN TEN /* 100 characters, more bytes */
#define PROTOCOL(text) EGRESS("action: Deny, to: [{namespaces: {}}], protocols: [{" text "}]")
#define PORT(text) \
	ANP("p", "priority: 5, " ALL ", ingress: [{action: Deny, from: [{namespaces: {}}], " \
		 "ports: [{" text "}]}]")

#define NEXT "---\n"
#define ORDERED \
	CNP("z", "tier: Admin, priority: 1, " ALL) \
	NEXT CNP("b", "tier: Baseline, priority: 0, " ALL) \
		NEXT CNP("c", "tier: Admin, priority: 2, " ALL) NEXT ANP("a", "priority: 2, " ALL) \
			NEXT BANP("default", ALL)

static const struct {
	const char *name;
	const char *yaml;
	const char *want;
} rules[] = {
	{"no rules", CNP("p", HEAD), "p selects {}: isolates\n"},
	{"a subject of pods",
	 CNP("p", "tier: Baseline, priority: 0, subject: {pods: {podSelector: {matchLabels: {a: "
		  "b}}}}"),
	 "p selects {}:a=b isolates\n"},
	{"the three actions, in the order of the list",
	 CNP("p", HEAD "ingress: [{action: Pass, from: [{namespaces: {}}]}, {action: Deny, from: "
		       "[{namespaces: {}}]}, {action: Accept, name: one, from: [{pods: "
		       "{podSelector: {}}}]}]"),
	 "p selects {}: isolates\n"
	 "  ingress[0] 4:71 pass from {}: ports any\n"
	 "  ingress[1] 4:113 deny from {}: ports any\n"
	 "  ingress[2] 4:155 from {}: ports any\n"},
	{"a name of a hundred characters",
	 EGRESS("name: " LONG_NAME ", action: Deny, to: [{nodes: {}}]"),
	 "p selects {}: isolates\n  egress[0] 4:70 deny to nodes: ports any\n"},
	{"v1beta1", NEWER("networks: [10.0.0.0/8]"),
	 "p selects {}: isolates\n  egress[0] 4:70 to 10.0.0.0/8 ports any\n"},
	{"networks and nodes", TO("networks: [10.0.0.0/8, '::/0']}, {nodes: {matchLabels: {r: x}}"),
	 "p selects {}: isolates\n"
	 "  egress[0] 4:70 to 10.0.0.0/8 ::/0 nodes:r=x ports any\n"},
	{"a rule of names is a condition on every peer",
	 TO("domainNames: ['*.example.com', example.org.]"),
	 "p selects {}: isolates\n"
	 "  egress[0] 4:70 to any ports any if the destination is one of domainNames "
	 "*.example.com, example.org.\n"},
	{"names beside another peer are a rule after it",
	 TO("domainNames: [a.example]}, {namespaces: {}"),
	 "p selects {}: isolates\n"
	 "  egress[0] 4:70 to {}: ports any\n"
	 "  egress[0] 4:70 to any ports any if the destination is one of domainNames a.example\n"},
	{"ports of v1alpha2",
	 EGRESS("action: Deny, to: [{namespaces: {}}], protocols: [{tcp: {destinationPort: "
		"{number: 80}}}, {sctp: {destinationPort: {range: {start: 1, end: 9}}}}]"),
	 "p selects {}: isolates\n  egress[0] 4:70 deny to {}: ports TCP 80 SCTP 1-9\n"},
	{"a name is of any protocol", PROTOCOL("destinationNamedPort: dns"),
	 "p selects {}: isolates\n  egress[0] 4:70 deny to {}: ports TCP:dns UDP:dns SCTP:dns\n"},
	{"ports of v1alpha1",
	 PORT("portNumber: {protocol: UDP, port: 53}}, {portNumber: {port: 80}}, {portRange: "
	      "{start: 1, end: 2}}, "
	      "{namedPort: x"),
	 "p selects {}: isolates\n"
	 "  ingress[0] 4:58 deny from {}: ports UDP 53 TCP 80 TCP 1-2 TCP:x UDP:x SCTP:x\n"},
	{"tiers, then priorities, then names", ORDERED,
	 "z selects {}: isolates\na selects {}: isolates\nc selects {}: isolates\n"
	 "b selects {}: isolates\ndefault selects {}: isolates\n"},
};

static const struct {
	const char *yaml;
	const char *want; /* how the one diagnostic begins */
} errors[] = {
	{CNP("p", "tier: Admin, " ALL), "4:7 BH0204 error spec needs 'priority'"},
	{CNP("p", "priority: 1, " ALL), "4:7 BH0204 error spec needs 'tier'"},
	{CNP("p", "tier: Admin, priority: 1"), "4:7 BH0204 error spec needs 'subject'"},
	{CNP("p", "tier: admin, priority: 1, " ALL),
	 "4:14 BH0203 error 'tier' must be Admin or Baseline, but is 'admin'; did you mean"},
	{CNP("p", "tier: Admin, priority: 1001, " ALL),
	 "4:31 BH0203 error 'priority' must be 0 to 1000, but is 1001"},
	{CNP("p", "tier: Admin, priority: -1, " ALL),
	 "4:31 BH0203 error 'priority' must be 0 to 1000, but is -1"},
	{CNP("p", "tier: Admin, priority: 1, subject: {}"),
	 "4:43 BH0204 error a subject needs one of its fields"},
	{CNP("p", "tier: Admin, priority: 1, subject: {namespaces: {}, pods: {podSelector: {}}}"),
	 "4:43 BH0203 error a subject must have only one field, but has 2"},
	{CNP("p", HEAD "policyTypes: []"), "4:61 BH0201 error unknown field 'policyTypes' in spec"},
	{EGRESS("action: Allow, to: [{namespaces: {}}]"),
	 "4:79 BH0203 error 'action' must be Deny, Accept or Pass, but is 'Allow'"},
	{EGRESS("to: [{namespaces: {}}]"), "4:70 BH0204 error an egress rule needs 'action'"},
	{EGRESS("action: Deny"), "4:70 BH0204 error an egress rule needs 'to'"},
	{EGRESS("action: Deny, to: []"), "4:89 BH0203 error 'to' must have 1 to 25 items"},
	{EGRESS("action: Deny, to: [{}]"), "4:90 BH0204 error a peer needs one of its fields; "
					   "one of namespaces, pods, nodes, networks, domainNames"},
	{EGRESS("action: Deny, to: [{mesh: {}}]"),
	 "4:91 BH0201 error unknown field 'mesh' in a peer"},
	{TO("namespaces: {}, nodes: {}"), "4:92 BH0203 error a peer must have only one field"},
	{TO("networks: []"), "4:103 BH0203 error 'networks' must have 1 to 25 items, but has 0"},
	{TO("networks: [10.0.0.0/8, 10.0.0.0/8]"),
	 "4:116 BH0203 error '10.0.0.0/8' is in 'networks' twice"},
	{TO("networks: [10.0.0.0]"), "4:104 BH0203 error network '10.0.0.0' is not a CIDR block"},
	{TO("networks: [010.0.0.0/8]"),
	 "4:104 BH0203 error network '010.0.0.0/8' has leading zeros; write 10.0.0.0/8"},
	{TO("networks: [10.0.0.0/08]"),
	 "4:104 BH0203 error network '10.0.0.0/08' has leading zeros"},
	{TO("networks: [10.1.2.3/8]"),
	 "4:104 BH0205 warning network '10.1.2.3/8' has bits set beyond its prefix: it is read as "
	 "10.0.0.0/8; write 10.0.0.0/8"},
	{NEWER("networks: [10.1.2.3/8]"),
	 "4:104 BH0203 error network '10.1.2.3/8' has bits set beyond its prefix; write"},
	{TO("networks: ['::ffff:10.0.0.0/104']"),
	 "4:104 BH0203 error network '::ffff:10.0.0.0/104'"},
	{TO("networks: ['abcd:abcd:abcd:abcd:abcd:abcd:255.255.255.255/128']"),
	 "4:104 BH0203 error a network must have at most 43 characters, but has 49"},
	{TO("domainNames: [com]"), "4:107 BH0203 error domain name 'com' must be two or more"},
	{TO("domainNames: ['a.*.com']"), "4:107 BH0203 error domain name 'a.*.com' must be two"},
	{TO("domainNames: ['*.']"), "4:107 BH0203 error domain name '*.' must be two or more"},
	{TO("domainNames: [a.b, a.b]"), "4:112 BH0203 error 'a.b' is in 'domainNames' twice"},
	{EGRESS("action: Deny, to: [{domainNames: [a.b]}]"),
	 "4:70 BH0203 error 'domainNames' can only be in a rule with action Accept"},
	{EGRESS("action: Deny, to: [{nodes: {}}], protocols: [{destinationNamedPort: x}]"),
	 "4:70 BH0203 error a rule with a port name must not have 'networks'"},
	{EGRESS("action: Deny, to: [{nodes: {}}], protocols: []"),
	 "4:115 BH0203 error 'protocols' must have 1 to 25 items, but has 0"},
	{ANP("p", "priority: 1, " ALL
		  ", ingress: [{action: Deny, from: [{namespaces: {}}], ports: []}]"),
	 "4:106 BH0203 error 'ports' must have 1 to 100 items, but has 0"},
	{EGRESS("name: " LONG_NAME "x, action: Deny, to: [{nodes: {}}]"),
	 "4:77 BH0203 error a rule's name must have at most 100 characters"},
	{PROTOCOL("tcp: {}"), "4:127 BH0204 error what is said of a protocol needs one"},
	{PROTOCOL("tcp: {destinationPort: {range: {start: 5, end: 5}}}"),
	 "4:169 BH0203 error 'end' must be more than 'start', but is 5 and that is 5"},
	{PROTOCOL("tcp: {destinationPort: {number: 0}}"),
	 "4:154 BH0203 error 'number' must be 1 to 65535, but is 0"},
	{PROTOCOL("destinationNamedPort: No_Name"),
	 "4:144 BH0205 warning no pod has a port with the name 'No_Name'"},
	{PORT("portNumber: {protocol: TCP}"), "4:120 BH0204 error a portNumber needs 'port'"},
	{ANP("p", "priority: 1, " ALL ", tier: Admin"),
	 "4:48 BH0201 error unknown field 'tier' in spec; the kind says the tier"},
	{ANP("p", "priority: 1, subject: {pods: {podSelector: {}}}"),
	 "4:37 BH0204 error 'pods' needs 'namespaceSelector'"},
	{BANP("other", ALL),
	 "1:1 BH0203 error the only BaselineAdminNetworkPolicy is named 'default', not 'other'"},
	{BANP("default", ALL ", ingress: [{action: Pass, from: [{namespaces: {}}]}]"),
	 "4:54 BH0203 error 'action' must be Deny or Allow, but is 'Pass'; there is no tier"},
	{API("v1", "ClusterNetworkPolicy") "p}\nspec: {}\n",
	 "1:13 BH0109 error no Kubernetes has a ClusterNetworkPolicy in"},
};

/* Read as an agent does that is older than its cluster's CRDs. */
static const struct {
	const char *name;
	const char *yaml;
	const char *want;
} lenient[] = {
	{"Accept matches nothing",
	 EGRESS("action: Accept, to: [{namespaces: {}}, {mesh: {}}, {domainNames: [a.b]}]"),
	 "p selects {}: isolates\n  egress[0] 4:70 to ports any\n"},
	{"Deny denies everything",
	 EGRESS("action: Deny, to: [{namespaces: {}}, {}], protocols: [{tcp: {destinationPort: "
		"{number: 80}}}]"),
	 "p selects {}: isolates\n  egress[0] 4:70 deny to any ports any\n"},
	{"Pass denies everything", EGRESS("action: Pass, to: [{mesh: {}}]"),
	 "p selects {}: isolates\n  egress[0] 4:70 deny to any ports any\n"},
};

static void check_lenient(const char *name, const char *yaml, const char *want)
{
	const struct policy_options options = {.lenient_peers = true};
	struct policies policies;

	policies_read(&policies, yaml, false);
	ok_int(policies.diags.n_errors, 1, "%s: an error otherwise", name);
	diag_list_init(&policies.diags, &policies.snapshot->arena);
	policies.set = policy_set_build(policies.snapshot, &options, &policies.diags);
	ok_str(policies_text(&policies), want, "%s", name);
	ok(strstr(policies_diags(&policies), "BH0205 warning no field of this peer is known"),
	   "%s: a warning", name);
	policies_release(&policies);
}

int main(void)
{
	struct policies policies;

	for (size_t i = 0; i < sizeof(rules) / sizeof(rules[0]); i++) {
		policies_read(&policies, rules[i].yaml, false);
		ok_str(policies_diags(&policies), "", "%s: no problem", rules[i].name);
		ok_str(policies_text(&policies), rules[i].want, "%s", rules[i].name);
		policies_release(&policies);
	}
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		const char *diags, *newline;

		policies_read(&policies, errors[i].yaml, false);
		diags = policies_diags(&policies);
		newline = strchr(diags, '\n');
		if (!ok(strncmp(diags, errors[i].want, strlen(errors[i].want)) == 0 && newline &&
				!newline[1],
			"%s", errors[i].want))
			diag("got %s", diags);
		policies_release(&policies);
	}
	for (size_t i = 0; i < sizeof(lenient) / sizeof(lenient[0]); i++)
		check_lenient(lenient[i].name, lenient[i].yaml, lenient[i].want);
	return tap_done();
}
