/* SPDX-License-Identifier: Apache-2.0 */
/* How pods are isolated: what the rows say of somebody whom no policy can have in mind. */
#include "analyze/coverage_build.h"

#include "base/keyset.h"
#include "compile/world.h"

#include <string.h>

/* How a subject class is isolated in one direction; in the order of the counts. */
enum isolation { DEFAULT_DENY, ALLOW_ALL_RULE, NOT_ISOLATED };

static const enum analyze_count first_counts[POLICY_N_DIRECTIONS] = {
	[POLICY_EGRESS] = ANALYZE_COUNT_EGRESS_DENY,
	[POLICY_INGRESS] = ANALYZE_COUNT_INGRESS_DENY,
};

struct class_answer {
	bool is_known;
	bool asks_identity;
	bool admits_unknown;
	uint8_t isolation[POLICY_N_DIRECTIONS];
	const struct policy_rule *opener[POLICY_N_DIRECTIONS];
};

struct counting {
	struct coverage_builder *builder;
	struct compile_world *world;
	struct class_answer *answers; /* by subject class */
	uint32_t outside;             /* the peer class of most addresses outside */
	struct keyset widened;        /* namespace and cluster-wide policy: counted there */
};

/* The addresses that rules say least of are the most. */
static uint32_t common_outside(const struct compile_world *world)
{
	size_t n;
	const struct compile_range *ranges = compile_ranges(world, IP_V4, &n);
	uint32_t ret = ranges[0].peer_class;
	uint64_t most = 0;

	for (size_t i = 0; i < n; i++) {
		const uint64_t size = ranges[i].range.last.lo - ranges[i].range.first.lo;

		if (size > most) {
			most = size;
			ret = ranges[i].peer_class;
		}
	}
	return ret;
}

/* What a direction of a subject class says of one peer class, over all of its ports. */
struct openness {
	bool some;
	bool all;
	const struct policy_rule *rule; /* that opens the first part */
};

static const struct policy_rule *rule_at(struct compile_world *world, uint32_t subject,
					 enum policy_direction direction,
					 const struct port_range *at, uint32_t peer)
{
	struct compile_row row = {0};
	const struct policy_rule *ret = NULL;

	compile_row(world, subject, direction, at->space, at->first, &row);
	if (!row.is_full)
		ret = row.outcomes[row.cells[peer]].rule;
	compile_row_release(&row);
	return ret;
}

static struct openness openness_of(const struct counting *counting, uint32_t subject,
				   enum policy_direction direction, uint32_t peer)
{
	struct compile_world *world = counting->world;
	struct openness ret = {.all = true};
	struct bitset allowed;
	uint32_t n;
	const struct compile_part *parts = compile_parts(world, subject, direction, &n);

	bitset_init(&allowed, compile_n_peer_classes(world));
	for (uint32_t i = 0; i < n && (ret.all || !ret.some); i++) {
		const struct port_range *at = parts[i].ports.ranges;
		bool is_allowed;

		compile_row_allowed(world, subject, direction, at->space, at->first, &allowed);
		is_allowed = bitset_test(&allowed, peer);
		ret.some |= is_allowed;
		ret.all &= is_allowed;
	}
	bitset_release(&allowed);
	if (ret.all)
		ret.rule = rule_at(world, subject, direction, parts[0].ports.ranges, peer);
	return ret;
}

/*
 * Where nothing isolates, rules may still refuse everything that nobody thought of: then it is denied
 * by default too. The ways into a cluster are pods, those out of it lead outside as well.
 */
