/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A very large cluster, without the reading of its text: the table of one node, and the whole
 * cluster streamed through the rows, as questions about all of it do.
 */
#include "lib/node.h"
#include "lib/process.h"
#include "lib/report.h"
#include "lib/sample.h"

#define ROUNDS 5

/* What is measured, and what the rows are called. */
struct scale {
	struct manifests_shape shape;
	const char *node;
	const char *stream;
	const char *node_target; /* NULL: none */
	const char *stream_target;
};

static const struct scale scales[] = {
	{{.n_pods = 100000, .n_policies = 10000},
	 "a node's table (250 of 100,000 pods, 10,000 policies)",
	 "that whole cluster streamed, every row",
	 "< 0.5",
	 "< 2"},
	{{.n_pods = 20000, .n_policies = 10000, .mixed = true},
	 "a node's table, policies of 4 APIs (250 of 20,000 pods, 10,000 policies)",
	 "that whole mixed cluster streamed, every row",
	 NULL,
	 NULL},
};

static void measure_node(const struct scale *scale, struct node *node)
{
	struct sample seconds = {0};

	for (int round = 0; round <= ROUNDS; round++) {
		const uint64_t start = sample_clock();

		node_compile(node, round + 1);
		if (round)
			sample_add(&seconds, sample_since(start));
	}
	report_print(
		&(struct report){.name = scale->node,
				 .value = sample_median(&seconds),
				 .unit = "s",
				 .target = scale->node_target,
				 .note = report_text("%zu KiB, %u subject and %u peer classes",
						     node->cluster.table.size >> 10,
						     compile_n_subject_classes(node->cluster.world),
						     compile_n_peer_classes(node->cluster.world))});
	sample_release(&seconds);
}

struct stream {
	struct compile_world *world;
	struct bitset allowed;
	uint64_t n_rows;
	uint64_t n_allowed; /* (subject class, part, peer class) */
};

static void stream_class(struct stream *stream, uint32_t class, enum policy_direction direction)
{
	uint32_t n;
	const struct compile_part *parts = compile_parts(stream->world, class, direction, &n);

	for (uint32_t i = 0; i < n; i++) {
		const struct port_range *port = &parts[i].ports.ranges[0];

		compile_row_allowed(stream->world, class, direction, port->space, port->first,
				    &stream->allowed);
		stream->n_allowed += bitset_count(&stream->allowed);
		stream->n_rows++;
	}
}

static void stream_all(struct stream *stream, const struct cluster *cluster)
{
	const struct model_snapshot *snapshot = cluster->snapshot;

	*stream = (struct stream){.world = compile_world_new(snapshot, cluster->policies,
							     snapshot->pods, snapshot->n_pods)};
	bitset_init(&stream->allowed, compile_n_peer_classes(stream->world));
	for (uint32_t i = 0; i < compile_n_subject_classes(stream->world); i++)
		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
			stream_class(stream, i, direction);
	bitset_release(&stream->allowed);
}

static void measure_stream(const struct scale *scale, const struct cluster *cluster)
{
	struct sample seconds = {0};
	const char *note = NULL;

	for (int round = 0; round <= ROUNDS; round++) {
		const uint64_t start = sample_clock();
		struct stream stream;

		stream_all(&stream, cluster);
		if (round)
			sample_add(&seconds, sample_since(start));
		note = report_text("%.0f rows of %u peer classes, %.1f million allowed cells",
				   (double)stream.n_rows, compile_n_peer_classes(stream.world),
				   stream.n_allowed / 1e6);
		compile_world_free(stream.world);
	}
	report_print(&(struct report){.name = scale->stream,
				      .value = sample_median(&seconds),
				      .unit = "s",
				      .target = scale->stream_target,
				      .note = note});
	sample_release(&seconds);
}

static void measure(const struct scale *scale)
{
	const uint64_t start = sample_clock();
	struct node node;

	node_load(&node, &scale->shape, NODE_PODS);
	report_print(&(struct report){.name = "reading that cluster's text",
				      .value = sample_since(start),
				      .unit = "s",
				      .note = report_text("peak %u MB", process_peak() >> 10)});
	process_reset_peak();
	measure_node(scale, &node);
	measure_stream(scale, &node.cluster);
	report_print(&(struct report){.name = "peak memory of both, with the cluster",
				      .value = process_peak() / 1024.0,
				      .unit = "MB",
				      .target = "< 1024"});
	node_release(&node);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(scales) / sizeof(*scales); i++)
		measure(&scales[i]);
	return 0;
}
