/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/reason.h"

#include "analyze/text.h"
#include "base/strbuf.h"

#include <string.h>

#define PREFIX_LEN (sizeof(SUITE_REASON_POLICY) - 1)

/* "NAMESPACE/NAME" of a test that names a policy, else NULL. */
static const char *policy_of(const struct suite_test *test)
{
	if (!test->reason || strncmp(test->reason, SUITE_REASON_POLICY, PREFIX_LEN) != 0)
		return NULL;
	return test->reason + PREFIX_LEN;
}

static bool is_called(const struct policy *policy, const char *name)
{
	struct strbuf text = {0};
	bool ret;

	analyze_policy_text(policy, &text);
	ret = strcmp(strbuf_str(&text), name) == 0;
	strbuf_release(&text);
	return ret;
}

static const char *name_of(const struct policy *policy, struct arena *arena)
{
	struct strbuf text = {0};
	const char *ret;

	analyze_policy_text(policy, &text);
	ret = arena_strdup(arena, strbuf_str(&text));
	strbuf_release(&text);
	return ret;
}

bool suite_reason_holds(const struct suite_test *test, const struct analyze_answer *answer)
{
	const char *name = policy_of(test);

	for (int i = 0; i < POLICY_N_DIRECTIONS && test->reason; i++) {
		const struct analyze_side *side = &answer->sides[i];

		if (side->verdict != answer->verdict)
			continue;
		if (!name && strcmp(test->reason, analyze_reason_name(side->reason)) == 0)
			return true;
		for (size_t k = 0; name && k < side->rules.n; k++)
			if (is_called(side->rules.items[k].policy, name))
				return true;
	}
	return !test->reason;
}

static const struct policy *find(const struct policy_set *policies, const char *name)
{
	for (uint32_t i = 0; i < policies->n_policies; i++)
		if (is_called(policies->policies[i], name))
			return policies->policies[i];
	return NULL;
}

/* One of that name in another namespace, or where there should be none or is one. */
static const struct policy *find_elsewhere(const struct policy_set *policies, const char *name)
{
	const char *slash = strrchr(name, '/');

	for (uint32_t i = 0; i < policies->n_policies; i++)
		if (strcmp(policies->policies[i]->name, slash ? slash + 1 : name) == 0)
			return policies->policies[i];
	return NULL;
}

static const char *find_near(const struct policy_set *policies, const char *name,
			     struct arena *arena)
{
	const struct policy *elsewhere = find_elsewhere(policies, name);
	VEC(const char *) names = {0};
	const char *ret;

	if (elsewhere)
		return name_of(elsewhere, arena);
	for (uint32_t i = 0; i < policies->n_policies; i++)
		vec_push(&names, name_of(policies->policies[i], arena));
	ret = diag_did_you_mean(name, names.items, names.n);
	vec_release(&names);
	return ret;
}

void suite_reasons_check(struct suite *suite, struct diag_list *diags)
{
	const struct policy_set *policies = suite->cluster->policies;

	for (size_t i = 0; i < suite->tests.n; i++) {
		const char *name = policy_of(&suite->tests.items[i]);
		const char *near;
		struct diag *diag;

		if (!name || find(policies, name))
			continue;
		diag = diag_add(diags, DIAG_BH0502, suite->tests.items[i].reason_span,
				"the input has no policy '%s'", name);
		near = find_near(policies, name, &suite->endpoints.arena);
		if (near)
			diag_hint(diags, diag, "did you mean '" SUITE_REASON_POLICY "%s'?", near);
		else
			diag_hint(diags, diag,
				  "write policy:NAMESPACE/NAME, or policy:NAME of a cluster-wide "
				  "one");
	}
}
