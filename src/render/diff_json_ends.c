/* SPDX-License-Identifier: Apache-2.0 */
/* Between whom something changes, what that means, and the rules that make it so. */
#include "render/diff_json.h"
#include "render/render.h"

#include <stdio.h>

#define MAX_REASONS 20000 /* that are kept: whoever opens everything has millions */

/* What pairs of ends have in common that are explained alike. No padding. */
struct reason_key {
	uint32_t change;
	uint32_t from;
	uint32_t to;
};

static void write_endpoint(const void *arg, uint32_t number, FILE *out)
{
	const struct analyze_diff *diff = arg;
	struct json json;

	json_init(&json, out, 0);
	json_string(&json, diff->endpoints.items[number].id);
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
	const struct diff_writing *writing = arg;
	struct analyze_refs refs[ANALYZE_N_SIDES] = {0};

	analyze_diff_why(writing->diff, &writing->explained.items[number], refs);
	write_refs(refs, out);
}

static void add_end(struct diff_writing *writing, const struct analyze_diff_pair *pair,
		    uint32_t end)
{
	if (end != ANALYZE_MAP_OUTSIDE) {
		words_add(&writing->endpoints, end, &writing->out);
		return;
	}
	out_literal(&writing->out, "\"");
	out_add_range(&writing->out, &pair->change->range);
	out_literal(&writing->out, "\"");
}

/* Groups are explained alike, and where they are not, endpoints. */
static uint32_t place_of(const struct diff_writing *writing, const struct analyze_diff_pair *pair,
			 uint32_t end)
{
	if (end == ANALYZE_MAP_OUTSIDE || pair->change->by_endpoint)
		return end;
	return writing->diff->endpoints.items[end].group;
}

static void forget_reasons(struct diff_writing *writing)
{
	words_release(&writing->reasons);
	words_init(&writing->reasons, write_reason, writing);
	keyset_release(&writing->reason_keys);
	vec_clear(&writing->explained);
}

static void add_reason(struct diff_writing *writing, const struct analyze_diff_pair *pair)
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
	words_add(&writing->reasons, number, &writing->out);
}

/* A text as JSON. */
static void add_string(struct diff_writing *writing, const char *string)
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

static void add_marks(struct diff_writing *writing, const struct analyze_diff_pair *pair)
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
static void add_ends(struct diff_writing *writing, const struct diff_ends *ends,
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
static void add_marked(struct diff_writing *writing, const char *key, end_fn holds)
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
			words_add(&writing->endpoints, end, &writing->out);
		}
	if (n)
		out_literal(&writing->out, "]");
}

/* Of each sensitive target what it is called. */
static void add_sensitivities(struct diff_writing *writing)
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
		words_add(&writing->endpoints, end, &writing->out);
		out_literal(&writing->out, ":");
		add_string(writing, diff->endpoints.items[end].sensitivity);
	}
	if (n)
		out_literal(&writing->out, "}");
}

static void add_bundle_reason(struct diff_writing *writing)
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

static void add_bundle_marks(struct diff_writing *writing)
{
	add_marked(writing, ",\"new\":[", is_new);
	add_marked(writing, ",\"gone\":[", is_gone);
	if (writing->bundle->section == DIFF_EXPOSURE) {
		out_literal(&writing->out, ",\"exposure\":true");
		add_marked(writing, ",\"meant\":[", is_meant);
	}
	add_sensitivities(writing);
}

void diff_json_begin(struct diff_writing *writing, const struct analyze_diff_pair *pair)
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

void diff_json_end(struct diff_writing *writing, const struct analyze_diff_pair *pair)
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

void diff_json_ends_init(struct diff_writing *writing)
{
	words_init(&writing->endpoints, write_endpoint, writing->diff);
	words_init(&writing->reasons, write_reason, writing);
}

void diff_json_ends_release(struct diff_writing *writing)
{
	words_release(&writing->endpoints);
	words_release(&writing->reasons);
	keyset_release(&writing->reason_keys);
	vec_release(&writing->explained);
}
