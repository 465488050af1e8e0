/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of `test` do not see: connections that none is about, changes that none notices. */
#include "render/suite.h"

#include "analyze/text.h"
#include "render/place.h"

#define MAX_EDGES 50
#define MAX_MUTANTS 50

static void add_uncovered(const struct suite_uncovered *uncovered, struct strbuf *ret)
{
	strbuf_printf(ret, "%zu of %zu allowed connections are not in any test\n",
		      uncovered->edges.n, uncovered->n_edges);
	for (size_t i = 0; i < uncovered->edges.n && i < MAX_EDGES; i++) {
		const struct suite_edge *edge = &uncovered->edges.items[i];
		struct strbuf ports = {0};

		analyze_ports_text(&edge->ports, &ports);
		strbuf_printf(ret, "  %s → %s   %s\n", edge->from, edge->to, strbuf_str(&ports));
		strbuf_release(&ports);
	}
	if (uncovered->edges.n > MAX_EDGES)
		strbuf_printf(ret, "  and %zu more (-o json has all)\n",
			      uncovered->edges.n - MAX_EDGES);
}

static void add_mutant(const struct suite_mutant *mutant, struct strbuf *ret)
{
	const struct policy_rule *rule = mutant->change.rule;
	struct strbuf text = {0};

	analyze_decider_text(rule->policy, rule, &text);
	strbuf_printf(ret, "  %s %s", strbuf_str(&text), analyze_change_text(mutant->change.kind));
	if (rule->span.file) {
		strbuf_addstr(ret, "   ");
		place_add(ret, &rule->span);
	}
	strbuf_addch(ret, '\n');
	strbuf_release(&text);
}

static void add_adequacy(const struct suite_adequacy *adequacy, struct strbuf *ret)
{
	const uint32_t n_killed = adequacy->n[SUITE_KILLED];
	const uint32_t n = n_killed + adequacy->n[SUITE_SURVIVED];
	size_t n_shown = 0;

	strbuf_printf(ret, "adequacy: tests notice %u of %u changes of rules", n_killed, n);
	if (n)
		strbuf_printf(ret, ", %.0f %%", 100.0 * n_killed / n);
	strbuf_printf(ret, "; %u more change no access\n", adequacy->n[SUITE_EQUIVALENT]);
	for (size_t i = 0; i < adequacy->mutants.n; i++)
		if (adequacy->mutants.items[i].fate == SUITE_SURVIVED && n_shown++ < MAX_MUTANTS)
			add_mutant(&adequacy->mutants.items[i], ret);
	if (n_shown > MAX_MUTANTS)
		strbuf_printf(ret, "  and %zu more (-o json has all)\n", n_shown - MAX_MUTANTS);
}

void render_suite_gaps(const struct render_suite *output, struct strbuf *ret)
{
	if (output->uncovered)
		add_uncovered(output->uncovered, ret);
	if (output->uncovered && output->adequacy)
		strbuf_addch(ret, '\n');
	if (output->adequacy)
		add_adequacy(output->adequacy, ret);
}
