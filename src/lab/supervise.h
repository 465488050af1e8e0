/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Work that must leave nothing behind: done in a child, while the parent waits, hears every signal,
 * and ends the lab when the work is over, however it is over.
 */
#pragma once

#include "lab/home.h"

#include <stdbool.h>

/* Gives an exit code. */
typedef int lab_work_fn(void *data);

/*
 * Runs `work` in a child, which dies with this process. Afterwards the lab of `home` (new, locked)
 * is ended, unless `keep` and the work's code is 0. After SIGINT, SIGTERM, SIGHUP or SIGQUIT it is
 * ended and the signal takes its course: no return. The child's code.
 */
int lab_supervise(struct lab_home *home, bool keep, lab_work_fn *work, void *data);
