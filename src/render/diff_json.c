/* SPDX-License-Identifier: Apache-2.0 */
/* One connection a line; what comes in from outside and what is sensitive stands before the rest. */
#include "render/diff.h"

#include "base/keyset.h"
#include "render/aside.h"
#include "render/out.h"
#include "render/render.h"
#include "render/words.h"

#include <stdio.h>

#define MAX_REASONS 20000 /* that are kept: whoever opens everything has millions */

/* What pairs of ends have in common that are explained alike. No padding. */
struct reason_key {
	uint32_t change;
	uint32_t from;
	uint32_t to;
};

struct writing {
	struct analyze_diff *diff;
	bool is_folded;
	struct out out;
	struct words endpoints; /* by position */
	struct words ports;     /* by port set: the certain ones */
	struct words conditions;
	struct words reasons; /* by number in … */
	struct keyset reason_keys;
	VEC(struct analyze_diff_pair) explained; /* one for each key */
	const struct diff_bundle *bundle; /* that is written now; NULL: its pairs are, one by one */
	enum diff_section section;
	int rank; /* of the pairs that are written now: exposure, sensitive, the rest */
	size_t n;
};

static void write_endpoint(const void *arg, uint32_t number, FILE *out)
{
	const struct analyze_diff *diff = arg;
	struct json json;

	json_init(&json, out, 0);
	json_string(&json, diff->endpoints.items[number].id);
}

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

static void write_refs(struct analyze_refs refs[ANALYZE_N_SIDES], FILE *out)
{
	static const char *const keys[ANALYZE_N_SIDES] = {"old", "new"};
	struct json json;

	json_init(&json, out, 0);
	json_object(&json);
	for (int side = 0; side < ANALYZE_N_SIDES; side++) {
		json_key(&json, keys[side]);
		json_array(&json);
		for (size_t i = 0; i < refs[side].n; i++)
			render_ref_json(&json, &refs[side].items[i]);
		json_end(&json);
		analyze_refs_release(&refs[side]);
	}
	json_end(&json);
}

static void write_reason(const void *arg, uint32_t number, FILE *out)
{
	const struct writing *writing = arg;
	struct analyze_refs refs[ANALYZE_N_SIDES] = {0};

	analyze_diff_why(writing->diff, &writing->explained.items[number], refs);
	write_refs(refs, out);
}

static void add_words(struct writing *writing, struct words *words, uint32_t number)
{
	size_t len;
	const char *text = words_get(words, number, &len);

	out_add(&writing->out, text, len);
}

static void add_end(struct writing *writing, const struct analyze_diff_pair *pair, uint32_t end)
{
	const struct ip_range *range = &pair->change->range;
	char text[2 * IP_TEXT_SIZE + 8], first[IP_TEXT_SIZE], last[IP_TEXT_SIZE];
	int len;

	if (end != ANALYZE_MAP_OUTSIDE) {
		add_words(writing, &writing->endpoints, end);
		return;
	}
	len = snprintf(text, sizeof(text), "\"ip:%s-%s\"", ip_format(&range->first, first),
		       ip_format(&range->last, last));
	out_add(&writing->out, text, (size_t)len);
}

/* Groups are explained alike, and where they are not, endpoints. */
static uint32_t place_of(const struct writing *writing, const struct analyze_diff_pair *pair,
			 uint32_t end)
{
	if (end == ANALYZE_MAP_OUTSIDE || pair->change->by_endpoint)
		return end;
	return writing->diff->endpoints.items[end].group;
}

static void forget_reasons(struct writing *writing)
{
	words_release(&writing->reasons);
	words_init(&writing->reasons, write_reason, writing);
	keyset_release(&writing->reason_keys);
	vec_clear(&writing->explained);
}

static void add_reason(struct writing *writing, const struct analyze_diff_pair *pair)
{
	const struct reason_key key = {
		.change = (uint32_t)(pair->change - writing->diff->changes.items),
		.from = place_of(writing, pair, pair->from),
		.to = place_of(writing, pair, pair->to),
	};
	uint32_t number;
	bool is_new;

	if (writing->reason_keys.n >= MAX_REASONS)
		forget_reasons(writing);
	number = keyset_intern(&writing->reason_keys, &key, sizeof(key), &is_new);
	if (is_new)
		vec_push(&writing->explained, *pair);
	out_literal(&writing->out, ",\"rules\":");
	add_words(writing, &writing->reasons, number);
}

/* A text as JSON. */
static void add_string(struct writing *writing, const char *string)
{
	struct json json;
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	json_init(&json, out, 0);
	json_string(&json, string);
	fclose(out);
	out_add(&writing->out, text, len);
	free(text);
}

static void add_marks(struct writing *writing, const struct analyze_diff_pair *pair)
{
	if (pair->is_new)
		out_literal(&writing->out, ",\"new\":true");
	if (pair->is_gone)
		out_literal(&writing->out, ",\"gone\":true");
	if (analyze_diff_is_exposure(writing->diff, pair))
		out_literal(&writing->out, ",\"exposure\":true");
	if (analyze_diff_is_meant(writing->diff, pair))
		out_literal(&writing->out, ",\"meant\":true");
	if (analyze_diff_is_sensitive(writing->diff, pair)) {
		out_literal(&writing->out, ",\"sensitivity\":");
		add_string(writing, writing->diff->endpoints.items[pair->to].sensitivity);
	}
}

