/* SPDX-License-Identifier: Apache-2.0 */
#include "tree/scalar.h"

#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define NUMBER_MAX 512 /* a longer number is a string: nobody writes one */

static const struct {
	const char *text;
	uint8_t kind;
	double value; /* of a boolean: 0 or 1 */
} words[] = {
	{"", TREE_NULL, 0},
	{"~", TREE_NULL, 0},
	{"null", TREE_NULL, 0},
	{"Null", TREE_NULL, 0},
	{"NULL", TREE_NULL, 0},
	{"y", TREE_BOOL, 1},
	{"Y", TREE_BOOL, 1},
	{"yes", TREE_BOOL, 1},
	{"Yes", TREE_BOOL, 1},
	{"YES", TREE_BOOL, 1},
	{"true", TREE_BOOL, 1},
	{"True", TREE_BOOL, 1},
	{"TRUE", TREE_BOOL, 1},
	{"on", TREE_BOOL, 1},
	{"On", TREE_BOOL, 1},
	{"ON", TREE_BOOL, 1},
	{"n", TREE_BOOL, 0},
	{"N", TREE_BOOL, 0},
	{"no", TREE_BOOL, 0},
	{"No", TREE_BOOL, 0},
	{"NO", TREE_BOOL, 0},
	{"false", TREE_BOOL, 0},
	{"False", TREE_BOOL, 0},
	{"FALSE", TREE_BOOL, 0},
	{"off", TREE_BOOL, 0},
	{"Off", TREE_BOOL, 0},
	{"OFF", TREE_BOOL, 0},
	{".nan", TREE_FLOAT, NAN},
	{".NaN", TREE_FLOAT, NAN},
	{".NAN", TREE_FLOAT, NAN},
	{".inf", TREE_FLOAT, INFINITY},
	{".Inf", TREE_FLOAT, INFINITY},
	{".INF", TREE_FLOAT, INFINITY},
	{"+.inf", TREE_FLOAT, INFINITY},
	{"+.Inf", TREE_FLOAT, INFINITY},
	{"+.INF", TREE_FLOAT, INFINITY},
	{"-.inf", TREE_FLOAT, -INFINITY},
	{"-.Inf", TREE_FLOAT, -INFINITY},
	{"-.INF", TREE_FLOAT, -INFINITY},
};

#define LONGEST_WORD 5

static bool resolve_word(struct tree_node *node)
{
	if (node->len > LONGEST_WORD)
		return false;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (words[i].text[0] != node->text[0] || strcmp(words[i].text, node->text) != 0)
			continue;
		node->kind = words[i].kind;
		if (node->kind == TREE_BOOL)
			node->boolean = words[i].value != 0;
		else if (node->kind == TREE_FLOAT)
			node->real = words[i].value;
		return true;
	}
	return false;
}

static bool is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

static int digit_value(char ch)
{
	if (is_digit(ch))
		return ch - '0';
	ch |= 0x20;
	return ch >= 'a' && ch <= 'z' ? ch - 'a' + 10 : 99;
}

/* The base that Go's prefix gives (0x, 0o, 0b, 0); *text moves behind it. */
static int scan_base(const char **text)
{
	const char *p = *text;

	if (p[0] != '0' || !p[1])
		return 10;
	switch (p[1] | 0x20) {
	case 'x':
		*text = p + 2;
		return 16;
	case 'o':
		*text = p + 2;
		return 8;
	case 'b':
		*text = p + 2;
		return 2;
	default:
		*text = p + 1;
		return 8;
	}
}

/* An integer as strconv.ParseInt(text, 0, 64) reads it. False: no integer at all. */
static bool resolve_integer(struct tree_node *node, const char *text)
{
	bool is_negative = *text == '-';
	bool is_big = false;
	uint64_t value = 0;
	int base;

	if (*text == '-' || *text == '+')
		text++;
	base = scan_base(&text);
	if (!*text)
		return false;
	for (; *text; text++) {
		int digit = digit_value(*text);

		if (digit >= base)
			return false;
		is_big |= __builtin_mul_overflow(value, (uint64_t)base, &value);
		is_big |= __builtin_add_overflow(value, (uint64_t)digit, &value);
	}
	is_big |= value > (uint64_t)INT64_MAX + is_negative;
	node->kind = TREE_INT;
	node->is_big = is_big;
	node->integer = is_big ? 0 : (int64_t)(is_negative ? -value : value);
	return true;
}

