/* SPDX-License-Identifier: Apache-2.0 */
/*
 * From results to stdout. Renderers decide nothing: what they write is in the result.
 *
 * The JSON shapes are an interface, documented in docs/json.md.
 */
#pragma once

#include "analyze/can.h"
#include "analyze/explain.h"
#include "analyze/map.h"
#include "analyze/map_check.h"
#include "base/json.h"

void render_can_text(const struct analyze_answer *answer, bool color);

/*
 * One object and a newline; with `indent` 0, a line of a batch, on one line and without what all
 * lines would say of the input.
 */
void render_can_json(const struct analyze_answer *answer, unsigned int indent);

/* The answer to a line of a batch that is no question. */
void render_can_error(const char *message, size_t line);

void render_map_text(struct analyze_map *map);
void render_map_json(struct analyze_map *map);
void render_map_csv(struct analyze_map *map);
void render_map_md(struct analyze_map *map);
void render_map_dot(struct analyze_map *map);
void render_map_svg(struct analyze_map *map);

/* What has changed since a map was written. */
void render_map_check(const struct analyze_map_check *check);

void render_explain_text(const struct analyze_explanation *explanation, bool color);
void render_explain_json(const struct analyze_explanation *explanation);

/* [{"protocol","port","endPort"}, …] */
void render_ports_json(struct json *json, const struct port_set *set);

/* "peers", and "ports" with what else a rule says. */
void render_rule_peers_json(struct json *json, const struct policy_rule *rule);
void render_rule_ports_json(struct json *json, const struct policy_rule *rule);

/* "egress" and "ingress": what each side of an answer says. */
void render_sides_json(struct json *json, const struct analyze_side sides[]);

/* "port" and "protocol" of a question. */
void render_port_json(struct json *json, const struct analyze_port *port);

void render_strings_json(struct json *json, const char *key, const char *const *items, size_t n);

/* One item of "rules" and "near". */
void render_ref_json(struct json *json, const struct analyze_ref *ref);
