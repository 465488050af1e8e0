/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A judge: a table that was compiled for some pods, ready for questions about them.
 *
 * Every verdict that a question gets is verdict_flow() on these bytes, the same that the kernel
 * reads; there is no second evaluator. Besides, the judge knows what the table can tell apart: runs
 * of ports of one port class, and ranges of addresses between two CIDR cuts.
 *
 * Owns its table and world, borrows the cluster. One thread.
 */
#pragma once

#include "analyze/cluster.h"
#include "base/vec.h"
#include "compile/table.h"
#include "compile/world.h"

/* Consecutive ports of one space and one port class. */
struct analyze_port_run {
	struct port_range range;
	uint16_t port_class;
};

struct analyze_judge {
	const struct model_snapshot *snapshot;
	struct compile_world *world;
	struct compiled_table table;
	struct table_view view;
	VEC(struct analyze_port_run) runs; /* by space, then first: all ports of all spaces */
	uint32_t n_port_classes;
	const char *identity; /* that every source has in the mesh; NULL: its own */
	uint32_t n_pods;      /* of the snapshot when it was made; later ones it does not know */
};

/*
 * Compiles for `pods`, which may name one twice. 0; or -E2BIG with a diagnostic when the table does
 * not fit its budget.
 */
int analyze_judge_init(struct analyze_judge *judge, const struct analyze_cluster *cluster,
		       struct model_pod *const *pods, size_t n_pods, struct diag_list *diags);
void analyze_judge_release(struct analyze_judge *judge);

/* Whether the table answers for a pod: it was compiled for it, or policies do not apply to it. */
bool analyze_judge_knows(const struct analyze_judge *judge, const struct model_pod *pod);

/* `flags`: VERDICT_FROM_OWN_NODE or 0; both sides are always judged. */
struct analyze_flow {
	struct ip_addr src;
	struct ip_addr dst;
	uint8_t space;
	uint16_t port;
	uint32_t flags;
};
void analyze_judge_flow(const struct analyze_judge *judge, const struct analyze_flow *flow,
			struct verdict *ret);

/*
 * Divides `within` (one family) where the table's CIDR ranges begin and end, and calls `fn` for
 * each piece in order.
 */
void analyze_judge_cut(const struct analyze_judge *judge, const struct ip_range *within,
		       void (*fn)(void *arg, const struct ip_range *piece), void *arg);
