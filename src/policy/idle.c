/* SPDX-License-Identifier: Apache-2.0 */
/* Policies that are there and decide nothing: said once for each kind and reason. */
#include "policy/idle.h"

#include "base/vec.h"

#include <string.h>

struct idle_kind {
	const struct policy *first;
	uint32_t n;
};

static bool is_same(const struct policy *a, const struct policy *b)
{
	return strcmp(a->kind, b->kind) == 0 && strcmp(a->group, b->group) == 0 &&
	       strcmp(a->no_effect, b->no_effect) == 0;
}

void policy_idle_report(const struct policy_set *set, struct diag_list *diags)
{
	VEC(struct idle_kind) kinds = {0};

	for (uint32_t i = 0; i < set->n_idle; i++) {
		const struct policy *policy = set->idle[i];
		size_t at = 0;

		while (at < kinds.n && !is_same(kinds.items[at].first, policy))
			at++;
		if (at == kinds.n)
			vec_push(&kinds, ((struct idle_kind){policy, 0}));
		kinds.items[at].n += policy->part == 0;
	}
	for (size_t i = 0; i < kinds.n; i++) {
		const struct policy *first = kinds.items[i].first;

		diag_add(diags, DIAG_BH0207, first->span, "%u %s (%s) without effect: %s",
			 kinds.items[i].n, first->kind, first->group, first->no_effect);
	}
	vec_release(&kinds);
}
