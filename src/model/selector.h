/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Label selectors: metav1.LabelSelector, and what other APIs can be brought to.
 *
 * A selector is a conjunction of requirements; no requirement selects everything. Semantics of each
 * operator: k8s.io/apimachinery labels.Requirement.Matches (a missing key satisfies NotIn and
 * DoesNotExist); the last three are Calico's.
 */
#pragma once

#include "model/model.h"

enum selector_op {
	SELECTOR_IN,
	SELECTOR_NOT_IN,
	SELECTOR_EXISTS,
	SELECTOR_NOT_EXISTS,
	SELECTOR_CONTAINS, /* these have one value, and need the label */
	SELECTOR_STARTS_WITH,
	SELECTOR_ENDS_WITH,
};

struct selector_requirement {
	uint8_t op; /* enum selector_op */
	const char *key;
	const char **values; /* interned, sorted, unique */
	uint32_t n_values;
};

/* Requirements sorted by key, op, values: equal selectors are equal arrays. */
struct selector {
	struct selector_requirement *requirements;
	uint32_t n;
};

bool selector_matches(const struct selector *selector, const struct model_labels *labels);
bool selector_equal(const struct selector *a, const struct selector *b);

/*
 * Sorts and dedups the requirements in place; every constructor ends with it. Strings must be
 * interned.
 */
void selector_normalise(struct selector *selector);

/* "app=api,tier in (db,cache)", "" for everything; in the arena. */
const char *selector_format(const struct selector *selector, struct arena *arena);

/*
 * Labels that satisfy the selector and differ from every value it excludes: the face of a
 * hypothetical peer. false when no labels can (In with no values, Exists and DoesNotExist of one
 * key …).
 */
bool selector_example(const struct selector *selector, struct model_snapshot *snapshot,
		      struct model_labels *ret);
