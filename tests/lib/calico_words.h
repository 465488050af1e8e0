/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Calico's selectors once more, for tests: evaluated while they are read, straight from the grammar,
 * with no tree and no lexer. The text must be a valid selector.
 */
#pragma once

#include <stdbool.h>

/* The value of a label, NULL when absent; of "all()" and "global()": NULL when they do not hold. */
typedef const char *calico_words_fn(void *arg, const char *key);

bool calico_words_match(const char *text, calico_words_fn *label, void *arg);
