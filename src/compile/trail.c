/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Trails: what was said before a layer decided, and what that makes of the decision.
 *
 * A decision is certain when no condition can change it.
 */
#include "compile/internal.h"

#include "policy/fold.h"

uint32_t trail_append(struct compile_world *world, uint32_t trail, const struct policy_rule *rule)
{
	VEC(const struct policy_rule *) list = {0};
	const struct policy_rule *const *old;
	uint32_t id, n;

	old = compile_trail(world, trail, &n);
	for (uint32_t i = 0; i < n; i++)
		vec_push(&list, old[i]);
	vec_push(&list, rule);
	id = keyset_intern(&world->trails, list.items, list.n * sizeof(*list.items), NULL);
	vec_release(&list);
	return id;
}

const struct policy_rule *const *compile_trail(const struct compile_world *world, uint32_t number,
					       uint32_t *ret_n)
{
	size_t size;
	const void *list = keyset_get(&world->trails, number, &size);

	*ret_n = size / sizeof(struct policy_rule *);
	return list;
}

/* The rules of a trail that said pass for certain. */
static uint32_t only_passed(struct compile_world *world, uint32_t trail)
{
	uint32_t n, ret = 0;
	const struct policy_rule *const *rules = compile_trail(world, trail, &n);

	for (uint32_t i = 0; i < n; i++) {
		if (!policy_rule_is_conditional(rules[i]))
			ret = trail_append(world, ret, rules[i]);
		rules = compile_trail(world, trail, &n); /* the keyset may have moved */
	}
	return ret;
}

struct compile_outcome trail_fold(struct compile_world *world,
				  const struct compile_decision *decision, enum port_space space)
{
	struct compile_outcome ret = {.action = decision->action,
				      .reason = decision->reason,
				      .rule = decision->rule,
				      .tier = decision->tier,
				      .layers = {*decision}};
	struct policy_fold fold;
	uint32_t n;
	const struct policy_rule *const *rules = compile_trail(world, decision->trail, &n);

	if (!n)
		return ret;
	fold = policy_fold(rules, n, decision->action == TABLE_ALLOW, space);
	if (!fold.first)
		return ret;
	if (fold.certainty == POLICY_CERTAIN) {
		ret.layers[0].trail = only_passed(world, decision->trail);
		if (fold.is_allowed == (decision->action == TABLE_ALLOW))
			return ret;
		ret.action = fold.is_allowed ? TABLE_ALLOW : TABLE_DENY;
		ret.reason = VERDICT_RULE;
	} else {
		ret.action = TABLE_DECIDE;
		ret.reason = fold.certainty == POLICY_BY_CONDITION ? VERDICT_CONDITION
								   : VERDICT_SOURCE_PORT;
	}
	ret.rule = fold.first;
	ret.tier = fold.first->policy->tier;
	return ret;
}
