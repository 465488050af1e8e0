/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/change.h"

#include "base/arena.h"

#include <assert.h>

static const struct {
	const char *name;
	const char *text;
} kinds[ANALYZE_N_CHANGES] = {
#define X(id, name, text) [ANALYZE_CHANGE_##id] = {name, text},
	ANALYZE_CHANGES(X)
#undef X
};

const char *analyze_change_name(enum analyze_change_kind kind)
{
	assert(kind < ANALYZE_N_CHANGES);
	return kinds[kind].name;
}

const char *analyze_change_text(enum analyze_change_kind kind)
{
	assert(kind < ANALYZE_N_CHANGES);
	return kinds[kind].text;
}

bool analyze_change_is_one(const struct analyze_change *change)
{
	switch ((enum analyze_change_kind)change->kind) {
	case ANALYZE_CHANGE_ANY_PEER:
		return !change->rule->any_peer;
	case ANALYZE_CHANGE_ANY_PORT:
		return !change->rule->any_port || change->rule->n_not_ports;
	default:
		return true;
	}
}

bool analyze_change_rule(const struct analyze_change *change, struct policy_rule *ret)
{
	*ret = *change->rule;
	switch ((enum analyze_change_kind)change->kind) {
	case ANALYZE_CHANGE_ANY_PEER:
		ret->any_peer = true;
		ret->peers = NULL;
		ret->n_peers = 0;
		return true;
	case ANALYZE_CHANGE_ANY_PORT:
		ret->any_port = true;
		ret->ports = ret->not_ports = NULL;
		ret->n_ports = ret->n_not_ports = 0;
		return true;
	default:
		return false;
	}
}

static const struct analyze_change *find_change(const struct policy_rule *rule,
						const struct analyze_change *changes, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (changes[i].rule == rule)
			return &changes[i];
	return NULL;
}

static void change_rules(const struct policy *from, struct policy *to,
			 enum policy_direction direction, const struct analyze_change *changes,
			 size_t n)
{
	struct policy_rule *rules = to->rules[direction];
	uint32_t n_rules = 0;

	for (uint32_t i = 0; i < from->n_rules[direction]; i++) {
		const struct policy_rule *rule = &from->rules[direction][i];
		const struct analyze_change *change = find_change(rule, changes, n);

		rules[n_rules] = *rule;
		if (change && !analyze_change_rule(change, &rules[n_rules]))
			continue;
		rules[n_rules++].policy = to;
	}
	to->n_rules[direction] = n_rules;
}

static struct policy *change_policy(const struct policy *from, const struct analyze_change *changes,
				    size_t n, struct arena *arena)
{
	struct policy *to = arena_alloc(arena, sizeof(*to));

	*to = *from;
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
		to->rules[direction] = arena_alloc_n(arena, from->n_rules[direction],
						     sizeof(*to->rules[direction]));
		change_rules(from, to, direction, changes, n);
	}
	return to;
}

struct policy_set *analyze_policies_changed(const struct policy_set *policies,
					    const struct analyze_change *changes, size_t n,
					    struct arena *arena)
{
	struct policy_set *ret = arena_alloc(arena, sizeof(*ret));

	*ret = *policies;
	ret->policies = arena_alloc_n(arena, policies->n_policies, sizeof(*ret->policies));
	for (uint32_t i = 0; i < policies->n_policies; i++)
		ret->policies[i] = policies->policies[i];
	for (size_t i = 0; i < n; i++) {
		const uint32_t at = changes[i].rule->policy->index;

		if (ret->policies[at] == policies->policies[at])
			ret->policies[at] =
				change_policy(policies->policies[at], changes, n, arena);
	}
	return ret;
}
