/* SPDX-License-Identifier: Apache-2.0 */
/* BH104 to BH109: what an object says by accident, seen in its text alone. */
#include "scan/check.h"

#include <string.h>

/* A walk over every node of an object. */
struct walk {
	struct scan *scan;
	const struct model_manifest *manifest;
	void (*member)(struct walk *walk, const struct tree_member *member);
	void (*item)(struct walk *walk, const struct tree_node *item, const char *key);
};

static void walk_node(struct walk *walk, const struct tree_node *node, const char *key)
{
	for (uint32_t i = 0; node->kind == TREE_SEQ && i < node->len; i++) {
		if (walk->item)
			walk->item(walk, node->items[i], key);
		walk_node(walk, node->items[i], key);
	}
	for (uint32_t i = 0; node->kind == TREE_MAP && i < node->len; i++) {
		if (walk->member)
			walk->member(walk, &node->members[i]);
		walk_node(walk, node->members[i].value, node->members[i].key);
	}
}

static struct scan_finding *report_node(struct walk *walk, const struct tree_node *node,
					const char *what, const char *consequence)
{
	return scan_report(walk->scan,
			   scan_at_manifest(walk->manifest, tree_span(walk->manifest->file, node)),
			   "%s: %s", what, consequence);
}

#define REFUSED "the API server refuses the object, and whatever it allows or denies is not there"

static bool is_plain_scalar(const struct tree_node *node)
{
	return node->kind == TREE_BOOL || node->kind == TREE_INT || node->kind == TREE_FLOAT;
}

/* A value that has to be a text is one to people, but YAML reads it as something else. */
static void check_text(struct walk *walk, const struct tree_node *value, const char *key)
{
	struct arena *arena = &walk->scan->arena;
	const char *quoted;
	struct scan_finding *finding;

	if (!is_plain_scalar(value))
		return;
	quoted = arena_printf(arena, "\"%s\"", value->text);
	finding = report_node(walk, value,
			      arena_printf(arena, "%s of '%s' is read as %s, not as a text",
					   value->text, key, tree_kind_name(value->kind)),
			      REFUSED);
	scan_help(walk->scan, finding, "write %s", quoted);
	scan_edit_scalar(walk->scan, finding, walk->manifest->file, value, quoted);
}

/* Null is read as the empty text. */
static void check_no_text(struct walk *walk, const struct tree_member *member)
{
	struct scan_finding *finding;

	if (member->value->kind != TREE_NULL)
		return;
	finding = report_node(walk, member->value,
			      arena_printf(&walk->scan->arena, "'%s' has no value", member->key),
			      "only pods where it is there and empty are selected");
	scan_help(walk->scan, finding, "if that is meant write %s: \"\"", member->key);
	scan_edit_null(walk->scan, finding, walk->manifest->file, member, "\"\"");
}

static bool is_number(const char *text)
{
	return *text && text[strspn(text, "0123456789")] == '\0';
}

/* A text of digits is the name of a port, and names need a letter. */
static void check_name(struct walk *walk, const struct tree_node *value)
{
	struct scan_finding *finding = report_node(
		walk, value,
		arena_printf(&walk->scan->arena, "\"%s\" is the name of a port, not its number",
			     value->text),
		REFUSED);

	scan_help(walk->scan, finding, "write %s", value->text);
	scan_edit_scalar(walk->scan, finding, walk->manifest->file, value, value->text);
}

/* The whole number that Kubernetes' reader makes of a scalar; -1: of this one it makes none. */
static int64_t number_of(const struct tree_node *value)
{
	if (value->kind == TREE_INT && !value->is_big)
		return value->integer;
	if (value->kind == TREE_FLOAT && value->real >= 0 && value->real <= UINT16_MAX &&
	    value->real == (double)(int64_t)value->real)
		return (int64_t)value->real;
	return -1;
}

