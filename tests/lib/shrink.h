/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes a failing YAML small: whatever can go (documents, list items, fields) without the failure going
 * too is taken away, the big pieces first, until nothing more can.
 */
#pragma once

#include <stdbool.h>

struct strbuf;

/* Whether the failure is still there. Texts that are no longer valid must answer no. */
typedef bool shrink_fails_fn(void *arg, const char *yaml);

/* `yaml` fails; the small text that does is appended to `ret`. Returns how many texts were tried. */
unsigned int shrink_yaml(const char *yaml, shrink_fails_fn *fails, void *arg, struct strbuf *ret);
