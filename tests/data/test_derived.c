/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The edge cases of manifests-broken/derived, as far as reading goes: how many documents there are,
 * and what is said about the rest. What the objects mean is for the tests of the modules above.
 */
#include "lib/reading.h"
#include "lib/tap.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#define FOLDER "../shared/data/manifests-broken/derived"
#define WILD "../shared/data/manifests-broken/wild"
#define N(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *file;
	size_t n_documents;
	const char *problem; /* the start of the first diagnostic; NULL: none at all */
	const char *same_as; /* another file with the same documents, or NULL */
} rows[] = {
	{"crlf.yaml", 1, NULL, "bom-utf8.yaml"},
	{"cr-only.yaml", 1, NULL, "bom-utf8.yaml"},
	{"bom-utf8.yaml", 1, NULL, NULL},
	{"bom-utf8-mid-stream.yaml", 2, NULL, NULL},
	{"utf16le-bom.yaml", 1, NULL, "bom-utf8.yaml"},
	{"utf16be-bom.yaml", 1, NULL, "bom-utf8.yaml"},
	{"latin1-byte.yaml", 0, "BH0003 4:13 invalid UTF-8: byte 0xe9 at byte offset 75", NULL},
	{"utf8-overlong.yaml", 0, "BH0003 4:13 invalid UTF-8: byte 0xc0", NULL},
	{"nul-byte.yaml", 0, "BH0003 4:13 control character 0x00", NULL},
	{"esc-byte.yaml", 0, "BH0003 4:13 control character 0x1b", NULL},
	{"tab-indent.yaml", 0, "BH0002 4:1 a tab in the indentation", NULL},
	{"trailing-tabs.yaml", 1, NULL, "bom-utf8.yaml"},
	{"no-final-newline.yaml", 1, NULL, "bom-utf8.yaml"},
	{"truncated-mid-value.yaml", 1, NULL, NULL},
	{"truncated-mid-quote.yaml", 0, "BH0002 4:9 unterminated quoted scalar", NULL},
	{"empty.yaml", 0, NULL, NULL},
	{"only-comments.yaml", 0, NULL, NULL},
	{"only-separators.yaml", 0, NULL, NULL},
	{"null-doc-between.yaml", 2, NULL, NULL},
	{"doc-end-markers.yaml", 2, NULL, NULL},
	{"directive-yaml11.yaml", 1, NULL, "bom-utf8.yaml"},
	{"directive-tag.yaml", 1, NULL, NULL},
	{"explicit-tags.yaml", 1, NULL, NULL},
	{"custom-tag.yaml", 0, "BH0006 4:21 unknown tag '!include'", NULL},
	{"duplicate-key-top.yaml", 0, "BH0005 25:1 duplicate key 'kind'", NULL},
	{"duplicate-key-spec.yaml", 0, "BH0005 8:3 duplicate key 'ingress'", NULL},
	{"duplicate-key-in-peer.yaml", 0, "BH0005 9:7 duplicate key 'podSelector'", NULL},
	{"anchors-merge.yaml", 2, NULL, NULL},
	{"anchor-undefined.yaml", 0, "BH0006 25:4 undefined alias '*nope'", NULL},
	{"anchor-recursive.yaml", 0, "BH0006 2:6 recursive alias '*a'", NULL},
	{"alias-bomb.yaml", 0, "BH0004 ", NULL},
	{"deep-flow-nesting.yaml", 0, "BH0004 1:101 nested more than 100 levels deep", NULL},
	{"deep-block-nesting.yaml", 0, "BH0004 101:101 nested more than 100 levels deep", NULL},
	{"long-line.yaml", 1, NULL, NULL},
	{"many-docs.yaml", 500, NULL, NULL},
	{"list-kind.yaml", 1, NULL, NULL},
	{"list-nested.yaml", 1, NULL, NULL},
	{"networkpolicylist-no-item-kind.json", 1, NULL, NULL},
	{"policy.json", 1, NULL, "policy-min.json"},
	{"policy-min.json", 1, NULL, "bom-utf8.yaml"},
	{"concatenated.json", 3, NULL, NULL},
	{"json-with-comments.yaml", 1, NULL, "policy.json"},
	{"json-tabs.json", 1, NULL, "policy.json"},
	{"json-unicode-escapes.json", 1, NULL, NULL},
	{"json-surrogates.json", 1, NULL, NULL},
	{"json-lone-surrogate.json", 1, NULL, NULL},
	{"norway-bools.yaml", 1, NULL, NULL},
	{"ports-odd.yaml", 1, NULL, NULL},
	{"nulls.yaml", 1, NULL, NULL},
	{"peer-combos-invalid.yaml", 1, NULL, NULL},
	{"selector-invalid.yaml", 1, NULL, NULL},
	{"unknown-fields.yaml", 1, NULL, NULL},
	{"wrong-types.yaml", 1, NULL, NULL},
	{"case-wrong.yaml", 1, NULL, NULL},
	{"old-apis.yaml", 2, NULL, NULL},
	{"helm-template.yaml", 0, "BH0008 1:1 an unrendered template", NULL},
	{"kustomization.yaml", 1, NULL, NULL},
	{"jsonnet-like.yaml", 1, NULL, NULL},
	{"block-scalars.yaml", 1, NULL, NULL},
	{"separator-lookalikes.yaml", 2, "BH0002 75:1 expected 'key: value'", NULL},
	{"secret-like.yaml", 1, NULL, NULL},
	{"binary-garbage.yaml", 0, "BH0009 0:0 this looks like binary data", NULL},
	{"gzip.yaml", 0, "BH0009 0:0 this looks like gzip", NULL},
	{"same-name-twice.yaml", 2, NULL, NULL},
};

