/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Everything that the rule IR can say and a front end may need: random rule sets made by hand, the
 * compiled table and the walk that explains it against the evaluation that policy/ir.h describes.
 */
#include "analyze/why.h"
#include "compile/table.h"
#include "lib/naive.h"
#include "lib/tap.h"

#include <stdlib.h>
#include <string.h>

enum { N_PODS = 6, N_TIERS = 4, N_POLICIES = 8, MAX_RULES = 4, MAX_PEERS = 2, N_PORTS = 6 };
enum { N_SOURCE_PORTS = 4, MAX_CONDITIONS = 12 };

/* What makes rules of a fixture conditional. */
enum mode { CERTAIN, CONDITIONS, SOURCE_PORTS, N_MODES };

struct fixture {
	struct model_snapshot snapshot;
	struct model_namespace ns;
	struct model_namespace *namespaces[1];
	struct model_account account;
	struct model_node nodes[2];
	struct model_node *node_list[2];
	struct ip_addr node_addrs[2];
	struct model_pod pods[N_PODS];
	struct model_pod *pod_list[N_PODS];
	struct model_label labels[N_PODS][2];
	struct policy_tier tiers[N_TIERS];
	struct policy policies[N_POLICIES];
	struct policy *policy_list[N_POLICIES];
	struct policy_set set;
	struct policy_rule rules[N_POLICIES][POLICY_N_DIRECTIONS][MAX_RULES];
	struct policy_peer peers[N_POLICIES][POLICY_N_DIRECTIONS][MAX_RULES][MAX_PEERS];
	struct policy_port ports[N_POLICIES][POLICY_N_DIRECTIONS][MAX_RULES][2];
	struct port_set source_ports[N_POLICIES][POLICY_N_DIRECTIONS][MAX_RULES];
	enum mode mode;
	unsigned int seed;
};

static unsigned int roll(struct fixture *fixture, unsigned int n)
{
	return rand_r(&fixture->seed) % n;
}

