/* SPDX-License-Identifier: Apache-2.0 */
#include "compile/table.h"

#include "compile/build.h"
#include "verdict/seal.h"

#include <errno.h>
#include <stdlib.h>

#define TABLE_MAX_CLASSES TABLE_CLASS_MASK
#define TABLE_MAX_PORT_CLASSES 65536u

static size_t section_lines(const struct strbuf *section)
{
	return (section->len + TABLE_LINE_SIZE - 1) / TABLE_LINE_SIZE;
}

static size_t total_lines(const struct build *build)
{
	size_t lines = TABLE_HEADER_LINES;

	for (int i = 0; i < BUILD_N_SECTIONS; i++)
		lines += section_lines(&build->section[i]);
	return lines;
}

/* "cells 41.2 MiB, remaps 3.0 MiB": the sections that take the most room. */
static void report_budget(const struct build *build, size_t size, size_t budget,
			  struct diag_list *diags)
{
	static const char *const names[] = {
#define X(name, part, type) #name,
		BUILD_SECTIONS(X)
#undef X
	};
	int first = 0, second = 1;
	struct diag *diag;

	for (int i = 0; i < BUILD_N_SECTIONS; i++) {
		if (build->section[i].len > build->section[first].len) {
			second = first;
			first = i;
		} else if (i != first && build->section[i].len > build->section[second].len) {
			second = i;
		}
	}
	diag = diag_add(diags, DIAG_BH0301, (struct diag_span){0},
			"the policy table needs %zu KiB, and its budget is %zu KiB", size >> 10,
			budget >> 10);
	diag_hint(diags, diag,
		  "most of it: %s %zu KiB, %s %zu KiB; fewer distinct selectors and ports make it "
		  "smaller",
		  names[first], build->section[first].len >> 10, names[second],
		  build->section[second].len >> 10);
}

/* Copies every section to its place and notes it in the header. */
static void lay_out(const struct build *build, char *bytes)
{
	struct table_header *header = (struct table_header *)bytes;
	size_t line = TABLE_HEADER_LINES;

#define X(name, part, type) \
	do { \
		const struct strbuf *section = &build->section[BUILD_##name]; \
		header->part.name.line = line; \
		header->part.name.n = section->len / sizeof(type); \
		if (section->len) \
			memcpy(bytes + line * TABLE_LINE_SIZE, section->text, section->len); \
		line += section_lines(section); \
	} while (0);
	BUILD_SECTIONS(X)
#undef X
}

static void complete(const struct build *build, uint64_t generation, char *bytes, size_t size)
{
	struct table_header *header = (struct table_header *)bytes;

	header->keys.magic = TABLE_MAGIC;
	header->keys.abi = TABLE_ABI;
	header->keys.generation = generation ? generation : 1;
	header->answers.range4_bits = build->range4_bits;
	header->answers.range6_bits = build->range6_bits;
	table_seal(bytes, size);
}

static int emit(const struct build *build, const struct compile_table_options *options,
		struct diag_list *diags, struct compiled_table *ret)
{
	const size_t budget = options->budget ? options->budget : COMPILE_DEFAULT_BUDGET;
	const size_t size = total_lines(build) * TABLE_LINE_SIZE;
	char *bytes;

	if (build->has_full_row) {
		diag_add(diags, DIAG_BH0301, (struct diag_span){0},
			 "more than %u rules decide for one pod, which a table cannot number",
			 UINT16_MAX - 1);
		return -E2BIG;
	}
	if (size > budget) {
		report_budget(build, size, budget, diags);
		return -E2BIG;
	}
	bytes = aligned_alloc(TABLE_LINE_SIZE, size);
	if (!bytes)
		abort();
	memset(bytes, 0, size);
	lay_out(build, bytes);
	complete(build, options->generation, bytes, size);
	*ret = (struct compiled_table){bytes, size};
	return 0;
}

/* Whether numbers fit the fields that hold them. */
static bool check_numbers(const struct compile_world *world, struct diag_list *diags)
{
	if (world->peer_classes.n <= TABLE_MAX_CLASSES &&
	    world->port_sets.n <= TABLE_MAX_PORT_CLASSES &&
	    world->family[0].n_ranges < (1u << VERDICT_SEARCH_STEPS) &&
	    world->family[1].n_ranges < (1u << VERDICT_SEARCH_STEPS))
		return true;
	diag_add(diags, DIAG_BH0301, (struct diag_span){0},
		 "the policies tell apart more than a table can number: %zu kinds of addresses, "
		 "%zu of ports",
		 world->peer_classes.n, world->port_sets.n);
	return false;
}

int compile_table(struct compile_world *world, struct model_pod *const *pods, size_t n_pods,
		  const struct compile_table_options *options, struct diag_list *diags,
		  struct compiled_table *ret)
{
	struct build build = {.world = world};
	int r = -E2BIG;

	world_divide_ports(world);
	if (!check_numbers(world, diags))
		return r;
	build_text_init(&build);
	build_addresses(&build, pods, n_pods, options->endpoint_ids);
	build_ranges(&build);
	build_ports(&build);
	build_endpoints(&build, pods, n_pods, options->endpoint_ids);
	r = emit(&build, options, diags, ret);
	build_text_release(&build);
	for (int i = 0; i < BUILD_N_SECTIONS; i++)
		strbuf_release(&build.section[i]);
	return r;
}

void compiled_table_release(struct compiled_table *table)
{
	free(table->bytes);
	*table = (struct compiled_table){0};
}
