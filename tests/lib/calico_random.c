/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/calico_random.h"

#include "lib/calico_random_write.h"
#include "lib/tap.h"

#include <stdio.h>
#include <string.h>

const char *const calico_random_namespaces[3] = {"a", "b", "c"};

static const char *const keys[] = {"app", "env", "x"};
static const char *const values[] = {"web", "db", "1", "w"};
const uint16_t calico_random_numbers[5] = {80, 443, 8080, 53, 9090};
static const char *const outside[] = {"192.0.2.1", "198.51.100.7", "10.9.9.9", "2001:db8::1"};

uint16_t calico_random_port(struct random *random)
{
	return (uint16_t)(random_pick(random, calico_random_numbers) + random_below(random, 3) - 1);
}

uint16_t calico_random_number(struct random *random)
{
	return random_pick(random, calico_random_numbers);
}

static void add_labels(struct calico_random *cluster, const char *extra)
{
	strbuf_printf(&cluster->yaml, "{%s", extra);
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (random_chance(&cluster->random, 60))
			strbuf_printf(&cluster->yaml, "%s: '%s', ", keys[i],
				      random_pick(&cluster->random, values));
	strbuf_addstr(&cluster->yaml, "}");
}

static void add_namespaces(struct calico_random *cluster)
{
	static const char *const teams[] = {"", "team: red, ", "team: blue, "};

	for (size_t i = 0; i < 3; i++) {
		strbuf_printf(&cluster->yaml,
			      "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: %s\n"
			      "  labels: {%s}\n",
			      calico_random_namespaces[i], random_pick(&cluster->random, teams));
		strbuf_printf(&cluster->yaml,
			      "---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n"
			      "  name: s1\n  namespace: %s\n  labels: {%s}\n",
			      calico_random_namespaces[i],
			      random_chance(&cluster->random, 50) ? "role: fe" : "");
	}
}

static void add_ports(struct calico_random *cluster)
{
	static const char *const protocols[] = {"TCP", "UDP", "SCTP"};
	static const char *const names[] = {"http", "dns", "alt"};
	uint32_t n = random_below(&cluster->random, 3);

	strbuf_addstr(&cluster->yaml, n ? "    ports:\n" : "");
	for (uint32_t i = 0; i < n; i++)
		strbuf_printf(&cluster->yaml, "    - {name: %s, containerPort: %u, protocol: %s}\n",
			      names[i], calico_random_number(&cluster->random),
			      random_pick(&cluster->random, protocols));
}

static void add_pod(struct calico_random *cluster, uint32_t number)
{
	strbuf_printf(&cluster->yaml,
		      "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: p%u\n  namespace: %s\n"
		      "  labels: ",
		      number, random_pick(&cluster->random, calico_random_namespaces));
	add_labels(cluster, random_chance(&cluster->random, 10) ? "pcns.team: red, " : "");
	strbuf_printf(
		&cluster->yaml,
		"\nspec:\n  serviceAccountName: %s\n  containers:\n  - name: m\n    image: m\n",
		random_chance(&cluster->random, 60) ? "s1" : "s2");
	add_ports(cluster);
	strbuf_printf(&cluster->yaml, "status:\n  phase: Running\n  podIPs:\n  - ip: 10.0.%u.%u\n",
		      number / 3, number % 3 + 1);
	if (cluster->has_v6)
		strbuf_printf(&cluster->yaml, "  - ip: fd00::%u\n", number + 1);
}

static void add_object(struct calico_random *cluster, const char *kind, const char *name,
		       const char *ns)
{
	strbuf_printf(&cluster->yaml,
		      "---\napiVersion: projectcalico.org/v3\nkind: %s\nmetadata:\n  name: %s\n",
		      kind, name);
	if (ns)
		strbuf_printf(&cluster->yaml, "  namespace: %s\n", ns);
}

