/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table under construction: one growing buffer per section; compile/table.c lays them out at the
 * end. Nothing outside `compile` includes this.
 */
#pragma once

#include "base/hash.h"
#include "base/strbuf.h"
#include "compile/internal.h"
#include "compile/table.h"

/* name in the header's part, part of the header, type of an item */
#define BUILD_SECTIONS(X) \
	X(addr4, keys, struct table_bucket4) \
	X(addr6, keys, struct table_bucket6) \
	X(endpoints, keys, struct table_endpoint) \
	X(port_index, keys, __u16) \
	X(port_pages, keys, __u16) \
	X(remaps, keys, __u32) \
	X(rows, answers, struct table_row) \
	X(cells, answers, __u16) \
	X(outcomes, answers, struct table_outcome) \
	X(range4, answers, struct table_range4) \
	X(range4_index, answers, __u32) \
	X(range6, answers, struct table_range6) \
	X(range6_index, answers, __u32) \
	X(rules, explain, struct table_rule) \
	X(policies, explain, struct table_policy) \
	X(lists, explain, __u32) \
	X(decisions, explain, struct table_decision) \
	X(strings, explain, char)

enum build_section {
#define X(name, part, type) BUILD_##name,
	BUILD_SECTIONS(X)
#undef X
		BUILD_N_SECTIONS
};

struct build {
	struct compile_world *world;
	struct strbuf section[BUILD_N_SECTIONS];
	__u32 range4_bits;
	__u32 range6_bits;
	bool has_full_row; /* a row has more outcomes than a cell can number */

	struct keyset strings;          /* texts with their NUL */
	VEC(__u32) string_offsets;      /* by strings id */
	struct hash_map policy_numbers; /* struct policy * → table number */
	struct hash_map rule_numbers;   /* struct policy_rule * → table number */
	struct keyset lists;            /* arrays of numbers */
	VEC(__u32) list_items;          /* by lists id: where the list starts */
};

/* How many items of `type` a section has so far. */
#define build_count(build, name, type) ((__u32)((build)->section[BUILD_##name].len / sizeof(type)))

/* Appends one item (an lvalue) to a section. */
#define build_push(build, name, item) \
	strbuf_add(&(build)->section[BUILD_##name], &(item), sizeof(item))

/* Steps of compile_table(). */
void build_addresses(struct build *build, struct model_pod *const *pods, size_t n_pods,
		     const uint32_t *ids);
void build_ranges(struct build *build);
void build_ports(struct build *build);
void build_endpoints(struct build *build, struct model_pod *const *pods, size_t n_pods,
		     const uint32_t *ids);
void build_text_init(struct build *build);
void build_text_release(struct build *build);

/*
 * Explanation: the numbers of texts, rules, policies and lists, made when first used. NULL gives 0.
 */
__u32 build_string(struct build *build, const char *text);
__u32 build_policy(struct build *build, const struct policy *policy);
__u32 build_rule(struct build *build, const struct policy_rule *rule);
__u32 build_list(struct build *build, const __u32 *numbers, uint32_t n);

/* The decision list of an outcome; 0 when it is certain. */
__u32 build_decisions(struct build *build, const struct compile_outcome *outcome);

/* The local endpoint number of pod `i` of those compiled. */
static inline __u32 endpoint_number(const uint32_t *ids, size_t i)
{
	return ids ? ids[i] : i + 1;
}
