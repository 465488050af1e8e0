/* SPDX-License-Identifier: Apache-2.0 */
/* The sections for people: texts, policies, rules, lists of them. */
#include "compile/build.h"

#include "base/hash.h"

void build_text_init(struct build *build)
{
	const struct table_policy no_policy = {0};
	const struct table_rule no_rule = {0};

	build_string(build, "");
	build_push(build, policies, no_policy);
	build_push(build, rules, no_rule);
	build_list(build, NULL, 0);
}

void build_text_release(struct build *build)
{
	keyset_release(&build->strings);
	vec_release(&build->string_offsets);
	hash_map_release(&build->policy_numbers);
	hash_map_release(&build->rule_numbers);
	keyset_release(&build->lists);
	vec_release(&build->list_items);
}

__u32 build_string(struct build *build, const char *text)
{
	uint32_t id;
	bool is_new;

	if (!text)
		return 0;
	id = keyset_intern(&build->strings, text, strlen(text) + 1, &is_new);
	if (is_new) {
		vec_push(&build->string_offsets, build_count(build, strings, char));
		strbuf_add(&build->section[BUILD_strings], text, strlen(text) + 1);
	}
	return build->string_offsets.items[id];
}

static const char *file_name(const struct diag_span *span)
{
	return span->file ? span->file->name : NULL;
}

__u32 build_policy(struct build *build, const struct policy *policy)
{
	struct table_policy record = {0};
	uint64_t *number;
	bool is_new;

	if (!policy)
		return 0;
	number = hash_map_put(&build->policy_numbers, hash_ptr(policy), &is_new);
	if (!is_new)
		return *number;
	*number = build_count(build, policies, struct table_policy);
	record.group = build_string(build, policy->group);
	record.kind = build_string(build, policy->kind);
	record.ns = build_string(build, policy->ns);
	record.name = build_string(build, policy->name);
	record.tier = build_string(build, policy->tier_key.title);
	record.file = build_string(build, file_name(&policy->span));
	record.line = policy->span.line;
	record.column = policy->span.column;
	build_push(build, policies, record);
	return *number;
}

__u32 build_rule(struct build *build, const struct policy_rule *rule)
{
	struct table_rule record = {0};
	uint64_t *number;
	bool is_new;

	if (!rule)
		return 0;
	number = hash_map_put(&build->rule_numbers, hash_ptr(rule), &is_new);
	if (!is_new)
		return *number;
	*number = build_count(build, rules, struct table_rule);
	record.policy = build_policy(build, rule->policy);
	record.index = rule->index;
	record.list = build_string(build, rule->list);
	record.ingress = rule->direction == POLICY_INGRESS;
	record.action = rule->action == POLICY_ALLOW ? TABLE_ALLOW : TABLE_DENY;
	record.file = build_string(build, file_name(&rule->span));
	record.line = rule->span.line;
	record.column = rule->span.column;
	build_push(build, rules, record);
	return *number;
}

__u32 build_list(struct build *build, const __u32 *numbers, uint32_t n)
{
	uint32_t id;
	bool is_new;

	id = keyset_intern(&build->lists, numbers, n * sizeof(*numbers), &is_new);
	if (is_new) {
		vec_push(&build->list_items, build_count(build, lists, __u32));
		build_push(build, lists, n);
		strbuf_add(&build->section[BUILD_lists], numbers, n * sizeof(*numbers));
	}
	return build->list_items.items[id];
}
