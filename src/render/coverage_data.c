/* SPDX-License-Identifier: Apache-2.0 */
/* Coverage for programs: JSON, CSV, Prometheus. All walk the tables of analyze/coverage.h. */
#include "render/coverage.h"

#include "render/aside.h"
#include "render/csv.h"
#include "render/escape.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void write_ratios(struct json *json, const struct analyze_coverage *coverage,
			 const struct analyze_coverage_row *row)
{
	for (int i = 0; i < ANALYZE_N_RATIOS; i++) {
		if (!analyze_coverage_has(coverage, analyze_ratios[i].part))
			continue;
		json_key(json, analyze_ratios[i].name);
		json_object(json);
		json_uint_field(json, "numerator", row->counts[analyze_ratios[i].part]);
		json_uint_field(json, "denominator", analyze_coverage_whole(row, i));
		json_end(json);
	}
}

/* All but the name: the ratios, and every count by its name. */
static void write_numbers(struct json *json, const struct analyze_coverage *coverage,
			  const struct analyze_coverage_row *row)
{
	write_ratios(json, coverage, row);
	json_key(json, "counts");
	json_object(json);
	for (int i = 0; i < ANALYZE_N_COUNTS; i++)
		if (analyze_coverage_has(coverage, i))
			json_uint_field(json, analyze_counts[i].name, row->counts[i]);
	json_end(json);
}

static void write_total(struct json *json, const char *key, const struct analyze_coverage *coverage,
			const struct analyze_coverage_row *row)
{
	json_key(json, key);
	json_object(json);
	json_field(json, "next", row->next);
	write_numbers(json, coverage, row);
	json_end(json);
}

static void write_namespaces(struct json *json, const struct analyze_coverage *coverage)
{
	json_key(json, "namespaces");
	json_array(json);
	for (size_t i = 0; i < coverage->namespaces.n; i++) {
		const struct analyze_coverage_row *row = &coverage->namespaces.items[i];

		json_object(json);
		json_field(json, "namespace", row->name);
		json_field(json, "owner", row->owner);
		json_key(json, "level");
		if (row->level == ANALYZE_NO_LEVEL)
			json_null(json);
		else
			json_uint(json, row->level);
		json_field(json, "next", row->next);
		write_numbers(json, coverage, row);
		json_end(json);
	}
	json_end(json);
}

static void write_owners(struct json *json, const struct analyze_coverage *coverage)
{
	json_key(json, "owners");
	json_array(json);
	for (size_t i = 0; i < coverage->owners.n; i++) {
		const struct analyze_coverage_row *row = &coverage->owners.items[i];

		json_object(json);
		json_field(json, "owner", *row->name ? row->name : NULL);
		write_numbers(json, coverage, row);
		json_end(json);
	}
	json_end(json);
}

void render_coverage_json(const struct analyze_coverage *coverage)
{
	struct json json;

	json_init(&json, stdout, 2);
	json_object(&json);
	json_field(&json, "schema", "bulkhead.coverage/v1");
	write_total(&json, "total", coverage, &coverage->total);
	write_total(&json, "noNamespace", coverage, &coverage->unplaced);
	write_namespaces(&json, coverage);
	write_owners(&json, coverage);
	render_aside_json(&json, coverage->cluster);
	json_end(&json);
}

/* A count that is not there is an empty field; a ratio is two of the fields, or sums of them. */
static void write_csv_row(const struct analyze_coverage *coverage, const char *scope,
			  const struct analyze_coverage_row *row)
{
	const char *const texts[] = {scope, row->name ? row->name : "",
				     row->owner ? row->owner : ""};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		render_csv_field(texts[i], stdout);
		putchar(',');
	}
	if (row->level != ANALYZE_NO_LEVEL)
		printf("%u", row->level);
	for (int i = 0; i < ANALYZE_N_COUNTS; i++)
		if (analyze_coverage_has(coverage, i))
			printf(",%" PRIu64, row->counts[i]);
		else
			putchar(',');
	putchar(',');
	render_csv_field(row->next ? row->next : "", stdout);
	fputs("\r\n", stdout);
}

void render_coverage_csv(const struct analyze_coverage *coverage)
{
	fputs("scope,name,owner,level", stdout);
	for (int i = 0; i < ANALYZE_N_COUNTS; i++)
		printf(",%s", analyze_counts[i].name);
	fputs(",next\r\n", stdout);
	write_csv_row(coverage, "total", &coverage->total);
	for (size_t i = 0; i < coverage->namespaces.n; i++)
		write_csv_row(coverage, "namespace", &coverage->namespaces.items[i]);
	for (size_t i = 0; i < coverage->owners.n; i++)
		write_csv_row(coverage, "owner", &coverage->owners.items[i]);
	write_csv_row(coverage, "no-namespace", &coverage->unplaced);
}

static void write_help(const char *name, const char *help)
{
	printf("# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

/* name{namespace="shop",owner="team-a" */
static void write_series(const char *name, const struct analyze_coverage_row *row)
{
	printf("%s{namespace=", name);
	render_quoted(stdout, row->name ? row->name : "");
	fputs(",owner=", stdout);
	render_quoted(stdout, row->owner ? row->owner : "");
}

static void write_count(int count, const struct analyze_coverage_row *row)
{
	const struct analyze_count_info *info = &analyze_counts[count];

	write_series(analyze_metrics[info->metric].name, row);
	printf("%s%s} %" PRIu64 "\n", *info->labels ? "," : "", info->labels, row->counts[count]);
}

/* One family: all of its counts, of each namespace and of what is in none. */
static void write_metric(const struct analyze_coverage *coverage, int metric)
{
	bool is_begun = false;

	for (int i = 0; i < ANALYZE_N_COUNTS; i++) {
		if (analyze_counts[i].metric != metric || !analyze_coverage_has(coverage, i))
			continue;
		if (!is_begun)
			write_help(analyze_metrics[metric].name, analyze_metrics[metric].help);
		is_begun = true;
		for (size_t k = 0; k < coverage->namespaces.n; k++)
			write_count(i, &coverage->namespaces.items[k]);
		write_count(i, &coverage->unplaced);
	}
}

void render_coverage_prometheus(const struct analyze_coverage *coverage)
{
	const char *level = "bulkhead_namespace_level";

	for (int i = 0; i < ANALYZE_N_METRICS; i++)
		write_metric(coverage, i);
	write_help(level, "How far the policies of a namespace have come, 0 to 5.");
	for (size_t i = 0; i < coverage->namespaces.n; i++) {
		if (coverage->namespaces.items[i].level == ANALYZE_NO_LEVEL)
			continue;
		write_series(level, &coverage->namespaces.items[i]);
		printf("} %u\n", coverage->namespaces.items[i].level);
	}
}
