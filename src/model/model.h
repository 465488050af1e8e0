/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The snapshot: the cluster as Bulkhead sees it, read from manifests or a cluster's own objects.
 *
 * Built once by model/load.h, then read only. Everything lives in the snapshot's arena; all names,
 * label keys and values are interned in it and compared by pointer. Pods are the subjects and peers
 * of policy; workloads (their owners) are what people ask about. Arrays are sorted by (namespace,
 * kind, name) and stable; hypothetical pods stand behind.
 *
 * Sources of the semantics: Kubernetes API reference (core/v1, apps/v1, batch/v1,
 * discovery.k8s.io/v1).
 */
#pragma once

#include "base/arena.h"
#include "base/diag.h"
#include "base/intern.h"
#include "base/ip.h"
#include "base/port.h"
#include "tree/tree.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Sorted by key (strcmp); keys are unique. */
struct model_label {
	const char *key;
	const char *value;
};

struct model_labels {
	const struct model_label *items;
	uint32_t n;
};

/* The value (interned), or NULL when the key is absent. `key` must be interned there too. */
const char *model_label_get(const struct model_labels *labels, const char *key);

/* Where knowledge of an object comes from. */
enum model_origin {
	MODEL_DECLARED,     /* an object of the input */
	MODEL_IMPLIED,      /* a namespace that only other objects name */
	MODEL_ASSUMED,      /* always there: default, kube-system …, the cluster DNS */
	MODEL_HYPOTHETICAL, /* a peer that the input does not show (see model_add_hypothetical) */
};

struct model_namespace {
	const char *name;
	struct model_labels labels; /* with kubernetes.io/metadata.name, always */
	uint8_t origin;             /* enum model_origin */
	bool is_closed; /* has a workload in the input: what is not there does not exist */
	struct diag_span span;
	uint32_t index;
};

struct model_named_port {
	const char *name;
	uint8_t space; /* PORT_TCP, PORT_UDP, PORT_SCTP */
	uint16_t number;
};

/* A declared container port, named or not. */
struct model_port {
	const char *name; /* NULL */
	uint8_t space;
	uint16_t number;
	uint16_t host_port; /* of its node, that leads there; 0: none */
};

/*
 * Who a pod is to a mesh and to Calico. An account that only pods name has no labels but the pseudo
 * label that every account has, so that selectors can select by name too.
 */
struct model_account {
	struct model_namespace *ns;
	const char *name;
	struct model_labels labels; /* with MODEL_ACCOUNT_NAME, always */
	uint8_t origin;             /* enum model_origin: DECLARED or IMPLIED */
	struct diag_span span;
};

#define MODEL_ACCOUNT_NAME "@name" /* not a valid label key: no object has it */

struct model_pod;

struct model_texts {
	const char *const *items;
	uint32_t n;
};

/* A label or an annotation: how bad it is if somebody reaches these pods. */
#define MODEL_SENSITIVITY "bulkhead.dev/sensitivity"

/*
 * What owns pods: a controller object, or a bare pod itself (kind "Pod"). One endpoint of a
 * question.
 */
struct model_workload {
	const char *kind; /* "Deployment", "StatefulSet", … "Pod" */
	struct model_namespace *ns;
	const char *name;
	const char *alias; /* NULL; of an absent Deployment's ReplicaSet, the Deployment's name */
	uint8_t origin;
	struct model_pod **pods; /* never empty: `replicas: 0` keeps one; from a template ≤ 1000 */
	uint32_t n_pods;
	bool is_scaled_to_zero;
	bool host_network;         /* of all its pods */
	struct model_texts images; /* of containers, as written: "quay.io/cilium/cilium:v1.18.2" */
	struct model_texts args;   /* and commands: of DaemonSets, of others nothing */
	const char *sensitivity;   /* MODEL_SENSITIVITY of it or of its pods; NULL: none */
	struct diag_span span;
	uint32_t index;
};

