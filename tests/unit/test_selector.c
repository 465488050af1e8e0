/* SPDX-License-Identifier: Apache-2.0 */
#include "model/selector.h"

#include "lib/tap.h"

#include <stdlib.h>
#include <string.h>

#define MAX_PARTS 8

/*
 * Selectors and labels in a short hand: "app=api|cache tier!=db zone !legacy", "none=()",
 * "app=api tier=db", and "name*=b name^=a name$=c" for contains, starts and ends.
 */
static struct model_snapshot snapshot;

static const char *interned(const char *text, size_t len)
{
	return intern_strn(&snapshot.intern, text, len);
}

static void read_values(struct selector_requirement *requirement, const char *text, size_t len)
{
	requirement->values =
		arena_alloc_n(&snapshot.arena, MAX_PARTS, sizeof(*requirement->values));
	if (len == strlen("()") && memcmp(text, "()", len) == 0)
		return;
	for (;;) {
		const char *bar = memchr(text, '|', len);
		size_t value_len = bar ? (size_t)(bar - text) : len;

		requirement->values[requirement->n_values++] = interned(text, value_len);
		if (!bar)
			return;
		text += value_len + 1;
		len -= value_len + 1;
	}
}

/* "!=", "*=", "^=", "$=" or just "=". */
static enum selector_op operator_before(const char *equals)
{
	switch (equals[-1]) {
	case '!':
		return SELECTOR_NOT_IN;
	case '*':
		return SELECTOR_CONTAINS;
	case '^':
		return SELECTOR_STARTS_WITH;
	case '$':
		return SELECTOR_ENDS_WITH;
	default:
		return SELECTOR_IN;
	}
}

static void read_requirement(struct selector_requirement *requirement, const char *text, size_t len)
{
	const char *equals = memchr(text, '=', len);
	bool is_negated = *text == '!';

	if (!equals) {
		requirement->op = is_negated ? SELECTOR_NOT_EXISTS : SELECTOR_EXISTS;
		requirement->key = interned(text + is_negated, len - is_negated);
		return;
	}
	requirement->op = operator_before(equals);
	requirement->key =
		interned(text, (size_t)(equals - text) - (requirement->op != SELECTOR_IN));
	read_values(requirement, equals + 1, len - (size_t)(equals + 1 - text));
}

static struct selector selector_of(const char *text)
{
	struct selector selector = {0};

	selector.requirements =
		arena_alloc_n(&snapshot.arena, MAX_PARTS, sizeof(*selector.requirements));
	while (*text) {
		size_t len = strcspn(text, " ");

		read_requirement(&selector.requirements[selector.n++], text, len);
		text += len;
		text += *text == ' ';
	}
	selector_normalise(&selector);
	return selector;
}

static struct model_labels labels_of(const char *text)
{
	struct model_label *items = arena_alloc_n(&snapshot.arena, MAX_PARTS, sizeof(*items));
	uint32_t n = 0;

	while (*text) {
		size_t len = strcspn(text, " ");
		const char *equals = memchr(text, '=', len);

		items[n].key = interned(text, (size_t)(equals - text));
		items[n++].value = interned(equals + 1, len - (size_t)(equals + 1 - text));
		text += len;
		text += *text == ' ';
	}
	return (struct model_labels){.items = items, .n = n};
}

static void test_matches(void)
{
	static const struct {
		const char *selector;
		const char *labels;
		bool want;
	} rows[] = {
		{"", "", true},
		{"", "app=api", true},
		{"app=api", "app=api", true},
		{"app=api", "app=db", false},
		{"app=api", "", false},
		{"app=api|db", "app=db", true},
		{"app=api tier=db", "app=api", false},
		{"app=api tier=db", "app=api tier=db", true},
		{"app!=api", "app=api", false},
		{"app!=api", "app=db", true},
		{"app!=api", "", true},
		{"app!=api|db", "app=db", false},
		{"app", "app=", true},
		{"app", "tier=db", false},
		{"!app", "tier=db", true},
		{"!app", "app=api", false},
		{"app=", "app=", true},
		{"app=a app=b", "app=a", false},
		{"app=()", "app=a", false},
		{"app=()", "", false},
		{"app!=()", "app=a", true},
		{"app*=b", "app=abc", true},
		{"app*=b", "app=ac", false},
		{"app*=b", "", false},
		{"app^=ab", "app=abc", true},
		{"app^=ab", "app=a", false},
		{"app^=", "", false},
		{"app$=bc", "app=abc", true},
		{"app$=bc", "app=c", false},
		{"app$=", "app=c", true},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct selector selector = selector_of(rows[i].selector);
		struct model_labels labels = labels_of(rows[i].labels);

		ok_int(selector_matches(&selector, &labels), rows[i].want, "'%s' on '%s'",
		       rows[i].selector, rows[i].labels);
	}
}

