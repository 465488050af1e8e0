/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a policy API brings: one line in the registry (policy/frontend.c), one file of its own.
 *
 * A front end reads a policy object's tree, validates it as the API server would (every problem a diagnostic with
 * its place and a hint), applies the API's defaulting, and fills a `struct policy`. It knows nothing of pods.
 */
#pragma once

#include "policy/ir.h"

struct policy_reader {
	struct model_snapshot *snapshot; /* for the arena and interning */
	const struct policy_options *options;
	struct diag_list *diags;
	const struct model_policy_object *object;
	bool failed; /* an error was reported for this object */
};

struct policy_frontend {
	const char *group;
	const char *kind;
	const char *const *versions; /* served ones, NULL-terminated; any other is an error */
	const char *tier;
	uint32_t tier_order; /* tiers are sorted by this */
	/* Fills `policy` (zeroed, names set). Problems go through policy_error(). */
	void (*read)(struct policy_reader *reader, struct policy *policy);
};

/* The front end of a group and kind, or NULL. */
const struct policy_frontend *policy_frontend_find(const char *group, const char *kind);

/* An error of the object that is being read (a warning with skip_invalid); marks it as failed. */
struct diag *policy_error(struct policy_reader *reader, enum diag_code code, struct diag_span span,
			  const char *format, ...) __attribute__((format(printf, 4, 5)));

/* NetworkPolicy, networking.k8s.io/v1: policy/networkpolicy.c. */
extern const struct policy_frontend policy_frontend_networkpolicy;
