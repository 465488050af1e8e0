/* SPDX-License-Identifier: Apache-2.0 */
/* A baseline: findings that were there before, each an exception by its fingerprint. */
#include "scan/config.h"

#include "tree/tree.h"

#include <string.h>

struct reading {
	struct scan_config *config;
	const struct diag_file *file;
};

static const char *text_of(const struct tree_node *entry, const char *key)
{
	const char *text = tree_get_string(entry, key);

	return text && *text ? text : NULL;
}

static void read_entry(const struct reading *reading, const struct tree_node *list, uint32_t number)
{
	const struct tree_node *entry = list->items[number];
	struct scan_config *config = reading->config;
	const struct diag_span span = tree_span(reading->file, entry);
	struct scan_exception exception = {
		.source = SCAN_EXCEPTION_BASELINE,
		.fingerprint = text_of(entry, "fingerprint"),
		.place = text_of(entry, "namespace"),
		.reason = text_of(entry, "reason"),
		.owner = text_of(entry, "owner"),
		.until_text = text_of(entry, "until"),
		.until = SCAN_NEVER,
		.span = span,
		.list = list,
		.number = number,
	};
	const char *rule = text_of(entry, "rule");

	if (!exception.fingerprint || !rule) {
		diag_add(&config->diags, DIAG_BH0204, span,
			 "a finding of a baseline needs 'fingerprint' and 'rule'");
		return;
	}
	if (exception.until_text && !scan_time_parse(exception.until_text, &exception.until))
		diag_add(&config->diags, DIAG_BH0203, span,
			 "'until' must be a day, such as 2027-01-31");
	if (!exception.reason)
		exception.reason = "in the baseline";
	exception.rules = arena_alloc_n(&config->arena, 1, sizeof(*exception.rules));
	exception.rules[exception.n_rules++] = rule;
	vec_push(&config->exceptions, exception);
}

static int read_document(void *arg, struct tree_node *root, const struct diag_file *file)
{
	struct reading reading = {arg, file};
	const char *schema = tree_get_string(root, "schema");
	const struct tree_node *findings = tree_get(root, "findings");

	if (!schema || strcmp(schema, "bulkhead.baseline/v1") != 0 || !findings ||
	    findings->kind != TREE_SEQ) {
		diag_add(&reading.config->diags, DIAG_BH0203, tree_span(file, root),
			 "this is no baseline, expected schema bulkhead.baseline/v1");
		return 0;
	}
	for (uint32_t i = 0; i < findings->len; i++)
		read_entry(&reading, findings, i);
	return 0;
}

bool scan_baseline_load(struct scan_config *config, const char *path)
{
	const struct diag_file *file = scan_config_file(config, path);

	config->has_baseline = true;
	if (file)
		tree_read(file, NULL, &config->arena, &config->intern, &config->diags,
			  read_document, config);
	return config->diags.n_errors == 0;
}
