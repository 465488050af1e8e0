/* SPDX-License-Identifier: Apache-2.0 */
#include "render/render.h"

#include "analyze/text.h"
#include "render/aside.h"
#include "render/place.h"

#include <stdio.h>
#include <string.h>

static const char *const direction_words[POLICY_N_DIRECTIONS] = {
	[POLICY_EGRESS] = "egress, what it may reach",
	[POLICY_INGRESS] = "ingress, who may reach it",
};

static void print_place(const struct diag_span *span)
{
	place_print(span, 3);
	putchar('\n');
}

static void print_pod(const struct model_pod *pod)
{
	char text[IP_TEXT_SIZE];

	printf("  pod %s/%s", pod->ns->name, pod->name);
	for (uint32_t i = 0; i < pod->n_ips; i++)
		printf("  %s", ip_format(&pod->ips[i], text));
	printf("%s%s%s%s\n", pod->is_address_assumed ? " (assumed)" : "",
	       pod->host_network ? "  on the host network" : "", pod->node ? "  on " : "",
	       pod->node ? pod->node : "");
}

static void print_labels(const struct model_pod *pod)
{
	fputs("  labels", stdout);
	for (uint32_t i = 0; i < pod->labels.n; i++)
		printf("%s %s=%s", i ? "," : "", pod->labels.items[i].key,
		       pod->labels.items[i].value);
	puts(pod->labels.n ? "" : " none");
}

/* Who the pod is to the mesh, where there is one. */
static void print_account(const struct model_pod *pod, const struct analyze_cluster *cluster)
{
	const struct policy_set *policies = cluster->policies;
	const bool in_mesh = analyze_cluster_in_mesh(cluster, pod);
	bool has_mesh = in_mesh;

	for (uint32_t i = 0; i < policies->n_tiers; i++)
		has_mesh |= policies->tiers[i].layer == POLICY_LAYER_MESH;
	if (has_mesh)
		printf("  service account %s, %s the mesh\n", pod->account->name,
		       in_mesh ? "in" : "not in");
}

static void print_rule(const struct analyze_explained_rule *explained)
{
	const struct policy_rule *rule = explained->rule;
	struct strbuf text = {0};

	strbuf_addstr(&text, "       ");
	analyze_rule_text(rule, &text);
	strbuf_printf(&text, " %s %s ", policy_action_name(rule->action),
		      rule->direction == POLICY_EGRESS ? "to" : "from");
	analyze_peers_text(rule, &text);
	strbuf_addstr(&text, " on ");
	analyze_rule_ports_text(rule, &text);
	if (explained->named.n) {
		strbuf_addstr(&text, " (here ");
		analyze_ports_text(&explained->named, &text);
		strbuf_addch(&text, ')');
	}
	if (policy_rule_is_conditional(rule))
		strbuf_addstr(&text, " if ");
	policy_condition_text(rule, &text);
	if (!rule->any_peer && explained->n_peers == 0)
		strbuf_addstr(&text, "   no pod of the input");
	fputs(strbuf_str(&text), stdout);
	print_place(&rule->span);
	strbuf_release(&text);
}

static void print_policy(const struct analyze_explained_policy *explained, size_t number)
{
	const struct policy *policy = explained->policy;
	struct strbuf text = {0};

	analyze_policy_text(policy, &text);
	printf("    %zu. %s %s%s", number, policy->kind, strbuf_str(&text),
	       explained->isolates ? " isolates" : "");
	if (strcmp(policy->group, "networking.k8s.io") != 0)
		printf(", %s, tier %s", policy->group, policy->tier_key.title);
	if (explained->no_effect)
		printf(", no effect: %s", explained->no_effect);
	strbuf_release(&text);
	print_place(&policy->span);
	for (size_t i = 0; i < explained->rules.n; i++)
		print_rule(&explained->rules.items[i]);
}

/* "ClusterNetworkPolicy x ingress[0]" */
static void print_ref(const struct policy_rule *rule)
{
	struct strbuf text = {0};

	strbuf_printf(&text, "%s ", rule->policy->kind);
	analyze_decider_text(rule->policy, rule, &text);
	fputs(strbuf_str(&text), stdout);
	strbuf_release(&text);
}

