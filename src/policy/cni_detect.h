/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which CNI a cluster has, going by what the input shows: DaemonSets that are known (by their names
 * and images, whose tags tell the version), else policies that only one CNI has.
 *
 * A plugin that enforces goes before the network that it is put over (Calico over flannel, Cilium
 * over the Amazon VPC CNI).
 */
#pragma once

#include "base/diag.h"
#include "model/model.h"
#include "policy/cni.h"

struct policy_cni_finding {
	struct policy_cni cni; /* POLICY_CNI_UNKNOWN: none was found, or no one of them */
	const char *off;       /* NULL, or the option by which it runs without policies */
	const char *from;      /* "DaemonSet kube-system/cilium"; NULL when none was found */
};

/*
 * Texts live in the snapshot's arena. Cilium's and Calico's policies in one input without a
 * DaemonSet that decides are an error (BH0111): each means something only under its own CNI. Two
 * CNIs of equal standing are a warning (BH0112) and no choice.
 */
struct policy_cni_finding policy_cni_detect(struct model_snapshot *snapshot,
					    struct diag_list *diags);
