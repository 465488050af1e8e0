/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tests/scenario: small clusters whose answers a person wrote down. Each folder has cluster.yaml, policy.yaml
 * and `expect`, whose lines are
 *
 *	FROM TO PORT/PROTOCOL allow|deny|decide [REASON]	of the whole; REASON is the deciding side's, or the target's
 *	refused CODE					policies are not valid, one such line for each error
 *	read PATH					the first line: what is below PATH is the cluster, an example
 *
 * FROM and TO are ns/pod or ns/workload (its first pod, the first address) or an address; as FROM also
 * own-node:ADDRESS, which sends as the stack of the target's node. The oracle, the engine and the kernel
 * must all give this answer.
 */
#include "lib/agreement.h"
#include "lib/tap.h"

#include <glob.h>
#include <stdio.h>
#include <string.h>

#define SCENARIOS "tests/scenario"

static void read_file(const char *path, struct strbuf *ret)
{
	char line[512];
	FILE *file = fopen(path, "r");

	if (!file)
		bail("%s: %m", path);
	while (fgets(line, sizeof(line), file))
		strbuf_addstr(ret, line);
	fclose(file);
}

/* The YAML files that a pattern finds in a folder, as one text. */
static void read_files(const char *folder, const char *pattern, struct strbuf *ret)
{
	char path[512];
	glob_t files;

	snprintf(path, sizeof(path), "%s/%s", folder, pattern);
	if (glob(path, 0, NULL, &files))
		bail("there is no %s", path);
	for (size_t i = 0; i < files.gl_pathc; i++) {
		strbuf_addstr(ret, "---\n");
		read_file(files.gl_pathv[i], ret);
	}
	globfree(&files);
}

/* The manifests of a scenario; whether they are its own. */
static bool read_manifests(const char *scenario, const char *expect, struct strbuf *ret)
{
	char path[256];

	if (sscanf(expect, "read %255s", path) != 1) {
		read_files(scenario, "*.yaml", ret);
		return true;
	}
	read_files(path, "*.yaml", ret);
	read_files(path, "*/*.yaml", ret);
	return false;
}

/* ---- A line of `expect` ---- */

static bool is_named(const struct model_pod *pod, const char *text)
{
	char name[256];

	snprintf(name, sizeof(name), "%s/%s", pod->ns->name, pod->name);
	if (strcmp(name, text) == 0)
		return true;
	snprintf(name, sizeof(name), "%s/%s", pod->ns->name, pod->workload->name);
	return strcmp(name, text) == 0;
}

static struct ip_addr parse_end(const struct model_snapshot *snapshot, const char *text)
{
	struct ip_addr addr;

	for (uint32_t i = 0; i < snapshot->n_pods; i++)
		if (is_named(snapshot->pods[i], text))
			return snapshot->pods[i]->ips[0];
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

/* The side that decides: a denial before a condition, egress before ingress. */
static const struct oracle_side *whole(const struct oracle_verdict *verdict)
{
	const struct oracle_side *egress = &verdict->side[0], *ingress = &verdict->side[1];

	if (egress->is_allowed || (egress->n_conditions && !ingress->is_allowed))
		return ingress;
	return egress;
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
	side = whole(&verdict);
	ok_str(side->n_conditions ? "decide"
	       : side->is_allowed ? "allow"
				  : "deny",
	       words[3], "%s: %s -> %s %s %s", name, words[0], words[1], words[2], words[3]);
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

static void check_lines(struct agreement *agreement, const char *scenario, char *expect)
{
	const char *codes[32];
	char *words[6], *save = NULL;
	size_t n_codes = 0;

	for (char *line = strtok_r(expect, "\n", &save); line; line = strtok_r(NULL, "\n", &save)) {
		if (line[0] == '#' || strncmp(line, "read ", 5) == 0)
			continue;
		if (split(line, words) == 2 && strcmp(words[0], "refused") == 0)
			codes[n_codes++] = words[1];
		else if (words[3] && !agreement->cluster.diags.n_errors)
			check_answer(agreement, scenario, words);
		else
			ok(false, "%s: cannot ask '%s'", scenario, words[0]);
	}
	check_refused(agreement, scenario, codes, n_codes);
}

static void run(struct kernel *kernel, const char *scenario)
{
	struct agreement_options options = {.kernel = kernel, .subject_percent = 100};
	struct strbuf yaml = {0}, expect = {0};
	struct agreement agreement;
	char path[512];

	snprintf(path, sizeof(path), "%s/expect", scenario);
	read_file(path, &expect);
	options.no_assumed_dns = read_manifests(scenario, expect.text, &yaml);
	agreement_open(&agreement, &options, yaml.text);
	if (!options.no_assumed_dns)
		ok_int(agreement.cluster.diags.n_warnings, 0, "%s: an example has no warnings",
		       scenario + strlen(SCENARIOS "/"));
	check_lines(&agreement, scenario, expect.text);
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
