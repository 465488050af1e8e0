/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Manifests of a synthetic cluster, of any size: 10 namespaces, apps of 5 replicas, one default
 * deny per namespace, then a fixed mix of policies, one per app.
 *
 * With the defaults, the text is byte for byte what gen.py (data/perf beside the project) writes,
 * so counts and times can be compared with those of other tools on its files.
 */
#pragma once

#include "base/strbuf.h"

#include <stdbool.h>
#include <stdint.h>

#define MANIFESTS_REPLICAS 5

struct manifests_shape {
	uint32_t n_pods;
	uint32_t n_policies; /* 0: one per app */
	bool owned;          /* pods of an app are owned by one ReplicaSet, and so one endpoint */
	bool mixed;          /* every other policy is of another API; all pods are in the mesh */
};

/* Appends the whole cluster as YAML. */
void manifests_write(const struct manifests_shape *shape, struct strbuf *ret);
