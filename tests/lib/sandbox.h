/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A place where a test may do to the kernel what it likes: an own network namespace, and an own
 * bpffs that nobody else sees. Both go with the process, however it ends.
 */
#pragma once

#define SANDBOX_BPF "/mnt" /* where the bpffs is */

/* Enters one, for good. NULL; or why that cannot be done here, and the caller skips. */
const char *sandbox_enter(void);
