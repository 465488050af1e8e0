/* SPDX-License-Identifier: Apache-2.0 */
#include "model/syntax.h"

#include <stdbool.h>
#include <string.h>

#define LABEL_MAX 63
#define SUBDOMAIN_MAX 253
#define PORT_NAME_MAX 15

static bool is_lower(char ch)
{
	return ch >= 'a' && ch <= 'z';
}

static bool is_upper(char ch)
{
	return ch >= 'A' && ch <= 'Z';
}

static bool is_digit(char ch)
{
	return ch >= '0' && ch <= '9';
}

static bool is_lower_alnum(char ch)
{
	return is_lower(ch) || is_digit(ch);
}

static bool is_alnum(char ch)
{
	return is_lower_alnum(ch) || is_upper(ch);
}

static bool is_name_part(const char *text, size_t len)
{
	if (len == 0 || !is_alnum(text[0]) || !is_alnum(text[len - 1]))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_alnum(text[i]) && text[i] != '-' && text[i] != '_' && text[i] != '.')
			return false;
	}
	return true;
}

static bool is_dns_label(const char *text, size_t len, bool any_case)
{
	bool (*is_edge)(char ch) = any_case ? is_alnum : is_lower_alnum;

	if (len == 0 || !is_edge(text[0]) || !is_edge(text[len - 1]))
		return false;
	for (size_t i = 0; i < len; i++) {
		if (!is_edge(text[i]) && text[i] != '-')
			return false;
	}
	return true;
}

/* The whole is limited, a label of it is not: so says the API server's expression. */
static bool is_dns_subdomain(const char *text, size_t len, bool any_case)
{
	const char *end = text + len;

	for (;;) {
		const char *dot = memchr(text, '.', (size_t)(end - text));

		if (!is_dns_label(text, (size_t)((dot ? dot : end) - text), any_case))
			return false;
		if (!dot)
			return true;
		text = dot + 1;
	}
}

const char *model_syntax_name(const char *text, size_t len)
{
	if (len > SUBDOMAIN_MAX)
		return "must have at most 253 characters";
	if (!is_dns_subdomain(text, len, false))
		return "must be lower case letters, digits, '-' or '.', with a letter or digit at "
		       "both ends of each part";
	return NULL;
}

const char *model_syntax_namespace(const char *text, size_t len)
{
	if (len > LABEL_MAX)
		return "must have at most 63 characters";
	if (!is_dns_label(text, len, false))
		return "must be lower case letters, digits or '-', with a letter or digit at both "
		       "ends";
	return NULL;
}

static const char *check_qualified(const char *text, size_t len, bool any_case)
{
	const char *slash = memchr(text, '/', len);
	size_t prefix_len = slash ? (size_t)(slash - text) : 0;
	const char *name = slash ? slash + 1 : text;
	size_t name_len = len - (size_t)(name - text);

	if (slash && prefix_len > SUBDOMAIN_MAX)
		return "must have at most 253 characters before the '/'";
	if (slash && !is_dns_subdomain(text, prefix_len, any_case))
		return "must have a DNS name before the '/', such as example.com/name";
	if (name_len > LABEL_MAX)
		return slash ? "must have at most 63 characters after the '/'"
			     : "must have at most 63 characters";
	if (!is_name_part(name, name_len))
		return "must be letters, digits, '-', '_' or '.', with a letter or digit at both "
		       "ends, after an optional DNS name and '/'";
	return NULL;
}

const char *model_syntax_label_key(const char *text, size_t len)
{
	return check_qualified(text, len, false);
}

const char *model_syntax_annotation_key(const char *text, size_t len)
{
	return check_qualified(text, len, true);
}

const char *model_syntax_label_value(const char *text, size_t len)
{
	if (len > LABEL_MAX)
		return "must have at most 63 characters";
	if (len > 0 && !is_name_part(text, len))
		return "must be empty, or letters, digits, '-', '_' or '.', with a letter or digit "
		       "at both ends";
	return NULL;
}

const char *model_syntax_port_name(const char *text, size_t len)
{
	bool has_letter = false;

	if (len > PORT_NAME_MAX)
		return "must have at most 15 characters";
	if (len == 0)
		return "must not be empty";
	for (size_t i = 0; i < len; i++) {
		if (!is_lower_alnum(text[i]) && text[i] != '-')
			return "must be lower case letters, digits or '-'";
		if (text[i] == '-' && (i == 0 || i == len - 1 || text[i - 1] == '-'))
			return "must not begin or end with '-', nor have two in a row";
		has_letter |= is_lower(text[i]);
	}
	return has_letter ? NULL : "must have at least one letter";
}
