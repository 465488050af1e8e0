/* SPDX-License-Identifier: Apache-2.0 */
/* Which policies have an effect under which CNI: the one table. */
#include "policy/cni.h"

#include <string.h>

#define KUBERNETES "networking.k8s.io"
#define ADMIN "policy.networking.k8s.io"
#define CILIUM "cilium.io"
#define CALICO "projectcalico.org"
#define CALICO_RAW "crd.projectcalico.org"

static const char *const network_groups[] = {KUBERNETES, ADMIN, CILIUM, CALICO, CALICO_RAW};

struct version {
	uint16_t major;
	uint16_t minor;
};

/* A CNI evaluates a kind from a version on, and until before another. */
struct effect {
	uint8_t cni;
	const char *group;
	const char *kind;     /* NULL: all of the group */
	struct version since; /* 0.0: always */
	struct version until; /* 0.0: to this day */
};

/* clang-format off */
static const struct effect effects[] = {
	/*
	 * docs.cilium.io, Network Policy; ClusterNetworkPolicy since 1.20, by a flag (cilium#47227);
	 * AdminNetworkPolicy was asked for and never came (cilium#23380).
	 */
	{POLICY_CNI_CILIUM, KUBERNETES, NULL, {0}, {0}},
	{POLICY_CNI_CILIUM, CILIUM, NULL, {0}, {0}},
	{POLICY_CNI_CILIUM, ADMIN, "ClusterNetworkPolicy", {1, 20}, {0}},

	/*
	 * Release notes of 3.29.0 (AdminNetworkPolicy) and 3.30.0 (BaselineAdminNetworkPolicy); both
	 * gave way to ClusterNetworkPolicy in 3.32 (calico#10745, network-policy-api#376).
	 */
	{POLICY_CNI_CALICO, KUBERNETES, NULL, {0}, {0}},
	{POLICY_CNI_CALICO, CALICO, NULL, {0}, {0}},
	{POLICY_CNI_CALICO, CALICO_RAW, NULL, {0}, {0}},
	{POLICY_CNI_CALICO, ADMIN, "AdminNetworkPolicy", {3, 29}, {3, 32}},
	{POLICY_CNI_CALICO, ADMIN, "BaselineAdminNetworkPolicy", {3, 30}, {3, 32}},
	{POLICY_CNI_CALICO, ADMIN, "ClusterNetworkPolicy", {3, 32}, {0}},

	/* antrea.io, docs/admin-network-policy.md and cluster-network-policy.md (antrea#8044). */
	{POLICY_CNI_ANTREA, KUBERNETES, NULL, {0}, {0}},
	{POLICY_CNI_ANTREA, ADMIN, "AdminNetworkPolicy", {1, 13}, {0}},
	{POLICY_CNI_ANTREA, ADMIN, "BaselineAdminNetworkPolicy", {1, 13}, {0}},
	{POLICY_CNI_ANTREA, ADMIN, "ClusterNetworkPolicy", {2, 7}, {0}},

	/*
	 * kind's kindnetd, named by days, has NetworkPolicy since kind 0.24 of August 2024
	 * (kind#842); the project of that name has 1.x versions and all APIs (kindnet#122).
	 */
	{POLICY_CNI_KINDNET, KUBERNETES, NULL, {0}, {2000, 101}},
	{POLICY_CNI_KINDNET, KUBERNETES, NULL, {2024, 701}, {0}},
	{POLICY_CNI_KINDNET, ADMIN, NULL, {0}, {0}},

	/* Its flavors evaluate one version of the admin API each; a number does not tell which. */
	{POLICY_CNI_KUBE_NETWORK_POLICIES, KUBERNETES, NULL, {0}, {0}},
	{POLICY_CNI_KUBE_NETWORK_POLICIES, ADMIN, NULL, {0}, {0}},

	/* flannel: none; README.md, "flanneld does not natively enforce Network Policies". */

	/*
	 * EKS user guide, cni-network-policy. Its admin policies are networking.k8s.aws
	 * (aws-network-policy-agent#496), those of the working group it has not (#237).
	 */
	{POLICY_CNI_AWS, KUBERNETES, NULL, {1, 14}, {0}},

	/* Azure/azure-container-networking, npm/pkg/controlplane/controllers. */
	{POLICY_CNI_AZURE, KUBERNETES, NULL, {0}, {0}},

	/* cloud.google.com, GKE Dataplane V2: it is Cilium, in versions that Google chooses. */
	{POLICY_CNI_GKE, KUBERNETES, NULL, {0}, {0}},
	{POLICY_CNI_GKE, CILIUM, NULL, {0}, {0}},
	{POLICY_CNI_GKE, ADMIN, "ClusterNetworkPolicy", {0}, {0}},

	/* ovn-kubernetes.io, network security controls. */
	{POLICY_CNI_OVN_KUBERNETES, KUBERNETES, NULL, {0}, {0}},
	{POLICY_CNI_OVN_KUBERNETES, ADMIN, NULL, {0}, {0}},

	/* The admin APIs came to OpenShift with OVN-Kubernetes only (openshift-docs#65682). */
	{POLICY_CNI_OPENSHIFT_SDN, KUBERNETES, NULL, {0}, {0}},

	/* cloudnativelabs/kube-router, pkg/controllers/netpol. */
	{POLICY_CNI_KUBE_ROUTER, KUBERNETES, NULL, {0}, {0}},

	/* Its last release, 2.8.1 of 2021, is older than the admin APIs. */
	{POLICY_CNI_WEAVE, KUBERNETES, NULL, {0}, {0}},

	/* kube-ovn#3247; ClusterNetworkPolicy since 1.15 (network-policy-api#354). */
	{POLICY_CNI_KUBE_OVN, KUBERNETES, NULL, {0}, {0}},
	{POLICY_CNI_KUBE_OVN, ADMIN, "AdminNetworkPolicy", {0}, {0}},
	{POLICY_CNI_KUBE_OVN, ADMIN, "BaselineAdminNetworkPolicy", {0}, {0}},
	{POLICY_CNI_KUBE_OVN, ADMIN, "ClusterNetworkPolicy", {1, 15}, {0}},
};
/* clang-format on */

