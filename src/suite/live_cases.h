/* SPDX-License-Identifier: Apache-2.0 */
/* The connections that tests are about, one by one; only for the module. */
#pragma once

#include "suite/live.h"

/* Lists the cases of one test. */
void suite_list_cases(struct suite_live *live, const struct analyze_judge *judge, size_t test);
