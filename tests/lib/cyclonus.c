/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/cyclonus.h"

#include "base/vec.h"
#include "lib/reading.h"
#include "lib/tap.h"
#include "lib/tree_write.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#define CASES "../shared/data/cyclonus/[0-9][0-9][0-9].json"

struct reader {
	cyclonus_fn *fn;
	void *arg;
};

static void write_field(struct strbuf *yaml, const char *indent, const char *key,
			const struct tree_node *value)
{
	strbuf_printf(yaml, "%s%s:", indent, key);
	tree_write(yaml, value);
}

static void write_namespaces(struct strbuf *yaml, const struct tree_node *namespaces)
{
	for (uint32_t i = 0; i < namespaces->len; i++) {
		strbuf_printf(yaml,
			      "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  name: '%s'\n",
			      namespaces->members[i].key);
		write_field(yaml, "  ", "labels", namespaces->members[i].value);
	}
}

static void write_containers(struct strbuf *yaml, const struct tree_node *containers)
{
	for (uint32_t i = 0; i < containers->len; i++) {
		const struct tree_node *container = containers->items[i];

		strbuf_printf(yaml,
			      "  - {name: '%s', ports: [{name: '%s', containerPort: %s, protocol: "
			      "%s}]}\n",
			      tree_get_string(container, "name"),
			      tree_get_string(container, "portName"),
			      tree_get(container, "port")->text,
			      tree_get_string(container, "protocol"));
	}
}

static void write_pods(struct strbuf *yaml, const struct tree_node *pods)
{
	for (uint32_t i = 0; i < pods->len; i++) {
		const struct tree_node *pod = pods->items[i];

		strbuf_printf(yaml,
			      "---\napiVersion: v1\nkind: Pod\nmetadata:\n  name: '%s'\n  "
			      "namespace: '%s'\n",
			      tree_get_string(pod, "name"), tree_get_string(pod, "namespace"));
		write_field(yaml, "  ", "labels", tree_get(pod, "labels"));
		strbuf_printf(yaml, "status: {podIPs: [{ip: '%s'}]}\nspec:\n  containers:\n",
			      tree_get_string(pod, "ip"));
		write_containers(yaml, tree_get(pod, "containers"));
	}
}

static void write_policies(struct strbuf *yaml, const struct tree_node *policies)
{
	for (uint32_t i = 0; i < policies->len; i++) {
		strbuf_addstr(yaml, "---");
		tree_write(yaml, policies->items[i]);
	}
}

void cyclonus_write(struct strbuf *yaml, const struct tree_node *step)
{
	write_namespaces(yaml, tree_get(step, "namespaces"));
	write_pods(yaml, tree_get(step, "pods"));
	write_policies(yaml, tree_get(step, "policies"));
}

static uint8_t space_named(const char *name)
{
	for (uint8_t space = 0; space < PORT_N_SPACES; space++)
		if (strcmp(port_space_name(space), name) == 0)
			return space;
	bail("no protocol '%s'", name);
}

/* [from, to, protocol, port, portName, ingress, egress, combined] */
static struct cyclonus_row read_row(const struct tree_node *row)
{
	if (row->len != 8)
		bail("a row of %u fields", row->len);
	return (struct cyclonus_row){
		.from = row->items[0]->text,
		.to = row->items[1]->text,
		.space = space_named(row->items[2]->text),
		.port = row->items[3]->integer,
		.ingress_allowed = strcmp(row->items[5]->text, "allowed") == 0,
		.egress_allowed = strcmp(row->items[6]->text, "allowed") == 0,
	};
}

static void read_step(const struct reader *reader, const struct tree_node *root,
		      const struct tree_node *step)
{
	const struct tree_node *expected = tree_get(step, "expected");
	struct cyclonus_step ret = {.description = tree_get_string(root, "description")};
	VEC(struct cyclonus_row) rows = {0};
	struct strbuf yaml = {0};

	snprintf(ret.name, sizeof(ret.name), "case %s.%s", tree_get(root, "case")->text,
		 tree_get(step, "step")->text);
	cyclonus_write(&yaml, step);
	for (uint32_t i = 0; i < expected->len; i++) {
		struct cyclonus_row row = read_row(expected->items[i]);

		if (strcmp(row.from, row.to) != 0)
			vec_push(&rows, row);
	}
	ret.yaml = yaml.text;
	ret.rows = rows.items;
	ret.n_rows = rows.n;
	reader->fn(reader->arg, &ret);
	vec_release(&rows);
	strbuf_release(&yaml);
}

static void read_case(const struct reader *reader, const struct tree_node *root)
{
	const struct tree_node *steps = tree_get(root, "steps");

	for (uint32_t i = 0; i < steps->len; i++)
		read_step(reader, root, steps->items[i]);
}

static void read_file(const struct reader *reader, const char *path)
{
	struct reading reading;

	if (reading_of_file(&reading, path) || reading.diags.n_errors)
		bail("%s cannot be read", path);
	for (size_t i = 0; i < reading.roots.n; i++)
		read_case(reader, reading.roots.items[i]);
	reading_release(&reading);
}

bool cyclonus_each(cyclonus_fn *fn, void *arg)
{
	struct reader reader = {fn, arg};
	glob_t paths;

	if (glob(CASES, 0, NULL, &paths))
		return false;
	for (size_t i = 0; i < paths.gl_pathc; i++)
		read_file(&reader, paths.gl_pathv[i]);
	globfree(&paths);
	return true;
}