static void read_row(struct reading *reading, const char *folder, const char *file)
{
	char path[512];

	snprintf(path, sizeof(path), "%s/%s", folder, file);
	if (reading_of_file(reading, path) < 0)
		bail("%s cannot be read", path);
}

static void check_same(const struct reading *reading, const char *file)
{
	struct reading other;

	read_row(&other, FOLDER, file);
	ok(other.roots.n == 1 && reading->roots.n == 1 &&
		   reading_is_same(other.roots.items[0], reading->roots.items[0]),
	   "the same as %s", file);
	reading_release(&other);
}

/* Raw bytes of the input must not reach a terminal. */
static bool is_harmless(const char *text)
{
	for (; *text; text++) {
		if ((unsigned char)*text < 0x20 && *text != '\n' && *text != '\t')
			return false;
	}
	return true;
}

static void check_row(size_t i)
{
	struct reading reading;
	const char *problem;

	read_row(&reading, FOLDER, rows[i].file);
	ok_int(reading.roots.n, (int64_t)rows[i].n_documents, "%s: documents", rows[i].file);
	problem = reading_problem(&reading);
	if (!rows[i].problem)
		ok_str(problem, "", "nothing to complain about");
	else if (!ok(strncmp(problem, rows[i].problem, strlen(rows[i].problem)) == 0, "%s",
		     rows[i].problem))
		diag("got: %s", problem);
	ok(is_harmless(reading_report(&reading)), "printed without control characters");
	if (rows[i].same_as)
		check_same(&reading, rows[i].same_as);
	reading_release(&reading);
}

/* The table of expectations names no file that this test forgets. */
static void check_complete(void)
{
	FILE *table = fopen(FOLDER "/EXPECT.tsv", "r");
	char line[1024];
	int n_forgotten = 0;
	int n = 0;

	while (table && fgets(line, sizeof(line), table)) {
		bool is_known = false;

		line[strcspn(line, "\t")] = '\0';
		for (size_t i = 0; i < N(rows); i++)
			is_known |= strcmp(rows[i].file, line) == 0;
		if (!is_known)
			diag("no row for %s", line);
		n_forgotten += !is_known;
		n++;
	}
	if (table)
		fclose(table);
	ok(n > 50 && n_forgotten == 0, "all %d expectations have a row", n);
}

static const char *label_of(const struct reading *reading, size_t root, const char *const *path)
{
	const struct tree_node *node = reading->roots.items[root];

	for (; path[1]; path++)
		node = node && node->kind == TREE_SEQ ? node->items[atoi(*path)]
						      : tree_get(node, *path);
	return tree_get_string(node, *path);
}

static void check_details(void)
{
	static const char *const team[] = {"spec",        "ingress",     "0",    "from", "1",
					   "podSelector", "matchLabels", "team", NULL};
	static const char *const owner[] = {"spec",        "ingress",     "0",     "from", "1",
					    "podSelector", "matchLabels", "owner", NULL};
	static const char *const value[] = {"data", "k", NULL};
	struct reading reading;

	read_row(&reading, FOLDER, "anchors-merge.yaml");
	ok_str(label_of(&reading, 1, team), "other", "an own label wins over a merged one");
	ok_str(label_of(&reading, 1, owner), "cart", "and the rest is merged");
	reading_release(&reading);
	read_row(&reading, FOLDER, "json-lone-surrogate.json");
	ok_str(label_of(&reading, 0, value), "\xef\xbf\xbd", "a lone surrogate is U+FFFD");
	reading_release(&reading);
}

/* Files as people have them: every one is read, or refused with a sentence. */
static void check_wild(void)
{
	struct dirent **entries;
	int n = scandir(WILD, &entries, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		struct reading reading;

		if (entries[i]->d_name[0] != '.') {
			read_row(&reading, WILD, entries[i]->d_name);
			ok(reading.roots.n > 0 || reading.diags.n_errors > 0,
			   "%.60s: %zu documents, '%s'", entries[i]->d_name, reading.roots.n,
			   reading_problem(&reading));
			reading_release(&reading);
		}
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	ok(n > 2, "there are wild files");
}

int main(void)
{
	if (access(FOLDER "/EXPECT.tsv", R_OK) < 0)
		skip_all("no " FOLDER);
	for (size_t i = 0; i < N(rows); i++)
		check_row(i);
	check_complete();
	check_details();
	check_wild();
	return tap_done();
}