/* Isolation read per pod, where that makes a difference. */
static void print_reading(const struct analyze_reading *reading)
{
	struct strbuf text = {0};

	if (!reading->rule)
		return;
	analyze_policy_text(reading->policy, &text);
	printf("    read per pod instead of per direction, NetworkPolicy %s would be final here "
	       "too, and\n"
	       "    what ",
	       strbuf_str(&text));
	print_ref(reading->rule);
	puts(" denies would be allowed");
	strbuf_release(&text);
}

static void print_direction(const struct analyze_explained_pods *group,
			    enum policy_direction direction)
{
	printf("  %s: ", direction_words[direction]);
	if (group->pods[0]->host_network)
		puts(analyze_reason_text(VERDICT_HOST_NETWORK));
	else if (group->is_isolated[direction])
		puts("isolated, only what a rule allows");
	else if (group->policies[direction].n)
		puts("everybody, unless a rule says otherwise");
	else
		puts("everybody, nothing isolates it");
	for (size_t i = 0; i < group->policies[direction].n; i++)
		print_policy(&group->policies[direction].items[i], i + 1);
	print_reading(&group->per_pod[direction]);
}

static void print_tie(const struct analyze_tie *tie)
{
	struct port_set ports = {0};
	struct strbuf text = {0};

	port_set_add(&ports, tie->ports);
	analyze_ports_text(&ports, &text);
	fputs("  equal priority: ", stdout);
	print_ref(tie->first);
	fputs(" and ", stdout);
	print_ref(tie->second);
	printf(" do not agree on %s; the former is taken to be first, by its name\n",
	       strbuf_str(&text));
	strbuf_release(&text);
	port_set_release(&ports);
}

void render_explain_text(const struct analyze_explanation *explanation, bool color)
{
	printf("%s%s%s   %u pod%s\n", color ? "\033[1m" : "", explanation->endpoint->id,
	       color ? "\033[0m" : "", explanation->endpoint->n_pods,
	       explanation->endpoint->n_pods == 1 ? "" : "s");
	for (size_t i = 0; i < explanation->services.n; i++)
		printf("  behind Service %s/%s\n", explanation->services.items[i]->ns->name,
		       explanation->services.items[i]->name);
	for (size_t i = 0; i < explanation->groups.n; i++) {
		const struct analyze_explained_pods *group = &explanation->groups.items[i];

		for (uint32_t j = 0; j < group->n_pods; j++)
			print_pod(group->pods[j]);
		print_labels(group->pods[0]);
		print_account(group->pods[0], explanation->cluster);
		printf("  before any policy: it reaches itself, and its own node reaches it%s\n",
		       explanation->policies->rules_own_node ? ", unless a rule denies that" : "");
		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
			print_direction(group, direction);
	}
	for (size_t i = 0; i < explanation->ties.n; i++)
		print_tie(&explanation->ties.items[i]);
	render_aside_text(explanation->cluster, "  ");
}

static void render_labels(struct json *json, const char *key, const struct model_labels *labels)
{
	json_key(json, key);
	json_object(json);
	for (uint32_t i = 0; i < labels->n; i++)
		json_field(json, labels->items[i].key, labels->items[i].value);
	json_end(json);
}

static void render_pod(struct json *json, const struct analyze_cluster *cluster,
		       const struct model_pod *pod)
{
	char text[IP_TEXT_SIZE];

	json_object(json);
	json_field(json, "name", pod->name);
	render_labels(json, "labels", &pod->labels);
	json_field(json, "serviceAccount", pod->account->name);
	json_key(json, "inMesh");
	json_bool(json, analyze_cluster_in_mesh(cluster, pod));
	json_key(json, "addresses");
	json_array(json);
	for (uint32_t i = 0; i < pod->n_ips; i++)
		json_string(json, ip_format(&pod->ips[i], text));
	json_end(json);
	json_key(json, "addressAssumed");
	json_bool(json, pod->is_address_assumed);
	json_field(json, "node", pod->node);
	json_key(json, "hostNetwork");
	json_bool(json, pod->host_network);
	json_end(json);
}

