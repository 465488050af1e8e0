/* SPDX-License-Identifier: GPL-2.0-only OR BSD-2-Clause */
/*
 * The packet format of the test program (bpf/question.bpf.c): many questions to the kernel in one
 * run.
 *
 * The data of a PROG_TEST_RUN packet is an Ethernet-sized prefix and QUESTION_PER_PACKET records;
 * the program answers each one in place.
 */
#pragma once

#include "verdict/verdict.h"

#define QUESTION_PREFIX 16u
#define QUESTION_PER_PACKET 32u

struct question {
	struct verdict_flow flow;
	struct verdict verdict; /* the answer */
};
