/* SPDX-License-Identifier: Apache-2.0 */
/* BH412: rules that the policies of other APIs make void, and ties. */
#include "scan/check.h"

#include "analyze/ties.h"
#include "scan/loading.h"

/* The rule's peers have the address, which is no pod's. */
static bool takes_address(const struct scan *scan, const struct policy_rule *rule,
			  const struct ip_addr *addr)
{
	const struct policy_address address = {.snapshot = scan->snapshot, .addr = *addr};

	for (uint32_t i = 0; i < rule->n_peers; i++)
		if (policy_peer_matches(&rule->peers[i], &address))
			return true;
	return rule->any_peer;
}

/* A rule that may be void, and the first connection that it is for. */
struct void_check {
	struct scan *scan;
	const struct policy_rule *rule;
	const struct model_pod *subject;
	const struct model_pod *peer; /* NULL: only addresses were asked about */
	struct port_range port;
};

/* The ports of the rule, one for each part of them that the subject's rules can tell apart. */
static void add_ports(struct void_check *check, const struct model_pod *subject,
		      const struct model_pod *target, struct port_set *ret)
{
	const struct policy_rule *rule = check->rule;
	struct compile_world *world = check->scan->world;
	const struct compile_part *parts;
	struct port_set own = {0};
	uint32_t n;

	scan_rule_ports(rule, target, &own);
	parts = compile_parts(world, compile_subject_class(world, subject), rule->direction, &n);
	for (uint32_t i = 0; i < n; i++) {
		struct port_set both = {0};

		port_set_intersect(&parts[i].ports, &own, &both);
		if (both.n)
			port_set_add(ret,
				     (struct port_range){both.ranges[0].space, both.ranges[0].first,
							 both.ranges[0].first});
		port_set_release(&both);
	}
	port_set_release(&own);
}

/* What a void rule has no say in: an allowing one in what is denied, a denying one in what passes. */
static bool is_void(const struct policy_rule *rule, bool may)
{
	return may == (rule->action == POLICY_DENY);
}

/* false: the rule has its say in a connection with the peer. */
static bool ask_peer(struct void_check *check, const struct model_pod *subject,
		     const struct model_pod *peer)
{
	const struct policy_rule *rule = check->rule;
	const bool is_ingress = rule->direction == POLICY_INGRESS;
	struct port_set ports = {0};
	bool ret = true;

	add_ports(check, subject, is_ingress ? subject : peer, &ports);
	for (size_t i = 0; i < ports.n && ret; i++) {
		const struct port_range port = ports.ranges[i];

		ret = is_void(rule, scan_side_may(check->scan, subject, peer, rule->direction,
						  port.space, port.first));
		if (!check->peer) {
			check->subject = subject;
			check->peer = peer;
			check->port = port;
		}
	}
	port_set_release(&ports);
	return ret;
}

/* false: the rule has its say of some address outside. */
static bool ask_outside(struct void_check *check, const struct model_pod *subject,
			enum ip_family family)
{
	const struct policy_rule *rule = check->rule;
	struct port_set ports = {0};
	const struct compile_range *ranges;
	bool ret = true;
	size_t n;

	add_ports(check, subject, rule->direction == POLICY_INGRESS ? subject : NULL, &ports);
	ranges = compile_ranges(check->scan->world, family, &n);
	for (size_t i = 0; i < n && ret; i++) {
		const struct ip_addr *addr = &ranges[i].range.first;

		if (!takes_address(check->scan, rule, addr))
			continue;
		for (size_t k = 0; k < ports.n && ret; k++)
			ret = is_void(rule, scan_outside_may(check->scan, subject, addr,
							     rule->direction, ports.ranges[k].space,
							     ports.ranges[k].first));
	}
	port_set_release(&ports);
	return ret;
}

/*
 * Known pods and hypothetical ones, of what is alike one, and addresses outside. false: the rule has
 * its say in some.
 */
static bool ask_peers(struct void_check *check, const struct model_pod *subject)
{
	const struct model_snapshot *snapshot = check->scan->snapshot;
	struct compile_world *world = check->scan->world;
	struct bitset asked;
	bool ret = true;

	bitset_init(&asked, compile_n_peer_classes(world));
	for (uint32_t i = 0; i < snapshot->n_workloads && ret; i++) {
		const struct model_pod *peer = snapshot->workloads[i]->pods[0];
		uint32_t class;

		if (peer == subject || peer->host_network || peer->n_ips == 0 ||
		    !scan_has_peer(check->scan, check->rule, peer))
			continue;
		class = compile_pod_class(world, peer, 0);
		if (!bitset_test(&asked, class))
			ret = ask_peer(check, subject, peer);
		bitset_set(&asked, class);
	}
	bitset_release(&asked);
	return ret && ask_outside(check, subject, IP_V4) && ask_outside(check, subject, IP_V6);
}

