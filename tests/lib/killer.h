/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kill -9 at every step: a child runs a function, and is killed before the n-th system call that
 * changes something.
 */
#pragma once

#include <stdbool.h>

/* NULL; or why processes cannot be traced here. */
const char *killer_missing(void);

/*
 * Runs `work` in a child that is killed before its `nth` (from 1) bpf(), mkdir(), unlink(), rmdir()
 * or mmap() of a file. False: it came to its end before. `work` must not print. A child that fails
 * in another way ends the test.
 */
bool killer_run(void (*work)(void *data), void *data, unsigned int nth);
