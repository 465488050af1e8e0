/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which pods are in the mesh: have Istio's sidecar, or are redirected to its node proxy (ambient).
 * Private to the module.
 *
 * Sources: the selectors of Istio's MutatingWebhookConfiguration and injectRequired() of its
 * injector; the default ambient enablement selector of its CNI agent.
 */
#pragma once

#include "base/intern.h"
#include "model/model.h"

#define MODEL_MESH_INJECT "sidecar.istio.io/inject" /* a label, and an annotation of old */

/* What a pod says of the mesh outside its labels. */
struct model_mesh_hints {
	const char *inject; /* annotation MODEL_MESH_INJECT; NULL: none */
	bool has_proxy;     /* a container istio-proxy: it was injected, or is written by hand */
};

/* The labels that decide, as the snapshot has them interned; NULL: nobody has it. */
struct model_mesh_keys {
	const char *inject;    /* of pods */
	const char *injection; /* of namespaces */
	const char *revision;  /* of both */
	const char *mode;      /* of both */
};

/* To be done when all labels are read. */
struct model_mesh_keys model_mesh_keys_find(const struct intern *intern);

bool model_mesh_has(const struct model_mesh_keys *keys, const struct model_pod *pod,
		    const struct model_mesh_hints *hints);