/* Two nodes, 10.0.1.0 and 10.0.1.1. */
static void make_nodes(struct fixture *fixture)
{
	struct model_snapshot *snapshot = &fixture->snapshot;

	for (uint32_t i = 0; i < 2; i++) {
		struct model_node *node = &fixture->nodes[i];

		fixture->node_addrs[i] = ip_v4(0x0a000100 + i);
		node->name =
			intern_str(&snapshot->intern, arena_printf(&snapshot->arena, "n%u", i));
		node->addrs = &fixture->node_addrs[i];
		node->n_addrs = 1;
		fixture->node_list[i] = node;
	}
	snapshot->nodes = fixture->node_list;
	snapshot->n_nodes = 2;
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
		pod->account = &fixture->account;
		pod->node = fixture->nodes[i % 2].name;
		pod->in_mesh = i > 1;
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
	struct policy_pods pods = {.ns = fixture->ns.name, .in_mesh = !roll(fixture, 8)};
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

static void random_leaf(struct fixture *fixture, struct policy_peer *peer)
{
	*peer = (struct policy_peer){.kind = roll(fixture, POLICY_PEER_OWN_NODE + 1)};
	if (peer->kind == POLICY_PEER_PODS)
		peer->pods = random_pods(fixture);
	if (peer->kind == POLICY_PEER_CIDR)
		peer->cidr = (struct ip_cidr){ip_v4(0x0a000000 + roll(fixture, 8)),
					      29 + roll(fixture, 4)};
}

/* A leaf, or a tree of at most `depth` levels. */
static void random_peer(struct fixture *fixture, struct policy_peer *peer, int depth)
{
	random_leaf(fixture, peer);
	if (!depth || roll(fixture, 3))
		return;
	peer->kind = POLICY_PEER_ALL_OF + roll(fixture, 3);
	peer->n_parts = roll(fixture, 4);
	peer->parts = arena_alloc_n(&fixture->snapshot.arena, peer->n_parts, sizeof(*peer));
	for (uint32_t i = 0; i < peer->n_parts; i++)
		random_peer(fixture, &peer->parts[i], depth - 1);
}

static void random_subject(struct fixture *fixture, struct policy_peer *subject)
{
	subject->pods = random_pods(fixture);
	if (roll(fixture, 3))
		return;
	subject->kind = POLICY_PEER_ALL_OF + roll(fixture, 3);
	subject->n_parts = 2;
	subject->parts = arena_alloc_n(&fixture->snapshot.arena, 2, sizeof(*subject));
	for (uint32_t i = 0; i < 2; i++)
		subject->parts[i].pods = random_pods(fixture);
}

static void random_port(struct fixture *fixture, struct policy_port *port)
{
	*port = (struct policy_port){.kind = POLICY_PORT_RANGE, .first = roll(fixture, N_PORTS)};
	port->last = port->first + roll(fixture, N_PORTS - port->first);
}

static void make_conditional(struct fixture *fixture, struct policy_rule *rule,
			     struct port_set *source_ports)
{
	const uint16_t first = roll(fixture, N_SOURCE_PORTS);

	if (rule->action == POLICY_PASS || roll(fixture, 4))
		return;
	if (fixture->mode == CONDITIONS) {
		rule->condition = "the path is /";
		rule->is_proxied = !roll(fixture, 4);
	}
	if (fixture->mode != SOURCE_PORTS)
		return;
	port_set_add(source_ports,
		     (struct port_range){PORT_TCP, first, roll(fixture, 2) ? first : 65535});
	rule->source_ports = source_ports;
}

static void random_rule(struct fixture *fixture, struct policy *policy, int direction,
			uint32_t index)
{
	struct policy_rule *rule = &fixture->rules[policy->index][direction][index];

	*rule = (struct policy_rule){.policy = policy,
				     .direction = direction,
				     .action = roll(fixture, 3),
				     .rank = roll(fixture, 2),
				     .index = index,
				     .any_peer = !roll(fixture, 4),
				     .any_port = roll(fixture, 2),
				     .peers = fixture->peers[policy->index][direction][index],
				     .ports = fixture->ports[policy->index][direction][index]};
	rule->n_peers = rule->any_peer ? 0 : 1 + roll(fixture, MAX_PEERS);
	for (uint32_t i = 0; i < rule->n_peers; i++)
		random_peer(fixture, &rule->peers[i], 2);
	rule->n_ports = !rule->any_port;
	rule->not_ports = rule->ports + 1;
	rule->n_not_ports = !roll(fixture, 4);
	for (int i = 0; i < 2; i++)
		random_port(fixture, &rule->ports[i]);
	make_conditional(fixture, rule, &fixture->source_ports[policy->index][direction][index]);
}

static void random_policy(struct fixture *fixture, uint32_t index)
{
	struct policy *policy = &fixture->policies[index];

	*policy = (struct policy){.group = "g", .kind = "k", .ns = "ns", .index = index};
	policy->name = arena_printf(&fixture->snapshot.arena, "policy-%u", index);
	policy->tier = index * N_TIERS / N_POLICIES;
	policy->tier_key = fixture->tiers[policy->tier];
	policy->order = index % 2 && roll(fixture, 2);
	policy->is_staged = !roll(fixture, 8);
	policy->is_replaced = !policy->is_staged && !roll(fixture, 8);
	policy->asks_own_node = true;
	random_subject(fixture, &policy->subject);
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
		{.title = "first"},
		{.title = "middle"},
		{.title = "last"},
		{.title = "mesh", .layer = POLICY_LAYER_MESH},
	};
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture)
		abort();
	fixture->seed = seed;
	fixture->mode = seed % N_MODES;
	arena_init(&fixture->snapshot.arena);
	intern_init(&fixture->snapshot.intern, &fixture->snapshot.arena);
	make_nodes(fixture);
	make_pods(fixture);
	memcpy(fixture->tiers, tiers, sizeof(tiers));
	for (uint32_t i = 0; i < N_POLICIES; i++)
		random_policy(fixture, i);
	fixture->set = (struct policy_set){.tiers = fixture->tiers,
					   .n_tiers = N_TIERS,
					   .policies = fixture->policy_list,
					   .n_policies = N_POLICIES,
					   .asks_own_node = true};
	return fixture;
}

