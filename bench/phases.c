/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where the time of a question over the whole cluster goes, phase by phase: what to make faster
 * next. Usage: bench-phases [PODS [POLICIES]]; without, the clusters that the targets name.
 */
#include "lib/manifests.h"
#include "lib/report.h"
#include "lib/sample.h"

#include "analyze/map.h"
#include "base/intern.h"
#include "model/load.h"
#include "render/render.h"

#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#define ROUNDS 9

enum phase { PARSE, LOAD, POLICIES, MAP, PRINT, N_PHASES };

static const char *const phase_names[N_PHASES] = {
	"text to tree", "tree to snapshot", "policies to rules", "rules to map", "map to JSON"};

struct phases {
	const struct strbuf *text;
	struct sample ms[N_PHASES];
	bool counts; /* the first round only warms up */
};

/* Ends a phase that began at `start`; the start of the next. */
static uint64_t end_phase(struct phases *phases, enum phase phase, uint64_t start)
{
	if (phases->counts)
		sample_add(&phases->ms[phase], (sample_cpu_clock() - start) / 1e6);
	return sample_cpu_clock();
}

static int ignore_document(void *arg, struct tree_node *root, const struct diag_file *file)
{
	(void)arg;
	(void)root;
	(void)file;
	return 0;
}

static void parse(struct phases *phases)
{
	const struct diag_file file = {
		.name = "cluster.yaml", .text = phases->text->text, .len = phases->text->len};
	const uint64_t start = sample_cpu_clock();
	struct diag_list diags;
	struct intern intern;
	struct arena arena;

	arena_init(&arena);
	intern_init(&intern, &arena);
	diag_list_init(&diags, &arena);
	tree_read(&file, NULL, &arena, &intern, &diags, ignore_document, NULL);
	end_phase(phases, PARSE, start);
	intern_release(&intern);
	arena_release(&arena);
}

/* Runs with standard output thrown away. */
static void print_map(struct analyze_map *map)
{
	const int null = open("/dev/null", O_WRONLY | O_CLOEXEC);
	const int kept = dup(STDOUT_FILENO);

	if (null < 0 || kept < 0 || dup2(null, STDOUT_FILENO) < 0)
		report_fail("cannot write to /dev/null");
	render_map_json(map);
	fflush(stdout);
	dup2(kept, STDOUT_FILENO);
	close(kept);
	close(null);
}

/* The loader reads the text itself: its own work is what remains. */
static void load(struct phases *phases, struct analyze_cluster *cluster)
{
	const struct model_options model = {0};
	const struct policy_options options = {0};
	struct model_loader *loader = model_loader_new(&model);
	uint64_t start = sample_cpu_clock();

	*cluster = (struct analyze_cluster){0};
	arena_init(&cluster->arena);
	diag_list_init(&cluster->diags, &cluster->arena);
	model_load_text(loader, "cluster.yaml", phases->text->text, phases->text->len,
			&cluster->diags);
	cluster->snapshot = model_loader_finish(loader, &cluster->diags);
	start = end_phase(phases, LOAD, start);
	cluster->policies = policy_set_build(cluster->snapshot, &options, &cluster->diags);
	end_phase(phases, POLICIES, start);
}

static void map(struct phases *phases, struct analyze_cluster *cluster)
{
	const struct analyze_map_options options = {0};
	uint64_t start = sample_cpu_clock();
	struct analyze_map map;

	analyze_map_build(&map, cluster, &options, &cluster->diags);
	start = end_phase(phases, MAP, start);
	print_map(&map);
	end_phase(phases, PRINT, start);
	analyze_map_release(&map);
}

static void print(struct phases *phases, const struct manifests_shape *shape)
{
	for (int phase = 0; phase < N_PHASES; phase++) {
		double ms = sample_median(&phases->ms[phase]);

		if (phase == LOAD)
			ms -= sample_median(&phases->ms[PARSE]);
		report_print(&(struct report){
			.name = report_text("phase, %u pods %s: %s", shape->n_pods,
					    shape->owned ? "owned" : "bare", phase_names[phase]),
			.value = ms,
			.unit = "ms",
			.note = phase == PARSE ? "CPU time, of all threads" : NULL});
	}
}

static void measure(const struct manifests_shape *shape)
{
	struct strbuf text = {0};
	struct phases phases = {.text = &text};
	struct analyze_cluster cluster;

	manifests_write(shape, &text);
	for (int round = 0; round <= ROUNDS; round++) {
		phases.counts = round > 0;
		parse(&phases);
		load(&phases, &cluster);
		map(&phases, &cluster);
		analyze_cluster_release(&cluster);
	}
	print(&phases, shape);
	for (int phase = 0; phase < N_PHASES; phase++)
		sample_release(&phases.ms[phase]);
	strbuf_release(&text);
}

int main(int argc, char **argv)
{
	static const struct manifests_shape targets[] = {{.n_pods = 1000},
							 {.n_pods = 5000, .owned = true}};
	const struct manifests_shape asked = {.n_pods = argc > 1 ? strtoul(argv[1], NULL, 10) : 0,
					      .n_policies = argc > 2 ? strtoul(argv[2], NULL, 10)
								     : 0};

	if (argc > 1) {
		measure(&asked);
		return 0;
	}
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		measure(&targets[i]);
	return 0;
}