/* 0120, 0x50, 8_0, 80.0: numbers that readers of other versions take for another, or for a text. */
static void check_number(struct walk *walk, const struct tree_node *value)
{
	const bool is_octal = value->kind == TREE_INT && is_number(value->text);
	const int64_t number = number_of(value);
	const char *plain = arena_printf(&walk->scan->arena, "%lld", (long long)number);
	struct scan_finding *finding;

	if (number < 0 || strcmp(plain, value->text) == 0)
		return;
	finding = report_node(
		walk, value,
		arena_printf(&walk->scan->arena,
			     is_octal ? "%s is octal to YAML 1.1, %s, and decimal to YAML 1.2"
				      : "%s is %s to Kubernetes, and a text to other readers",
			     value->text, plain),
		is_octal ? "another port is open than it seems" : "they refuse the object");
	scan_help(walk->scan, finding, "write %s, if that is meant", plain);
	scan_edit_scalar(walk->scan, finding, walk->manifest->file, value, plain);
	if (is_octal && finding->edits.n)
		finding->fix = SCAN_FIX_SUGGESTED;
}

static void check_port(struct walk *walk, const struct tree_node *value)
{
	if (value->kind == TREE_STRING && is_number(value->text))
		check_name(walk, value);
	else
		check_number(walk, value);
}

static bool is_key(const char *key, const char *const *keys, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (strcmp(key, keys[i]) == 0)
			return true;
	return false;
}

#define is_one_of(key, keys) is_key((key), (keys), sizeof(keys) / sizeof((keys)[0]))

static void check_scalar_member(struct walk *walk, const struct tree_member *member)
{
	static const char *const texts[] = {"labels", "matchLabels", "annotations"};
	static const char *const ports[] = {"port", "endPort"};
	const struct tree_node *map = member->value;

	if (strcmp(walk->manifest->group, "networking.k8s.io") == 0 &&
	    is_one_of(member->key, ports))
		check_port(walk, map);
	if (strcmp(walk->manifest->kind, "Service") == 0 && strcmp(member->key, "targetPort") == 0)
		check_port(walk, map);
	if (strcmp(walk->manifest->group, "cilium.io") == 0 && strcmp(member->key, "port") == 0)
		check_text(walk, map, member->key);
	if (map->kind != TREE_MAP || !is_one_of(member->key, texts))
		return;
	for (uint32_t i = 0; i < map->len; i++) {
		check_text(walk, map->members[i].value, map->members[i].key);
		if (strcmp(member->key, "matchLabels") == 0)
			check_no_text(walk, &map->members[i]);
	}
}

/* The values of an expression of a selector. */
static void check_scalar_item(struct walk *walk, const struct tree_node *item, const char *key)
{
	const struct tree_node *values = tree_get(item, "values");

	if (strcmp(key, "matchExpressions") != 0 || !values || values->kind != TREE_SEQ)
		return;
	for (uint32_t i = 0; i < values->len; i++)
		check_text(walk, values->items[i], "values");
}

void scan_scalars(struct scan *scan, const struct model_manifest *manifest)
{
	struct walk walk = {scan, manifest, check_scalar_member, check_scalar_item};
	const bool is_schema = strcmp(manifest->group, "apiextensions.k8s.io") == 0;

	/* the labels of a schema are fields that it describes */
	walk_node(&walk, is_schema ? tree_get(manifest->root, "metadata") : manifest->root, "");
}

#define DEAD_ANNOTATION "net.beta.kubernetes.io/network-policy"

void scan_dead_annotation(struct scan *scan, const struct model_manifest *manifest)
{
	const struct tree_node *annotations =
		scan_node(manifest->root, "metadata", "annotations", NULL);
	const struct tree_member *member = tree_member(annotations, DEAD_ANNOTATION);
	struct scan_finding *finding;

	if (!member)
		return;
	finding = scan_report(scan,
			      scan_at_manifest(manifest, tree_key_span(manifest->file, member)),
			      "no Kubernetes since 1.7 reads '" DEAD_ANNOTATION
			      "': it isolates nothing");
	scan_help(scan, finding,
		  "write a NetworkPolicy with podSelector: {} and policyTypes: [Ingress]");
}

struct null_field {
	const char *key;
	const char *effect;
	const char *plain; /* what says the same openly */
};

