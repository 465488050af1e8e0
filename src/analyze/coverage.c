/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/coverage.h"

#include "analyze/coverage_build.h"
#include "analyze/owner.h"
#include "compile/world.h"

#include <assert.h>
#include <string.h>

const char *analyze_isolation_name(enum analyze_isolation isolation)
{
	static const char *const names[ANALYZE_N_ISOLATIONS] = {
#define X(id, name) [ANALYZE_ISOLATION_##id] = name,
		ANALYZE_ISOLATIONS(X)
#undef X
	};

	assert(isolation < ANALYZE_N_ISOLATIONS);
	return names[isolation];
}

static const struct {
	const char *name;
	const char *words;
} breadths[ANALYZE_N_BREADTHS] = {
#define X(id, name, words) [ANALYZE_BREADTH_##id] = {name, words},
	ANALYZE_BREADTHS(X)
#undef X
};

const char *analyze_breadth_name(enum analyze_breadth breadth)
{
	assert(breadth < ANALYZE_N_BREADTHS);
	return breadths[breadth].name;
}

const char *analyze_breadth_words(enum analyze_breadth breadth)
{
	assert(breadth < ANALYZE_N_BREADTHS);
	return breadths[breadth].words;
}

const char *analyze_state_name(enum analyze_state state)
{
	static const char *const names[ANALYZE_N_STATES] = {
#define X(id, name) [ANALYZE_STATE_##id] = name,
		ANALYZE_STATES(X)
#undef X
	};

	assert(state < ANALYZE_N_STATES);
	return names[state];
}

bool coverage_counts(const struct model_pod *pod)
{
	return pod->origin == MODEL_DECLARED && !pod->host_network &&
	       !pod->workload->is_scaled_to_zero;
}

static bool is_everything(const struct policy_rule *rule, enum policy_action action)
{
	return rule->any_peer && rule->any_port && rule->action == action && !rule->n_not_ports &&
	       !policy_rule_is_conditional(rule);
}

/* Of a subject class; a rule that denies everything isolates as well as a default deny. */
static enum analyze_isolation isolation_of(const struct compile_world *world, uint32_t subject,
					   enum policy_direction direction)
{
	uint32_t n;
	const struct policy *const *policies = compile_policies(world, subject, &n);
	bool is_isolated = false, is_open = false;

	for (uint32_t i = 0; i < n; i++) {
		if (!policy_has_say(policies[i], false))
			continue;
		is_isolated |= policies[i]->isolates[direction];
		for (uint32_t k = 0; k < policies[i]->n_rules[direction]; k++) {
			const struct policy_rule *rule = &policies[i]->rules[direction][k];

			is_isolated |= is_everything(rule, POLICY_DENY);
			is_open |= is_everything(rule, POLICY_ALLOW);
		}
	}
	if (!is_isolated)
		return ANALYZE_ISOLATION_NONE;
	return is_open ? ANALYZE_ISOLATION_ALLOW_ALL_RULE : ANALYZE_ISOLATION_DEFAULT_DENY;
}

static bool asks_identity(const struct compile_world *world, uint32_t subject)
{
	uint32_t n;
	const struct policy *const *policies = compile_policies(world, subject, &n);

	for (uint32_t i = 0; i < n; i++)
		if (policies[i]->is_mesh && policy_has_say(policies[i], false))
			return true;
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		if (compile_has_conditions(world, subject, direction))
			return true;
	return false;
}

struct class_answer {
	bool is_known;
	bool asks_identity;
	uint8_t isolation[POLICY_N_DIRECTIONS];
};

static void count_pod(struct coverage_builder *builder, const struct compile_world *world,
		      struct class_answer *answers, const struct model_pod *pod)
{
	struct analyze_coverage_row *row = &builder->rows[pod->ns->index];
	const uint32_t subject = compile_subject_class(world, pod);
	struct class_answer *answer = &answers[subject];

	if (!answer->is_known) {
		answer->is_known = true;
		answer->asks_identity = asks_identity(world, subject);
		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
			answer->isolation[direction] = isolation_of(world, subject, direction);
	}
	row->n_pods++;
	row->n_identity += answer->asks_identity;
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		row->pods[direction][answer->isolation[direction]]++;
	builder->n_pods++;
}

static void count_pods(struct coverage_builder *builder)
{
	const struct model_snapshot *snapshot = builder->cluster->snapshot;
	struct compile_world *world = compile_world_new(snapshot, builder->cluster->policies,
							snapshot->pods, snapshot->n_pods);
	const size_t n = compile_n_subject_classes(world);
	struct class_answer *answers = vec_grow(NULL, &(size_t){0}, n + 1, sizeof(*answers));

	memset(answers, 0, n * sizeof(*answers));
	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		const struct model_pod *pod = snapshot->pods[i];

		if (coverage_counts(pod))
			count_pod(builder, world, answers, pod);
		else if (pod->host_network && pod->origin == MODEL_DECLARED)
			builder->rows[pod->ns->index].n_host_pods++;
	}
	free(answers);
	compile_world_free(world);
}

