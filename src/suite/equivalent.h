/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whether a change of one rule changes any access: of a pod that its policy selects, from or to
 * anybody. Only for the module.
 *
 * Rows are compared, with the rule and with what it becomes: in one world, because a rule that is
 * gone or wider tells apart nothing that it did not before. A difference counts where somebody has
 * such an address and the other side does not refuse.
 */
#pragma once

#include "suite/suite.h"

struct suite_faces; /* a pod or address for each class */

/* NULL: the table of the whole cluster does not fit, and nothing is known. */
struct suite_faces *suite_faces_new(const struct analyze_cluster *cluster);
void suite_faces_free(struct suite_faces *faces);

bool suite_is_equivalent(struct suite_faces *faces, const struct analyze_change *change);
