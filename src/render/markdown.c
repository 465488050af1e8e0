/* SPDX-License-Identifier: Apache-2.0 */
#include "render/markdown.h"

#include "base/plain.h"

#include <stdio.h>
#include <string.h>

void render_md_cell(const char *text)
{
	struct strbuf plain = {0};

	plain_add(&plain, text, strlen(text));
	for (const char *at = strbuf_str(&plain); *at; at++) {
		if (strchr("|<*_`\\[&~", *at))
			putchar('\\');
		putchar(*at);
	}
	strbuf_release(&plain);
}