static const char *skip_digits(const char *p)
{
	while (is_digit(*p))
		p++;
	return p;
}

/* [-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)? */
static bool is_float(const char *p)
{
	const char *start;

	if (*p == '-' || *p == '+')
		p++;
	start = p;
	p = skip_digits(p);
	if (p == start && !(p[0] == '.' && is_digit(p[1])))
		return false;
	if (*p == '.')
		p = skip_digits(p + 1);
	if (*p == 'e' || *p == 'E') {
		p++;
		if (*p == '-' || *p == '+')
			p++;
		if (!is_digit(*p))
			return false;
		p = skip_digits(p);
	}
	return !*p;
}

/* What overflows is a string, as in Go, where the conversion fails. */
static bool resolve_float(struct tree_node *node, const char *text)
{
	double value;

	if (!is_float(text))
		return false;
	value = strtod(text, NULL);
	if (!isfinite(value))
		return false;
	node->kind = TREE_FLOAT;
	node->real = value;
	return true;
}

/* `text` without underscores, which group digits; false when it is too long for a number. */
static bool without_underscores(const struct tree_node *node, char *buf, size_t size)
{
	size_t n = 0;

	if (node->len >= size)
		return false;
	for (uint32_t i = 0; i < node->len; i++) {
		if (node->text[i] != '_')
			buf[n++] = node->text[i];
	}
	buf[n] = '\0';
	return true;
}

static bool resolve_number(struct tree_node *node)
{
	char plain[NUMBER_MAX];

	if (node->text[0] == '.')
		return resolve_float(node, node->text);
	if (!without_underscores(node, plain, sizeof(plain)))
		return false;
	return resolve_integer(node, plain) || resolve_float(node, plain);
}

void tree_resolve_plain(struct tree_node *node)
{
	node->kind = TREE_STRING;
	switch (node->text[0]) {
	case '\0':
	case '~':
	case 'y':
	case 'Y':
	case 'n':
	case 'N':
	case 't':
	case 'T':
	case 'f':
	case 'F':
	case 'o':
	case 'O':
		resolve_word(node);
		return;
	case '.':
	case '+':
	case '-':
		if (!resolve_word(node))
			resolve_number(node);
		return;
	default:
		if (is_digit(node->text[0]))
			resolve_number(node);
	}
}

void tree_resolve_json_number(struct tree_node *node)
{
	if (strpbrk(node->text, ".eE")) {
		node->kind = TREE_FLOAT;
		node->real = strtod(node->text, NULL);
		return;
	}
	resolve_integer(node, node->text);
}

/*
 * strconv.FormatFloat(value, 'g', -1, 32): the shortest digits that give the same float32 back,
 * with an exponent below 10^-4 and from 10^6 on.
 */
static int format_float_key(double value, char *buf, size_t size)
{
	int exponent;
	int digits;

	if (isnan(value))
		return snprintf(buf, size, ".nan");
	if (isinf((float)value))
		return snprintf(buf, size, value < 0 ? "-.inf" : ".inf");
	for (digits = 1; digits < 9; digits++) {
		snprintf(buf, size, "%.*e", digits - 1, (float)value);
		if (strtof(buf, NULL) == (float)value)
			break;
	}
	snprintf(buf, size, "%.*e", digits - 1, (float)value);
	exponent = atoi(strchr(buf, 'e') + 1);
	if (exponent < -4 || exponent >= 6)
		return (int)strlen(buf);
	return snprintf(buf, size, "%.*f", digits - 1 > exponent ? digits - 1 - exponent : 0,
			(float)value);
}

const char *tree_key_text(const struct tree_node *scalar, char buf[TREE_KEY_TEXT_SIZE],
			  size_t *ret_len)
{
	int len;

	switch (scalar->kind) {
	case TREE_BOOL:
		len = snprintf(buf, TREE_KEY_TEXT_SIZE, scalar->boolean ? "true" : "false");
		break;
	case TREE_INT:
		if (scalar->is_big) {
			*ret_len = scalar->len;
			return scalar->text;
		}
		len = snprintf(buf, TREE_KEY_TEXT_SIZE, "%" PRId64, scalar->integer);
		break;
	case TREE_FLOAT:
		len = format_float_key(scalar->real, buf, TREE_KEY_TEXT_SIZE);
		break;
	case TREE_STRING:
		*ret_len = scalar->len;
		return scalar->text;
	default:
		return NULL;
	}
	*ret_len = (size_t)len;
	return buf;
}
