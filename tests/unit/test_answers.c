/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What `can` and `map` answer on random clusters is what the specification says (lib/oracle.h).
 *
 *	unit-test_answers    with a fresh seed; BULKHEAD_SEED in the environment repeats a run
 */
#include "analyze/can.h"
#include "analyze/map.h"
#include "lib/cluster.h"
#include "lib/oracle.h"
#include "lib/random_cluster.h"
#include "lib/tap.h"

#include <inttypes.h>
#include <string.h>

#define N_CLUSTERS 150
#define N_QUESTIONS 200

struct world {
	struct random_cluster random;
	struct cluster cluster;
	struct analyze_cluster input; /* the same, as `analyze` wants it */
	struct analyze_endpoints endpoints;
	struct analyze_judge judge;
	struct analyze_map map;
	struct oracle oracle;
	VEC(uint32_t) ports;       /* endpoint × endpoint: port set of the certain connection */
	VEC(uint32_t) endpoint_of; /* by pod */
};

struct totals {
	size_t n_asked;
	size_t n_wrong;
	size_t n_pairs;
	size_t n_ranges;
	size_t n_conditional; /* of the pairs */
};

static void note_connection(void *arg, const struct analyze_map_connection *connection)
{
	struct world *world = arg;

	if (!connection->range && connection->conditions == ANALYZE_MAP_CERTAIN)
		world->ports.items[connection->from * world->map.endpoints.n + connection->to] =
			connection->ports;
}

static void read_map(struct world *world)
{
	const struct analyze_map_options options = {0};
	size_t n;

	analyze_map_build(&world->map, &world->input, &options, &world->cluster.diags);
	n = world->map.endpoints.n;
	for (size_t i = 0; i < n * n; i++)
		vec_push(&world->ports, ANALYZE_PORTS_NONE);
	for (uint32_t i = 0; i < world->cluster.snapshot->n_pods; i++)
		vec_push(&world->endpoint_of, UINT32_MAX);
	for (uint32_t i = 0; i < n; i++)
		for (uint32_t j = 0; j < world->map.endpoints.items[i].n_known; j++)
			world->endpoint_of.items[world->map.endpoints.items[i].pods[j]->index] = i;
	analyze_map_each(&world->map, note_connection, world);
}

static void world_init(struct world *world, uint64_t seed)
{
	*world = (struct world){0};
	random_cluster_init(&world->random, seed);
	cluster_load_text(&world->cluster, "random", world->random.yaml.text, NULL);
	if (world->cluster.diags.n_errors)
		bail("seed %" PRIu64 ": %s", seed, world->cluster.diags.first->message);
	world->input.snapshot = world->cluster.snapshot;
	world->input.policies = world->cluster.policies;
	world->oracle.snapshot = world->cluster.snapshot;
	analyze_endpoints_init(&world->endpoints, &world->input);
	if (analyze_judge_init(&world->judge, &world->input, world->cluster.snapshot->pods,
			       world->cluster.snapshot->n_pods, &world->cluster.diags))
		bail("seed %" PRIu64 ": the table is too big", seed);
	read_map(world);
}

static void world_release(struct world *world)
{
	vec_release(&world->ports);
	vec_release(&world->endpoint_of);
	analyze_map_release(&world->map);
	analyze_judge_release(&world->judge);
	analyze_endpoints_release(&world->endpoints);
	cluster_release(&world->cluster);
	random_cluster_release(&world->random);
}

static bool is_same_side(const struct analyze_side *side, const struct oracle_side *expected)
{
	const enum analyze_verdict verdict = expected->n_conditions ? ANALYZE_CONDITIONAL
					     : expected->is_allowed ? ANALYZE_ALLOW
								    : ANALYZE_DENY;

	if (side->verdict != verdict || side->reason != expected->reason)
		return false;
	if (expected->reason != VERDICT_RULE && expected->reason != VERDICT_CONDITION)
		return true;
	return side->rules.n && side->rules.items[0].policy->object == expected->rule.policy &&
	       side->rules.items[0].rule->index == expected->rule.index;
}

/* An address of a node is asked about as its own node's where the target runs on it. */
static bool is_own_node(const struct world *world, const struct oracle_question *asked)
{
	const struct model_node *node =
		model_find_node_address(world->oracle.snapshot, &asked->src);
	const struct model_pod *pod = model_find_address(world->oracle.snapshot, &asked->dst);

	return node && !model_find_address(world->oracle.snapshot, &asked->src) && pod &&
	       pod->node == node->name;
}

