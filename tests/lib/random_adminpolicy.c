/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/random_write.h"

/* What the kinds of policy.networking.k8s.io say in different words. */
struct dialect {
	const char *version;
	const char *kind;
	const char *ports;
	const char *actions[4]; /* as likely as they are often here */
	bool has_names;         /* of domains */
	void (*write_port)(struct random_cluster *cluster, bool has_names);
};

/* ---- Ports ---- */

/* One number or a range, in the words of `one` and `range`. */
static void write_numbers(struct random_cluster *cluster, const char *one, const char *range)
{
	uint16_t first = random_pick(&cluster->random, random_port_numbers);
	uint16_t last = random_pick(&cluster->random, random_port_numbers);

	if (first == 65535 || random_chance(&cluster->random, 50))
		strbuf_printf(&cluster->yaml, one, first);
	else
		strbuf_printf(&cluster->yaml, range, first, last > first ? last : first + 1);
}

static void write_port(struct random_cluster *cluster, bool has_names)
{
	const char *protocol = random_pick(&cluster->random, random_protocols);
	char one[64], range[80];

	strbuf_addstr(&cluster->yaml, "    - {");
	if (has_names && random_chance(&cluster->random, 40)) {
		strbuf_printf(&cluster->yaml, "namedPort: %s}\n",
			      random_pick(&cluster->random, random_port_names));
		return;
	}
	snprintf(one, sizeof(one), "portNumber: {protocol: %s, port: %%u}", protocol);
	snprintf(range, sizeof(range), "portRange: {protocol: %s, start: %%u, end: %%u}", protocol);
	write_numbers(cluster, one, range);
	strbuf_addstr(&cluster->yaml, "}\n");
}

static void write_protocol(struct random_cluster *cluster, bool has_names)
{
	static const char *const protocols[] = {"tcp", "udp", "sctp"};

	if (has_names && random_chance(&cluster->random, 40)) {
		strbuf_printf(&cluster->yaml, "    - {destinationNamedPort: %s}\n",
			      random_pick(&cluster->random, random_port_names));
		return;
	}
	strbuf_printf(&cluster->yaml,
		      "    - {%s: {destinationPort: ", random_pick(&cluster->random, protocols));
	write_numbers(cluster, "{number: %u}", "{range: {start: %u, end: %u}}");
	strbuf_addstr(&cluster->yaml, "}}\n");
}

static const struct dialect cluster_dialect = {"v1alpha2",  "ClusterNetworkPolicy",
					       "protocols", {"Accept", "Deny", "Pass", "Deny"},
					       true,        write_protocol};
static const struct dialect admin_dialect = {"v1alpha1", "AdminNetworkPolicy",
					     "ports",    {"Allow", "Deny", "Pass", "Deny"},
					     true,       write_port};
static const struct dialect baseline_dialect = {"v1alpha1", "BaselineAdminNetworkPolicy",
						"ports",    {"Allow", "Deny", "Deny", "Deny"},
						false,      write_port};

/* ---- Subjects and peers ---- */

/* Without the braces around it. */
static void write_pods(struct random_cluster *cluster)
{
	if (random_chance(&cluster->random, 30)) {
		random_write_namespace_selector(cluster, "namespaces");
		return;
	}
	strbuf_addstr(&cluster->yaml, "pods: {");
	random_write_namespace_selector(cluster, "namespaceSelector");
	strbuf_addstr(&cluster->yaml, ", ");
	random_write_pod_selector(cluster);
	strbuf_addstr(&cluster->yaml, "}");
}

/* Often everybody, so that policies meet. */
static void write_whom(struct random_cluster *cluster)
{
	if (random_chance(&cluster->random, 40))
		strbuf_addstr(&cluster->yaml, "namespaces: {}");
	else
		write_pods(cluster);
}

static void write_cidr(struct random_cluster *cluster, const struct ip_cidr *cidr)
{
	struct ip_cidr canonical = *cidr;
	char text[IP_CIDR_TEXT_SIZE];

	canonical.addr = ip_cidr_range(cidr).first;
	strbuf_printf(&cluster->yaml, "'%s'", ip_cidr_format(&canonical, text));
}

