/* SPDX-License-Identifier: Apache-2.0 */
/* BH803: policies of Istio that check nothing. */
#include "scan/check.h"

#include "scan/loading.h"

#include <stdlib.h>
#include <string.h>

#define GROUP "security.istio.io"

/* A mode, and the port that it is for; 0: every other one. */
struct mode {
	const struct tree_node *node;
	uint16_t port;
};

static bool is_off(const struct tree_node *mode)
{
	return mode && mode->kind == TREE_STRING &&
	       (strcmp(mode->text, "PERMISSIVE") == 0 || strcmp(mode->text, "DISABLE") == 0);
}

/* Whom somebody without an identity reaches there, all policies together. */
static struct scan_access find_open(struct scan *scan, const struct policy *policy, uint16_t port)
{
	const struct model_pod *stranger = scan_stranger(scan);
	struct scan_access access = {0};

	for (uint32_t i = 0; i < scan->n_workloads; i++) {
		const struct model_workload *workload = scan->snapshot->workloads[i];
		const struct model_pod *pod = workload->pods[0];
		const uint16_t own = pod->n_ports ? pod->ports[0].number : 8080;

		if (scan_is_subject(workload) && policy_subject_matches(&policy->subject, pod) &&
		    scan_side_may(scan, pod, stranger, POLICY_INGRESS, PORT_TCP, port ? port : own))
			access.subject = access.n_subjects++ == 0 ? workload : access.subject;
	}
	return access;
}

/* NULL: nobody is open by it, though it selects somebody. */
static const char *open_text(struct scan *scan, const struct policy *policy, uint16_t port)
{
	const struct scan_access access = find_open(scan, policy, port);
	const struct model_workload *first;

	if (access.n_subjects)
		return scan_and_others(scan, access.subject, access.n_subjects);
	return scan_selected(scan, policy, &first) ? NULL : "the workloads that it selects";
}

static void check_mode(struct scan *scan, const struct policy *policy, struct mode mode)
{
	const char *whom = is_off(mode.node) ? open_text(scan, policy, mode.port) : NULL;

	if (whom)
		scan_help(
			scan,
			scan_report(
				scan,
				scan_at_policy(policy, tree_span(policy->object->file, mode.node)),
				"mutual TLS is %s: any pod in any namespace can reach %s%s without "
				"an identity that a policy could check",
				strcmp(mode.node->text, "DISABLE") == 0 ? "off" : "not asked for",
				whom,
				mode.port ? arena_printf(&scan->arena, " on port %u", mode.port)
					  : ""),
			"write STRICT once every client is in the mesh");
}

static void check_authentication(struct scan *scan, const struct policy *policy)
{
	const struct tree_node *spec = tree_get(policy->object->root, "spec");
	const struct tree_node *ports = tree_get(spec, "portLevelMtls");

	check_mode(scan, policy, (struct mode){scan_node(spec, "mtls", "mode", NULL), 0});
	for (uint32_t i = 0; ports && ports->kind == TREE_MAP && i < ports->len; i++)
		check_mode(scan, policy,
			   (struct mode){tree_get(ports->members[i].value, "mode"),
					 (uint16_t)strtoul(ports->members[i].key, NULL, 10)});
}

/* An empty rule is met by every request. */
static void check_authorization(struct scan *scan, const struct policy *policy)
{
	const struct tree_node *spec = tree_get(policy->object->root, "spec");
	const struct tree_node *rules = tree_get(spec, "rules");
	const char *action = tree_get_string(spec, "action");

	if (action && strcmp(action, "ALLOW") != 0)
		return;
	for (uint32_t i = 0; rules && rules->kind == TREE_SEQ && i < rules->len; i++) {
		const struct tree_node *rule = rules->items[i];
		const char *whom = rule->kind == TREE_MAP && rule->len == 0
					   ? open_text(scan, policy, 0)
					   : NULL;

		if (whom)
			scan_help(
				scan,
				scan_report(scan,
					    scan_at_policy(policy,
							   tree_span(policy->object->file, rule)),
					    "an empty rule allows every request: any pod in any "
					    "namespace can reach %s, and the policy's other rules "
					    "are of no matter",
					    whom),
				"name the sources and operations that are meant");
	}
}

void scan_istio(struct scan *scan)
{
	for (uint32_t i = 0; i < scan->policies->n_policies; i++) {
		const struct policy *policy = scan->policies->policies[i];

		if (strcmp(policy->group, GROUP) != 0)
			continue;
		if (strcmp(policy->kind, "PeerAuthentication") == 0)
			check_authentication(scan, policy);
		else if (strcmp(policy->kind, "AuthorizationPolicy") == 0)
			check_authorization(scan, policy);
	}
	scan_take_oddities(scan, GROUP);
}
