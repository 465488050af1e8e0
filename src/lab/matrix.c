/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/report.h"

#include "base/strbuf.h"

#include <stdlib.h>
#include <string.h>

#define CORNER "from \\ to"
#define LABEL_MAX 34
#define FAMILY_V4 1u
#define FAMILY_V6 2u

/* What one place of a cell shows. */
enum glyph {
	GLYPH_ANSWERED,
	GLYPH_REFUSED,
	GLYPH_DROPPED,
	GLYPH_MIXED,
	GLYPH_LOST,
	GLYPH_ODD,
	GLYPH_NONE
};

static const struct {
	const char *text;
	const char *color; /* SGR */
} glyphs[] = {
	[GLYPH_ANSWERED] = {"●", "32"}, [GLYPH_REFUSED] = {"○", "36"},
	[GLYPH_DROPPED] = {"·", "90"},  [GLYPH_MIXED] = {"◐", "36"},
	[GLYPH_LOST] = {"?", "31"},     [GLYPH_ODD] = {"!", "31"},
	[GLYPH_NONE] = {" ", "0"},
};

#define COLOR_WRONG "1;97;41"

/* The probes of one pair of ends stand together. */
struct pair {
	const struct lab_probe *probes;
	size_t n;
};

struct matrix {
	const struct lab_report *report;
	struct pair *pairs;  /* from * n_ends + to */
	const char **labels; /* by end */
	bool *is_target;     /* by end: of a probe of the families */
	uint32_t n_ends;
	unsigned int families; /* FAMILY_*: which probes are shown */
	unsigned int label_width;
	FILE *out;
	bool color;
};

static const struct lab_end *end_of(const struct matrix *matrix, uint32_t i)
{
	return &matrix->report->plan->ends[i];
}

static unsigned int family_of(const struct matrix *matrix, const struct lab_probe *probe)
{
	return end_of(matrix, probe->to)->ips[probe->ip].family == IP_V4 ? FAMILY_V4 : FAMILY_V6;
}

static enum glyph glyph_of(enum lab_outcome outcome)
{
	static const enum glyph of[] = {
		[LAB_ANSWERED] = GLYPH_ANSWERED, [LAB_REFUSED] = GLYPH_REFUSED,
		[LAB_DROPPED] = GLYPH_DROPPED,   [LAB_LOST] = GLYPH_LOST,
		[LAB_ODD] = GLYPH_ODD,
	};

	return of[outcome];
}

/* Many probes in one place: alike or mixed, but what went wrong always shows. */
static enum glyph merge(enum glyph a, enum glyph b)
{
	if (a == GLYPH_NONE || a == b)
		return b;
	if (a >= GLYPH_LOST || b >= GLYPH_LOST)
		return a > b ? a : b;
	return GLYPH_MIXED;
}

/* One place of a cell, for both halves. */
struct place {
	enum glyph expected, seen;
	bool is_wrong;
};

/* `port` NULL: everything where nobody listens. */
static struct place place_of(const struct matrix *matrix, const struct pair *pair,
			     const struct lab_port *port)
{
	struct place place = {GLYPH_NONE, GLYPH_NONE, false};

	for (size_t i = 0; i < pair->n; i++) {
		const struct lab_probe *probe = &pair->probes[i];
		const bool is_open =
			lab_listens(end_of(matrix, probe->to), probe->space, probe->port);

		if (!(family_of(matrix, probe) & matrix->families) || is_open != !!port)
			continue;
		if (port && (port->space != probe->space || port->number != probe->port))
			continue;
		place.expected = merge(place.expected, glyph_of(probe->expected));
		place.seen = merge(place.seen, glyph_of(probe->seen));
		place.is_wrong |= !lab_probe_agrees(probe);
	}
	return place;
}

static void paint(const struct matrix *matrix, const char *color, const char *text)
{
	if (matrix->color)
		fprintf(matrix->out, "\033[%sm%s\033[0m", color, text);
	else
		fputs(text, matrix->out);
}

static unsigned int n_places(const struct matrix *matrix, uint32_t to)
{
	return end_of(matrix, to)->n_ports + 1;
}

