/* SPDX-License-Identifier: Apache-2.0 */
#include "render/render.h"

#include "analyze/text.h"
#include "render/aside.h"

#include <string.h>

void render_ports_json(struct json *json, const struct port_set *set)
{
	json_array(json);
	for (size_t i = 0; i < set->n; i++) {
		json_object(json);
		json_field(json, "protocol", port_space_name(set->ranges[i].space));
		json_key(json, "port");
		json_uint(json, set->ranges[i].first);
		json_key(json, "endPort");
		json_uint(json, set->ranges[i].last);
		json_end(json);
	}
	json_end(json);
}

/* What a reference does: a policy as a whole isolates, which is to deny. */
static enum policy_action ref_action(const struct analyze_ref *ref)
{
	return ref->rule ? ref->rule->action : POLICY_DENY;
}

static void render_place(struct json *json, const struct diag_span *span)
{
	json_field(json, "file", span->file ? span->file->name : NULL);
	json_key(json, "line");
	json_uint(json, span->line);
	json_key(json, "column");
	json_uint(json, span->column);
}

void render_ref_json(struct json *json, const struct analyze_ref *ref)
{
	const struct policy *policy = ref->policy;
	struct strbuf rule = {0};

	if (ref->rule)
		analyze_rule_text(ref->rule, &rule);
	json_object(json);
	json_field(json, "group", policy->group);
	json_field(json, "kind", policy->kind);
	json_field(json, "namespace", policy->ns);
	json_field(json, "name", policy->name);
	json_field(json, "tier", policy->tier_key.title);
	json_field(json, "rule", ref->rule ? strbuf_str(&rule) : NULL);
	json_field(json, "action", policy_action_name(ref_action(ref)));
	render_place(json, ref->rule ? &ref->rule->span : &policy->span);
	if (ref->near != ANALYZE_NEAR_NONE)
		json_field(json, "why", analyze_near_name(ref->near));
	json_end(json);
	strbuf_release(&rule);
}

static void render_refs(struct json *json, const char *key, const struct analyze_refs *refs)
{
	json_key(json, key);
	json_array(json);
	for (size_t i = 0; i < refs->n; i++)
		render_ref_json(json, &refs->items[i]);
	json_end(json);
}

void render_sides_json(struct json *json, const struct analyze_side sides[])
{
	for (int i = 0; i < POLICY_N_DIRECTIONS; i++) {
		json_key(json, policy_direction_name(i));
		json_object(json);
		json_field(json, "verdict", analyze_verdict_name(sides[i].verdict));
		json_field(json, "reason", analyze_reason_name(sides[i].reason));
		render_refs(json, "rules", &sides[i].rules);
		render_refs(json, "near", &sides[i].near);
		if (sides[i].passed.n)
			render_refs(json, "passed", &sides[i].passed);
		if (sides[i].behind.n)
			render_refs(json, "behind", &sides[i].behind);
		json_end(json);
	}
}

/* A number where it is one, a name, "FIRST-LAST", "TYPE:CODE", or null for all of a protocol. */
void render_port_json(struct json *json, const struct analyze_port *port)
{
	const struct port_range *range = &port->range;
	struct strbuf numbers = {0};

	analyze_numbers_text(range, &numbers);
	json_key(json, "port");
	if (port->is_any || port->is_whole)
		json_null(json);
	else if (port->name)
		json_string(json, port->name);
	else if (strspn(strbuf_str(&numbers), "0123456789") == numbers.len)
		json_uint(json, analyze_port_shown(range->space, range->first));
	else
		json_string(json, strbuf_str(&numbers));
	strbuf_release(&numbers);
	json_field(json, "protocol", port->is_any ? NULL : port_space_name(range->space));
}

static void render_allowed(struct json *json, const struct port_set *set)
{
	json_key(json, "allowed");
	render_ports_json(json, set);
}

static void render_parts(struct json *json, const struct analyze_answer *answer)
{
	json_key(json, "parts");
	json_array(json);
	for (size_t i = 0; i < answer->parts.n; i++) {
		const struct analyze_part *part = &answer->parts.items[i];

		json_object(json);
		json_field(json, "from", part->from);
		json_field(json, "to", part->to);
		if (part->family)
			json_field(json, "family", part->family);
		json_field(json, "verdict", analyze_verdict_name(part->verdict));
		if (answer->asks_ports)
			render_allowed(json, &part->allowed);
		render_sides_json(json, part->sides);
		json_end(json);
	}
	json_end(json);
}

void render_strings_json(struct json *json, const char *key, const char *const *items, size_t n)
{
	json_key(json, key);
	json_array(json);
	for (size_t i = 0; i < n; i++)
		json_string(json, items[i]);
	json_end(json);
}

static void render_covered(struct json *json, const char *key,
			   const struct analyze_endpoint *endpoint)
{
	if (endpoint->kind != ANALYZE_OUTSIDE)
		return;
	json_key(json, key);
	json_uint(json, endpoint->n_covered);
}

/* Another answer to the same question. */
static void render_other(struct json *json, const char *key, const struct analyze_answer *answer)
{
	json_key(json, key);
	json_object(json);
	json_field(json, "verdict", analyze_verdict_name(answer->verdict));
	if (answer->asks_ports)
		render_allowed(json, &answer->allowed);
	render_sides_json(json, answer->sides);
	render_strings_json(json, "conditions", answer->conditions.items, answer->conditions.n);
	json_end(json);
}

void render_can_json(const struct analyze_answer *answer, unsigned int indent)
{
	const struct analyze_question *question = &answer->question;
	struct json json;

	json_init(&json, stdout, indent);
	json_object(&json);
	json_field(&json, "schema", "bulkhead.can/v1");
	json_field(&json, "from", question->from->id);
	json_field(&json, "to", question->to->id);
	render_port_json(&json, &question->port);
	json_field(&json, "verdict", analyze_verdict_name(answer->verdict));
	if (answer->asks_ports)
		render_allowed(&json, &answer->allowed);
	render_sides_json(&json, answer->sides);
	render_parts(&json, answer);
	render_covered(&json, "fromCoversPods", question->from);
	render_covered(&json, "toCoversPods", question->to);
	render_strings_json(&json, "conditions", answer->conditions.items, answer->conditions.n);
	render_strings_json(&json, "assumptions", answer->assumptions.items, answer->assumptions.n);
	if (answer->staged)
		render_other(&json, "staged", answer->staged);
	if (answer->specification)
		render_other(&json, "specification", answer->specification);
	if (indent)
		render_aside_json(&json, answer->cluster);
	json_end(&json);
	if (!indent)
		putchar('\n');
}

void render_can_error(const char *message, size_t line)
{
	struct json json;

	json_init(&json, stdout, 0);
	json_object(&json);
	json_field(&json, "error", message);
	json_key(&json, "line");
	json_uint(&json, line);
	json_end(&json);
	putchar('\n');
}