static void fixture_free(struct fixture *fixture)
{
	for (size_t i = 0; i < sizeof(fixture->source_ports) / sizeof(struct port_set); i++)
		port_set_release(&(&fixture->source_ports[0][0][0])[i]);
	intern_release(&fixture->snapshot.intern);
	arena_release(&fixture->snapshot.arena);
	free(fixture);
}

/* The conditional rules that match a flow, and which of them hold. */
struct conditions {
	const struct policy_rule *rules[MAX_CONDITIONS];
	uint32_t n;
	uint32_t truth; /* a bit for each */
};

static bool holds(void *arg, const struct policy_rule *rule)
{
	const struct conditions *conditions = arg;

	for (uint32_t i = 0; i < conditions->n; i++)
		if (conditions->rules[i] == rule)
			return conditions->truth & 1u << i;
	return false;
}

static void find_conditions(const struct fixture *fixture, const struct naive_flow *flow,
			    struct conditions *ret)
{
	for (uint32_t i = 0; i < N_POLICIES; i++) {
		const struct policy *policy = &fixture->policies[i];

		if (!policy_has_say(policy, flow->is_staged) ||
		    !policy_subject_matches(&policy->subject, flow->subject))
			continue;
		for (uint32_t k = 0; k < policy->n_rules[flow->direction]; k++) {
			const struct policy_rule *rule = &policy->rules[flow->direction][k];

			if (rule->condition && naive_matches(flow, rule) && ret->n < MAX_CONDITIONS)
				ret->rules[ret->n++] = rule;
		}
	}
}

/* What is certain of a flow: an action, or DECIDE when it depends on something. */
static uint8_t evaluate(const struct fixture *fixture, struct naive_flow *flow)
{
	struct conditions conditions = {0};
	bool seen[2] = {false, false};

	find_conditions(fixture, flow, &conditions);
	flow->holds = holds;
	flow->arg = &conditions;
	for (conditions.truth = 0; conditions.truth < 1u << conditions.n; conditions.truth++)
		for (flow->source_port = 0; flow->source_port <= N_SOURCE_PORTS;
		     flow->source_port++)
			seen[naive_allows(flow)] = true;
	if (seen[0] && seen[1])
		return TABLE_DECIDE;
	return seen[1] ? TABLE_ALLOW : TABLE_DENY;
}

/* A redirect leaves to the proxy what rules would allow anyway: it alone makes more conditional. */
static bool is_redirected(const struct fixture *fixture, const struct naive_flow *flow)
{
	struct conditions conditions = {0};

	find_conditions(fixture, flow, &conditions);
	for (uint32_t i = 0; i < conditions.n; i++)
		if (conditions.rules[i]->is_proxied)
			return true;
	return false;
}

static bool same_action(const struct fixture *fixture, struct naive_flow *flow, uint8_t action)
{
	return action == evaluate(fixture, flow) ||
	       (action == TABLE_DECIDE && is_redirected(fixture, flow));
}

/* The walk that explains a side to people comes to the same, and names a rule or policy. */
static bool same_why(const struct fixture *fixture, const struct naive_flow *flow,
		     const struct verdict_side *side)
{
	const struct policy *policies[N_POLICIES];
	struct analyze_why_question ask = {
		.snapshot = &fixture->snapshot,
		.policies = policies,
		.subject = flow->subject,
		.peer = flow->peer,
		.addr = flow->addr,
		.direction = flow->direction,
		.space = flow->space,
		.port = flow->port,
		.is_staged = flow->is_staged,
	};
	struct analyze_why why = {0};
	bool is_same;

	for (uint32_t i = 0; i < N_POLICIES; i++)
		if (policy_subject_matches(&fixture->policies[i].subject, flow->subject))
			policies[ask.n_policies++] = &fixture->policies[i];
	analyze_why(&ask, &why);
	is_same = why.action == side->action && why.reason == side->reason &&
		  (why.rules.n > 0) == (why.reason != VERDICT_NOT_ISOLATED);
	analyze_why_release(&why);
	return is_same;
}

static bool same_rule(const struct table_view *view, uint32_t number,
		      const struct policy_rule *rule)
{
	const struct table_rule *record = table_rule(view, number);

	return record && record->index == rule->index &&
	       record->ingress == (rule->direction == POLICY_INGRESS) &&
	       !strcmp(table_string(view, table_policy(view, record->policy)->name),
		       rule->policy->name);
}

