/* SPDX-License-Identifier: Apache-2.0 */
/* Policies of other APIs for the synthetic cluster; only for manifests*.c. */
#pragma once

#include "base/strbuf.h"

#include <stdint.h>

/* Where a policy stands, and whom it is about. */
struct manifests_policy {
	uint32_t number; /* of all policies */
	uint32_t ns;
	uint32_t app;  /* its subject */
	uint32_t peer; /* an app of the same namespace */
};

/* One of Cilium's, ClusterNetworkPolicy's and Istio's, in turn. */
void manifests_write_mixed(const struct manifests_policy *policy, struct strbuf *ret);
