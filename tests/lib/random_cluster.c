/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/random_cluster.h"

const char *const random_label_keys[4] = {"app", "tier", "env", "example.com/team"};
const char *const random_label_values[4] = {"a", "b", "c", ""};
const char *const random_port_names[3] = {"http", "dns", "x-1"};
const uint16_t random_port_numbers[10] = {1, 53, 80, 81, 443, 8080, 8081, 9090, 65534, 65535};
const char *const random_protocols[3] = {"TCP", "UDP", "SCTP"};

static const char *const namespaces[] = {"alpha", "beta", "gamma", "default", "kube-system"};

#define N_NAMESPACES (sizeof(namespaces) / sizeof(namespaces[0]))

const char *random_namespace(struct random_cluster *cluster)
{
	return namespaces[random_below(&cluster->random, cluster->n_namespaces)];
}

static void write_labels(struct random_cluster *cluster, const char *extra)
{
	strbuf_printf(&cluster->yaml, "labels: {%s", extra);
	for (size_t i = 0; i < 4; i++)
		if (random_chance(&cluster->random, 50))
			strbuf_printf(&cluster->yaml, "%s: '%s', ", random_label_keys[i],
				      random_pick(&cluster->random, random_label_values));
	strbuf_addstr(&cluster->yaml, "}");
}

static void write_namespaces(struct random_cluster *cluster)
{
	for (uint32_t i = 0; i < cluster->n_namespaces; i++) {
		if (random_chance(&cluster->random, 20))
			continue;
		strbuf_printf(&cluster->yaml,
			      "---\napiVersion: v1\nkind: Namespace\nmetadata: {name: %s, ",
			      namespaces[i]);
		write_labels(cluster, cluster->has_mesh && random_chance(&cluster->random, 70)
					      ? "istio-injection: enabled, "
					      : "");
		strbuf_addstr(&cluster->yaml, "}\n");
	}
}

static void write_nodes(struct random_cluster *cluster)
{
	for (uint32_t i = 1; i <= cluster->n_nodes; i++) {
		strbuf_printf(&cluster->yaml,
			      "---\napiVersion: v1\nkind: Node\nmetadata: {name: node-%u, ", i);
		write_labels(cluster, "");
		strbuf_printf(
			&cluster->yaml,
			"}\nstatus:\n  addresses:\n  - {type: InternalIP, address: 172.18.0.%u}\n",
			i);
		if (cluster->has_v6)
			strbuf_printf(&cluster->yaml,
				      "  - {type: InternalIP, address: 'fd00:18::%u'}\n", i);
	}
}

/* ---- Addresses ---- */

struct ip_addr random_node_addr(uint32_t node, enum ip_family family)
{
	if (family == IP_V4)
		return ip_v4(0xac120000 + node);
	return (struct ip_addr){.hi = 0xfd00001800000000ull, .lo = node, .family = IP_V6};
}

static bool is_taken(const struct random_cluster *cluster, const struct ip_addr *addr)
{
	for (size_t i = 0; i < cluster->taken.n; i++)
		if (ip_equal(&cluster->taken.items[i], addr))
			return true;
	return false;
}

/* Not a node's address, and nothing that no pod could have. */
static bool is_fit_for_pod(const struct ip_addr *addr)
{
	struct ip_addr lowest = ip_lowest(addr->family), highest = ip_highest(addr->family);
	bool is_node = addr->family == IP_V4 ? addr->lo >> 8 == 0xac1200
					     : addr->hi == 0xfd00001800000000ull;

	return !is_node && !ip_equal(addr, &lowest) && !ip_equal(addr, &highest);
}

struct ip_addr random_pool_addr(struct random_cluster *cluster, enum ip_family family)
{
	static const uint32_t sizes[] = {16, 16, 512, 60000};
	uint32_t low = random_below(&cluster->random, random_pick(&cluster->random, sizes));

	if (family == IP_V4)
		return ip_v4(0x0af40000 + low);
	return (struct ip_addr){.hi = 0xfd00001002440000ull, .lo = low, .family = IP_V6};
}

static struct ip_addr edge_addr(struct random_cluster *cluster, enum ip_family family)
{
	for (int i = 0; i < 5 && cluster->edges.n > 0; i++) {
		struct ip_addr *addr =
			&cluster->edges.items[random_below(&cluster->random, cluster->edges.n)];

		if (addr->family == family)
			return *addr;
	}
	return random_pool_addr(cluster, family);
}

/* Sometimes a node's: nothing keeps a pod from having it. */
static struct ip_addr any_addr(struct random_cluster *cluster, enum ip_family family)
{
	struct ip_addr addr;

