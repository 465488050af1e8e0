/* SPDX-License-Identifier: Apache-2.0 */
/* Within lib/random_cluster: the parts that policies of several kinds are made of. */
#pragma once

#include "lib/random_cluster.h"

/* A policy with a number in its name. Of BaselineAdminNetworkPolicy there is one, which the next replaces. */
void random_networkpolicy(struct random_cluster *cluster, uint32_t number);
void random_adminpolicy(struct random_cluster *cluster, uint32_t number);

/* AuthorizationPolicy or PeerAuthentication. */
void random_istio(struct random_cluster *cluster, uint32_t number);

/* A block with addresses worth asking about, and a smaller one in it (not of a single address). */
struct ip_cidr random_block(struct random_cluster *cluster);
struct ip_cidr random_except(struct random_cluster *cluster, const struct ip_cidr *block);

/* A selector over `keys`; a quarter of them select everything. */
void random_write_selector(struct random_cluster *cluster, const char *const *keys,
			   uint32_t n_keys);

/* "podSelector: …", and "FIELD: …" over the labels of namespaces. */
void random_write_pod_selector(struct random_cluster *cluster);
void random_write_namespace_selector(struct random_cluster *cluster, const char *field);