static const struct null_field subject_nulls[] = {
	{"podSelector", "it selects every pod of the namespace", "{}"},
	{"matchLabels", "it selects every pod of the namespace", "{}"},
	{"matchExpressions", "it selects every pod of the namespace", "[]"},
};

static const struct null_field rule_nulls[] = {
	{"from", "any source is let in", "[]"},
	{"to", "any destination is allowed", "[]"},
	{"ports", "every port is open", "[]"},
};

static const struct null_field peer_nulls[] = {
	{"podSelector", "it is as if it were not there", NULL},
	{"namespaceSelector", "it is as if it were not there", NULL},
	{"ipBlock", "it is as if it were not there", NULL},
};

/* Beside a namespaceSelector. */
static const struct null_field pod_nulls[] = {
	{"podSelector", "every pod of those namespaces is meant", "{}"},
};

static const struct null_field type_nulls[] = {
	{"policyTypes", "it is as if it were not there", NULL},
};

static const struct null_field list_nulls[] = {
	[POLICY_INGRESS] = {"ingress", "nobody is let in", "[]"},
	[POLICY_EGRESS] = {"egress", "nothing may be reached", "[]"},
};

static const struct null_field selector_nulls[] = {
	{"matchLabels", "the selector takes everything", "{}"},
	{"matchExpressions", "the selector takes everything", "[]"},
};

static struct scan_finding *report_null(struct walk *walk, const struct tree_member *member,
					const struct null_field *field)
{
	const struct model_manifest *manifest = walk->manifest;
	struct scan_finding *finding = scan_report(
		walk->scan, scan_at_manifest(manifest, tree_key_span(manifest->file, member)),
		"'%s' is null: %s", member->key, field->effect);

	if (!field->plain) {
		scan_help(walk->scan, finding, "write what is meant, or leave it out");
		return finding;
	}
	scan_help(walk->scan, finding, "if that is meant write %s: %s", member->key, field->plain);
	scan_edit_null(walk->scan, finding, manifest->file, member, field->plain);
	return finding;
}

static void check_nulls(struct walk *walk, const struct tree_node *map,
			const struct null_field *fields, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const struct tree_member *member = tree_member(map, fields[i].key);

		if (member && member->value->kind == TREE_NULL)
			report_null(walk, member, &fields[i]);
	}
}

#define check_null_fields(walk, map, fields) \
	check_nulls((walk), (map), (fields), sizeof(fields) / sizeof((fields)[0]))

/* A null part takes everything only if no other part says more. */
static void check_null_selector(struct walk *walk, const struct tree_node *selector,
				const struct null_field *fields, size_t n)
{
	for (uint32_t i = 0; selector && selector->kind == TREE_MAP && i < selector->len; i++)
		if (selector->members[i].value->kind != TREE_NULL &&
		    selector->members[i].value->len > 0)
			return;
	check_nulls(walk, selector, fields, n);
}

#define check_null_parts(walk, selector, fields) \
	check_null_selector((walk), (selector), (fields), sizeof(fields) / sizeof((fields)[0]))

static void check_null_peers(struct walk *walk, const struct tree_node *peers)
{
	for (uint32_t i = 0; peers && peers->kind == TREE_SEQ && i < peers->len; i++) {
		const struct tree_node *peer = peers->items[i];
		const struct tree_node *namespaces = tree_get(peer, "namespaceSelector");

		if (namespaces && namespaces->kind != TREE_NULL)
			check_null_fields(walk, peer, pod_nulls);
		else
			check_null_fields(walk, peer, peer_nulls);
		check_null_parts(walk, tree_get(peer, "podSelector"), selector_nulls);
		check_null_parts(walk, tree_get(peer, "namespaceSelector"), selector_nulls);
	}
}

static void report_null_rule(struct walk *walk, const struct tree_node *rule)
{
	struct scan_finding *finding =
		report_node(walk, rule, "this rule is null", "it allows everything");

	scan_help(walk->scan, finding, "if that is meant write {}");
	scan_edit_null_item(walk->scan, finding, walk->manifest->file, rule, "{}");
}

