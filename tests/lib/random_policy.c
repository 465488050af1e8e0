/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/random_cluster.h"

#include <ctype.h>

#define NAME_LABEL "kubernetes.io/metadata.name"

/* ---- CIDR blocks ---- */

static struct ip_addr random_in(struct random *random, const struct ip_cidr *cidr)
{
	struct ip_range range = ip_cidr_range(cidr);
	uint64_t hi = random_u64(random) & (range.first.hi ^ range.last.hi);
	uint64_t lo = random_u64(random) & (range.first.lo ^ range.last.lo);

	range.first.hi |= hi;
	range.first.lo |= lo;
	return range.first;
}

/* ::ffff:0:0/96 and what lies in it is no block of a policy. */
static bool is_v4_mapped(const struct ip_cidr *cidr)
{
	return cidr->addr.family == IP_V6 && cidr->prefix_len >= 96 && cidr->addr.hi == 0 &&
	       cidr->addr.lo >> 32 == 0xffff;
}

static struct ip_cidr new_block(struct random_cluster *cluster)
{
	static const char *const around4[] = {
		"10.244.0.0/16", "10.244.0.0/23",  "10.244.0.0/24", "10.244.0.0/28",
		"172.18.0.0/29", "203.0.113.0/24", "0.0.0.0/0",     "255.255.255.0/24",
	};
	static const char *const around6[] = {
		"fd00:10:244::/120", "fd00:10:244::/124", "fd00:10:244::/64",
		"fd00:18::/125",     "2001:db8::/32",     "::/0",
	};
	static const uint8_t lens4[] = {0, 1, 8, 15, 16, 17, 23, 24, 25, 28, 30, 31, 32};
	static const uint8_t lens6[] = {0, 1, 16, 48, 63, 64, 65, 112, 120, 124, 127, 128};
	bool is_v6 = random_chance(&cluster->random, cluster->has_v6 ? 50 : 10);
	struct ip_cidr around;

	if (ip_cidr_parse(is_v6 ? random_pick(&cluster->random, around6)
				: random_pick(&cluster->random, around4),
			  &around, NULL))
		abort();
	return (struct ip_cidr){
		.addr = random_in(&cluster->random, &around),
		.prefix_len = is_v6 ? random_pick(&cluster->random, lens6)
				    : random_pick(&cluster->random, lens4),
	};
}

/* The first, the last, their neighbours and one from within. */
static void add_edges(struct random_cluster *cluster, const struct ip_cidr *cidr)
{
	struct ip_range range = ip_cidr_range(cidr);
	struct ip_addr next;

	vec_push(&cluster->edges, range.first);
	vec_push(&cluster->edges, range.last);
	vec_push(&cluster->edges, random_in(&cluster->random, cidr));
	if (ip_prev(&range.first, &next))
		vec_push(&cluster->edges, next);
	if (ip_next(&range.last, &next))
		vec_push(&cluster->edges, next);
}

static struct ip_cidr pick_block(struct random_cluster *cluster)
{
	struct ip_cidr block;

	if (cluster->blocks.n > 0 && random_chance(&cluster->random, 50))
		return cluster->blocks.items[random_below(&cluster->random, cluster->blocks.n)];
	do {
		block = new_block(cluster);
	} while (is_v4_mapped(&block));
	vec_push(&cluster->blocks, block);
	add_edges(cluster, &block);
	return block;
}

/* A part of `block`: at its start, at its end or within. */
static struct ip_cidr pick_except(struct random_cluster *cluster, const struct ip_cidr *block)
{
	struct ip_range range = ip_cidr_range(block);
	struct ip_addr addrs[] = {range.first, range.last, random_in(&cluster->random, block)};
	uint8_t bits = block->addr.family == IP_V4 ? 32 : 128;
	struct ip_cidr except = {.addr = random_pick(&cluster->random, addrs)};

	except.prefix_len = block->prefix_len + 1;
	if (random_chance(&cluster->random, 60))
		except.prefix_len = random_between(&cluster->random, except.prefix_len, bits);
	if (is_v4_mapped(&except))
		except.addr = range.first;
	vec_push(&cluster->blocks, except);
	add_edges(cluster, &except);
	return except;
}

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
	struct ip_cidr block = pick_block(cluster);
	bool is_host = block.prefix_len == (block.addr.family == IP_V4 ? 32 : 128);
	uint32_t n = is_host ? 0 : random_below(&cluster->random, 4);

	strbuf_addstr(&cluster->yaml, "ipBlock: {cidr: ");
	write_cidr(cluster, block);
	if (!is_host && random_chance(&cluster->random, 60)) {
		strbuf_addstr(&cluster->yaml, ", except: [");
		for (uint32_t i = 0; i < n; i++) {
			strbuf_addstr(&cluster->yaml, i > 0 ? ", " : "");
			write_cidr(cluster, pick_except(cluster, &block));
		}
		strbuf_addstr(&cluster->yaml, "]");
	}
	strbuf_addstr(&cluster->yaml, "}");
}