static void render_rule(struct json *json, const struct analyze_explained_rule *explained)
{
	const struct analyze_ref ref = {explained->rule->policy, explained->rule, 0};

	json_object(json);
	json_key(json, "rule");
	render_ref_json(json, &ref);
	render_rule_peers_json(json, explained->rule);
	json_key(json, "peerPods");
	json_uint(json, explained->n_peers);
	render_rule_ports_json(json, explained->rule);
	json_key(json, "namedPorts");
	render_ports_json(json, &explained->named);
	json_end(json);
}

static void render_policy(struct json *json, const struct analyze_explained_policy *explained)
{
	const struct analyze_ref ref = {explained->policy, NULL, 0};

	json_object(json);
	json_key(json, "policy");
	render_ref_json(json, &ref);
	json_key(json, "isolates");
	json_bool(json, explained->isolates);
	if (explained->no_effect)
		json_field(json, "noEffect", explained->no_effect);
	json_key(json, "rules");
	json_array(json);
	for (size_t i = 0; i < explained->rules.n; i++)
		render_rule(json, &explained->rules.items[i]);
	json_end(json);
	json_end(json);
}

static void render_rule_ref(struct json *json, const char *key, const struct policy_rule *rule)
{
	const struct analyze_ref ref = {rule->policy, rule, 0};

	json_key(json, key);
	render_ref_json(json, &ref);
}

static void render_reading(struct json *json, const struct analyze_reading *reading)
{
	const struct analyze_ref policy = {reading->policy, NULL, 0};

	json_key(json, "perPodReading");
	if (!reading->rule) {
		json_null(json);
		return;
	}
	json_object(json);
	json_key(json, "final");
	render_ref_json(json, &policy);
	render_rule_ref(json, "notAsked", reading->rule);
	json_end(json);
}

static void render_group(struct json *json, const struct analyze_cluster *cluster,
			 const struct analyze_explained_pods *group)
{
	json_object(json);
	json_key(json, "pods");
	json_array(json);
	for (uint32_t i = 0; i < group->n_pods; i++)
		render_pod(json, cluster, group->pods[i]);
	json_end(json);
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
		json_key(json, policy_direction_name(direction));
		json_object(json);
		json_key(json, "isolated");
		json_bool(json, group->is_isolated[direction]);
		json_key(json, "policies");
		json_array(json);
		for (size_t i = 0; i < group->policies[direction].n; i++)
			render_policy(json, &group->policies[direction].items[i]);
		json_end(json);
		render_reading(json, &group->per_pod[direction]);
		json_end(json);
	}
	json_end(json);
}

static void render_tie(struct json *json, const struct analyze_tie *tie)
{
	struct port_set ports = {0};

	port_set_add(&ports, tie->ports);
	json_object(json);
	render_rule_ref(json, "first", tie->first);
	render_rule_ref(json, "second", tie->second);
	json_key(json, "ports");
	render_ports_json(json, &ports);
	json_end(json);
	port_set_release(&ports);
}

void render_explain_json(const struct analyze_explanation *explanation)
{
	struct json json;

	json_init(&json, stdout, 2);
	json_object(&json);
	json_field(&json, "schema", "bulkhead.explain/v1");
	json_field(&json, "endpoint", explanation->endpoint->id);
	json_key(&json, "services");
	json_array(&json);
	for (size_t i = 0; i < explanation->services.n; i++) {
		json_object(&json);
		json_field(&json, "namespace", explanation->services.items[i]->ns->name);
		json_field(&json, "name", explanation->services.items[i]->name);
		json_end(&json);
	}
	json_end(&json);
	json_key(&json, "groups");
	json_array(&json);
	for (size_t i = 0; i < explanation->groups.n; i++)
		render_group(&json, explanation->cluster, &explanation->groups.items[i]);
	json_end(&json);
	json_key(&json, "ties");
	json_array(&json);
	for (size_t i = 0; i < explanation->ties.n; i++)
		render_tie(&json, &explanation->ties.items[i]);
	json_end(&json);
	render_aside_json(&json, explanation->cluster);
	json_end(&json);
}