static bool can_agrees(struct world *world, const struct oracle_question *asked,
		       const struct oracle_verdict *expected)
{
	char src[IP_TEXT_SIZE], dst[IP_TEXT_SIZE];
	struct analyze_question question = {
		.from = analyze_endpoint_get(&world->endpoints, ip_format(&asked->src, src),
					     &world->cluster.diags),
		.to = analyze_endpoint_get(&world->endpoints, ip_format(&asked->dst, dst),
					   &world->cluster.diags),
		.port.range = {asked->space, asked->port, asked->port},
	};
	struct analyze_answer answer;
	bool is_same;

	if (!analyze_can(&world->judge, &world->input, &question, &world->cluster.diags, &answer))
		return false;
	is_same = is_same_side(&answer.sides[POLICY_EGRESS], &expected->side[0]) &&
		  is_same_side(&answer.sides[POLICY_INGRESS], &expected->side[1]);
	analyze_answer_release(&answer);
	return is_same;
}

/* "::ffff:192.0.2.1" is an address that nobody may write, so there is no question about it. */
static bool is_mapped(const struct ip_addr *addr)
{
	return addr->family == IP_V6 && !addr->hi && addr->lo >> 32 == 0xffff;
}

/* A pod of two families is one endpoint: what is asked by address stands for both. */
static bool is_one_address(const struct world *world, const struct ip_addr *addr)
{
	const struct model_pod *pod = model_find_address(world->oracle.snapshot, addr);

	return !model_find_service_address(world->oracle.snapshot, addr) &&
	       (!pod || pod->n_ips == 1);
}

static void check_can(struct world *world, struct totals *totals)
{
	char src[IP_TEXT_SIZE], dst[IP_TEXT_SIZE];
	struct oracle_question asked;
	struct oracle_verdict expected;

	random_question(&world->random, world->oracle.snapshot, &asked);
	asked.from_own_node = is_own_node(world, &asked);
	if (asked.space == PORT_ICMP || asked.space == PORT_ICMPV6 ||
	    !is_one_address(world, &asked.src) || !is_one_address(world, &asked.dst) ||
	    is_mapped(&asked.src) || is_mapped(&asked.dst))
		return;
	oracle_judge(&world->oracle, &asked, &expected);
	totals->n_asked++;
	if (can_agrees(world, &asked, &expected) || totals->n_wrong++ > 3)
		return;
	diag("can %s %s %u/%s: expected %d %d and %d %d", ip_format(&asked.src, src),
	     ip_format(&asked.dst, dst), asked.port, port_space_name(asked.space),
	     expected.side[0].is_allowed, expected.side[0].reason, expected.side[1].is_allowed,
	     expected.side[1].reason);
}

static enum analyze_verdict verdict_of(const struct oracle_verdict *verdict)
{
	enum analyze_verdict ret = ANALYZE_ALLOW;

	for (int side = 0; side < 2; side++) {
		if (verdict->side[side].n_conditions && ret == ANALYZE_ALLOW)
			ret = ANALYZE_CONDITIONAL;
		else if (!verdict->side[side].is_allowed && !verdict->side[side].n_conditions)
			ret = ANALYZE_DENY;
	}
	return ret;
}

/* What the best of the families that both pods have says of the port. */
static enum analyze_verdict judge_pods(const struct world *world, const struct model_pod *from,
				       const struct model_pod *to, enum port_space space,
				       uint16_t port)
{
	enum analyze_verdict best = ANALYZE_DENY;

	for (uint32_t i = 0; i < from->n_ips; i++)
		for (uint32_t j = 0; j < to->n_ips; j++) {
			const struct oracle_question asked = {
				.src = from->ips[i],
				.dst = to->ips[j],
				.space = (uint8_t)space,
				.port = port,
				.from_own_node = from->host_network && !to->host_network &&
						 from->node && from->node == to->node,
			};
			struct oracle_verdict verdict;

			if (asked.src.family != asked.dst.family)
				continue;
			oracle_judge(&world->oracle, &asked, &verdict);
			if (best == ANALYZE_DENY || verdict_of(&verdict) == ANALYZE_ALLOW)
				best = verdict_of(&verdict);
		}
	return best;
}

/* A connection that depends on conditions. */
struct conditional {
	const struct world *world;
	uint32_t from;
	uint32_t to;
	struct port_range port;
	bool is_on_map;
};

static void look_for_conditional(void *arg, const struct analyze_map_connection *connection)
{
	struct conditional *wanted = arg;

	if (!connection->range && connection->conditions != ANALYZE_MAP_CERTAIN &&
	    connection->from == wanted->from && connection->to == wanted->to &&
	    port_set_contains(analyze_portsets_get(&wanted->world->map.sets, connection->ports),
			      wanted->port.space, wanted->port.first))
		wanted->is_on_map = true;
}

static const struct model_pod *random_pod(struct world *world)
{
	const struct model_snapshot *snapshot = world->oracle.snapshot;

	return snapshot->pods[random_below(&world->random.random, snapshot->n_pods)];
}

/*
 * A host-network pod whose node's address is also some pod's: by address it cannot be told who is
 * meant.
 */
