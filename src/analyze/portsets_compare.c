/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of two inputs against each other. */
#include "analyze/portsets.h"

static uint32_t import_part(struct analyze_portsets *to, const struct analyze_portsets *from,
			    const struct analyze_portset_part *part)
{
	VEC(const char *) texts = {0};
	uint32_t ret;

	for (size_t i = 0; i < analyze_portsets_n_texts(from, part->conditions); i++)
		vec_push(&texts, analyze_portsets_text(from, part->conditions, i));
	ret = analyze_portsets_add_conditional(to, analyze_portsets_get(from, part->ports),
					       texts.items, texts.n);
	vec_release(&texts);
	return ret;
}

uint32_t analyze_portsets_import(struct analyze_portsets *to, const struct analyze_portsets *from,
				 uint32_t number)
{
	const struct analyze_portset *set = analyze_portsets_whole(from, number);
	uint32_t ret = analyze_portsets_add(to, &set->ports);

	for (uint32_t i = 0; i < set->n_parts; i++)
		ret = analyze_portsets_union(to, ret, import_part(to, from, &set->parts[i]));
	return ret;
}

static void take_out(struct port_set *set, const struct port_set *what)
{
	struct port_set rest = {0};

	port_set_subtract(set, what, &rest);
	port_set_release(set);
	*set = rest;
}

uint32_t analyze_portsets_gain(struct analyze_portsets *sets, uint32_t before, uint32_t after)
{
	const struct analyze_portset *set = analyze_portsets_whole(sets, after);
	const struct port_set *certain = analyze_portsets_get(sets, before);
	struct port_set gained = {0};
	uint32_t ret;

	if (before == after)
		return ANALYZE_PORTS_NONE;
	port_set_copy(&gained, &set->ports);
	for (uint32_t i = 0; i < set->n_parts; i++) {
		const uint32_t same =
			analyze_portsets_under(sets, before, set->parts[i].conditions);
		struct port_set part = {0};

		port_set_copy(&part, analyze_portsets_get(sets, set->parts[i].ports));
		take_out(&part, analyze_portsets_get(sets, same));
		port_set_union(&gained, &part);
		port_set_release(&part);
	}
	take_out(&gained, certain);
	ret = analyze_portsets_add(sets, &gained);
	port_set_release(&gained);
	return ret;
}
