/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `init`: the manifests of a namespace that is born closed, from pieces that a profile chooses or from
 * a template of the user's.
 *
 * A template is YAML with ${variables}. A line with a variable that has no value is left out; one
 * that nobody knows is an error at its place. What comes out is read as any input is, so that nothing
 * is written that an API server would refuse. The same request makes the same bytes.
 */
#pragma once

#include "base/arena.h"
#include "base/diag.h"
#include "base/vec.h"

#include <stdbool.h>

struct init_variable {
	const char *name;
	const char *value; /* "": none */
};

struct init_request {
	const char *ns;
	const char *profile;                   /* a name of init_profiles() */
	const struct diag_file *template;      /* NULL: the profile's pieces */
	const struct init_variable *variables; /* that take the place of the profile's */
	size_t n_variables;
};

struct init_document {
	const char *name; /* of a file: "networkpolicy-default-deny.yaml" */
	const char *text; /* with its last newline */
};

struct init_result {
	struct arena arena;
	VEC(struct init_document) documents;
};

struct init_profile {
	const char *name;
	const char *about;
};

/* The profiles there are, and the variables. */
size_t init_n_profiles(void);
const struct init_profile *init_profile(size_t i);
size_t init_n_variables(void);
const char *init_variable_name(size_t i);

/* With errors in `diags`, whose arena must live as long as `ret`, the documents are of no use. */
void init_make(struct init_result *ret, const struct init_request *request,
	       struct diag_list *diags);
void init_result_release(struct init_result *result);