static void check_null_rules(struct walk *walk, const struct tree_node *rules)
{
	for (uint32_t i = 0; rules && rules->kind == TREE_SEQ && i < rules->len; i++) {
		const struct tree_node *rule = rules->items[i];

		if (rule->kind == TREE_NULL)
			report_null_rule(walk, rule);
		check_null_fields(walk, rule, rule_nulls);
		check_null_peers(walk, tree_get(rule, "from"));
		check_null_peers(walk, tree_get(rule, "to"));
	}
}

/* An empty list of rules closes the direction, if the policy is about it: nobody is harmed by that. */
static void check_null_lists(struct walk *walk, const struct tree_node *spec)
{
	const struct tree_node *types = tree_get(spec, "policyTypes");

	check_null_fields(walk, spec, type_nulls);
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
		const struct tree_member *member = tree_member(spec, list_nulls[direction].key);
		const bool is_closed = types && types->kind == TREE_SEQ && types->len
					       ? scan_names_type(types, direction)
					       : direction == POLICY_INGRESS;

		if (member && member->value->kind == TREE_NULL && is_closed)
			report_null(walk, member, &list_nulls[direction])->severity = SCAN_LOW;
	}
}

void scan_nulls(struct scan *scan, const struct model_manifest *manifest)
{
	const struct tree_node *spec = tree_get(manifest->root, "spec");
	struct walk walk = {.scan = scan, .manifest = manifest};

	if (!scan_declares_networkpolicy(manifest))
		return;
	check_null_fields(&walk, spec, subject_nulls);
	check_null_lists(&walk, spec);
	check_null_parts(&walk, tree_get(spec, "podSelector"), subject_nulls);
	check_null_rules(&walk, tree_get(spec, "ingress"));
	check_null_rules(&walk, tree_get(spec, "egress"));
}

/* What is said of a spelling; NULL: it is the one that everybody uses. */
static const char *oddity_of(const char *text, const char *plain, unsigned int flags)
{
	if (flags & IP_PARSE_HOST_BITS)
		return "has bits set beyond its prefix";
	if (flags)
		return "has leading zeros";
	return strcmp(text, plain) != 0 ? "is not in canonical form" : NULL;
}

static void check_spelling(struct walk *walk, const struct tree_node *node)
{
	struct arena *arena = &walk->scan->arena;
	char buf[IP_CIDR_TEXT_SIZE];
	struct scan_finding *finding;
	unsigned int flags = 0;
	struct ip_cidr cidr;
	const char *plain, *oddity;

	if (node->kind != TREE_STRING || !strchr(node->text, '/') ||
	    ip_cidr_parse(node->text, &cidr, &flags))
		return;
	cidr.addr = ip_cidr_range(&cidr).first;
	plain = arena_strdup(arena, ip_cidr_format(&cidr, buf));
	oddity = oddity_of(node->text, plain, flags);
	if (!oddity)
		return;
	finding = report_node(walk, node, arena_printf(arena, "'%s' %s", node->text, oddity),
			      flags ? arena_printf(arena,
						   "all of %s is meant, and Kubernetes 1.36 "
						   "refuses it",
						   plain)
				    : "who compares texts takes it for another block");
	if (!flags)
		finding->severity = SCAN_LOW;
	scan_help(walk->scan, finding, "write %s", plain);
	scan_edit_scalar(walk->scan, finding, walk->manifest->file, node,
			 node->is_quoted ? arena_printf(arena, "\"%s\"", plain) : plain);
}

static void check_spelling_member(struct walk *walk, const struct tree_member *member)
{
	check_spelling(walk, member->value);
}

static void check_spelling_item(struct walk *walk, const struct tree_node *item, const char *key)
{
	(void)key;
	check_spelling(walk, item);
}

void scan_spellings(struct scan *scan, const struct model_manifest *manifest)
{
	struct walk walk = {scan, manifest, check_spelling_member, check_spelling_item};
	const struct tree_node *spec = tree_get(manifest->root, "spec");

	if (scan_is_policy(manifest) && spec)
		walk_node(&walk, spec, "");
}
