/* SPDX-License-Identifier: Apache-2.0 */
#include "model/syntax.h"

#include "lib/tap.h"

#include <string.h>

#define X63 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
#define SUBDOMAIN_252 \
	X63 "." X63 "." X63 "." \
	    "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

struct row {
	const char *text;
	const char *wrong; /* NULL, or a part of what must be said */
};

static const struct row names[] = {
	{"web", NULL},
	{"web-1.example.com", NULL},
	{"0", NULL},
	{X63 "x", NULL}, /* only the whole is limited */
	{SUBDOMAIN_252 "x", NULL},
	{SUBDOMAIN_252 "xx", "at most 253 characters"},
	{"", "lower case letters"},
	{"Web", "lower case letters"},
	{"a_b", "lower case letters"},
	{"-a", "both ends"},
	{"a-", "both ends"},
	{"a..b", "both ends"},
	{"a.-b", "both ends"},
	{".a", "both ends"},
};

static const struct row namespaces[] = {
	{"team-a", NULL},
	{X63, NULL},
	{X63 "x", "at most 63 characters"},
	{"a.b", "lower case letters"},
	{"", "lower case letters"},
	{"-a", "both ends"},
};

static const struct row label_keys[] = {
	{"app", NULL},
	{"app.kubernetes.io/name", NULL},
	{"A_b.C-9", NULL},
	{"0", NULL},
	{X63, NULL},
	{X63 "x", "at most 63 characters"},
	{"example.com/" X63, NULL},
	{"example.com/" X63 "x", "at most 63 characters after the '/'"},
	{SUBDOMAIN_252 "x/a", NULL},
	{SUBDOMAIN_252 "xx/a", "at most 253 characters before the '/'"},
	{"", "letters, digits"},
	{"-bad", "letter or digit at both ends"},
	{"bad.", "letter or digit at both ends"},
	{"sp ace", "letters, digits"},
	{"a/b/c", "letters, digits"},
	{"/name", "DNS name before the '/'"},
	{"example.com/", "letters, digits"},
	{"Example.com/name", "DNS name before the '/'"},
	{"exa_mple.com/name", "DNS name before the '/'"},
	{"example..com/name", "DNS name before the '/'"},
	{"-example.com/name", "DNS name before the '/'"},
	{X63 "x.com/name", NULL}, /* only the whole is limited */
	{"\xc3\xa9t\xc3\xa9", "letters, digits"},
};

static const struct row annotation_keys[] = {
	{"Example.com/name", NULL},
	{"example.com/Name", NULL},
	{"exa_mple.com/name", "DNS name before the '/'"},
};

static const struct row label_values[] = {
	{"", NULL},
	{"v1.10", NULL},
	{"Web_Server", NULL},
	{X63, NULL},
	{X63 "x", "at most 63 characters"},
	{"not valid!", "must be empty, or letters"},
	{"_x", "letter or digit at both ends"},
	{"x-", "letter or digit at both ends"},
};

static const struct row port_names[] = {
	{"http", NULL},
	{"a", NULL},
	{"p-1-2", NULL},
	{"fifteen-letters", NULL},
	{"sixteen-letters-", "at most 15 characters"},
	{"", "must not be empty"},
	{"80", "at least one letter"},
	{"HTTP", "lower case letters"},
	{"a_b", "lower case letters"},
	{"-http", "begin or end with '-'"},
	{"http-", "begin or end with '-'"},
	{"ht--tp", "two in a row"},
};

static void check(const char *what, model_syntax_fn syntax, const struct row *rows, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		const char *wrong = syntax(rows[i].text, strlen(rows[i].text));

		if (!rows[i].wrong)
			ok_str(wrong, NULL, "%s '%s' is right", what, rows[i].text);
		else if (!ok(wrong && strstr(wrong, rows[i].wrong), "%s '%s': %s", what,
			     rows[i].text, rows[i].wrong))
			diag("said: %s", wrong ? wrong : "nothing");
	}
}

#define CHECK(what, syntax, rows) check(what, syntax, rows, sizeof(rows) / sizeof((rows)[0]))

int main(void)
{
	CHECK("name", model_syntax_name, names);
	CHECK("namespace", model_syntax_namespace, namespaces);
	CHECK("label key", model_syntax_label_key, label_keys);
	CHECK("annotation key", model_syntax_annotation_key, annotation_keys);
	CHECK("label value", model_syntax_label_value, label_values);
	CHECK("port name", model_syntax_port_name, port_names);
	return tap_done();
}
