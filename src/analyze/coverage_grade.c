/* SPDX-License-Identifier: Apache-2.0 */
/* The levels, each with what it takes, and what is missing for the next. */
#include "analyze/coverage_build.h"

#include "base/arena.h"

/* A level's condition: how many fulfil it, of how many, and what to do about the others. */
struct demand {
	uint32_t n;
	uint32_t of;
	const char *step; /* with the number that is missing */
};

static bool fails(struct analyze_coverage *coverage, struct analyze_coverage_row *row,
		  const struct demand *demand)
{
	if (demand->n >= demand->of)
		return false;
	row->next = arena_printf(&coverage->arena, demand->step, demand->of - demand->n);
	return true;
}

/* What every level demands, from the first; true: the level is reached. */
static bool reaches(struct analyze_coverage *coverage, struct analyze_coverage_row *row,
		    uint32_t level)
{
	const struct analyze_coverage_extras *extras = &coverage->extras;
	const uint32_t *in = row->pods[POLICY_INGRESS], *out = row->pods[POLICY_EGRESS];
	const uint32_t n = row->n_pods,
		       n_tests = extras->n_passed + extras->n_failed + extras->n_depends;
	const struct demand demands[][3] = {
		[1] = {{in[ANALYZE_ISOLATION_DEFAULT_DENY], n,
			"default deny for ingress; pods that take what anybody sends: %u"}},
		[2] = {{out[ANALYZE_ISOLATION_DEFAULT_DENY], n,
			"default deny for egress; pods that send to anybody: %u"},
		       {row->n_with_dns, n, "allow DNS; pods that cannot resolve names: %u"}},
		[3] = {{0, row->n_broad, "narrow broad rules: %u"}},
		[4] = {{row->n_bounded, n,
			"bound egress by names; pods that may reach addresses outside whatever "
			"their names: %u"},
		       {row->n_identity, n,
			"ask for identities or requests; pods for which no rule does: %u"}},
		[5] = {{row->n_owned, row->n_policies, "name the owners of policies: %u"},
		       {extras->n_passed, n_tests ? n_tests : 1,
			"write policy tests that hold; missing or failing: %u"},
		       {0, extras->n_expired + extras->n_without_expiry,
			"settle exceptions that are over or never end: %u"}},
	};

	for (size_t i = 0; i < 3; i++)
		if (demands[level][i].step && fails(coverage, row, &demands[level][i]))
			return false;
	return true;
}

void coverage_grade(struct analyze_coverage *coverage, struct analyze_coverage_row *row)
{
	row->level = ANALYZE_NO_LEVEL;
	if (row->n_pods == 0 || row->states[ANALYZE_STATE_EXEMPT])
		return;
	row->level = 0;
	while (row->level < 5 && reaches(coverage, row, row->level + 1))
		row->level++;
}
