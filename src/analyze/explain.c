/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/explain.h"

#include "analyze/question.h"
#include "analyze/why.h"
#include "compile/world.h"

/* The pods that a rule's peers are, by what they are or by address. */
static bool is_peer(const struct policy_rule *rule, const struct model_snapshot *snapshot,
		    const struct model_pod *subject, const struct model_pod *pod)
{
	struct policy_address address = {.snapshot = snapshot, .subject = subject, .pod = pod};

	for (uint32_t i = 0; i < rule->n_peers; i++) {
		for (uint32_t j = 0; j < pod->n_ips; j++) {
			address.addr = pod->ips[j];
			if (policy_peer_matches(&rule->peers[i], &address))
				return true;
		}
	}
	return rule->any_peer;
}

static void add_rule(struct analyze_explained_policy *policy, const struct analyze_cluster *cluster,
		     const struct policy_rule *rule, const struct model_pod *subject)
{
	const struct model_snapshot *snapshot = cluster->snapshot;
	struct analyze_explained_rule *explained = vec_add(&policy->rules);

	explained->rule = rule;
	for (uint32_t i = 0; i < snapshot->n_pods; i++)
		explained->n_peers += is_peer(rule, snapshot, subject, snapshot->pods[i]);
	for (uint32_t i = 0; rule->direction == POLICY_INGRESS && i < rule->n_ports; i++)
		if (rule->ports[i].kind == POLICY_PORT_NAMED)
			model_pod_named_ports(subject, rule->ports[i].name, rule->ports[i].space,
					      &explained->named);
}

/* A policy is listed for a direction in which it isolates or has rules. */
static void add_direction(struct analyze_explained_pods *group,
			  const struct analyze_cluster *cluster, const struct policy *policy,
			  enum policy_direction direction, const char *no_effect)
{
	struct analyze_explained_policy *explained;

	if (!policy->isolates[direction] && policy->n_rules[direction] == 0)
		return;
	explained = vec_add(&group->policies[direction]);
	explained->policy = policy;
	explained->isolates = policy->isolates[direction];
	explained->no_effect = no_effect;
	group->is_isolated[direction] |= policy->isolates[direction] && !no_effect;
	for (uint32_t i = 0; i < policy->n_rules[direction]; i++)
		add_rule(explained, cluster, &policy->rules[direction][i], group->pods[0]);
}

static void add_policy(struct analyze_explained_pods *group, const struct analyze_cluster *cluster,
		       const struct policy *policy, const char *no_effect)
{
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		add_direction(group, cluster, policy, direction, no_effect);
}

/* Whether a policy of the mesh would select the pod if it were in the mesh. */
static bool is_missed(const struct policy *policy, const struct model_pod *pod)
{
	struct model_pod in_mesh = *pod;

	in_mesh.in_mesh = true;
	return policy->is_mesh && !pod->in_mesh &&
	       policy_subject_matches(&policy->subject, &in_mesh);
}

/* Policies that people may believe in. */
static void add_idle(struct analyze_explained_pods *group, const struct analyze_cluster *cluster)
{
	const struct policy_set *set = cluster->policies;
	const struct model_pod *pod = group->pods[0];

	for (uint32_t i = 0; i < set->n_policies; i++)
		if (is_missed(set->policies[i], pod))
			add_policy(group, cluster, set->policies[i], "not in the mesh");
	for (uint32_t i = 0; i < set->n_idle; i++)
		if (policy_subject_matches(&set->idle[i]->subject, pod))
			add_policy(group, cluster, set->idle[i], set->idle[i]->no_effect);
}

static void fill_group(struct analyze_explained_pods *group, const struct analyze_cluster *cluster,
		       struct compile_world *world, uint32_t class)
{
	const struct policy *const *policies;
	uint32_t n;

	if (class == COMPILE_NONE)
		return;
	policies = compile_policies(world, class, &n);
	for (uint32_t i = 0; i < n; i++)
		add_policy(group, cluster, policies[i],
			   policies[i]->is_staged ? "only staged" : NULL);
	add_idle(group, cluster);
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		analyze_per_pod_reading(world, class, direction, &group->per_pod[direction]);
}

static void add_group(struct analyze_explanation *explanation,
		      const struct analyze_cluster *cluster, struct compile_world *world,
		      uint32_t class)
{
	const struct analyze_endpoint *endpoint = explanation->endpoint;
	struct analyze_explained_pods *group = vec_add(&explanation->groups);

	group->pods =
		arena_alloc_n(&explanation->arena, endpoint->n_pods, sizeof(struct model_pod *));
	for (uint32_t i = 0; i < endpoint->n_pods; i++)
		if (compile_subject_class(world, endpoint->pods[i]) == class)
			group->pods[group->n_pods++] = endpoint->pods[i];
	fill_group(group, cluster, world, class);
}

static bool is_first_of_class(const struct analyze_endpoint *endpoint,
			      const struct compile_world *world, uint32_t at)
{
	const uint32_t class = compile_subject_class(world, endpoint->pods[at]);

	for (uint32_t i = 0; i < at; i++)
		if (compile_subject_class(world, endpoint->pods[i]) == class)
			return false;
	return true;
}

static bool has_backend(const struct model_service *service,
			const struct analyze_endpoint *endpoint)
{
	for (uint32_t i = 0; i < service->n_backends; i++)
		for (uint32_t j = 0; j < endpoint->n_pods; j++)
			if (service->backends[i] == endpoint->pods[j])
				return true;
	return false;
}

bool analyze_explain(const struct analyze_cluster *cluster, const struct analyze_endpoint *endpoint,
		     struct diag_list *diags, struct analyze_explanation *ret)
{
	const struct model_snapshot *snapshot = cluster->snapshot;
	struct compile_world *world;

	if (endpoint->n_pods == 0) {
		analyze_refuse(diags, "%s has no pods, and policies apply to pods only",
			       endpoint->id);
		return false;
	}
	*ret = (struct analyze_explanation){
		.endpoint = endpoint, .cluster = cluster, .policies = cluster->policies};
	arena_init(&ret->arena);
	world = compile_world_new(snapshot, cluster->policies, endpoint->pods, endpoint->n_pods);
	for (uint32_t i = 0; i < endpoint->n_pods; i++)
		if (is_first_of_class(endpoint, world, i))
			add_group(ret, cluster, world,
				  compile_subject_class(world, endpoint->pods[i]));
	compile_world_free(world);
	analyze_ties_find(cluster, endpoint->pods, endpoint->n_pods, &ret->ties);
	for (uint32_t i = 0; i < snapshot->n_services; i++)
		if (has_backend(snapshot->services[i], endpoint))
			vec_push(&ret->services, snapshot->services[i]);
	return true;
}

static void release_policy(struct analyze_explained_policy *policy)
{
	for (size_t i = 0; i < policy->rules.n; i++)
		port_set_release(&policy->rules.items[i].named);
	vec_release(&policy->rules);
}

void analyze_explanation_release(struct analyze_explanation *explanation)
{
	for (size_t i = 0; i < explanation->groups.n; i++) {
		struct analyze_explained_pods *group = &explanation->groups.items[i];

		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
			for (size_t j = 0; j < group->policies[direction].n; j++)
				release_policy(&group->policies[direction].items[j]);
			vec_release(&group->policies[direction]);
		}
	}
	vec_release(&explanation->groups);
	analyze_ties_release(&explanation->ties);
	vec_release(&explanation->services);
	arena_release(&explanation->arena);
}
