/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `inventory`: what there is, where a programme of policies starts from: whose it is, what leads to
 * it, what it needs outside, and what no policy selects yet. Only what the input shows: no assumed
 * objects.
 */
#pragma once

#include "analyze/cluster.h"
#include "base/vec.h"

struct analyze_inventory_namespace {
	const struct model_namespace *ns;
	const char *owner; /* NULL: none is named */
	uint32_t n_workloads;
	uint32_t n_unselected; /* workloads that no policy selects */
	uint32_t n_pods;
	uint32_t n_host_pods;
	uint32_t n_services;
	uint32_t n_policies;
};

struct analyze_inventory_workload {
	const struct model_workload *workload;
	const char *owner;       /* NULL: none is named */
	const char *sensitivity; /* NULL: it is for everybody, as far as is known */
	unsigned int exposures;  /* a bit for each enum analyze_exposure */
	uint32_t n_policies;     /* that select it */
};

struct analyze_inventory_account {
	const struct model_account *account;
	uint32_t n_pods;
};

/* A port that pods declare, and how many workloads do. */
struct analyze_inventory_port {
	struct port_range port;
	uint32_t n_workloads;
};

/* Something outside the cluster that the input names. */
struct analyze_inventory_external {
	const char *what; /* "payments.example.com", "203.0.113.0/24", "any address" */
	const char *kind; /* "name", "address" */
	const char *from; /* the object that names it: "NetworkPolicy shop/api" */
	struct diag_span span;
};

struct analyze_inventory {
	const struct analyze_cluster *cluster;
	struct arena arena;
	VEC(struct analyze_inventory_namespace) namespaces;
	VEC(struct analyze_inventory_workload) workloads;
	VEC(struct analyze_inventory_account) accounts;
	VEC(struct analyze_inventory_port) ports;
	VEC(struct analyze_inventory_external) externals; /* by what, then from */
	uint32_t n_undeclared;                            /* workloads that declare no port */
};

struct analyze_inventory_options {
	/* How sensitive a workload is, in a word or two; NULL: what the input says of it. */
	const char *(*sensitivity)(void *arg, const struct model_workload *workload);
	void *arg;
};

/* The cluster must have been loaded with keep_manifests. */
void analyze_inventory_build(struct analyze_inventory *ret, const struct analyze_cluster *cluster,
			     const struct analyze_inventory_options *options);
void analyze_inventory_release(struct analyze_inventory *inventory);
