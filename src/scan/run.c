/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/check.h"

#include "scan/config.h"
#include "scan/fingerprint.h"
#include "scan/loading.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

void scan_init(struct scan *scan, struct analyze_cluster *cluster,
	       const struct scan_options *options)
{
	*scan = (struct scan){
		.cluster = cluster,
		.snapshot = cluster->snapshot,
		.policies = cluster->policies,
		.config = options->config,
		.options = *options,
		.n_workloads = cluster->snapshot->n_workloads,
		.n_namespaces = cluster->snapshot->n_namespaces,
	};
	arena_init(&scan->arena);
}

static void release_rows(struct scan *scan)
{
	for (size_t i = 0; i < scan->rows.n_slots; i++)
		if (scan->rows.slots[i].used) {
			struct bitset *row = (struct bitset *)(uintptr_t)scan->rows.slots[i].value;

			bitset_release(row);
			free(row);
		}
	hash_map_release(&scan->rows);
}

void scan_release(struct scan *scan)
{
	for (size_t i = 0; i < scan->findings.n; i++)
		vec_release(&scan->findings.items[i].edits);
	vec_release(&scan->findings);
	vec_release(&scan->unknown);
	vec_release(&scan->exceptions);
	vec_release(&scan->skipped);
	release_rows(scan);
	scan_members_release(scan);
	hash_map_release(&scan->lines);
	if (scan->world)
		compile_world_free(scan->world);
	analyze_hypotheticals_release(&scan->hypotheticals);
	arena_release(&scan->arena);
}

static void run_policies(struct scan *scan, const struct scan_rule *rule)
{
	for (uint32_t i = 0; i < scan->policies->n_policies; i++) {
		const struct policy *policy = scan->policies->policies[i];

		if (policy->is_staged)
			continue;
		if (rule->unit == SCAN_UNIT_POLICY) {
			rule->policy(scan, policy);
			continue;
		}
		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
			for (uint32_t k = 0; k < policy->n_rules[direction]; k++)
				rule->policy_rule(scan, &policy->rules[direction][k]);
	}
}

static void run_workloads(struct scan *scan, const struct scan_rule *rule)
{
	for (uint32_t i = 0; i < scan->n_workloads; i++)
		if (scan->snapshot->workloads[i]->origin != MODEL_ASSUMED)
			rule->workload(scan, scan->snapshot->workloads[i]);
}

static void run_namespaces(struct scan *scan, const struct scan_rule *rule)
{
	for (uint32_t i = 0; i < scan->n_namespaces; i++)
		rule->ns(scan, scan->snapshot->namespaces[i]);
}

static void run_rule(struct scan *scan, const struct scan_rule *rule)
{
	scan->rule = rule;
	switch ((enum scan_unit)rule->unit) {
	case SCAN_UNIT_LOADING:
		break;
	case SCAN_UNIT_INPUT:
		rule->input(scan);
		break;
	case SCAN_UNIT_POLICY:
	case SCAN_UNIT_RULE:
		run_policies(scan, rule);
		break;
	case SCAN_UNIT_WORKLOAD:
		run_workloads(scan, rule);
		break;
	case SCAN_UNIT_NAMESPACE:
		run_namespaces(scan, rule);
		break;
	case SCAN_UNIT_SERVICE:
		for (uint32_t i = 0; i < scan->snapshot->n_services; i++)
			if (scan->snapshot->services[i]->origin == MODEL_DECLARED)
				rule->service(scan, scan->snapshot->services[i]);
		break;
	case SCAN_UNIT_MANIFEST:
		for (uint32_t i = 0; i < scan->snapshot->n_manifests; i++)
			rule->manifest(scan, &scan->snapshot->manifests[i]);
		break;
	}
	scan->rule = NULL;
}

bool scan_is_wanted(const struct scan *scan, const struct scan_rule *rule)
{
	const char *at = scan->options.rules;
	bool is_wanted = !at || *at == '-';

	while (at && *at) {
		const bool is_out = *at == '-';
		const size_t len = strcspn(at += is_out, ",");

		if (len && strncasecmp(rule->id, at, len) == 0)
			is_wanted = !is_out;
		at += len + (at[len] == ',');
	}
	return is_wanted && scan_config_severity(scan->config, rule) >= 0;
}

static bool shows_workloads(const struct scan *scan)
{
	for (uint32_t i = 0; i < scan->n_workloads; i++)
		if (scan->snapshot->workloads[i]->origin != MODEL_ASSUMED)
			return true;
	return false;
}

static void drop_unwanted(struct scan *scan)
{
	size_t n = 0;

	for (size_t i = 0; i < scan->findings.n; i++) {
		if (scan_is_wanted(scan, scan->findings.items[i].rule))
			scan->findings.items[n++] = scan->findings.items[i];
		else
			vec_release(&scan->findings.items[i].edits);
	}
	scan->findings.n = n;
}

