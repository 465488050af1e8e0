/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The ends of a question, as people write them:
 *
 *	shop/frontend                   a pod, else the only workload of that name
 *	shop/deploy/frontend            a workload; kinds in any case, kubectl's short names too
 *	shop/svc/frontend               a Service: the pods behind it
 *	shop/[app=web,tier=front]       a pod that is not there, with these labels
 *	[team=a]/[app=web]              the same, in a namespace with these labels
 *	dns  internet                   the cluster's DNS; global unicast outside the cluster
 *	10.1.2.3  10.0.0.0/8            an address (if it is somebody's, who has it), a CIDR block
 *	ip:10.0.0.0-10.0.0.9            a range, as `map` writes it
 *	ingress-controller              where `takes_proxy`: the proxy that routes are for
 *
 * What is found is kept, so that a question a line costs one look-up. A hypothetical pod is added
 * to the snapshot: judges that were made before do not know it.
 */
#pragma once

#include "analyze/cluster.h"
#include "base/hash.h"
#include "base/intern.h"

/* The proxy that routes are for, where a verb takes it. */
#define ANALYZE_INGRESS_ID "ingress-controller"

enum analyze_endpoint_kind {
	ANALYZE_PODS,    /* of a workload, or one pod */
	ANALYZE_SERVICE, /* the pods and addresses behind a Service */
	ANALYZE_NODE,    /* one address of a node */
	ANALYZE_OUTSIDE, /* addresses that are nobody's in the cluster */
	ANALYZE_INGRESS, /* of a map: the proxy that routes are for */
};

struct analyze_endpoint {
	uint8_t kind;  /* enum analyze_endpoint_kind */
	bool is_proxy; /* of routes: asks for nothing but what they lead to */
	const char *id;
	struct model_pod *const *pods;
	uint32_t n_pods;
	const struct model_service *service;
	const struct model_node *node;
	const struct ip_range
		*ranges; /* NODE, OUTSIDE, a Service's other addresses; sorted, disjoint */
	uint32_t n_ranges;
	uint32_t n_covered; /* known pods whose address lies in the ranges of an OUTSIDE endpoint */
};

struct analyze_endpoints {
	struct analyze_cluster *cluster;
	struct arena arena; /* of endpoints; they live as long as this */
	struct intern texts;
	struct hash_map known; /* interned text → struct analyze_endpoint * */
	/* May be set: */
	bool takes_proxy;
	const char *proxy; /* NULL: a pod without labels; else which endpoint it is */
};

void analyze_endpoints_init(struct analyze_endpoints *endpoints, struct analyze_cluster *cluster);
void analyze_endpoints_release(struct analyze_endpoints *endpoints);

/* NULL: a diagnostic (BH0401) says why. */
const struct analyze_endpoint *analyze_endpoint_get(struct analyze_endpoints *endpoints,
						    const char *text, struct diag_list *diags);

/* Who --ingress-controller says is the proxy of routes: it must have pods. */
const struct analyze_endpoint *analyze_endpoint_get_proxy(struct analyze_endpoints *endpoints,
							  const char *text,
							  struct diag_list *diags);

/* "ns/Kind/name" and "ns/Pod/name"; in the arena. */
const char *analyze_workload_id(const struct model_workload *workload, struct arena *arena);
const char *analyze_pod_id(const struct model_pod *pod, struct arena *arena);

/* "ip:FIRST-LAST"; in the arena. */
const char *analyze_range_id(const struct ip_range *range, struct arena *arena);

/* Whether an address is a pod's, a node's or a Service's. */
bool analyze_is_known_address(const struct model_snapshot *snapshot, const struct ip_addr *addr);

/*
 * The lowest address of a range that could be somebody's whom the input does not show: outside the
 * cluster, or with `of_node` on a node, which may be one that the input has. false: none is left.
 */
bool analyze_free_address(const struct model_snapshot *snapshot, const struct ip_range *range,
			  bool of_node, struct ip_addr *ret);
