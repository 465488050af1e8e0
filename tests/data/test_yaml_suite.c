/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The yaml-test-suite, both folders. Where the reader differs, the table below names the case and
 * why: what libyaml cannot (go-yaml, which Kubernetes reads with, is a port of it), or what
 * Kubernetes does not take. Nothing else may differ, and what is named must.
 */
#include "lib/reading.h"
#include "lib/tap.h"
#include "tree/parse.h"

#include <dirent.h>
#include <string.h>
#include <unistd.h>

#define SUITE "../shared/data/manifests-broken/yaml-test-suite"

/* Reasons that several cases share. Kubernetes: keys must be strings, tags must be known. */
#define COMPLEX_KEY "Kubernetes: a list or mapping is no key"
#define NULL_KEY "Kubernetes: null is no key"
#define TAG "Kubernetes: only the core tags are known"
#define ABSENT_KEY "libyaml: no absent key here"
#define ANCHOR "libyaml: anchor names are letters, digits, '-' and '_'"
#define BARE "libyaml: a document behind '...' needs '---'"
#define COLON \
	"libyaml: ':' must follow its key on the same line, and not start a plain scalar in a " \
	"flow"
#define COMMENT "libyaml: needs no blank before '#' here"
#define DIRECTIVE "libyaml: knows only %YAML 1.1 and 1.2, and %TAG"
#define INDENT "libyaml: looser about the indentation of flows and quoted scalars"
#define TABS "libyaml: tabs are no separation here"
#define WEAK_TABS "libyaml: does not see these tabs as indentation"

static const struct {
	const char *id;
	const char *reason;
} deviations[] = {
	/* valid, and refused or read differently */
	{"2JQS", ABSENT_KEY},
	{"2LFX", DIRECTIVE},
	{"2SXE", ANCHOR},
	{"4ABK", ABSENT_KEY},
	{"4FJ6", COMPLEX_KEY},
	{"4MUZ-01", COLON},
	{"4MUZ-02", COLON},
	{"565N", TAG},
	{"58MP", COLON},
	{"5MUD", COLON},
	{"5T43", COLON},
	{"5TYM", TAG},
	{"652Z", "libyaml: '?' starts a key in a flow"},
	{"6BCT", TABS},
	{"6BFJ", COMPLEX_KEY},
	{"6CK3", TAG},
	{"6LVF", DIRECTIVE},
	{"6M2F", ABSENT_KEY},
	{"6PBE", COMPLEX_KEY},
	{"6WLZ", TAG},
	{"7FWL", TAG},
	{"7Z25", BARE},
	{"8XYN", ANCHOR},
	{"96NN-00", TABS},
	{"96NN-01", TABS},
	{"9MMW", COMPLEX_KEY},
	{"9SA2", "libyaml: a quoted key must be on one line"},
	{"9WXW", TAG},
	{"A2M4", TABS},
	{"BEC7", DIRECTIVE},
	{"C4HZ", TAG},
	{"CC74", TAG},
	{"CFD4", ABSENT_KEY},
	{"CUP7", TAG},
	{"DBG4", COLON},
	{"DFF7", NULL_KEY},
	{"DK3J", "libyaml: a top-level block scalar must be indented"},
	{"DK95-00", TABS},
	{"DK95-03", TABS},
	{"DK95-04", TABS},
	{"FH7J", NULL_KEY},
	{"FP8R", "libyaml: a top-level block scalar must be indented"},
	{"FRK4", ABSENT_KEY},
	{"HM87-00", "libyaml: '?' starts a key in a flow"},
	{"HM87-01", "libyaml: '?' starts a key in a flow"},
	{"HWV9", "libyaml: no document end without a document"},
	{"JEF9-02", "libyaml: drops trailing blanks at the end of the text"},
	{"K3WX", COLON},
	{"KK5P", COMPLEX_KEY},
	{"L24T-01", "libyaml: drops trailing blanks at the end of the text"},
	{"LX3P", COMPLEX_KEY},
	{"M2N8-00", COMPLEX_KEY},
	{"M2N8-01", COMPLEX_KEY},
	{"M5C3", TAG},
	{"M5DY", COMPLEX_KEY},
	{"M7A3", BARE},
	{"MUS6-05", DIRECTIVE},
	{"MUS6-06", DIRECTIVE},
	{"NHX8", ABSENT_KEY},
	{"NJ66", "libyaml: a plain key must be on one line"},
	{"NKF9", ABSENT_KEY},
	{"P76L", TAG},
	{"PW8X", NULL_KEY},
	{"Q9WF", COMPLEX_KEY},
	{"QT73", "libyaml: no document end without a document"},
	{"R4YG", TABS},
	{"RZP5", COMPLEX_KEY},
	{"S3PD", ABSENT_KEY},
	{"SBG9", COMPLEX_KEY},
	{"SM9W-01", ABSENT_KEY},
	{"UGM3", TAG},
	{"UKK6-00", ABSENT_KEY},
	{"UT92", "libyaml: a plain key must be on one line"},
	{"V9D5", COMPLEX_KEY},
	{"VJP3-01", COLON},
	{"W4TN", "libyaml: takes '%' at the start of any line for a directive"},
	{"W5VH", ANCHOR},
	{"X38W", COMPLEX_KEY},
	{"XW4D", COMPLEX_KEY},
	{"Y2GN", ANCHOR},
	{"Y79Y-001", TABS},
	{"Y79Y-010", TABS},
	{"Z67P", TAG},
	{"Z9M4", TAG},
	/* invalid, and read */
	{"9C9N", INDENT},
	{"9JBA", COMMENT},
	{"CVW2", COMMENT},
	{"DK95-01", WEAK_TABS},
	{"EB22", "libyaml: a directive ends a document"},
	{"G5U8", "libyaml: '-' is a plain scalar in a flow"},
	{"MUS6-00", COMMENT},
	{"MUS6-01", "libyaml: a directive without a document"},
	{"QB6E", INDENT},
	{"RHX7", "libyaml: a directive ends a document"},
	{"S98Z", INDENT},
	{"SU5Z", COMMENT},
	{"X4QW", COMMENT},
	{"Y79Y-003", WEAK_TABS},
	{"YJV2", "libyaml: '-' is a plain scalar in a flow"},
};