/* Two spaces, then both halves and what stands between. */
static unsigned int column_width(const struct matrix *matrix, uint32_t to)
{
	return 2 + 2 * n_places(matrix, to) + 1;
}

static void print_cell(const struct matrix *matrix, uint32_t from, uint32_t to)
{
	const struct pair *pair = &matrix->pairs[from * matrix->n_ends + to];
	const struct lab_end *target = end_of(matrix, to);
	const unsigned int n = n_places(matrix, to);

	if (place_of(matrix, pair, NULL).seen == GLYPH_NONE) {
		fprintf(matrix->out, "%*s", (int)column_width(matrix, to), "");
		return;
	}
	fputs("  ", matrix->out);
	for (unsigned int half = 0; half < 2; half++) {
		for (unsigned int i = 0; i < n; i++) {
			const struct lab_port *port = i < target->n_ports ? &target->ports[i]
									  : NULL;
			const struct place place = place_of(matrix, pair, port);
			const enum glyph glyph = half ? place.seen : place.expected;

			paint(matrix, half && place.is_wrong ? COLOR_WRONG : glyphs[glyph].color,
			      glyphs[glyph].text);
		}
		if (!half)
			paint(matrix, "90", "│");
	}
}

static bool has_cell(const struct matrix *matrix, uint32_t from, uint32_t first, uint32_t last)
{
	for (uint32_t to = first; to < last; to++)
		if (place_of(matrix, &matrix->pairs[from * matrix->n_ends + to], NULL).seen !=
		    GLYPH_NONE)
			return true;
	return false;
}

static void print_row(const struct matrix *matrix, uint32_t from, uint32_t first, uint32_t last)
{
	fprintf(matrix->out, "%3u %-*s", from + 1, (int)matrix->label_width, matrix->labels[from]);
	for (uint32_t to = first; to < last; to++)
		if (matrix->is_target[to])
			print_cell(matrix, from, to);
	fputc('\n', matrix->out);
}

/* The targets from `first` up to `last`, all sources. */
static void print_panel(const struct matrix *matrix, uint32_t first, uint32_t last)
{
	fprintf(matrix->out, "    %-*s", (int)matrix->label_width, CORNER);
	for (uint32_t to = first; to < last; to++)
		if (matrix->is_target[to])
			fprintf(matrix->out, "  %-*u", (int)column_width(matrix, to) - 2, to + 1);
	fputc('\n', matrix->out);
	for (uint32_t from = 0; from < matrix->n_ends; from++)
		if (has_cell(matrix, from, first, last))
			print_row(matrix, from, first, last);
	fputc('\n', matrix->out);
}

static void choose_families(struct matrix *matrix, unsigned int families)
{
	const struct lab_probes *probes = matrix->report->probes;

	matrix->families = families;
	memset(matrix->is_target, 0, matrix->n_ends * sizeof(*matrix->is_target));
	for (size_t i = 0; i < probes->n; i++)
		if (family_of(matrix, &probes->items[i]) & families)
			matrix->is_target[probes->items[i].to] = true;
}

/* As many targets side by side as there is room for. */
static void print_families(struct matrix *matrix, unsigned int families, const char *title,
			   unsigned int width)
{
	uint32_t first = 0, last = 0;

	choose_families(matrix, families);
	fprintf(matrix->out, "%s\n", title);
	while (last < matrix->n_ends) {
		unsigned int used = 4 + matrix->label_width;

		for (; last < matrix->n_ends; last++) {
			if (matrix->is_target[last])
				used += column_width(matrix, last);
			if (used > width && last > first)
				break;
		}
		print_panel(matrix, first, last);
		first = last;
	}
}

/* The families of a pair are not told apart. */
static bool families_agree(const struct pair *pair)
{
	for (size_t i = 0; i < pair->n; i++)
		for (size_t j = i + 1; j < pair->n; j++) {
			const struct lab_probe *a = &pair->probes[i], *b = &pair->probes[j];

			if (a->space == b->space && a->port == b->port &&
			    (a->seen != b->seen || a->expected != b->expected))
				return false;
		}
	return true;
}

