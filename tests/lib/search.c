/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/search.h"

#include "lib/random_cluster.h"
#include "lib/shrink.h"

#include <inttypes.h>
#include <string.h>

/* What a shrunken text must still differ on. */
struct finding {
	const struct agreement_options *options;
	const struct agreement_question *question;
};

static bool differs(void *arg, const char *yaml)
{
	const struct finding *finding = arg;
	struct strbuf complaint = {0};
	struct agreement agreement;
	bool is_found = agreement_open(&agreement, finding->options, yaml) &&
			agreement_ask(&agreement, finding->question, 1, &complaint) == 0;

	agreement_close(&agreement);
	strbuf_release(&complaint);
	return is_found;
}

/* A text that is refused, and the first reason. */
struct refusal {
	const struct agreement_options *options;
	const char *message;
};

static const char *first_error(const struct agreement *agreement)
{
	for (const struct diag *diag = agreement->cluster.diags.first; diag; diag = diag->next)
		if (diag->severity == DIAG_ERROR)
			return diag->message;
	return "";
}

static bool is_refused(void *arg, const char *yaml)
{
	const struct refusal *refusal = arg;
	struct agreement agreement;
	bool is_found = !agreement_open(&agreement, refusal->options, yaml) &&
			strcmp(first_error(&agreement), refusal->message) == 0;

	agreement_close(&agreement);
	return is_found;
}

/* The small YAML, and what is said about it. */
static void report(struct search *search, uint64_t seed, const struct strbuf *complaint)
{
	strbuf_printf(&search->report, "BULKHEAD_SEED=%" PRIu64 "\n%s%s", seed,
		      strbuf_str(complaint), strbuf_str(&search->yaml));
}

static void report_difference(struct search *search, uint64_t seed, const char *yaml,
			      const struct agreement_question *question)
{
	struct finding finding = {&search->options, question};
	struct strbuf complaint = {0};
	struct agreement agreement;

	shrink_yaml(yaml, differs, &finding, &search->yaml);
	agreement_open(&agreement, &search->options, strbuf_str(&search->yaml));
	agreement_ask(&agreement, question, 1, &complaint);
	agreement_close(&agreement);
	report(search, seed, &complaint);
	strbuf_release(&complaint);
}

/* A random cluster is valid: what refuses it is wrong, or the generator is. */
static void report_refusal(struct search *search, uint64_t seed, const char *yaml,
			   const struct agreement *refused)
{
	struct refusal refusal = {&search->options, first_error(refused)};
	struct strbuf complaint = {0};

	shrink_yaml(yaml, is_refused, &refusal, &search->yaml);
	strbuf_printf(&complaint, "refused: %s\n", refusal.message);
	report(search, seed, &complaint);
	strbuf_release(&complaint);
}

static void choose_subjects(struct search *search, struct random *random)
{
	search->options.subject_percent = random_chance(random, 60) ? 100
								    : random_between(random, 0, 60);
	search->options.subject_seed = random_u64(random);
	search->options.no_assumed_dns = random_chance(random, 50);
}

static void make_questions(struct search *search, struct random_cluster *cluster,
			   const struct model_snapshot *snapshot,
			   struct agreement_question *questions)
{
	const uint32_t both = VERDICT_JUDGE_EGRESS | VERDICT_JUDGE_INGRESS;

	for (uint32_t i = 0; i < search->n_questions; i++) {
		random_question(cluster, snapshot, &questions[i].asked);
		questions[i].judge = random_chance(&cluster->random, 94)
					     ? both
					     : random_between(&cluster->random, 1, 2);
		questions[i].with_rows = random_chance(&cluster->random, 10);
	}
}

/* A cluster that is loaded and compiled. */
static bool ask(struct search *search, struct random_cluster *cluster, struct agreement *agreement,
		uint64_t seed)
{
	struct agreement_question *questions = calloc(search->n_questions, sizeof(*questions));
	struct strbuf complaint = {0};
	size_t n_agreed;

	if (!questions)
		abort();
	make_questions(search, cluster, agreement->cluster.snapshot, questions);
	n_agreed = agreement_ask(agreement, questions, search->n_questions, &complaint);
	for (int reason = 0; reason < VERDICT_N_REASONS; reason++)
		search->n_reasons[reason] += agreement->n_reasons[reason];
	search->n_denied_by_rule += agreement->n_denied_by_rule;
	search->n_passed += agreement->n_passed;
	search->n_asked += n_agreed;
	if (agreement->cluster.table.size > search->table_size)
		search->table_size = agreement->cluster.table.size;
	if (n_agreed < search->n_questions)
		report_difference(search, seed, cluster->yaml.text, &questions[n_agreed]);
	strbuf_release(&complaint);
	free(questions);
	return n_agreed == search->n_questions;
}

bool search_step(struct search *search)
{
	uint64_t seed = search->seed + search->n_clusters++;
	struct random_cluster cluster;
	struct agreement agreement;
	bool agrees = false;

	random_cluster_init(&cluster, seed);
	choose_subjects(search, &cluster.random);
	if (agreement_open(&agreement, &search->options, cluster.yaml.text))
		agrees = ask(search, &cluster, &agreement, seed);
	else
		report_refusal(search, seed, cluster.yaml.text, &agreement);
	agreement_close(&agreement);
	random_cluster_release(&cluster);
	return agrees;
}

void search_release(struct search *search)
{
	strbuf_release(&search->report);
	strbuf_release(&search->yaml);
}
