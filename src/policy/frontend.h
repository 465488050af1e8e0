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

#include "policy/ir.h"

/* Every tier, in the order of evaluation: id, name, layer. */
#define POLICY_TIERS(X) \
	X(ADMIN, "Admin", 0) \
	X(NETWORK_POLICY, "NetworkPolicy", 0) \
	X(BASELINE, "Baseline", 0)

enum policy_tier_id {
#define X(id, name, layer) POLICY_TIER_##id,
	POLICY_TIERS(X)
#undef X
		POLICY_N_TIERS
};

struct policy_schema;

struct policy_reader {
	struct model_snapshot *snapshot; /* for the arena and interning */
	const struct policy_options *options;
	struct diag_list *diags;
	const struct model_policy_object *object;
	const struct policy_schema *const *schemas; /* of the frontend: homes of misplaced fields */
	bool failed;                                /* an error was reported for this object */
};

struct policy_frontend {
	const char *group;
	const char *kind;
	const char *const *versions; /* served ones, NULL-terminated; any other is an error */
	const char *successor;       /* the apiVersion to write instead of one that is not served */
	const struct policy_schema *const *schemas; /* every one, NULL-terminated */
	enum policy_tier_id tier; /* of its policies, unless read() says otherwise */
	/* Fills `policy`, of which object, names, tier and span are set. */
	void (*read)(struct policy_reader *reader, struct policy *policy);
};

/* The front end of a group and kind, or NULL. */
const struct policy_frontend *policy_frontend_find(const char *group, const char *kind);

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
