/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metav1.LabelSelector, as NetworkPolicy and most other policy APIs write it.
 *
 * Rules: unversionedvalidation.ValidateLabelSelector of the API server.
 */
#pragma once

#include "policy/schema.h"

extern const struct policy_schema policy_schema_labelselector;
extern const struct policy_schema policy_schema_requirement;

/*
 * Reads a selector; NULL and an empty mapping select everything. `ret` is normalised, in the
 * snapshot's arena. With problems reported it holds what could be read: use it only when the reader
 * has not failed.
 */
void policy_labelselector_read(struct policy_reader *reader, const struct tree_node *node,
			       struct selector *ret);

/* The same where keys have a syntax of their own. */
void policy_labelselector_read_as(struct policy_reader *reader, const struct tree_node *node,
				  model_syntax_fn key_syntax, struct selector *ret);
