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

/* What to do about how many: "narrow " 2 "broad rules". */
struct step {
	const char *before;
	const char *one;
	const char *many;
};

/* false, and the step is said: there are some of what there should be none of. */
static bool is_clear(const struct grading *grading, const struct step *step, uint64_t n)
{
	if (n)
		grading->place->row.next = arena_printf(&grading->coverage->arena,
							"%s%" PRIu64 " %s", step->before, n,
							n == 1 ? step->one : step->many);
	return n == 0;
}

/* "shop.yaml:12", NULL: nowhere. */
static const char *place_of(const struct grading *grading, const struct policy_rule *rule)
{
	if (!rule || !rule->span.file)
		return NULL;
	return arena_printf(&grading->coverage->arena, "%s:%u", rule->span.file->name,
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
		struct step none_step;
	} words[POLICY_N_DIRECTIONS] = {
		[POLICY_EGRESS] = {ANALYZE_COUNT_EGRESS_OPEN,
				   ANALYZE_COUNT_EGRESS_NONE,
				   "lets out to anybody",
				   {"default deny for egress: ", "pod sends to anybody",
				    "pods send to anybody"}},
		[POLICY_INGRESS] = {ANALYZE_COUNT_INGRESS_OPEN,
				    ANALYZE_COUNT_INGRESS_NONE,
				    "lets in anybody",
				    {"default deny for ingress: ", "pod takes what anybody sends",
				     "pods take what anybody sends"}},
	};
	const uint64_t n_open = count(grading, words[direction].open);
	const uint64_t n_none = count(grading, words[direction].none);
	const char *place = place_of(grading, grading->place->opener[direction]);
	struct step open = {.one = "pod has such a rule", .many = "pods have such rules"};

	if (n_open <= n_none)
		return is_clear(grading, &words[direction].none_step, n_none);
	open.before = arena_printf(&grading->coverage->arena,
				   "narrow the rule%s%s, which %s: ", place ? " at " : "",
				   place ? place : "", words[direction].open_words);
	return is_clear(grading, &open, n_open);
}

static bool is_narrow(const struct grading *grading)
{
	const struct coverage_place *place = grading->place;
	const char *first = place_of(grading, place->broadest);
	struct arena *arena = &grading->coverage->arena;
	struct step step = {"narrow ", "broad rule", "broad rules"};

	if (first) {
		step.one = arena_printf(arena, "%s, first %s", step.one, first);
		step.many = arena_printf(arena, "%s, first %s", step.many, first);
	}
	return is_clear(grading, &step, place->n_broad);
}

static bool resolves_names(const struct grading *grading)
{
	static const struct step step = {"allow DNS: ", "pod cannot resolve names",
					 "pods cannot resolve names"};

	return is_clear(grading, &step, grading->place->n_pods - grading->place->n_with_dns);
}

static bool is_bound(const struct grading *grading)
{
	static const struct step names = {
		"bound egress by names: ", "pod may reach addresses outside whatever their names",
		"pods may reach addresses outside whatever their names"};
	static const struct step identities = {"ask for identities or requests: no rule does for ",
					       "pod", "pods"};
	const struct coverage_place *place = grading->place;

	return is_clear(grading, &names, place->n_pods - place->n_bounded) &&
	       is_clear(grading, &identities, place->n_pods - place->n_identity);
}

static bool has_tests(const struct grading *grading)
{
	static const struct step mend = {"mend ", "policy test that does not hold",
					 "policy tests that do not hold"};
	struct analyze_coverage_row *row = &grading->place->row;
	const uint64_t n = analyze_coverage_whole(row, ANALYZE_RATIO_TESTS);

	if (n == 0)
		row->next = "write a policy test of who may reach it";
	return n && is_clear(grading, &mend, n - count(grading, ANALYZE_COUNT_PASSED));
}

static bool is_governed(const struct grading *grading)
{
	static const struct step own = {"name who owns ", "policy", "policies"};
	static const struct step settle = {"settle ", "exception that is over or never ends",
					   "exceptions that are over or never end"};

	return is_clear(grading, &own, count(grading, ANALYZE_COUNT_UNOWNED)) &&
	       has_tests(grading) &&
	       is_clear(grading, &settle,
			count(grading, ANALYZE_COUNT_EXPIRED) +
				count(grading, ANALYZE_COUNT_NO_EXPIRY));
}

static bool reaches(const struct grading *grading, uint32_t level)
{
	switch (level) {
	case 1:
		return is_closed(grading, POLICY_INGRESS);
	case 2:
		return is_closed(grading, POLICY_EGRESS) && resolves_names(grading);
	case 3:
		return is_narrow(grading);
	case 4:
		return is_bound(grading);
	default:
		return is_governed(grading);
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
