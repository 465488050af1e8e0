/* SPDX-License-Identifier: Apache-2.0 */
/* Istio's own tables of what is valid and what matches, and the policies of its integration tests. */
#include "lib/policies.h"
#include "lib/reading.h"
#include "lib/tap.h"
#include "model/labels.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DATA "../shared/data/l7/istio"
#define TEMPLATES DATA "/integration-authz"
#define HEAD \
	"apiVersion: security.istio.io/v1\nkind: AuthorizationPolicy\n" \
	"metadata: {name: p, namespace: foo}\nspec:\n  rules:\n  - "

static void put_quoted(struct strbuf *text, const char *value)
{
	strbuf_addch(text, '"');
	for (; *value; value++) {
		if (*value == '"' || *value == '\\')
			strbuf_addch(text, '\\');
		strbuf_addch(text, *value);
	}
	strbuf_addch(text, '"');
}

static void put_list(struct strbuf *text, const struct tree_node *values)
{
	strbuf_addch(text, '[');
	for (uint32_t i = 0; i < values->len; i++) {
		strbuf_addstr(text, i ? ", " : "");
		put_quoted(text, values->items[i]->text);
	}
	strbuf_addch(text, ']');
}

/* Whether a policy with this rule is accepted; the text is released. */
static bool is_accepted(struct strbuf *text)
{
	struct policies read;
	bool is_right;

	policies_read(&read, strbuf_str(text), false);
	is_right = read.diags.n_errors == 0 && read.set->n_policies > 0;
	if (!is_right && read.set->n_rejected != 1)
		diag("%s", policies_diags(&read));
	policies_release(&read);
	strbuf_release(text);
	return is_right;
}

static bool wants_error(const struct tree_node *row)
{
	return tree_get(row, "error")->boolean;
}

/* A wildcard is checked where trust domains are. */
static void check_wildcard(const struct tree_node *row)
{
	struct strbuf text = {0};

	strbuf_addstr(&text, HEAD "when: [{key: source.trustDomain, values: ");
	put_list(&text, tree_get(row, "values"));
	strbuf_addstr(&text, "}]\n");
	ok(is_accepted(&text) == !wants_error(row), "a wildcard: %s", tree_get_string(row, "name"));
}

static void check_trust_domain(const struct tree_node *row)
{
	struct strbuf text = {0};

	strbuf_addstr(&text, HEAD "from: [{source: {trustDomains: ");
	put_list(&text, tree_get(row, "values"));
	strbuf_addstr(&text, "}}]\n");
	ok(is_accepted(&text) == !wants_error(row), "a trust domain: %s",
	   tree_get_string(row, "name"));
}

static void check_template(const struct tree_node *row)
{
	struct strbuf text = {0};

	strbuf_addstr(&text, HEAD "to: [{operation: {ports: [\"80\"], paths: ");
	put_list(&text, tree_get(row, "values"));
	strbuf_addstr(&text, "}}]\n");
	ok(is_accepted(&text) == !wants_error(row), "a template: %s", tree_get_string(row, "name"));
}

static void check_condition(const struct tree_node *row)
{
	struct strbuf text = {0};

	strbuf_addstr(&text, HEAD "when: [{key: ");
	put_quoted(&text, tree_get_string(row, "key"));
	strbuf_addstr(&text, ", values: ");
	put_list(&text, tree_get(row, "values"));
	strbuf_addstr(&text, "}]\n");
	ok(is_accepted(&text) == !wants_error(row), "a condition: %s %s",
	   tree_get_string(row, "key"), tree_get(row, "values")->items[0]->text);
}

/* A literal stands between others, so that no slash of its own is at an end. */
static void check_literal(const struct tree_node *row)
{
	struct strbuf path = {0}, text = {0};

	strbuf_printf(&path, "/{*}/%s/x", tree_get_string(row, "glob"));
	strbuf_addstr(&text, HEAD "to: [{operation: {ports: [\"80\"], paths: [");
	put_quoted(&text, strbuf_str(&path));
	strbuf_addstr(&text, "]}}]\n");
	ok(is_accepted(&text) == tree_get(row, "valid")->boolean, "a literal: %s",
	   tree_get_string(row, "glob"));
	strbuf_release(&path);
}

static void check_principal(const struct tree_node *row)
{
	struct strbuf text = {0};

	strbuf_addstr(&text, HEAD "from: [{source: {requestPrincipals: [");
	put_quoted(&text, tree_get_string(row, "value"));
	strbuf_addstr(&text, "]}}]\n");
	ok(is_accepted(&text), "a request principal: %s", tree_get_string(row, "value"));
}

/* Whether a namespace of this name is among the sources of a read policy; "": of no identity. */
static bool has_namespace(const struct policies *read, const char *name)
{
	struct intern *intern = &read->snapshot->intern;
	struct model_label label = {intern_str(intern, MODEL_NAME_LABEL), intern_str(intern, name)};
	struct model_namespace ns = {.name = label.value, .labels = {&label, 1}};
	struct model_account account = {.ns = &ns};
	struct model_pod pod = {.in_mesh = *name, .ns = &ns, .account = &account};
	const struct policy_rule *rule = &read->set->policies[0]->rules[POLICY_INGRESS][0];
	const struct policy_address address = {.snapshot = read->snapshot, .pod = &pod};

	return policy_peer_matches(&rule->peers[0], &address);
}

