/* SPDX-License-Identifier: Apache-2.0 */
/* One connection a line; what comes in from outside and what is sensitive stands before the rest. */
#include "render/diff_json.h"

#include "render/aside.h"
#include "render/render.h"

#include <stdio.h>

static void write_ports(const void *arg, uint32_t number, FILE *out)
{
	const struct analyze_diff *diff = arg;
	struct json json;

	json_init(&json, out, 0);
	render_ports_json(&json, analyze_portsets_get(diff->sets, number));
}

static void write_conditions(const void *arg, uint32_t number, FILE *out)
{
	const struct analyze_diff *diff = arg;
	struct json json;

	json_init(&json, out, 0);
	json_array(&json);
	for (size_t i = 0; i < analyze_portsets_n_texts(diff->sets, number); i++)
		json_string(&json, analyze_portsets_text(diff->sets, number, i));
	json_end(&json);
}

static void add_families(struct diff_writing *writing, const uint32_t by_family[],
			 uint32_t conditions)
{
	const struct analyze_portsets *sets = writing->diff->sets;

	out_literal(&writing->out, "{\"IPv4\":");
	words_add(&writing->ports, analyze_portsets_under(sets, by_family[0], conditions),
		  &writing->out);
	out_literal(&writing->out, ",\"IPv6\":");
	words_add(&writing->ports, analyze_portsets_under(sets, by_family[1], conditions),
		  &writing->out);
	out_literal(&writing->out, "}");
}

/* A connection as in a map: what depends on these conditions, or on none. */
static void add_connection(struct diff_writing *writing, const struct analyze_diff_pair *pair,
			   enum analyze_diff_side side, uint32_t conditions)
{
	const struct analyze_diff_ports *ports = &pair->change->ports;
	const uint32_t *by_family = ports->by_family[side];
	const uint32_t number =
		analyze_portsets_under(writing->diff->sets, ports->ports[side], conditions);

	if (number == ANALYZE_PORTS_NONE)
		return;
	diff_json_begin(writing, pair);
	out_literal(&writing->out, ",\"ports\":");
	words_add(&writing->ports, number, &writing->out);
	if (by_family[0] != by_family[1]) {
		out_literal(&writing->out, ",\"byFamily\":");
		add_families(writing, by_family, conditions);
	}
	out_literal(&writing->out, ",\"conditions\":");
	if (conditions == ANALYZE_PORTS_CERTAIN)
		out_literal(&writing->out, "[]");
	else
		words_add(&writing->conditions, conditions, &writing->out);
	diff_json_end(writing, pair);
}

static void add_connections(struct diff_writing *writing, const struct analyze_diff_pair *pair,
			    enum analyze_diff_side side)
{
	const uint32_t number = pair->change->ports.ports[side];

	add_connection(writing, pair, side, ANALYZE_PORTS_CERTAIN);
	for (uint32_t i = 0; i < analyze_portsets_whole(writing->diff->sets, number)->n_parts; i++)
		add_connection(
			writing, pair, side,
			analyze_portsets_whole(writing->diff->sets, number)->parts[i].conditions);
}

/* What depends on conditions stands beside the ports that do not. */
static void add_conditional(struct diff_writing *writing, uint32_t number)
{
	const struct analyze_portset *set = analyze_portsets_whole(writing->diff->sets, number);

	out_literal(&writing->out, "[");
	for (uint32_t i = 0; i < set->n_parts; i++) {
		if (i)
			out_literal(&writing->out, ",");
		out_literal(&writing->out, "{\"ports\":");
		words_add(&writing->ports, set->parts[i].ports, &writing->out);
		out_literal(&writing->out, ",\"conditions\":");
		words_add(&writing->conditions, set->parts[i].conditions, &writing->out);
		out_literal(&writing->out, "}");
	}
	out_literal(&writing->out, "]");
}

static void add_side(struct diff_writing *writing, const struct analyze_diff_ports *ports,
		     enum analyze_diff_side side)
{
	const uint32_t *by_family = ports->by_family[side];
	const struct analyze_portset *set =
		analyze_portsets_whole(writing->diff->sets, ports->ports[side]);
	const bool is_old = side == ANALYZE_OLD;

	out_add(&writing->out, is_old ? ",\"before\":" : ",\"after\":", is_old ? 10 : 9);
	words_add(&writing->ports, set->certain, &writing->out);
	if (by_family[0] != by_family[1]) {
		out_add(&writing->out,
			is_old ? ",\"beforeByFamily\":" : ",\"afterByFamily\":", is_old ? 18 : 17);
		add_families(writing, by_family, ANALYZE_PORTS_CERTAIN);
	}
	if (set->n_parts) {
		out_add(&writing->out,
			is_old ? ",\"beforeConditional\":" : ",\"afterConditional\":",
			is_old ? 21 : 20);
		add_conditional(writing, ports->ports[side]);
	}
}

static void add_change(struct diff_writing *writing, const struct analyze_diff_pair *pair)
{
	const struct analyze_diff_ports *ports = &pair->change->ports;

	diff_json_begin(writing, pair);
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		add_side(writing, ports, side);
	if (ports->gained != ANALYZE_PORTS_NONE)
		out_literal(&writing->out, ",\"widened\":true");
	else
		out_literal(&writing->out, ",\"widened\":false");
	diff_json_end(writing, pair);
}

