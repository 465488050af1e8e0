/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diag.h"

#include "base/arena.h"

#include <assert.h>
#include <stdarg.h>
#include <string.h>

static const struct {
	const char *name;
	enum diag_severity severity;
	const char *about;
} codes[DIAG_N_CODES] = {
#define X(code, severity, about) [DIAG_##code] = {#code, DIAG_##severity, about},
	DIAG_CODES(X)
#undef X
};

void diag_list_init(struct diag_list *list, struct arena *arena)
{
	*list = (struct diag_list){.arena = arena};
}

static void count(struct diag_list *list, enum diag_severity severity, size_t change)
{
	if (severity == DIAG_ERROR)
		list->n_errors += change;
	else if (severity == DIAG_WARNING)
		list->n_warnings += change;
}

struct diag *diag_add(struct diag_list *list, enum diag_code code, struct diag_span span,
		      const char *format, ...)
{
	struct diag *diag = arena_alloc(list->arena, sizeof(*diag));
	va_list args;

	assert(code < DIAG_N_CODES);
	diag->code = code;
	diag->severity = codes[code].severity;
	diag->span = span;
	va_start(args, format);
	diag->message = arena_vprintf(list->arena, format, args);
	va_end(args);

	if (list->last)
		list->last->next = diag;
	else
		list->first = diag;
	list->last = diag;
	count(list, diag->severity, 1);
	return diag;
}

void diag_set_severity(struct diag_list *list, struct diag *diag, enum diag_severity severity)
{
	count(list, diag->severity, (size_t)-1);
	diag->severity = severity;
	count(list, severity, 1);
}

void diag_hint(struct diag_list *list, struct diag *diag, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	diag->hint = arena_vprintf(list->arena, format, args);
	va_end(args);
}

void diag_relate(struct diag *diag, struct diag_span span, const char *message)
{
	diag->related = span;
	diag->related_message = message;
}

void diag_list_append(struct diag_list *to, struct diag_list *from)
{
	if (!from->first)
		return;
	if (to->last)
		to->last->next = from->first;
	else
		to->first = from->first;
	to->last = from->last;
	to->n_errors += from->n_errors;
	to->n_warnings += from->n_warnings;
	diag_list_init(from, from->arena);
}

static bool is_before(const struct diag *a, const struct diag *b)
{
	const struct diag_file *a_file = a->span.file;
	const struct diag_file *b_file = b->span.file;
	int order = 0;

	if (a_file != b_file)
		order = !a_file ? -1 : !b_file ? 1 : strcmp(a_file->name, b_file->name);
	if (order)
		return order < 0;
	if (a->span.line != b->span.line)
		return a->span.line < b->span.line;
	return a->span.column < b->span.column;
}

/* Merges sorted lists; of equal ones those of `a` come first. */
static struct diag *merge(struct diag *a, struct diag *b)
{
	struct diag *first = NULL;
	struct diag **end = &first;

	while (a && b) {
		struct diag **less = is_before(b, a) ? &b : &a;

		*end = *less;
		end = &(*less)->next;
		*less = *end;
	}
	*end = a ? a : b;
	return first;
}

/* The first `n` of a list, sorted. */
static struct diag *merge_sort(struct diag *first, size_t n)
{
	struct diag *second = first;

	if (n == 1) {
		first->next = NULL;
		return first;
	}
	for (size_t i = 0; i < n / 2; i++)
		second = second->next;
	return merge(merge_sort(first, n / 2), merge_sort(second, n - n / 2));
}

void diag_list_sort(struct diag_list *list)
{
	size_t n = 0;

	for (const struct diag *diag = list->first; diag; diag = diag->next)
		n++;
	if (n < 2)
		return;
	list->first = merge_sort(list->first, n);
	while (list->last->next)
		list->last = list->last->next;
}

const char *diag_code_name(enum diag_code code)
{
	assert(code < DIAG_N_CODES);
	return codes[code].name;
}

const char *diag_code_about(enum diag_code code)
{
	assert(code < DIAG_N_CODES);
	return codes[code].about;
}

const char *diag_severity_name(enum diag_severity severity)
{
	static const char *const names[] = {
		[DIAG_NOTE] = "note",
		[DIAG_WARNING] = "warning",
		[DIAG_ERROR] = "error",
	};

	assert(severity <= DIAG_ERROR);
	return names[severity];
}
