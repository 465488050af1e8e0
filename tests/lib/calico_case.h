/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cases of ../shared/data/calico-oracle: a cluster, its policies, and what Calico's own code
 * answered.
 */
#pragma once

#include "base/strbuf.h"
#include "lib/cluster.h"
#include "tree/tree.h"

/* The cluster of a case as manifests: what a user would write. */
void calico_case_write(struct strbuf *out, const struct tree_node *test);

/* The flow of a query, with both sides to be judged. The test ends when an end is unknown. */
struct verdict_flow calico_case_flow(const struct cluster *cluster, const struct tree_node *query);

/* The source port of a query; 0: it has none. */
uint16_t calico_case_source_port(const struct tree_node *query);
