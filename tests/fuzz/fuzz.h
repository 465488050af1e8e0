/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What every fuzz target is: tests/fuzz/fuzz_NAME.c defines this one function, which must neither crash
 * nor hang nor leak for any input. The ordinary tests call it for each file of tests/fuzz/corpus/NAME;
 * `make fuzz` lets libFuzzer look for inputs.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* Returns 0. `data` is not NUL-terminated. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
