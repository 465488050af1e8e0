/* SPDX-License-Identifier: Apache-2.0 */
/* What is left to decide when addresses and ports are known. */
#include "compile/build.h"

static __u8 rule_action(const struct policy_rule *rule)
{
	if (rule->action == POLICY_PASS)
		return TABLE_DECIDE;
	return rule->action == POLICY_ALLOW ? TABLE_ALLOW : TABLE_DENY;
}

static void push_condition(struct build *build, const struct policy_rule *rule)
{
	struct table_decision decision = {.action = rule_action(rule),
					  .rule = build_rule(build, rule)};
	struct strbuf text = {0};

	policy_condition_text(rule, &text);
	decision.condition = build_string(build, strbuf_str(&text));
	build_push(build, decisions, decision);
	strbuf_release(&text);
}

/* The conditions of a layer, then what holds when none of them does. */
static bool push_layer(struct build *build, const struct compile_decision *layer)
{
	struct table_decision rest = {.action = layer->action, .ends_layer = 1};
	bool has_conditions = false;
	uint32_t n;
	const struct policy_rule *const *rules = compile_trail(build->world, layer->trail, &n);

	for (uint32_t i = 0; i < n; i++) {
		if (!policy_rule_is_conditional(rules[i]))
			continue;
		push_condition(build, rules[i]);
		has_conditions = true;
	}
	if (!has_conditions)
		return false;
	rest.rule = build_rule(build, layer->rule);
	build_push(build, decisions, rest);
	return true;
}

__u32 build_decisions(struct build *build, const struct compile_outcome *outcome)
{
	struct strbuf *section = &build->section[BUILD_decisions];
	const __u32 first = build_count(build, decisions, struct table_decision);
	bool is_any = false;

	if (outcome->action != TABLE_DECIDE)
		return 0;
	for (int layer = 0; layer < POLICY_N_LAYERS; layer++)
		is_any |= push_layer(build, &outcome->layers[layer]);
	if (!is_any)
		return 0;
	((struct table_decision *)(section->text + section->len))[-1].ends_list = 1;
	return first;
}
