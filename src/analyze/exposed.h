/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What leads to a pod from outside the cluster, before any policy: Services of type LoadBalancer or
 * NodePort or with external addresses, host ports, a node's own network, and routes (Ingress,
 * HTTPRoute …), by which a proxy comes in their place.
 */
#pragma once

#include "model/model.h"

/* id, name in JSON and text */
#define ANALYZE_EXPOSURES(X) \
	X(LOAD_BALANCER, "LoadBalancer") \
	X(NODE_PORT, "NodePort") \
	X(EXTERNAL_IP, "externalIPs") \
	X(HOST_PORT, "hostPort") \
	X(HOST_NETWORK, "hostNetwork") \
	X(ROUTE, "route")

enum analyze_exposure {
#define X(id, name) ANALYZE_EXPOSED_##id,
	ANALYZE_EXPOSURES(X)
#undef X
		ANALYZE_N_EXPOSURES
};

const char *analyze_exposure_name(enum analyze_exposure exposure);

/* By pod: a bit for each exposure, and the ports that lead there (not those of routes). */
struct analyze_exposed {
	uint8_t *kinds;
	struct port_set *ports;
	uint32_t n_pods;
};

void analyze_exposed_init(struct analyze_exposed *ret, const struct model_snapshot *snapshot);
void analyze_exposed_release(struct analyze_exposed *exposed);

/* Where something listens: the ports that a pod declares and those that Services send to it. */
struct analyze_listening {
	struct port_set *ports; /* by pod; empty: it declares none, and may listen everywhere */
	uint32_t n_pods;
};

void analyze_listening_init(struct analyze_listening *ret, const struct model_snapshot *snapshot);
void analyze_listening_release(struct analyze_listening *listening);
