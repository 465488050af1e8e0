/* SPDX-License-Identifier: Apache-2.0 */
/* BH703 and BH704: the exceptions themselves. */
#include "scan/check.h"

#include <string.h>
#include <strings.h>

static struct scan_place place_of(const struct scan_exception *exception)
{
	return (struct scan_place){.kind = "Exception", .span = exception->span};
}

static bool was_skipped(const struct scan *scan, const struct scan_rule *rule)
{
	for (size_t i = 0; i < scan->skipped.n; i++)
		if (scan->skipped.items[i] == rule)
			return true;
	return false;
}

/* Whether every rule that it is about ran. */
static bool had_its_chance(const struct scan *scan, const struct scan_exception *exception)
{
	for (size_t i = 0; i < SCAN_N_RULES; i++) {
		const struct scan_rule *rule = &scan_rules[i];
		bool is_about = exception->n_rules == 0;

		for (uint32_t k = 0; k < exception->n_rules; k++)
			is_about |= strncasecmp(exception->rules[k], rule->id,
						strlen(exception->rules[k])) == 0;
		if (is_about && (!scan_is_wanted(scan, rule) || was_skipped(scan, rule)))
			return false;
	}
	return true;
}

/* What it covers beyond a finding that somebody has looked at; NULL: nothing. */
static const char *breadth_of(const struct scan_exception *exception)
{
	const bool is_config = exception->source == SCAN_EXCEPTION_CONFIG;

	if (exception->source == SCAN_EXCEPTION_BASELINE)
		return NULL;
	if (exception->n_rules == 0)
		return "it names no rule, so whatever is found there later is not told";
	if (is_config && (!exception->name || strcmp(exception->name, "*") == 0))
		return "it names no object, so it holds for every one there will be";
	if (exception->until == SCAN_NEVER)
		return "it has no end: until=2027-01-31 makes somebody look again";
	return NULL;
}

enum scan_exception_state scan_exception_state(const struct scan *scan,
					       const struct scan_exception *exception)
{
	if (exception->problem)
		return SCAN_EXCEPTION_UNREADABLE;
	if (exception->until <= scan->options.now)
		return SCAN_EXCEPTION_EXPIRED;
	if (exception->n_used == 0 && had_its_chance(scan, exception))
		return SCAN_EXCEPTION_STALE;
	return SCAN_EXCEPTION_IN_FORCE;
}

bool scan_exception_is_absent(const struct scan *scan, const struct scan_exception *exception)
{
	return exception->fingerprint && exception->n_found == 0 && had_its_chance(scan, exception);
}

/* Which entries of a list go. */
static const bool *gone_of(struct scan *scan, const struct tree_node *list)
{
	bool *gone = arena_alloc_n(&scan->arena, list->len, sizeof(*gone));

	for (size_t i = 0; i < scan->exceptions.n; i++) {
		const struct scan_exception *exception = &scan->exceptions.items[i];

		if (exception->list == list)
			gone[exception->number] = scan_exception_state(scan, exception) ==
						  SCAN_EXCEPTION_STALE;
	}
	return gone;
}

static void report_unused(struct scan *scan, const struct scan_exception *exception,
			  const char *rules)
{
	struct scan_finding *finding =
		scan_report_as(scan, SCAN_BH704, place_of(exception),
			       "nothing is found that this exception for %s is for", rules);

	scan_help(scan, finding, "remove it");
	if (exception->list)
		scan_cut_entry(scan, finding, exception->span.file, exception->list,
			       exception->number, gone_of(scan, exception->list));
	else
		scan_cut_comment(scan, finding, exception->span);
}

static void report_unreadable(struct scan *scan, const struct scan_exception *exception)
{
	struct scan_finding *finding = scan_report_as(
		scan, SCAN_BH704, place_of(exception),
		"this exception is not understood, and holds for nothing: %s", exception->problem);

	if (exception->source == SCAN_EXCEPTION_COMMENT)
		scan_help(scan, finding,
			  "# bulkhead:ignore BH305 until=2027-01-31 owner=TEAM -- REASON");
	else
		scan_help(scan, finding, "\"BH305 until=2027-01-31 owner=TEAM reason=REASON\"");
}

static void judge(struct scan *scan, const struct scan_exception *exception)
{
	const char *rules = exception->n_rules ? exception->rules[0] : "every rule";
	const char *breadth = breadth_of(exception);

	switch (scan_exception_state(scan, exception)) {
	case SCAN_EXCEPTION_UNREADABLE:
		report_unreadable(scan, exception);
		break;
	case SCAN_EXCEPTION_EXPIRED:
		scan_report_as(scan, SCAN_BH703, place_of(exception),
			       "the exception for %s ended with %s: what it covered counts again",
			       rules, exception->until_text);
		break;
	case SCAN_EXCEPTION_STALE:
		report_unused(scan, exception, rules);
		break;
	case SCAN_EXCEPTION_IN_FORCE:
		if (breadth)
			scan_report_as(scan, SCAN_BH704, place_of(exception), "%s", breadth);
		break;
	}
}

void scan_exceptions_judge(struct scan *scan, bool of_baseline)
{
	for (size_t i = 0; i < scan->exceptions.n; i++)
		if (of_baseline == (scan->exceptions.items[i].fingerprint != NULL))
			judge(scan, &scan->exceptions.items[i]);
}
