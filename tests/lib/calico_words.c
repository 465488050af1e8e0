/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/calico_words.h"

#include "lib/tap.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define WORD_SIZE 520

struct words {
	const char *at;
	const char *text;
	calico_words_fn *label;
	void *arg;
};

static void skip_blanks(struct words *words)
{
	while (*words->at == ' ' || *words->at == '\t')
		words->at++;
}

static bool take(struct words *words, const char *token)
{
	skip_blanks(words);
	if (strncmp(words->at, token, strlen(token)) != 0)
		return false;
	words->at += strlen(token);
	return true;
}

static void need(struct words *words, const char *token)
{
	if (!take(words, token))
		bail("'%s' at '%s' of '%s'", token, words->at, words->text);
}

static void read_name(struct words *words, char name[WORD_SIZE])
{
	size_t n = 0;

	skip_blanks(words);
	while (isalnum((unsigned char)words->at[n]) ||
	       (words->at[n] && strchr("_./-", words->at[n])))
		n++;
	snprintf(name, WORD_SIZE, "%.*s", (int)n, words->at);
	words->at += n;
}

static void read_text(struct words *words, char text[WORD_SIZE])
{
	const char *end;
	char quote;

	skip_blanks(words);
	quote = *words->at++;
	end = strchr(words->at, quote);
	snprintf(text, WORD_SIZE, "%.*s", (int)(end - words->at), words->at);
	words->at = end + 1;
}

static bool ends_with(const char *text, const char *end)
{
	return strlen(text) >= strlen(end) && strcmp(text + strlen(text) - strlen(end), end) == 0;
}

/* "{'a', 'b'}": whether the value is in it; nothing is, when there is none. */
static bool in_set(struct words *words, const char *value)
{
	char text[WORD_SIZE];
	bool is_in = false;

	need(words, "{");
	while (!take(words, "}")) {
		read_text(words, text);
		is_in |= value && strcmp(value, text) == 0;
		take(words, ",");
	}
	return is_in;
}

static bool compare(struct words *words, const char *key)
{
	const char *value = words->label(words->arg, key);
	char text[WORD_SIZE];

	if (take(words, "not") || take(words, "notin")) {
		take(words, "in");
		return !in_set(words, value);
	}
	if (take(words, "in"))
		return in_set(words, value);
	if (take(words, "==")) {
		read_text(words, text);
		return value && strcmp(value, text) == 0;
	}
	if (take(words, "!=")) {
		read_text(words, text);
		return !value || strcmp(value, text) != 0;
	}
	if (take(words, "contains")) {
		read_text(words, text);
		return value && strstr(value, text);
	}
	if (take(words, "starts")) {
		need(words, "with");
		read_text(words, text);
		return value && strncmp(value, text, strlen(text)) == 0;
	}
	need(words, "ends");
	need(words, "with");
	read_text(words, text);
	return value && ends_with(value, text);
}

static bool match_any(struct words *words);

static bool match_one(struct words *words)
{
	char name[WORD_SIZE];
	bool holds;

	if (take(words, "!"))
		return !match_one(words);
	if (take(words, "(")) {
		holds = match_any(words);
		need(words, ")");
		return holds;
	}
	read_name(words, name);
	if (*words->at != '(')
		return compare(words, name);
	need(words, "(");
	if (strcmp(name, "has") == 0) {
		read_name(words, name);
		holds = words->label(words->arg, name);
	} else {
		holds = words->label(words->arg, strcmp(name, "all") == 0 ? "all()" : "global()");
	}
	need(words, ")");
	return holds;
}

static bool match_all(struct words *words)
{
	bool holds = match_one(words);

	while (take(words, "&&"))
		holds &= match_one(words);
	return holds;
}

static bool match_any(struct words *words)
{
	bool holds = match_all(words);

	while (take(words, "||"))
		holds |= match_all(words);
	return holds;
}

bool calico_words_match(const char *text, calico_words_fn *label, void *arg)
{
	struct words words = {.at = text, .text = text, .label = label, .arg = arg};

	skip_blanks(&words);
	return !*words.at || match_any(&words);
}
