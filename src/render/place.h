/* SPDX-License-Identifier: Apache-2.0 */
/* Where something is written, for people: a file's name is whatever somebody gave it, and shown plain. */
#pragma once

#include "base/diag.h"
#include "base/strbuf.h"

/* "shop.yaml:12" */
void place_add(struct strbuf *buf, const struct diag_span *span);

/* The same to stdout, after so many spaces; nothing for what is in no file. */
void place_print(const struct diag_span *span, int indent);
