/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Tiers, deny, pass and conditions, which no front end of NetworkPolicy uses: random rule sets made by
 * hand, the compiled table against the evaluation that policy/ir.h describes, done rule by rule.
 */
#include "analyze/why.h"
#include "compile/table.h"
#include "lib/tap.h"

#include <stdlib.h>
#include <string.h>

enum { N_PODS = 6, N_TIERS = 3, N_POLICIES = 8, MAX_RULES = 4, MAX_PEERS = 2, N_PORTS = 6 };

struct fixture {
	struct model_snapshot snapshot;
	struct model_namespace ns;
	struct model_namespace *namespaces[1];
	struct model_pod pods[N_PODS];
	struct model_pod *pod_list[N_PODS];
	struct model_label labels[N_PODS][2];
	struct policy_tier tiers[N_TIERS];
	struct policy policies[N_POLICIES];
	struct policy *policy_list[N_POLICIES];
	struct policy_set set;
	struct policy_rule rules[N_POLICIES][POLICY_N_DIRECTIONS][MAX_RULES];
	struct policy_peer peers[N_POLICIES][POLICY_N_DIRECTIONS][MAX_RULES][MAX_PEERS];
	struct policy_port ports[N_POLICIES][POLICY_N_DIRECTIONS][MAX_RULES];
	unsigned int seed;
};

static unsigned int roll(struct fixture *fixture, unsigned int n)
{
	return rand_r(&fixture->seed) % n;
}

/* Pods 10.0.0.0 … with labels pod=p0 … and parity=p0 or p1. */
static void make_pods(struct fixture *fixture)
{
	struct model_snapshot *snapshot = &fixture->snapshot;

	fixture->ns.name = intern_str(&snapshot->intern, "ns");
	fixture->namespaces[0] = &fixture->ns;
	snapshot->namespaces = fixture->namespaces;
	snapshot->n_namespaces = 1;
	for (uint32_t i = 0; i < N_PODS; i++) {
		struct model_pod *pod = &fixture->pods[i];

		pod->ns = &fixture->ns;
		pod->name = intern_str(&snapshot->intern, arena_printf(&snapshot->arena, "p%u", i));
		fixture->labels[i][0].key = intern_str(&snapshot->intern, "parity");
		fixture->labels[i][0].value = intern_str(&snapshot->intern, i % 2 ? "p1" : "p0");
		fixture->labels[i][1].key = intern_str(&snapshot->intern, "pod");
		fixture->labels[i][1].value = pod->name;
		pod->labels = (struct model_labels){fixture->labels[i], 2};
		pod->ips[0] = ip_v4(0x0a000000 + i);
		pod->n_ips = 1;
		pod->index = i;
		fixture->pod_list[i] = pod;
	}
	snapshot->pods = fixture->pod_list;
	snapshot->n_pods = N_PODS;
}

/* One of: every pod, one pod, the pods of one parity. */
static struct policy_pods random_pods(struct fixture *fixture)
{
	struct arena *arena = &fixture->snapshot.arena;
	struct policy_pods pods = {.ns = fixture->ns.name};
	const struct model_label *label = &fixture->labels[roll(fixture, N_PODS)][roll(fixture, 2)];

	if (!roll(fixture, 3))
		return pods;
	pods.pods.requirements = arena_alloc(arena, sizeof(*pods.pods.requirements));
	pods.pods.n = 1;
	pods.pods.requirements->op = SELECTOR_IN;
	pods.pods.requirements->key = label->key;
	pods.pods.requirements->values = arena_alloc(arena, sizeof(char *));
	pods.pods.requirements->values[0] = label->value;
	pods.pods.requirements->n_values = 1;
	return pods;
}

static void random_peer(struct fixture *fixture, struct policy_peer *peer)
{
	if (roll(fixture, 2)) {
		peer->kind = POLICY_PEER_PODS;
		peer->pods = random_pods(fixture);
		return;
	}
	peer->kind = POLICY_PEER_CIDR;
	peer->cidr = (struct ip_cidr){ip_v4(0x0a000000 + roll(fixture, 8)), 29 + roll(fixture, 4)};
}

