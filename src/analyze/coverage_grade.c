/* SPDX-License-Identifier: Apache-2.0 */
/* The levels, each with what it takes, and what is missing for the next. */
#include "analyze/coverage_build.h"

#include "base/arena.h"

#include <inttypes.h>

struct grading {
	struct analyze_coverage *coverage;
	struct coverage_place *place;
};

static uint64_t count(const struct grading *grading, enum analyze_count count)
{
	return grading->place->row.counts[count];
}

/* false, and the step is said: there are some of what there should be none of. */
static bool is_clear(const struct grading *grading, const char *step, uint64_t n)
{
	if (n)
		grading->place->row.next =
			arena_printf(&grading->coverage->arena, "%s: %" PRIu64, step, n);
	return n == 0;
}

/* " at shop.yaml:12" */
static const char *place_of(const struct grading *grading, const struct policy_rule *rule)
{
	if (!rule || !rule->span.file)
		return "";
	return arena_printf(&grading->coverage->arena, " at %s:%u", rule->span.file->name,
			    rule->span.line);
}

/*
 * A default deny, or where there is one, no rule that makes nothing of it; first what is about more
 * pods.
 */
static bool is_closed(const struct grading *grading, enum policy_direction direction)
{
	static const struct {
		uint8_t open;
		uint8_t none;
		const char *open_words;
		const char *none_words;
	} words[POLICY_N_DIRECTIONS] = {
		[POLICY_EGRESS] = {ANALYZE_COUNT_EGRESS_OPEN, ANALYZE_COUNT_EGRESS_NONE,
				   "which lets out to anybody",
				   "default deny for egress; pods that send to anybody"},
		[POLICY_INGRESS] = {ANALYZE_COUNT_INGRESS_OPEN, ANALYZE_COUNT_INGRESS_NONE,
				    "which lets in anybody",
				    "default deny for ingress; pods that take what anybody sends"},
	};
	const uint64_t n_open = count(grading, words[direction].open);
	const uint64_t n_none = count(grading, words[direction].none);

	if (n_open <= n_none)
		return is_clear(grading, words[direction].none_words, n_none);
	return is_clear(grading,
			arena_printf(&grading->coverage->arena,
				     "narrow the rule%s, %s; pods with such rules",
				     place_of(grading, grading->place->opener[direction]),
				     words[direction].open_words),
			n_open);
}

static bool is_narrow(const struct grading *grading)
{
	const struct coverage_place *place = grading->place;

	return is_clear(grading,
			arena_printf(&grading->coverage->arena,
				     "narrow broad rules, first the one%s",
				     place_of(grading, place->broadest)),
			place->n_broad);
}

static bool reaches(const struct grading *grading, uint32_t level)
{
	const struct coverage_place *place = grading->place;
	const uint64_t n_tests = analyze_coverage_whole(&place->row, ANALYZE_RATIO_TESTS);

	switch (level) {
	case 1:
		return is_closed(grading, POLICY_INGRESS);
	case 2:
		return is_closed(grading, POLICY_EGRESS) &&
		       is_clear(grading, "allow DNS; pods that cannot resolve names",
				place->n_pods - place->n_with_dns);
	case 3:
		return is_narrow(grading);
	case 4:
		return is_clear(grading,
				"bound egress by names; pods that may reach addresses outside "
				"whatever their names",
				place->n_pods - place->n_bounded) &&
		       is_clear(grading,
				"ask for identities or requests; pods for which no rule does",
				place->n_pods - place->n_identity);
	default:
		return is_clear(grading, "name the owners of policies",
				count(grading, ANALYZE_COUNT_UNOWNED)) &&
		       is_clear(grading, "write a policy test of who may reach it; missing",
				n_tests == 0) &&
		       is_clear(grading, "mend policy tests that do not hold",
				n_tests - count(grading, ANALYZE_COUNT_PASSED)) &&
		       is_clear(grading, "settle exceptions that are over or never end",
				count(grading, ANALYZE_COUNT_EXPIRED) +
					count(grading, ANALYZE_COUNT_NO_EXPIRY));
	}
}

void coverage_grade(struct analyze_coverage *coverage, struct coverage_place *place)
{
	const struct grading grading = {coverage, place};

	place->row.level = ANALYZE_NO_LEVEL;
	if (place->n_pods == 0 || place->row.counts[ANALYZE_COUNT_EXEMPT])
		return;
	place->row.level = 0;
	while (place->row.level < 5 && reaches(&grading, place->row.level + 1))
		place->row.level++;
}
