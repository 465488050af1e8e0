/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/read.h"

#include "analyze/text.h"
#include "base/strbuf.h"
#include "policy/labelselector.h"
#include "policy/metadata.h"
#include "suite/reason.h"

#include <stdlib.h>
#include <string.h>

#define PREFIX_LEN (sizeof(SUITE_REASON_POLICY) - 1)

enum { API_VERSION, KIND, METADATA, SPEC };

static const struct policy_field root_fields[] = {
	[API_VERSION] = {"apiVersion", POLICY_TYPE_STRING},
	[KIND] = {"kind", POLICY_TYPE_STRING},
	[METADATA] = {"metadata", POLICY_TYPE_MAPPING},
	[SPEC] = {"spec", POLICY_TYPE_MAPPING},
};

static const struct policy_schema root_schema = {
	.what = "a PolicyTest",
	.fields = root_fields,
	.n_fields = 4,
};

enum { TESTS };

static const struct policy_field spec_fields[] = {
	[TESTS] = {"tests", POLICY_TYPE_LIST},
};

static const struct policy_schema spec_schema = {
	.what = "the spec of a PolicyTest",
	.fields = spec_fields,
	.n_fields = 1,
};

enum { NAME, DESCRIPTION, FROM, TO, PORTS, EXPECT, REASON, QUANTIFIER, N_FIELDS };

static const struct policy_field test_fields[N_FIELDS] = {
	[NAME] = {"name", POLICY_TYPE_STRING},
	[DESCRIPTION] = {"description", POLICY_TYPE_STRING},
	[FROM] = {"from", POLICY_TYPE_ANY},
	[TO] = {"to", POLICY_TYPE_ANY},
	[PORTS] = {"ports", POLICY_TYPE_LIST},
	[EXPECT] = {"expect", POLICY_TYPE_STRING},
	[REASON] = {"reason", POLICY_TYPE_STRING},
	[QUANTIFIER] = {"quantifier", POLICY_TYPE_STRING},
};

static const struct policy_alias test_aliases[] = {
	{"src", "did you mean 'from'?"},
	{"source", "did you mean 'from'?"},
	{"dst", "did you mean 'to'?"},
	{"destination", "did you mean 'to'?"},
	{"port", "did you mean 'ports'? it is a list: [5432/TCP]"},
	{"verdict", "did you mean 'expect'?"},
	{"action", "did you mean 'expect'?"},
	{"forAll", "write quantifier: forAll"},
	{"exists", "write quantifier: exists"},
	{NULL, NULL},
};

static const struct policy_schema test_schema = {
	.what = "a test",
	.fields = test_fields,
	.n_fields = N_FIELDS,
	.aliases = test_aliases,
};

static const struct policy_schema *const schemas[] = {
	&root_schema,
	&spec_schema,
	&test_schema,
	&suite_schema_peer,
	&policy_schema_labelselector,
	&policy_schema_requirement,
	NULL,
};

static const char *read_text(struct policy_reader *reader, const struct policy_fields *read,
			     size_t field)
{
	const struct tree_node *node = read->values[field];

	return node ? policy_string(reader, test_fields[field].name, node, suite_any_text) : NULL;
}

/* Parsers of the command line know no places. */
static void move_problem(struct policy_reader *reader, const struct diag_list *from,
			 struct diag_span span)
{
	struct diag *diag = policy_error(reader, DIAG_BH0203, span, "%s", from->first->message);

	if (from->first->hint)
		diag_hint(reader->diags, diag, "%s", from->first->hint);
}

static void read_port(struct policy_reader *reader, const struct tree_node *node,
		      struct analyze_port *ret)
{
	struct diag_list problems;

	diag_list_init(&problems, &reader->snapshot->arena);
	if (node->kind != TREE_INT && !policy_string_check(reader, "an item of 'ports'", node))
		return;
	if (node->kind == TREE_NULL || !analyze_port_parse(node->text, &problems, ret)) {
		if (problems.first)
			move_problem(reader, &problems, policy_span(reader, node));
	} else if (ret->is_any) {
		policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			     "an item of 'ports' must not be empty");
	}
}

