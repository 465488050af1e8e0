/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/text.h"

#include "analyze/question.h"
#include "base/arena.h"

#include <assert.h>

static const struct {
	const char *name;
	const char *text;
} reasons[VERDICT_N_REASONS] = {
#define X(id, name, text) [VERDICT_##id] = {name, text},
	VERDICT_REASONS(X)
#undef X
};

const char *analyze_reason_name(enum verdict_reason reason)
{
	assert(reason < VERDICT_N_REASONS);
	return reasons[reason].name;
}

const char *analyze_reason_text(enum verdict_reason reason)
{
	assert(reason < VERDICT_N_REASONS);
	return reasons[reason].text;
}

static bool is_whole(const struct port_range *range)
{
	return range->first == 0 && range->last == port_space_last(range->space);
}

bool analyze_ports_is_everything(const struct port_set *set)
{
	unsigned int whole = 0;
	const unsigned int both = 1u << PORT_ICMP | 1u << PORT_ICMPV6;
	const unsigned int all = (1u << PORT_N_SPACES) - 1;

	for (size_t i = 0; i < set->n; i++)
		if (is_whole(&set->ranges[i]))
			whole |= 1u << set->ranges[i].space;
	return (whole | both) == all && (whole & both) != 0 &&
	       set->n == (size_t)__builtin_popcount(whole);
}

void analyze_ports_text(const struct port_set *set, struct strbuf *ret)
{
	if (set->n == 0) {
		strbuf_addstr(ret, "no port");
		return;
	}
	if (analyze_ports_is_everything(set)) {
		strbuf_addstr(ret, "all ports");
		return;
	}
	for (size_t i = 0; i < set->n; i++) {
		const struct port_range *range = &set->ranges[i];

		if (i == 0 || set->ranges[i - 1].space != range->space)
			strbuf_printf(ret, "%s%s%s", i ? "; " : "", port_space_name(range->space),
				      is_whole(range) ? "" : " ");
		else
			strbuf_addch(ret, ',');
		if (!is_whole(range))
			analyze_numbers_text(range, ret);
	}
}

void analyze_policy_text(const struct policy *policy, struct strbuf *ret)
{
	if (policy->ns)
		strbuf_printf(ret, "%s/", policy->ns);
	strbuf_addstr(ret, policy->name);
}

void analyze_rule_text(const struct policy_rule *rule, struct strbuf *ret)
{
	strbuf_printf(ret, "%s[%u]",
		      rule->list ? rule->list : policy_direction_name(rule->direction),
		      rule->index);
}

void analyze_decider_text(const struct policy *policy, const struct policy_rule *rule,
			  struct strbuf *ret)
{
	analyze_policy_text(policy, ret);
	if (!rule)
		return;
	strbuf_addch(ret, ' ');
	analyze_rule_text(rule, ret);
}

static void add_ports(const struct policy_port *ports, uint32_t n, struct strbuf *ret)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct policy_port *port = &ports[i];
		const struct port_range range = {port->space, port->first, port->last};

		strbuf_printf(ret, "%s%s", i ? ", " : "", port_space_name(port->space));
		if (port->kind == POLICY_PORT_NAMED)
			strbuf_printf(ret, " %s", port->name);
		else if (!is_whole(&range)) {
			strbuf_addch(ret, ' ');
			analyze_numbers_text(&range, ret);
		}
	}
}

void analyze_rule_ports_text(const struct policy_rule *rule, struct strbuf *ret)
{
	if (rule->any_port)
		strbuf_addstr(ret, "all ports");
	add_ports(rule->ports, rule->n_ports, ret);
	strbuf_addstr(ret, rule->n_not_ports ? " but " : "");
	add_ports(rule->not_ports, rule->n_not_ports, ret);
}

const char *analyze_condition_text(const struct policy_rule *rule, struct arena *arena)
{
	struct strbuf text = {0};
	const char *ret;

	if (rule->action == POLICY_DENY)
		strbuf_addstr(&text, "unless ");
	policy_condition_text(rule, &text);
	ret = arena_strdup(arena, strbuf_str(&text));
	strbuf_release(&text);
	return ret;
}
