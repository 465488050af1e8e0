/* SPDX-License-Identifier: Apache-2.0 */
/* Which kinds matter, and how: the one table. */
#include "model/loader.h"

#include "base/text.h"

#include <string.h>

#define OBJECT(group, kind, reader) \
	{ \
		group, kind, MODEL_ROLE_OBJECT, false, reader \
	}
#define CLUSTER_OBJECT(group, kind, reader) \
	{ \
		group, kind, MODEL_ROLE_OBJECT, true, reader \
	}
#define CLUSTER_POLICY(group, kind) \
	{ \
		group, kind, MODEL_ROLE_POLICY, true, model_read_policy \
	}
#define POLICY(group, kind) \
	{ \
		group, kind, MODEL_ROLE_POLICY, false, model_read_policy \
	}
#define NOT_EVALUATED(group, kind) \
	{ \
		group, kind, MODEL_ROLE_NOT_EVALUATED, false, NULL \
	}

#define POLICY(group, kind) \
	{ \
		group, kind, MODEL_ROLE_POLICY, false, model_read_policy \
	}

/* Calico serves the same kinds through its API server and, raw, as custom resources. */
#define CALICO(group) \
	POLICY(group, "NetworkPolicy"), CLUSTER_POLICY(group, "GlobalNetworkPolicy"), \
		POLICY(group, "StagedNetworkPolicy"), \
		CLUSTER_POLICY(group, "StagedGlobalNetworkPolicy"), \
		POLICY(group, "StagedKubernetesNetworkPolicy"), CLUSTER_POLICY(group, "Tier"), \
		POLICY(group, "NetworkSet"), CLUSTER_POLICY(group, "GlobalNetworkSet"), \
		NOT_EVALUATED(group, "HostEndpoint"), NOT_EVALUATED(group, "Profile")