/* A set: the second one is smaller than the first. */
static void write_networks(struct random_cluster *cluster)
{
	struct ip_cidr block = random_block(cluster), other;

	strbuf_addstr(&cluster->yaml, "networks: [");
	write_cidr(cluster, &block);
	if (block.prefix_len < 32 && random_chance(&cluster->random, 30)) {
		other = random_except(cluster, &block);
		strbuf_addstr(&cluster->yaml, ", ");
		write_cidr(cluster, &other);
	}
	strbuf_addstr(&cluster->yaml, "]");
}

static void write_nodes(struct random_cluster *cluster)
{
	strbuf_addstr(&cluster->yaml, "nodes: ");
	random_write_selector(cluster, random_label_keys, 2);
}

/* `has_names`: domain names are allowed here. */
static void write_peer(struct random_cluster *cluster, bool has_addresses, bool has_names)
{
	uint32_t kind = has_addresses ? random_below(&cluster->random, 100) : 0;

	strbuf_addstr(&cluster->yaml, "    - {");
	if (kind < 35)
		write_whom(cluster);
	else if (kind < 65 || (kind >= 78 && !has_names))
		write_networks(cluster);
	else if (kind < 78)
		write_nodes(cluster);
	else
		strbuf_addstr(&cluster->yaml, "domainNames: ['*.example.com', example.org]");
	strbuf_addstr(&cluster->yaml, "}\n");
}

/* ---- Policies ---- */

/* Where there are addresses there are no port names, and domain names only where something is allowed. */
static void write_rule(struct random_cluster *cluster, const struct dialect *dialect,
		       bool is_egress)
{
	bool has_addresses = is_egress && random_chance(&cluster->random, 60);
	const char *action = random_pick(&cluster->random, dialect->actions);
	bool has_names = action[0] == 'A' && dialect->has_names;

	strbuf_printf(&cluster->yaml, "  - action: %s\n    %s:\n", action,
		      is_egress ? "to" : "from");
	for (uint32_t n = random_between(&cluster->random, 1, 2); n > 0; n--)
		write_peer(cluster, has_addresses, has_names);
	if (random_chance(&cluster->random, 35))
		return;
	strbuf_printf(&cluster->yaml, "    %s:\n", dialect->ports);
	for (uint32_t n = random_between(&cluster->random, 1, 2); n > 0; n--)
		dialect->write_port(cluster, !has_addresses);
}

static void write_rules(struct random_cluster *cluster, const struct dialect *dialect,
			bool is_egress)
{
	if (random_chance(&cluster->random, 25))
		return;
	strbuf_printf(&cluster->yaml, "  %s:\n", is_egress ? "egress" : "ingress");
	for (uint32_t n = random_between(&cluster->random, 1, 3); n > 0; n--)
		write_rule(cluster, dialect, is_egress);
}

static const struct dialect *pick_dialect(struct random_cluster *cluster)
{
	uint32_t kind = random_below(&cluster->random, 100);

	return kind < 60 ? &cluster_dialect : kind < 85 ? &admin_dialect : &baseline_dialect;
}

/* Few priorities, so that some are equal; few names, so that a tie is between kinds too. */
void random_adminpolicy(struct random_cluster *cluster, uint32_t number)
{
	static const uint32_t priorities[] = {0, 1, 9, 10, 10, 10, 1000};
	const struct dialect *dialect = pick_dialect(cluster);
	bool is_shared = random_chance(&cluster->random, 20);

	strbuf_printf(&cluster->yaml,
		      "---\napiVersion: policy.networking.k8s.io/%s\nkind: %s\nmetadata: {name: ",
		      dialect->version, dialect->kind);
	if (dialect == &baseline_dialect)
		strbuf_addstr(&cluster->yaml, "default}\nspec:\n");
	else
		strbuf_printf(&cluster->yaml, "p-%u}\nspec:\n  priority: %u\n",
			      is_shared ? number / 2 : number,
			      random_pick(&cluster->random, priorities));
	if (dialect == &cluster_dialect)
		strbuf_printf(&cluster->yaml, "  tier: %s\n",
			      random_chance(&cluster->random, 60) ? "Admin" : "Baseline");
	strbuf_addstr(&cluster->yaml, "  subject: {");
	write_whom(cluster);
	strbuf_addstr(&cluster->yaml, "}\n");
	write_rules(cluster, dialect, false);
	write_rules(cluster, dialect, true);
}
