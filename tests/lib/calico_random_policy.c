/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/calico_random_write.h"

#include <string.h>

#define CALICO "projectcalico.org/v3"

static bool chance(struct calico_random *cluster, uint32_t percent)
{
	return random_chance(&cluster->random, percent);
}

void calico_random_nets(struct calico_random *cluster, enum ip_family family)
{
	static const char *const v4[] = {"10.0.0.0/8",   "10.0.0.0/24", "10.0.1.0/24",
					 "192.0.2.0/24", "10.0.0.1/32", "0.0.0.0/0",
					 "10.0.0.2/31",  "192.0.2.0/31"};
	static const char *const v6[] = {"fd00::/16", "fd00::1/128", "2001:db8::/32", "::/0"};
	uint32_t n = random_between(&cluster->random, 1, 3);

	for (uint32_t i = 0; i < n; i++) {
		const bool is_v6 = family == IP_V6 ||
				   (family == IP_NONE && cluster->has_v6 && chance(cluster, 40));

		strbuf_printf(&cluster->yaml, "%s'%s'", i ? ", " : "",
			      is_v6 ? random_pick(&cluster->random, v6)
				    : random_pick(&cluster->random, v4));
	}
}

static void add_comparison(struct calico_random *cluster, struct strbuf *ret)
{
	static const char *const simple[] = {
		"has(app)",
		"!has(env)",
		"app == 'web'",
		"app != 'web'",
		"x in {'1', 'w'}",
		"x not in {'1'}",
		"env contains 'w'",
		"app starts with 'w'",
		"x ends with 'b'",
		"all()",
		"has(net)",
		"pcns.team == 'red'",
		"pcsa.role != 'fe'",
		"projectcalico.org/namespace == 'a'",
		"projectcalico.org/namespace != 'b'",
		"projectcalico.org/serviceaccount == 's1'",
		"has(projectcalico.org/orchestrator)",
		"env in {}",
	};

	strbuf_addstr(ret, random_pick(&cluster->random, simple));
}

void calico_random_selector(struct calico_random *cluster, struct strbuf *ret)
{
	switch (random_below(&cluster->random, 8)) {
	case 0:
		strbuf_addstr(ret, "!(");
		calico_random_selector(cluster, ret);
		strbuf_addstr(ret, ")");
		break;
	case 1:
	case 2:
		strbuf_addstr(ret, "(");
		calico_random_selector(cluster, ret);
		strbuf_addstr(ret, chance(cluster, 50) ? " && " : " || ");
		calico_random_selector(cluster, ret);
		strbuf_addstr(ret, ")");
		break;
	default:
		add_comparison(cluster, ret);
	}
}

static void add_selector(struct calico_random *cluster, const char *field)
{
	strbuf_printf(&cluster->yaml, "%s: \"", field);
	calico_random_selector(cluster, &cluster->yaml);
	strbuf_addstr(&cluster->yaml, "\", ");
}

static const char *random_namespaces(struct calico_random *cluster)
{
	static const char *const selectors[] = {
		"all()",
		"team == 'red'",
		"team != 'red'",
		"has(team)",
		"!has(team)",
		"projectcalico.org/name in {'a', 'c'}",
		"all() && team != 'blue'",
		"!(team contains 'e')",
	};

	return random_pick(&cluster->random, selectors);
}

static const char *random_accounts(struct calico_random *cluster)
{
	static const char *const selectors[] = {"role == 'fe'", "role != 'fe'", "has(role)",
						"projectcalico.org/name == 's2'", "all()"};

	return random_pick(&cluster->random, selectors);
}

static void add_accounts(struct calico_random *cluster)
{
	strbuf_addstr(&cluster->yaml, "serviceAccounts: {");
	if (chance(cluster, 50))
		strbuf_addstr(&cluster->yaml,
			      chance(cluster, 50) ? "names: [s1], " : "names: [s1, s2], ");
	if (chance(cluster, 60))
		strbuf_printf(&cluster->yaml, "selector: \"%s\"", random_accounts(cluster));
	strbuf_addstr(&cluster->yaml, "}, ");
}

