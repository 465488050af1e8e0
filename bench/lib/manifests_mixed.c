/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/manifests_mixed.h"

static void write_head(const struct manifests_policy *policy, const char *api, const char *kind,
		       struct strbuf *ret)
{
	strbuf_printf(ret, "---\napiVersion: %s\nkind: %s\nmetadata:\n  name: p-%05u\n", api, kind,
		      policy->number);
}

static void write_namespace(const struct manifests_policy *policy, struct strbuf *ret)
{
	strbuf_printf(ret, "  namespace: team-%u\n", policy->ns);
}

static void write_cilium(const struct manifests_policy *policy, struct strbuf *ret)
{
	write_head(policy, "cilium.io/v2", "CiliumNetworkPolicy", ret);
	write_namespace(policy, ret);
	strbuf_printf(ret,
		      "spec:\n  endpointSelector:\n    matchLabels:\n      app: app-%04u\n"
		      "  ingress:\n  - fromEndpoints:\n    - matchLabels:\n        app: app-%04u\n"
		      "    toPorts:\n    - ports:\n      - port: \"8080\"\n        protocol: TCP\n",
		      policy->app, policy->peer);
	if (policy->number % 8 == 0)
		strbuf_addstr(ret, "      rules:\n        http:\n        - method: GET\n");
	if (policy->number % 5 == 0)
		strbuf_addstr(ret, "  ingressDeny:\n  - fromEntities: [world]\n");
}

static void write_admin(const struct manifests_policy *policy, struct strbuf *ret)
{
	static const char *const actions[] = {"Accept", "Deny", "Pass"};

	write_head(policy, "policy.networking.k8s.io/v1alpha2", "ClusterNetworkPolicy", ret);
	strbuf_printf(
		ret,
		"spec:\n  tier: %s\n  priority: %u\n  subject:\n    namespaces:\n"
		"      matchLabels:\n        kubernetes.io/metadata.name: team-%u\n"
		"  ingress:\n  - action: %s\n    from:\n    - pods:\n"
		"        namespaceSelector: {}\n        podSelector:\n          matchLabels:\n"
		"            app: app-%04u\n"
		"    protocols:\n    - tcp:\n        destinationPort:\n          number: %u\n",
		policy->number % 2 ? "Admin" : "Baseline", policy->number % 1000, policy->ns,
		actions[policy->number % 3], policy->peer, 9000 + policy->number % 100);
}

static void write_istio(const struct manifests_policy *policy, struct strbuf *ret)
{
	write_head(policy, "security.istio.io/v1", "AuthorizationPolicy", ret);
	write_namespace(policy, ret);
	strbuf_printf(ret,
		      "spec:\n  selector:\n    matchLabels:\n      app: app-%04u\n  action: ALLOW\n"
		      "  rules:\n  - from:\n    - source:\n        namespaces: [team-%u, team-%u]\n"
		      "    to:\n    - operation:\n        ports: [\"8080\"]\n",
		      policy->app, policy->ns, policy->number % 10);
}

void manifests_write_mixed(const struct manifests_policy *policy, struct strbuf *ret)
{
	static void (*const writers[])(const struct manifests_policy *policy,
				       struct strbuf *ret) = {write_cilium, write_admin,
							      write_istio};

	writers[policy->number / 2 % 3](policy, ret);
}
