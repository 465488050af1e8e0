/* SPDX-License-Identifier: Apache-2.0 */
/*
 * On random pairs of inputs, what was allowed before and what `diff` adds and removes is what is allowed
 * after: for pods of the input, for peers that it does not show, and for addresses outside. Both inputs are
 * judged by the specification (lib/oracle.h).
 *
 *	unit-test_diff    with a fresh seed; BULKHEAD_SEED in the environment repeats a run
 */
#include "analyze/diff.h"
#include "lib/cluster.h"
#include "lib/oracle.h"
#include "lib/random_cluster.h"
#include "lib/tap.h"

#include <inttypes.h>
#include <string.h>

#define N_PAIRS 150
#define N_QUESTIONS 300

struct world {
	struct random_cluster random;
	struct strbuf yaml[ANALYZE_N_SIDES];
	struct cluster clusters[ANALYZE_N_SIDES];
	struct analyze_cluster inputs[ANALYZE_N_SIDES];
	struct oracle oracles[ANALYZE_N_SIDES];
	struct analyze_diff diff;
	struct hash_map between; /* from << 32 | to → position of the change, + 1 */
};

struct totals {
	size_t n_wrong;
	size_t n_asked;
	size_t n_changed;      /* answers that are not what they were */
	size_t n_hypothetical; /* of these, with a peer that no input shows */
	size_t n_outside;      /* of these, with an address outside */
	size_t n_explained;    /* changes between ends that are there before and after */
	size_t n_unexplained;  /* of these, without a rule or a policy that made them */
	size_t n_missed;       /* peers without an endpoint, whose change nobody else has */
};

static bool is_policy(const char *document, size_t len)
{
	return memmem(document, len, "Policy\n", 7) != NULL;
}

/* The documents of a text that are policies, or are not, each with a chance. */
static void copy_documents(struct random *random, const char *text, bool policies, unsigned chance,
			   struct strbuf *ret)
{
	for (const char *at = text; at && *at;) {
		const char *next = strstr(at + 4, "---\n");
		const size_t len = next ? (size_t)(next - at) : strlen(at);

		if (is_policy(at, len) == policies && random_chance(random, chance))
			strbuf_add(ret, at, len);
		at = next;
	}
}

static void note_pair(void *arg, const struct analyze_diff_pair *pair)
{
	struct world *world = arg;

	if (pair->from != ANALYZE_MAP_OUTSIDE && pair->to != ANALYZE_MAP_OUTSIDE)
		*hash_map_put(&world->between, (uint64_t)pair->from << 32 | pair->to, NULL) =
			(uint64_t)(pair->change - world->diff.changes.items) + 1;
}

/* The pods of one cluster; most of its policies before, and others' after. */
static void write_inputs(struct world *world, uint64_t seed)
{
	struct random *random = &world->random.random;
	struct random_cluster other;

	random_cluster_init(&world->random, seed);
	random_cluster_init(&other, seed + 1000003);
	for (int side = 0; side < ANALYZE_N_SIDES; side++) {
		copy_documents(random, world->random.yaml.text, false, 95, &world->yaml[side]);
		copy_documents(random, world->random.yaml.text, true, 80, &world->yaml[side]);
	}
	copy_documents(random, other.yaml.text, true, 15, &world->yaml[ANALYZE_NEW]);
	random_cluster_release(&other);
}

static void world_init(struct world *world, uint64_t seed)
{
	struct analyze_diff_options options = {0};

	*world = (struct world){0};
	write_inputs(world, seed);
	for (int side = 0; side < ANALYZE_N_SIDES; side++) {
		struct cluster *cluster = &world->clusters[side];

		cluster_load_text(cluster, "random", world->yaml[side].text, NULL);
		if (cluster->diags.n_errors)
			bail("seed %" PRIu64 ": %s", seed, cluster->diags.first->message);
		world->inputs[side].snapshot = cluster->snapshot;
		world->inputs[side].policies = cluster->policies;
		world->oracles[side].snapshot = cluster->snapshot;
		options.clusters[side] = &world->inputs[side];
	}
	analyze_diff_build(&world->diff, &options, &world->clusters[ANALYZE_NEW].diags);
	analyze_diff_each(&world->diff, note_pair, world);
}

static void world_release(struct world *world)
{
	hash_map_release(&world->between);
	analyze_diff_release(&world->diff);
	for (int side = 0; side < ANALYZE_N_SIDES; side++) {
		cluster_release(&world->clusters[side]);
		strbuf_release(&world->yaml[side]);
	}
	random_cluster_release(&world->random);
}

