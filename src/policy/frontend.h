/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a policy API brings: a line in the registry (policy/frontend.c), a line for each tier it
 * adds, and files of its own.
 *
 * A front end reads a policy object's tree, validates it as the API server would (every problem a
 * diagnostic with its place and a hint), applies the API's defaulting, and fills a `struct policy`.
 * It knows nothing of pods.
 */
#pragma once

#include "base/vec.h"
#include "policy/ir.h"

/* The tiers that more than one API knows. */
#define POLICY_TIER_ADMIN \
	((struct policy_tier){POLICY_LAYER_NETWORK, POLICY_ORDER_ADMIN, "kube-admin", "Admin"})
#define POLICY_TIER_NETWORK_POLICY \
	((struct policy_tier){POLICY_LAYER_NETWORK, POLICY_ORDER_NETWORK_POLICY, "default", \
			      "NetworkPolicy"})
#define POLICY_TIER_BASELINE \
	((struct policy_tier){POLICY_LAYER_NETWORK, POLICY_ORDER_BASELINE, "kube-baseline", \
			      "Baseline"})

/* The ranks of rules where what denies comes first, whoever says it. */
enum policy_rank { POLICY_RANK_DENY, POLICY_RANK_PROXIED, POLICY_RANK_ALLOW };

/* The place of NetworkPolicies within their tier, for APIs that share it. */
#define POLICY_ORDER_OF_NETWORK_POLICIES 1000.0

struct policy_schema;

/* What a front end made of an object that policies refer to. */
struct policy_resource {
	const struct model_policy_object *object;
	void *value; /* of the front end's own type; in the arena */
};

struct policy_resources {
	struct policy_resource *items; /* in the order of the snapshot */
	size_t n;
	size_t cap;
};

struct policy_reader {
	struct model_snapshot *snapshot; /* for the arena, interning, and what policies name */
	const struct policy_resources *resources; /* complete when policies are read */
	const struct policy_options *options;
	struct diag_list *diags;
	const struct model_policy_object *object;
	const struct policy_schema *const *schemas; /* of the frontend: homes of misplaced fields */
	bool failed;                                /* an error was reported for this object */
	void *resource;                             /* of a resource: its value */
	VEC(struct policy *) policies; /* of the object: the one that read() gets, and more */
};

struct policy_frontend {
	const char *group;
	const char *kind;
	const char *const *versions; /* served ones, NULL-terminated; any other is an error */
	const char *successor;       /* the apiVersion to write instead of one that is not served */
	const struct policy_schema *const *schemas; /* every one, NULL-terminated */
	struct policy_tier tier; /* of its policies, unless read() says otherwise */
	/* Fills `policy`, of which object, names, tier_key and span are set. */
	void (*read)(struct policy_reader *reader, struct policy *policy);
	/* Instead of read(), of a kind that policies refer to: sets reader->resource. */
	void (*read_resource)(struct policy_reader *reader);
};

/* The front end of a group and kind, or NULL. */
const struct policy_frontend *policy_frontend_find(const char *group, const char *kind);

/* One more policy of the object that is being read, with the same names and tier. */
struct policy *policy_add(struct policy_reader *reader);

/* An error of the object that is being read (a warning with skip_invalid); marks it as failed. */
struct diag *policy_error(struct policy_reader *reader, enum diag_code code, struct diag_span span,
			  const char *format, ...) __attribute__((format(printf, 4, 5)));

/* A warning (BH0205) about what the API server accepts; the policy stays in force. */
struct diag *policy_warning(struct policy_reader *reader, struct diag_span span, const char *format,
			    ...) __attribute__((format(printf, 3, 4)));

/* NetworkPolicy, networking.k8s.io/v1: policy/networkpolicy.c. */
extern const struct policy_frontend policy_frontend_networkpolicy;

/* The kinds of policy.networking.k8s.io: policy/adminpolicy.c. */
extern const struct policy_frontend policy_frontend_clusternetworkpolicy;
extern const struct policy_frontend policy_frontend_adminnetworkpolicy;
extern const struct policy_frontend policy_frontend_baselineadminnetworkpolicy;

/* The kinds of security.istio.io: policy/istio.c and policy/istio_mtls.c. */
extern const struct policy_frontend policy_frontend_istio_authorizationpolicy;
extern const struct policy_frontend policy_frontend_istio_peerauthentication;

/* The kinds of cilium.io: policy/cilium.c; and what they refer to: policy/cilium_resource.c. */
extern const struct policy_frontend policy_frontend_ciliumnetworkpolicy;
extern const struct policy_frontend policy_frontend_ciliumclusterwidenetworkpolicy;
extern const struct policy_frontend policy_frontend_ciliumcidrgroup;
extern const struct policy_frontend policy_frontend_ciliumnode;

/* The kinds of projectcalico.org, as its API server and as custom resources: policy/calico.c. */
#define POLICY_N_FRONTENDS_CALICO 16
extern const struct policy_frontend policy_frontends_calico[POLICY_N_FRONTENDS_CALICO];

/*
 * How Calico orders policies of equal order: by name, namespace and its own name of the kind; before
 * 3.32 by namespace and name, which began with `old_prefix`.
 */
const char *policy_calico_tie(const struct policy_reader *reader, const char *kind,
			      const char *old_prefix);