static enum isolation isolation_of(const struct counting *counting, uint32_t subject,
				   enum policy_direction direction,
				   const struct policy_rule **ret_opener)
{
	const uint32_t stranger =
		compile_pod_class(counting->world, counting->builder->stranger, 0);
	const struct openness open = openness_of(counting, subject, direction, stranger);
	uint32_t n;

	*ret_opener = open.rule;
	compile_isolating(counting->world, subject, direction, &n);
	if (n)
		return open.all ? ALLOW_ALL_RULE : DEFAULT_DENY;
	if (open.some)
		return NOT_ISOLATED;
	if (direction == POLICY_EGRESS &&
	    openness_of(counting, subject, direction, counting->outside).some)
		return NOT_ISOLATED;
	return DEFAULT_DENY;
}

static bool admits(const struct counting *counting, uint32_t subject)
{
	const uint32_t stranger =
		compile_pod_class(counting->world, counting->builder->stranger, 0);

	return openness_of(counting, subject, POLICY_INGRESS, stranger).some;
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

static const struct class_answer *answer_of(struct counting *counting, uint32_t subject)
{
	struct class_answer *answer = &counting->answers[subject];

	if (answer->is_known)
		return answer;
	answer->is_known = true;
	answer->asks_identity = asks_identity(counting->world, subject);
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		answer->isolation[direction] = (uint8_t)isolation_of(counting, subject, direction,
								     &answer->opener[direction]);
	answer->admits_unknown = admits(counting, subject);
	return answer;
}

/* Rules of cluster-wide policies are as broad as others for the namespaces that they are about. */
static void add_clusterwide(struct counting *counting, struct coverage_place *place, uint32_t ns,
			    uint32_t subject)
{
	uint32_t n;
	const struct policy *const *policies = compile_policies(counting->world, subject, &n);

	for (uint32_t i = 0; i < n; i++) {
		const uint32_t key[2] = {ns, policies[i]->index};
		bool is_new;

		if (policies[i]->ns)
			continue;
		keyset_intern(&counting->widened, key, sizeof(key), &is_new);
		if (is_new)
			coverage_add_breadth(place, policies[i]);
	}
}

static void count_pod(struct counting *counting, const struct model_pod *pod)
{
	struct coverage_place *place = &counting->builder->places[pod->ns->index];
	const uint32_t subject = compile_subject_class(counting->world, pod);
	const struct class_answer *answer = answer_of(counting, subject);

	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
		place->row.counts[first_counts[direction] + answer->isolation[direction]]++;
		if (answer->isolation[direction] == ALLOW_ALL_RULE && !place->opener[direction])
			place->opener[direction] = answer->opener[direction];
	}
	place->row.counts[ANALYZE_COUNT_FROM_UNKNOWN] += answer->admits_unknown;
	place->n_pods++;
	place->n_identity += answer->asks_identity;
	add_clusterwide(counting, place, pod->ns->index, subject);
	counting->builder->n_pods++;
}

static void count_all(struct counting *counting)
{
	const struct model_snapshot *snapshot = counting->builder->cluster->snapshot;

	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		const struct model_pod *pod = snapshot->pods[i];

		if (coverage_counts(pod))
			count_pod(counting, pod);
		else if (pod->host_network && pod->origin == MODEL_DECLARED &&
			 !pod->workload->is_scaled_to_zero)
			counting->builder->places[pod->ns->index]
				.row.counts[ANALYZE_COUNT_HOST_PODS]++;
	}
}

void coverage_count_pods(struct coverage_builder *builder)
{
	const struct model_snapshot *snapshot = builder->cluster->snapshot;
	struct counting counting = {.builder = builder};
	size_t n;

	builder->stranger = analyze_hypothetical_stranger(builder->cluster);
	counting.world = compile_world_new(snapshot, builder->cluster->policies, snapshot->pods,
					   snapshot->n_pods);
	counting.outside = common_outside(counting.world);
	n = compile_n_subject_classes(counting.world);
	counting.answers = vec_grow(NULL, &(size_t){0}, n + 1, sizeof(*counting.answers));
	memset(counting.answers, 0, n * sizeof(*counting.answers));
	count_all(&counting);
	free(counting.answers);
	keyset_release(&counting.widened);
	compile_world_free(counting.world);
}
