/* SPDX-License-Identifier: Apache-2.0 */
/*
 * BH316: contracts, by which the owner of a shared service says who may rely on it. Checked on both
 * sides: what the owner's policies let in, and what the policies of others let out to it.
 */
#include "scan/check.h"

#include "scan/config.h"

#include <string.h>

/* A contract, and a workload that it is about. */
struct deal {
	const struct scan_contract *contract;
	const struct model_workload *owner;
};

static bool has_labels(const struct model_pod *pod, const struct model_labels *labels)
{
	for (uint32_t i = 0; i < labels->n; i++) {
		bool has = false;

		for (uint32_t k = 0; k < pod->labels.n && !has; k++)
			has = strcmp(pod->labels.items[k].key, labels->items[i].key) == 0 &&
			      strcmp(pod->labels.items[k].value, labels->items[i].value) == 0;
		if (!has)
			return false;
	}
	return true;
}

static bool is_client(const struct scan_contract *contract, const struct model_pod *pod)
{
	for (size_t i = 0; i < contract->from.n; i++)
		if (strcmp(contract->from.items[i].ns, pod->ns->name) == 0 &&
		    has_labels(pod, &contract->from.items[i].labels))
			return true;
	return false;
}

static bool is_offered(const struct scan_contract *contract, struct port_range port)
{
	return contract->ports.n == 0 ||
	       port_set_contains(&contract->ports, port.space, port.first);
}

static bool is_given(const struct deal *deal, const struct model_pod *from, struct port_range port)
{
	return is_offered(deal->contract, port) && is_client(deal->contract, from);
}

static bool is_other(const struct deal *deal, const struct model_pod *pod)
{
	return pod->workload != deal->owner && pod->origin != MODEL_ASSUMED;
}

/* Where the owner may be reached: what it declares, else one port of each range of its rules. */
static void add_ports(struct scan *scan, const struct model_pod *pod, struct port_set *ret)
{
	const uint32_t class = compile_subject_class(scan->world, pod);
	const struct compile_part *parts;
	uint32_t n = 0;

	for (uint32_t i = 0; i < pod->n_ports; i++)
		port_set_add(ret, (struct port_range){pod->ports[i].space, pod->ports[i].number,
						      pod->ports[i].number});
	if (pod->n_ports || class == COMPILE_NONE)
		return;
	parts = compile_parts(scan->world, class, POLICY_INGRESS, &n);
	for (uint32_t i = 0; i < n; i++)
		for (size_t k = 0; k < parts[i].ports.n; k++) {
			struct port_range one = parts[i].ports.ranges[k];

			if (one.space > PORT_SCTP)
				continue;
			one.first = one.first ? one.first : 1;
			one.last = one.first;
			port_set_add(ret, one);
		}
}

static const char *name_of(struct scan *scan, const struct model_pod *pod)
{
	if (pod->origin == MODEL_HYPOTHETICAL)
		return "pods that the input does not show";
	return arena_printf(&scan->arena, "%s/%s", pod->ns->name, pod->workload->name);
}

/* The first who gets in on the port beside the contract. */
static void check_owner_port(struct scan *scan, const struct deal *deal, struct port_range port)
{
	const struct model_pod *to = deal->owner->pods[0];
	const struct policy_rule *rule;
	struct scan_finding *finding;

	for (uint32_t i = 0; i < scan->snapshot->n_pods; i++) {
		const struct model_pod *from = scan->snapshot->pods[i];

		if (!is_other(deal, from) || is_given(deal, from, port) ||
		    !scan_may(scan, from, to, port.space, port.first))
			continue;
		finding = scan_report(
			scan, scan_at_workload(deal->owner),
			"%s can reach %s/%s:%u/%s, which its contract does not give them",
			name_of(scan, from), deal->owner->ns->name, deal->owner->name, port.first,
			port_space_name(port.space));
		rule = scan_decider(scan, to, from, POLICY_INGRESS, port);
		finding->related = rule ? rule->span : deal->contract->span;
		finding->related_message = rule ? "the rule that lets them in" : "the contract";
		scan_help(scan, finding, "close it, or have its owner change the contract");
		return;
	}
}

