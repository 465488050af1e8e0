/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/random_write.h"

#include <string.h>

#define NAME_LABEL "kubernetes.io/metadata.name"

static const char *pick_value(struct random_cluster *cluster, const char *key)
{
	return strcmp(key, NAME_LABEL) == 0 ? random_namespace(cluster)
					    : random_pick(&cluster->random, random_label_values);
}

static void write_match_labels(struct random_cluster *cluster, const char *const *keys,
			       uint32_t n_keys)
{
	const char *lead = "matchLabels: {";

	for (uint32_t i = 0; i < n_keys; i++) {
		if (!random_chance(&cluster->random, 35))
			continue;
		strbuf_printf(&cluster->yaml, "%s%s: '%s'", lead, keys[i],
			      pick_value(cluster, keys[i]));
		lead = ", ";
	}
	if (lead[0] == ',')
		strbuf_addstr(&cluster->yaml, "}");
	else
		strbuf_addstr(&cluster->yaml, random_chance(&cluster->random, 50)
						      ? "matchLabels: {}"
						      : "matchLabels: null");
}

static void write_expression(struct random_cluster *cluster, const char *key)
{
	static const char *const operators[] = {"In",    "NotIn",  "In",
						"NotIn", "Exists", "DoesNotExist"};
	const char *op = random_pick(&cluster->random, operators);
	uint32_t n = strstr(op, "In") ? random_between(&cluster->random, 1, 3) : 0;

	strbuf_printf(&cluster->yaml, "{key: %s, operator: %s", key, op);
	for (uint32_t i = 0; i < n; i++)
		strbuf_printf(&cluster->yaml, "%s'%s'", i == 0 ? ", values: [" : ", ",
			      pick_value(cluster, key));
	strbuf_addstr(&cluster->yaml, n > 0 ? "]}" : "}");
}

void random_write_selector(struct random_cluster *cluster, const char *const *keys, uint32_t n_keys)
{
	bool has_labels = random_chance(&cluster->random, 50);
	uint32_t n = random_chance(&cluster->random, 50) ? random_between(&cluster->random, 1, 2)
							 : 0;

	strbuf_addstr(&cluster->yaml, "{");
	if (has_labels)
		write_match_labels(cluster, keys, n_keys);
	for (uint32_t i = 0; i < n; i++) {
		if (i == 0)
			strbuf_printf(&cluster->yaml, "%smatchExpressions: [",
				      has_labels ? ", " : "");
		strbuf_addstr(&cluster->yaml, i > 0 ? ", " : "");
		write_expression(cluster, keys[random_below(&cluster->random, n_keys)]);
	}
	strbuf_addstr(&cluster->yaml, n > 0 ? "]}" : "}");
}

void random_write_pod_selector(struct random_cluster *cluster)
{
	strbuf_addstr(&cluster->yaml, "podSelector: ");
	random_write_selector(cluster, random_label_keys, 4);
}

void random_write_namespace_selector(struct random_cluster *cluster, const char *field)
{
	const char *keys[] = {random_label_keys[0], random_label_keys[1], NAME_LABEL};

	strbuf_printf(&cluster->yaml, "%s: ", field);
	random_write_selector(cluster, keys, 3);
}
