/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is wrong with the user's input, said well: positions, diagnostics, and their printing.
 *
 * Readers and validators append to a `struct diag_list` and go on, so that one run shows every
 * problem; nothing prints but diag_print(), called by a main. A code (BH0123) is stable and
 * documented; codes and their severities come from one table. Texts are lower case without full
 * stop: the problem first, then what was expected and found. Untrusted text is escaped when
 * printed, never here.
 *
 * Files are named by a `struct diag_file`, which keeps the text so that the line can be quoted;
 * both the files and the texts live in the list's arena.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct arena;

/* A text that spans point into. */
struct diag_file {
	const char *name; /* as the user wrote it; "-" for standard input */
	const char *text; /* NULL when it is not at hand: then no line is quoted */
	size_t len;
	bool is_stream; /* standard input or a FIFO: cannot be read again */
};

/*
 * A place in a file; line and column count from 1, column in bytes; line 0 = the file as a whole.
 */
struct diag_span {
	const struct diag_file *file; /* NULL: no place at all (an assumed object) */
	uint32_t line;
	uint32_t column;
	uint32_t len; /* bytes on that line; 0 = one mark */
};

enum diag_severity { DIAG_NOTE, DIAG_WARNING, DIAG_ERROR };

/* code, severity, what it is about (for the documentation) */
#define DIAG_CODES(X) \
	X(BH0001, ERROR, "a file cannot be read") \
	X(BH0002, ERROR, "YAML or JSON that does not parse") \
	X(BH0003, ERROR, "text that is not UTF-8, or a control character") \
	X(BH0004, ERROR, "a limit of the reader: size, depth, aliases") \
	X(BH0005, ERROR, "a key twice in one mapping") \
	X(BH0006, ERROR, "an undefined or recursive alias, or an unknown tag") \
	X(BH0007, WARNING, "an input without objects") \
	X(BH0008, WARNING, "an unrendered template: Helm, Kustomize") \
	X(BH0009, ERROR, "not text: an archive or binary file") \
	X(BH0101, WARNING, "objects without apiVersion or kind") \
	X(BH0102, WARNING, "objects without a namespace") \
	X(BH0103, WARNING, "one object twice, with different content") \
	X(BH0104, ERROR, "a wrong type or value in an object that is needed") \
	X(BH0105, WARNING, "two live pods with one address: the address is closed") \
	X(BH0106, WARNING, "policy kinds that are known but not evaluated") \
	X(BH0107, NOTE, "kinds that do not matter here") \
	X(BH0108, NOTE, "pods of one owner with different answers") \
	X(BH0109, ERROR, "a removed or unknown API version of a policy") \
	X(BH0110, ERROR, "a pod CIDR that is wrong, or has no address left") \
	X(BH0111, ERROR, "policies of two CNIs, and nothing says which one enforces") \
	X(BH0112, WARNING, "two CNIs, and nothing says which one enforces") \
	X(BH0201, ERROR, "an unknown field in a policy") \
	X(BH0202, ERROR, "a wrong type in a policy") \
	X(BH0203, ERROR, "an invalid value in a policy") \
	X(BH0204, ERROR, "a required field of a policy is missing") \
	X(BH0205, WARNING, "something odd in a policy that the API server accepts") \
	X(BH0206, WARNING, "an invalid policy is left out, as an API server would") \
	X(BH0207, WARNING, "policies without effect") \
	X(BH0208, WARNING, "a policy that the cluster refused or does not enforce") \
	X(BH0209, WARNING, "two policies of equal priority do not agree") \
	X(BH0301, ERROR, "the table does not fit its budget") \
	X(BH0401, ERROR, "an endpoint or port of a question that cannot be resolved") \
	X(BH0501, ERROR, "a policy test that asks nothing") \
	X(BH0502, WARNING, "a policy test that names a policy that there is not") \
	X(BH0601, ERROR, "a template that cannot be filled in") \
	X(BH0602, WARNING, "a template makes an object of another namespace")

enum diag_code {
#define X(code, severity, about) DIAG_##code,
	DIAG_CODES(X)
#undef X
	DIAG_N_CODES
};

struct diag {
	enum diag_code code;
	enum diag_severity severity; /* of its code, unless diag_set_severity() changed it */
	struct diag_span span;
	const char *message;
	const char *hint;         /* NULL, or what to write instead */
	struct diag_span related; /* file NULL: none */
	const char *related_message;
	struct diag *next;
};

struct diag_list {
	struct arena *arena;
	struct diag *first;
	struct diag *last;
	size_t n_errors;
	size_t n_warnings;
};

/* What hints begin with that `scan --fix` does as well as says. */
#define DIAG_HINT_MEANT "did you mean '"
#define DIAG_HINT_QUOTE "write it in quotes: "
#define DIAG_HINT_UNQUOTE "write the number without quotes"
#define DIAG_HINT_VERSION "write 'apiVersion: "

void diag_list_init(struct diag_list *list, struct arena *arena);

/* Appends; the new diagnostic, so that diag_hint() and diag_relate() can complete it. */
struct diag *diag_add(struct diag_list *list, enum diag_code code, struct diag_span span,
		      const char *format, ...) __attribute__((format(printf, 4, 5)));
void diag_hint(struct diag_list *list, struct diag *diag, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void diag_set_severity(struct diag_list *list, struct diag *diag, enum diag_severity severity);
void diag_relate(struct diag *diag, struct diag_span span, const char *message);

/*
 * Moves all of `from` to the end of `to`; both must use one arena, or `from`'s must live as long.
 */
void diag_list_append(struct diag_list *to, struct diag_list *from);

/* By the name of the file, line, column; what has no place comes first. Equal places stay as they are. */
void diag_list_sort(struct diag_list *list);

const char *diag_code_name(enum diag_code code);
const char *diag_code_about(enum diag_code code);
const char *diag_severity_name(enum diag_severity severity);

/*
 * "file.yaml:12:7: error: message [BH0201]", the quoted line, "^~~~", the hint, the related place.
 * Control characters and broken UTF-8 of the input are shown as \xNN; with `color`, SGR sequences.
 */
void diag_print(FILE *out, const struct diag *diag, bool color);
void diag_list_print(FILE *out, const struct diag_list *list, bool color);

/*
 * The candidate nearest to `word` (edit distance ≤ 1/3 of its length, case-insensitive), or NULL.
 */
const char *diag_did_you_mean(const char *word, const char *const *candidates, size_t n);