/* The ends of a bundle, or its range. */
static void add_ends(struct writing *writing, const struct diff_ends *ends,
		     const struct analyze_diff_pair *pair)
{
	out_literal(&writing->out, "[");
	if (!ends->n)
		add_end(writing, pair, ANALYZE_MAP_OUTSIDE);
	for (size_t i = 0; i < ends->n; i++) {
		if (i)
			out_literal(&writing->out, ",");
		add_end(writing, pair, ends->items[i]);
	}
	out_literal(&writing->out, "]");
}

typedef bool (*end_fn)(const struct analyze_diff_endpoint *endpoint);

static bool is_new(const struct analyze_diff_endpoint *endpoint)
{
	return endpoint->at[ANALYZE_OLD] == ANALYZE_MAP_OUTSIDE;
}

static bool is_gone(const struct analyze_diff_endpoint *endpoint)
{
	return endpoint->at[ANALYZE_NEW] == ANALYZE_MAP_OUTSIDE;
}

static bool is_meant(const struct analyze_diff_endpoint *endpoint)
{
	return endpoint->is_exposed;
}

/* Those of the ends for which it holds, if there are any. */
static void add_marked(struct writing *writing, const char *key, end_fn holds)
{
	const struct analyze_diff *diff = writing->diff;
	const struct diff_ends *const ends[] = {&writing->bundle->from, &writing->bundle->to};
	size_t n = 0;

	for (int i = 0; i < 2; i++)
		for (size_t j = 0; j < ends[i]->n; j++) {
			const uint32_t end = ends[i]->items[j];

			if (!holds(&diff->endpoints.items[end]))
				continue;
			if (n++)
				out_literal(&writing->out, ",");
			else
				out_add(&writing->out, key, strlen(key));
			add_words(writing, &writing->endpoints, end);
		}
	if (n)
		out_literal(&writing->out, "]");
}

/* Of each sensitive target what it is called. */
static void add_sensitivities(struct writing *writing)
{
	const struct analyze_diff *diff = writing->diff;
	const struct diff_bundle *bundle = writing->bundle;
	size_t n = 0;

	if (bundle->change->ports.ports[ANALYZE_OLD] != ANALYZE_PORTS_NONE)
		return;
	for (size_t i = 0; i < bundle->to.n; i++) {
		const uint32_t end = bundle->to.items[i];

		if (!diff->endpoints.items[end].sensitivity)
			continue;
		if (n++)
			out_literal(&writing->out, ",");
		else
			out_literal(&writing->out, ",\"sensitivity\":{");
		add_words(writing, &writing->endpoints, end);
		out_literal(&writing->out, ":");
		add_string(writing, diff->endpoints.items[end].sensitivity);
	}
	if (n)
		out_literal(&writing->out, "}");
}

static void add_bundle_reason(struct writing *writing)
{
	struct analyze_refs refs[ANALYZE_N_SIDES] = {0};
	char *text = NULL;
	size_t len;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	diff_bundle_why(writing->diff, writing->bundle, refs);
	write_refs(refs, out);
	fclose(out);
	out_literal(&writing->out, ",\"rules\":");
	out_add(&writing->out, text, len);
	free(text);
}

static void add_bundle_marks(struct writing *writing)
{
	add_marked(writing, ",\"new\":[", is_new);
	add_marked(writing, ",\"gone\":[", is_gone);
	if (writing->bundle->section == DIFF_EXPOSURE) {
		out_literal(&writing->out, ",\"exposure\":true");
		add_marked(writing, ",\"meant\":[", is_meant);
	}
	add_sensitivities(writing);
}

static void begin(struct writing *writing, const struct analyze_diff_pair *pair)
{
	if (writing->n++)
		out_literal(&writing->out, ",\n{\"from\":");
	else
		out_literal(&writing->out, "\n{\"from\":");
	if (writing->bundle) {
		add_ends(writing, &writing->bundle->from, pair);
		out_literal(&writing->out, ",\"to\":");
		add_ends(writing, &writing->bundle->to, pair);
		return;
	}
	add_end(writing, pair, pair->from);
	out_literal(&writing->out, ",\"to\":");
	add_end(writing, pair, pair->to);
}

static void end(struct writing *writing, const struct analyze_diff_pair *pair)
{
	if (writing->bundle) {
		add_bundle_marks(writing);
		add_bundle_reason(writing);
	} else {
		add_marks(writing, pair);
		add_reason(writing, pair);
	}
	out_literal(&writing->out, "}");
}

