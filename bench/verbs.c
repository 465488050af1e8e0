/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole process of the verbs that count over a cluster: 10,000 pods, 2,000 policies; and scan of
 * real projects, where they are at hand.
 */
#include "lib/manifests.h"
#include "lib/process.h"
#include "lib/report.h"
#include "lib/sample.h"

#include <stdio.h>
#include <unistd.h>

#define ROUNDS 5
#define N_PODS 10000
#define N_POLICIES 2000

struct run {
	const char *name;
	const char *words[4]; /* between the program and the input */
	bool is_of_two;       /* another input with 20 policies less comes after it */
	const char *target;   /* s */
	bool is_bare;         /* of pods without owners: as many workloads */
	const char *input;    /* NULL: a generated one; left out where it is not there */
	struct sample wall, cpu, peak;
};

static struct run runs[] = {
	{.name = "coverage", .words = {"coverage"}, .target = "< 2"},
	{.name = "diff", .words = {"diff"}, .is_of_two = true, .target = "< 2"},
	{.name = "reach --rank", .words = {"reach", "--rank"}, .target = "< 2"},
	{.name = "scan", .words = {"scan", "--fail-on", "none"}, .target = "< 2"},
	{.name = "coverage", .words = {"coverage"}, .is_bare = true, .target = "< 2"},
	{.name = "diff", .words = {"diff"}, .is_of_two = true, .is_bare = true, .target = "< 2"},
	{.name = "reach --rank", .words = {"reach", "--rank"}, .is_bare = true, .target = "< 2"},
	{.name = "scan", .words = {"scan", "--fail-on", "none"}, .is_bare = true, .target = "< 2"},
	{.name = "scan of real projects",
	 .words = {"scan", "--fail-on", "none"},
	 .target = "< 1",
	 .input = "../shared/data/manifests"},
};

static struct run *const runs_end = runs + sizeof(runs) / sizeof(runs[0]);

/* A cluster, and one with fewer policies. */
static const char *input_path(bool is_bare, bool is_other)
{
	return report_text("%s/%s-%s.yaml", process_folder(), is_bare ? "bare" : "owned",
			   is_other ? "other" : "cluster");
}

static void write_input(bool is_bare, bool is_other)
{
	const struct manifests_shape shape = {.n_pods = N_PODS,
					      .n_policies = N_POLICIES - (is_other ? 20 : 0),
					      .owned = !is_bare};
	const char *path = input_path(is_bare, is_other);
	struct strbuf text = {0};
	FILE *file;

	manifests_write(&shape, &text);
	file = fopen(path, "we");
	if (!file || fwrite(text.text, 1, text.len, file) != text.len || fclose(file))
		report_fail("%s cannot be written", path);
	strbuf_release(&text);
}

static void measure(struct run *run, bool counts)
{
	const char *program = report_text("%s/bin/bulkhead", process_build());
	const char *argv[10] = {program};
	struct process_cost cost;
	size_t n = 1;
	int status;

	if (run->input) { /* its many warnings are of no matter here */
		argv[0] = "/bin/sh";
		argv[1] = "-c";
		argv[2] = "exec \"$0\" \"$@\" 2>/dev/null";
		argv[3] = program;
		n = 4;
	}
	for (size_t i = 0; i < 4 && run->words[i]; i++)
		argv[n++] = run->words[i];
	argv[n++] = run->input ? run->input : input_path(run->is_bare, false);
	if (run->is_of_two)
		argv[n++] = input_path(run->is_bare, true);
	status = process_run(argv, report_text("%s/output", process_folder()), &cost);
	if (status != run->is_of_two) /* access was added */
		report_fail("%s %s: exit status %d", program, run->name, status);
	if (!counts)
		return;
	sample_add(&run->wall, cost.wall);
	sample_add(&run->cpu, cost.cpu);
	sample_add(&run->peak, cost.peak_kib / 1024.0);
}

static bool is_there(const struct run *run)
{
	return !run->input || access(run->input, R_OK) == 0;
}

static void print(struct run *run)
{
	const char *name = run->input ? run->name
				      : report_text("%s, %u %spods, %u policies", run->name, N_PODS,
						    run->is_bare ? "bare " : "", N_POLICIES);

	report_print(&(struct report){.name = name,
				      .value = sample_median(&run->wall),
				      .unit = "s",
				      .target = run->target,
				      .note = report_text("user+sys %.3f s, peak %.0f MB",
							  sample_median(&run->cpu),
							  sample_median(&run->peak))});
}

int main(void)
{
	for (int is_bare = 0; is_bare < 2; is_bare++)
		for (int is_other = 0; is_other < 2; is_other++)
			write_input(is_bare, is_other);
	for (int round = 0; round <= ROUNDS; round++)
		for (struct run *run = runs; run < runs_end; run++)
			if (is_there(run))
				measure(run, round > 0);
	for (struct run *run = runs; run < runs_end; run++)
		if (is_there(run))
			print(run);
	return 0;
}
