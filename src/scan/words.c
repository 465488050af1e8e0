/* SPDX-License-Identifier: Apache-2.0 */
/* What findings call subjects, ports and selectors; and what rules are alike. */
#include "scan/check.h"

const char *scan_and_others(struct scan *scan, const struct model_workload *first, uint32_t n)
{
	if (n == 1)
		return arena_printf(&scan->arena, "%s/%s", first->ns->name, first->name);
	return arena_printf(&scan->arena, "%s/%s and %u other%s", first->ns->name, first->name,
			    n - 1, n == 2 ? "" : "s");
}

const char *scan_subject_text(struct scan *scan, const struct policy_rule *rule,
			      const struct scan_access *access)
{
	const struct model_workload *subject = access->subject;
	const char *ns = rule->policy->ns;

	if (!subject)
		return ns ? arena_printf(&scan->arena, "the pods of %s that it selects", ns)
			  : "the pods that it selects";
	return scan_and_others(scan, subject, access->n_subjects);
}

const char *scan_limit_text(struct scan *scan, const struct policy_rule *rule,
			    const struct scan_access *access)
{
	if (!access->subject || !access->peer)
		return "";
	return scan_other_side_text(scan, access->subject->pods[0], access->peer, rule->direction,
				    rule->any_port && !access->is_part ? NULL
								       : access->open.ranges);
}

const char *scan_port_text(struct scan *scan, const struct port_range *port)
{
	const char *after = port->space == PORT_TCP ? "" : port_space_name(port->space);
	const char *slash = *after ? "/" : "";

	if (port->first == 0 && port->last == port_space_last(port->space))
		return arena_printf(&scan->arena, " on all/%s", port_space_name(port->space));
	if (port->first == port->last)
		return arena_printf(&scan->arena, ":%u%s%s", port->first, slash, after);
	return arena_printf(&scan->arena, ":%u-%u%s%s", port->first, port->last, slash, after);
}

/* As questions have it: "8" is a type, "3:1" one code of it. */
static void add_icmp(struct strbuf *text, const struct policy_port *port)
{
	const unsigned int first = port->first >> 8, last = port->last >> 8;

	if (port->first == port->last)
		strbuf_printf(text, "%u:%u", first, port->first & 255u);
	else if (first == last)
		strbuf_printf(text, "%u", first);
	else
		strbuf_printf(text, "%u-%u", first, last);
}

static void add_port(struct strbuf *text, const struct policy_port *port)
{
	if (port->kind == POLICY_PORT_NAMED)
		strbuf_addstr(text, port->name);
	else if (port->first == 0 && port->last == port_space_last(port->space))
		strbuf_addstr(text, "all");
	else if (port->space == PORT_ICMP || port->space == PORT_ICMPV6)
		add_icmp(text, port);
	else if (port->first == port->last)
		strbuf_printf(text, "%u", port->first);
	else
		strbuf_printf(text, "%u-%u", port->first, port->last);
	strbuf_printf(text, "/%s", port_space_name(port->space));
}

static void add_ports(struct strbuf *text, const char *before, const struct policy_port *ports,
		      uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		strbuf_addstr(text, i ? ", " : before);
		add_port(text, &ports[i]);
	}
}

static void add_set(struct strbuf *text, const char *before, const struct port_set *set)
{
	strbuf_addstr(text, before);
	for (size_t i = 0; i < set->n; i++) {
		const struct policy_port port = {
			.kind = POLICY_PORT_RANGE,
			.space = set->ranges[i].space,
			.first = set->ranges[i].first,
			.last = set->ranges[i].last,
		};

		strbuf_addstr(text, i ? ", " : "");
		add_port(text, &port);
	}
}

/* What is short: the ports, or the others. */
static const char *open_text(struct scan *scan, const struct port_set *open)
{
	struct port_set all = {0}, closed = {0};
	struct strbuf text = {0};
	const char *ret;

	port_set_add_all(&all);
	port_set_subtract(&all, open, &closed);
	if (closed.n < open->n)
		add_set(&text, " on every port but ", &closed);
	else
		add_set(&text, " on ", open);
	ret = arena_strdup(&scan->arena, strbuf_str(&text));
	port_set_release(&all);
	port_set_release(&closed);
	strbuf_release(&text);
	return ret;
}

const char *scan_ports_text(struct scan *scan, const struct policy_rule *rule,
			    const struct scan_access *access)
{
	struct strbuf text = {0};
	const char *ret;

	if (access->is_part)
		return open_text(scan, &access->open);
	if (rule->any_port)
		strbuf_addstr(&text, " on every port");
	add_ports(&text, " on ", rule->ports, rule->n_ports);
	add_ports(&text, " but ", rule->not_ports, rule->n_not_ports);
	ret = arena_strdup(&scan->arena, strbuf_str(&text));
	strbuf_release(&text);
	return ret;
}

const char *scan_selector_text(struct scan *scan, const struct selector *selector)
{
	return selector->n ? selector_format(selector, &scan->arena) : "every pod";
}

const char *scan_void_text(const struct policy_rule *rule)
{
	if (rule->action != POLICY_ALLOW)
		return "it is about nobody";
	return rule->direction == POLICY_INGRESS ? "nobody is let in by it"
						 : "nobody is reached by it";
}

bool scan_allows(const struct policy_rule *rule)
{
	return rule->action == POLICY_ALLOW && !rule->policy->is_mesh &&
	       rule->policy->tier_key.layer == POLICY_LAYER_NETWORK &&
	       !policy_rule_is_conditional(rule);
}

bool scan_only_port(const struct policy_rule *rule, uint16_t port)
{
	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (rule->ports[i].kind != POLICY_PORT_RANGE || rule->ports[i].first != port ||
		    rule->ports[i].last != port)
			return false;
	return !rule->any_port && rule->n_ports > 0;
}

bool scan_has_port(const struct policy_rule *rule, enum port_space space, uint16_t port)
{
	for (uint32_t i = 0; i < rule->n_ports; i++)
		if (rule->ports[i].kind == POLICY_PORT_RANGE && rule->ports[i].space == space &&
		    rule->ports[i].first <= port && port <= rule->ports[i].last)
			return true;
	return rule->any_port;
}
