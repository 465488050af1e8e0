/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which network plugin (CNI) enforces the policies: it decides which of them have an effect.
 *
 * A cluster's API server takes policies of every API whose types are installed; only the CNI makes
 * them true. Without a choice every policy counts as its own specification says.
 */
#pragma once

#include "base/arena.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* id, name on the command line, its own name */
#define POLICY_CNIS(X) \
	X(UNKNOWN, "spec", "the specification") \
	X(CILIUM, "cilium", "Cilium") \
	X(CALICO, "calico", "Calico") \
	X(ANTREA, "antrea", "Antrea") \
	X(KINDNET, "kindnet", "kindnet") \
	X(KUBE_NETWORK_POLICIES, "kube-network-policies", "kube-network-policies") \
	X(FLANNEL, "flannel", "flannel") \
	X(AWS, "aws", "the Amazon VPC CNI") \
	X(AZURE, "azure", "Azure Network Policy Manager") \
	X(GKE, "gke", "GKE Dataplane V2") \
	X(OVN_KUBERNETES, "ovn-kubernetes", "OVN-Kubernetes") \
	X(OPENSHIFT_SDN, "openshift-sdn", "OpenShift SDN") \
	X(KUBE_ROUTER, "kube-router", "kube-router") \
	X(WEAVE, "weave", "Weave Net") \
	X(KUBE_OVN, "kube-ovn", "Kube-OVN")

enum policy_cni_id {
#define X(id, name, title) POLICY_CNI_##id,
	POLICY_CNIS(X)
#undef X
		POLICY_N_CNIS
};

struct policy_cni {
	uint8_t id;     /* enum policy_cni_id; POLICY_CNI_UNKNOWN: no choice, the specification */
	uint16_t major; /* both 0: the version is not known, and counts as the newest */
	uint16_t minor;
};

/*
 * NAME[@VERSION], with other names that people use ("aws-vpc-cni", "canal"); "spec" and "none" are
 * no choice. NULL when it was understood, else what is wrong with it, in the arena.
 */
const char *policy_cni_parse(const char *text, struct arena *arena, struct policy_cni *ret);

/* The version that a text begins with: "v1.18.2-rc.1", "1.18". False, and unchanged: none. */
bool policy_cni_version(const char *text, struct policy_cni *cni);

/* Whether a version is this one or later; one that is not known is. */
bool policy_cni_since(const struct policy_cni *cni, uint16_t major, uint16_t minor);

/* Cilium's policy engine, whoever ships it. */
bool policy_cni_is_cilium(const struct policy_cni *cni);

const char *policy_cni_name(enum policy_cni_id id);  /* "cilium" */
const char *policy_cni_title(enum policy_cni_id id); /* "Cilium" */

/* "cilium 1.18", "cilium" when the version is not known. */
const char *policy_cni_text(const struct policy_cni *cni, struct arena *arena);

/* The version alone, as its makers write it: "1.18", kindnet's "20241212". */
const char *policy_cni_version_text(uint16_t major, uint16_t minor, struct arena *arena);

/* Whether a CNI decides if policies of this group have an effect: not those of a mesh. */
bool policy_cni_is_asked(const char *group);

/*
 * Why a kind of policy has no effect under this CNI, a clause; NULL when it has one. Where no
 * source tells, it has one; of a version that is not known, when any version's has. Kinds that no
 * CNI is asked about (a mesh's) always have.
 */
const char *policy_cni_no_effect(const struct policy_cni *cni, const char *group, const char *kind,
				 struct arena *arena);

/* The same for the priority of a policy whose kind has an effect. */
const char *policy_cni_no_priority(const struct policy_cni *cni, const char *kind, double priority);

/* What becomes of an invalid policy of this group, a clause; NULL when no source tells. */
const char *policy_cni_on_invalid(const char *group);
