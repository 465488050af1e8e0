/* SPDX-License-Identifier: Apache-2.0 */
/* Coverage for programs: JSON, CSV, Prometheus. */
#include "render/coverage.h"

#include "render/aside.h"
#include "render/csv.h"

#include <inttypes.h>
#include <stdio.h>

static void write_ratio(struct json *json, const char *key, uint64_t part, uint64_t whole)
{
	json_key(json, key);
	json_object(json);
	json_uint_field(json, "numerator", part);
	json_uint_field(json, "denominator", whole);
	json_end(json);
}

static uint32_t n_namespaces(const struct analyze_coverage_row *row)
{
	return row->states[ANALYZE_STATE_PROTECTED] + row->states[ANALYZE_STATE_PARTIAL] +
	       row->states[ANALYZE_STATE_UNPROTECTED];
}

static void write_isolation(struct json *json, const struct analyze_coverage_row *row)
{
	json_key(json, "pods");
	json_object(json);
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
		json_key(json, policy_direction_name(direction));
		json_object(json);
		for (int i = 0; i < ANALYZE_N_ISOLATIONS; i++)
			json_uint_field(json, analyze_isolation_name(i), row->pods[direction][i]);
		json_end(json);
	}
	json_end(json);
}

/* All but the name. */
static void write_row(struct json *json, const struct analyze_coverage_row *row)
{
	write_ratio(json, "protectedNamespaces", row->states[ANALYZE_STATE_PROTECTED],
		    n_namespaces(row));
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		write_ratio(json,
			    direction == POLICY_INGRESS ? "defaultDenyIngress"
							: "defaultDenyEgress",
			    row->pods[direction][ANALYZE_ISOLATION_DEFAULT_DENY], row->n_pods);
	write_ratio(json, "openness", row->n_allowed, row->n_possible);
	write_ratio(json, "ownedPolicies", row->n_owned, row->n_policies);
	write_isolation(json, row);
	json_uint_field(json, "hostNetworkPods", row->n_host_pods);
	json_key(json, "broadRules");
	json_object(json);
	for (int i = 0; i < ANALYZE_N_BREADTHS; i++)
		json_uint_field(json, analyze_breadth_name(i), row->broad[i]);
	json_end(json);
}

static void write_namespace(struct json *json, const struct analyze_coverage_row *row)
{
	json_object(json);
	json_field(json, "namespace", row->name);
	json_field(json, "owner", row->owner);
	json_key(json, "level");
	if (row->level == ANALYZE_NO_LEVEL)
		json_null(json);
	else
		json_uint(json, row->level);
	json_field(json, "next", row->next);
	write_row(json, row);
	json_end(json);
}

static void write_extras(struct json *json, const struct analyze_coverage_extras *extras)
{
	json_key(json, "exceptions");
	json_object(json);
	json_uint_field(json, "active", extras->n_active);
	json_uint_field(json, "expired", extras->n_expired);
	json_uint_field(json, "noExpiry", extras->n_without_expiry);
	json_uint_field(json, "noOwner", extras->n_without_owner);
	json_uint_field(json, "stale", extras->n_stale);
	json_end(json);
	if (extras->has_tests)
		write_ratio(json, "tests", extras->n_passed,
			    extras->n_passed + extras->n_failed + extras->n_depends);
	if (extras->has_adequacy)
		write_ratio(json, "adequacy", extras->n_killed,
			    extras->n_killed + extras->n_survived);
}

void render_coverage_json(const struct analyze_coverage *coverage)
{
	struct json json;

	json_init(&json, stdout, 2);
	json_object(&json);
	json_field(&json, "schema", "bulkhead.coverage/v1");
	json_key(&json, "total");
	json_object(&json);
	write_row(&json, &coverage->total);
	json_end(&json);
	write_extras(&json, &coverage->extras);
	json_key(&json, "namespaces");
	json_array(&json);
	for (size_t i = 0; i < coverage->namespaces.n; i++)
		write_namespace(&json, &coverage->namespaces.items[i]);
	json_end(&json);
	json_key(&json, "owners");
	json_array(&json);
	for (size_t i = 0; i < coverage->owners.n; i++) {
		json_object(&json);
		json_field(&json, "owner",
			   *coverage->owners.items[i].name ? coverage->owners.items[i].name : NULL);
		write_row(&json, &coverage->owners.items[i]);
		json_end(&json);
	}
	json_end(&json);
	render_aside_json(&json, coverage->cluster);
	json_end(&json);
}

