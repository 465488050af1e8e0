/* SPDX-License-Identifier: Apache-2.0 */
#include "render/markdown.h"

#include <stdio.h>
#include <string.h>

void render_md_cell(const char *text)
{
	for (; *text; text++) {
		if (strchr("|<*_`\\[&~", *text))
			putchar('\\');
		putchar((unsigned char)*text < ' ' ? ' ' : *text);
	}
}