/* A pod of the endpoint on one side, NULL: it is not there, or policies do not apply to it. */
static const struct model_pod *pick_pod(struct world *world, enum analyze_diff_side side,
					const struct analyze_diff_endpoint *endpoint)
{
	const struct analyze_map_endpoint *at;

	if (endpoint->at[side] == ANALYZE_MAP_OUTSIDE)
		return NULL;
	at = &world->diff.maps[side].endpoints.items[endpoint->at[side]];
	if (at->host_network || !at->n_known)
		return NULL;
	return at->pods[random_below(&world->random.random, at->n_known)];
}

/* An address that two pods claim is nobody's: the pod does not have that family. */
static const struct ip_addr *address_in(const struct model_snapshot *snapshot,
					const struct model_pod *pod, enum ip_family family)
{
	for (uint32_t i = 0; i < pod->n_ips; i++)
		if (pod->ips[i].family == family &&
		    !model_is_closed_address(snapshot, &pod->ips[i]))
			return &pod->ips[i];
	return NULL;
}

/* What the specification says of one side. */
static bool is_allowed(const struct world *world, enum analyze_diff_side side,
		       const struct ip_addr *src, const struct ip_addr *dst,
		       const struct oracle_question *asked)
{
	struct oracle_question question = *asked;
	struct oracle_verdict verdict;

	question.src = *src;
	question.dst = *dst;
	oracle_judge(&world->oracles[side], &question, &verdict);
	return verdict.side[0].is_allowed && verdict.side[1].is_allowed;
}

/* What the change says of one side. */
static bool is_in(const struct world *world, const struct analyze_diff_change *change,
		  enum analyze_diff_side side, const struct oracle_question *asked,
		  enum ip_family family)
{
	const uint32_t *by_family = change->ports.by_family[side];
	const uint32_t number = by_family[0] != by_family[1] ? by_family[family == IP_V6]
							     : change->ports.ports[side];

	return port_set_contains(analyze_portsets_get(world->diff.sets, number), asked->space,
				 asked->port);
}

/* Answers that hang on names are no answers of the addresses alone. */
static bool is_open(const struct world *world, enum analyze_diff_side side,
		    const struct ip_addr *src, const struct ip_addr *dst,
		    const struct oracle_question *asked)
{
	struct oracle_question question = *asked;
	struct oracle_verdict verdict;

	question.src = *src;
	question.dst = *dst;
	oracle_judge(&world->oracles[side], &question, &verdict);
	return verdict.side[0].n_conditions || verdict.side[1].n_conditions;
}

/* One question to both sides, and to the change between these ends (NULL: there is none). */
static void check(struct world *world, const struct analyze_diff_change *change,
		  const struct ip_addr *const src[], const struct ip_addr *const dst[],
		  const struct oracle_question *asked, struct totals *totals)
{
	bool allowed[ANALYZE_N_SIDES];
	bool is_right = true;

	for (int side = 0; side < ANALYZE_N_SIDES; side++) {
		/* Two endpoints may be pods of one that was split: a pod to itself is no question. */
		if (ip_equal(src[side], dst[side]) ||
		    is_open(world, side, src[side], dst[side], asked))
			return;
		allowed[side] = is_allowed(world, side, src[side], dst[side], asked);
		if (change)
			is_right &= is_in(world, change, side, asked, src[side]->family) ==
				    allowed[side];
	}
	if (!change)
		is_right = allowed[ANALYZE_OLD] == allowed[ANALYZE_NEW];
	totals->n_asked++;
	totals->n_changed += allowed[ANALYZE_OLD] != allowed[ANALYZE_NEW];
	if (!is_right && totals->n_wrong++ < 5) {
		char from[IP_TEXT_SIZE], to[IP_TEXT_SIZE];

		diag("%s → %s %s/%u: %d before, %d after, the change %s", ip_format(src[0], from),
		     ip_format(dst[0], to), port_space_name(asked->space), asked->port,
		     allowed[ANALYZE_OLD], allowed[ANALYZE_NEW],
		     change ? "says otherwise" : "is missing");
	}
}

static void pick_port(struct world *world, struct oracle_question *ret)
{
	random_question(&world->random, world->clusters[ANALYZE_NEW].snapshot, ret);
	ret->from_own_node = false;
}

static bool fits_family(const struct oracle_question *asked, enum ip_family family)
{
	return asked->space != (family == IP_V4 ? PORT_ICMPV6 : PORT_ICMP);
}

