/* SPDX-License-Identifier: Apache-2.0 */
/* What profiles are made of; only for the module. */
#pragma once

#include "init/init.h"

/* The value that a profile gives to a variable, NULL: the variable is not known. */
const char *init_profile_value(const char *profile, const char *variable);

/* The template of a profile, its pieces with "---" between them; in the arena. */
const char *init_profile_template(const char *profile, struct arena *arena);
