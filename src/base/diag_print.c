/* SPDX-License-Identifier: Apache-2.0 */
#include "base/diag.h"

#include "base/plain.h"

#include <string.h>

#define QUOTE_PREFIX "    "
#define QUOTE_BEFORE 80 /* bytes of a line quoted before the mark, and at most in all */
#define QUOTE_MAX 120

/* Where a line of a file starts; kept, so that a list in file order reads each file once. */
struct line_cursor {
	const struct diag_file *file;
	const char *line_start;
	uint32_t line;
};

struct printer {
	FILE *out;
	bool color;
	struct line_cursor cursor;
};

#define SGR_BOLD "\033[1m"
#define SGR_MARK "\033[1;32m"

static const char *severity_sgr(enum diag_severity severity)
{
	if (severity == DIAG_ERROR)
		return "\033[1;31m";
	return severity == DIAG_WARNING ? "\033[1;35m" : "\033[1;36m";
}

static void set_color(struct printer *printer, const char *sgr)
{
	if (printer->color)
		fputs(sgr, printer->out);
}

static void reset_color(struct printer *printer)
{
	set_color(printer, "\033[0m");
}

/* The line's end: the break (LF, CR LF, CR) or the end of the text. */
static const char *line_end(const char *start, const char *text_end)
{
	const char *p = start;

	while (p < text_end && *p != '\n' && *p != '\r')
		p++;
	return p;
}

static const char *next_line(const char *start, const char *text_end)
{
	const char *end = line_end(start, text_end);

	if (end == text_end)
		return NULL;
	return end + (end[0] == '\r' && end + 1 < text_end && end[1] == '\n' ? 2 : 1);
}

/* The start of a line, or NULL when the file has none of that number. */
static const char *find_line(struct line_cursor *cursor, const struct diag_span *span)
{
	const struct diag_file *file = span->file;

	if (cursor->file != file || cursor->line > span->line)
		*cursor = (struct line_cursor){file, file->text, 1};
	while (cursor->line < span->line) {
		const char *next = next_line(cursor->line_start, file->text + file->len);

		if (!next)
			return NULL;
		cursor->line_start = next;
		cursor->line++;
	}
	return cursor->line_start;
}

static bool is_continuation(const char *p)
{
	return ((unsigned char)*p & 0xc0) == 0x80;
}

/* What of a long line is shown: the part around the mark, cut between characters. */
static void choose_window(const char **start, const char **end, const char *mark)
{
	const char *from = *start;

	if (mark - from > QUOTE_BEFORE && *end - from > QUOTE_MAX)
		from = mark - QUOTE_BEFORE;
	while (from > *start && from < mark && is_continuation(from))
		from++;
	*start = from;
	if (*end - from > QUOTE_MAX) {
		const char *to = from + QUOTE_MAX;

		while (to > mark && is_continuation(to))
			to--;
		*end = to;
	}
}

/* A line, or the shown part of it, and the bytes of it that are marked. */
struct quote {
	const char *start;
	const char *end;
	const char *mark;
	const char *mark_end;
};

/* What goes under a character of the line: tabs stay tabs in both, so that they line up. */
static void add_marks(struct strbuf *marks, const struct quote *quote, const char *at,
		      size_t columns)
{
	char ch = at < quote->mark ? ' ' : '~';

	if (at >= quote->mark_end)
		return;
	if (*at == '\t' && at < quote->mark)
		ch = '\t';
	for (size_t i = 0; i < columns; i++)
		strbuf_addch(marks, at == quote->mark && i == 0 ? '^' : ch);
}

static void lay_out(const struct quote *quote, struct strbuf *line, struct strbuf *marks)
{
	const char *next;

	for (const char *at = quote->start; at < quote->end; at = next) {
		size_t columns = 1;

		if (*at == '\t') {
			strbuf_addch(line, '\t');
			next = at + 1;
		} else {
			next = at + plain_add_char(line, at, (size_t)(quote->end - at), &columns);
		}
		add_marks(marks, quote, at, columns);
	}
	if (quote->mark >= quote->end)
		strbuf_addch(marks, '^');
}

static void print_quote(struct printer *printer, const struct quote *quote, bool cut_left,
			bool cut_right)
{
	struct strbuf line = {0};
	struct strbuf marks = {0};

	lay_out(quote, &line, &marks);
	fprintf(printer->out, QUOTE_PREFIX "%s%s%s\n" QUOTE_PREFIX "%s", cut_left ? "..." : "",
		strbuf_str(&line), cut_right ? "..." : "", cut_left ? "   " : "");
	set_color(printer, SGR_MARK);
	fputs(strbuf_str(&marks), printer->out);
	reset_color(printer);
	putc('\n', printer->out);
	strbuf_release(&line);
	strbuf_release(&marks);
}

static void quote_line(struct printer *printer, const struct diag_span *span)
{
	const char *start = NULL;
	struct quote quote;
	const char *end;

	if (span->file->text && span->line)
		start = find_line(&printer->cursor, span);
	if (!start)
		return;
	end = line_end(start, span->file->text + span->file->len);
	quote = (struct quote){.start = start, .end = end, .mark = end};
	if (!span->column)
		quote.mark = start;
	else if (span->column - 1 < (size_t)(end - start))
		quote.mark = start + span->column - 1;
	quote.mark_end = quote.mark + 1;
	if (span->len && span->len < (size_t)(end - quote.mark))
		quote.mark_end = quote.mark + span->len;
	else if (span->len)
		quote.mark_end = end;
	choose_window(&quote.start, &quote.end, quote.mark);
	print_quote(printer, &quote, quote.start != start, quote.end != end);
}

static void print_place(struct printer *printer, const struct diag_span *span)
{
	if (!span->file)
		return;
	set_color(printer, SGR_BOLD);
	plain_fputs(span->file->name, printer->out);
	if (span->line && span->column)
		fprintf(printer->out, ":%u:%u", span->line, span->column);
	else if (span->line)
		fprintf(printer->out, ":%u", span->line);
	fputs(": ", printer->out);
	reset_color(printer);
}

static void print_severity(struct printer *printer, enum diag_severity severity)
{
	set_color(printer, severity_sgr(severity));
	fprintf(printer->out, "%s: ", diag_severity_name(severity));
	reset_color(printer);
}

static void print_related(struct printer *printer, const struct diag *diag)
{
	print_place(printer, &diag->related);
	print_severity(printer, DIAG_NOTE);
	plain_fputs(diag->related_message ? diag->related_message : "related place", printer->out);
	putc('\n', printer->out);
	quote_line(printer, &diag->related);
}

static void print_one(struct printer *printer, const struct diag *diag)
{
	print_place(printer, &diag->span);
	print_severity(printer, diag->severity);
	plain_fputs(diag->message, printer->out);
	fprintf(printer->out, " [%s]\n", diag_code_name(diag->code));
	if (diag->span.file)
		quote_line(printer, &diag->span);
	if (diag->hint) {
		fputs(QUOTE_PREFIX "hint: ", printer->out);
		plain_fputs(diag->hint, printer->out);
		putc('\n', printer->out);
	}
	if (diag->related.file)
		print_related(printer, diag);
}

void diag_print(FILE *out, const struct diag *diag, bool color)
{
	struct printer printer = {.out = out, .color = color};

	print_one(&printer, diag);
}

void diag_list_print(FILE *out, const struct diag_list *list, bool color)
{
	struct printer printer = {.out = out, .color = color};

	for (const struct diag *diag = list->first; diag; diag = diag->next)
		print_one(&printer, diag);
}