static int rank_of(const struct analyze_diff *diff, const struct analyze_diff_pair *pair)
{
	if (analyze_diff_is_exposure(diff, pair))
		return 0;
	return analyze_diff_is_sensitive(diff, pair) ? 1 : 2;
}

static enum diff_section section_of(const struct analyze_diff_change *change)
{
	const uint32_t *ports = change->ports.ports;

	if (ports[ANALYZE_OLD] == ANALYZE_PORTS_NONE)
		return DIFF_ADDED;
	return ports[ANALYZE_NEW] == ANALYZE_PORTS_NONE ? DIFF_REMOVED : DIFF_CHANGED;
}

static void add_one(struct diff_writing *writing, const struct analyze_diff_pair *pair)
{
	if (writing->section == DIFF_CHANGED)
		add_change(writing, pair);
	else
		add_connections(writing, pair,
				writing->section == DIFF_ADDED ? ANALYZE_NEW : ANALYZE_OLD);
}

static void add_pair(void *arg, const struct analyze_diff_pair *pair)
{
	struct diff_writing *writing = arg;

	if (section_of(pair->change) == writing->section &&
	    rank_of(writing->diff, pair) == writing->rank)
		add_one(writing, pair);
}

static void add_bundle(void *arg, const struct diff_bundle *bundle)
{
	struct diff_writing *writing = arg;

	writing->bundle = bundle;
	if (section_of(bundle->change) == writing->section)
		add_one(writing, &bundle->explained.items[0]);
}

static void write_section(struct diff_writing *writing, enum diff_section section, const char *key)
{
	out_add(&writing->out, key, strlen(key));
	writing->section = section;
	writing->n = 0;
	if (writing->is_folded)
		diff_bundles(writing->diff, add_bundle, writing);
	for (writing->rank = 0; writing->rank < 3 && !writing->is_folded; writing->rank++)
		analyze_diff_each(writing->diff, add_pair, writing);
	out_literal(&writing->out, "]");
}

static void write_ids(struct json *json, const struct analyze_diff *diff, const char *key,
		      enum analyze_diff_side missing)
{
	json_key(json, key);
	json_array(json);
	for (size_t i = 0; i < diff->endpoints.n; i++)
		if (diff->endpoints.items[i].at[missing] == ANALYZE_MAP_OUTSIDE)
			json_string(json, diff->endpoints.items[i].id);
	json_end(json);
}

static void write_number(struct json *json, const char *key, uint64_t value)
{
	json_key(json, key);
	json_uint(json, value);
}

static void write_compared(struct json *json, const struct analyze_diff *diff)
{
	json_object(json);
	write_number(json, "endpoints", diff->compared.endpoints);
	write_number(json, "hypothetical", diff->compared.hypothetical);
	write_number(json, "classes", diff->compared.classes);
	write_number(json, "ranges", diff->compared.ranges);
	json_key(json, "complete");
	json_bool(json, !diff->peers.is_cut);
	json_end(json);
}

static void write_assumptions(struct json *json, const struct analyze_diff *diff)
{
	const struct analyze_map *map = &diff->maps[ANALYZE_NEW];

	json_array(json);
	for (size_t i = 0; i < map->assumptions.n; i++)
		json_string(json, map->assumptions.items[i]);
	json_end(json);
}

static void write_connections(struct diff_writing *writing)
{
	struct analyze_diff *diff = writing->diff;

	out_init(&writing->out);
	diff_json_ends_init(writing);
	words_init(&writing->ports, write_ports, diff);
	words_init(&writing->conditions, write_conditions, diff);
	write_section(writing, DIFF_ADDED, "{\"schema\":\"bulkhead.diff/v1\",\n\"added\":[");
	write_section(writing, DIFF_REMOVED, ",\n\"removed\":[");
	write_section(writing, DIFF_CHANGED, ",\n\"changed\":[");
	out_finish(&writing->out);
	diff_json_ends_release(writing);
	words_release(&writing->ports);
	words_release(&writing->conditions);
}

void render_diff_json(struct analyze_diff *diff, bool is_folded)
{
	struct diff_writing writing = {.diff = diff, .is_folded = is_folded};
	struct json json;

	write_connections(&writing);
	json_init(&json, stdout, 0);
	if (is_folded)
		fputs(",\n\"folded\":true", stdout);
	fputs(",\n\"endpoints\":", stdout);
	json_object(&json);
	write_ids(&json, diff, "added", ANALYZE_OLD);
	write_ids(&json, diff, "removed", ANALYZE_NEW);
	json_end(&json);
	fputs(",\n\"compared\":", stdout);
	write_compared(&json, diff);
	fputs(",\n\"assumptions\":", stdout);
	write_assumptions(&json, diff);
	fputs(",\n\"cni\":", stdout);
	render_cni_json(&json, diff->options.clusters[ANALYZE_NEW]);
	fputs(",\n\"noEffect\":", stdout);
	render_no_effect_json(&json, diff->options.clusters[ANALYZE_NEW]->policies);
	fputs(",\n\"notEvaluated\":", stdout);
	render_not_evaluated_json(&json, diff->options.clusters[ANALYZE_NEW]->snapshot);
	fputs("}\n", stdout);
}
