/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/exposure.h"

#include "lib/connlist.h"
#include "lib/tap.h"
#include "tree/tree.h"

#include <string.h>

struct reading {
	struct exposure *exposure;
	struct model_snapshot *snapshot;
	struct arena *arena;
};

static const char *intern_part(struct reading *reading, const char *text, size_t len)
{
	return intern_str(&reading->snapshot->intern, arena_strndup(reading->arena, text, len));
}

/* "a b]" */
static void read_values(struct reading *reading, const char *text, struct selector_requirement *ret)
{
	const size_t len = strcspn(text, "]");

	ret->values = arena_alloc_n(reading->arena, len + 1, sizeof(*ret->values));
	for (const char *at = text; at < text + len; at++) {
		const size_t value_len = strcspn(at, " ]");

		ret->values[ret->n_values++] = intern_part(reading, at, value_len);
		at += value_len;
	}
}

static enum selector_op parse_op(const char *text)
{
	static const struct {
		const char *name;
		enum selector_op op;
	} ops[] = {
		{"In,", SELECTOR_IN},
		{"NotIn,", SELECTOR_NOT_IN},
		{"Exists,", SELECTOR_EXISTS},
		{"DoesNotExist,", SELECTOR_NOT_EXISTS},
	};

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++)
		if (strncmp(text, ops[i].name, strlen(ops[i].name)) == 0)
			return ops[i].op;
	bail("'%s' is no operator", text);
}

/* "{Key:app,Operator:In,Values:[a b],}"; behind it. */
static const char *read_expression(struct reading *reading, const char *text,
				   struct selector_requirement *ret)
{
	const char *key = strstr(text, "Key:") + strlen("Key:");
	const char *op = strstr(text, "Operator:") + strlen("Operator:");
	const char *values = strstr(text, "Values:[") + strlen("Values:[");

	ret->key = intern_part(reading, key, strcspn(key, ","));
	ret->op = (uint8_t)parse_op(op);
	read_values(reading, values, ret);
	return strchr(values, '}') + 1;
}

/* "app=x"; behind it. */
static const char *read_label(struct reading *reading, const char *text,
			      struct selector_requirement *ret)
{
	const size_t key_len = strcspn(text, "=");
	const size_t len = strcspn(text, ",}");

	ret->key = intern_part(reading, text, key_len);
	ret->op = SELECTOR_IN;
	ret->values = arena_alloc_n(reading->arena, 1, sizeof(*ret->values));
	ret->values[ret->n_values++] = intern_part(reading, text + key_len + 1, len - key_len - 1);
	return text + len;
}

/* "[pod with {app=x,{Key:…,}}]"; without "with" it is all of them. */
static void read_selector(struct reading *reading, const char *text, struct selector *ret)
{
	const char *at = strstr(text, "with {");
	VEC(struct selector_requirement) found = {0};

	if (!at)
		return;
	for (at += strlen("with {"); *at && *at != '}'; at += *at == ',') {
		struct selector_requirement requirement = {0};

		at = *at == '{' ? read_expression(reading, at, &requirement)
				: read_label(reading, at, &requirement);
		vec_push(&found, requirement);
	}
	ret->n = (uint32_t)found.n;
	ret->requirements = arena_alloc_n(reading->arena, found.n, sizeof(*ret->requirements));
	memcpy(ret->requirements, found.items, found.n * sizeof(*found.items));
	selector_normalise(ret);
	vec_release(&found);
}

static void read_peer(struct reading *reading, struct exposure_line *line)
{
	const char *slash = line->text[0] == '[' ? strstr(line->text, "]/[") + 1
						 : strstr(line->text, "/[");

	if (strcmp(line->text, "entire-cluster") == 0) {
		line->peer = EXPOSURE_CLUSTER;
	} else if (strstr(line->text, "[External]")) {
		line->peer = EXPOSURE_OUTSIDE;
	} else {
		if (line->text[0] == '[')
			read_selector(reading,
				      arena_strndup(reading->arena, line->text,
						    (size_t)(slash - line->text)),
				      &line->namespaces);
		else
			line->ns = intern_part(reading, line->text, (size_t)(slash - line->text));
		read_selector(reading, slash + 1, &line->pods);
	}
}