static void add_ports(struct calico_random *cluster, const char *field, bool has_numbers,
		      bool has_ranges)
{
	static const char *const names[] = {"http", "dns", "alt"};
	uint32_t n = random_between(&cluster->random, 1, 3);

	strbuf_printf(&cluster->yaml, "%s: [", field);
	for (uint32_t i = 0; i < n; i++) {
		uint32_t port = calico_random_number(&cluster->random);

		strbuf_addstr(&cluster->yaml, i ? ", " : "");
		if (!has_numbers || chance(cluster, 35))
			strbuf_addstr(&cluster->yaml, random_pick(&cluster->random, names));
		else if (!has_ranges || chance(cluster, 60))
			strbuf_printf(&cluster->yaml, "%u", port);
		else
			strbuf_printf(&cluster->yaml, "\"%u:%u\"", port,
				      port + random_below(&cluster->random, 400));
	}
	strbuf_addstr(&cluster->yaml, "], ");
}

/* What is possible in all entities of a rule. */
struct shape {
	bool has_ports;   /* its protocol, or none, has ports … */
	bool has_numbers; /* … which may be numbers */
	enum ip_family family;
};

static void add_entity(struct calico_random *cluster, const char *field, const struct shape *shape)
{
	const bool is_source = strcmp(field, "source") == 0; /* whose ports are no ranges */

	if (!chance(cluster, 60))
		return;
	strbuf_printf(&cluster->yaml, "%s: {", field);
	if (chance(cluster, 50))
		add_selector(cluster, "selector");
	if (chance(cluster, 25))
		strbuf_printf(&cluster->yaml, "namespaceSelector: \"%s\", ",
			      chance(cluster, 15) ? "global()" : random_namespaces(cluster));
	if (chance(cluster, 25))
		add_selector(cluster, "notSelector");
	if (chance(cluster, 20))
		add_accounts(cluster);
	if (chance(cluster, 20)) {
		strbuf_addstr(&cluster->yaml, "nets: [");
		calico_random_nets(cluster, shape->family);
		strbuf_addstr(&cluster->yaml, "], ");
	}
	if (chance(cluster, 20)) {
		strbuf_addstr(&cluster->yaml, "notNets: [");
		calico_random_nets(cluster, shape->family);
		strbuf_addstr(&cluster->yaml, "], ");
	}
	if (shape->has_ports && chance(cluster, is_source ? 25 : 45))
		add_ports(cluster, "ports", shape->has_numbers, !is_source);
	if (shape->has_ports && chance(cluster, 15))
		add_ports(cluster, "notPorts", shape->has_numbers, !is_source);
	strbuf_addstr(&cluster->yaml, "}, ");
}

static void add_protocol(struct calico_random *cluster, struct shape *shape)
{
	static const char *const with_ports[] = {"TCP", "TCP", "UDP", "SCTP", "6", "17"};
	static const char *const types[] = {"{type: 8}", "{type: 3}", "{type: 3, code: 1}"};
	const char *icmp = shape->family == IP_V6 ? "ICMPv6" : "ICMP";

	*shape = (struct shape){true, false, shape->family};
	if (chance(cluster, 55)) {
		strbuf_printf(&cluster->yaml, "protocol: %s, ",
			      random_pick(&cluster->random, with_ports));
		shape->has_numbers = true;
	} else if (chance(cluster, 30)) {
		strbuf_printf(&cluster->yaml, "protocol: %s, ", icmp);
		if (chance(cluster, 70))
			strbuf_printf(&cluster->yaml, "%s: %s, ",
				      chance(cluster, 50) ? "icmp" : "notICMP",
				      random_pick(&cluster->random, types));
		shape->has_ports = false;
	} else if (chance(cluster, 20)) {
		strbuf_addstr(&cluster->yaml, "protocol: UDPLite, ");
		shape->has_ports = false;
	}
	if (chance(cluster, 10))
		strbuf_addstr(&cluster->yaml, "notProtocol: UDP, ");
}

static void add_rule(struct calico_random *cluster)
{
	static const char *const actions[] = {"Allow", "Allow", "Deny", "Pass", "Log"};
	struct shape shape = {
		.family = cluster->has_v6 && chance(cluster, 50) ? IP_V6 : IP_V4,
	};

	strbuf_printf(&cluster->yaml, "  - {action: %s, ", random_pick(&cluster->random, actions));
	add_protocol(cluster, &shape);
	if (cluster->has_v6 && chance(cluster, 10))
		strbuf_printf(&cluster->yaml, "ipVersion: %u, ", shape.family == IP_V6 ? 6 : 4);
	add_entity(cluster, "source", &shape);
	add_entity(cluster, "destination", &shape);
	strbuf_addstr(&cluster->yaml, "}\n");
}

