/* SPDX-License-Identifier: Apache-2.0 */
/* Making label sets. Keys and values are interned, sets are immutable and may be shared. */
#pragma once

#include "model/model.h"

/* core/v1 Namespace: the API server sets this label to the name and lets nobody change it. */
#define MODEL_NAME_LABEL "kubernetes.io/metadata.name"

void model_labels_sort(struct model_label *items, uint32_t n);

/* A copy in which `key` has this value, whatever it had before. */
struct model_labels model_labels_with(const struct model_labels *labels, struct arena *arena,
				      const char *key, const char *value);