static void random_rule(struct fixture *fixture, struct policy *policy, int direction,
			uint32_t index)
{
	struct policy_rule *rule = &fixture->rules[policy->index][direction][index];
	struct policy_port *port = &fixture->ports[policy->index][direction][index];

	*rule = (struct policy_rule){.policy = policy,
				     .direction = direction,
				     .action = roll(fixture, 3),
				     .rank = roll(fixture, 2),
				     .index = index,
				     .any_peer = !roll(fixture, 4),
				     .any_port = roll(fixture, 2),
				     .condition = roll(fixture, 8) ? NULL : "path is /"};
	if (rule->action == POLICY_PASS)
		rule->condition = NULL;
	rule->peers = fixture->peers[policy->index][direction][index];
	rule->n_peers = rule->any_peer ? 0 : 1 + roll(fixture, MAX_PEERS);
	for (uint32_t i = 0; i < rule->n_peers; i++)
		random_peer(fixture, &rule->peers[i]);
	rule->ports = port;
	rule->n_ports = !rule->any_port;
	*port = (struct policy_port){.kind = POLICY_PORT_RANGE, .first = roll(fixture, N_PORTS)};
	port->last = port->first + roll(fixture, N_PORTS - port->first);
}

static void random_policy(struct fixture *fixture, uint32_t index)
{
	struct policy *policy = &fixture->policies[index];

	*policy = (struct policy){.group = "g", .kind = "k", .ns = "ns", .index = index};
	policy->name = arena_printf(&fixture->snapshot.arena, "policy-%u", index);
	policy->tier = index * N_TIERS / N_POLICIES;
	policy->subject.pods = random_pods(fixture);
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
		policy->isolates[direction] = !roll(fixture, 5);
		policy->rules[direction] = fixture->rules[index][direction];
		policy->n_rules[direction] = roll(fixture, MAX_RULES + 1);
		for (uint32_t i = 0; i < policy->n_rules[direction]; i++)
			random_rule(fixture, policy, direction, i);
	}
	fixture->policy_list[index] = policy;
}

static struct fixture *fixture_new(unsigned int seed)
{
	static const struct policy_tier tiers[N_TIERS] = {
		{.name = "first"}, {.name = "middle"}, {.name = "last"}};
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture)
		abort();
	fixture->seed = seed;
	arena_init(&fixture->snapshot.arena);
	intern_init(&fixture->snapshot.intern, &fixture->snapshot.arena);
	make_pods(fixture);
	memcpy(fixture->tiers, tiers, sizeof(tiers));
	for (uint32_t i = 0; i < N_POLICIES; i++)
		random_policy(fixture, i);
	fixture->set = (struct policy_set){.tiers = fixture->tiers,
					   .n_tiers = N_TIERS,
					   .policies = fixture->policy_list,
					   .n_policies = N_POLICIES};
	return fixture;
}

static void fixture_free(struct fixture *fixture)
{
	intern_release(&fixture->snapshot.intern);
	arena_release(&fixture->snapshot.arena);
	free(fixture);
}

/* Evaluation by the letter. */

static bool pods_match(const struct policy_pods *pods, const struct model_pod *pod)
{
	return selector_matches(&pods->pods, &pod->labels);
}

static bool rule_matches(const struct policy_rule *rule, const struct model_pod *peer,
			 uint16_t port)
{
	bool peer_matches = rule->any_peer;

	if (!rule->any_port && (port < rule->ports->first || port > rule->ports->last))
		return false;
	for (uint32_t i = 0; i < rule->n_peers; i++) {
		const struct ip_range range = ip_cidr_range(&rule->peers[i].cidr);

		peer_matches |= rule->peers[i].kind == POLICY_PEER_PODS
					? pods_match(&rule->peers[i].pods, peer)
					: ip_range_contains(&range, &peer->ips[0]);
	}
	return peer_matches;
}

struct naive {
	uint8_t action;
	uint8_t reason;
	const struct policy_rule *rule;
	const struct policy_rule *passed[N_TIERS * N_POLICIES * MAX_RULES];
	uint32_t n_passed;
};