static bool all_families_agree(const struct matrix *matrix)
{
	for (size_t i = 0; i < (size_t)matrix->n_ends * matrix->n_ends; i++)
		if (!families_agree(&matrix->pairs[i]))
			return false;
	return true;
}

static void matrix_init(struct matrix *matrix, struct arena *arena)
{
	const struct lab_plan *plan = matrix->report->plan;
	const struct lab_probes *probes = matrix->report->probes;

	matrix->n_ends = lab_n_ends(plan);
	matrix->label_width = sizeof(CORNER) - 1;
	matrix->pairs = arena_alloc_n(arena, (size_t)matrix->n_ends * matrix->n_ends,
				      sizeof(*matrix->pairs));
	matrix->is_target = arena_alloc_n(arena, matrix->n_ends, sizeof(*matrix->is_target));
	matrix->labels = arena_alloc_n(arena, matrix->n_ends, sizeof(*matrix->labels));
	for (size_t i = 0; i < probes->n; i++) {
		const struct lab_probe *probe = &probes->items[i];
		struct pair *pair = &matrix->pairs[probe->from * matrix->n_ends + probe->to];

		if (!pair->n++)
			pair->probes = probe;
	}
	for (uint32_t i = 0; i < matrix->n_ends; i++) {
		const char *title = lab_end_title(end_of(matrix, i), arena);
		const unsigned int len = (unsigned int)strlen(title);

		matrix->labels[i] = len > LABEL_MAX
					    ? arena_printf(arena, "%.*s…", LABEL_MAX - 1, title)
					    : title;
		if (matrix->label_width < (len > LABEL_MAX ? LABEL_MAX : len))
			matrix->label_width = len > LABEL_MAX ? LABEL_MAX : len;
	}
}

static void print_key(const struct matrix *matrix)
{
	static const struct {
		enum glyph glyph;
		const char *text;
	} keys[] = {
		{GLYPH_ANSWERED, "answered"},
		{GLYPH_REFUSED, "refused: allowed, nobody listens"},
		{GLYPH_DROPPED, "dropped by policy"},
		{GLYPH_MIXED, "some refused, some dropped"},
	};

	fprintf(matrix->out,
		"Each cell: prediction│reality, for each port of the target, then for all "
		"where nobody listens.\n");
	for (size_t i = 0; i < sizeof(keys) / sizeof(*keys); i++) {
		fputs(i ? "   " : "", matrix->out);
		paint(matrix, glyphs[keys[i].glyph].color, glyphs[keys[i].glyph].text);
		fprintf(matrix->out, " %s", keys[i].text);
	}
	fputs("\n\n", matrix->out);
}

/* The numbers of the columns, and the ports in the order of the cells. */
static void print_ends(const struct matrix *matrix)
{
	for (uint32_t i = 0; i < matrix->n_ends; i++) {
		const struct lab_end *end = end_of(matrix, i);

		fprintf(matrix->out, "%3u %-*s", i + 1, (int)matrix->label_width,
			matrix->labels[i]);
		for (uint32_t j = 0; j < end->n_ports; j++)
			fprintf(matrix->out, " %u/%s", end->ports[j].number,
				port_space_name(end->ports[j].space));
		fputc('\n', matrix->out);
	}
	fputc('\n', matrix->out);
}

void lab_matrix_print(FILE *out, const struct lab_report *report, unsigned int width, bool color)
{
	struct matrix matrix = {.report = report, .out = out, .color = color};
	struct arena arena;

	arena_init(&arena);
	matrix_init(&matrix, &arena);
	print_key(&matrix);
	print_ends(&matrix);
	if (all_families_agree(&matrix)) {
		print_families(&matrix, FAMILY_V4 | FAMILY_V6, "IPv4 and IPv6", width);
	} else {
		print_families(&matrix, FAMILY_V4, "IPv4", width);
		print_families(&matrix, FAMILY_V6, "IPv6", width);
	}
	arena_release(&arena);
}