static void test_normal_form(void)
{
	static const struct {
		const char *a;
		const char *b;
		bool want;
	} rows[] = {
		{"", "", true},
		{"app=a tier=b", "tier=b app=a", true},
		{"app=a|b", "app=b|a|b", true},
		{"app=a app=a", "app=a", true},
		{"app=a", "app!=a", false},
		{"app", "!app", false},
		{"app=a", "app=a|b", false},
		{"app=a", "app=a tier=b", false},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct selector a = selector_of(rows[i].a);
		struct selector b = selector_of(rows[i].b);

		ok_int(selector_equal(&a, &b), rows[i].want, "'%s' equals '%s'", rows[i].a,
		       rows[i].b);
	}
}

static void test_format(void)
{
	static const struct {
		const char *selector;
		const char *want;
	} rows[] = {
		{"", ""},
		{"tier=db|cache app=api", "app=api,tier in (cache,db)"},
		{"app!=a", "app!=a"},
		{"app!=a|b", "app notin (a,b)"},
		{"zone !legacy", "!legacy,zone"},
		{"app=()", "app in ()"},
		{"a*=x b^=y c$=z", "a contains x,b starts with y,c ends with z"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct selector selector = selector_of(rows[i].selector);

		ok_str(selector_format(&selector, &snapshot.arena), rows[i].want, "format '%s'",
		       rows[i].selector);
	}
}

static void test_example(void)
{
	static const struct {
		const char *selector;
		const char *want; /* the labels as a selector; NULL: none can satisfy it */
	} rows[] = {
		{"", ""},
		{"app=api|db", "app=api"},
		{"app=api|db app!=api", "app=db"},
		{"app=a|b app=b|c", "app=b"},
		{"app=a app=b", NULL},
		{"app=()", NULL},
		{"app=a app!=a", NULL},
		{"app=a !app", NULL},
		{"app !app", NULL},
		{"app!=a", ""},
		{"!app", ""},
		{"app", "app=any"},
		{"app app!=any|any-1", "app=any-2"},
		{"app=a zone", "app=a,zone=any"},
		{"app*=b", "app=b"},
		{"app^=a app*=b app$=c", "app=abc"},
		{"app^=a app^=ab", "app=ab"},
		{"app^=a app^=b", NULL},
		{"app^=a app!=a", "app=aany-1"},
		{"app=xa|by app^=b", "app=by"},
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct selector selector = selector_of(rows[i].selector);
		struct selector face = {0};
		struct model_labels labels = {0};
		bool found = selector_example(&selector, &snapshot, &labels);

		face.requirements =
			arena_alloc_n(&snapshot.arena, MAX_PARTS, sizeof(*face.requirements));
		for (uint32_t l = 0; l < labels.n; l++)
			face.requirements[face.n++] = (struct selector_requirement){
				.key = labels.items[l].key,
				.values = (const char **)&labels.items[l].value,
				.n_values = 1};
		ok_str(found ? selector_format(&face, &snapshot.arena) : NULL, rows[i].want,
		       "example of '%s'", rows[i].selector);
		ok(!found || selector_matches(&selector, &labels), "it matches");
	}
}

int main(void)
{
	arena_init(&snapshot.arena);
	intern_init(&snapshot.intern, &snapshot.arena);
	test_matches();
	test_normal_form();
	test_format();
	test_example();
	intern_release(&snapshot.intern);
	arena_release(&snapshot.arena);
	return tap_done();
}