static void read_ports(struct policy_reader *reader, const struct tree_node *list,
		       struct suite_test *ret)
{
	const uint32_t n = list ? list->len : 0;

	ret->n_ports = n ? n : 1;
	ret->ports = arena_alloc_n(&reader->snapshot->arena, ret->n_ports, sizeof(*ret->ports));
	ret->ports[0] = (struct analyze_port){.is_any = true};
	for (uint32_t i = 0; i < n; i++)
		read_port(reader, list->items[i], &ret->ports[i]);
	if (list && !n)
		policy_error(reader, DIAG_BH0203, policy_span(reader, list),
			     "'ports' must not be empty; without it the test is about every port");
}

static void read_choices(struct policy_reader *reader, const struct policy_fields *read,
			 struct suite_test *ret)
{
	static const char *const verdicts[] = {"deny", "allow"};
	static const char *const quantifiers[] = {"forAll", "exists"};
	static const struct policy_choices expect = {"'expect'", verdicts, 2, NULL};
	static const struct policy_choices quantifier = {"'quantifier'", quantifiers, 2, NULL};
	size_t choice = 0;

	if (read->values[EXPECT] && policy_choose(reader, &expect, read->values[EXPECT], &choice))
		ret->expects_allow = choice == 1;
	choice = 0;
	if (read->values[QUANTIFIER] &&
	    policy_choose(reader, &quantifier, read->values[QUANTIFIER], &choice))
		ret->is_exists = choice == 1;
}

/* A reason of verdicts, or "policy:" and a name. */
static void check_reason(struct policy_reader *reader, const struct tree_node *node)
{
	const char *names[VERDICT_N_REASONS];
	const char *near;
	struct diag *diag;

	if (!node ||
	    (strncmp(node->text, SUITE_REASON_POLICY, PREFIX_LEN) == 0 && node->text[PREFIX_LEN]))
		return;
	for (int i = 0; i < VERDICT_N_REASONS; i++) {
		names[i] = analyze_reason_name(i);
		if (strcmp(node->text, names[i]) == 0)
			return;
	}
	near = diag_did_you_mean(node->text, names, VERDICT_N_REASONS);
	diag = policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			    "'reason' '%s' is no reason of a verdict", node->text);
	if (near)
		diag_hint(reader->diags, diag, "did you mean '%s'?", near);
	else
		diag_hint(reader->diags, diag,
			  "write default-deny, not-isolated, rule, or policy:NAMESPACE/NAME; words "
			  "for people go into 'description'");
}

static const char *make_name(const struct suite_test *test, struct arena *arena)
{
	struct strbuf text = {0};
	const char *ret;

	strbuf_printf(&text, "%s → %s", test->peers[SUITE_FROM].text, test->peers[SUITE_TO].text);
	for (uint32_t i = 0; i < test->n_ports; i++)
		strbuf_printf(&text, "%s %s", i ? "," : "",
			      analyze_port_format(&test->ports[i], arena));
	strbuf_printf(&text, ": %s%s", test->is_exists ? "some " : "",
		      test->expects_allow ? "allow" : "deny");
	ret = arena_strdup(arena, strbuf_str(&text));
	strbuf_release(&text);
	return ret;
}