/* The first client of the input that the owner's own policies keep out of what it is given. */
static void check_promise(struct scan *scan, const struct deal *deal, struct port_range port)
{
	const struct model_pod *to = deal->owner->pods[0];

	for (uint32_t i = 0; i < scan->n_workloads; i++) {
		const struct model_pod *from = scan->snapshot->workloads[i]->pods[0];

		if (!is_other(deal, from) || from->host_network || !is_given(deal, from, port) ||
		    scan_side_may(scan, to, from, POLICY_INGRESS, port.space, port.first))
			continue;
		scan_help(scan,
			  scan_report(scan, scan_at_workload(deal->owner),
				      "%s cannot reach %s/%s:%u/%s, which its contract gives them: "
				      "its own ingress refuses it",
				      name_of(scan, from), deal->owner->ns->name, deal->owner->name,
				      port.first, port_space_name(port.space)),
			  "let them in, or have its owner change the contract");
		return;
	}
}

static void check_owner(struct scan *scan, const struct deal *deal)
{
	struct port_set ports = {0};

	add_ports(scan, deal->owner->pods[0], &ports);
	for (size_t i = 0; i < ports.n; i++) {
		struct port_range port = ports.ranges[i];

		for (uint32_t number = port.first; number <= ports.ranges[i].last; number++) {
			port.first = port.last = (uint16_t)number;
			check_owner_port(scan, deal, port);
			check_promise(scan, deal, port);
		}
	}
	port_set_release(&ports);
}

/* Some pod that the rule is about, and that by all its policies may go where it was not given to. */
static const struct model_pod *find_consumer(struct scan *scan, const struct deal *deal,
					     const struct policy_rule *rule, struct port_range port)
{
	const struct scan_members *members = scan_members(scan, &rule->policy->subject);
	const struct model_pod *to = deal->owner->pods[0];

	for (size_t i = 0; i < members->n; i++) {
		const struct model_workload *workload = members->items[i];
		const struct model_pod *from = workload->pods[0];

		if (scan_is_subject(workload) && is_other(deal, from) &&
		    !is_given(deal, from, port) &&
		    scan_side_may(scan, from, to, POLICY_EGRESS, port.space, port.first))
			return from;
	}
	return NULL;
}

static void report_consumer(struct scan *scan, const struct deal *deal,
			    const struct policy_rule *rule, struct diag_span span,
			    const struct model_pod *from, struct port_range port)
{
	struct scan_finding *finding = scan_report(
		scan, scan_at_policy(rule->policy, span),
		"this lets %s out to %s/%s:%u/%s, which the contract of %s does not give them",
		name_of(scan, from), deal->owner->ns->name, deal->owner->name, port.first,
		port_space_name(port.space), deal->owner->name);

	finding->related = deal->contract->span;
	finding->related_message = "the contract";
	scan_help(scan, finding, "take it out, or ask the owner for more");
}

/* Each port that the rule names, at the port; what it opens as a whole, at the peer. */
static void check_consumer(struct scan *scan, const struct deal *deal,
			   const struct policy_rule *rule, const struct policy_peer *peer)
{
	const struct model_pod *to = deal->owner->pods[0];
	const struct model_pod *from;

	for (uint32_t i = 0; i < rule->n_ports; i++) {
		struct policy_rule one = *rule;
		struct port_range port;

		one.ports = &rule->ports[i];
		one.n_ports = 1;
		port = scan_port_of(&one, to);
		from = find_consumer(scan, deal, rule, port);
		if (from) {
			report_consumer(scan, deal, rule,
					is_offered(deal->contract, port) ? peer->span
									 : one.ports->span,
					from, port);
			return;
		}
	}
	for (uint32_t i = 0; rule->any_port && i < to->n_ports; i++) {
		const struct port_range port = {to->ports[i].space, to->ports[i].number,
						to->ports[i].number};

		from = find_consumer(scan, deal, rule, port);
		if (from) {
			report_consumer(scan, deal, rule, peer->span, from, port);
			return;
		}
	}
}

