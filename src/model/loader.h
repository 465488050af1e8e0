/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the loader remembers between reading and finishing. Private to the module.
 *
 * Reading turns an object that matters into a record; finishing turns the records into the
 * snapshot. Records and keys live in `scratch` and die with the loader; what the snapshot will
 * point to (labels, ports, names, policies' trees) goes to the snapshot's arena at once. The tree
 * of a document dies with its text.
 */
#pragma once

#include "base/hash.h"
#include "base/keyset.h"
#include "base/strbuf.h"
#include "base/vec.h"
#include "model/index.h"
#include "model/load.h"
#include "model/mesh.h"
#include "model/object.h"

/* What every record starts with. */
struct model_record {
	const char *kind;
	const char *ns; /* NULL: cluster-wide */
	const char *name;
	struct diag_span span;
	uint64_t content; /* hash of what the object says, without status and bookkeeping */
	bool is_replaced; /* a later object has the same name */
	void *object; /* of the snapshot: a node, Service or policy; NULL for what is made later */
};

struct model_record_list {
	struct model_record **items;
	size_t n;
	size_t cap;
};

/* The controller of an object; kind NULL: none. */
struct model_owner {
	const char *kind;
	const char *name;
};

/* What a pod and a pod template have in common. */
struct model_template {
	struct model_labels labels;
	struct model_texts images;
	struct model_texts args; /* when a DaemonSet makes it */
	const struct model_port *ports;
	uint32_t n_ports;
	const char *service_account;
	const char *sensitivity;
	struct model_mesh_hints mesh;
	const char *node;
	bool host_network;
};

struct model_pod_record {
	struct model_record record;
	struct model_template spec;
	struct model_owner owner;
	struct ip_addr ips[2];
	uint32_t n_ips;
	struct ip_addr host_ips[2];
	uint32_t n_host_ips;
	bool is_completed;
};

struct model_workload_record {
	struct model_record record;
	struct model_template spec;
	struct model_owner owner;
	uint32_t replicas;
	uint32_t first_ordinal;
	bool is_absent;    /* only pods name it */
	const char *alias; /* see struct model_workload */
	struct model_workload *workload;
};

/* An address of an EndpointSlice, its pod, or both. */
struct model_endpoint {
	struct ip_addr addr; /* family IP_NONE: none */
	const char *pod;     /* NULL: not a pod's */
};

struct model_endpoints_record {
	struct model_record record;
	const char *service;
	struct model_endpoint *endpoints;
	uint32_t n_endpoints;
	struct model_service_port *ports; /* `port` is where the endpoints listen */
	uint32_t n_ports;
};

/* Of a ReferenceGrant: what may refer to the Services of its namespace. */
struct model_grant_from {
	const char *group; /* these three may be NULL, which fits nothing */
	const char *kind;
	const char *ns;
};

struct model_grant_record {
	struct model_record record;
	struct model_grant_from *from;
	uint32_t n_from;
	const char **services;
	uint32_t n_services;
	bool is_for_all; /* Services, whatever their names */
};

/* A kind of the input, and where it was seen first. */
struct model_kind_seen {
	const struct model_kind *known;
	const char *group;
	const char *kind;
	uint32_t n;
	struct diag_span span;
};

/* Objects that lack something: counted, and said once. */
struct model_lack {
	uint32_t n;
	struct diag_span span; /* of the first */
};

struct model_loader {
	struct model_snapshot *snapshot;
	struct model_options options; /* default_namespace is interned */
	bool default_is_given;        /* by the user: then it needs no words */
	struct arena scratch;
	struct intern keys;
	struct strbuf key;          /* the one being made */
	struct keyset shared;       /* contents that model_share() gave */
	VEC(const void *) copies;   /* by shared id */
	struct hash_map records;    /* interned group, kind, ns, name → struct model_record * */
	struct hash_map kinds;      /* interned "GROUP/KIND" → position in `seen`, from 1 */
	struct hash_map namespaces; /* interned name → struct model_namespace * */
	VEC(struct model_kind_seen) seen;
	VEC(struct model_namespace *) namespace_list;
	struct model_accounts accounts;
	struct model_mesh_keys mesh_keys; /* known when pods are made */
	VEC(struct model_workload *) made_workloads;
	VEC(struct model_pod *) made_pods; /* in scratch; model_sort() moves them */
	VEC(const char *) assumptions;
	struct model_record_list pods;
	struct model_record_list workloads;
	struct model_record_list declared_namespaces;
	struct model_record_list declared_accounts;
	struct model_record_list nodes;
	struct model_record_list services;
	struct model_record_list routes;
	struct model_record_list grants;
	struct model_record_list endpoints;
	struct model_record_list policies;
	VEC(struct model_manifest) manifests;
	struct model_record_list tests;
	struct model_lack untyped;
	struct model_lack without_namespace;
	uint32_t n_generated; /* names that were made up for metadata.generateName */
	bool shows_v6;
};

/* What a template's containers run (images.c). */
void model_read_images(struct model_object *object, const struct tree_node *template,
		       struct model_texts *ret);
void model_read_args(struct model_object *object, const struct tree_node *template,
		     struct model_texts *ret);
bool model_is_daemon(const char *kind);

/* Files (load.c), directories (walk.c), documents (document.c). */
void model_load_file(struct model_loader *loader, const char *path, struct diag_list *diags);
void model_load_directory(struct model_loader *loader, const char *path, struct diag_list *diags);
void model_read_document(struct model_loader *loader, const struct tree_node *root,
			 const struct diag_file *file, struct diag_list *diags);

/* The name beside it that a path which is not there may mean, in the list's arena; NULL: none. */
const char *model_near_path(const char *path, struct diag_list *diags);
void model_report_unreadable(const char *path, int error, struct diag_list *diags);

/*
 * The one copy of a content in the snapshot's arena, for lists that many objects have in common: a
 * cluster has a hundred times more pods than label sets. Padding counts: zero it. NULL for nothing.
 */
const void *model_share(struct model_loader *loader, const void *data, size_t size);

/* The namespace of this name, made (as implied) when it is new. */
struct model_namespace *model_loader_namespace(struct model_loader *loader, const char *name);

/* The service account of this name (interned), made when it is new. */
struct model_account *model_loader_account(struct model_loader *loader, struct model_namespace *ns,
					   const char *name);

/*
 * Keeps the record of an object that was read without error: fills `record`, which stands at the
 * start of a bigger structure in `scratch`, and marks the one that it replaces, which is returned (or
 * NULL).
 */
struct model_record *model_record_keep(struct model_object *object, struct model_record *record,
				       struct model_record_list *list);

#define MODEL_CLASS_WORKLOAD "workloads"

/*
 * Makes a record findable by class, kind, namespace and name; the one that was, or NULL. A class
 * keeps records of different structures apart: a policy's API group, MODEL_CLASS_WORKLOAD, or "".
 */
struct model_record *model_record_enter(struct model_loader *loader, const char *class,
					struct model_record *record);
struct model_workload_record *model_workload_record_find(struct model_loader *loader,
							 const struct model_owner *owner,
							 const char *ns);

/* The workload of a pod, made when only pods name it; NULL: the pod is its own. */
struct model_workload_record *model_pod_controller(struct model_loader *loader,
						   const struct model_pod_record *pod);

/* Whether another workload speaks for this one, which has no pods. */
bool model_is_part(struct model_loader *loader, struct model_workload_record *workload);

/* Adds an object to the manifests, if they are kept (manifest.c). */
void model_keep_manifest(const struct model_object *object);
void model_take_manifests(struct model_loader *loader);

/* A copy of a tree that outlives the original; nodes that the original shares are shared. */
const struct tree_node *model_tree_keep(const struct tree_node *root, struct arena *arena);

/* `ports` of a Service or an EndpointSlice. */
struct model_service_port *model_read_service_ports(struct model_object *object,
						    const struct tree_node *parent,
						    uint32_t *ret_n);

/* Keeps v4 first and at most one of a family. */
void model_add_ip(struct ip_addr ips[2], uint32_t *n, struct ip_addr addr);

/* Readers of kinds, for the table in kinds.c. */
void model_read_namespace(struct model_object *object);
void model_read_node(struct model_object *object);
void model_read_account(struct model_object *object);
void model_read_pod(struct model_object *object);
void model_read_workload(struct model_object *object);
void model_read_service(struct model_object *object);
void model_read_endpointslice(struct model_object *object);
void model_read_endpoints(struct model_object *object);
void model_read_policy(struct model_object *object);
void model_read_ingress(struct model_object *object);
void model_read_openshift_route(struct model_object *object);
void model_read_gateway_route(struct model_object *object);
void model_read_grant(struct model_object *object);
void model_read_test(struct model_object *object);

/* MODEL_SENSITIVITY in `metadata`, the label before the annotation; NULL: neither. */
const char *model_read_sensitivity(struct model_object *object, const struct tree_node *metadata);

/* The labels, ports and so on of a mapping with `metadata` and `spec`. */
void model_read_template(struct model_object *object, const struct tree_node *template,
			 struct model_template *ret);
struct model_owner model_read_owner(struct model_object *object);

/* The steps of model_loader_finish(), in this order. */
void model_make_nodes(struct model_loader *loader);
void model_make_workloads(struct model_loader *loader);
void model_assume(struct model_loader *loader);
void model_sort(struct model_loader *loader);
void model_give_addresses(struct model_loader *loader, struct diag_list *diags);
void model_make_backends(struct model_loader *loader);
void model_make_routes(struct model_loader *loader);

/*
 * A workload with one pod that the input does not show; its namespace does not become closed by it.
 */
void model_make_assumed(struct model_loader *loader, const struct model_record *record,
			const struct model_template *spec);

/* Whether a route may send to this backend: one of its own namespace, or a ReferenceGrant says so. */
bool model_is_granted(const struct model_loader *loader, const struct model_route *route,
		      const struct model_route_backend *backend);

/* Adds a line to the snapshot's assumptions. */
void model_assume_text(struct model_loader *loader, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
