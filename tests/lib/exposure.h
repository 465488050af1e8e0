/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The exposure sections of another analyzer's `list`: what each workload may have with pods that the
 * input does not show.
 *
 *	struct exposure exposure;
 *
 *	exposure_read(&exposure, path, "txt", snapshot);
 *	exposure_release(&exposure);
 */
#pragma once

#include "base/port.h"
#include "base/vec.h"
#include "model/selector.h"
#include "policy/ir.h"

enum exposure_peer {
	EXPOSURE_PODS,    /* of the selectors */
	EXPOSURE_CLUSTER, /* "entire-cluster": pods of which nothing is known */
	EXPOSURE_OUTSIDE, /* every address */
};

struct exposure_line {
	const char *text;     /* of the peer, as it was written */
	const char *workload; /* "ns/Kind/name" */
	enum policy_direction direction;
	enum exposure_peer peer;
	const char *ns; /* NULL: any that `namespaces` selects */
	struct selector namespaces;
	struct selector pods;
	struct port_set ports;
};

struct exposure {
	VEC(struct exposure_line) lines;
};

/* Texts live in the snapshot. `format` is "json" or "txt". */
void exposure_read(struct exposure *ret, const char *path, const char *format,
		   struct model_snapshot *snapshot);
void exposure_release(struct exposure *exposure);

/* Whether a line is about such pods. */
bool exposure_matches(const struct exposure_line *line, const struct model_pod *pod);
