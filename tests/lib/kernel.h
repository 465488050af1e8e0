/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The kernel's answers: a table in an array map, questions by BPF_PROG_TEST_RUN of
 * bpf/question.bpf.c.
 *
 * Nothing is attached or pinned; all is gone with kernel_close().
 */
#pragma once

#include "bpf/question.h"

#include <stddef.h>
#include <stdint.h>

struct kernel;

/*
 * NULL when programs cannot be loaded here, and why in *ret_reason. A kernel that could and refuses
 * the program fails the test.
 */
struct kernel *kernel_open(const char **ret_reason);
void kernel_close(struct kernel *kernel); /* NULL is fine */

/* Makes `table` the one that is asked; the bytes are copied. 0 or -errno. */
int kernel_load(struct kernel *kernel, const void *table, size_t size);

/* Fills in the verdict of every question. 0 or -errno. */
int kernel_ask(struct kernel *kernel, struct question *questions, size_t n);

/*
 * How long the kernel's program ran in all, in ns: what the questions took, without the system
 * calls.
 */
uint64_t kernel_ns(const struct kernel *kernel);