/* ---- Selectors ---- */

static const char *pick_value(struct random_cluster *cluster, const char *key)
{
	return strcmp(key, NAME_LABEL) == 0 ? random_namespace(cluster)
					    : random_pick(&cluster->random, random_label_values);
}

static void write_match_labels(struct random_cluster *cluster, const char *const *keys,
			       uint32_t n_keys)
{
	const char *lead = "matchLabels: {";

	for (uint32_t i = 0; i < n_keys; i++) {
		if (!random_chance(&cluster->random, 35))
			continue;
		strbuf_printf(&cluster->yaml, "%s%s: '%s'", lead, keys[i],
			      pick_value(cluster, keys[i]));
		lead = ", ";
	}
	if (lead[0] == ',')
		strbuf_addstr(&cluster->yaml, "}");
	else
		strbuf_addstr(&cluster->yaml, random_chance(&cluster->random, 50)
						      ? "matchLabels: {}"
						      : "matchLabels: null");
}

static void write_expression(struct random_cluster *cluster, const char *key)
{
	static const char *const operators[] = {"In",    "NotIn",  "In",
						"NotIn", "Exists", "DoesNotExist"};
	const char *op = random_pick(&cluster->random, operators);
	uint32_t n = strstr(op, "In") ? random_between(&cluster->random, 1, 3) : 0;

	strbuf_printf(&cluster->yaml, "{key: %s, operator: %s", key, op);
	for (uint32_t i = 0; i < n; i++)
		strbuf_printf(&cluster->yaml, "%s'%s'", i == 0 ? ", values: [" : ", ",
			      pick_value(cluster, key));
	strbuf_addstr(&cluster->yaml, n > 0 ? "]}" : "}");
}

/* A selector over `keys`; a quarter of them select everything. */
static void write_selector(struct random_cluster *cluster, const char *const *keys, uint32_t n_keys)
{
	bool has_labels = random_chance(&cluster->random, 50);
	uint32_t n = random_chance(&cluster->random, 50) ? random_between(&cluster->random, 1, 2)
							 : 0;

	strbuf_addstr(&cluster->yaml, "{");
	if (has_labels)
		write_match_labels(cluster, keys, n_keys);
	for (uint32_t i = 0; i < n; i++) {
		if (i == 0)
			strbuf_printf(&cluster->yaml, "%smatchExpressions: [",
				      has_labels ? ", " : "");
		strbuf_addstr(&cluster->yaml, i > 0 ? ", " : "");
		write_expression(cluster, keys[random_below(&cluster->random, n_keys)]);
	}
	strbuf_addstr(&cluster->yaml, n > 0 ? "]}" : "}");
}

static void write_pod_selector(struct random_cluster *cluster)
{
	strbuf_addstr(&cluster->yaml, "podSelector: ");
	write_selector(cluster, random_label_keys, 4);
}

static void write_namespace_selector(struct random_cluster *cluster)
{
	const char *keys[] = {random_label_keys[0], random_label_keys[1], NAME_LABEL};

	strbuf_addstr(&cluster->yaml, "namespaceSelector: ");
	write_selector(cluster, keys, 3);
}

/* ---- Rules ---- */

static void write_peer(struct random_cluster *cluster)
{
	uint32_t kind = random_below(&cluster->random, 100);

	strbuf_addstr(&cluster->yaml, "    - {");
	if (kind < 40) {
		write_ip_block(cluster);
	} else if (kind < 60) {
		write_pod_selector(cluster);
	} else if (kind < 75) {
		write_namespace_selector(cluster);
		strbuf_addstr(&cluster->yaml, kind < 63 ? ", podSelector: null" : "");
	} else {
		write_namespace_selector(cluster);
		strbuf_addstr(&cluster->yaml, ", ");
		write_pod_selector(cluster);
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

static void write_policy(struct random_cluster *cluster, uint32_t number)
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
		write_pod_selector(cluster);
	strbuf_addstr(&cluster->yaml, "\n");
	strbuf_addstr(&cluster->yaml, random_pick(&cluster->random, types));
	write_list(cluster, "  ", "ingress", write_ingress_rule);
	write_list(cluster, "  ", "egress", write_egress_rule);
}

void random_policies(struct random_cluster *cluster, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		write_policy(cluster, i);
}
