/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A streaming JSON writer (RFC 8259): commas, escapes and nesting are its business, so that
 * renderers cannot produce broken JSON. Strings that are not UTF-8 are written with U+FFFD in place
 * of bad bytes.
 *
 *	json_object(j); json_key(j, "to"); json_string(j, "db"); json_end(j);
 *
 * Output goes to a FILE that no other thread writes to meanwhile; nesting is at most
 * JSON_MAX_DEPTH (asserted). With `indent` > 0 the text is laid out over lines, with 0 it is one
 * line.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#define JSON_MAX_DEPTH 64

struct json {
	FILE *out;
	unsigned int indent;
	unsigned int depth;
	uint8_t closer[JSON_MAX_DEPTH]; /* '}' or ']' */
	bool first[JSON_MAX_DEPTH];     /* nothing written at this level yet */
	bool after_key;
};

void json_init(struct json *json, FILE *out, unsigned int indent);
void json_object(struct json *json);
void json_array(struct json *json);
void json_end(struct json *json); /* closes the innermost object or array */
void json_key(struct json *json, const char *key);
void json_string(struct json *json, const char *text); /* NULL writes null */
void json_int(struct json *json, int64_t value);
void json_uint(struct json *json, uint64_t value);
void json_double(struct json *json, double value);
void json_bool(struct json *json, bool value);
void json_null(struct json *json);

/* Shorthands for key and value. */
void json_field(struct json *json, const char *key, const char *text);
void json_uint_field(struct json *json, const char *key, uint64_t value);
void json_bool_field(struct json *json, const char *key, bool value);
