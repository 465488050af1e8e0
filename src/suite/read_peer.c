/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/read.h"

#include "base/strbuf.h"
#include "policy/labelselector.h"

enum {
	ENDPOINT,
	EXTERNAL,
	NAMESPACE,
	NOT_NAMESPACE,
	NAMESPACE_SELECTOR,
	SELECTOR,
	ONLY_KNOWN,
	EXCEPT,
	N_FIELDS
};

static const struct policy_field fields[N_FIELDS] = {
	[ENDPOINT] = {"endpoint", POLICY_TYPE_STRING},
	[EXTERNAL] = {"external", POLICY_TYPE_STRING},
	[NAMESPACE] = {"namespace", POLICY_TYPE_STRING},
	[NOT_NAMESPACE] = {"notNamespace", POLICY_TYPE_STRING},
	[NAMESPACE_SELECTOR] = {"namespaceSelector", POLICY_TYPE_MAPPING},
	[SELECTOR] = {"selector", POLICY_TYPE_MAPPING},
	[ONLY_KNOWN] = {"onlyKnown", POLICY_TYPE_BOOLEAN},
	[EXCEPT] = {"except", POLICY_TYPE_LIST},
};

static const struct policy_alias aliases[] = {
	{"podSelector", "did you mean 'selector'?"},
	{"labels", "write selector: {matchLabels: …}"},
	{"matchLabels", "labels go one level deeper, under 'selector'"},
	{"matchExpressions", "expressions go one level deeper, under 'selector'"},
	{"workload", "write the endpoint itself: shop/frontend"},
	{"pod", "write the endpoint itself: shop/frontend-0"},
	{"service", "write the endpoint itself: shop/svc/frontend"},
	{"cidr", "did you mean 'external'?"},
	{"ipBlock", "did you mean 'external'?"},
	{"outside", "did you mean 'notNamespace'?"},
	{"not", "write notNamespace: NAME, or except: [ENDPOINT, …]"},
	{NULL, NULL},
};

const struct policy_schema suite_schema_peer = {
	.what = "from or to of a test",
	.fields = fields,
	.n_fields = N_FIELDS,
	.aliases = aliases,
};

const char *suite_any_text(const char *text, size_t len)
{
	(void)text;
	return len ? NULL : "must not be empty";
}

static const char *read_string(struct policy_reader *reader, const struct policy_fields *read,
			       size_t field, model_syntax_fn syntax)
{
	const struct tree_node *node = read->values[field];

	return node ? policy_string(reader, fields[field].name, node, syntax) : NULL;
}

static void read_except(struct policy_reader *reader, const struct tree_node *list,
			struct suite_peer *ret)
{
	if (!list)
		return;
	ret->except = arena_alloc_n(&reader->snapshot->arena, list->len, sizeof(*ret->except));
	for (uint32_t i = 0; i < list->len; i++) {
		const char *text = policy_string(reader, "an item of 'except'", list->items[i],
						 suite_any_text);

		if (text)
			ret->except[ret->n_except++] = text;
	}
}

/* "every pod outside payments with app=web" */
static const char *describe(const struct suite_peer *peer, struct arena *arena)
{
	struct strbuf text = {0};
	const char *ret;

	strbuf_addstr(&text, peer->only_known ? "every known pod" : "every pod");
	if (peer->ns)
		strbuf_printf(&text, " of %s", peer->ns);
	if (peer->not_ns)
		strbuf_printf(&text, " outside %s", peer->not_ns);
	if (peer->namespaces.n)
		strbuf_printf(&text, " of namespaces with %s",
			      selector_format(&peer->namespaces, arena));
	if (peer->pods.n)
		strbuf_printf(&text, " with %s", selector_format(&peer->pods, arena));
	for (uint32_t i = 0; i < peer->n_except; i++)
		strbuf_printf(&text, "%s%s", i ? ", " : " but ", peer->except[i]);
	ret = arena_strdup(arena, strbuf_str(&text));
	strbuf_release(&text);
	return ret;
}

/* An endpoint says all that there is to say. */
static void check_alone(struct policy_reader *reader, const struct policy_fields *read,
			size_t alone)
{
	for (size_t i = 0; i < N_FIELDS; i++) {
		struct diag *diag;

		if (i == alone || !read->members[i])
			continue;
		diag = policy_error(reader, DIAG_BH0203,
				    tree_key_span(reader->object->file, read->members[i]),
				    "'%s' does not go with '%s'", fields[i].name,
				    fields[alone].name);
		diag_hint(reader->diags, diag, "an endpoint needs no more words: leave one out");
	}
}

static bool read_endpoint(struct policy_reader *reader, const struct policy_fields *read,
			  struct suite_peer *ret)
{
	const size_t field = read->members[ENDPOINT] ? ENDPOINT : EXTERNAL;

	if (!read->members[field])
		return false;
	check_alone(reader, read, field);
	ret->endpoint = read_string(reader, read, field, suite_any_text);
	if (!ret->endpoint)
		ret->endpoint = "";
	ret->must_be_outside = field == EXTERNAL;
	return true;
}

static void read_set(struct policy_reader *reader, const struct policy_fields *read,
		     struct suite_peer *ret)
{
	ret->ns = read_string(reader, read, NAMESPACE, model_syntax_namespace);
	ret->not_ns = read_string(reader, read, NOT_NAMESPACE, model_syntax_namespace);
	if (read->values[NAMESPACE_SELECTOR])
		policy_labelselector_read(reader, read->values[NAMESPACE_SELECTOR],
					  &ret->namespaces);
	if (read->values[SELECTOR])
		policy_labelselector_read(reader, read->values[SELECTOR], &ret->pods);
	ret->only_known = read->values[ONLY_KNOWN] && read->values[ONLY_KNOWN]->boolean;
	read_except(reader, read->values[EXCEPT], ret);
	ret->text = describe(ret, &reader->snapshot->arena);
}

void suite_read_peer(struct policy_reader *reader, const struct tree_node *node,
		     struct suite_peer *ret)
{
	struct policy_fields read;

	ret->span = policy_span(reader, node);
	if (node->kind == TREE_STRING) {
		ret->text = ret->endpoint =
			policy_string(reader, "an endpoint", node, suite_any_text);
		return;
	}
	if (!policy_schema_read(reader, &suite_schema_peer, node, &read))
		return;
	if (read_endpoint(reader, &read, ret))
		ret->text = ret->endpoint;
	else
		read_set(reader, &read, ret);
}
