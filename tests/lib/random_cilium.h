/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Random clusters with Cilium's policies and NetworkPolicies over the same pods, as YAML. The dice
 * are loaded: few labels and many selectors, scopes lifted half of the time, lists that are empty.
 */
#pragma once

#include "base/strbuf.h"
#include "lib/random.h"
#include "model/model.h"

/* Appends the manifests of a cluster; all of its policies are valid. */
void random_cilium(struct random *random, struct strbuf *yaml);

/* An address worth asking about: a pod's, a node's, one of the world. */
struct ip_addr random_cilium_addr(struct random *random, const struct model_snapshot *snapshot);

/* A port or a type that the policies are about, or next to one; *ret_space is its protocol. */
uint16_t random_cilium_port(struct random *random, uint8_t *ret_space);