/* The first rule of a tier that matches, by (rank, policy, rule). */
static const struct policy_rule *first_match(const struct fixture *fixture, uint32_t tier,
					     const struct model_pod *subject,
					     const struct model_pod *peer, int direction,
					     uint16_t port)
{
	for (uint32_t rank = 0; rank < 2; rank++) {
		for (uint32_t i = 0; i < N_POLICIES; i++) {
			const struct policy *policy = &fixture->policies[i];

			if (policy->tier != tier || !pods_match(&policy->subject.pods, subject))
				continue;
			for (uint32_t k = 0; k < policy->n_rules[direction]; k++) {
				const struct policy_rule *rule = &policy->rules[direction][k];

				if (rule->rank == rank && rule_matches(rule, peer, port))
					return rule;
			}
		}
	}
	return NULL;
}

static bool is_isolated(const struct fixture *fixture, uint32_t tier,
			const struct model_pod *subject, int direction)
{
	for (uint32_t i = 0; i < N_POLICIES; i++)
		if (fixture->policies[i].tier == tier && fixture->policies[i].isolates[direction] &&
		    pods_match(&fixture->policies[i].subject.pods, subject))
			return true;
	return false;
}

static void evaluate(const struct fixture *fixture, const struct model_pod *subject,
		     const struct model_pod *peer, int direction, uint16_t port, struct naive *ret)
{
	ret->n_passed = 0;
	for (uint32_t tier = 0; tier < N_TIERS; tier++) {
		ret->rule = first_match(fixture, tier, subject, peer, direction, port);
		if (ret->rule && ret->rule->action == POLICY_PASS) {
			ret->passed[ret->n_passed++] = ret->rule;
			continue;
		}
		if (ret->rule && ret->rule->condition) {
			ret->action = TABLE_DECIDE;
			ret->reason = VERDICT_CONDITION;
			return;
		}
		if (ret->rule) {
			ret->action = ret->rule->action == POLICY_ALLOW ? TABLE_ALLOW : TABLE_DENY;
			ret->reason = VERDICT_RULE;
			return;
		}
		if (is_isolated(fixture, tier, subject, direction)) {
			ret->action = TABLE_DENY;
			ret->reason = VERDICT_DEFAULT_DENY;
			return;
		}
	}
	ret->rule = NULL;
	ret->action = TABLE_ALLOW;
	ret->reason = VERDICT_NOT_ISOLATED;
}

static bool same_rule(const struct table_view *view, uint32_t number,
		      const struct policy_rule *rule)
{
	const struct table_rule *record = table_rule(view, number);

	if (!rule)
		return !number;
	return record && record->index == rule->index &&
	       record->ingress == (rule->direction == POLICY_INGRESS) &&
	       !strcmp(table_string(view, table_policy(view, record->policy)->name),
		       rule->policy->name);
}

static bool same_side(const struct table_view *view, const struct verdict_side *side,
		      const struct naive *naive)
{
	const struct table_outcome *outcome = table_outcome(view, side->outcome);
	uint32_t n;
	const uint32_t *passed = table_list(view, outcome->passed, &n);

	if (side->action != naive->action || side->reason != naive->reason ||
	    !same_rule(view, outcome->rule, naive->rule) || n != naive->n_passed)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (!same_rule(view, passed[i], naive->passed[i]))
			return false;
	return true;
}

/* The walk that explains a side to people comes to the same, and names the rule that decides. */
static bool same_why(const struct fixture *fixture, const struct model_pod *subject,
		     const struct model_pod *peer, const struct naive *naive,
		     struct analyze_why_question *ask)
{
	const struct policy *policies[N_POLICIES];
	struct analyze_why why = {0};
	bool is_named = !naive->rule;
	bool is_same;

	ask->policies = policies;
	ask->n_policies = 0;
	for (uint32_t i = 0; i < N_POLICIES; i++)
		if (pods_match(&fixture->policies[i].subject.pods, subject))
			policies[ask->n_policies++] = &fixture->policies[i];
	ask->subject = subject;
	ask->peer = peer;
	ask->addr = peer->ips[0];
	analyze_why(ask, &why);
	for (size_t i = 0; i < why.rules.n; i++)
		is_named |= why.rules.items[i].rule == naive->rule;
	is_same = why.action == naive->action && why.reason == naive->reason && is_named &&
		  (why.rules.n > 0) == (why.reason != VERDICT_NOT_ISOLATED);
	analyze_why_release(&why);
	return is_same;
}

