/* SPDX-License-Identifier: Apache-2.0 */
/* Fields of RFC 4180. */
#pragma once

#include <stdio.h>

/* The text, in quotes where it needs them. */
void render_csv_field(const char *text, FILE *out);

/* The text as a part of a field that is in quotes. */
void render_csv_quoted(const char *text, FILE *out);
