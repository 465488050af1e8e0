/* SPDX-License-Identifier: Apache-2.0 */
#include "render/letters.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define WIDEST 100

/* Hundredths of the font size, from the blank on. */
static const uint8_t widths[] = {
	32, 40, 46, 84, 64, 95, 78, 27, 39, 39, 50, 84, 32, 36,  32, 34, 64, 64, 64,
	64, 64, 64, 64, 64, 64, 64, 34, 34, 84, 84, 84, 53, 100, 68, 69, 70, 77, 63,
	58, 77, 75, 29, 29, 66, 56, 86, 75, 79, 60, 79, 69, 63,  61, 73, 68, 99, 69,
	61, 69, 39, 34, 39, 84, 50, 50, 61, 63, 55, 63, 62, 35,  63, 63, 28, 28, 58,
	28, 97, 63, 61, 63, 63, 41, 52, 39, 63, 59, 82, 59, 59,  52, 64, 34, 64, 84,
};

static bool begins_letter(char byte)
{
	return (byte & 0xc0) != 0x80;
}

int letters_width(const char *text, int font_size)
{
	int width = 0;

	for (; *text; text++) {
		const unsigned char byte = (unsigned char)*text;

		if (byte >= ' ' && byte - ' ' < (int)sizeof(widths))
			width += widths[byte - ' '];
		else if (begins_letter(*text))
			width += WIDEST;
	}
	return (width * font_size + 99) / 100;
}

static size_t count_letters(const char *text)
{
	size_t n = 0;

	for (; *text; text++)
		n += begins_letter(*text);
	return n;
}

/* Where the letter number `n` begins. */
static const char *letter_at(const char *text, size_t n)
{
	for (; *text; text++)
		if (begins_letter(*text) && n-- == 0)
			return text;
	return text;
}

const char *letters_shorten(struct arena *arena, const char *text, size_t most)
{
	const size_t n = count_letters(text);
	const size_t head = (most - 1) * 2 / 3;

	if (n <= most)
		return text;
	return arena_printf(arena, "%.*s…%s", (int)(letter_at(text, head) - text), text,
			    letter_at(text, n - (most - 1 - head)));
}

const char *letters_cut(struct arena *arena, const char *text, size_t most)
{
	const char *end = letter_at(text, most - 1);

	if (count_letters(text) <= most)
		return text;
	for (const char *at = end; at > letter_at(text, most / 3); at--)
		if (*at == ',' || *at == ';')
			return arena_printf(arena, "%.*s…", (int)(at - text), text);
	return arena_printf(arena, "%.*s…", (int)(end - text), text);
}