struct model_pod {
	struct model_namespace *ns;
	const char *name; /* of the object, or derived: WORKLOAD-ORDINAL */
	bool is_derived;  /* from its workload's template: the input has no such pod */
	struct model_labels labels;
	struct model_account *account; /* never NULL; "default" when the pod names none */
	struct model_workload *workload;
	const char *node;      /* spec.nodeName, or NULL */
	struct ip_addr ips[2]; /* v4 first, at most one of a family; the node's with host_network */
	uint32_t n_ips;        /* 0: a host-network pod of an unknown node, or a full pod CIDR */
	bool is_address_assumed;
	bool host_network; /* subject to nothing; a peer only by its node's address */
	bool in_mesh;      /* Istio's: by injection, by its container or ambient; docs/input.md */
	uint8_t origin;
	const struct model_port *ports; /* of containers, and init containers that run on */
	uint32_t n_ports;
	struct diag_span span; /* of the pod, or of the workload that it comes from */
	uint32_t index;
};

struct model_service_port {
	const char *name; /* NULL */
	uint8_t space;
	uint16_t port;
	uint16_t target;         /* of the pod; 0: by name */
	const char *target_name; /* NULL: by number */
};

struct model_service {
	struct model_namespace *ns;
	const char *name;
	struct model_labels labels;
	const char *type; /* "ClusterIP", "NodePort", "LoadBalancer", "ExternalName" */
	const struct model_label *selector; /* NULL and n 0: none */
	uint32_t n_selector;
	const struct ip_addr *cluster_ips;
	uint32_t n_cluster_ips;
	const struct ip_addr *outer_ips; /* spec.externalIPs, and those of its load balancer */
	uint32_t n_outer_ips;
	const struct ip_cidr
		*sources;       /* spec.loadBalancerSourceRanges: whom its load balancer takes */
	uint32_t n_sources;     /* 0: anybody */
	bool has_no_node_ports; /* of a load balancer that needs none */
	bool is_headless;
	struct model_service_port *ports;
	uint32_t n_ports;
	struct model_pod **backends; /* by selector, else by EndpointSlices' targetRef or address */
	uint32_t n_backends;
	struct ip_addr *backend_addrs; /* of EndpointSlices: those that are no pod's */
	uint32_t n_backend_addrs;
	uint8_t origin;
	struct diag_span span;
};

/* A Service that a route sends to, at one port of it or at all. */
struct model_route_backend {
	const char *ns;
	const char *name;
	const struct model_service *service; /* NULL: none that the route may send to */
	uint16_t port;                       /* 0: by name; without a name, every port */
	const char *port_name;               /* NULL: by number */
	bool by_target;                      /* the port is the pod's, not the Service's */
	uint8_t space;                       /* what the proxy speaks: enum port_space */
	struct diag_span span;
};

/*
 * What a proxy at the cluster's edge is told to let in: an Ingress, a Route of OpenShift, or an
 * HTTPRoute, GRPCRoute, TLSRoute, TCPRoute or UDPRoute of the Gateway API.
 */
struct model_route {
	const char *group;
	const char *kind;
	const char *ns;
	const char *name;
	/* As they are written: one may be there twice. Not those that get nothing (weight 0). */
	struct model_route_backend *backends;
	uint32_t n_backends;
	struct diag_span span;
};

struct model_node {
	const char *name;
	struct model_labels labels;
	uint8_t origin;        /* IMPLIED: only pods name it */
	struct ip_addr *addrs; /* status.addresses that are IPs; hostIPs of its pods */
	uint32_t n_addrs;
	struct ip_cidr *pod_cidrs; /* spec.podCIDRs */
	uint32_t n_pod_cidrs;
	struct diag_span span;
};

/* A policy object as read: front ends in `policy` turn it into rules. */
struct model_policy_object {
	const char *group;   /* "networking.k8s.io" */
	const char *version; /* "v1" */
	const char *kind;
	const char *ns; /* NULL for cluster-wide kinds */
	const char *name;
	bool is_refused; /* its metadata is wrong, and that is said: only to be checked on */
	const struct model_policy_object *before; /* NULL, or what it replaces if it is taken */
	const struct tree_node *root;
	const struct diag_file *file;
	struct diag_span span; /* of the object */
};

/* An object as it was written, whatever its kind; kept where the loader was asked to. */
struct model_manifest {
	const char *group;
	const char *version;
	const char *kind;
	const char *ns;   /* NULL: known to be cluster-wide; else as written, or the default */
	const char *name; /* "" when it has none */
	const struct tree_node *root;
	const struct diag_file *file;
};

/* A kind and how often it was seen. */
struct model_kind_count {
	const char *group;
	const char *kind;
	uint32_t n;
};

