/* SPDX-License-Identifier: Apache-2.0 */
/* Which CNI an input shows: by DaemonSets, their pods, and policies. */
#include "lib/policies.h"
#include "lib/tap.h"

#include "policy/cni_detect.h"

#include <stdio.h>
#include <string.h>

#define DAEMON(ns, name, containers) \
	"---\napiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: " name ", namespace: " ns \
	"}\nspec: {template: {spec: {containers: [" containers "]}}}\n"
#define IMAGE(image) "{name: x, image: '" image "'}"
#define OTHER DAEMON("monitoring", "node-exporter", IMAGE("quay.io/prometheus/node-exporter:v1.8"))

#define CILIUM \
	"---\napiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\n" \
	"metadata: {name: p, namespace: a}\nspec: {endpointSelector: {}, ingress: [{}]}\n"
#define CALICO(group) \
	"---\napiVersion: " group "\nkind: GlobalNetworkSet\n" \
	"metadata: {name: s}\nspec: {nets: [10.0.0.0/8]}\n"

static const struct {
	const char *yaml;
	const char *want; /* "CNI from WHAT" */
} rows[] = {
	{DAEMON("kube-system", "cilium", IMAGE("quay.io/cilium/cilium:v1.18.2@sha256:0123")),
	 "cilium 1.18 from DaemonSet kube-system/cilium"},
	{DAEMON("kube-system", "cilium-envoy", IMAGE("quay.io/cilium/cilium-envoy:v1.33")),
	 "spec from nothing"},
	{DAEMON("kube-system", "agent", IMAGE("registry:5000/cilium/cilium:v1.19.0-rc.0")),
	 "cilium 1.19 from DaemonSet kube-system/agent"},
	{DAEMON("kube-system", "cilium", IMAGE("quay.io/cilium/cilium@sha256:0123")),
	 "cilium from DaemonSet kube-system/cilium"},
	{DAEMON("kube-system", "cilium", IMAGE("registry:5000/cilium")),
	 "cilium from DaemonSet kube-system/cilium"},
	{DAEMON("kube-system", "anetd", IMAGE("gke.gcr.io/cilium/cilium:v1.15.6-gke.1")),
	 "gke from DaemonSet kube-system/anetd"},
	{DAEMON("calico-system", "calico-node", IMAGE("docker.io/calico/node:v3.30.1")),
	 "calico 3.30 from DaemonSet calico-system/calico-node"},
	{DAEMON("kube-system", "rke2-canal",
		IMAGE("rancher/hardened-calico:v3.30.2-build1") "," IMAGE(
			"rancher/hardened-flannel:v0.27.0-build1")),
	 "calico 3.30 from DaemonSet kube-system/rke2-canal"},
	{DAEMON("kube-system", "antrea-agent", IMAGE("antrea/antrea-agent-ubuntu:v2.3.0")),
	 "antrea 2.3 from DaemonSet kube-system/antrea-agent"},
	{DAEMON("kube-system", "kindnet", IMAGE("docker.io/kindest/kindnetd:v20241212-9f82dd49")),
	 "kindnet 20241212 from DaemonSet kube-system/kindnet"},
	{DAEMON("kube-flannel", "kube-flannel-ds", IMAGE("ghcr.io/flannel-io/flannel:v0.26.1")),
	 "flannel 0.26 from DaemonSet kube-flannel/kube-flannel-ds"},
	{DAEMON("kube-flannel", "kube-flannel-ds",
		IMAGE("ghcr.io/flannel-io/flannel:v0.27.0") "," IMAGE(
			"registry.k8s.io/networking/kube-network-policies:v1.0.0")),
	 "kube-network-policies 1.0 from DaemonSet kube-flannel/kube-flannel-ds"},
	{DAEMON("kube-system", "aws-node",
		IMAGE("602401143452.dkr.ecr.us-west-2.amazonaws.com/"
		      "amazon-k8s-cni:v1.19.2-eksbuild.1")),
	 "aws 1.19 from DaemonSet kube-system/aws-node"},
	{DAEMON("kube-system", "aws-node", IMAGE("x/amazon-k8s-cni:v1.19.2"))
		 DAEMON("calico-system", "calico-node", IMAGE("quay.io/calico/node:v3.29.3")),
	 "calico 3.29 from DaemonSet calico-system/calico-node"},
	{DAEMON("openshift-ovn-kubernetes", "ovnkube-node", IMAGE("quay.io/openshift@sha256:01")),
	 "ovn-kubernetes from DaemonSet openshift-ovn-kubernetes/ovnkube-node"},
	{DAEMON("openshift-sdn", "sdn", IMAGE("quay.io/openshift@sha256:01")),
	 "openshift-sdn from DaemonSet openshift-sdn/sdn"},
	{DAEMON("shop", "sdn", IMAGE("shop/sdn:v1.0")), "spec from nothing"},
	{DAEMON("kube-system", "kube-router",
		IMAGE("docker.io/cloudnativelabs/kube-router:v2.4.1")),
	 "kube-router 2.4 from DaemonSet kube-system/kube-router"},
	{DAEMON("kube-system", "weave-net", IMAGE("weaveworks/weave-kube:2.8.1")),
	 "weave 2.8 from DaemonSet kube-system/weave-net"},
	{OTHER, "spec from nothing"},
	{OTHER CILIUM, "cilium from CiliumNetworkPolicy a/p (cilium.io)"},
	{CALICO("projectcalico.org/v3"), "calico from GlobalNetworkSet s (projectcalico.org)"},
	{CALICO("crd.projectcalico.org/v1") CALICO("projectcalico.org/v3"),
	 "calico from GlobalNetworkSet s (crd.projectcalico.org)"},
	{CILIUM DAEMON("kube-system", "calico-node", IMAGE("calico/node:v3.30.1")),
	 "calico 3.30 from DaemonSet kube-system/calico-node"},
	{"apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: cilium, namespace: a}\n"
	 "spec: {template: {spec: {containers: [" IMAGE("quay.io/cilium/cilium:v1.18.2") "]}}}\n",
	 "spec from nothing"},
	{"apiVersion: v1\nkind: Pod\nmetadata: {name: cilium-x7k2p, namespace: kube-system, "
	 "ownerReferences: [{apiVersion: apps/v1, kind: DaemonSet, name: cilium, controller: "
	 "true}]}\nspec: {containers: [" IMAGE("quay.io/cilium/cilium:v1.17.4") "]}\n",
	 "cilium 1.17 from DaemonSet kube-system/cilium"},
};

