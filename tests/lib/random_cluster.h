/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random clusters with random policies, as YAML, so that whatever fails can be shown and read again.
 *
 *	random_cluster_init(&cluster, seed);
 *	… read cluster.yaml.text into a snapshot, compile, then as often as you like:
 *	random_question(&cluster, snapshot, &question);
 *	random_cluster_release(&cluster);
 *
 * The dice are loaded towards what has gone wrong in evaluators: few labels and many selectors over them,
 * addresses at the edges of the policies' CIDRs, ports next to the named ones, one port name with several
 * numbers, empty against absent lists, equal priorities. Most clusters mix NetworkPolicy with the kinds of
 * policy.networking.k8s.io. All policies are valid.
 */
#pragma once

#include "base/ip.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "lib/oracle.h"
#include "lib/random.h"

struct random_cluster {
	struct random random;
	struct strbuf yaml;
	VEC(struct ip_cidr) blocks; /* of its policies */
	VEC(struct ip_addr) edges;  /* addresses at, before and after the ends of the blocks */
	VEC(struct ip_addr) taken;  /* addresses of its pods so far */
	uint32_t n_namespaces;
	uint32_t n_nodes;
	bool has_v6;
	bool has_mesh;
};

void random_cluster_init(struct random_cluster *cluster, uint64_t seed);

/* With pods in a mesh, service accounts, and Istio's policies. */
void random_cluster_init_mesh(struct random_cluster *cluster, uint64_t seed);
void random_cluster_release(struct random_cluster *cluster);

/* A packet between addresses worth asking about: pods', nodes', the edges of blocks. */
void random_question(struct random_cluster *cluster, const struct model_snapshot *snapshot,
		     struct oracle_question *ret);

/* For the generator's parts: the policies, `n` of them, appended to cluster->yaml. */
void random_policies(struct random_cluster *cluster, uint32_t n);

/* A namespace's name, one of the cluster's. */
const char *random_namespace(struct random_cluster *cluster);

/* An address of the pods' range (its first few are the likeliest), and that of node NUMBER. */
struct ip_addr random_pool_addr(struct random_cluster *cluster, enum ip_family family);
struct ip_addr random_node_addr(uint32_t number, enum ip_family family);

/* Words that objects and policies share, so that they meet. */
extern const char *const random_label_keys[4];
extern const char *const random_label_values[4];
extern const char *const random_port_names[3];
extern const uint16_t random_port_numbers[10];
extern const char *const random_protocols[3];
