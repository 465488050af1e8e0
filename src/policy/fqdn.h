/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The syntax of names and patterns of names in Cilium's policies (pkg/fqdn/matchpattern): `*` is
 * any part of one label, and `**.` at the begin one or more labels.
 */
#pragma once

#include "model/syntax.h"

const char *policy_fqdn_name(const char *text, size_t len);
const char *policy_fqdn_pattern(const char *text, size_t len);
