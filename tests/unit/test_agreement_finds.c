/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The test of agreement can fail: an oracle that makes one mistake on purpose is found out, and what is
 * shown is small enough to see the mistake in.
 */
#include "lib/random.h"
#include "lib/search.h"
#include "lib/tap.h"

#include <inttypes.h>
#include <string.h>

#define N_CLUSTERS 2000u

static const struct row {
	enum oracle_fault fault;
	const char *name;
	const char *needs;       /* must be left in the small YAML */
	unsigned int n_policies; /* as it takes, and one behind a condition, at most */
} rows[] = {
	{ORACLE_IGNORES_EXCEPT, "except ignored", "except", 2},
	{ORACLE_NAME_OF_ANY_PROTOCOL, "a port's name without its protocol", "name:", 2},
	{ORACLE_NOT_IN_NEEDS_KEY, "NotIn needs the key", "NotIn", 2},
	{ORACLE_END_PORT_EXCLUSIVE, "endPort excluded", "endPort", 2},
	{ORACLE_PORTLESS_RULE_IS_TCP, "a rule without ports is about TCP", "gress", 2},
	{ORACLE_EMPTY_EGRESS_ISOLATES, "an empty egress list isolates", "egress", 2},
	{ORACLE_ISOLATED_BOTH_WAYS, "isolation is of both directions", "Baseline", 3},
	{ORACLE_PASS_SKIPS_ALL, "Pass skips every tier", "Pass", 3},
	{ORACLE_HIGH_PRIORITY_FIRST, "the higher priority first", "priority", 3},
	{ORACLE_LAST_NAME_FIRST, "the last name first", "priority", 3},
	{ORACLE_NETWORKS_ARE_OUTSIDE, "networks cover no pods", "networks", 2},
	{ORACLE_EVERY_NODE, "nodes without labels", "nodes", 2},
	{ORACLE_RANGE_END_EXCLUSIVE, "a range's end excluded", "ange", 2},
	{ORACLE_NOBODY_HAS_NAMES, "names are nobody's", "domainNames", 3},
};

static unsigned int count(const char *text, const char *what)
{
	unsigned int n = 0;

	for (; (text = strstr(text, what)); text++)
		n++;
	return n;
}

static void find(const struct row *row, uint64_t seed)
{
	struct search search = {.options.fault = row->fault, .seed = seed, .n_questions = 200};
	const char *yaml;
	bool agrees = true, is_good;

	while (agrees && search.n_clusters < N_CLUSTERS)
		agrees = search_step(&search);
	yaml = strbuf_str(&search.yaml);
	is_good = ok(!agrees, "%s: found in %" PRIu64 " clusters", row->name, search.n_clusters);
	is_good &= ok(strstr(yaml, row->needs), "%s: the YAML shows it", row->name);
	is_good &= ok(count(yaml, "NetworkPolicy") <= row->n_policies,
		      "%s: no more policies than it takes are left", row->name);
	is_good &= ok(count(yaml, "---") <= 8 && count(yaml, "\n") <= 60,
		      "%s: %u objects in %u lines", row->name, count(yaml, "---"),
		      count(yaml, "\n"));
	is_good &= ok(strstr(strbuf_str(&search.report), "BULKHEAD_SEED="), "%s: the seed is told",
		      row->name);
	if (!is_good)
		diag("%s", strbuf_str(&search.report));
	search_release(&search);
}

int main(void)
{
	uint64_t seed = random_seed();

	diag("BULKHEAD_SEED=%" PRIu64, seed);
	_Static_assert(sizeof(rows) / sizeof(rows[0]) == ORACLE_N_FAULTS - 1, "every fault");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		find(&rows[i], seed);
	return tap_done();
}
