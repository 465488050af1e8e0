/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a change of one policy changes any access: of a pod that it selects, from or to anybody.
 * Only for the module.
 *
 * The original table tells apart all that a changed one can, because a rule that is gone or wider has
 * no words of its own; so one member of each of its classes answers for all.
 */
#pragma once

#include "suite/suite.h"

struct suite_faces; /* a pod or address for each class */

/* NULL: the table of the whole cluster does not fit, and nothing is known. */
struct suite_faces *suite_faces_new(const struct analyze_cluster *cluster);
void suite_faces_free(struct suite_faces *faces);

/* `changed`: the cluster with another rule for `rule`. */
bool suite_is_equivalent(const struct suite_faces *faces, const struct analyze_cluster *changed,
			 const struct policy_rule *rule);
