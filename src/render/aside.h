/* SPDX-License-Identifier: Apache-2.0 */
/* What every answer over a cluster says of the cluster: who enforces, and what does not count. */
#pragma once

#include "analyze/cluster.h"
#include "base/json.h"

/* null, or {"name","version","from"} */
void render_cni_json(struct json *json, const struct analyze_cluster *cluster);

/* [{"group","kind","namespace","name","why","file","line"}, …] */
void render_no_effect_json(struct json *json, const struct policy_set *policies);

/* [{"group","kind","count"}, …] */
void render_not_evaluated_json(struct json *json, const struct model_snapshot *snapshot);

/* A line for each kind that does not count, after `indent`. */
void render_aside_text(const struct analyze_cluster *cluster, const char *indent);

/* All of them, as members of the object that is being written. */
void render_aside_json(struct json *json, const struct analyze_cluster *cluster);