static const char *deviation_of(const char *id)
{
	for (size_t i = 0; i < sizeof(deviations) / sizeof(deviations[0]); i++) {
		if (strcmp(deviations[i].id, id) == 0)
			return deviations[i].reason;
	}
	return NULL;
}

/* The expected documents, which may be bare scalars: read as JSON whatever they start with. */
static void read_expected(struct reading *reading, struct tree_parse *parse)
{
	struct tree_input input = {
		.file = reading->file,
		.limits = &tree_default_limits,
		.arena = &reading->arena,
		.intern = &reading->intern,
	};

	diag_list_init(&parse->diags, &reading->arena);
	if (reading->file->len)
		tree_parse_json(&input, parse);
	if (parse->diags.n_errors)
		bail("%s is no JSON", reading->file->name);
}

static bool is_as_expected(const struct reading *got, const char *json_path)
{
	struct tree_parse want = {0};
	struct reading expected;
	bool is_same;

	if (access(json_path, R_OK) < 0)
		return true; /* the suite has none: parsed is enough */
	reading_of_file(&expected, json_path);
	read_expected(&expected, &want);
	is_same = want.roots.n == got->roots.n;
	for (size_t i = 0; is_same && i < want.roots.n; i++)
		is_same = reading_is_same(want.roots.items[i], got->roots.items[i]);
	vec_release(&want.roots);
	reading_release(&expected);
	return is_same;
}

/* Whether the reader does what the suite wants. */
static bool conforms(const char *folder, const char *id, bool is_valid)
{
	struct reading reading;
	char path[512];
	bool is_read;

	snprintf(path, sizeof(path), "%s/%s.yaml", folder, id);
	if (reading_of_file(&reading, path) < 0)
		bail("%s cannot be read", path);
	is_read = reading.diags.n_errors == 0;
	snprintf(path, sizeof(path), "%s/%s.expected.json", folder, id);
	if (is_valid && is_read)
		is_read = is_as_expected(&reading, path);
	reading_release(&reading);
	return is_read == is_valid;
}

static int is_yaml(const struct dirent *entry)
{
	const char *dot = strrchr(entry->d_name, '.');

	return dot && strcmp(dot, ".yaml") == 0;
}

/* Counts what is checked and what deviates. */
static void check_folder(const char *folder, bool is_valid, int *ret_n, int *ret_n_deviations)
{
	struct dirent **entries;
	int n = scandir(folder, &entries, is_yaml, alphasort);

	for (int i = 0; i < n; i++) {
		char id[64];
		const char *reason;
		bool is_good;

		snprintf(id, sizeof(id), "%.*s", (int)strlen(entries[i]->d_name) - 5,
			 entries[i]->d_name);
		reason = deviation_of(id);
		is_good = conforms(folder, id, is_valid);
		ok(is_good == !reason, "%s %s%s%s", is_valid ? "valid" : "invalid", id,
		   reason ? ": deviates, " : "", reason ? reason : "");
		*ret_n_deviations += !is_good;
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
	*ret_n += n;
}

int main(void)
{
	int n = 0;
	int n_deviations = 0;

	if (access(SUITE "/valid", R_OK) < 0)
		skip_all("no " SUITE);
	check_folder(SUITE "/valid", true, &n, &n_deviations);
	check_folder(SUITE "/invalid", false, &n, &n_deviations);
	ok(n > 350, "the suite is whole: %d cases", n);
	ok_int(n_deviations, sizeof(deviations) / sizeof(deviations[0]),
	       "every named deviation was seen");
	return tap_done();
}