	if (random_below(&cluster->random, 60) == 0)
		return random_node_addr(random_below(&cluster->random, 4), family);
	do {
		addr = random_chance(&cluster->random, 40) ? edge_addr(cluster, family)
							   : random_pool_addr(cluster, family);
	} while (!is_fit_for_pod(&addr));
	return addr;
}

/* An address for one more pod; one in 25 has an owner already. */
static struct ip_addr new_addr(struct random_cluster *cluster, enum ip_family family)
{
	bool is_duplicate = random_below(&cluster->random, 25) == 0;
	struct ip_addr addr = any_addr(cluster, family);

	while (is_taken(cluster, &addr) && !is_duplicate)
		addr = any_addr(cluster, family);
	vec_push(&cluster->taken, addr);
	return addr;
}

/* ---- Pods and their owners ---- */

/* Names are unique within a container, not within a pod. */
static void write_container(struct random_cluster *cluster, const char *name, const char *extra)
{
	const char *lead = ", ports: [";

	strbuf_printf(&cluster->yaml, "{name: %s, image: i%s", name, extra);
	for (size_t i = 0; i < 4; i++) {
		if (random_chance(&cluster->random, 50))
			continue;
		strbuf_printf(&cluster->yaml, "%s{containerPort: %u, protocol: %s", lead,
			      random_pick(&cluster->random, random_port_numbers),
			      random_pick(&cluster->random, random_protocols));
		if (i < 3)
			strbuf_printf(&cluster->yaml, ", name: %s", random_port_names[i]);
		strbuf_addstr(&cluster->yaml, "}");
		lead = ", ";
	}
	strbuf_addstr(&cluster->yaml, lead[2] == 'p' ? "}" : "]}");
}

static void write_pod_spec(struct random_cluster *cluster, uint32_t node, bool host_network)
{
	strbuf_addstr(&cluster->yaml, "spec: {");
	if (node > 0)
		strbuf_printf(&cluster->yaml, "nodeName: node-%u, ", node);
	if (host_network)
		strbuf_addstr(&cluster->yaml, "hostNetwork: true, ");
	if (cluster->has_mesh && random_chance(&cluster->random, 70))
		strbuf_printf(&cluster->yaml, "serviceAccountName: %s, ",
			      random_chance(&cluster->random, 50) ? "bot" : "web");
	strbuf_addstr(&cluster->yaml, "containers: [");
	write_container(cluster, "c0", "");
	if (random_chance(&cluster->random, 30)) {
		strbuf_addstr(&cluster->yaml, ", ");
		write_container(cluster, "c1", "");
	}
	strbuf_addstr(&cluster->yaml, "]");
	if (random_chance(&cluster->random, 20)) {
		strbuf_addstr(&cluster->yaml, ", initContainers: [");
		write_container(cluster, "i0",
				random_chance(&cluster->random, 50) ? ", restartPolicy: Always"
								    : "");
		strbuf_addstr(&cluster->yaml, "]");
	}
	strbuf_addstr(&cluster->yaml, "}");
}

/* A completed pod has given its address back: it may be anybody's. */
static void write_status(struct random_cluster *cluster, uint32_t node, bool host_network)
{
	bool is_completed = random_chance(&cluster->random, 10);
	uint32_t families = cluster->has_v6 ? random_between(&cluster->random, 1, 3) : 1;
	char text[IP_TEXT_SIZE];

	strbuf_printf(&cluster->yaml, "\nstatus: {phase: %s, podIPs: [",
		      !is_completed                         ? "Running"
		      : random_chance(&cluster->random, 50) ? "Succeeded"
							    : "Failed");
	for (uint32_t i = 0; i < 2; i++) {
		enum ip_family family = i == 0 ? IP_V4 : IP_V6;
		struct ip_addr addr;

		if (!(families & 1u << i))
			continue;
		if (host_network)
			addr = random_node_addr(node, family);
		else
			addr = is_completed ? any_addr(cluster, family) : new_addr(cluster, family);
		strbuf_printf(&cluster->yaml, "{ip: '%s'}, ", ip_format(&addr, text));
	}
	strbuf_addstr(&cluster->yaml, "]}");
}

