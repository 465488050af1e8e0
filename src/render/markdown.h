/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of Markdown that several results need. */
#pragma once

/* A cell of a table is one line without bars, and what looks like markup is none. */
void render_md_cell(const char *text);
