/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The whole process `bulkhead map -o json` on synthetic clusters, against what the best-known
 * analyzer needs for the same files, and the allowed pairs of its answers against the generator's
 * own counts.
 */
#include "lib/manifests.h"
#include "lib/pairs.h"
#include "lib/process.h"
#include "lib/report.h"
#include "lib/sample.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PEER_DATA "../shared/data/perf"
#define ROUNDS 7

struct run {
	uint32_t n_pods;
	bool owned;
	const char *wall_target; /* s */
	const char *peak_target; /* MB */
	char input[128];
	char output[128];
	struct sample wall, cpu, peak;
};

static struct run runs[] = {
	{.n_pods = 100},
	{.n_pods = 500},
	{.n_pods = 1000, .wall_target = "< 0.05", .peak_target = "< 100"},
	{.n_pods = 2000},
	{.n_pods = 1000, .owned = true},
	{.n_pods = 5000, .owned = true, .wall_target = "< 0.15"},
};

static struct run *const runs_end = runs + sizeof(runs) / sizeof(runs[0]);

static const char *run_input(const struct run *run)
{
	return run->owned ? "owned" : "bare";
}

static void write_input(struct run *run, const char *folder)
{
	const struct manifests_shape shape = {.n_pods = run->n_pods, .owned = run->owned};
	struct strbuf text = {0};
	FILE *file;

	snprintf(run->input, sizeof(run->input), "%s/%s-%u.yaml", folder, run_input(run),
		 run->n_pods);
	snprintf(run->output, sizeof(run->output), "%s/%s-%u.json", folder, run_input(run),
		 run->n_pods);
	manifests_write(&shape, &text);
	file = fopen(run->input, "we");
	if (!file || fwrite(text.text, 1, text.len, file) != text.len || fclose(file))
		report_fail("%s cannot be written", run->input);
	strbuf_release(&text);
}

static void measure(struct run *run, bool counts)
{
	const char *program = report_text("%s/bin/bulkhead", process_build());
	const char *const argv[] = {program, "map", "-o", "json", run->input, NULL};
	struct process_cost cost;
	const int status = process_run(argv, run->output, &cost);

	if (status)
		report_fail("%s map %s: exit status %d", program, run->input, status);
	if (!counts)
		return;
	sample_add(&run->wall, cost.wall);
	sample_add(&run->cpu, cost.cpu);
	sample_add(&run->peak, cost.peak_kib / 1024.0);
}

/* What netpol-analyzer needed for an input. */
struct peer {
	double seconds; /* 0: unknown */
	int status;     /* not 0: it was stopped then */
};

/* A line of the table, which was taken on a busy machine. */
static void read_row(const struct run *run, const char *line, struct peer *ret)
{
	struct peer peer;
	char input[16];
	unsigned int n_pods;

	if (sscanf(line, "netpol-analyzer %15s %u list %lf %*s %*s %*s %*s %*s %d", input, &n_pods,
		   &peer.seconds, &peer.status) == 4 &&
	    !strcmp(input, run_input(run)) && n_pods == run->n_pods)
		*ret = peer;
}

/* Its last line repeats some on a quiet one ("bare1000 103.5s/1.76GB"), which are fairer. */
static void read_quiet(const struct run *run, const char *line, struct peer *ret)
{
	const char *name = report_text(" %s%u ", run_input(run), run->n_pods);
	const char *at = strstr(line, name);

	if (at)
		*ret = (struct peer){.seconds = strtod(at + strlen(name), NULL)};
}

/* How many times faster, as text; NULL when there is nothing to compare with. */
static const char *peer_ratio(const struct run *run, double wall)
{
	FILE *file = fopen(PEER_DATA "/results.tsv", "re");
	struct peer peer = {0};
	char line[1024];

	while (file && fgets(line, sizeof(line), file)) {
		if (line[0] == '#')
			read_quiet(run, line, &peer);
		else
			read_row(run, line, &peer);
	}
	if (file)
		fclose(file);
	return peer.seconds ? report_text("%s%.0f x netpol-analyzer", peer.status ? "> " : "",
					  peer.seconds / wall)
			    : NULL;
}

/*
 * Fails the program unless the map's counts are the expected ones. What was compared, for the note.
 */
static const char *check(const struct run *run)
{
	static const struct {
		const char *name;
		const char *protocol;
		uint16_t port;
	} ports[] = {{"TCP/8080", "TCP", 8080}, {"TCP/8085", "TCP", 8085},
		     {"TCP/9090", "TCP", 9090}, {"TCP/443", "TCP", 443},
		     {"UDP/53", "UDP", 53},     {"SCTP/80", "SCTP", 80}};
	const struct tree_node *counts;
	struct reading expected;
	struct pairs pairs;

	if (reading_of_file(&expected, report_text(PEER_DATA "/expected-%u.json", run->n_pods))) {
		reading_release(&expected);
		return "counts not checked: no " PEER_DATA;
	}
	counts = tree_get(expected.roots.items[0], "allowedPairs");
	pairs_open(&pairs, run->output);
	for (size_t i = 0; i < sizeof(ports) / sizeof(ports[0]); i++) {
		const uint64_t got = pairs_count(&pairs, ports[i].protocol, ports[i].port);
		const struct tree_node *node = tree_get(counts, ports[i].name);
		const uint64_t want = node ? node->integer : 0;

		if (got != want)
			report_fail("%s: %" PRIu64 " allowed pairs on %s, expected %" PRIu64,
				    run->input, got, ports[i].name, want);
	}
	pairs_release(&pairs);
	reading_release(&expected);
	return "allowed pairs as expected";
}

static void print(struct run *run)
{
	const char *name = report_text("map, %u pods %s", run->n_pods, run_input(run));
	const double wall = sample_median(&run->wall);
	const char *checked = check(run);

	report_print(&(struct report){.name = name,
				      .value = wall,
				      .unit = "s",
				      .target = run->wall_target,
				      .ratio = peer_ratio(run, wall),
				      .note = report_text("user+sys %.3f s; %s",
							  sample_median(&run->cpu), checked)});
	report_print(&(struct report){.name = report_text("%s, peak", name),
				      .value = sample_median(&run->peak),
				      .unit = "MB",
				      .target = run->peak_target});
}

int main(void)
{
	for (struct run *run = runs; run < runs_end; run++)
		write_input(run, process_folder());
	for (int round = 0; round <= ROUNDS; round++)
		for (struct run *run = runs; run < runs_end; run++)
			measure(run, round > 0);
	for (struct run *run = runs; run < runs_end; run++)
		print(run);
	return 0;
}
