/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The plan of a running lab as a file in its home, for the commands that come later; with it the
 * input options, so that `apply` reads new manifests as `up` read the first ones.
 */
#pragma once

#include "lab/cluster.h"
#include "lab/fault.h"
#include "lab/home.h"

/* Replaces the file. */
int lab_plan_save(const struct lab_home *home, const struct lab_plan *plan,
		  const struct lab_input *input, struct lab_fault *fault);

/* `ret_input` lives in the plan's arena. */
int lab_plan_load(const struct lab_home *home, struct lab_plan *ret_plan,
		  struct lab_input *ret_input, struct lab_fault *fault);