static void ask_pods(struct world *world, struct totals *totals)
{
	const size_t n = world->diff.endpoints.n;
	const uint32_t from = random_below(&world->random.random, (uint32_t)n);
	const uint32_t to = random_below(&world->random.random, (uint32_t)n);
	const struct analyze_diff_endpoint *ends[] = {&world->diff.endpoints.items[from],
						      &world->diff.endpoints.items[to]};
	const enum ip_family family = random_chance(&world->random.random, 70) ? IP_V4 : IP_V6;
	const struct ip_addr *addrs[2][ANALYZE_N_SIDES];
	struct oracle_question asked;
	const size_t n_changed = totals->n_changed;
	uint64_t *change;

	if (from == to || (ends[0]->is_hypothetical && ends[1]->is_hypothetical &&
			   !ends[0]->is_subject && !ends[1]->is_subject))
		return;
	for (int end = 0; end < 2; end++)
		for (int side = 0; side < ANALYZE_N_SIDES; side++) {
			const struct model_snapshot *snapshot = world->clusters[side].snapshot;
			const struct model_pod *pod = pick_pod(world, side, ends[end]);

			addrs[end][side] = pod ? address_in(snapshot, pod, family) : NULL;
			if (!addrs[end][side])
				return;
		}
	pick_port(world, &asked);
	if (!fits_family(&asked, family))
		return;
	change = hash_map_get(&world->between, (uint64_t)from << 32 | to);
	check(world, change ? &world->diff.changes.items[*change - 1] : NULL, addrs[0], addrs[1],
	      &asked, totals);
	totals->n_hypothetical += totals->n_changed - n_changed &&
				  (ends[0]->is_hypothetical || ends[1]->is_hypothetical);
}

struct outside {
	const struct ip_addr *addr;
	uint32_t end;
	bool is_egress;
	const struct analyze_diff_change *change;
};

static void find_range(void *arg, const struct analyze_diff_pair *pair)
{
	struct outside *outside = arg;
	const uint32_t end = outside->is_egress ? pair->from : pair->to;
	const uint32_t other = outside->is_egress ? pair->to : pair->from;

	if (end == outside->end && other == ANALYZE_MAP_OUTSIDE &&
	    ip_range_contains(&pair->change->range, outside->addr))
		outside->change = pair->change;
}

static bool is_outside(const struct world *world, const struct ip_addr *addr)
{
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		if (analyze_is_known_address(world->clusters[side].snapshot, addr))
			return false;
	return true;
}

static void ask_outside(struct world *world, struct totals *totals)
{
	const struct random_cluster *random = &world->random;
	struct outside outside = {
		.end = random_below(&world->random.random, (uint32_t)world->diff.endpoints.n),
		.is_egress = random_chance(&world->random.random, 50),
	};
	const struct analyze_diff_endpoint *endpoint = &world->diff.endpoints.items[outside.end];
	const struct ip_addr *inside[ANALYZE_N_SIDES], *there[ANALYZE_N_SIDES];
	const size_t n_changed = totals->n_changed;
	struct oracle_question asked;

	if (!random->edges.n || (endpoint->is_hypothetical && !endpoint->is_subject))
		return;
	outside.addr =
		&random->edges.items[random_below(&world->random.random, (uint32_t)random->edges.n)];
	for (int side = 0; side < ANALYZE_N_SIDES; side++) {
		const struct model_pod *pod = pick_pod(world, side, endpoint);

		inside[side] =
			pod ? address_in(world->clusters[side].snapshot, pod, outside.addr->family)
			    : NULL;
		there[side] = outside.addr;
		if (!inside[side])
			return;
	}
	pick_port(world, &asked);
	if (!is_outside(world, outside.addr) || !fits_family(&asked, outside.addr->family))
		return;
	for (size_t i = 0; i < world->diff.changes.n; i++)
		analyze_diff_unfold(&world->diff, &world->diff.changes.items[i], find_range,
				    &outside);
	check(world, outside.change, outside.is_egress ? inside : there,
	      outside.is_egress ? there : inside, &asked, totals);
	totals->n_outside += totals->n_changed - n_changed;
}

/* The pod of a peer in one of the maps, where all peers stand last. */
static const struct model_pod *peer_in(const struct analyze_map *map, uint32_t n_peers,
				       uint32_t number)
{
	return map->endpoints.items[map->endpoints.n - n_peers + number].pods[0];
}