/* Something that the snapshot supposes; printed in the answers that rest on it. */
struct model_assumption {
	const char *text;
};

struct model_index; /* what makes lookups fast; private to the module */

struct model_snapshot {
	struct arena arena;
	struct intern intern;
	struct model_index *index;

	struct model_namespace **namespaces;
	uint32_t n_namespaces;
	struct model_workload **workloads;
	uint32_t n_workloads;
	struct model_pod **pods; /* live ones; index == position */
	uint32_t n_pods;
	struct model_account **accounts; /* by namespace, name */
	uint32_t n_accounts;
	struct model_service **services;
	uint32_t n_services;
	struct model_route **routes; /* by namespace, kind, name */
	uint32_t n_routes;
	struct model_node **nodes;
	uint32_t n_nodes;
	struct model_policy_object *
		*policies; /* by group, kind, ns, name; kinds that are evaluated */
	uint32_t n_policies;
	struct model_policy_object **tests; /* PolicyTest: what policies are held against */
	uint32_t n_tests;

	struct model_manifest *manifests; /* in the order of the input; see model_options */
	uint32_t n_manifests;

	struct ip_addr *closed_addrs; /* claimed by two live pods; sorted */
	uint32_t n_closed_addrs;

	struct model_kind_count *not_evaluated; /* policy kinds that are known but not evaluated */
	uint32_t n_not_evaluated;
	struct model_kind_count *ignored; /* other kinds that do not matter */
	uint32_t n_ignored;

	struct ip_cidr *pod_cidrs; /* --pod-cidr, or the defaults */
	uint32_t n_pod_cidrs;
	bool has_v6;
	uint32_t n_objects; /* read in all: items of lists, not the lists */

	struct model_assumption *assumptions;
	uint32_t n_assumptions;
};

/* Everything is given back. */
void model_snapshot_free(struct model_snapshot *snapshot);

struct model_namespace *model_find_namespace(const struct model_snapshot *snapshot,
					     const char *name);

/*
 * The pod that has this address (never a host-network pod), or NULL; of a closed address the first.
 */
struct model_pod *model_find_address(const struct model_snapshot *snapshot,
				     const struct ip_addr *addr);

struct model_service *model_find_service(const struct model_snapshot *snapshot, const char *ns,
					 const char *name);
struct model_node *model_find_node(const struct model_snapshot *snapshot, const char *name);

/* The node that has this address, or NULL. */
struct model_node *model_find_node_address(const struct model_snapshot *snapshot,
					   const struct ip_addr *addr);

/* Two live pods claim this address: nothing is allowed from or to it. */
bool model_is_closed_address(const struct model_snapshot *snapshot, const struct ip_addr *addr);

/* The Service that has this cluster address, or NULL. */
struct model_service *model_find_service_address(const struct model_snapshot *snapshot,
						 const struct ip_addr *addr);

/*
 * Adds a pod that the input does not show: kind "Pod", a name of its own, an assumed address that
 * nobody has. It is appended (pods, workloads, and its namespace if that does not exist), so that
 * every index stays valid; the arrays may move. Labels need not be interned or sorted.
 */
struct model_pod *model_add_hypothetical(struct model_snapshot *snapshot, const char *ns,
					 const struct model_labels *labels);

/* All numbers of a port name (with its protocol) in a pod, added to `ret`. */
void model_pod_named_ports(const struct model_pod *pod, const char *name, enum port_space space,
			   struct port_set *ret);

/* The ports at which a pod gets what comes to a port of its Service, added to `ret`. */
void model_service_targets(const struct model_service_port *port, const struct model_pod *pod,
			   struct port_set *ret);

/* The ports at which a pod behind a route's Service gets what the route sends, added to `ret`. */
void model_route_ports(const struct model_route_backend *backend, const struct model_pod *pod,
		       struct port_set *ret);

typedef void (*model_routed_fn)(void *arg, const struct model_pod *pod,
				const struct port_set *ports);

/*
 * Calls for each backend of each route and each pod behind it (with `only`, for that one) with the
 * ports at which the pod gets what the route sends; not where there are none.
 */
void model_each_routed(const struct model_snapshot *snapshot, const struct model_pod *only,
		       model_routed_fn fn, void *arg);
