/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One node of a synthetic cluster: the cluster read, some of its pods as the node's own, their
 * table, and random flows to ask it.
 */
#pragma once

#include "lib/cluster.h"
#include "lib/manifests.h"
#include "lib/random.h"

struct node {
	struct cluster cluster;  /* its world and table are the node's, once compiled */
	struct model_pod **pods; /* the node's own */
	uint32_t n_pods;
};

/* How many pods a full node has. */
#define NODE_PODS 250

/* Reads a cluster and takes `n_pods` of its pods, evenly spread over it. Not compiled yet. */
void node_load(struct node *node, const struct manifests_shape *shape, uint32_t n_pods);
void node_release(struct node *node);

/* Compiles the node's world and table; the ones before are given back. `generation` > 0. */
void node_compile(struct node *node, uint64_t generation);

/*
 * Random flows between a pod of the node and any pod, one in eight any address, in both directions,
 * on the ports that the policies talk of and on random ones.
 */
void node_flows(const struct node *node, struct random *random, struct verdict_flow *flows,
		size_t n);