static void read_test(struct policy_reader *reader, struct suite *suite,
		      const struct tree_node *node)
{
	struct suite_test test = {.object = reader->object, .span = policy_span(reader, node)};
	struct policy_fields read;
	bool is_complete;

	if (!policy_schema_read(reader, &test_schema, node, &read))
		return;
	is_complete = policy_need(reader, &test_schema, node, &read, FROM);
	is_complete &= policy_need(reader, &test_schema, node, &read, TO);
	is_complete &= policy_need(reader, &test_schema, node, &read, EXPECT);
	test.name = read_text(reader, &read, NAME);
	test.description = read_text(reader, &read, DESCRIPTION);
	for (int side = 0; side < SUITE_N_SIDES; side++)
		if (read.values[FROM + side])
			suite_read_peer(reader, read.values[FROM + side], &test.peers[side]);
	read_ports(reader, read.values[PORTS], &test);
	read_choices(reader, &read, &test);
	test.reason = read_text(reader, &read, REASON);
	if (read.values[REASON])
		test.reason_span = policy_span(reader, read.values[REASON]);
	check_reason(reader, read.values[REASON]);
	if (!is_complete || reader->failed)
		return;
	if (!test.name)
		test.name = make_name(&test, &reader->snapshot->arena);
	vec_push(&suite->tests, test);
}

static void check_version(struct policy_reader *reader)
{
	const struct tree_node *version = tree_get(reader->object->root, "apiVersion");
	struct diag *diag;

	if (strcmp(reader->object->version, "v1") == 0)
		return;
	diag = policy_error(reader, DIAG_BH0109, policy_span(reader, version),
			    "there is no PolicyTest in bulkhead.dev/%s", reader->object->version);
	diag_hint(reader->diags, diag, "write 'apiVersion: bulkhead.dev/v1'");
}

static void read_object(struct policy_reader *reader, struct suite *suite)
{
	const struct tree_node *root = reader->object->root;
	struct policy_fields read, spec;

	check_version(reader);
	if (!policy_schema_read(reader, &root_schema, root, &read))
		return;
	if (read.values[METADATA])
		policy_metadata_check(reader, read.values[METADATA]);
	if (!policy_need(reader, &root_schema, root, &read, SPEC) || !read.values[SPEC] ||
	    !policy_schema_read(reader, &spec_schema, read.values[SPEC], &spec) ||
	    !policy_need(reader, &spec_schema, read.values[SPEC], &spec, TESTS))
		return;
	for (uint32_t i = 0; spec.values[TESTS] && i < spec.values[TESTS]->len; i++)
		read_test(reader, suite, spec.values[TESTS]->items[i]);
}

/* Whether a file was named, or is in a folder that was. */
static bool is_in(const char *file, const char *path)
{
	size_t len = strlen(path);

	while (len > 1 && path[len - 1] == '/')
		len--;
	return strncmp(file, path, len) == 0 && (file[len] == '\0' || file[len] == '/');
}

static bool is_wanted(const struct model_policy_object *object, const struct suite_options *options)
{
	for (size_t i = 0; i < options->n_paths; i++)
		if (is_in(object->file->name, options->paths[i]))
			return true;
	return options->n_paths == 0;
}

static int compare_tests(const void *left, const void *right)
{
	const struct suite_test *a = left, *b = right;
	int order = strcmp(a->span.file->name, b->span.file->name);

	return order ? order : (a->span.line > b->span.line) - (a->span.line < b->span.line);
}

void suite_read(struct suite *ret, struct analyze_cluster *cluster,
		const struct suite_options *options, struct diag_list *diags)
{
	struct policy_options strict = cluster->options;
	struct diag_list problems;

	strict.skip_invalid = false; /* a test that is left out holds nothing */
	*ret = (struct suite){.cluster = cluster};
	analyze_endpoints_init(&ret->endpoints, cluster);
	ret->endpoints.takes_proxy = true;
	diag_list_init(&problems, diags->arena);
	for (uint32_t i = 0; i < cluster->snapshot->n_tests; i++) {
		struct policy_reader reader = {
			.snapshot = cluster->snapshot,
			.options = &strict,
			.diags = &problems,
			.object = cluster->snapshot->tests[i],
			.schemas = schemas,
		};

		if (is_wanted(reader.object, options))
			read_object(&reader, ret);
	}
	if (ret->tests.n)
		qsort(ret->tests.items, ret->tests.n, sizeof(*ret->tests.items), compare_tests);
	diag_list_sort(&problems);
	diag_list_append(diags, &problems);
}
