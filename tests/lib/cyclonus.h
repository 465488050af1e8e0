/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The cases of cyclonus (a NetworkPolicy fuzzer) with the answers that are known of them, from
 * ../shared/data/cyclonus: each step is a whole cluster, and its rows say who reaches whom on what.
 *
 * Everything lives during the call of the function.
 */
#pragma once

#include "base/port.h"
#include "base/strbuf.h"
#include "tree/tree.h"

#include <stdbool.h>
#include <stddef.h>

struct cyclonus_row {
	const char *from; /* ns/pod */
	const char *to;
	uint8_t space; /* enum port_space */
	uint16_t port;
	bool egress_allowed;
	bool ingress_allowed;
};

struct cyclonus_step {
	char name[16];                   /* "case 12.1" */
	const char *description;         /* of the case */
	const char *yaml;                /* namespaces, pods, policies */
	const struct cyclonus_row *rows; /* without those of a pod to itself */
	size_t n_rows;
};

typedef void cyclonus_fn(void *arg, const struct cyclonus_step *step);

/* All steps of all cases, in order. false: the data is not there. */
bool cyclonus_each(cyclonus_fn *fn, void *arg);

/* Adds the manifests of a step's `namespaces`, `pods` and `policies`. */
void cyclonus_write(struct strbuf *yaml, const struct tree_node *step);