static void check_names(const struct policies *read, const char *pattern,
			const struct tree_node *names, bool want)
{
	for (uint32_t i = 0; i < names->len; i++)
		ok(has_namespace(read, names->items[i]->text) == want, "%s and '%s': %s", pattern,
		   names->items[i]->text, want ? "yes" : "no");
}

static void check_pattern(const struct tree_node *row)
{
	const char *pattern = tree_get_string(row, "pattern");
	struct strbuf text = {0};
	struct policies read;

	strbuf_addstr(&text, HEAD "from: [{source: {namespaces: [");
	put_quoted(&text, pattern);
	strbuf_addstr(&text, "]}}]\n");
	policies_read(&read, strbuf_str(&text), false);
	if (ok(read.set->n_policies == 1, "a pattern: %s", pattern)) {
		check_names(&read, pattern, tree_get(row, "match"), true);
		check_names(&read, pattern, tree_get(row, "nomatch"), false);
	}
	policies_release(&read);
	strbuf_release(&text);
}

static void check_rows(const struct tree_node *rows, const char *name,
		       void (*check)(const struct tree_node *row))
{
	if (!ok(rows && rows->kind == TREE_SEQ && rows->len > 0, "%s has rows", name))
		return;
	for (uint32_t i = 0; i < rows->len; i++)
		check(rows->items[i]);
}

static void read_table(struct reading *reading, const char *path)
{
	if (reading_of_file(reading, path) || reading->roots.n != 1)
		bail("%s is read", path);
}

static void check_tables(void)
{
	const struct tree_node *root;
	struct reading reading;

	read_table(&reading, DATA "/validation.json");
	root = reading.roots.items[0];
	check_rows(tree_get(root, "TestCheckWildcardValues"), "wildcards", check_wildcard);
	check_rows(tree_get(root, "TestCheckTrustDomainValues"), "trust domains",
		   check_trust_domain);
	check_rows(tree_get(root, "TestCheckValidPathTemplate"), "templates", check_template);
	check_rows(tree_get(root, "TestValidateCondition"), "conditions", check_condition);
	check_rows(tree_get(root, "TestIsValidLiteral"), "literals", check_literal);
	reading_release(&reading);
	read_table(&reading, DATA "/request-principal.json");
	check_rows(reading.roots.items[0], "request principals", check_principal);
	reading_release(&reading);
	read_table(&reading, DATA "/string-match.json");
	check_rows(tree_get(reading.roots.items[0], "string_match"), "patterns", check_pattern);
	reading_release(&reading);
}

/* What the tests would put into their templates. */
static const char *value_of(const char *expression)
{
	static const char *const values[][2] = {
		{"toJson", "[\"10.0.0.1\"]"},
		{"Port", "8080"},
		{"SpiffeIdentity", "cluster.local/ns/a/sa/b"},
		{"NamespacedName", "a/b"},
	};

	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (strstr(expression, values[i][0]))
			return values[i][1];
	return "some-name";
}

static void fill_template(const char *template, struct strbuf *ret)
{
	const char *open;

	for (; (open = strstr(template, "{{")); template = strstr(open, "}}") + 2) {
		char expression[128];

		snprintf(expression, sizeof(expression), "%.*s", (int)(strstr(open, "}}") - open),
			 open);
		strbuf_add(ret, template, (size_t)(open - template));
		strbuf_addstr(ret, value_of(expression));
	}
	strbuf_addstr(ret, template);
}

static void check_file(const char *name)
{
	struct strbuf text = {0};
	struct diag_file *file;
	struct policies read;
	struct arena arena;
	char path[512];

	arena_init(&arena);
	snprintf(path, sizeof(path), TEMPLATES "/%s", name);
	if (tree_load(path, NULL, &arena, &file))
		bail("%s is there", path);
	fill_template(file->text, &text);
	policies_read(&read, strbuf_str(&text), false);
	if (!ok(read.diags.n_errors == 0 && read.set->n_rejected == 0, "%s: %u policies", name,
		read.set->n_policies))
		diag("%s", policies_diags(&read));
	policies_release(&read);
	strbuf_release(&text);
	arena_release(&arena);
}

static int is_template(const struct dirent *entry)
{
	return strstr(entry->d_name, ".tmpl") != NULL;
}

static void check_templates(void)
{
	struct dirent **entries;
	int n = scandir(TEMPLATES, &entries, is_template, alphasort);

	ok(n > 0, "%d templates", n);
	for (int i = 0; i < n; i++) {
		check_file(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
}

int main(void)
{
	if (access(DATA, R_OK) < 0)
		skip_all("no " DATA);
	check_tables();
	check_templates();
	return tap_done();
}
