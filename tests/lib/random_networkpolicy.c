/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/random_write.h"

#include <ctype.h>

/* Mostly with the host's bits gone, now and then as an old tool would write it. */
static void write_cidr(struct random_cluster *cluster, struct ip_cidr cidr)
{
	char text[IP_CIDR_TEXT_SIZE];
	bool is_v4 = cidr.addr.family == IP_V4;

	if (random_chance(&cluster->random, 90))
		cidr.addr = ip_cidr_range(&cidr).first;
	ip_cidr_format(&cidr, text);
	if (random_chance(&cluster->random, 5))
		for (char *at = text; *at; at++)
			*at = toupper(*at);
	strbuf_printf(&cluster->yaml,
		      is_v4 && random_chance(&cluster->random, 2) ? "'0%s'" : "'%s'", text);
}

static void write_ip_block(struct random_cluster *cluster)
{
	struct ip_cidr block = random_block(cluster);
	bool is_host = block.prefix_len == (block.addr.family == IP_V4 ? 32 : 128);
	uint32_t n = is_host ? 0 : random_below(&cluster->random, 4);

	strbuf_addstr(&cluster->yaml, "ipBlock: {cidr: ");
	write_cidr(cluster, block);
	if (!is_host && random_chance(&cluster->random, 60)) {
		strbuf_addstr(&cluster->yaml, ", except: [");
		for (uint32_t i = 0; i < n; i++) {
			strbuf_addstr(&cluster->yaml, i > 0 ? ", " : "");
			write_cidr(cluster, random_except(cluster, &block));
		}
		strbuf_addstr(&cluster->yaml, "]");
	}
	strbuf_addstr(&cluster->yaml, "}");
}

static void write_peer(struct random_cluster *cluster)
{
	uint32_t kind = random_below(&cluster->random, 100);

	strbuf_addstr(&cluster->yaml, "    - {");
	if (kind < 40) {
		write_ip_block(cluster);
	} else if (kind < 60) {
		random_write_pod_selector(cluster);
	} else if (kind < 75) {
		random_write_namespace_selector(cluster, "namespaceSelector");
		strbuf_addstr(&cluster->yaml, kind < 63 ? ", podSelector: null" : "");
	} else {
		random_write_namespace_selector(cluster, "namespaceSelector");
		strbuf_addstr(&cluster->yaml, ", ");
		random_write_pod_selector(cluster);
	}
	strbuf_addstr(&cluster->yaml, "}\n");
}

static void write_end_port(struct random_cluster *cluster, uint16_t first)
{
	uint16_t last = first > 65000 ? 65535 : first + 500;

	strbuf_printf(&cluster->yaml, ", endPort: %u",
		      random_chance(&cluster->random, 15)
			      ? first
			      : random_between(&cluster->random, first, last));
}

static void write_port(struct random_cluster *cluster)
{
	uint32_t kind = random_below(&cluster->random, 100);
	uint16_t number = random_pick(&cluster->random, random_port_numbers);
	bool has_protocol = random_chance(&cluster->random, 70);

	if (random_chance(&cluster->random, 2)) {
		strbuf_addstr(&cluster->yaml, "    - null\n");
		return;
	}
	strbuf_addstr(&cluster->yaml, "    - {");
	if (has_protocol)
		strbuf_printf(&cluster->yaml, "protocol: %s",
			      random_pick(&cluster->random, random_protocols));
	if (kind >= 12)
		strbuf_addstr(&cluster->yaml, has_protocol ? ", port: " : "port: ");
	if (kind >= 12 && kind < 15)
		strbuf_addstr(&cluster->yaml, "null");
	else if (kind >= 15 && kind < 50)
		strbuf_addstr(&cluster->yaml, random_pick(&cluster->random, random_port_names));
	else if (kind >= 50)
		strbuf_printf(&cluster->yaml, "%u", number);
	if (kind >= 80)
		write_end_port(cluster, number);
	strbuf_addstr(&cluster->yaml, "}\n");
}

/* A list of up to three items, or one of the ways to say none. */
static bool write_list(struct random_cluster *cluster, const char *lead, const char *name,
		       void (*write)(struct random_cluster *cluster))
{
	uint32_t kind = random_below(&cluster->random, 100);

	if (kind < 15)
		return false;
	if (kind < 20) {
		strbuf_printf(&cluster->yaml, "%s%s: %s\n", lead, name, kind < 18 ? "[]" : "null");
		return true;
	}
	strbuf_printf(&cluster->yaml, "%s%s:\n", lead, name);
	for (uint32_t n = random_between(&cluster->random, 1, 3); n > 0; n--)
		write(cluster);
	return true;
}

static void write_rule(struct random_cluster *cluster, const char *peers)
{
	bool has_peers = write_list(cluster, "  - ", peers, write_peer);
	bool has_ports = write_list(cluster, has_peers ? "    " : "  - ", "ports", write_port);

	if (!has_peers && !has_ports)
		strbuf_addstr(&cluster->yaml,
			      random_chance(&cluster->random, 50) ? "  - {}\n" : "  - null\n");
}

static void write_ingress_rule(struct random_cluster *cluster)
{
	write_rule(cluster, "from");
}

static void write_egress_rule(struct random_cluster *cluster)
{
	write_rule(cluster, "to");
}

void random_networkpolicy(struct random_cluster *cluster, uint32_t number)
{
	static const char *const everybody[] = {"podSelector: {}", "podSelector: {}",
						"podSelector: null"};
	static const char *const types[] = {
		"",
		"",
		"  policyTypes: []\n",
		"  policyTypes: [Ingress]\n",
		"  policyTypes: [Egress]\n",
		"  policyTypes: [Egress, Ingress]\n",
	};

	strbuf_printf(&cluster->yaml,
		      "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
		      "metadata: {name: np-%u, namespace: %s}\n",
		      number, random_namespace(cluster));
	if (random_chance(&cluster->random, 2))
		return;
	strbuf_addstr(&cluster->yaml, "spec:\n  ");
	if (random_chance(&cluster->random, 40))
		strbuf_addstr(&cluster->yaml, random_pick(&cluster->random, everybody));
	else
		random_write_pod_selector(cluster);
	strbuf_addstr(&cluster->yaml, "\n");
	strbuf_addstr(&cluster->yaml, random_pick(&cluster->random, types));
	write_list(cluster, "  ", "ingress", write_ingress_rule);
	write_list(cluster, "  ", "egress", write_egress_rule);
}
