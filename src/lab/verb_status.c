/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/report.h"
#include "lab/session.h"
#include "lab/verbs.h"

#include "analyze/text.h"
#include "base/json.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* What a node's datapath says of itself. */
struct node_status {
	uint64_t generation;
	struct datapath_counters counters;
	uint32_t n_pods;
};

static struct node_status status_of(const struct lab_session *session, uint32_t node)
{
	struct node_status status = {0};

	/* What cannot be read shows as zero, which is no generation's number. */
	if (datapath_generation(session->nodes.datapaths[node], &status.generation) ||
	    datapath_counters(session->nodes.datapaths[node], &status.counters))
		status.generation = 0;
	for (uint32_t i = 0; i < session->plan.n_pods; i++)
		status.n_pods += lab_pod(&session->plan, i)->node == node;
	return status;
}

static uint64_t n_dropped(const struct node_status *status)
{
	uint64_t n = 0;

	for (int i = 0; i < VERDICT_N_REASONS; i++)
		n += status->counters.dropped[i];
	return n;
}

static void print_addresses(const struct lab_end *end)
{
	char text[IP_TEXT_SIZE];

	for (uint32_t i = 0; i < end->n_ips; i++)
		printf(" %s", ip_format(&end->ips[i], text));
}

static void print_text(const struct lab_session *session)
{
	const struct lab_plan *plan = &session->plan;
	char path[LAB_PATH_SIZE], size[32];

	printf("lab '%s', up %.0f s, from", session->home.name, lab_home_age(&session->home));
	for (size_t i = 0; i < session->input.base.n_paths; i++)
		printf(" %s", session->input.base.paths[i]);
	for (uint32_t i = 0; i < plan->n_nodes; i++) {
		const struct node_status status = status_of(session, i);

		printf("\n\nnode %s ", plan->ends[i].name);
		print_addresses(&plan->ends[i]);
		printf("\n  generation %llu, table of %s bytes, %u pods\n"
		       "  %llu packets dropped, %llu events lost\n"
		       "  %s",
		       (unsigned long long)status.generation,
		       lab_thousands(session->nodes.tables[i].size, size), status.n_pods,
		       (unsigned long long)n_dropped(&status),
		       (unsigned long long)status.counters.events_lost,
		       lab_home_netns(&session->home, plan, &plan->ends[i], path));
	}
	printf("\n\n");
	for (uint32_t i = 0; i < plan->n_pods; i++) {
		const struct lab_end *pod = lab_pod(plan, i);

		printf("%-32s", pod->name);
		print_addresses(pod);
		printf("  %s\n", lab_home_netns(&session->home, plan, pod, path));
	}
}

static void json_end_of(struct json *json, const struct lab_session *session,
			const struct lab_end *end)
{
	char text[IP_TEXT_SIZE], path[LAB_PATH_SIZE];

	json_object(json);
	json_field(json, "name", end->name);
	json_field(json, "workload", end->workload);
	json_field(json, "node", session->plan.ends[end->node].name);
	json_field(json, "netns", lab_home_netns(&session->home, &session->plan, end, path));
	json_key(json, "addresses");
	json_array(json);
	for (uint32_t i = 0; i < end->n_ips; i++)
		json_string(json, ip_format(&end->ips[i], text));
	json_end(json);
}

static void json_node(struct json *json, const struct lab_session *session, uint32_t node)
{
	const struct node_status status = status_of(session, node);

	json_end_of(json, session, &session->plan.ends[node]);
	json_key(json, "generation");
	json_uint(json, status.generation);
	json_key(json, "tableBytes");
	json_uint(json, session->nodes.tables[node].size);
	json_key(json, "eventsLost");
	json_uint(json, status.counters.events_lost);
	json_key(json, "dropped");
	json_object(json);
	for (uint8_t i = 0; i < VERDICT_N_REASONS; i++) {
		if (!status.counters.dropped[i])
			continue;
		json_key(json, analyze_reason_name(i));
		json_uint(json, status.counters.dropped[i]);
	}
	json_end(json);
	json_end(json);
}

static void print_json(const struct lab_session *session)
{
	struct json json;

	json_init(&json, stdout, 2);
	json_object(&json);
	json_field(&json, "schema", "bulkhead.lab.status/v1");
	json_field(&json, "name", session->home.name);
	json_key(&json, "seconds");
	json_double(&json, lab_home_age(&session->home));
	json_key(&json, "paths");
	json_array(&json);
	for (size_t i = 0; i < session->input.base.n_paths; i++)
		json_string(&json, session->input.base.paths[i]);
	json_end(&json);
	json_key(&json, "nodes");
	json_array(&json);
	for (uint32_t i = 0; i < session->plan.n_nodes; i++)
		json_node(&json, session, i);
	json_end(&json);
	json_key(&json, "pods");
	json_array(&json);
	for (uint32_t i = 0; i < session->plan.n_pods; i++) {
		json_end_of(&json, session, lab_pod(&session->plan, i));
		json_end(&json);
	}
	json_end(&json);
	json_end(&json);
	putchar('\n');
}

int lab_verb_status(const struct lab_options *options)
{
	struct lab_session session;
	int code = lab_session_open(options, &session);

	if (code)
		return code;
	if (options->is_json)
		print_json(&session);
	else
		print_text(&session);
	lab_session_close(&session);
	return LAB_EXIT_OK;
}

int lab_verb_down(const struct lab_options *options)
{
	struct lab_fault fault = {0};
	struct lab_home home;
	int code = lab_check_environment();

	if (code)
		return code;
	lab_home_sweep();
	if (!lab_home_find(options->name, &home, &fault)) {
		printf("lab '%s' is gone\n", home.name);
		lab_home_end(&home);
		return LAB_EXIT_OK;
	}
	fprintf(stderr, "bulkhead-lab: %s\n", fault.text);
	return LAB_EXIT_OK;
}
