/* SPDX-License-Identifier: Apache-2.0 */
/* UTF-8 as RFC 3629 has it: no overlong forms, no surrogates, nothing above U+10FFFF. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/*
 * The length (1 to 4) of the well-formed sequence that `text` starts with, or 0. `len` > 0.
 * *ret_code_point (may be NULL) is set only on success.
 */
size_t utf8_decode(const char *text, size_t len, uint32_t *ret_code_point);

/* The sequence of a code point that is not a surrogate; 1 to 4 bytes, no NUL. */
size_t utf8_encode(uint32_t code_point, char bytes[4]);