static void add_rules(struct calico_random *cluster, const char *list,
		      void (*add)(struct calico_random *cluster))
{
	uint32_t n = random_below(&cluster->random, 4);

	if (n == 0)
		return;
	strbuf_printf(&cluster->yaml, "  %s:\n", list);
	while (n-- > 0)
		add(cluster);
}

static void add_head(struct calico_random *cluster, const char *version, const char *kind,
		     const char *ns)
{
	static const char *const names[] = {"k", "m", "k-1", "k.1"};

	strbuf_printf(&cluster->yaml, "---\napiVersion: %s\nkind: %s\nmetadata:\n  name: %s\n",
		      version, kind, random_pick(&cluster->random, names));
	if (ns)
		strbuf_printf(&cluster->yaml, "  namespace: %s\n", ns);
	strbuf_addstr(&cluster->yaml, "spec:\n");
}

static void add_spec(struct calico_random *cluster, bool is_global, uint32_t n_tiers)
{
	static const char *const orders[] = {"order: 1000", "order: 999.5", "order: -3",
					     "order: 2000", "order: 1000"};
	static const char *const types[] = {"[Ingress]", "[Egress]", "[Ingress, Egress]"};
	struct strbuf *yaml = &cluster->yaml;

	if (n_tiers && chance(cluster, 50))
		strbuf_printf(yaml, "  tier: t%u\n", random_below(&cluster->random, n_tiers));
	if (chance(cluster, 70))
		strbuf_printf(yaml, "  %s\n", random_pick(&cluster->random, orders));
	if (chance(cluster, 40)) {
		strbuf_addstr(yaml, "  selector: \"");
		calico_random_selector(cluster, yaml);
		strbuf_addstr(yaml, "\"\n");
	}
	if (chance(cluster, 15))
		strbuf_printf(yaml, "  serviceAccountSelector: \"%s\"\n", random_accounts(cluster));
	if (is_global && chance(cluster, 25))
		strbuf_printf(yaml, "  namespaceSelector: \"%s\"\n", random_namespaces(cluster));
	if (chance(cluster, 60))
		strbuf_printf(yaml, "  types: %s\n", random_pick(&cluster->random, types));
	add_rules(cluster, "ingress", add_rule);
	add_rules(cluster, "egress", add_rule);
}

static void add_kubernetes_rule(struct calico_random *cluster)
{
	static const char *const rules[] = {
		"{}",
		"{from: [{podSelector: {matchLabels: {app: web}}}]}",
		"{from: [{namespaceSelector: {}}], ports: [{port: 80}]}",
		"{from: [{namespaceSelector: {matchLabels: {team: red}}, podSelector: {}}]}",
		"{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.0.1.0/24]}}]}",
		"{ports: [{protocol: UDP}, {port: 443}]}",
	};

	strbuf_printf(&cluster->yaml, "  - %s\n", random_pick(&cluster->random, rules));
}

static void add_kubernetes_spec(struct calico_random *cluster)
{
	strbuf_addstr(&cluster->yaml, chance(cluster, 50)
					      ? "  podSelector: {}\n"
					      : "  podSelector: {matchLabels: {app: web}}\n");
	strbuf_addstr(&cluster->yaml, chance(cluster, 50) ? "  policyTypes: [Ingress, Egress]\n"
							  : "  policyTypes: [Ingress]\n");
	add_rules(cluster, "ingress", add_kubernetes_rule);
}

void calico_random_policy(struct calico_random *cluster, uint32_t n_tiers)
{
	static const struct {
		const char *version;
		const char *kind;
		const char *staged;
	} kinds[] = {
		{"networking.k8s.io/v1", "NetworkPolicy", "StagedKubernetesNetworkPolicy"},
		{CALICO, "NetworkPolicy", "StagedNetworkPolicy"},
		{CALICO, "GlobalNetworkPolicy", "StagedGlobalNetworkPolicy"},
	};
	const uint32_t kind = random_below(&cluster->random, 3);
	const bool is_global = kind == 2, is_staged = chance(cluster, 15);
	const char *ns = random_pick(&cluster->random, calico_random_namespaces);

	add_head(cluster, is_staged ? CALICO : kinds[kind].version,
		 is_staged ? kinds[kind].staged : kinds[kind].kind, is_global ? NULL : ns);
	if (is_staged && chance(cluster, 25)) /* which says nothing else */
		strbuf_addstr(&cluster->yaml, "  stagedAction: Delete\n");
	else if (kind == 0)
		add_kubernetes_spec(cluster);
	else
		add_spec(cluster, is_global, n_tiers);
}
