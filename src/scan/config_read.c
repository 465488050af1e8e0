/* SPDX-License-Identifier: Apache-2.0 */
/* bulkhead.yaml to struct scan_config. */
#include "scan/config_reader.h"

#include <string.h>

static void read_severity(struct config_reader *reader, const struct tree_member *member)
{
	const struct scan_rule *rule = scan_rule_find(member->key);
	const char *text = config_text(reader, member->value, "a severity");
	enum scan_severity severity = SCAN_HIGH;

	/* YAML 1.1 reads a plain off as false */
	const bool is_off = member->value->kind == TREE_BOOL && !member->value->boolean;

	if (!rule && !scan_rule_reserved(member->key))
		diag_add(&reader->config->diags, DIAG_BH0203, tree_key_span(reader->file, member),
			 "there is no rule '%s'", member->key);
	if (!text || !rule)
		return;
	if (!is_off && strcmp(text, "off") != 0 && !scan_severity_parse(text, &severity))
		config_refuse(reader, member->value, "a severity",
			      "off, info, low, medium, high or critical");
	reader->config->severities[rule - scan_rules] =
		is_off || strcmp(text, "off") == 0 ? SCAN_OFF : (int)severity;
}

static void read_severities(struct config_reader *reader, const struct tree_member *member)
{
	if (member->value->kind != TREE_MAP)
		config_refuse(reader, member->value, "severities",
			      "a mapping of rules to severities");
	for (uint32_t i = 0; member->value->kind == TREE_MAP && i < member->value->len; i++)
		read_severity(reader, &member->value->members[i]);
}

static void read_env_label(struct config_reader *reader, const struct tree_member *member)
{
	reader->config->environment_label = config_text(reader, member->value, "label");
}

static void read_env_classes(struct config_reader *reader, const struct tree_member *member)
{
	const struct tree_node *map = member->value;

	if (map->kind != TREE_MAP)
		config_refuse(reader, map, "classes", "a mapping of names to lists of values");
	for (uint32_t i = 0; map->kind == TREE_MAP && i < map->len; i++) {
		struct scan_environment *environment = vec_add(&reader->config->environments);

		environment->name = map->members[i].key;
		config_read_texts(reader, &map->members[i], &environment->values);
	}
}

static void read_env_shared(struct config_reader *reader, const struct tree_member *member)
{
	config_read_texts(reader, member, &reader->config->shared);
}

static void read_environments(struct config_reader *reader, const struct tree_member *member)
{
	static const struct config_key keys[] = {
		{"label", read_env_label},
		{"classes", read_env_classes},
		{"shared", read_env_shared},
	};

	config_read_keys(reader, member->value, keys);
}

static void read_zone_label(struct config_reader *reader, const struct tree_member *member)
{
	reader->config->zone_label = config_text(reader, member->value, "label");
}

static void read_from(struct config_reader *reader, const struct tree_member *member)
{
	((struct scan_crossing *)reader->item)->from = config_text(reader, member->value, "from");
}

static void read_to(struct config_reader *reader, const struct tree_member *member)
{
	((struct scan_crossing *)reader->item)->to = config_text(reader, member->value, "to");
}

static void read_crossing(struct config_reader *reader, const struct tree_node *item)
{
	static const struct config_key keys[] = {{"from", read_from}, {"to", read_to}};
	struct scan_crossing crossing = {0};

	reader->item = &crossing;
	config_read_keys(reader, item, keys);
	if (crossing.from && crossing.to)
		vec_push(&reader->config->crossings, crossing);
	else
		config_refuse(reader, item, "an item of allow", "{from: ZONE, to: ZONE}");
}

static void read_zone_allow(struct config_reader *reader, const struct tree_member *member)
{
	config_read_items(reader, member, read_crossing);
}

static void read_zones(struct config_reader *reader, const struct tree_member *member)
{
	static const struct config_key keys[] = {{"label", read_zone_label},
						 {"allow", read_zone_allow}};

	config_read_keys(reader, member->value, keys);
}

static void read_sensitive(struct config_reader *reader, const struct tree_member *member)
{
	config_read_patterns(reader, member, &reader->config->sensitive);
}

static void read_exposed(struct config_reader *reader, const struct tree_member *member)
{
	config_read_patterns(reader, member, &reader->config->exposed);
}

static void read_system(struct config_reader *reader, const struct tree_member *member)
{
	config_read_texts(reader, member, &reader->config->system);
}

static void read_annotations(struct config_reader *reader, const struct tree_member *member)
{
	config_read_texts(reader, member, &reader->config->required_annotations);
}

static void read_required(struct config_reader *reader, const struct tree_member *member)
{
	static const struct config_key keys[] = {{"annotations", read_annotations}};

	config_read_keys(reader, member->value, keys);
}

static int read_document(void *arg, struct tree_node *root, const struct diag_file *file)
{
	static const struct config_key keys[] = {
		{"apiVersion", NULL},
		{"kind", NULL},
		{"severities", read_severities},
		{"environments", read_environments},
		{"zones", read_zones},
		{"sensitive", read_sensitive},
		{"exposed", read_exposed},
		{"systemNamespaces", read_system},
		{"required", read_required},
		{"contracts", config_read_contracts},
		{"exceptions", config_read_exceptions},
	};
	struct config_reader reader = {.config = arg, .file = file};

	config_read_keys(&reader, root, keys);
	return 0;
}

bool scan_config_load(struct scan_config *config, const char *path)
{
	const struct diag_file *file = scan_config_file(config, path);

	if (file)
		tree_read(file, NULL, &config->arena, &config->intern, &config->diags,
			  read_document, config);
	return config->diags.n_errors == 0;
}