static void add_families(struct writing *writing, const uint32_t by_family[], uint32_t conditions)
{
	const struct analyze_portsets *sets = writing->diff->sets;

	out_literal(&writing->out, "{\"IPv4\":");
	add_words(writing, &writing->ports, analyze_portsets_under(sets, by_family[0], conditions));
	out_literal(&writing->out, ",\"IPv6\":");
	add_words(writing, &writing->ports, analyze_portsets_under(sets, by_family[1], conditions));
	out_literal(&writing->out, "}");
}

/* A connection as in a map: what depends on these conditions, or on none. */
static void add_connection(struct writing *writing, const struct analyze_diff_pair *pair,
			   enum analyze_diff_side side, uint32_t conditions)
{
	const struct analyze_diff_ports *ports = &pair->change->ports;
	const uint32_t *by_family = ports->by_family[side];
	const uint32_t number =
		analyze_portsets_under(writing->diff->sets, ports->ports[side], conditions);

	if (number == ANALYZE_PORTS_NONE)
		return;
	begin(writing, pair);
	out_literal(&writing->out, ",\"ports\":");
	add_words(writing, &writing->ports, number);
	if (by_family[0] != by_family[1]) {
		out_literal(&writing->out, ",\"byFamily\":");
		add_families(writing, by_family, conditions);
	}
	out_literal(&writing->out, ",\"conditions\":");
	if (conditions == ANALYZE_PORTS_CERTAIN)
		out_literal(&writing->out, "[]");
	else
		add_words(writing, &writing->conditions, conditions);
	end(writing, pair);
}

static void add_connections(struct writing *writing, const struct analyze_diff_pair *pair,
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
static void add_conditional(struct writing *writing, uint32_t number)
{
	const struct analyze_portset *set = analyze_portsets_whole(writing->diff->sets, number);

	out_literal(&writing->out, "[");
	for (uint32_t i = 0; i < set->n_parts; i++) {
		if (i)
			out_literal(&writing->out, ",");
		out_literal(&writing->out, "{\"ports\":");
		add_words(writing, &writing->ports, set->parts[i].ports);
		out_literal(&writing->out, ",\"conditions\":");
		add_words(writing, &writing->conditions, set->parts[i].conditions);
		out_literal(&writing->out, "}");
	}
	out_literal(&writing->out, "]");
}

static void add_side(struct writing *writing, const struct analyze_diff_ports *ports,
		     enum analyze_diff_side side)
{
	const uint32_t *by_family = ports->by_family[side];
	const struct analyze_portset *set =
		analyze_portsets_whole(writing->diff->sets, ports->ports[side]);
	const bool is_old = side == ANALYZE_OLD;

	out_add(&writing->out, is_old ? ",\"before\":" : ",\"after\":", is_old ? 10 : 9);
	add_words(writing, &writing->ports, set->certain);
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

static void add_change(struct writing *writing, const struct analyze_diff_pair *pair)
{
	const struct analyze_diff_ports *ports = &pair->change->ports;

	begin(writing, pair);
	for (int side = 0; side < ANALYZE_N_SIDES; side++)
		add_side(writing, ports, side);
	if (ports->gained != ANALYZE_PORTS_NONE)
		out_literal(&writing->out, ",\"widened\":true");
	else
		out_literal(&writing->out, ",\"widened\":false");
	end(writing, pair);
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

static void add_one(struct writing *writing, const struct analyze_diff_pair *pair)
{
	if (writing->section == DIFF_CHANGED)
		add_change(writing, pair);
	else
		add_connections(writing, pair,
				writing->section == DIFF_ADDED ? ANALYZE_NEW : ANALYZE_OLD);
}

static void add_pair(void *arg, const struct analyze_diff_pair *pair)
{
	struct writing *writing = arg;

	if (section_of(pair->change) == writing->section &&
	    rank_of(writing->diff, pair) == writing->rank)
		add_one(writing, pair);
}

static void add_bundle(void *arg, const struct diff_bundle *bundle)
{
	struct writing *writing = arg;

	writing->bundle = bundle;
	if (section_of(bundle->change) == writing->section)
		add_one(writing, &bundle->explained.items[0]);
}

static void write_section(struct writing *writing, enum diff_section section, const char *key)
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

static void write_connections(struct writing *writing)
{
	struct analyze_diff *diff = writing->diff;

	out_init(&writing->out);
	words_init(&writing->endpoints, write_endpoint, diff);
	words_init(&writing->ports, write_ports, diff);
	words_init(&writing->conditions, write_conditions, diff);
	words_init(&writing->reasons, write_reason, writing);
	write_section(writing, DIFF_ADDED, "{\"schema\":\"bulkhead.diff/v1\",\n\"added\":[");
	write_section(writing, DIFF_REMOVED, ",\n\"removed\":[");
	write_section(writing, DIFF_CHANGED, ",\n\"changed\":[");
	out_finish(&writing->out);
	words_release(&writing->endpoints);
	words_release(&writing->ports);
	words_release(&writing->conditions);
	words_release(&writing->reasons);
	keyset_release(&writing->reason_keys);
	vec_release(&writing->explained);
}

void render_diff_json(struct analyze_diff *diff, bool is_folded)
{
	struct writing writing = {.diff = diff, .is_folded = is_folded};
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
