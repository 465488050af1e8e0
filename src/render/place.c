/* SPDX-License-Identifier: Apache-2.0 */
#include "render/place.h"

#include "base/plain.h"

#include <stdio.h>
#include <string.h>

void place_add(struct strbuf *buf, const struct diag_span *span)
{
	plain_add(buf, span->file->name, strlen(span->file->name));
	strbuf_printf(buf, ":%u", span->line);
}

void place_print(const struct diag_span *span, int indent)
{
	if (!span->file)
		return;
	printf("%*s", indent, "");
	plain_fputs(span->file->name, stdout);
	printf(":%u", span->line);
}