/* "ns/name[Kind]" to "ns/Kind/name" */
static const char *read_workload(struct reading *reading, const char *text)
{
	const char *slash = strchr(text, '/'), *bracket = strchr(text, '[');

	return arena_printf(reading->arena, "%.*s/%.*s/%.*s", (int)(slash - text), text,
			    (int)strcspn(bracket + 1, "]"), bracket + 1, (int)(bracket - slash - 1),
			    slash + 1);
}

static void add_line(struct reading *reading, enum policy_direction direction, const char *workload,
		     const char *peer, const char *ports)
{
	struct exposure_line *line = vec_add(&reading->exposure->lines);

	line->workload = read_workload(reading, workload);
	line->direction = direction;
	line->text = arena_strdup(reading->arena, peer);
	read_peer(reading, line);
	connlist_parse_ports(ports, &line->ports);
}

/* "WORKLOAD \t=> \tPEER : PORTS" behind "Exposure Analysis Result:" */
static void read_txt(struct reading *reading, char *text)
{
	bool is_there = false;

	for (char *save, *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *egress = strstr(line, " \t=> \t"), *ingress = strstr(line, " \t<= \t");
		char *arrow = egress ? egress : ingress, *ports = strstr(line, " : ");

		is_there |= strncmp(line, "Exposure Analysis", 17) == 0;
		if (!is_there || !arrow || !ports)
			continue;
		*arrow = *ports = '\0';
		add_line(reading, egress ? POLICY_EGRESS : POLICY_INGRESS, line,
			 arrow + strlen(" \t=> \t"), ports + strlen(" : "));
	}
}

static int read_json(void *arg, struct tree_node *root, const struct diag_file *file)
{
	static const char *const keys[POLICY_N_DIRECTIONS] = {
		[POLICY_EGRESS] = "egress_exposure", [POLICY_INGRESS] = "ingress_exposure"};
	const struct tree_node *results = tree_get(root, "exposure_results");

	(void)file;
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
		const struct tree_node *items = tree_get(results, keys[direction]);

		for (uint32_t i = 0; items && items->kind == TREE_SEQ && i < items->len; i++) {
			const char *src = tree_get_string(items->items[i], "src");
			const char *dst = tree_get_string(items->items[i], "dst");
			const bool is_egress = direction == POLICY_EGRESS;

			add_line(arg, direction, is_egress ? src : dst, is_egress ? dst : src,
				 tree_get_string(items->items[i], "conn"));
		}
	}
	return 0;
}

void exposure_read(struct exposure *ret, const char *path, const char *format,
		   struct model_snapshot *snapshot)
{
	struct reading reading = {ret, snapshot, &snapshot->arena};
	struct diag_list diags;
	struct diag_file *file;

	*ret = (struct exposure){0};
	diag_list_init(&diags, &snapshot->arena);
	if (tree_load(path, NULL, &snapshot->arena, &file))
		bail("%s cannot be read", path);
	if (strcmp(format, "json") == 0)
		tree_read(file, NULL, &snapshot->arena, &snapshot->intern, &diags, read_json,
			  &reading);
	else
		read_txt(&reading, arena_strndup(&snapshot->arena, file->text, file->len));
}

void exposure_release(struct exposure *exposure)
{
	for (size_t i = 0; i < exposure->lines.n; i++)
		port_set_release(&exposure->lines.items[i].ports);
	vec_release(&exposure->lines);
}

bool exposure_matches(const struct exposure_line *line, const struct model_pod *pod)
{
	if (line->peer != EXPOSURE_PODS || (line->ns && line->ns != pod->ns->name))
		return false;
	return selector_matches(&line->namespaces, &pod->ns->labels) &&
	       selector_matches(&line->pods, &pod->labels);
}
