/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies of one order whose API leaves open which is first, and that do not agree.
 *
 * Exact: a tie is told of only where some peer and port come to the policies undecided, and the
 * first rules of two of them that match there say different things. What both say may still come to
 * the same in the end.
 *
 * Cost: a row per part of the subject's ports, and nothing for a subject without such policies.
 */
#pragma once

#include "compile/world.h"

struct compile_tie {
	const struct policy_rule *first; /* of the policy that is taken to be first */
	const struct policy_rule *second;
	const struct port_set *ports; /* on which they do not agree; of the world */
};

typedef void compile_tie_fn(void *arg, const struct compile_tie *tie);

/* Whether the subject class has policies that could be tied, in either direction. */
bool compile_has_ties(const struct compile_world *world, uint32_t subject_class);

/*
 * Calls `fn` for the ties of a subject class in one direction. A pair of rules comes up as often as
 * there are ports and peers that tell it from others.
 */
void compile_ties(struct compile_world *world, uint32_t subject_class,
		  enum policy_direction direction, compile_tie_fn *fn, void *arg);