/* clang-format off */
static const struct model_kind kinds[] = {
	CLUSTER_OBJECT("", "Namespace", model_read_namespace),
	CLUSTER_OBJECT("", "Node", model_read_node),
	OBJECT("", "Pod", model_read_pod),
	OBJECT("", "ServiceAccount", model_read_account),
	OBJECT("", "ReplicationController", model_read_workload),
	OBJECT("", "Service", model_read_service),
	OBJECT("", "Endpoints", model_read_endpoints),
	OBJECT("discovery.k8s.io", "EndpointSlice", model_read_endpointslice),
	OBJECT("apps", "Deployment", model_read_workload),
	OBJECT("apps", "StatefulSet", model_read_workload),
	OBJECT("apps", "DaemonSet", model_read_workload),
	OBJECT("apps", "ReplicaSet", model_read_workload),
	OBJECT("extensions", "Deployment", model_read_workload),
	OBJECT("extensions", "DaemonSet", model_read_workload),
	OBJECT("extensions", "ReplicaSet", model_read_workload),
	OBJECT("batch", "Job", model_read_workload),
	OBJECT("batch", "CronJob", model_read_workload),
	OBJECT("apps.openshift.io", "DeploymentConfig", model_read_workload),

	OBJECT("networking.k8s.io", "Ingress", model_read_ingress),
	OBJECT("extensions", "Ingress", model_read_ingress),
	OBJECT("route.openshift.io", "Route", model_read_openshift_route),
	OBJECT("gateway.networking.k8s.io", "HTTPRoute", model_read_gateway_route),
	OBJECT("gateway.networking.k8s.io", "GRPCRoute", model_read_gateway_route),
	OBJECT("gateway.networking.k8s.io", "TLSRoute", model_read_gateway_route),
	OBJECT("gateway.networking.k8s.io", "TCPRoute", model_read_gateway_route),
	OBJECT("gateway.networking.k8s.io", "UDPRoute", model_read_gateway_route),
	OBJECT("gateway.networking.k8s.io", "ReferenceGrant", model_read_grant),
	{"bulkhead.dev", "PolicyTest", MODEL_ROLE_POLICY, true, model_read_test},

	POLICY("networking.k8s.io", "NetworkPolicy"),
	CLUSTER_POLICY("policy.networking.k8s.io", "ClusterNetworkPolicy"),
	CLUSTER_POLICY("policy.networking.k8s.io", "AdminNetworkPolicy"),
	CLUSTER_POLICY("policy.networking.k8s.io", "BaselineAdminNetworkPolicy"),

	{"kustomize.config.k8s.io", "Kustomization", MODEL_ROLE_OVERLAY, true, NULL},
	{"kustomize.config.k8s.io", "Component", MODEL_ROLE_OVERLAY, true, NULL},

	{"cilium.io", "CiliumNetworkPolicy", MODEL_ROLE_POLICY, false, model_read_policy},
	CLUSTER_POLICY("cilium.io", "CiliumClusterwideNetworkPolicy"),
	CLUSTER_POLICY("cilium.io", "CiliumCIDRGroup"),
	CLUSTER_POLICY("cilium.io", "CiliumNode"),
	NOT_EVALUATED("cilium.io", "CiliumEgressGatewayPolicy"),
	NOT_EVALUATED("cilium.io", "CiliumLocalRedirectPolicy"),

	CALICO("projectcalico.org"),
	CALICO("crd.projectcalico.org"),

	NOT_EVALUATED("crd.antrea.io", "NetworkPolicy"),
	NOT_EVALUATED("crd.antrea.io", "ClusterNetworkPolicy"),
	NOT_EVALUATED("crd.antrea.io", "Tier"),
	NOT_EVALUATED("crd.antrea.io", "Group"),
	NOT_EVALUATED("crd.antrea.io", "ClusterGroup"),
	NOT_EVALUATED("crd.antrea.io", "ExternalEntity"),
	NOT_EVALUATED("security.antrea.tanzu.vmware.com", "NetworkPolicy"),
	NOT_EVALUATED("security.antrea.tanzu.vmware.com", "ClusterNetworkPolicy"),

	POLICY("security.istio.io", "AuthorizationPolicy"),
	POLICY("security.istio.io", "PeerAuthentication"),
	NOT_EVALUATED("security.istio.io", "RequestAuthentication"),
	NOT_EVALUATED("networking.istio.io", "Sidecar"),

	NOT_EVALUATED("policy.linkerd.io", "AuthorizationPolicy"),
	NOT_EVALUATED("policy.linkerd.io", "MeshTLSAuthentication"),
	NOT_EVALUATED("policy.linkerd.io", "NetworkAuthentication"),
	NOT_EVALUATED("policy.linkerd.io", "Server"),
	NOT_EVALUATED("policy.linkerd.io", "ServerAuthorization"),
	NOT_EVALUATED("policy.linkerd.io", "EgressNetwork"),

	NOT_EVALUATED("kuma.io", "MeshTrafficPermission"),
	NOT_EVALUATED("kuma.io", "TrafficPermission"),
	NOT_EVALUATED("consul.hashicorp.com", "ServiceIntentions"),

	NOT_EVALUATED("k8s.ovn.org", "EgressFirewall"),
	NOT_EVALUATED("network.openshift.io", "EgressNetworkPolicy"),
	NOT_EVALUATED("k8s.cni.cncf.io", "MultiNetworkPolicy"),
	NOT_EVALUATED("kubeovn.io", "SecurityGroup"),
	NOT_EVALUATED("crd.nsx.vmware.com", "SecurityPolicy"),

	NOT_EVALUATED("networking.k8s.aws", "ApplicationNetworkPolicy"),
	NOT_EVALUATED("networking.k8s.aws", "ClusterNetworkPolicy"),
	NOT_EVALUATED("networking.k8s.aws", "ClusterPolicyEndpoint"),
	NOT_EVALUATED("networking.k8s.aws", "PolicyEndpoint"),
	NOT_EVALUATED("vpcresources.k8s.aws", "SecurityGroupPolicy"),
	NOT_EVALUATED("networking.gke.io", "FQDNNetworkPolicy"),
};
/* clang-format on */

static const struct model_kind ignored = {"", "", MODEL_ROLE_IGNORED, true, NULL};
static const struct model_kind vendor_policy = {"", "", MODEL_ROLE_NOT_EVALUATED, false, NULL};
static const struct model_kind removed_policy = {"", "", MODEL_ROLE_REMOVED, false, NULL};

/*
 * Groups without a dot and those of k8s.io are Kubernetes' own, and the table has all that they
 * serve.
 */
static bool is_kubernetes_group(const char *group)
{
	return !strchr(group, '.') || text_ends_with(group, ".k8s.io");
}

const struct model_kind *model_kind_find(const char *group, const char *kind)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].kind, kind) == 0 && strcmp(kinds[i].group, group) == 0)
			return &kinds[i];
	if (!text_ends_with(kind, "NetworkPolicy"))
		return &ignored;
	if (strcmp(kind, "NetworkPolicy") == 0 && is_kubernetes_group(group))
		return &removed_policy;
	return &vendor_policy; /* it calls itself a network policy: not to be passed over */
}
