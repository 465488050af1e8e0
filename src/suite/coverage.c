/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/coverage.h"

#include <string.h>

/* The namespace that all pods of the input among them are in; NULL: none, or several. */
static const char *namespace_of(const struct analyze_endpoint *ends)
{
	const char *ret = NULL;

	for (uint32_t i = 0; i < ends->n_pods; i++) {
		if (ends->pods[i]->origin == MODEL_HYPOTHETICAL)
			continue;
		if (ret && strcmp(ret, ends->pods[i]->ns->name) != 0)
			return NULL;
		ret = ends->pods[i]->ns->name;
	}
	return ret;
}

static void add(struct analyze_coverage_extras *ret, const char *ns, enum analyze_count count)
{
	vec_push(&ret->items, ((struct analyze_coverage_extra){ns, (uint8_t)count, 1}));
}

void suite_coverage_add_results(struct analyze_coverage_extras *ret, const struct suite *suite,
				const struct suite_results *results)
{
	static const enum analyze_count counts[SUITE_N_OUTCOMES] = {
		[SUITE_PASS] = ANALYZE_COUNT_PASSED,
		[SUITE_FAIL] = ANALYZE_COUNT_FAILED,
		[SUITE_DEPENDS] = ANALYZE_COUNT_DEPENDS,
	};

	ret->has_tests = true;
	for (size_t i = 0; i < results->items.n; i++) {
		const char *ns = namespace_of(suite->ends[SUITE_TO].items[i].whole);

		if (!ns)
			ns = namespace_of(suite->ends[SUITE_FROM].items[i].whole);
		add(ret, ns, counts[results->items.items[i].outcome]);
	}
}

void suite_coverage_add_adequacy(struct analyze_coverage_extras *ret,
				 const struct suite_adequacy *adequacy)
{
	ret->has_adequacy = true;
	for (size_t i = 0; i < adequacy->mutants.n; i++) {
		const struct suite_mutant *mutant = &adequacy->mutants.items[i];

		if (mutant->fate != SUITE_EQUIVALENT)
			add(ret, mutant->change.rule->policy->ns,
			    mutant->fate == SUITE_KILLED ? ANALYZE_COUNT_KILLED
							 : ANALYZE_COUNT_SURVIVED);
	}
}
