/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/cases.h"
#include "lab/predict.h"
#include "lab/report.h"
#include "lab/session.h"
#include "lab/verbs.h"

#include "base/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

#define DEFAULT_WIDTH 100
#define PROGRESS_SECONDS 1

/* Columns of the terminal, or of what COLUMNS says. */
static unsigned int output_width(void)
{
	const char *columns = getenv("COLUMNS");
	struct winsize size;

	if (columns && atoi(columns) > 0)
		return (unsigned int)atoi(columns);
	if (!ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) && size.ws_col)
		return size.ws_col;
	return DEFAULT_WIDTH;
}

/* A line on a terminal, ten times a second, once it takes long. */
static void show_progress(void *data, size_t n_done, size_t n)
{
	struct timespec *next = data, now;
	char done[32], all[32];

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (!next->tv_sec)
		*next = (struct timespec){now.tv_sec + PROGRESS_SECONDS, now.tv_nsec};
	if (now.tv_sec < next->tv_sec)
		return;
	fprintf(stderr, n_done == n ? "\r\033[K" : "\rprobing: %s of %s\033[K",
		lab_thousands(n_done, done), lab_thousands(n, all));
}

/* What waits in the rings is not about our probes. */
static void ignore_event(void *data, const struct event *event, const struct table_view *table)
{
	(void)data;
	(void)event;
	(void)table;
}

static uint64_t count_lost_events(const struct lab_nodes *nodes)
{
	struct datapath_counters counters;
	uint64_t n = 0;

	for (uint32_t i = 0; i < nodes->n; i++)
		if (!datapath_counters(nodes->datapaths[i], &counters))
			n += counters.events_lost;
	return n;
}

int lab_probe_and_report(const struct lab_home *home, const struct lab_plan *plan,
			 const struct lab_nodes *nodes, const struct analyze_cluster *cluster,
			 const struct lab_options *options)
{
	struct timespec progress = {0};
	struct lab_probes probes = {0};
	struct lab_fault fault = {0};
	struct lab_prober prober = {
		.plan = plan,
		.home = home,
		.nodes = nodes->datapaths,
		.n_nodes = nodes->n,
		.progress = isatty(STDERR_FILENO) ? show_progress : NULL,
		.progress_data = &progress,
	};
	struct lab_report report = {.plan = plan,
				    .nodes = nodes,
				    .probes = &probes,
				    .cluster = cluster,
				    .cases = options->input.cases};
	const int lock = lab_lock_events(home, &fault);
	int code = LAB_EXIT_OK;

	if (lock < 0)
		return lab_say(&fault);
	for (uint32_t i = 0; i < nodes->n; i++)
		datapath_events_read(nodes->datapaths[i], 0, ignore_event, NULL);
	report.n_events_lost = count_lost_events(nodes);
	if (options->input.cases)
		lab_cases_list(plan, options->input.cases, &probes);
	else
		lab_probes_list(plan, &probes);
	lab_predict(plan, nodes, &probes);
	if (lab_probes_run(&prober, &probes, &fault)) {
		code = lab_say(&fault);
	} else {
		report.n_events_lost = count_lost_events(nodes) - report.n_events_lost;
		if (options->is_json)
			lab_report_json(stdout, &report);
		else
			lab_report_text(stdout, &report, output_width(), options->color);
		code = lab_probes_disagreements(&probes) ? LAB_EXIT_NO : LAB_EXIT_OK;
	}
	close(lock);
	vec_release(&probes);
	return code;
}

int lab_verb_probe(const struct lab_options *options)
{
	struct lab_session session;
	int code = lab_session_open(options, &session);

	if (code)
		return code;
	code = lab_probe_and_report(&session.home, &session.plan, &session.nodes, NULL, options);
	lab_session_close(&session);
	return code;
}