static const char *find(struct policies *policies)
{
	struct policy_cni_finding finding = policy_cni_detect(policies->snapshot, &policies->diags);

	return arena_printf(&policies->snapshot->arena, "%s from %s",
			    policy_cni_text(&finding.cni, &policies->snapshot->arena),
			    finding.from ? finding.from : "nothing");
}

static void test_daemons(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct policies policies;

		policies_read(&policies, rows[i].yaml, false);
		ok_str(find(&policies), rows[i].want, "%s", rows[i].want);
		ok_str(policies_diags(&policies), "", "nothing is said of it");
		policies_release(&policies);
	}
}

#define NODE_AGENT(value) \
	DAEMON("kube-system", "aws-node", \
	       IMAGE("x/amazon-k8s-cni:v1.19.2") ", {name: aws-eks-nodeagent, image: " \
						 "x/network-policy-agent:v1.2.0, args: " \
						 "[--enable-ipv6=false, " \
						 "--enable-network-policy=" value "]}")

static void test_switches(void)
{
	static const char *const values[] = {"true", "false"};
	static const char *const yamls[] = {NODE_AGENT("true"), NODE_AGENT("false")};

	for (size_t i = 0; i < 2; i++) {
		struct policy_cni_finding finding;
		struct policies policies;

		policies_read(&policies, yamls[i], false);
		finding = policy_cni_detect(policies.snapshot, &policies.diags);
		ok_int(finding.cni.id, POLICY_CNI_AWS, "the Amazon VPC CNI with its agent");
		ok_str(finding.off, i ? "--enable-network-policy=false" : NULL, "policy is %s",
		       values[i]);
		policies_release(&policies);
	}
}

static void test_rivals(void)
{
	struct policies policies;

	policies_read(&policies,
		      DAEMON("kube-system", "cilium", IMAGE("quay.io/cilium/cilium:v1.18.2"))
			      DAEMON("kube-system", "calico-node", IMAGE("calico/node:v3.30.1")),
		      false);
	ok_str(find(&policies), "spec from nothing", "two that enforce are no choice");
	ok(strstr(policies_diags(&policies), "BH0112 warning DaemonSet kube-system/") != NULL,
	   "which is said");
	policies_release(&policies);
}

static void test_vendors(void)
{
	struct policies policies;

	policies_read(&policies, CILIUM CALICO("projectcalico.org/v3"), false);
	ok_str(find(&policies), "spec from nothing", "two vendors are no choice");
	ok_str(policies_diags(&policies),
	       "7:1 BH0111 error GlobalNetworkSet s (projectcalico.org) is Calico's and "
	       "CiliumNetworkPolicy a/p (cilium.io) is Cilium's, and nothing says which one "
	       "enforces; pass --cni cilium or --cni calico\n",
	       "which is an error");
	policies_release(&policies);
}

int main(void)
{
	test_daemons();
	test_switches();
	test_rivals();
	test_vendors();
	return tap_done();
}
