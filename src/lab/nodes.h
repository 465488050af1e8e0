/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The enforcing half of a lab: a datapath for each node, with the tables that it was given.
 *
 * What is predicted is read from the very bytes that were handed to the kernel; they are kept as
 * files in the lab's home, one a node.
 */
#pragma once

#include "compile/table.h"
#include "datapath/datapath.h"
#include "lab/cluster.h"
#include "lab/fault.h"
#include "lab/home.h"
#include "verdict/access.h"

struct lab_nodes {
	uint32_t n;
	struct datapath **datapaths;
	struct compiled_table *tables;
	struct table_view *views; /* of the tables */
};

/*
 * Opens every node's datapath, which is made where there is none. The tables are those of the home;
 * empty when the lab is new. Release it also after an error.
 */
int lab_nodes_open(const struct lab_home *home, const struct lab_plan *plan, struct lab_nodes *ret,
		   struct lab_fault *fault);
void lab_nodes_release(struct lab_nodes *nodes);

/* Closes the pods: no packet passes until a table knows the pod. */
int lab_nodes_attach(struct lab_nodes *nodes, const struct lab_home *home,
		     const struct lab_plan *plan, struct lab_fault *fault);

/*
 * The table of a node's pods with the cluster's policies, as the given generation. 0 or -E2BIG,
 * with a diagnostic in the cluster.
 */
int lab_node_compile(struct lab_cluster *cluster, uint32_t node, uint64_t generation,
		     struct compiled_table *ret);

/*
 * Compiles the cluster's policies for every node, and only when all tables are made puts them in
 * force, one node after the other. The pods of the cluster's plan are those of the lab. Input
 * errors are in cluster->base.diags (-E2BIG).
 */
int lab_nodes_enforce(struct lab_nodes *nodes, const struct lab_home *home,
		      struct lab_cluster *cluster, struct lab_fault *fault);
