/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Manifests → policy set, for tests of front ends, and both results as texts to compare.
 *
 *	struct policies policies;
 *	policies_read(&policies, yaml, false);
 *	ok_str(policies_diags(&policies), "", "…");
 *	policies_release(&policies);
 *
 * Texts live until the release.
 */
#pragma once

#include "base/diag.h"
#include "model/load.h"
#include "policy/ir.h"

struct policies {
	struct model_snapshot *snapshot;
	struct policy_set *set;
	struct diag_list diags;
};

void policies_read(struct policies *ret, const char *yaml, bool skip_invalid);
void policies_read_under(struct policies *ret, const char *yaml,
			 const struct policy_options *policy);
void policies_read_path(struct policies *ret, const char *path);
void policies_release(struct policies *policies);

/* A line for each diagnostic: "LINE:COLUMN CODE SEVERITY MESSAGE", and "; HINT" if it has one. */
const char *policies_diags(const struct policies *policies);

/*
 * The policies in order, a line for each and for each of its rules:
 *
 *	shop/db selects shop:app=db isolates ingress egress
 *	  ingress[0] 7:5 from any ports TCP 80-90 TCP:http
 *	  ingress[1] 8:5 deny from nodes: ports any if …
 *	  egress[0] 9:5 to shop: {team=a}:x=y 10.0.0.0/8-10.1.0.0/16 ports any
 *	  rules[0] 10:5 from none( mesh/shop:/@name=bot ) ports any
 *
 * then those without effect, "NAME without effect: WHY".
 */
const char *policies_text(const struct policies *policies);