static bool is_system(const char *ns)
{
	return strcmp(ns, "kube-system") == 0 || strcmp(ns, "kube-public") == 0 ||
	       strcmp(ns, "kube-node-lease") == 0;
}

static enum analyze_state state_of(const struct analyze_coverage_row *row)
{
	const uint32_t *in = row->pods[POLICY_INGRESS], *out = row->pods[POLICY_EGRESS];

	if (is_system(row->name))
		return ANALYZE_STATE_EXEMPT;
	if (in[ANALYZE_ISOLATION_DEFAULT_DENY] == row->n_pods &&
	    out[ANALYZE_ISOLATION_DEFAULT_DENY] == row->n_pods)
		return ANALYZE_STATE_PROTECTED;
	if (in[ANALYZE_ISOLATION_NONE] == row->n_pods && out[ANALYZE_ISOLATION_NONE] == row->n_pods)
		return ANALYZE_STATE_UNPROTECTED;
	return ANALYZE_STATE_PARTIAL;
}

static void add_row(struct analyze_coverage_row *to, const struct analyze_coverage_row *from)
{
	for (int i = 0; i < ANALYZE_N_STATES; i++)
		to->states[i] += from->states[i];
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		for (int i = 0; i < ANALYZE_N_ISOLATIONS; i++)
			to->pods[direction][i] += from->pods[direction][i];
	for (int i = 0; i < ANALYZE_N_BREADTHS; i++)
		to->broad[i] += from->broad[i];
	to->n_pods += from->n_pods;
	to->n_host_pods += from->n_host_pods;
	to->n_with_dns += from->n_with_dns;
	to->n_bounded += from->n_bounded;
	to->n_identity += from->n_identity;
	to->n_allowed += from->n_allowed;
	to->n_possible += from->n_possible;
	to->n_policies += from->n_policies;
	to->n_owned += from->n_owned;
	to->n_broad += from->n_broad;
}

static int compare_names(const void *left, const void *right)
{
	const struct analyze_coverage_row *a = left, *b = right;

	return strcmp(a->name, b->name);
}

static void add_owner(struct analyze_coverage *coverage, const struct analyze_coverage_row *row)
{
	struct analyze_coverage_row *owner = NULL;

	for (size_t i = 0; i < coverage->owners.n && !owner; i++)
		if (strcmp(coverage->owners.items[i].name, row->owner ? row->owner : "") == 0)
			owner = &coverage->owners.items[i];
	if (!owner) {
		owner = vec_add(&coverage->owners);
		owner->name = row->owner ? row->owner : "";
		owner->level = ANALYZE_NO_LEVEL;
	}
	add_row(owner, row);
}

/* Annotations of namespaces, which the snapshot itself does not have. */
static void find_owners(struct coverage_builder *builder)
{
	const struct model_snapshot *snapshot = builder->cluster->snapshot;

	for (uint32_t i = 0; i < snapshot->n_manifests; i++) {
		const struct model_manifest *manifest = &snapshot->manifests[i];
		const struct model_namespace *ns;

		if (strcmp(manifest->kind, "Namespace") != 0 || *manifest->group)
			continue;
		ns = model_find_namespace(snapshot, manifest->name);
		if (ns)
			builder->rows[ns->index].owner = analyze_owner(manifest->root);
	}
}

static void take_rows(struct coverage_builder *builder)
{
	struct analyze_coverage *coverage = builder->coverage;

	for (uint32_t i = 0; i < builder->n_rows; i++) {
		struct analyze_coverage_row *row = &builder->rows[i];

		if (row->n_pods)
			row->states[state_of(row)]++;
		if (row->n_pods == 0 && row->n_host_pods == 0 && row->n_policies == 0)
			continue;
		coverage_grade(coverage, row);
		vec_push(&coverage->namespaces, *row);
		add_row(&coverage->total, row);
		add_owner(coverage, row);
	}
	if (coverage->owners.n)
		qsort(coverage->owners.items, coverage->owners.n, sizeof(*coverage->owners.items),
		      compare_names);
}

void analyze_coverage_build(struct analyze_coverage *ret, struct analyze_cluster *cluster,
			    const struct analyze_coverage_extras *extras)
{
	const uint32_t n = cluster->snapshot->n_namespaces;
	struct coverage_builder builder = {.coverage = ret, .cluster = cluster, .n_rows = n};

	*ret = (struct analyze_coverage){.cluster = cluster, .extras = *extras};
	arena_init(&ret->arena);
	ret->total.level = ANALYZE_NO_LEVEL;
	builder.rows = vec_grow(NULL, &(size_t){0}, n + 1, sizeof(*builder.rows));
	memset(builder.rows, 0, n * sizeof(*builder.rows));
	for (uint32_t i = 0; i < n; i++)
		builder.rows[i].name = cluster->snapshot->namespaces[i]->name;
	count_pods(&builder);
	coverage_count_policies(&builder);
	coverage_count_pairs(&builder);
	find_owners(&builder);
	take_rows(&builder);
	free(builder.rows);
}

void analyze_coverage_release(struct analyze_coverage *coverage)
{
	vec_release(&coverage->namespaces);
	vec_release(&coverage->owners);
	arena_release(&coverage->arena);
}
