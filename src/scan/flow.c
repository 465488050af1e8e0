/* SPDX-License-Identifier: Apache-2.0 */
/* BH504: connections that one side allows and the other refuses. */
#include "scan/check.h"

/* What a rule allows on its side, and whether somebody on the other side does too. */
struct sides {
	const struct model_workload *subject;
	const struct model_workload *peer;
	struct port_range port;
	bool is_whole;
};

/* What the rule is about at the target: what it declares, for a rule of every port. */
static void rule_ports(const struct policy_rule *rule, const struct model_pod *target,
		       struct port_set *ret)
{
	if (!rule->any_port)
		scan_rule_ports(rule, target, ret);
	for (uint32_t i = 0; rule->any_port && i < target->n_ports; i++)
		port_set_add(ret,
			     (struct port_range){target->ports[i].space, target->ports[i].number,
						 target->ports[i].number});
	if (rule->any_port && target->n_ports == 0)
		port_set_add(ret, scan_port_of(rule, target));
}

static void ask_pair(struct scan *scan, const struct policy_rule *rule,
		     const struct model_workload *subject, const struct model_workload *peer,
		     struct sides *ret)
{
	const bool is_ingress = rule->direction == POLICY_INGRESS;
	const struct model_pod *from = is_ingress ? peer->pods[0] : subject->pods[0];
	const struct model_pod *to = is_ingress ? subject->pods[0] : peer->pods[0];
	struct port_set ports = {0};
	struct port_range both;

	rule_ports(rule, to, &ports);
	for (size_t i = 0; i < ports.n && !ret->is_whole; i++) {
		const struct port_range port = ports.ranges[i];

		if (!scan_side_may(scan, subject->pods[0], peer->pods[0], rule->direction,
				   port.space, port.first))
			continue;
		if (scan_may_within(scan, from, to, &port, &both))
			ret->is_whole = true;
		else if (!ret->subject)
			*ret = (struct sides){subject, peer, port, false};
	}
	port_set_release(&ports);
}

/* Every subject of the policy with every pod that the peer selects. */
static void ask_peer(struct scan *scan, const struct policy_rule *rule,
		     const struct policy_peer *peer, struct sides *ret)
{
	const struct scan_members *subjects = scan_members(scan, &rule->policy->subject);
	const struct scan_members *peers = scan_members(scan, peer);

	for (size_t i = 0; i < subjects->n && !ret->is_whole; i++) {
		const struct model_workload *subject = subjects->items[i];

		for (size_t k = 0; k < peers->n && !ret->is_whole; k++) {
			const struct model_workload *other = peers->items[k];

			if (other != subject && scan_is_subject(subject) && scan_is_subject(other))
				ask_pair(scan, rule, subject, other, ret);
		}
	}
}

static void report_side(struct scan *scan, const struct policy_rule *rule,
			const struct policy_peer *peer, const struct sides *sides)
{
	const bool is_ingress = rule->direction == POLICY_INGRESS;
	const struct model_workload *from = is_ingress ? sides->peer : sides->subject;
	const struct model_workload *to = is_ingress ? sides->subject : sides->peer;

	scan_help(scan,
		  scan_report(scan, scan_at_policy(rule->policy, peer->span),
			      "this allows one side only: %s/%s cannot reach %s/%s%s, since the "
			      "%s of %s refuses it",
			      from->ns->name, from->name, to->ns->name, to->name,
			      scan_port_text(scan, &sides->port), is_ingress ? "egress" : "ingress",
			      sides->peer->name),
		  "allow it in the %s of %s/%s too, or remove the peer",
		  is_ingress ? "egress" : "ingress", sides->peer->ns->name, sides->peer->name);
}

/* Peers that name somebody; of those for everybody it is not known who was meant. */
void scan_one_side(struct scan *scan, const struct policy_rule *rule)
{
	for (uint32_t i = 0; scan_allows(rule) && i < rule->n_peers; i++) {
		const struct policy_peer *peer = &rule->peers[i];
		struct sides sides = {0};

		if (peer->kind != POLICY_PEER_PODS || peer->pods.pods.n == 0)
			continue;
		ask_peer(scan, rule, peer, &sides);
		if (sides.subject && !sides.is_whole)
			report_side(scan, rule, peer, &sides);
	}
}
