/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the system refused, in words: the deepest function that knows what it was doing writes the
 * text, everybody above hands the -errno on, and main prints it once. Lives on the caller's stack.
 */
#pragma once

#define LAB_FAULT_SIZE 512

struct lab_fault {
	char text[LAB_FAULT_SIZE]; /* "" = nothing was said yet */
};

/*
 * "what: strerror"; the first text stays, because it is the nearest to the cause. Gives `error`, a
 * -errno, back; with error 0 the text stands alone and the result is -EINVAL.
 */
int lab_fail(struct lab_fault *fault, int error, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
