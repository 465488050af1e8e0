/* SPDX-License-Identifier: Apache-2.0 */
/* Whom a rule opens, and on which of its ports: other policies may refuse some of them. */
#include "scan/check.h"

#include <string.h>

static void add_ports(const struct policy_port *ports, uint32_t n, const struct model_pod *target,
		      struct port_set *ret)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct policy_port *port = &ports[i];

		if (port->kind == POLICY_PORT_RANGE)
			port_set_add(ret,
				     (struct port_range){port->space, port->first, port->last});
		else if (target)
			model_pod_named_ports(target, port->name, port->space, ret);
	}
}

void scan_rule_ports(const struct policy_rule *rule, const struct model_pod *target,
		     struct port_set *ret)
{
	struct port_set all = {0}, out = {0};

	if (rule->any_port)
		port_set_add_all(&all);
	add_ports(rule->ports, rule->n_ports, target, &all);
	add_ports(rule->not_ports, rule->n_not_ports, target, &out);
	port_set_subtract(&all, &out, ret);
	port_set_release(&all);
	port_set_release(&out);
}

/* The other end of a question. */
struct far {
	const struct model_pod *pod;
	const struct ip_addr *addr; /* if it is no pod's */
};

static bool may(struct scan *scan, const struct model_pod *subject, const struct far *far,
		enum policy_direction direction, const struct port_range *port)
{
	return far->pod
		       ? scan_side_may(scan, subject, far->pod, direction, port->space, port->first)
		       : scan_outside_may(scan, subject, far->addr, direction, port->space,
					  port->first);
}

/* Those of the rule's ports that are open, asked once for each part that nothing divides. */
static void find_open(struct scan *scan, const struct policy_rule *rule,
		      const struct model_pod *subject, const struct far *far, struct port_set *ret)
{
	struct compile_world *world = scan->world;
	const struct compile_part *parts;
	struct port_set own = {0};
	uint32_t n;

	scan_rule_ports(rule, rule->direction == POLICY_INGRESS ? subject : far->pod, &own);
	parts = compile_parts(world, compile_subject_class(world, subject), rule->direction, &n);
	for (uint32_t i = 0; i < n; i++) {
		struct port_set both = {0};

		port_set_intersect(&parts[i].ports, &own, &both);
		if (both.n && may(scan, subject, far, rule->direction, &both.ranges[0]))
			port_set_union(ret, &both);
		port_set_release(&both);
	}
	port_set_release(&own);
}

static bool is_within(const struct port_set *narrow, const struct port_set *wide)
{
	struct port_set rest = {0};
	bool ret;

	port_set_subtract(narrow, wide, &rest);
	ret = rest.n == 0;
	port_set_release(&rest);
	return ret;
}

static void note_first(struct scan *scan, const struct policy_rule *rule,
		       const struct model_workload *workload, const struct far *far,
		       const struct port_set *open, struct scan_access *ret)
{
	const bool is_ingress = rule->direction == POLICY_INGRESS;
	struct port_set own = {0};

	ret->subject = workload;
	ret->open.n = open->n;
	ret->open.ranges = arena_alloc_n(&scan->arena, open->n, sizeof(*open->ranges));
	memcpy(ret->open.ranges, open->ranges, open->n * sizeof(*open->ranges));
	scan_rule_ports(rule, is_ingress ? workload->pods[0] : far->pod, &own);
	ret->is_part = !is_within(&own, open);
	port_set_release(&own);
}

/* The first subject that is open, and how many others on as many ports. */
static bool rule_opens(struct scan *scan, const struct policy_rule *rule, const struct far *far,
		       struct scan_access *ret)
{
	const struct scan_members *members = scan_members(scan, &rule->policy->subject);
	struct port_set first = {0}, open = {0};
	uint32_t asked = COMPILE_NONE;

	*ret = (struct scan_access){.peer = far->pod};
	for (size_t i = 0; i < members->n; i++) {
		const struct model_workload *workload = members->items[i];
		uint32_t class;

		if (!scan_is_subject(workload))
			continue;
		class = compile_subject_class(scan->world, workload->pods[0]);
		if (class != asked) { /* mostly those of one class follow each other */
			port_set_clear(&open);
			find_open(scan, rule, workload->pods[0], far, &open);
			asked = class;
		}
		if (open.n == 0 || !is_within(&first, &open))
			continue;
		if (ret->n_subjects++ == 0) {
			note_first(scan, rule, workload, far, &open, ret);
			port_set_copy(&first, &open);
		}
	}
	port_set_release(&first);
	port_set_release(&open);
	return ret->n_subjects > 0;
}

bool scan_rule_opens(struct scan *scan, const struct policy_rule *rule,
		     const struct model_pod *peer, struct scan_access *ret)
{
	const struct far far = {.pod = peer};

	return rule_opens(scan, rule, &far, ret);
}

bool scan_opens_address(struct scan *scan, const struct policy_rule *rule,
			const struct ip_addr *addr, struct scan_access *ret)
{
	const struct far far = {.addr = addr};

	return rule_opens(scan, rule, &far, ret) ||
	       (scan_selected(scan, rule->policy, &ret->subject) == 0 &&
		!scan_is_host_only(scan, rule->policy, NULL));
}

static bool is_for_pods(const struct scan *scan, const struct ip_range *range)
{
	for (uint32_t i = 0; i < scan->snapshot->n_pod_cidrs; i++) {
		const struct ip_range pods = ip_cidr_range(&scan->snapshot->pod_cidrs[i]);

		if (ip_range_contains(&pods, &range->first) &&
		    ip_range_contains(&pods, &range->last))
			return true;
	}
	return false;
}

/* Of the addresses that no pod has, or may have: whether some may pass, and some may not. */
static void look_outside(struct scan *scan, const struct model_pod *subject,
			 enum policy_direction direction, const struct port_range *port,
			 bool ret[2])
{
	for (uint32_t k = 0; k < subject->n_ips; k++) {
		const struct compile_range *ranges;
		size_t n;

		ranges = compile_ranges(scan->world, subject->ips[k].family, &n);
		for (size_t i = 0; i < n; i++)
			if (!is_for_pods(scan, &ranges[i].range))
				ret[scan_outside_may(scan, subject, &ranges[i].range.first,
						     direction, port->space, port->first)] = true;
	}
}

enum scan_share scan_share_outside(struct scan *scan, const struct policy_rule *rule,
				   const struct scan_access *access)
{
	const struct model_pod *pod = access->subject ? access->subject->pods[0] : NULL;
	bool has[2] = {false, false}; /* refused, let pass */
	const struct compile_part *parts;
	uint32_t n;

	if (!pod)
		return SCAN_ALL;
	parts = compile_parts(scan->world, compile_subject_class(scan->world, pod), rule->direction,
			      &n);
	for (uint32_t i = 0; i < n; i++) {
		struct port_set both = {0};

		port_set_intersect(&parts[i].ports, &access->open, &both);
		if (both.n)
			look_outside(scan, pod, rule->direction, &both.ranges[0], has);
		port_set_release(&both);
	}
	return !has[true] ? SCAN_NOBODY : has[false] ? SCAN_SOME : SCAN_ALL;
}
