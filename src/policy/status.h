/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a cluster said about a policy: status.conditions of a dump, of any API.
 *
 * A condition that says that the policy was refused, or is not enforced, is a warning (BH0208); the
 * policy stays as the file has it, because a status may be old. One that says itself that it is of
 * an older generation is passed over.
 */
#pragma once

#include "policy/frontend.h"

void policy_status_check(struct policy_reader *reader);
