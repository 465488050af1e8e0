/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "analyze/specification.h"
#include "analyze/ties.h"
#include "cli/batch.h"
#include "policy/identity.h"
#include "render/render.h"

#include <stdlib.h>
#include <string.h>

struct can_options {
	const char *batch;              /* NULL: the question is on the command line */
	const char *as;                 /* NULL: the source's own identity */
	const char *ingress_controller; /* NULL: a pod without labels */
};

static bool set_source_port(struct cli_options *options, const char *value)
{
	char *end;
	const unsigned long port = strtoul(value, &end, 10);

	if (*value < '0' || *value > '9' || *end || port < 1 || port > 65535) {
		cli_refuse(options, "--source-port: expected a number from 1 to 65535, found '%s'",
			   value);
		return false;
	}
	options->source_port = (uint16_t)port;
	return true;
}

static const struct cli_option own_options[] = {
	{"batch", true, NULL, offsetof(struct can_options, batch)},
	{"as", true, NULL, offsetof(struct can_options, as)},
	{"source-port", true, set_source_port, 0},
	{"ingress-controller", true, NULL, offsetof(struct can_options, ingress_controller)},
	{0},
};

static int exit_code(enum analyze_verdict verdict)
{
	switch (verdict) {
	case ANALYZE_ALLOW:
		return CLI_YES;
	case ANALYZE_DENY:
		return CLI_NO;
	default:
		return CLI_DEPENDS;
	}
}

/* The two ends and the port; both ends are looked up, so that one run says all that is wrong. */
static bool read_question(struct analyze_endpoints *endpoints, int n, char **words,
			  struct diag_list *diags, struct analyze_question *ret)
{
	bool is_port = analyze_port_parse(n > 2 ? words[2] : NULL, diags, &ret->port);

	ret->from = analyze_endpoint_get(endpoints, words[0], diags);
	ret->to = analyze_endpoint_get(endpoints, words[1], diags);
	return is_port && ret->from && ret->to;
}

static bool answer_for(struct analyze_cluster *cluster, const struct analyze_question *question,
		       const struct analyze_pods *pods, struct diag_list *diags,
		       struct analyze_answer *ret)
{
	struct analyze_specification specification;
	struct analyze_judge judge;
	bool is_answered;

	if (analyze_judge_init(&judge, cluster, pods->items, pods->n, diags))
		return false;
	is_answered = analyze_can(&judge, cluster, question, diags, ret);
	if (is_answered) {
		analyze_specification_init(&specification, cluster);
		analyze_specification_compare(&specification, &judge, pods, ret, diags);
		analyze_specification_release(&specification);
		analyze_ties_report(cluster, pods->items, pods->n, diags);
	}
	analyze_judge_release(&judge);
	return is_answered;
}

static bool answer(struct analyze_cluster *cluster, const struct analyze_question *question,
		   struct diag_list *diags, struct analyze_answer *ret)
{
	struct analyze_pods pods = {0};
	bool is_answered;

	for (uint32_t i = 0; i < question->from->n_pods; i++)
		vec_push(&pods, question->from->pods[i]);
	for (uint32_t i = 0; i < question->to->n_pods; i++)
		vec_push(&pods, question->to->pods[i]);
	is_answered = answer_for(cluster, question, &pods, diags, ret);
	vec_release(&pods);
	return is_answered;
}

static int run_one(const struct cli_options *options, const struct can_options *own,
		   struct analyze_cluster *cluster, int n, char **words)
{
	struct analyze_endpoints endpoints;
	struct analyze_question question = {0};
	struct analyze_answer result;
	struct diag_list diags;
	int code = CLI_USAGE;

	analyze_endpoints_init(&endpoints, cluster);
	endpoints.takes_proxy = true;
	endpoints.proxy = own->ingress_controller;
	diag_list_init(&diags, &endpoints.arena);
	if (read_question(&endpoints, n, words, &diags, &question) &&
	    answer(cluster, &question, &diags, &result)) {
		if (options->format == CLI_JSON)
			render_can_json(&result, 2);
		else
			render_can_text(&result, options->color);
		code = exit_code(result.verdict);
		analyze_answer_release(&result);
	}
	cli_print_diags(options, &diags);
	analyze_endpoints_release(&endpoints);
	return code;
}

/* --as, if it is there. */
static int check_identity(const struct cli_options *options, const char *as)
{
	struct policy_identity identity;
	const char *problem = NULL;
	struct arena arena;

	arena_init(&arena);
	if (as)
		problem = policy_identity_parse(as, &arena, &identity);
	if (problem)
		cli_refuse(options, "--as: %s", problem);
	arena_release(&arena);
	return problem ? CLI_USAGE : CLI_YES;
}

static int check_usage(const struct cli_options *options, const struct can_options *own, int n)
{
	if (own->batch && n > 0)
		return cli_refuse(options,
				  "--batch takes its questions from a file, not from here");
	if (!own->batch && (n < 2 || n > 3))
		return cli_refuse(options, "expected FROM TO [PORT[/PROTOCOL]], found %d word%s", n,
				  n == 1 ? "" : "s");
	if (options->paths.n == 0)
		return cli_refuse(options, "there is no input: give it with -f PATH");
	for (size_t i = 0; own->batch && i < options->paths.n; i++)
		if (strcmp(own->batch, "-") == 0 && strcmp(options->paths.items[i], "-") == 0)
			return cli_refuse(options,
					  "standard input cannot be both input and questions");
	return check_identity(options, own->as);
}

static int run(struct cli_options *options, int n, char **words)
{
	const struct can_options *own = options->data;
	struct analyze_cluster cluster;
	int code = check_usage(options, own, n);

	if (code != CLI_YES)
		return code;
	options->identity = own->as;
	code = cli_load(options, &cluster);
	if (code == CLI_YES)
		code = own->batch
			       ? cli_batch(options, &cluster, own->batch, own->ingress_controller)
			       : run_one(options, own, &cluster, n, words);
	analyze_cluster_release(&cluster);
	return code;
}

int cli_run_can(const struct cli_command *command, int argc, char **argv)
{
	struct can_options own = {0};
	struct cli_options options = {.command = command, .own = own_options, .data = &own};

	return cli_run_verb(&options, argc, argv, run);
}
