/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead.scan/v1, docs/json.md. */
#include "render/scan.h"

#include "base/json.h"

static void write_place(struct json *json, const struct scan_place *place)
{
	json_field(json, "kind", place->kind);
	json_field(json, "namespace", place->ns);
	json_field(json, "name", place->name);
	json_field(json, "file", place->span.file ? place->span.file->name : NULL);
	json_key(json, "line");
	json_uint(json, place->span.line);
	json_key(json, "column");
	json_uint(json, place->span.column);
}

static void write_suppressed(struct json *json, const struct scan_exception *exception)
{
	json_key(json, "suppressed");
	if (!exception) {
		json_null(json);
		return;
	}
	json_object(json);
	json_field(json, "by", scan_exception_source_name(exception->source));
	json_field(json, "reason", exception->reason);
	json_field(json, "until", exception->until_text);
	json_end(json);
}

static void write_finding(struct json *json, const struct scan_finding *finding)
{
	json_object(json);
	json_field(json, "rule", finding->rule->id);
	json_field(json, "severity", scan_severity_name(finding->severity));
	write_place(json, &finding->place);
	json_field(json, "message", finding->message);
	json_field(json, "fix", scan_fix_name(finding->fix));
	json_field(json, "parent", finding->parent);
	write_suppressed(json, finding->suppressed);
	json_end(json);
}

static void write_unknown(struct json *json, const struct scan_unknown *unknown)
{
	json_object(json);
	json_field(json, "rule", unknown->rule->id);
	write_place(json, &unknown->place);
	json_field(json, "message", unknown->message);
	json_end(json);
}

void render_scan_json(const struct scan *scan)
{
	struct json json;

	json_init(&json, stdout, 2);
	json_object(&json);
	json_field(&json, "schema", "bulkhead.scan/v1");
	json_key(&json, "findings");
	json_array(&json);
	for (size_t i = 0; i < scan->findings.n; i++)
		write_finding(&json, &scan->findings.items[i]);
	json_end(&json);
	json_key(&json, "unknown");
	json_array(&json);
	for (size_t i = 0; i < scan->unknown.n; i++)
		write_unknown(&json, &scan->unknown.items[i]);
	json_end(&json);
	json_end(&json);
	putchar('\n');
}

void render_scan_rules_json(void)
{
	struct json json;

	json_init(&json, stdout, 2);
	json_object(&json);
	json_field(&json, "schema", "bulkhead.rules/v1");
	json_key(&json, "rules");
	json_array(&json);
	for (size_t i = 0; i < SCAN_N_RULES; i++) {
		const struct scan_rule *rule = &scan_rules[i];

		json_object(&json);
		json_field(&json, "id", rule->id);
		json_field(&json, "severity", scan_severity_name(rule->severity));
		json_field(&json, "needs", scan_need_name(rule->need));
		json_field(&json, "fix", scan_fix_name(rule->fix));
		json_field(&json, "help", rule->help);
		json_end(&json);
	}
	json_end(&json);
	json_end(&json);
	putchar('\n');
}

static void write_known(struct json *json, const struct scan_finding *finding)
{
	const struct scan_exception *before = finding->suppressed;

	json_object(json);
	json_field(json, "fingerprint", finding->fingerprint);
	json_field(json, "rule", finding->rule->id);
	json_field(json, "kind", finding->place.kind);
	json_field(json, "namespace", finding->place.ns);
	json_field(json, "name", finding->place.name);
	json_field(json, "reason", before ? before->reason : NULL);
	json_field(json, "owner", before ? before->owner : NULL);
	json_field(json, "until", before ? before->until_text : NULL);
	json_end(json);
}

/* That was read: what is wrong with its entries is mended by writing it anew. */
static const struct diag_file *file_of_baseline(const struct scan *scan)
{
	for (size_t i = 0; i < scan->exceptions.n; i++)
		if (scan->exceptions.items[i].fingerprint)
			return scan->exceptions.items[i].span.file;
	return NULL;
}

static bool is_listed(const struct scan_finding *finding, const struct diag_file *before)
{
	return (!before || finding->place.span.file != before) &&
	       (!finding->suppressed || finding->suppressed->source == SCAN_EXCEPTION_BASELINE);
}

void render_scan_baseline(const struct scan *scan, FILE *out)
{
	const struct diag_file *before = file_of_baseline(scan);
	struct json json;

	json_init(&json, out, 2);
	json_object(&json);
	json_field(&json, "schema", "bulkhead.baseline/v1");
	json_key(&json, "findings");
	json_array(&json);
	for (size_t i = 0; i < scan->findings.n; i++)
		if (is_listed(&scan->findings.items[i], before))
			write_known(&json, &scan->findings.items[i]);
	json_end(&json);
	json_end(&json);
	fputc('\n', out);
}
