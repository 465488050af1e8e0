/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The oracle, the userspace walk of the table and the kernel answer the same random questions and agree.
 *
 *	bpf-test_three_way              200,000 questions with a fresh seed
 *	bpf-test_three_way --seconds N  as many as fit in the time (`make fuzz`)
 *
 * BULKHEAD_SEED in the environment repeats a run; a disagreement prints the seed of its own cluster.
 */
#include "lib/random.h"
#include "lib/search.h"
#include "lib/tap.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define N_QUESTIONS 200000u
#define N_PER_CLUSTER 400u

static time_t now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec;
}

/* Every reason that a table can give must have been asked for, or the agreement means little. */
static void check_coverage(const struct search *search)
{
	static const enum verdict_reason needed[] = {
		VERDICT_NOT_ISOLATED, VERDICT_RULE,       VERDICT_DEFAULT_DENY,
		VERDICT_SELF,         VERDICT_LOCAL_NODE, VERDICT_HOST_NETWORK,
		VERDICT_OUTSIDE,      VERDICT_REMOTE,     VERDICT_ADDRESS_CONFLICT,
		VERDICT_CONDITION,
	};

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++)
		ok(search->n_reasons[needed[i]] >= 20, "%s was the answer of %" PRIu64 " sides",
		   agreement_reasons[needed[i]], search->n_reasons[needed[i]]);
	ok(search->n_denied_by_rule >= 20, "%" PRIu64 " sides were denied by a rule",
	   search->n_denied_by_rule);
	ok(search->n_passed >= 20, "%" PRIu64 " sides had a rule that passed", search->n_passed);
}

/* A kernel that walks another table than userspace is found out. */
static void check_other_table(struct kernel *kernel)
{
	static const char open_pod[] = "{apiVersion: v1, kind: Pod, metadata: {name: a}, status: "
				       "{podIPs: [{ip: 10.0.0.1}]}}\n";
	static const char closed[] = "---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, "
				     "metadata: {name: closed}, "
				     "spec: {podSelector: {}}}\n";
	const struct agreement_options options = {.kernel = kernel, .subject_percent = 100};
	const struct agreement_question question = {
		.asked = {.src = ip_v4(0xc0000201), .dst = ip_v4(0x0a000001), .port = 80},
		.judge = VERDICT_JUDGE_EGRESS | VERDICT_JUDGE_INGRESS};
	struct strbuf yaml = {0}, complaint = {0};
	struct agreement one, other;

	strbuf_addstr(&yaml, open_pod);
	strbuf_addstr(&yaml, closed);
	agreement_open(&one, &options, yaml.text);
	ok_int(agreement_ask(&one, &question, 1, &complaint), 1, "the kernel has the table");
	agreement_open(&other, &options, open_pod);
	ok_int(agreement_ask(&one, &question, 1, &complaint), 0, "the kernel has another table");
	ok_str(strbuf_str(&complaint),
	       "the kernel says allow (not-isolated), userspace deny (default-deny)\n"
	       "192.0.2.1 -> 10.0.0.1 80/TCP\n",
	       "what is said of it");
	agreement_close(&one);
	agreement_close(&other);
	strbuf_release(&yaml);
	strbuf_release(&complaint);
}

int main(int argc, char **argv)
{
	time_t seconds = argc == 3 && strcmp(argv[1], "--seconds") == 0 ? atol(argv[2]) : 0;
	const char *reason = NULL;
	struct search search = {
		.options.kernel = kernel_open(&reason),
		.seed = random_seed(),
		.n_questions = N_PER_CLUSTER,
	};
	time_t end = now() + seconds;
	bool agrees = true;

	diag("BULKHEAD_SEED=%" PRIu64, search.seed);
	while (agrees && (seconds ? now() < end : search.n_asked < N_QUESTIONS))
		agrees = search_step(&search);
	if (!ok(agrees,
		"oracle, userspace%s agree on %" PRIu64 " questions in %" PRIu64 " clusters",
		reason ? "" : " and kernel", search.n_asked, search.n_clusters))
		diag("%s", strbuf_str(&search.report));
	if (search.options.kernel)
		check_other_table(search.options.kernel);
	else
		skip("the kernel's answers: %s", reason);
	if (agrees && !seconds)
		check_coverage(&search);
	diag("the largest table: %zu bytes", search.table_size);
	kernel_close(search.options.kernel);
	search_release(&search);
	return tap_done();
}