void render_coverage_csv(const struct analyze_coverage *coverage)
{
	fputs("namespace,owner,level,pods,default_deny_ingress,default_deny_egress,hostnetwork_"
	      "pods,"
	      "allowed_pairs,possible_pairs,policies,owned_policies,broad_rules,next\r\n",
	      stdout);
	for (size_t i = 0; i < coverage->namespaces.n; i++) {
		const struct analyze_coverage_row *row = &coverage->namespaces.items[i];

		render_csv_field(row->name, stdout);
		putchar(',');
		render_csv_field(row->owner ? row->owner : "", stdout);
		putchar(',');
		if (row->level != ANALYZE_NO_LEVEL)
			printf("%u", row->level);
		printf(",%u,%u,%u,%u,%" PRIu64 ",%" PRIu64 ",%u,%u,%u,", row->n_pods,
		       row->pods[POLICY_INGRESS][ANALYZE_ISOLATION_DEFAULT_DENY],
		       row->pods[POLICY_EGRESS][ANALYZE_ISOLATION_DEFAULT_DENY], row->n_host_pods,
		       row->n_allowed, row->n_possible, row->n_policies, row->n_owned,
		       row->n_broad);
		render_csv_field(row->next ? row->next : "", stdout);
		fputs("\r\n", stdout);
	}
}

static void write_help(const char *name, const char *help)
{
	printf("# HELP %s %s\n# TYPE %s gauge\n", name, help, name);
}

static void write_reachability(const struct analyze_coverage *coverage)
{
	const char *name = "bulkhead_reachability_cells";

	write_help(name, "Ordered pairs of pods, to a pod of the namespace.");
	for (size_t i = 0; i < coverage->namespaces.n; i++) {
		const struct analyze_coverage_row *row = &coverage->namespaces.items[i];

		printf("%s{namespace=\"%s\",set=\"allowed\"} %" PRIu64 "\n", name, row->name,
		       row->n_allowed);
		printf("%s{namespace=\"%s\",set=\"possible\"} %" PRIu64 "\n", name, row->name,
		       row->n_possible);
	}
}

static void write_levels(const struct analyze_coverage *coverage)
{
	const char *name = "bulkhead_namespace_level";

	write_help(name, "How far the policies of a namespace have come, 0 to 5.");
	for (size_t i = 0; i < coverage->namespaces.n; i++)
		if (coverage->namespaces.items[i].level != ANALYZE_NO_LEVEL)
			printf("%s{namespace=\"%s\"} %u\n", name,
			       coverage->namespaces.items[i].name,
			       coverage->namespaces.items[i].level);
}

static void write_pods(const struct analyze_coverage_row *row)
{
	write_help("bulkhead_namespaces", "Namespaces with pods, by state.");
	for (int i = 0; i < ANALYZE_N_STATES; i++)
		printf("bulkhead_namespaces{state=\"%s\"} %u\n", analyze_state_name(i),
		       row->states[i]);
	write_help("bulkhead_pods", "Pods by how they are isolated.");
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		for (int i = 0; i < ANALYZE_N_ISOLATIONS; i++)
			printf("bulkhead_pods{direction=\"%s\",isolation=\"%s\"} %u\n",
			       policy_direction_name(direction), analyze_isolation_name(i),
			       row->pods[direction][i]);
	write_help("bulkhead_hostnetwork_pods", "Pods in the network of their host.");
	printf("bulkhead_hostnetwork_pods %u\n", row->n_host_pods);
	write_help("bulkhead_broad_rules", "Rules that allow broadly, by kind.");
	for (int i = 0; i < ANALYZE_N_BREADTHS; i++)
		printf("bulkhead_broad_rules{kind=\"%s\"} %u\n", analyze_breadth_name(i),
		       row->broad[i]);
	write_help("bulkhead_policies", "Policies, by whether they name an owner.");
	printf("bulkhead_policies{owner=\"named\"} %u\nbulkhead_policies{owner=\"none\"} %u\n",
	       row->n_owned, row->n_policies - row->n_owned);
}

static void write_extra_metrics(const struct analyze_coverage_extras *extras)
{
	write_help("bulkhead_exceptions", "Exceptions of findings, by state.");
	printf("bulkhead_exceptions{state=\"active\"} %u\n"
	       "bulkhead_exceptions{state=\"expired\"} %u\n"
	       "bulkhead_exceptions{state=\"no_expiry\"} %u\n"
	       "bulkhead_exceptions{state=\"no_owner\"} %u\n"
	       "bulkhead_exceptions{state=\"stale\"} %u\n",
	       extras->n_active, extras->n_expired, extras->n_without_expiry,
	       extras->n_without_owner, extras->n_stale);
	if (extras->has_tests) {
		write_help("bulkhead_policy_tests", "Policy tests, by result.");
		printf("bulkhead_policy_tests{mode=\"static\",result=\"pass\"} %u\n"
		       "bulkhead_policy_tests{mode=\"static\",result=\"fail\"} %u\n"
		       "bulkhead_policy_tests{mode=\"static\",result=\"depends\"} %u\n",
		       extras->n_passed, extras->n_failed, extras->n_depends);
	}
	if (extras->has_adequacy) {
		write_help("bulkhead_policy_test_mutants",
			   "Changes of rules, by whether a test notices.");
		printf("bulkhead_policy_test_mutants{fate=\"killed\"} %u\n"
		       "bulkhead_policy_test_mutants{fate=\"survived\"} %u\n",
		       extras->n_killed, extras->n_survived);
	}
}

void render_coverage_prometheus(const struct analyze_coverage *coverage)
{
	write_pods(&coverage->total);
	write_reachability(coverage);
	write_levels(coverage);
	write_extra_metrics(&coverage->extras);
}