static int compare_texts(const char *a, const char *b)
{
	if (!a || !b)
		return (a != NULL) - (b != NULL);
	return strcmp(a, b);
}

static int compare_places(const struct scan_place *a, const struct scan_place *b)
{
	int order = compare_texts(a->span.file ? a->span.file->name : NULL,
				  b->span.file ? b->span.file->name : NULL);

	if (!order)
		order = (a->span.line > b->span.line) - (a->span.line < b->span.line);
	return order ? order
		     : (a->span.column > b->span.column) - (a->span.column < b->span.column);
}

static int compare_objects(const struct scan_place *a, const struct scan_place *b)
{
	int order = compare_texts(a->ns, b->ns);

	if (!order)
		order = strcmp(a->kind, b->kind);
	return order ? order : compare_texts(a->name, b->name);
}

static int compare_findings(const void *left, const void *right)
{
	const struct scan_finding *a = left, *b = right;
	int order = compare_places(&a->place, &b->place);

	if (!order)
		order = strcmp(a->rule->id, b->rule->id);
	if (!order)
		order = compare_objects(&a->place, &b->place);
	return order ? order : strcmp(a->message, b->message);
}

static int compare_unknown(const void *left, const void *right)
{
	const struct scan_unknown *a = left, *b = right;
	int order = compare_places(&a->place, &b->place);

	if (!order)
		order = strcmp(a->rule->id, b->rule->id);
	return order ? order : strcmp(a->message, b->message);
}

/* In order, and what is said twice (a policy in parts) once. */
static void sort(struct scan *scan)
{
	size_t n = 0;

	if (scan->unknown.n)
		qsort(scan->unknown.items, scan->unknown.n, sizeof(*scan->unknown.items),
		      compare_unknown);
	if (scan->findings.n)
		qsort(scan->findings.items, scan->findings.n, sizeof(*scan->findings.items),
		      compare_findings);
	for (size_t i = 0; i < scan->findings.n; i++) {
		if (n &&
		    compare_findings(&scan->findings.items[n - 1], &scan->findings.items[i]) == 0)
			vec_release(&scan->findings.items[i].edits);
		else
			scan->findings.items[n++] = scan->findings.items[i];
	}
	scan->findings.n = n;
}

/* A child counts as one only where its parent was found and still counts. */
static void hide_children(struct scan *scan)
{
	for (size_t i = 0; i < scan->findings.n; i++) {
		struct scan_finding *finding = &scan->findings.items[i];
		const struct scan_rule *parent = finding->parent ? scan_rule_find(finding->parent)
								 : NULL;

		finding->is_hidden = parent &&
				     scan_has_for(scan, parent - scan_rules, finding->place.ns);
		if (!finding->is_hidden)
			finding->parent = NULL;
	}
}

/* Of the findings from `first` on. */
static void set_severities(struct scan *scan, size_t first)
{
	for (size_t i = first; i < scan->findings.n; i++) {
		struct scan_finding *finding = &scan->findings.items[i];
		const int configured = scan_config_severity(scan->config, finding->rule);

		if (configured != finding->rule->severity)
			finding->severity = (uint8_t)configured;
	}
}

/* What is wrong with exceptions is found like anything else. */
static void judge_exceptions(struct scan *scan, bool of_baseline)
{
	const size_t n = scan->findings.n;

	scan_exceptions_judge(scan, of_baseline);
	drop_unwanted(scan);
	set_severities(scan, n);
	sort(scan);
	scan_fingerprint(scan);
}

void scan_run(struct scan *scan)
{
	const bool has_workloads = shows_workloads(scan);

	scan_world_make(scan);
	for (size_t i = 0; i < SCAN_N_RULES; i++) {
		const struct scan_rule *rule = &scan_rules[i];

		if (!scan_is_wanted(scan, rule))
			continue;
		if (rule->need != SCAN_NEED_OBJECT && !has_workloads &&
		    rule->unit != SCAN_UNIT_LOADING)
			vec_push(&scan->skipped, rule);
		else
			run_rule(scan, rule);
	}
	scan_loading(scan);
	scan_edits_end_lines(scan);
	drop_unwanted(scan);
	set_severities(scan, 0);
	sort(scan);
	scan_doubt_shared(scan);
	hide_children(scan);
	scan_fingerprint(scan);
	scan_exceptions_read(scan);
	scan_exceptions_apply(scan);
	judge_exceptions(scan, false);
	scan_exceptions_apply_baseline(scan);
	judge_exceptions(scan, true);
}

size_t scan_count(const struct scan *scan, enum scan_severity least)
{
	size_t n = 0;

	for (size_t i = 0; i < scan->findings.n; i++)
		n += !scan->findings.items[i].suppressed &&
		     scan->findings.items[i].severity >= least;
	return n;
}