#define N_EFFECTS (sizeof(effects) / sizeof(effects[0]))

bool policy_cni_is_asked(const char *group)
{
	for (size_t i = 0; i < sizeof(network_groups) / sizeof(network_groups[0]); i++)
		if (strcmp(network_groups[i], group) == 0)
			return true;
	return false;
}

static bool is_any(struct version version)
{
	return !version.major && !version.minor;
}

static bool is_about(const struct effect *effect, const struct policy_cni *cni, const char *group,
		     const char *kind)
{
	return effect->cni == cni->id && strcmp(effect->group, group) == 0 &&
	       (!effect->kind || strcmp(effect->kind, kind) == 0);
}

static bool has_version(const struct effect *effect, const struct policy_cni *cni)
{
	if (is_any((struct version){cni->major, cni->minor}))
		return true;
	return policy_cni_since(cni, effect->since.major, effect->since.minor) &&
	       (is_any(effect->until) ||
		!policy_cni_since(cni, effect->until.major, effect->until.minor));
}

/* `group` NULL: of any. */
static bool evaluates_some(const struct policy_cni *cni, const char *group)
{
	for (size_t i = 0; i < N_EFFECTS; i++)
		if (effects[i].cni == cni->id && (!group || strcmp(effects[i].group, group) == 0))
			return true;
	return false;
}

/* "Cilium 1.18 does not evaluate ClusterNetworkPolicy; it does from 1.20". */
static const char *explain_version(const struct policy_cni *cni, const struct effect *other,
				   const char *kind, struct arena *arena)
{
	const char *text = arena_printf(arena, "%s %s does not evaluate %s; it does",
					policy_cni_title(cni->id),
					policy_cni_version_text(cni->major, cni->minor, arena),
					kind);

	if (!is_any(other->since))
		text = arena_printf(arena, "%s from %s", text,
				    policy_cni_version_text(other->since.major, other->since.minor,
							    arena));
	if (!is_any(other->until))
		text = arena_printf(arena, "%s until before %s", text,
				    policy_cni_version_text(other->until.major, other->until.minor,
							    arena));
	return text;
}

const char *policy_cni_no_effect(const struct policy_cni *cni, const char *group, const char *kind,
				 struct arena *arena)
{
	const struct effect *other = NULL;

	if (cni->id == POLICY_CNI_UNKNOWN || !policy_cni_is_asked(group))
		return NULL;
	for (size_t i = 0; i < N_EFFECTS; i++) {
		if (!is_about(&effects[i], cni, group, kind))
			continue;
		if (has_version(&effects[i], cni))
			return NULL;
		other = &effects[i];
	}
	if (other)
		return explain_version(cni, other, kind, arena);
	if (!evaluates_some(cni, NULL))
		return arena_printf(arena, "%s evaluates no network policy",
				    policy_cni_title(cni->id));
	return arena_printf(arena, "%s does not evaluate %s", policy_cni_title(cni->id),
			    evaluates_some(cni, group) ? kind : group);
}

const char *policy_cni_no_priority(const struct policy_cni *cni, const char *kind, double priority)
{
	/* docs/features/network-security-controls/admin-network-policy.md: 0 to 99 (#4431) */
	if (cni->id == POLICY_CNI_OVN_KUBERNETES && strcmp(kind, "AdminNetworkPolicy") == 0 &&
	    priority > 99)
		return "OVN-Kubernetes takes no AdminNetworkPolicy with a priority over 99";
	return NULL;
}

const char *policy_cni_on_invalid(const char *group)
{
	/* pkg/policy/k8s/cilium_network_policy.go: what does not parse is not imported. */
	if (strcmp(group, CILIUM) == 0)
		return "Cilium does not take it in: what was in force under its name before stays "
		       "so, or nothing";
	/* felix/calc/validation_filter.go */
	if (strcmp(group, CALICO) == 0 || strcmp(group, CALICO_RAW) == 0)
		return "Calico treats it as if it were not there";
	return NULL;
}
