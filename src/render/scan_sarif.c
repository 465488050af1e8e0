/* SPDX-License-Identifier: Apache-2.0 */
/*
 * SARIF 2.1.0 (OASIS), as GitHub's code scanning takes it: a region for every result, at most 25,000
 * results, paths relative to the root of the sources, no times.
 */
#include "render/scan.h"

#include "base/json.h"
#include "render/sarif.h"
#include "scan/config.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"
#define MAX_RESULTS 25000

static const char *level_of(enum scan_severity severity)
{
	return severity >= SCAN_HIGH ? "error" : severity == SCAN_MEDIUM ? "warning" : "note";
}

/* GitHub's bands: 9 and more is critical, from 7 high, from 4 medium. */
static const char *score_of(enum scan_severity severity)
{
	static const char *const scores[SCAN_N_SEVERITIES] = {
		[SCAN_INFO] = "1.0", [SCAN_LOW] = "3.0",      [SCAN_MEDIUM] = "5.5",
		[SCAN_HIGH] = "8.0", [SCAN_CRITICAL] = "9.5",
	};

	return scores[severity];
}

static void write_text(struct json *json, const char *key, const char *text)
{
	json_key(json, key);
	json_object(json);
	json_field(json, "text", text);
	json_end(json);
}

static void write_rule(struct json *json, const struct scan_rule *rule)
{
	const char *page = scan_page(rule->id);

	json_object(json);
	json_field(json, "id", rule->id);
	write_text(json, "shortDescription", rule->help);
	write_text(json, "fullDescription", rule->help);
	json_key(json, "help");
	json_object(json);
	json_field(json, "text", page ? page : rule->help);
	json_field(json, "markdown", page ? page : rule->help);
	json_end(json);
	json_key(json, "defaultConfiguration");
	json_object(json);
	json_field(json, "level", level_of(rule->severity));
	json_end(json);
	json_key(json, "properties");
	json_object(json);
	json_field(json, "security-severity", score_of(rule->severity));
	json_key(json, "tags");
	json_array(json);
	json_string(json, "security");
	json_string(json, "kubernetes");
	json_end(json);
	json_end(json);
	json_end(json);
}

static void write_driver(struct json *json)
{
	json_key(json, "tool");
	json_object(json);
	json_key(json, "driver");
	json_object(json);
	json_field(json, "name", "bulkhead");
	json_field(json, "semanticVersion", BULKHEAD_VERSION);
	json_key(json, "rules");
	json_array(json);
	for (size_t i = 0; i < SCAN_N_RULES; i++)
		write_rule(json, &scan_rules[i]);
	json_end(json);
	json_end(json);
	json_end(json);
}

static void write_location(struct json *json, struct scan *scan, const struct diag_span *span,
			   const char *message)
{
	json_object(json);
	json_key(json, "physicalLocation");
	json_object(json);
	sarif_artifact(json, span->file);
	sarif_region(json, scan, "region", span, NULL);
	json_end(json);
	if (message)
		write_text(json, "message", message);
	json_end(json);
}

static void write_suppressions(struct json *json, const struct scan_exception *exception)
{
	json_key(json, "suppressions");
	json_array(json);
	json_object(json);
	json_field(json, "kind", scan_exception_source_sarif(exception->source));
	if (exception->reason)
		json_field(json, "justification", exception->reason);
	json_end(json);
	json_end(json);
}

static void write_message(struct json *json, const struct scan_finding *finding)
{
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	if (!out)
		abort();
	render_scan_object(out, &finding->place);
	fprintf(out, ": %s", finding->message);
	if (finding->help)
		fprintf(out, ". Fix: %s", finding->help);
	fclose(out);
	write_text(json, "message", text);
	free(text);
}

static void write_result(struct json *json, struct scan *scan, const struct scan_finding *finding)
{
	json_object(json);
	json_field(json, "ruleId", finding->rule->id);
	json_key(json, "ruleIndex");
	json_uint(json, (uint64_t)(finding->rule - scan_rules));
	json_field(json, "level", level_of(finding->severity));
	write_message(json, finding);
	json_key(json, "locations");
	json_array(json);
	write_location(json, scan, &finding->place.span, NULL);
	json_end(json);
	if (finding->related.file) {
		json_key(json, "relatedLocations");
		json_array(json);
		write_location(json, scan, &finding->related,
			       finding->related_message ? finding->related_message : "see here");
		json_end(json);
	}
	json_key(json, "partialFingerprints");
	json_object(json);
	json_field(json, "bulkhead/v1", finding->fingerprint);
	json_end(json);
	if (finding->suppressed)
		write_suppressions(json, finding->suppressed);
	if (scan->config && scan->config->has_baseline)
		json_field(json, "baselineState", finding->is_known ? "unchanged" : "new");
	sarif_fixes(json, scan, finding);
	json_end(json);
}

/* Of a baseline: it was found then, and is not any more. */
static void write_absent(struct json *json, struct scan *scan,
			 const struct scan_exception *exception)
{
	const struct scan_rule *rule = scan_rule_find(exception->rules[0]);

	json_object(json);
	json_field(json, "ruleId", exception->rules[0]);
	if (rule)
		json_uint_field(json, "ruleIndex", (uint64_t)(rule - scan_rules));
	json_field(json, "kind", "pass");
	json_field(json, "level", "none");
	write_text(json, "message", "what the baseline lists here is not found any more");
	json_key(json, "locations");
	json_array(json);
	write_location(json, scan, &exception->span, NULL);
	json_end(json);
	json_key(json, "partialFingerprints");
	json_object(json);
	json_field(json, "bulkhead/v1", exception->fingerprint);
	json_end(json);
	json_field(json, "baselineState", "absent");
	json_end(json);
}

/* The most severe first: where there are too many, they are the ones that are seen. */
static void write_results(struct json *json, struct scan *scan)
{
	size_t n = 0;

	json_key(json, "results");
	json_array(json);
	for (int severity = SCAN_CRITICAL; severity >= SCAN_INFO; severity--)
		for (size_t i = 0; i < scan->findings.n && n < MAX_RESULTS; i++)
			if (scan->findings.items[i].severity == severity) {
				write_result(json, scan, &scan->findings.items[i]);
				n++;
			}
	for (size_t i = 0; i < scan->exceptions.n && n < MAX_RESULTS; i++)
		if (scan_exception_is_absent(scan, &scan->exceptions.items[i])) {
			write_absent(json, scan, &scan->exceptions.items[i]);
			n++;
		}
	json_end(json);
}

static void write_run(struct json *json, struct scan *scan)
{
	json_object(json);
	write_driver(json);
	json_key(json, "automationDetails");
	json_object(json);
	json_field(json, "id", "bulkhead/scan/");
	json_end(json);
	json_field(json, "columnKind", "unicodeCodePoints");
	write_results(json, scan);
	json_end(json);
}

void render_scan_sarif(struct scan *scan)
{
	struct json json;

	json_init(&json, stdout, 2);
	json_object(&json);
	json_field(&json, "$schema", SCHEMA);
	json_field(&json, "version", "2.1.0");
	json_key(&json, "runs");
	json_array(&json);
	write_run(&json, scan);
	json_end(&json);
	json_end(&json);
	putchar('\n');
}
