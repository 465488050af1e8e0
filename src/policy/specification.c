/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/specification.h"

#include "policy/equal.h"
#include "policy/frontend.h"

#include <string.h>

static bool has_specification(const struct policy *policy)
{
	return strcmp(policy->group, "networking.k8s.io") == 0 ||
	       strcmp(policy->group, "policy.networking.k8s.io") == 0;
}

/* The object read as nobody in particular does; NULL when that is an error. */
static struct policy *read_again(struct model_snapshot *snapshot,
				 const struct policy_options *options, const struct policy *policy)
{
	static const struct policy_resources none;
	const struct policy_frontend *frontend = policy_frontend_find(policy->group, policy->kind);
	struct policy_options by_specification = *options;
	struct diag_list unsaid; /* what is wrong was said at the first reading */
	struct policy_reader reader = {
		.snapshot = snapshot,
		.resources = &none,
		.options = &by_specification,
		.diags = &unsaid,
		.object = policy->object,
		.schemas = frontend->schemas,
	};
	struct policy *again = policy_add(&reader);

	by_specification.cni = (struct policy_cni){0};
	diag_list_init(&unsaid, &snapshot->arena);
	frontend->read(&reader, again);
	vec_release(&reader.policies);
	return reader.failed ? NULL : again;
}

static void take_place(struct policy *policy, const struct policy *of)
{
	policy->tier_key = of->tier_key;
	policy->tier = of->tier;
	policy->order = of->order;
	policy->tie = of->tie;
	policy->index = of->index;
	policy->part = of->part;
}

struct policy_set *policy_set_by_specification(struct model_snapshot *snapshot,
					       const struct policy_set *set,
					       const struct policy_options *options,
					       bool **ret_is_other)
{
	struct arena *arena = &snapshot->arena;
	struct policy_set *other = NULL;
	bool *is_other = NULL;

	if (options->cni.id == POLICY_CNI_UNKNOWN)
		return NULL;
	for (uint32_t i = 0; i < set->n_policies; i++) {
		struct policy *again;

		if (!has_specification(set->policies[i]))
			continue;
		again = read_again(snapshot, options, set->policies[i]);
		if (!again || policy_equal(set->policies[i], again))
			continue;
		if (!other) {
			other = arena_alloc(arena, sizeof(*other));
			*other = *set;
			other->policies = arena_alloc_n(arena, set->n_policies, sizeof(again));
			memcpy(other->policies, set->policies, set->n_policies * sizeof(again));
			is_other = arena_alloc_n(arena, set->n_policies, sizeof(*is_other));
		}
		take_place(again, set->policies[i]);
		other->policies[i] = again;
		is_other[i] = true;
	}
	if (other)
		*ret_is_other = is_other;
	return other;
}