static bool is_ambiguous(const struct world *world, const struct model_pod *pod)
{
	for (uint32_t i = 0; pod->host_network && i < pod->n_ips; i++)
		if (model_find_address(world->oracle.snapshot, &pod->ips[i]))
			return true;
	return false;
}

static enum analyze_verdict verdict_on_map(struct world *world, const struct model_pod *from,
					   const struct model_pod *to, struct port_range port)
{
	struct conditional conditional = {world, world->endpoint_of.items[from->index],
					  world->endpoint_of.items[to->index], port, false};
	const uint32_t certain =
		world->ports.items[conditional.from * world->map.endpoints.n + conditional.to];

	if (port_set_contains(analyze_portsets_get(&world->map.sets, certain), port.space,
			      port.first))
		return ANALYZE_ALLOW;
	if (world->map.has_conditions)
		analyze_map_each(&world->map, look_for_conditional, &conditional);
	return conditional.is_on_map ? ANALYZE_CONDITIONAL : ANALYZE_DENY;
}

static void check_pair(struct world *world, struct totals *totals)
{
	const struct model_pod *from = random_pod(world), *to = random_pod(world);
	const uint8_t space = (uint8_t)random_below(&world->random.random, PORT_SCTP + 1);
	const uint16_t port = random_pick(&world->random.random, random_port_numbers);
	enum analyze_verdict on_map, expected;

	/* Own nodes are a matter of endpoints, not of their pods one by one. */
	if (from == to || from->host_network || is_ambiguous(world, to))
		return;
	on_map = verdict_on_map(world, from, to, (struct port_range){space, port, port});
	expected = judge_pods(world, from, to, space, port);
	totals->n_pairs++;
	totals->n_conditional += expected == ANALYZE_CONDITIONAL;
	if (on_map == expected || totals->n_wrong++ > 3)
		return;
	diag("map %s/%s to %s/%s %u/%s: %d, expected %d", from->ns->name, from->name, to->ns->name,
	     to->name, port, port_space_name(space), on_map, expected);
}

/* An address outside, and what the map says of it for one pod. */
struct outside {
	const struct world *world;
	const struct oracle_question *asked;
	uint32_t endpoint;
	bool is_on_map;
};

static void look_for(void *arg, const struct analyze_map_connection *connection)
{
	struct outside *outside = arg;

	if (connection->range && connection->to == outside->endpoint &&
	    ip_range_contains(connection->range, &outside->asked->src) &&
	    port_set_contains(analyze_portsets_get(&outside->world->map.sets, connection->ports),
			      outside->asked->space, outside->asked->port))
		outside->is_on_map = true;
}

static void check_outside(struct world *world, struct totals *totals)
{
	const struct model_pod *to = random_pod(world);
	const struct oracle_question asked = {
		.src = world->random.edges.n
			       ? world->random.edges.items[random_below(
					 &world->random.random, (uint32_t)world->random.edges.n)]
			       : ip_v4(0xc0000201),
		.dst = to->ips[0],
		.space = PORT_TCP,
		.port = random_pick(&world->random.random, random_port_numbers),
	};
	struct outside outside = {world, &asked, world->endpoint_of.items[to->index], false};
	struct oracle_verdict verdict;

	if (to->n_ips != 1 || asked.src.family != asked.dst.family || to->host_network ||
	    analyze_is_known_address(world->oracle.snapshot, &asked.src))
		return;
	oracle_judge(&world->oracle, &asked, &verdict);
	if (verdict.side[1].reason == VERDICT_ADDRESS_CONFLICT)
		return;
	analyze_map_each(&world->map, look_for, &outside);
	totals->n_ranges++;
	if (outside.is_on_map == verdict.side[1].is_allowed || totals->n_wrong++ > 3)
		return;
	diag("map from outside to %s/%s", to->ns->name, to->name);
}

int main(void)
{
	const uint64_t seed = random_seed();
	struct totals totals = {0};

	diag("BULKHEAD_SEED=%" PRIu64, seed);
	for (uint64_t i = 0; i < N_CLUSTERS && !totals.n_wrong; i++) {
		struct world world;

		world_init(&world, seed + i);
		for (int j = 0; j < N_QUESTIONS; j++) {
			check_can(&world, &totals);
			check_pair(&world, &totals);
			if (j % 10 == 0)
				check_outside(&world, &totals);
		}
		if (totals.n_wrong)
			diag("cluster %" PRIu64 "\n%s", seed + i, world.random.yaml.text);
		world_release(&world);
	}
	ok_int(totals.n_wrong, 0, "can and map say what the specification says");
	ok(totals.n_asked > 5000, "%zu questions of can", totals.n_asked);
	ok(totals.n_pairs > 5000, "%zu pairs on the map", totals.n_pairs);
	diag("%zu of them conditional", totals.n_conditional);
	ok(totals.n_ranges > 300, "%zu addresses outside", totals.n_ranges);
	return tap_done();
}
