/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/scenario: small clusters whose answers a person wrote down. Each folder has cluster.yaml, policy.yaml
 * and `expect`, whose lines are
 *
 *	FROM TO PORT/PROTOCOL allow|deny [REASON]	of the whole; REASON is the deciding side's, or the target's
 *	refused CODE					policies are not valid, one such line for each error
 *
 * FROM and TO are ns/pod (its first address) or an address, and FROM own-node:ADDRESS, which sends as the
 * stack of the target's node. The oracle, the engine and the kernel must all give this answer.
 */
#include "lib/agreement.h"
#include "lib/tap.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#define SCENARIOS "tests/scenario"

static void read_file(const char *folder, const char *name, struct strbuf *ret)
{
	char path[512], line[512];
	FILE *file;

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	file = fopen(path, "r");
	if (!file)
		bail("%s: %m", path);
	while (fgets(line, sizeof(line), file))
		strbuf_addstr(ret, line);
	fclose(file);
}

/* ---- A line of `expect` ---- */

static struct ip_addr parse_end(const struct model_snapshot *snapshot, const char *text)
{
	size_t ns_len = strcspn(text, "/");
	struct ip_addr addr;

	for (uint32_t i = 0; i < snapshot->n_pods && text[ns_len]; i++) {
		const struct model_pod *pod = snapshot->pods[i];

		if (strlen(pod->ns->name) == ns_len && strncmp(text, pod->ns->name, ns_len) == 0 &&
		    strcmp(text + ns_len + 1, pod->name) == 0)
			return pod->ips[0];
	}
	if (ip_parse(text, &addr, NULL))
		bail("no pod or address '%s'", text);
	return addr;
}

static void parse_port(const char *text, struct oracle_question *question)
{
	unsigned int number;
	char protocol[16];

	if (sscanf(text, "%u/%15s", &number, protocol) != 2)
		bail("not PORT/PROTOCOL: '%s'", text);
	for (question->space = 0; question->space < PORT_N_SPACES; question->space++)
		if (strcmp(port_space_name(question->space), protocol) == 0)
			break;
	if (question->space == PORT_N_SPACES)
		bail("no protocol '%s'", protocol);
	question->port = question->space == PORT_ICMP || question->space == PORT_ICMPV6
				 ? number << 8
				 : number;
}

static void check_answer(struct agreement *agreement, const char *scenario, char *words[5])
{
	static const char own_node[] = "own-node:";
	struct agreement_question question = {.judge = VERDICT_JUDGE_EGRESS | VERDICT_JUDGE_INGRESS,
					      .with_rows = true};
	const char *name = scenario + strlen(SCENARIOS "/"), *from = words[0];
	struct oracle_verdict verdict;
	struct strbuf complaint = {0};
	const struct oracle_side *side;

	question.asked.from_own_node = strncmp(from, own_node, strlen(own_node)) == 0;
	if (question.asked.from_own_node)
		from += strlen(own_node);
	question.asked.src = parse_end(agreement->cluster.snapshot, from);
	question.asked.dst = parse_end(agreement->cluster.snapshot, words[1]);
	parse_port(words[2], &question.asked);
	oracle_judge(&agreement->oracle, &question.asked, &verdict);
	side = &verdict.side[verdict.side[0].is_allowed];
	ok_str(side->is_allowed ? "allow" : "deny", words[3], "%s: %s -> %s %s %s", name, words[0],
	       words[1], words[2], words[3]);
	if (words[4])
		ok_str(agreement_reasons[side->reason], words[4], "%s: … by %s", name, words[4]);
	if (!ok(agreement_ask(agreement, &question, 1, &complaint) == 1, "%s: … and all agree",
		name))
		diag("%s", strbuf_str(&complaint));
	strbuf_release(&complaint);
}

/* ---- A scenario ---- */

static void check_refused(const struct agreement *agreement, const char *scenario,
			  const char *const *codes, size_t n)
{
	const struct diag *diag = agreement->cluster.diags.first;
	size_t i = 0;

	for (; diag; diag = diag->next) {
		if (diag->severity != DIAG_ERROR)
			continue;
		ok_str(diag_code_name(diag->code), i < n ? codes[i] : NULL, "%s: %s",
		       scenario + strlen(SCENARIOS "/"), diag->message);
		i++;
	}
	ok_int(i, n, "%s: errors", scenario + strlen(SCENARIOS "/"));
}

/* Splits in place; words[n] and what follows are NULL. */
static size_t split(char *line, char *words[6])
{
	size_t n = 0;
	char *save = NULL;

	memset(words, 0, 6 * sizeof(*words));
	for (char *word = strtok_r(line, " \t", &save); word && n < 5;
	     word = strtok_r(NULL, " \t", &save))
		words[n++] = word;
	return n;
}

static void run(struct kernel *kernel, const char *scenario)
{
	const struct agreement_options options = {
		.kernel = kernel, .subject_percent = 100, .no_assumed_dns = true};
	struct strbuf yaml = {0}, expect = {0};
	const char *codes[32];
	struct agreement agreement;
	size_t n_codes = 0;
	char *words[6], *save = NULL;

	read_file(scenario, "cluster.yaml", &yaml);
	strbuf_addstr(&yaml, "---\n");
	read_file(scenario, "policy.yaml", &yaml);
	read_file(scenario, "expect", &expect);
	agreement_open(&agreement, &options, yaml.text);
	for (char *line = strtok_r(expect.text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (line[0] == '#')
			continue;
		if (split(line, words) == 2 && strcmp(words[0], "refused") == 0)
			codes[n_codes++] = words[1];
		else if (words[3] && !agreement.cluster.diags.n_errors)
			check_answer(&agreement, scenario, words);
		else
			ok(false, "%s: cannot ask '%s'", scenario, words[0]);
	}
	check_refused(&agreement, scenario, codes, n_codes);
	agreement_close(&agreement);
	strbuf_release(&yaml);
	strbuf_release(&expect);
}

int main(void)
{
	const char *reason = NULL;
	struct kernel *kernel = kernel_open(&reason);
	glob_t folders;

	if (glob(SCENARIOS "/*", GLOB_ONLYDIR, NULL, &folders))
		bail("no scenarios in " SCENARIOS);
	for (size_t i = 0; i < folders.gl_pathc; i++)
		run(kernel, folders.gl_pathv[i]);
	globfree(&folders);
	if (reason)
		skip("the kernel's answers: %s", reason);
	kernel_close(kernel);
	return tap_done();
}
