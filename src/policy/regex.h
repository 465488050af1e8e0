/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The syntax of the regular expressions of Cilium and Envoy, RE2: checked here, matched by a proxy.
 *
 * Rules: Go's regexp/syntax with Perl flags, which is what Cilium compiles them with. Not checked:
 * the names of Unicode scripts, names given to two groups, and the size of the program.
 */
#pragma once

#include <stddef.h>

/*
 * NULL when the expression is right, else what is wrong with it, which follows the quoted text in a
 * message; `*ret_at` is then where, in bytes from its begin.
 */
const char *policy_regex_check(const char *text, size_t *ret_at);
