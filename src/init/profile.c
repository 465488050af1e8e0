/* SPDX-License-Identifier: Apache-2.0 */
#include "init/profile.h"

#include "base/strbuf.h"

#include <string.h>

#define PIECE_MONITORING 1u
#define PIECE_INGRESS 2u

static const struct profile {
	struct init_profile shown;
	unsigned int pieces; /* besides those that all have */
	struct init_variable values[12];
} profiles[] = {
	{{"kubernetes", "CoreDNS or kube-dns, ingress-nginx, Prometheus in monitoring"},
	 PIECE_MONITORING | PIECE_INGRESS,
	 {{NULL, NULL}}},
	{{"minimal", "default deny and DNS, nothing else"}, 0, {{NULL, NULL}}},
	{{"nodelocaldns", "kubernetes, and a DNS cache on every node"},
	 PIECE_MONITORING | PIECE_INGRESS,
	 {{"dnsAddress", "169.254.20.10/32"}, {NULL, NULL}}},
	{{"openshift", "the DNS, the router and the monitoring of OpenShift"},
	 PIECE_MONITORING | PIECE_INGRESS,
	 {{"dnsNamespace", "openshift-dns"},
	  {"dnsLabel", "dns.operator.openshift.io/daemonset-dns: default"},
	  {"dnsPort", "5353"},
	  {"ingressNamespace", "openshift-ingress"},
	  {"ingressLabel",
	   "ingresscontroller.operator.openshift.io/deployment-ingresscontroller: default"},
	  {"monitoringNamespace", "openshift-monitoring"},
	  {NULL, NULL}}},
	{{"istio", "kubernetes with the ingress gateway of Istio"},
	 PIECE_MONITORING | PIECE_INGRESS,
	 {{"ingressNamespace", "istio-system"},
	  {"ingressLabel", "istio: ingressgateway"},
	  {NULL, NULL}}},
};

#define N_PROFILES (sizeof(profiles) / sizeof(profiles[0]))

/* Every variable, and what it is where nobody says otherwise. */
static const struct init_variable defaults[] = {
	{"namespace", ""},
	{"owner", ""},
	{"environment", ""},
	{"podSecurity", "baseline"},
	{"dnsNamespace", "kube-system"},
	{"dnsLabel", "k8s-app: kube-dns"},
	{"dnsPort", "53"},
	{"dnsAddress", ""},
	{"monitoringNamespace", "monitoring"},
	{"monitoringLabel", "app.kubernetes.io/name: prometheus"},
	{"metricsPort", "9090"},
	{"ingressNamespace", "ingress-nginx"},
	{"ingressLabel", "app.kubernetes.io/name: ingress-nginx"},
	{"ingressPort", "8080"},
};

#define N_VARIABLES (sizeof(defaults) / sizeof(defaults[0]))

static const char namespace_piece[] = "apiVersion: v1\n"
				      "kind: Namespace\n"
				      "metadata:\n"
				      "  name: \"${namespace}\"\n"
				      "  labels:\n"
				      "    app.kubernetes.io/part-of: \"${namespace}\"\n"
				      "    environment: \"${environment}\"\n"
				      "    pod-security.kubernetes.io/enforce: ${podSecurity} "
				      "# no pod on its host's network, where no policy binds it\n"
				      "  annotations: {bulkhead.dev/owner: \"${owner}\"}\n";

#define POLICY_HEAD(name) \
	"apiVersion: networking.k8s.io/v1\n" \
	"kind: NetworkPolicy\n" \
	"metadata:\n" \
	"  name: " name "\n" \
	"  namespace: \"${namespace}\"\n" \
	"  annotations: {bulkhead.dev/owner: \"${owner}\"}\n" \
	"spec:\n" \
	"  podSelector: {}\n"

static const char deny_piece[] =
	"# Nothing is allowed that another policy does not allow.\n" POLICY_HEAD(
		"default-deny") "  policyTypes: [Ingress, Egress]\n";

static const char dns_piece[] =
	"# Names are resolved by the cluster's DNS, and by nobody else.\n" POLICY_HEAD(
		"allow-dns") "  policyTypes: [Egress]\n"
			     "  egress:\n"
			     "    - to:\n"
			     "        - namespaceSelector:\n"
			     "            matchLabels:\n"
			     "              kubernetes.io/metadata.name: \"${dnsNamespace}\"\n"
			     "          podSelector:\n"
			     "            matchLabels:\n"
			     "              ${dnsLabel}\n"
			     "        - ipBlock: {cidr: ${dnsAddress}}\n"
			     "      ports:\n"
			     "        - {port: ${dnsPort}, protocol: UDP}\n"
			     "        - {port: ${dnsPort}, protocol: TCP}\n";

static const char monitoring_piece[] =
	"# The monitoring scrapes one port of every pod.\n" POLICY_HEAD(
		"allow-monitoring") "  policyTypes: [Ingress]\n"
				    "  ingress:\n"
				    "    - from:\n"
				    "        - namespaceSelector:\n"
				    "            matchLabels:\n"
				    "              kubernetes.io/metadata.name: "
				    "\"${monitoringNamespace}\"\n"
				    "          podSelector:\n"
				    "            matchLabels:\n"
				    "              ${monitoringLabel}\n"
				    "      ports:\n"
				    "        - {port: ${metricsPort}, protocol: TCP}\n";

static const char ingress_piece[] =
	"# Traffic from outside comes through the ingress controller, to one port.\n" POLICY_HEAD(
		"allow-ingress-controller") "  policyTypes: [Ingress]\n"
					    "  ingress:\n"
					    "    - from:\n"
					    "        - namespaceSelector:\n"
					    "            matchLabels:\n"
					    "              kubernetes.io/metadata.name: "
					    "\"${ingressNamespace}\"\n"
					    "          podSelector:\n"
					    "            matchLabels:\n"
					    "              ${ingressLabel}\n"
					    "      ports:\n"
					    "        - {port: ${ingressPort}, protocol: TCP}\n";

size_t init_n_profiles(void)
{
	return N_PROFILES;
}

const struct init_profile *init_profile(size_t i)
{
	return &profiles[i].shown;
}

static const struct profile *find_profile(const char *name)
{
	for (size_t i = 0; i < N_PROFILES; i++)
		if (strcmp(profiles[i].shown.name, name) == 0)
			return &profiles[i];
	return NULL;
}

size_t init_n_variables(void)
{
	return N_VARIABLES;
}

const char *init_variable_name(size_t i)
{
	return defaults[i].name;
}

const char *init_profile_value(const char *profile, const char *variable)
{
	const struct profile *found = find_profile(profile);

	for (const struct init_variable *at = found->values; at->name; at++)
		if (strcmp(at->name, variable) == 0)
			return at->value;
	for (size_t i = 0; i < N_VARIABLES; i++)
		if (strcmp(defaults[i].name, variable) == 0)
			return defaults[i].value;
	return NULL;
}

const char *init_profile_template(const char *profile, struct arena *arena)
{
	const unsigned int pieces = find_profile(profile)->pieces;
	struct strbuf text = {0};
	const char *ret;

	strbuf_printf(&text, "%s---\n%s---\n%s", namespace_piece, deny_piece, dns_piece);
	if (pieces & PIECE_MONITORING)
		strbuf_printf(&text, "---\n%s", monitoring_piece);
	if (pieces & PIECE_INGRESS)
		strbuf_printf(&text, "---\n%s", ingress_piece);
	ret = arena_strdup(arena, strbuf_str(&text));
	strbuf_release(&text);
	return ret;
}
