/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the fields of a policy object by a table of what its type has.
 *
 * A front end has a `struct policy_schema` for each mapping of its API. policy_schema_read() sorts
 * a mapping's members into the table's order and reports what does not belong there (BH0201, with a
 * hint what was meant) and what has the wrong type (BH0202, with a hint how to write it). A null is
 * an absent field, as for the API server.
 */
#pragma once

#include "model/syntax.h"
#include "policy/frontend.h"

enum policy_type {
	POLICY_TYPE_ANY, /* not looked at */
	POLICY_TYPE_STRING,
	POLICY_TYPE_BOOLEAN,
	POLICY_TYPE_INTEGER,
	POLICY_TYPE_NUMBER,
	POLICY_TYPE_INTEGER_OR_STRING,
	POLICY_TYPE_LIST,
	POLICY_TYPE_MAPPING,
};

struct policy_field {
	const char *name;
	uint8_t type; /* enum policy_type */
};

/* What people write where it does not belong, and what to write instead. */
struct policy_alias {
	const char *key;
	const char *hint;
};

#define POLICY_MAX_FIELDS 16

struct policy_schema {
	const char *what; /* with its article, for messages: "a peer" */
	const struct policy_field *fields;
	size_t n_fields;                    /* ≤ POLICY_MAX_FIELDS */
	const struct policy_alias *aliases; /* up to a NULL key; may be NULL */
	const char *hint;                   /* for any other unknown key; may be NULL */
};

/* A mapping in the order of its schema's fields. */
struct policy_fields {
	const struct tree_member *members[POLICY_MAX_FIELDS]; /* NULL: absent */
	const struct tree_node *values[POLICY_MAX_FIELDS]; /* NULL: that, null, or a wrong type */
};

/* Not there or null: the API server sees no difference. */
static inline bool policy_field_is_absent(const struct policy_fields *fields, size_t field)
{
	return !fields->members[field] || fields->members[field]->value->kind == TREE_NULL;
}

/*
 * Reads a mapping, or null, which is an empty one. Anything else is reported. All of `ret` is set
 * whatever was wrong; the return value says whether `node` was a mapping or null.
 */
bool policy_schema_read(struct policy_reader *reader, const struct policy_schema *schema,
			const struct tree_node *node, struct policy_fields *ret);

/*
 * A string that is an item of a list or the value of a free key. A null is "" to the API server,
 * and gets a warning; anything else is reported, and false.
 */
bool policy_string_check(struct policy_reader *reader, const char *what,
			 const struct tree_node *node);

/* The same with a syntax ("what 'text' must …"): the interned text, NULL if it was no string. */
const char *policy_string(struct policy_reader *reader, const char *what,
			  const struct tree_node *node, model_syntax_fn syntax);

/* A string that is one of a few. */
struct policy_choices {
	const char *what;
	const char *const *names;
	size_t n;
	const char *hint; /* when none of them is similar; may be NULL */
};

/* Which of the names the string is; false and a report when it is none. */
bool policy_choose(struct policy_reader *reader, const struct policy_choices *choices,
		   const struct tree_node *node, size_t *ret);

/* TCP, UDP or SCTP as an enum port_space; without a node, or when it is none, *ret stays. */
void policy_transport(struct policy_reader *reader, const struct tree_node *node, uint8_t *ret);

/* The key of a mapping with free keys. */
void policy_key_check(struct policy_reader *reader, const char *what,
		      const struct tree_member *member, model_syntax_fn syntax);

struct policy_bounds {
	uint32_t least;
	uint32_t most;
};

/*
 * An integer within bounds, or a float without fraction as Kubernetes' YAML readers make an integer
 * of it. A text that is not plain decimal gets a warning. False and a report otherwise.
 */
bool policy_integer(struct policy_reader *reader, const char *what, const struct tree_node *node,
		    struct policy_bounds bounds, uint32_t *ret);

/* The same for 1 to 65535. */
bool policy_port_number(struct policy_reader *reader, const char *what,
			const struct tree_node *node, uint16_t *ret);

/* Reports the field of `schema` when it is absent; whether it is there. */
bool policy_need(struct policy_reader *reader, const struct policy_schema *schema,
		 const struct tree_node *node, const struct policy_fields *fields, size_t field);

/* Whether a list has as many items as it may, which is reported; NULL, which is absent, has. */
bool policy_check_len(struct policy_reader *reader, const char *what, const struct tree_node *list,
		      struct policy_bounds bounds);

static inline struct diag_span policy_span(const struct policy_reader *reader,
					   const struct tree_node *node)
{
	return tree_span(reader->object->file, node);
}