/* How many of the sides of all flows differ; all outcomes seen are added to `seen`. */
static unsigned int compare(const struct fixture *fixture, const struct table_view *view,
			    unsigned int *seen)
{
	unsigned int n_wrong = 0;

	for (int from = 0; from < N_PODS; from++) {
		for (int to = 0; to < N_PODS; to++) {
			for (uint16_t port = 0; port < N_PORTS && from != to; port++) {
				const struct model_pod *src = &fixture->pods[from],
						       *dst = &fixture->pods[to];
				const struct verdict_flow flow =
					compile_flow(&src->ips[0], &dst->ips[0], PORT_TCP, port);
				struct analyze_why_question ask = {.space = PORT_TCP, .port = port};
				struct verdict verdict;
				struct naive naive;

				verdict_flow(view, &flow, &verdict);
				evaluate(fixture, src, dst, POLICY_EGRESS, port, &naive);
				n_wrong += !same_side(view, &verdict.side[VERDICT_EGRESS], &naive);
				ask.direction = POLICY_EGRESS;
				n_wrong += !same_why(fixture, src, dst, &naive, &ask);
				seen[naive.action] += 1;
				evaluate(fixture, dst, src, POLICY_INGRESS, port, &naive);
				n_wrong += !same_side(view, &verdict.side[VERDICT_INGRESS], &naive);
				ask.direction = POLICY_INGRESS;
				n_wrong += !same_why(fixture, dst, src, &naive, &ask);
				seen[3] += naive.n_passed > 1;
			}
		}
	}
	return n_wrong;
}

/* The bitset of a row says what its cells say. */
static unsigned int compare_rows(struct compile_world *world)
{
	struct compile_row row = {0};
	struct bitset allowed;
	unsigned int n_wrong = 0;

	bitset_init(&allowed, compile_n_peer_classes(world));
	for (uint32_t class = 0; class < compile_n_subject_classes(world); class ++) {
		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
			for (uint16_t port = 0; port <= N_PORTS; port++) {
				compile_row(world, class, direction, PORT_TCP, port, &row);
				compile_row_allowed(world, class, direction, PORT_TCP, port,
						    &allowed);
				for (size_t peer = 0; peer < row.n_cells; peer++)
					n_wrong += bitset_test(&allowed, peer) !=
						   (row.outcomes[row.cells[peer]].action ==
						    TABLE_ALLOW);
			}
		}
	}
	bitset_release(&allowed);
	compile_row_release(&row);
	return n_wrong;
}

static void test_seed(unsigned int seed, unsigned int *seen)
{
	struct fixture *fixture = fixture_new(seed);
	const struct compile_table_options options = {.generation = seed};
	struct compiled_table table;
	struct table_view view;
	struct diag_list diags;
	struct compile_world *world;

	diag_list_init(&diags, &fixture->snapshot.arena);
	world = compile_world_new(&fixture->snapshot, &fixture->set, fixture->pod_list, N_PODS);
	if (compile_table(world, fixture->pod_list, N_PODS, &options, &diags, &table) ||
	    table_open(table.bytes, table.size, &view))
		bail("the table of seed %u does not open", seed);
	ok_int(compare(fixture, &view, seen), 0, "verdicts of seed %u", seed);
	ok_int(compare_rows(world), 0, "streamed rows of seed %u", seed);
	compiled_table_release(&table);
	compile_world_free(world);
	fixture_free(fixture);
}

int main(void)
{
	unsigned int seen[4] = {0};

	for (unsigned int seed = 1; seed <= 200; seed++)
		test_seed(seed, seen);
	ok(seen[TABLE_DENY] && seen[TABLE_ALLOW] && seen[TABLE_DECIDE] && seen[3],
	   "denied, allowed, conditional and twice passed flows were all seen");
	return tap_done();
}
