/* SPDX-License-Identifier: Apache-2.0 */
#include "render/words.h"

void words_init(struct words *words, words_fn write, const void *arg)
{
	*words = (struct words){.write = write, .arg = arg};
}

void words_release(struct words *words)
{
	strbuf_release(&words->text);
	vec_release(&words->items);
}

static void make(struct words *words, uint32_t number)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (!out)
		abort();
	words->write(words->arg, number, out);
	if (fclose(out))
		abort();
	words->items.items[number].at = words->text.len + 1;
	words->items.items[number].len = len;
	strbuf_add(&words->text, text, len);
	free(text);
}

void words_add(struct words *words, uint32_t number, struct out *out)
{
	while (words->items.n <= number)
		vec_add(&words->items);
	if (!words->items.items[number].at)
		make(words, number);
	out_add(out, words->text.text + words->items.items[number].at - 1,
		words->items.items[number].len);
}
