/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/explain.h"

#include "analyze/text.h"
#include "compile/table.h"

/* What a side rests on: a rule, or the policies that isolate. */
struct grounds {
	const struct table_rule *rule; /* NULL */
	const uint32_t *isolating;     /* numbers of policies */
	uint32_t n_isolating;
};

static const char *direction_name(uint8_t direction)
{
	return direction == VERDICT_EGRESS ? "egress" : "ingress";
}

static struct grounds grounds_of(const struct lab_side *side)
{
	const struct table_outcome *outcome =
		side->table && side->outcome ? table_outcome(side->table, side->outcome) : NULL;
	struct grounds grounds = {0};

	if (!outcome)
		return grounds;
	if (outcome->rule)
		grounds.rule = table_rule(side->table, outcome->rule);
	else
		grounds.isolating =
			table_list(side->table, outcome->isolating, &grounds.n_isolating);
	return grounds;
}

/* Text of the user's own files: a terminal must not obey it. */
static void add_text(struct strbuf *buf, const char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			strbuf_printf(buf, "\\x%02x", (unsigned char)*text);
		else
			strbuf_addch(buf, *text);
}

static void add_policy(struct strbuf *buf, const struct lab_side *side, uint32_t number)
{
	const struct table_policy *policy = table_policy(side->table, number);

	if (!policy)
		return;
	if (policy->ns) {
		add_text(buf, table_string(side->table, policy->ns));
		strbuf_addch(buf, '/');
	}
	add_text(buf, table_string(side->table, policy->name));
}

static void add_place(struct strbuf *buf, const struct lab_side *side, uint32_t file, uint32_t line)
{
	if (!line)
		return;
	strbuf_addstr(buf, "  ");
	add_text(buf, table_string(side->table, file));
	strbuf_printf(buf, ":%u", line);
}

/* Of the list that a rule stands in. */
static const char *list_name(const struct lab_side *side, const struct table_rule *rule)
{
	if (rule->list)
		return table_string(side->table, rule->list);
	return direction_name(rule->ingress ? VERDICT_INGRESS : VERDICT_EGRESS);
}

static void explain_rule(struct strbuf *buf, const struct lab_side *side,
			 const struct table_rule *rule)
{
	strbuf_addstr(buf, side->action == TABLE_ALLOW  ? "allowed by "
			   : side->action == TABLE_DENY ? "denied by "
							: "nobody decides the condition of ");
	add_policy(buf, side, rule->policy);
	strbuf_printf(buf, " %s[%u]", list_name(side, rule), rule->index);
	add_place(buf, side, rule->file, rule->line);
}

static void explain_isolation(struct strbuf *buf, const struct lab_side *side,
			      const struct grounds *grounds)
{
	const struct table_policy *first = table_policy(side->table, grounds->isolating[0]);

	strbuf_addstr(buf, "isolated by ");
	for (uint32_t i = 0; i < grounds->n_isolating; i++) {
		strbuf_addstr(buf, i ? ", " : "");
		add_policy(buf, side, grounds->isolating[i]);
	}
	strbuf_addstr(buf, ", and no rule allows it");
	if (first)
		add_place(buf, side, first->file, first->line);
}

void lab_explain(struct strbuf *buf, const struct lab_side *side)
{
	const struct grounds grounds = grounds_of(side);

	strbuf_printf(buf, "%s: ", direction_name(side->direction));
	if (grounds.rule)
		explain_rule(buf, side, grounds.rule);
	else if (grounds.n_isolating && side->action != TABLE_ALLOW)
		explain_isolation(buf, side, &grounds);
	else
		strbuf_addstr(buf, analyze_reason_text(side->reason));
}

static void json_policy(struct json *json, const struct lab_side *side, uint32_t number)
{
	const struct table_policy *policy = table_policy(side->table, number);

	if (!policy)
		return;
	json_object(json);
	json_field(json, "group", table_string(side->table, policy->group));
	json_field(json, "kind", table_string(side->table, policy->kind));
	json_field(json, "namespace", policy->ns ? table_string(side->table, policy->ns) : NULL);
	json_field(json, "name", table_string(side->table, policy->name));
	json_field(json, "file", table_string(side->table, policy->file));
	json_key(json, "line");
	json_uint(json, policy->line);
	json_end(json);
}

void lab_explain_json(struct json *json, const struct lab_side *side)
{
	const struct grounds grounds = grounds_of(side);
	const struct table_rule *rule = grounds.rule;
	struct strbuf name = {0};

	json_field(json, "direction", direction_name(side->direction));
	json_field(json, "reason", analyze_reason_name(side->reason));
	json_key(json, "policies");
	json_array(json);
	if (rule)
		json_policy(json, side, rule->policy);
	for (uint32_t i = 0; i < grounds.n_isolating; i++)
		json_policy(json, side, grounds.isolating[i]);
	json_end(json);
	if (rule)
		strbuf_printf(&name, "%s[%u]", list_name(side, rule), rule->index);
	json_field(json, "rule", rule ? strbuf_str(&name) : NULL);
	json_field(json, "file", rule ? table_string(side->table, rule->file) : NULL);
	json_key(json, "line");
	if (rule)
		json_uint(json, rule->line);
	else
		json_null(json);
	strbuf_release(&name);
}
