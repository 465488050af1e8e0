/* SPDX-License-Identifier: Apache-2.0 */
/* docs/diagnostics.md has a row for every code, as the code's table has it, and none more. */
#include "base/arena.h"
#include "base/diag.h"
#include "lib/tap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define DOC "docs/diagnostics.md"

static char *read_doc(void)
{
	FILE *file = fopen(DOC, "r");
	size_t size = 0;
	char *text = NULL;

	if (!file || getdelim(&text, &size, '\0', file) < 0)
		bail(DOC " cannot be read");
	fclose(file);
	return text;
}

static int count_rows(const char *text)
{
	int n = 0;

	while ((text = strstr(text, "\n| BH"))) {
		text++;
		n++;
	}
	return n;
}

int main(void)
{
	char *text = read_doc();
	char row[256];

	for (size_t i = 0; i < DIAG_N_CODES; i++) {
		struct diag_list list;
		struct arena arena;
		struct diag *diag;

		arena_init(&arena);
		diag_list_init(&list, &arena);
		diag = diag_add(&list, i, (struct diag_span){0}, "x");
		snprintf(row, sizeof(row), "\n| %s | %s | %s | ", diag_code_name(i),
			 diag_severity_name(diag->severity), diag_code_about(i));
		ok(strstr(text, row), DOC " has%s", row);
		arena_release(&arena);
	}
	ok_int(count_rows(text), DIAG_N_CODES, "and no other row");
	free(text);
	return tap_done();
}
