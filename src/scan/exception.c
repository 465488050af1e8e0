/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/exception.h"

#include "scan/config.h"
#include "scan/scan.h"

#include <fnmatch.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <time.h>

static const char *const names[] = {
#define X(id, name, sarif) [SCAN_EXCEPTION_##id] = name,
	SCAN_EXCEPTION_SOURCES(X)
#undef X
};

static const char *const sarif_names[] = {
#define X(id, name, sarif) [SCAN_EXCEPTION_##id] = sarif,
	SCAN_EXCEPTION_SOURCES(X)
#undef X
};

const char *scan_exception_source_name(enum scan_exception_source source)
{
	return names[source];
}

const char *scan_exception_source_sarif(enum scan_exception_source source)
{
	return sarif_names[source];
}

bool scan_time_parse(const char *text, int64_t *ret)
{
	struct tm tm = {0};
	const char *end = strptime(text, "%Y-%m-%d", &tm);
	const bool is_day = end && *end == '\0';
	int day;
	long zone;

	if (!is_day) {
		tm = (struct tm){0};
		end = strptime(text, "%Y-%m-%dT%H:%M:%S%z", &tm);
	}
	if (!end || *end)
		return false;
	day = tm.tm_mday;
	zone = tm.tm_gmtoff;
	*ret = (int64_t)timegm(&tm) - zone + (is_day ? 24 * 60 * 60 : 0);
	return tm.tm_mday == day; /* else the month has no such day */
}

bool scan_exception_names_rules(const char *word)
{
	const size_t len = strlen(word);

	for (size_t i = 0; len > strlen("BH") && i < SCAN_N_RULES; i++)
		if (strncasecmp(scan_rules[i].id, word, len) == 0)
			return true;
	return scan_rule_reserved(word);
}

static const char *take_rules(char *word, struct arena *arena, struct scan_exception *ret)
{
	char *save = NULL;

	for (char *rule = strtok_r(word, ",", &save); rule; rule = strtok_r(NULL, ",", &save)) {
		if (!scan_exception_names_rules(rule))
			return arena_printf(arena, "no rule begins with '%s'", rule);
		ret->rules[ret->n_rules++] = rule;
	}
	return NULL;
}

/* A word of an exception: "KEY=VALUE", or the rules. NULL, or what is wrong with it. */
static const char *take_word(char *word, struct arena *arena, struct scan_exception *ret)
{
	if (strncmp(word, "until=", 6) == 0) {
		ret->until_text = word + 6;
		return scan_time_parse(word + 6, &ret->until)
			       ? NULL
			       : arena_printf(arena, "'%s' is no day", word + 6);
	}
	if (strncmp(word, "owner=", 6) == 0)
		ret->owner = word + 6;
	else if (strncmp(word, "ticket=", 7) == 0)
		ret->owner = ret->owner ? ret->owner : word + 7;
	else if (strchr(word, '='))
		return arena_printf(arena,
				    "'%s' is none of until=, owner=, ticket=, reason=", word);
	else
		return take_rules(word, arena, ret);
	return NULL;
}

/* Cuts the reason off, which is the rest of the text. */
static void take_reason(char *text, struct scan_exception *ret)
{
	char *dashes = strstr(text, "-- ");
	char *key = strstr(text, "reason=");
	char *at = dashes && (!key || dashes < key) ? dashes : key;
	size_t len;

	if (!at)
		return;
	ret->reason = at + (at == dashes ? strlen("-- ") : strlen("reason="));
	*at = '\0';
	len = strlen(ret->reason);
	while (len && (ret->reason[len - 1] == ' ' || ret->reason[len - 1] == '\r'))
		((char *)ret->reason)[--len] = '\0';
}

void scan_exception_parse(const char *text, struct arena *arena, struct scan_exception *ret)
{
	char *copy = arena_strdup(arena, text);
	char *save = NULL;

	ret->until = SCAN_NEVER;
	ret->rules = arena_alloc_n(arena, strlen(text) + 1, sizeof(*ret->rules));
	take_reason(copy, ret);
	for (char *word = strtok_r(copy, " \t\r", &save); word && !ret->problem;
	     word = strtok_r(NULL, " \t\r", &save))
		ret->problem = take_word(word, arena, ret);
	if (!ret->problem && (!ret->reason || !*ret->reason))
		ret->problem = "it has no reason";
}

static bool is_about_rule(const struct scan_exception *exception, const char *id)
{
	for (uint32_t i = 0; i < exception->n_rules; i++)
		if (strncasecmp(exception->rules[i], id, strlen(exception->rules[i])) == 0)
			return true;
	return exception->n_rules == 0;
}

static bool is_about_place(const struct scan_exception *exception, const struct scan_place *place)
{
	if (exception->file)
		return place->span.file == exception->file &&
		       place->span.line >= exception->first_line &&
		       place->span.line <= exception->last_line;
	if (exception->kind && fnmatch(exception->kind, place->kind, 0) != 0)
		return false;
	if (exception->ns && fnmatch(exception->ns, place->ns ? place->ns : "", 0) != 0)
		return false;
	return !exception->name || fnmatch(exception->name, place->name ? place->name : "", 0) == 0;
}

/* What cannot be told from this input may be found in another: an exception for it is not in vain. */
static void count_unknown(struct scan *scan, struct scan_exception *exception)
{
	for (size_t i = 0; !exception->fingerprint && i < scan->unknown.n; i++)
		exception->n_used += is_about_rule(exception, scan->unknown.items[i].rule->id) &&
				     is_about_place(exception, &scan->unknown.items[i].place);
}

static bool is_about(const struct scan_exception *exception, const struct scan_finding *finding)
{
	if (exception->fingerprint)
		return strcmp(exception->fingerprint, finding->fingerprint) == 0;
	return is_about_rule(exception, finding->rule->id) &&
	       is_about_place(exception, &finding->place);
}

static void apply(struct scan_exception *exception, struct scan_finding *finding, int64_t now)
{
	if (exception->problem || !is_about(exception, finding))
		return;
	exception->n_found++;
	finding->is_known |= exception->fingerprint != NULL;
	if (now >= exception->until)
		return;
	exception->n_used++;
	if (!finding->suppressed)
		finding->suppressed = exception;
}

void scan_exceptions_apply_baseline(struct scan *scan)
{
	for (size_t i = 0; i < scan->findings.n; i++) {
		struct scan_finding *finding = &scan->findings.items[i];

		if (finding->rule != &scan_rules[SCAN_BH703] &&
		    finding->rule != &scan_rules[SCAN_BH704])
			continue;
		for (size_t k = 0; k < scan->exceptions.n; k++)
			if (scan->exceptions.items[k].fingerprint)
				apply(&scan->exceptions.items[k], finding, scan->options.now);
	}
}

void scan_exceptions_apply(struct scan *scan)
{
	for (size_t i = 0; i < scan->findings.n; i++)
		for (size_t k = 0; k < scan->exceptions.n; k++)
			apply(&scan->exceptions.items[k], &scan->findings.items[i],
			      scan->options.now);
	for (size_t k = 0; k < scan->exceptions.n; k++)
		count_unknown(scan, &scan->exceptions.items[k]);
}