static void write_pod(struct random_cluster *cluster, uint32_t number)
{
	uint32_t node = random_below(&cluster->random, cluster->n_nodes + 1);
	bool host_network = node > 0 && random_chance(&cluster->random, 12);

	strbuf_printf(&cluster->yaml,
		      "---\napiVersion: v1\nkind: Pod\nmetadata: {name: pod-%u, namespace: %s, ",
		      number, random_namespace(cluster));
	write_labels(cluster, cluster->has_mesh && random_chance(&cluster->random, 20)
				      ? "sidecar.istio.io/inject: 'false', "
				      : "");
	if (random_chance(&cluster->random, 20))
		strbuf_printf(&cluster->yaml,
			      ", ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, "
			      "name: web-%u-7d9c, controller: true}]",
			      random_below(&cluster->random, 3));
	strbuf_addstr(&cluster->yaml, "}\n");
	write_pod_spec(cluster, node, host_network);
	if (host_network || random_chance(&cluster->random, 85))
		write_status(cluster, node, host_network);
	strbuf_addstr(&cluster->yaml, "\n");
}

static void write_workload(struct random_cluster *cluster, uint32_t number)
{
	static const char *const kinds[] = {"Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"};
	const char *kind = random_pick(&cluster->random, kinds);
	char label[64];

	snprintf(label, sizeof(label), "name: w-%u, ", number);
	strbuf_printf(&cluster->yaml,
		      "---\napiVersion: apps/v1\nkind: %s\nmetadata: {name: w-%u, namespace: "
		      "%s}\nspec:\n",
		      kind, number, random_namespace(cluster));
	if (strcmp(kind, "DaemonSet") != 0)
		strbuf_printf(&cluster->yaml, "  replicas: %u\n",
			      random_below(&cluster->random, 4));
	strbuf_printf(&cluster->yaml,
		      "  selector: {matchLabels: {name: w-%u}}\n  template:\n    metadata: {",
		      number);
	write_labels(cluster, label);
	strbuf_addstr(&cluster->yaml, "}\n    ");
	write_pod_spec(cluster, 0, false);
	strbuf_addstr(&cluster->yaml, "\n");
}

static void write_job(struct random_cluster *cluster, uint32_t number)
{
	bool is_cron = random_chance(&cluster->random, 50);

	strbuf_printf(
		&cluster->yaml,
		"---\napiVersion: batch/v1\nkind: %s\nmetadata: {name: j-%u, namespace: %s}\n",
		is_cron ? "CronJob" : "Job", number, random_namespace(cluster));
	strbuf_addstr(
		&cluster->yaml,
		is_cron ? "spec: {schedule: '@daily', jobTemplate: {spec: {template: {metadata: {"
			: "spec: {template: {metadata: {");
	write_labels(cluster, "");
	strbuf_addstr(&cluster->yaml, "}, ");
	write_pod_spec(cluster, 0, false);
	strbuf_addstr(&cluster->yaml, is_cron ? "}}}}\n" : "}}\n");
}

static void write_objects(struct random_cluster *cluster, uint32_t n_pods)
{
	uint32_t n_owners = random_below(&cluster->random, 4);

	write_namespaces(cluster);
	write_nodes(cluster);
	for (uint32_t i = 0; i < n_pods; i++)
		write_pod(cluster, i);
	for (uint32_t i = 0; i < n_owners; i++) {
		if (random_chance(&cluster->random, 75))
			write_workload(cluster, i);
		else
			write_job(cluster, i);
	}
}

/* Most are small enough to read; some fill many buckets and bits. */
static void init(struct random_cluster *cluster, uint64_t seed, bool has_mesh)
{
	uint32_t size, n_pods, n_policies;

	*cluster = (struct random_cluster){.random = {seed}, .has_mesh = has_mesh};
	size = random_below(&cluster->random, 300);
	cluster->has_v6 = random_chance(&cluster->random, 60);
	cluster->n_namespaces = random_between(&cluster->random, 1,
					       random_between(&cluster->random, 1, N_NAMESPACES));
	cluster->n_nodes = random_below(&cluster->random, 4);
	n_pods = random_between(&cluster->random, 2, size == 0 ? 2000 : size < 12 ? 120 : 14);
	n_policies = random_below(&cluster->random, size < 12 ? 60 : 9);
	/* The policies come first: pods' addresses are chosen by their blocks. */
	random_policies(cluster, n_policies);
	write_objects(cluster, n_pods);
}

void random_cluster_init(struct random_cluster *cluster, uint64_t seed)
{
	init(cluster, seed, false);
}

void random_cluster_init_mesh(struct random_cluster *cluster, uint64_t seed)
{
	init(cluster, seed, true);
}

void random_cluster_release(struct random_cluster *cluster)
{
	strbuf_release(&cluster->yaml);
	vec_release(&cluster->blocks);
	vec_release(&cluster->edges);
	vec_release(&cluster->taken);
}
