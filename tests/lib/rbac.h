/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Istio generates of its policies, evaluated naively: Envoy's RBAC of sidecars, and the
 * Authorization of ambient's node proxy. What a connection alone does not tell is a maybe.
 */
#pragma once

#include "base/ip.h"
#include "tree/tree.h"

#include <stdint.h>

enum rbac_answer { RBAC_NO, RBAC_MAYBE, RBAC_YES };

struct rbac_connection {
	const char *identity; /* without spiffe://; NULL: none */
	struct ip_addr source;
	struct ip_addr target;
	uint16_t port;
};

/* One of `policies`: {permissions, principals}. */
enum rbac_answer rbac_envoy(const struct tree_node *policy,
			    const struct rbac_connection *connection);

/* One of `groups`: {rules: [{matches}]}. */
enum rbac_answer rbac_ztunnel(const struct tree_node *group,
			      const struct rbac_connection *connection);
