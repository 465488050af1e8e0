/* SPDX-License-Identifier: Apache-2.0 */
#include "render/table.h"

#include "base/plain.h"
#include "render/markdown.h"

#include <stdio.h>

void table_head(struct table *table, const char *text)
{
	vec_push(&table->heads, text);
}

void table_cell(struct table *table, const char *text)
{
	vec_push(&table->cells, plain_text(&table->arena, text));
	if (table->cells.n % table->heads.n == 0)
		vec_push(&table->notes, NULL);
}

void table_note(struct table *table, const char *text)
{
	if (text)
		table->notes.items[table->notes.n - 1] = plain_text(&table->arena, text);
}

void table_release(struct table *table)
{
	vec_release(&table->heads);
	vec_release(&table->cells);
	vec_release(&table->notes);
	arena_release(&table->arena);
}

/* In characters: what continues one in UTF-8 is none. */
static int width_of(const char *text)
{
	int n = 0;

	for (; *text; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80;
	return n;
}

static int column_width(const struct table *table, size_t column)
{
	int widest = width_of(table->heads.items[column]);

	for (size_t i = column; i < table->cells.n; i += table->heads.n) {
		const int width = width_of(table->cells.items[i]);

		widest = width > widest ? width : widest;
	}
	return widest;
}

static void print_text_row(const char *const *cells, const int *widths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		printf("  %s%*s", cells[i], i + 1 < n ? widths[i] - width_of(cells[i]) : 0, "");
	putchar('\n');
}

void table_print_text(const struct table *table, const char *note_head)
{
	const size_t n = table->heads.n;
	VEC(int) widths = {0};

	for (size_t i = 0; i < n; i++)
		vec_push(&widths, column_width(table, i));
	print_text_row(table->heads.items, widths.items, n);
	for (size_t i = 0; i < table->notes.n; i++) {
		print_text_row(&table->cells.items[i * n], widths.items, n);
		if (table->notes.items[i])
			printf("      %s: %s\n", note_head, table->notes.items[i]);
	}
	vec_release(&widths);
}

static void print_md_cells(const char *const *cells, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		fputs("| ", stdout);
		render_md_cell(cells[i]);
		putchar(' ');
	}
}

void table_print_md(const struct table *table, const char *note_head)
{
	const size_t n = table->heads.n;

	print_md_cells(table->heads.items, n);
	print_md_cells(&note_head, note_head != NULL);
	puts("|");
	for (size_t i = 0; i < n + (note_head != NULL); i++)
		fputs("|---", stdout);
	puts("|");
	for (size_t i = 0; i < table->notes.n; i++) {
		const char *note = table->notes.items[i] ? table->notes.items[i] : "";

		print_md_cells(&table->cells.items[i * n], n);
		print_md_cells(&note, note_head != NULL);
		puts("|");
	}
}
