/* SPDX-License-Identifier: Apache-2.0 */
/* Whom tests are about, as endpoints to ask for; only for the module. */
#pragma once

#include "suite/suite.h"

/*
 * Divides the sources that are sets, so far whole, into pods that the judge cannot tell apart: one
 * question is enough for those, and its answer names them.
 */
void suite_divide_sources(struct suite *suite, const struct analyze_judge *judge);

/* What a pod is called: its workload, or what is known of one that the input does not show. */
const char *suite_pod_text(struct suite *suite, const struct model_pod *pod);

/*
 * A hypothetical pod of sets in the syntax of endpoints, in the arena; NULL: it is one that some test
 * has named.
 */
const char *suite_unseen_text(const struct suite *suite, const struct model_pod *pod,
			      struct arena *arena);
