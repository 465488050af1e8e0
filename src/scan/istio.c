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
static struct scan_access find_open(struct scan *scan, const struct policy *policy, uint16_t port,
				    struct port_range *ret_asked)
{
	const struct scan_members *members = scan_members(scan, &policy->subject);
	const struct model_pod *stranger = scan_stranger(scan);
	struct scan_access access = {.peer = stranger};

	for (size_t i = 0; i < members->n; i++) {
		const struct model_workload *workload = members->items[i];
		const struct model_pod *pod = workload->pods[0];
		const uint16_t own = pod->n_ports ? pod->ports[0].number : 8080;
		const uint16_t asked = port ? port : own;

		if (!scan_is_subject(workload) ||
		    !scan_side_may(scan, pod, stranger, POLICY_INGRESS, PORT_TCP, asked))
			continue;
		if (access.n_subjects++ == 0) {
			access.subject = workload;
			*ret_asked = (struct port_range){PORT_TCP, asked, asked};
		}
	}
	return access;
}

struct open {
	const char *whom;  /* NULL: nobody is open by it, though it selects somebody */
	const char *limit; /* what the sentence ends with */
};

static struct open find_texts(struct scan *scan, const struct policy *policy, uint16_t port)
{
	struct port_range asked;
	const struct scan_access access = find_open(scan, policy, port, &asked);
	const struct model_workload *first;

	if (access.n_subjects)
		return (struct open){
			scan_and_others(scan, access.subject, access.n_subjects),
			scan_other_side_text(scan, access.subject->pods[0], access.peer,
					     POLICY_INGRESS, &asked),
		};
	if (scan_selected(scan, policy, &first))
		return (struct open){0};
	return (struct open){"the workloads that it selects", ""};
}

static void check_mode(struct scan *scan, const struct policy *policy, struct mode mode)
{
	struct open open = {0};

	if (is_off(mode.node))
		open = find_texts(scan, policy, mode.port);
	if (open.whom)
		scan_help(
			scan,
			scan_report(
				scan,
				scan_at_policy(policy, tree_span(policy->object->file, mode.node)),
				"mutual TLS is %s: any pod in any namespace can reach %s%s without "
				"an identity that a policy could check%s",
				strcmp(mode.node->text, "DISABLE") == 0 ? "off" : "not asked for",
				open.whom,
				mode.port ? arena_printf(&scan->arena, " on port %u", mode.port)
					  : "",
				open.limit),
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
		struct open open = {0};

		if (rule->kind == TREE_MAP && rule->len == 0)
			open = find_texts(scan, policy, 0);
		if (open.whom)
			scan_help(
				scan,
				scan_report(scan,
					    scan_at_policy(policy,
							   tree_span(policy->object->file, rule)),
					    "an empty rule allows every request: any pod in any "
					    "namespace can reach %s, and the policy's other rules "
					    "are of no matter%s",
					    open.whom, open.limit),
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
