/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/config.h"

#include <fnmatch.h>
#include <string.h>

int scan_config_severity(const struct scan_config *config, const struct scan_rule *rule)
{
	return config ? config->severities[rule - scan_rules] : rule->severity;
}

bool scan_texts_have(const struct scan_texts *texts, const char *text)
{
	for (size_t i = 0; i < texts->n; i++)
		if (strcmp(texts->items[i], text) == 0)
			return true;
	return false;
}

bool scan_patterns_match(const struct scan_patterns *patterns, const char *ns, const char *kind,
			 const char *name)
{
	for (size_t i = 0; i < patterns->n; i++) {
		const struct scan_pattern *pattern = &patterns->items[i];

		if (fnmatch(pattern->ns, ns, 0) == 0 && fnmatch(pattern->name, name, 0) == 0 &&
		    (!pattern->kind || fnmatch(pattern->kind, kind, 0) == 0))
			return true;
	}
	return false;
}

void scan_config_init(struct scan_config *ret)
{
	*ret = (struct scan_config){0};
	arena_init(&ret->arena);
	intern_init(&ret->intern, &ret->arena);
	diag_list_init(&ret->diags, &ret->arena);
	for (size_t i = 0; i < SCAN_N_RULES; i++)
		ret->severities[i] = scan_rules[i].severity;
}

const struct diag_file *scan_config_file(struct scan_config *config, const char *path)
{
	struct diag_file *file;
	int err = tree_load(path, NULL, &config->arena, &file);

	if (err == 0)
		return file;
	file = arena_alloc(&config->arena, sizeof(*file));
	file->name = path;
	diag_add(&config->diags, DIAG_BH0001, (struct diag_span){.file = file}, "cannot read: %s",
		 strerror(-err));
	return NULL;
}

void scan_config_release(struct scan_config *config)
{
	for (size_t i = 0; i < config->environments.n; i++)
		vec_release(&config->environments.items[i].values);
	for (size_t i = 0; i < config->contracts.n; i++) {
		port_set_release(&config->contracts.items[i].ports);
		vec_release(&config->contracts.items[i].from);
	}
	vec_release(&config->environments);
	vec_release(&config->shared);
	vec_release(&config->crossings);
	vec_release(&config->sensitive);
	vec_release(&config->exposed);
	vec_release(&config->system);
	vec_release(&config->required_annotations);
	vec_release(&config->contracts);
	vec_release(&config->exceptions);
	intern_release(&config->intern);
	arena_release(&config->arena);
}