/* Which of them is first is told of by report_ties(). */
static bool is_tie(const struct policy *a, const struct policy *b)
{
	return a != b && a->tier == b->tier && !(a->order < b->order) && !(b->order < a->order);
}

static void report_void(const struct void_check *check, const struct policy_rule *before)
{
	const struct policy_rule *rule = check->rule;
	const struct policy *policy = before->policy;
	const char *other = policy == rule->policy ? "another rule of the policy"
						   : arena_printf(&check->scan->arena, "%s %s",
								  policy->kind, policy->name);
	struct scan_finding *finding;

	if (rule->action == POLICY_DENY)
		finding = scan_report(check->scan, scan_at_policy(rule->policy, rule->span),
				      "this rule stops nobody: %s allows the same before it, and "
				      "%s/%s stays open",
				      other, check->subject->ns->name,
				      check->subject->workload->name);
	else
		finding = scan_report(
			check->scan, scan_at_policy(rule->policy, rule->span),
			"nobody passes by this rule: %s denies %s to %s/%s before it", other,
			rule->direction == POLICY_INGRESS ? "whom it lets in" : "what it allows",
			check->subject->ns->name, check->subject->workload->name);
	finding->related = before->span;
	finding->related_message = rule->action == POLICY_DENY ? "the rule that allows"
							       : "the rule that denies";
}

/* Of all that the policy selects, of what is alike one. */
static bool ask_subjects(struct void_check *check)
{
	struct scan *scan = check->scan;
	const struct scan_members *members = scan_members(scan, &check->rule->policy->subject);
	struct bitset asked;
	bool ret = true;

	bitset_init(&asked, compile_n_subject_classes(scan->world));
	for (size_t i = 0; i < members->n && ret; i++) {
		const struct model_workload *workload = members->items[i];
		uint32_t class;

		if (!scan_is_subject(workload))
			continue;
		class = compile_subject_class(scan->world, workload->pods[0]);
		if (!bitset_test(&asked, class))
			ret = ask_peers(check, workload->pods[0]);
		bitset_set(&asked, class);
	}
	bitset_release(&asked);
	return ret;
}

/* Every connection that the rule is for is decided before it, the other way. */
static void check_void_rule(struct scan *scan, const struct policy_rule *rule)
{
	struct void_check check = {.scan = scan, .rule = rule};
	const struct policy_rule *before;

	if (rule->action == POLICY_PASS || policy_rule_is_conditional(rule) ||
	    (rule->action == POLICY_DENY && scan_is_calicos(rule->policy->group)) ||
	    !ask_subjects(&check) || !check.peer)
		return;
	before = scan_decider(scan, check.subject, check.peer, rule->direction, check.port);
	if (before && !is_tie(before->policy, rule->policy))
		report_void(&check, before);
}

/* Equal priorities leave it open which of two policies is first. */
static void report_ties(struct scan *scan)
{
	struct diag_list ties;

	diag_list_init(&ties, &scan->arena);
	analyze_ties_report(scan->cluster, scan->snapshot->pods, scan->snapshot->n_pods, &ties);
	for (const struct diag *diag = ties.first; diag; diag = diag->next) {
		struct scan_finding *finding = scan_report(
			scan, scan_loading_place(scan, &diag->span), "%s", diag->message);

		finding->related = diag->related;
		finding->related_message = diag->related_message;
		if (diag->hint)
			scan_help(scan, finding, "%s", diag->hint);
	}
}

/* Without one no rule can be void. */
static bool has_denials(const struct policy_set *policies)
{
	for (uint32_t i = 0; i < policies->n_policies; i++)
		for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
			for (uint32_t k = 0; k < policies->policies[i]->n_rules[direction]; k++)
				if (policies->policies[i]->rules[direction][k].action ==
				    POLICY_DENY)
					return true;
	return false;
}

void scan_interplay(struct scan *scan)
{
	const bool is_possible = has_denials(scan->policies);

	for (uint32_t i = 0; is_possible && i < scan->policies->n_policies; i++) {
		const struct policy *policy = scan->policies->policies[i];

		for (int direction = 0; !policy->is_staged && direction < POLICY_N_DIRECTIONS;
		     direction++)
			for (uint32_t k = 0; k < policy->n_rules[direction]; k++)
				check_void_rule(scan, &policy->rules[direction][k]);
	}
	report_ties(scan);
}
