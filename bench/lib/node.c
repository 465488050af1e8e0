/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/node.h"

#include "lib/report.h"

#include <stdlib.h>
#include <string.h>

static bool is_generated(const struct model_pod *pod)
{
	return !strncmp(pod->ns->name, "team-", 5);
}

static void take_pods(struct node *node, uint32_t n_generated, uint32_t n_pods)
{
	const struct model_snapshot *snapshot = node->cluster.snapshot;
	uint32_t seen = 0;

	node->pods = calloc(n_pods, sizeof(struct model_pod *));
	if (!node->pods)
		abort();
	for (uint32_t i = 0; i < snapshot->n_pods && node->n_pods < n_pods; i++) {
		if (!is_generated(snapshot->pods[i]))
			continue;
		if (seen++ % (n_generated / n_pods) == 0)
			node->pods[node->n_pods++] = snapshot->pods[i];
	}
	if (node->n_pods != n_pods)
		report_fail("the cluster has only %u pods for the node", node->n_pods);
}

void node_load(struct node *node, const struct manifests_shape *shape, uint32_t n_pods)
{
	struct strbuf text = {0};

	*node = (struct node){0};
	manifests_write(shape, &text);
	cluster_load_text(&node->cluster, "cluster.yaml", text.text, NULL);
	strbuf_release(&text);
	if (node->cluster.diags.n_errors) {
		diag_list_print(stderr, &node->cluster.diags, false);
		report_fail("the generated cluster has errors");
	}
	take_pods(node, shape->n_pods, n_pods);
}

static void forget_table(struct cluster *cluster)
{
	compiled_table_release(&cluster->table);
	compile_world_free(cluster->world);
	cluster->world = NULL;
}

void node_release(struct node *node)
{
	free(node->pods);
	cluster_release(&node->cluster);
}

void node_compile(struct node *node, uint64_t generation)
{
	const struct compile_table_options options = {.generation = generation};
	struct cluster *cluster = &node->cluster;

	forget_table(cluster);
	cluster->world =
		compile_world_new(cluster->snapshot, cluster->policies, node->pods, node->n_pods);
	if (compile_table(cluster->world, node->pods, node->n_pods, &options, &cluster->diags,
			  &cluster->table))
		report_fail("the table does not fit its budget");
	cluster->view =
		(struct table_view){cluster->table.bytes, cluster->table.size / TABLE_LINE_SIZE};
}

static void random_port(struct random *random, struct verdict_flow *flow)
{
	static const uint16_t ports[] = {8080, 8085, 9090, 443, 53};

	flow->port = random_chance(random, 75) ? random_pick(random, ports) : random_u64(random);
	flow->space = random_chance(random, 25) ? VERDICT_UDP : VERDICT_TCP;
}

static void random_flow(const struct node *node, struct random *random, struct verdict_flow *flow)
{
	const struct model_snapshot *snapshot = node->cluster.snapshot;
	const struct model_pod *own = node->pods[random_below(random, node->n_pods)];
	const struct model_pod *peer = snapshot->pods[random_below(random, snapshot->n_pods)];
	const bool is_egress = random_chance(random, 50);

	*flow = (struct verdict_flow){.family = 4,
				      .flags = VERDICT_JUDGE_EGRESS | VERDICT_JUDGE_INGRESS};
	flow->src[0] = is_egress ? own->ips[0].lo : peer->ips[0].lo;
	flow->dst[0] = is_egress ? peer->ips[0].lo : own->ips[0].lo;
	if (random_below(random, 8) == 0)
		*(is_egress ? flow->dst : flow->src) = random_u64(random);
	random_port(random, flow);
}

void node_flows(const struct node *node, struct random *random, struct verdict_flow *flows,
		size_t n)
{
	for (size_t i = 0; i < n; i++)
		random_flow(node, random, &flows[i]);
}