/* A peer that is no endpoint may not be the only one to whom something changes. */
static void ask_dropped(struct world *world, struct totals *totals)
{
	const struct analyze_hypotheticals *peers = &world->diff.peers;
	const uint32_t number = random_below(&world->random.random, (uint32_t)peers->items.n);
	const struct analyze_diff_endpoint *endpoint = &world->diff.endpoints.items[random_below(
		&world->random.random, (uint32_t)world->diff.endpoints.n)];
	const struct ip_addr *src[ANALYZE_N_SIDES], *dst[ANALYZE_N_SIDES];
	struct oracle_question asked;
	bool allowed[ANALYZE_N_SIDES];

	if (endpoint->is_hypothetical)
		return;
	for (int side = 0; side < ANALYZE_N_SIDES; side++) {
		const struct analyze_map *map = &world->diff.maps[side];
		const struct model_pod *target = pick_pod(world, side, endpoint);
		const struct model_pod *peer = peer_in(map, (uint32_t)peers->items.n, number);

		src[side] = address_in(map->snapshot, peer, IP_V4);
		dst[side] = target ? address_in(map->snapshot, target, IP_V4) : NULL;
		if (!dst[side] || !src[side])
			return;
	}
	pick_port(world, &asked);
	for (int side = 0; side < ANALYZE_N_SIDES; side++) {
		if (asked.space == PORT_ICMPV6 ||
		    is_open(world, side, src[side], dst[side], &asked))
			return;
		allowed[side] = is_allowed(world, side, src[side], dst[side], &asked);
	}
	totals->n_missed += allowed[ANALYZE_OLD] != allowed[ANALYZE_NEW] && !world->diff.changes.n;
}

/*
 * The same pod before and after, with the same addresses of its own: one that two claim is closed, and
 * where replicas come and go it may be the node of one that lets somebody in.
 */
static bool is_lasting(const struct analyze_diff *diff, uint32_t end)
{
	const struct model_pod *pods[ANALYZE_N_SIDES];

	if (end == ANALYZE_MAP_OUTSIDE)
		return true;
	for (int side = 0; side < ANALYZE_N_SIDES; side++) {
		const struct analyze_map *map = &diff->maps[side];
		const uint32_t at = diff->endpoints.items[end].at[side];

		if (at == ANALYZE_MAP_OUTSIDE || map->endpoints.items[at].n_known != 1)
			return false;
		pods[side] = map->endpoints.items[at].pods[0];
		for (uint32_t i = 0; i < pods[side]->n_ips; i++)
			if (model_is_closed_address(map->snapshot, &pods[side]->ips[i]))
				return false;
	}
	return pods[ANALYZE_OLD]->n_ips == pods[ANALYZE_NEW]->n_ips &&
	       strcmp(pods[ANALYZE_OLD]->name, pods[ANALYZE_NEW]->name) == 0;
}

struct explaining {
	struct world *world;
	struct totals *totals;
};

/* The pods are the same before and after, so that policies made the change. */
static void explain_pair(void *arg, const struct analyze_diff_pair *pair)
{
	const struct explaining *explaining = arg;
	struct analyze_refs refs[ANALYZE_N_SIDES] = {0};

	if (random_below(&explaining->world->random.random, 10) ||
	    !is_lasting(&explaining->world->diff, pair->from) ||
	    !is_lasting(&explaining->world->diff, pair->to))
		return;
	analyze_diff_why(&explaining->world->diff, pair, refs);
	explaining->totals->n_explained++;
	explaining->totals->n_unexplained += !refs[ANALYZE_OLD].n && !refs[ANALYZE_NEW].n;
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		analyze_refs_release(&refs[side]);
}

static void run_pair(uint64_t seed, struct totals *totals)
{
	const size_t n_wrong = totals->n_wrong;
	struct world world;
	struct explaining explaining = {&world, totals};

	world_init(&world, seed);
	analyze_diff_each(&world.diff, explain_pair, &explaining);
	for (int i = 0; i < N_QUESTIONS; i++) {
		ask_pods(&world, totals);
		ask_outside(&world, totals);
		ask_dropped(&world, totals);
	}
	if (totals->n_wrong > n_wrong)
		diag("pair %" PRIu64, seed);
	world_release(&world);
}

int main(void)
{
	const uint64_t seed = random_seed();
	struct totals totals = {0};

	diag("BULKHEAD_SEED=%" PRIu64, seed);
	for (uint64_t i = 0; i < N_PAIRS; i++)
		run_pair(seed + i, &totals);
	ok_int(totals.n_wrong, 0, "old plus diff is new, in %zu answers", totals.n_asked);
	ok_int(totals.n_missed, 0, "no peer is missed");
	ok_int(totals.n_unexplained, 0, "%zu changes have a reason", totals.n_explained);
	ok(totals.n_changed > 1000, "of which %zu had changed", totals.n_changed);
	ok(totals.n_hypothetical > 50, "%zu of them of peers that no input shows",
	   totals.n_hypothetical);
	ok(totals.n_outside > 100, "%zu of them of addresses outside", totals.n_outside);
	return tap_done();
}