static void add_set(struct calico_random *cluster, uint32_t number)
{
	const bool is_global = random_chance(&cluster->random, 50);
	char name[8];

	snprintf(name, sizeof(name), "s%u", number);
	add_object(cluster, is_global ? "GlobalNetworkSet" : "NetworkSet", name,
		   is_global ? NULL : random_pick(&cluster->random, calico_random_namespaces));
	strbuf_addstr(&cluster->yaml, "  labels: ");
	add_labels(cluster, "net: bad, ");
	strbuf_addstr(&cluster->yaml, "\nspec:\n  nets: [");
	calico_random_nets(cluster, IP_NONE);
	strbuf_addstr(&cluster->yaml, "]\n");
}

static void add_tier(struct calico_random *cluster, uint32_t number)
{
	static const char *const orders[] = {"order: 5, ", "order: 7, ", "order: 2000000, ", ""};
	char name[8];

	snprintf(name, sizeof(name), "t%u", number);
	add_object(cluster, "Tier", name, NULL);
	strbuf_printf(&cluster->yaml, "spec: {%s%s}\n", random_pick(&cluster->random, orders),
		      random_chance(&cluster->random, 40) ? "defaultAction: Pass" : "");
}

void calico_random_init(struct calico_random *cluster, uint64_t seed)
{
	uint32_t n_pods, n_policies, n_tiers;

	*cluster = (struct calico_random){.random = {seed}};
	cluster->has_v6 = random_chance(&cluster->random, 30);
	n_pods = random_between(&cluster->random, 3, 7);
	n_policies = random_between(&cluster->random, 1, 6);
	n_tiers = random_below(&cluster->random, 3);
	add_namespaces(cluster);
	for (uint32_t i = 0; i < n_pods; i++)
		add_pod(cluster, i);
	for (uint32_t i = 0; i < n_tiers; i++)
		add_tier(cluster, i);
	for (uint32_t i = random_below(&cluster->random, 3); i-- > 0;)
		add_set(cluster, i);
	for (uint32_t i = 0; i < n_policies; i++)
		calico_random_policy(cluster, n_tiers);
}

void calico_random_release(struct calico_random *cluster)
{
	strbuf_release(&cluster->yaml);
}

/* A pod's address, or one outside, of a family. */
static struct ip_addr random_end(struct calico_random *cluster,
				 const struct model_snapshot *snapshot, enum ip_family family)
{
	const struct model_pod *pod =
		snapshot->pods[random_below(&cluster->random, snapshot->n_pods)];
	struct ip_addr addr;

	for (uint32_t i = 0; i < pod->n_ips && random_chance(&cluster->random, 80); i++)
		if (pod->ips[i].family == family)
			return pod->ips[i];
	do {
		if (ip_parse(random_pick(&cluster->random, outside), &addr, NULL))
			bail("an address");
	} while (addr.family != family);
	return addr;
}

void calico_random_packet(struct calico_random *cluster, const struct model_snapshot *snapshot,
			  struct calico_packet *ret)
{
	static const uint8_t spaces[] = {PORT_TCP,  PORT_TCP,  PORT_TCP,   PORT_UDP,
					 PORT_SCTP, PORT_ICMP, PORT_OTHER, PORT_UDP};
	static const uint16_t types[] = {8 << 8, 3 << 8 | 1, 0, 3 << 8};
	const enum ip_family family =
		cluster->has_v6 && random_chance(&cluster->random, 50) ? IP_V6 : IP_V4;

	ret->src = random_end(cluster, snapshot, family);
	ret->dst = random_end(cluster, snapshot, family);
	ret->space = random_pick(&cluster->random, spaces);
	ret->port = calico_random_port(&cluster->random);
	if (ret->space == PORT_ICMP) {
		ret->space = family == IP_V6 ? PORT_ICMPV6 : PORT_ICMP;
		ret->port = random_pick(&cluster->random, types);
	} else if (ret->space == PORT_OTHER) {
		ret->port = random_chance(&cluster->random, 50) ? 136 : 47;
	}
}