/* Peers that name somebody: those for everybody are BH301's and its like. */
static void check_consumers(struct scan *scan, const struct deal *deal)
{
	for (uint32_t i = 0; i < scan->policies->n_policies; i++) {
		const struct policy *policy = scan->policies->policies[i];

		for (uint32_t k = 0; !policy->is_staged && k < policy->n_rules[POLICY_EGRESS];
		     k++) {
			const struct policy_rule *rule = &policy->rules[POLICY_EGRESS][k];

			for (uint32_t p = 0; scan_allows(rule) && p < rule->n_peers; p++)
				if (rule->peers[p].kind == POLICY_PEER_PODS &&
				    rule->peers[p].pods.pods.n &&
				    scan_peer_takes(scan, &rule->peers[p], deal->owner->pods[0]))
					check_consumer(scan, deal, rule, &rule->peers[p]);
		}
	}
}

/* By the name of the workload, or of a Service in front of it. */
static bool is_about(const struct scan *scan, const struct scan_contract *contract,
		     const struct model_workload *workload)
{
	const struct scan_patterns one = {(struct scan_pattern *)&contract->service, 1, 1};
	const struct model_snapshot *snapshot = scan->snapshot;

	if (scan_patterns_match(&one, workload->ns->name, workload->kind, workload->name))
		return true;
	for (uint32_t i = 0; i < snapshot->n_services; i++) {
		const struct model_service *service = snapshot->services[i];

		if (!scan_patterns_match(&one, service->ns->name, "Service", service->name))
			continue;
		for (uint32_t k = 0; k < service->n_backends; k++)
			if (service->backends[k]->workload == workload)
				return true;
	}
	return false;
}

/* A contract for nobody: where all there is in the namespace is shown, its name is wrong. */
static void report_missing(struct scan *scan, const struct scan_contract *contract)
{
	const struct scan_pattern *named = &contract->service;
	const struct model_namespace *ns = model_find_namespace(scan->snapshot, named->ns);
	struct scan_place place = {"Contract", named->ns, named->name, contract->span};
	struct model_workload *const *workloads;
	VEC(const char *) names = {0};
	struct scan_finding *finding;
	const char *near;
	uint32_t n;

	if (!ns || !ns->is_closed) {
		scan_report_unknown(scan, place, "whether there is %s/%s: the input shows none",
				    named->ns, named->name);
		return;
	}
	workloads = scan_workloads_of(scan, ns, &n);
	for (uint32_t i = 0; i < n; i++)
		vec_push(&names, workloads[i]->name);
	near = diag_did_you_mean(named->name, names.items, names.n);
	finding = scan_report(scan, place,
			      "the contract is for %s/%s, and %s has no such workload or Service: "
			      "it is kept by nobody",
			      named->ns, named->name, named->ns);
	if (near)
		scan_help(scan, finding, "did you mean %s/%s?", named->ns, near);
	vec_release(&names);
}

void scan_contracts(struct scan *scan)
{
	for (size_t i = 0; scan->config && i < scan->config->contracts.n; i++) {
		struct deal deal = {.contract = &scan->config->contracts.items[i]};
		bool is_there = false;

		for (uint32_t k = 0; k < scan->n_workloads; k++) {
			deal.owner = scan->snapshot->workloads[k];
			if (!scan_is_subject(deal.owner) ||
			    !is_about(scan, deal.contract, deal.owner))
				continue;
			is_there = true;
			check_owner(scan, &deal);
			check_consumers(scan, &deal);
		}
		if (!is_there)
			report_missing(scan, deal.contract);
	}
}
