/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/idle.h"

#include <string.h>

static bool is_same(const struct policy *a, const struct policy *b)
{
	return strcmp(a->kind, b->kind) == 0 && strcmp(a->group, b->group) == 0 &&
	       strcmp(a->no_effect, b->no_effect) == 0;
}

void policy_idle_list(const struct policy_set *set, struct policy_idle_kinds *ret)
{
	for (uint32_t i = 0; i < set->n_idle; i++) {
		const struct policy *policy = set->idle[i];
		size_t at = 0;

		while (at < ret->n && !is_same(ret->items[at].first, policy))
			at++;
		if (at == ret->n)
			vec_push(ret, ((struct policy_idle_kind){.first = policy}));
		ret->items[at].n += policy->object != ret->items[at].last;
		ret->items[at].last = policy->object;
	}
}

void policy_idle_report(const struct policy_set *set, struct diag_list *diags)
{
	struct policy_idle_kinds kinds = {0};

	policy_idle_list(set, &kinds);
	for (size_t i = 0; i < kinds.n; i++) {
		const struct policy *first = kinds.items[i].first;

		diag_add(diags, DIAG_BH0207, first->span, "%u %s (%s) without effect: %s",
			 kinds.items[i].n, first->kind, first->group, first->no_effect);
	}
	vec_release(&kinds);
}