/* The list of a conditional outcome begins with its rule, and ends. */
static bool has_decisions(const struct table_view *view, const struct fixture *fixture,
			  const struct table_outcome *outcome)
{
	const struct table_decision *decision = table_decision(view, outcome->decisions);
	const char *first = table_string(view, decision->condition);

	if (outcome->action != TABLE_DECIDE)
		return !outcome->decisions;
	if (!outcome->decisions || decision->rule != outcome->rule ||
	    !strstr(first, fixture->mode == CONDITIONS ? "path" : "source port"))
		return false;
	for (uint32_t i = 0; i < N_POLICIES * MAX_RULES * POLICY_N_LAYERS; i++) {
		decision = table_decision(view, outcome->decisions + i);
		if (!decision || decision->ends_layer != !decision->condition)
			return false;
		if (decision->ends_list)
			return decision->ends_layer;
	}
	return false;
}

/* A rule that is said to decide for certain matches, and has the action. */
static bool has_sound_rule(const struct table_view *view, const struct naive_flow *flow,
			   const struct table_outcome *outcome)
{
	if (!outcome->rule)
		return outcome->reason != VERDICT_RULE;
	for (uint32_t i = 0; i < flow->set->n_policies; i++) {
		const struct policy *policy = flow->set->policies[i];

		for (uint32_t k = 0; k < policy->n_rules[flow->direction]; k++)
			if (same_rule(view, outcome->rule, &policy->rules[flow->direction][k]))
				return naive_matches(flow, &policy->rules[flow->direction][k]);
	}
	return false;
}

static unsigned int compare_side(const struct fixture *fixture, const struct table_view *view,
				 struct naive_flow *flow, const struct verdict_side *side)
{
	const struct table_outcome *outcome = table_outcome(view, side->outcome);

	return !same_action(fixture, flow, side->action) || !same_why(fixture, flow, side) ||
	       !has_decisions(view, fixture, outcome) || !has_sound_rule(view, flow, outcome);
}

/* Both sides of a flow, as things are and as staged. */
static unsigned int compare_flow(const struct fixture *fixture, const struct table_view *view,
				 const struct model_pod *ends[2], uint16_t port, unsigned int *seen)
{
	struct verdict_flow ask = compile_flow(&ends[0]->ips[0], &ends[1]->ips[0], PORT_TCP, port);
	struct naive_flow flow = {.snapshot = &fixture->snapshot,
				  .set = &fixture->set,
				  .space = PORT_TCP,
				  .port = port};
	struct verdict verdict;
	unsigned int n_wrong = 0;

	for (int staged = 0; staged < 2; staged++) {
		ask.flags |= staged ? VERDICT_STAGED : 0;
		flow.is_staged = staged;
		verdict_flow(view, &ask, &verdict);
		for (int side = 0; side < POLICY_N_DIRECTIONS; side++) {
			flow.direction = side;
			flow.subject = ends[side];
			flow.peer = ends[!side];
			flow.addr = flow.peer->ips[0];
			n_wrong += compare_side(fixture, view, &flow, &verdict.side[side]);
			seen[verdict.side[side].action]++;
		}
	}
	return n_wrong;
}

/* How many of the sides of all flows differ; all outcomes seen are added to `seen`. */
static unsigned int compare(const struct fixture *fixture, const struct table_view *view,
			    unsigned int *seen)
{
	unsigned int n_wrong = 0;

	for (int from = 0; from < N_PODS; from++) {
		for (int to = 0; to < N_PODS; to++) {
			const struct model_pod *ends[2] = {&fixture->pods[from],
							   &fixture->pods[to]};

			for (uint16_t port = 0; port < N_PORTS && from != to; port++)
				n_wrong += compare_flow(fixture, view, ends, port, seen);
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
	unsigned int seen[3] = {0};

	for (unsigned int seed = 1; seed <= 200; seed++)
		test_seed(seed, seen);
	ok(seen[TABLE_DENY] && seen[TABLE_ALLOW] && seen[TABLE_DECIDE],
	   "denied, allowed and conditional flows were all seen");
	return tap_done();
}
