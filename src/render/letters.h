/* SPDX-License-Identifier: Apache-2.0 */
/*
 * How wide a text is where nobody knows the reader's font: as in DejaVu Sans, which is about the
 * widest that is usual, so that a text that fits here fits everywhere.
 */
#pragma once

#include "base/arena.h"

/* In pixels, rounded up, at a font size in pixels. */
int letters_width(const char *text, int font_size);

/* The text, or its two ends around "…" if it has more than `most` letters. */
const char *letters_shorten(struct arena *arena, const char *text, size_t most);

/* The text, or its beginning up to a comma or semicolon, and "…". */
const char *letters_cut(struct arena *arena, const char *text, size_t most);
