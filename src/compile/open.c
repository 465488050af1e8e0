/* SPDX-License-Identifier: Apache-2.0 */
/* Reading a table in userspace: checks, and the numbers as records and texts. */
#include "compile/build.h"

#include "compile/table.h"
#include "verdict/seal.h"

#include <errno.h>

static bool section_fits(struct table_section section, size_t item_size, size_t n_lines)
{
	const size_t items_per_line = TABLE_LINE_SIZE / item_size;

	return section.line <= n_lines &&
	       (section.n + items_per_line - 1) / items_per_line <= n_lines - section.line;
}

static bool sections_fit(const struct table_header *header, size_t n_lines)
{
#define X(name, part, type) \
	if (!section_fits(header->part.name, sizeof(type), n_lines)) \
		return false;
	BUILD_SECTIONS(X)
#undef X
	return true;
}

int table_open(const void *bytes, size_t size, struct table_view *ret_view)
{
	const struct table_header *header = bytes;

	if (table_check(bytes, size) != TABLE_SOUND ||
	    !sections_fit(header, size / TABLE_LINE_SIZE))
		return -EBADMSG;
	*ret_view = (struct table_view){bytes, size / TABLE_LINE_SIZE};
	return 0;
}

const struct table_header *table_header(const struct table_view *view)
{
	return view->lines;
}

const char *table_string(const struct table_view *view, uint32_t offset)
{
	const struct table_section strings = table_header(view)->explain.strings;

	if (offset >= strings.n)
		return "";
	return (const char *)view->lines + (size_t)strings.line * TABLE_LINE_SIZE + offset;
}

const struct table_outcome *table_outcome(const struct table_view *view, uint32_t number)
{
	return table_item(view, table_header(view)->answers.outcomes, number, struct table_outcome);
}

const struct table_rule *table_rule(const struct table_view *view, uint32_t number)
{
	return table_item(view, table_header(view)->explain.rules, number, struct table_rule);
}

const struct table_policy *table_policy(const struct table_view *view, uint32_t number)
{
	return table_item(view, table_header(view)->explain.policies, number, struct table_policy);
}

const struct table_decision *table_decision(const struct table_view *view, uint32_t number)
{
	return table_item(view, table_header(view)->explain.decisions, number,
			  struct table_decision);
}

const uint32_t *table_list(const struct table_view *view, uint32_t item, uint32_t *ret_n)
{
	const struct table_section lists = table_header(view)->explain.lists;
	const __u32 *count = table_item(view, lists, item, __u32);

	*ret_n = 0;
	if (!count || *count >= lists.n - item)
		return NULL;
	*ret_n = *count;
	return count + 1;
}
