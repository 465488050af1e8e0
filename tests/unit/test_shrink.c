/* SPDX-License-Identifier: Apache-2.0 */
/* The shrinker of failing YAML: what stays is what the failure needs, and nothing else. */
#include "lib/shrink.h"

#include "base/strbuf.h"
#include "lib/tap.h"

#include <string.h>

static const char cluster[] =
	"kind: Pod\n"
	"metadata: {name: a, labels: {app: web, tier: 'x'}}\n"
	"---\n"
	"kind: NetworkPolicy\n"
	"spec:\n"
	"  podSelector: {}\n"
	"  ingress:\n"
	"  - from:\n"
	"    - podSelector: {matchLabels: {app: web}}\n"
	"    - ipBlock: {cidr: '10.0.0.0/8', except: ['10.1.0.0/16', '10.2.0.0/16']}\n"
	"    ports:\n"
	"    - {port: 80}\n"
	"---\n"
	"kind: Pod\n";

/* Each row: what must be in the text for it to fail, and the smallest text. */
static const struct row {
	const char *name;
	const char *needs[3];
	const char *want;
} rows[] = {
	{"one field", {"podSelector: {}"}, "---\nspec:\n  podSelector: {}\n"},
	{"a label", {"tier"}, "---\nmetadata:\n  labels: {tier: \"x\"}\n"},
	{"an item of a list",
	 {"10.2.0.0"},
	 "---\nspec:\n  ingress:\n    - from:\n        - ipBlock:\n            except: "
	 "[\"10.2.0.0/16\"]\n"},
	{"two documents",
	 {"tier", "port: 80"},
	 "---\nmetadata:\n  labels: {tier: \"x\"}\n---\nspec:\n  ingress:\n    - ports:\n"
	 "        - {port: 80}\n"},
	{"nothing", {""}, ""},
};

static bool has_all(void *arg, const char *yaml)
{
	const struct row *row = arg;

	for (int i = 0; i < 3 && row->needs[i]; i++)
		if (!strstr(yaml, row->needs[i]))
			return false;
	return true;
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct strbuf small = {0};
		struct row row = rows[i];
		unsigned int n_tries = shrink_yaml(cluster, has_all, &row, &small);

		ok_str(strbuf_str(&small), row.want, "%s", row.name);
		ok(n_tries > 0 && n_tries < 200, "%s: %u tries", row.name, n_tries);
		strbuf_release(&small);
	}
	return tap_done();
}
