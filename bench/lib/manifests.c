/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/manifests.h"

#include "lib/manifests_mixed.h"
#include "lib/twister.h"

#include <stdio.h>
#include <stdlib.h>

#define N_NAMESPACES 10
#define N_TIERS 3

static const char *const tiers[N_TIERS] = {"frontend", "backend", "db"};

struct writer {
	struct strbuf *text;
	struct twister random;
	uint32_t n_apps;
	uint8_t *versions; /* by app */
	const struct manifests_shape *shape;
};

static uint32_t app_namespace(uint32_t app)
{
	return app % N_NAMESPACES;
}

static void write_namespace(const struct writer *writer, uint32_t number)
{
	strbuf_printf(writer->text,
		      "%sapiVersion: v1\nkind: Namespace\nmetadata:\n"
		      "  name: team-%u\n"
		      "  labels:\n"
		      "    kubernetes.io/metadata.name: team-%u\n"
		      "    team: t%u\n"
		      "    env: %s\n",
		      number ? "---\n" : "", number, number, number % 3,
		      number < 7 ? "prod" : "dev");
	if (writer->shape->mixed)
		strbuf_addstr(writer->text, "    istio-injection: enabled\n");
}

static void write_owner(struct strbuf *text, uint32_t app)
{
	strbuf_printf(text,
		      "  ownerReferences:\n"
		      "  - apiVersion: apps/v1\n"
		      "    kind: ReplicaSet\n"
		      "    name: app-%04u\n"
		      "    uid: app-%04u\n"
		      "    controller: true\n",
		      app, app);
}

static void write_pod(struct writer *writer, uint32_t number)
{
	const uint32_t app = number % writer->n_apps;
	const uint32_t high = 100 + (number >> 16), middle = number >> 8 & 255, low = number & 255;
	struct strbuf *text = writer->text;

	strbuf_printf(text,
		      "---\napiVersion: v1\nkind: Pod\nmetadata:\n"
		      "  name: app-%04u-%u\n"
		      "  namespace: team-%u\n"
		      "  labels:\n"
		      "    app: app-%04u\n"
		      "    tier: %s\n"
		      "    version: v%u\n"
		      "    app.kubernetes.io/part-of: suite-%u\n",
		      app, number / writer->n_apps, app_namespace(app), app,
		      tiers[app / N_NAMESPACES % N_TIERS], writer->versions[app], app % 7);
	if (writer->shape->owned)
		write_owner(text, app);
	strbuf_printf(text,
		      "spec:\n  containers:\n  - name: c\n    image: x\n    ports:\n"
		      "    - name: http\n      containerPort: 8080\n      protocol: TCP\n"
		      "    - name: metrics\n      containerPort: 9090\n      protocol: TCP\n"
		      "status:\n  phase: Running\n"
		      "  podIP: 10.%u.%u.%u\n"
		      "  podIPs:\n  - ip: 10.%u.%u.%u\n"
		      "  hostIP: 192.168.49.2\n",
		      high, middle, low, high, middle, low);
}

static void write_policy_head(struct strbuf *text, const char *name, uint32_t ns)
{
	strbuf_printf(text,
		      "---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n"
		      "  name: %s\n  namespace: team-%u\nspec:\n",
		      name, ns);
}

static void write_default_deny(struct strbuf *text, uint32_t ns)
{
	write_policy_head(text, "default-deny-ingress", ns);
	strbuf_addstr(text, "  podSelector: {}\n  policyTypes:\n  - Ingress\n");
}

static void write_app_subject(struct strbuf *text, uint32_t app)
{
	strbuf_printf(text,
		      "  podSelector:\n    matchLabels:\n      app: app-%04u\n  policyTypes:\n",
		      app);
}

static void write_app_ingress(struct strbuf *text, uint32_t app, uint32_t peer)
{
	write_app_subject(text, app);
	strbuf_printf(text,
		      "  - Ingress\n  ingress:\n  - from:\n"
		      "    - podSelector:\n        matchLabels:\n          app: app-%04u\n"
		      "    ports:\n    - protocol: TCP\n      port: 8080\n",
		      peer);
}

static void write_team_ingress(struct writer *writer, uint32_t app)
{
	const uint32_t team = twister_below(&writer->random, 3);
	const char *tier = tiers[twister_below(&writer->random, N_TIERS)];

	write_app_subject(writer->text, app);
	strbuf_printf(writer->text,
		      "  - Ingress\n  ingress:\n  - from:\n"
		      "    - namespaceSelector:\n        matchLabels:\n          team: t%u\n"
		      "      podSelector:\n        matchLabels:\n          tier: %s\n"
		      "    ports:\n    - protocol: TCP\n      port: 8080\n      endPort: 8090\n",
		      team, tier);
}

static void write_metrics_ingress(struct writer *writer)
{
	strbuf_printf(writer->text,
		      "  podSelector:\n    matchExpressions:\n    - key: tier\n      operator: In\n"
		      "      values:\n      - %s\n"
		      "  policyTypes:\n  - Ingress\n  ingress:\n  - from:\n"
		      "    - podSelector:\n        matchExpressions:\n        - key: tier\n"
		      "          operator: NotIn\n          values:\n          - db\n"
		      "    ports:\n    - protocol: TCP\n      port: metrics\n",
		      tiers[twister_below(&writer->random, N_TIERS)]);
}

static void write_app_egress(struct strbuf *text, uint32_t app, uint32_t peer)
{
	write_app_subject(text, app);
	strbuf_printf(text,
		      "  - Egress\n  egress:\n  - to:\n"
		      "    - podSelector:\n        matchLabels:\n          app: app-%04u\n"
		      "    ports:\n    - protocol: TCP\n      port: 8080\n"
		      "  - to:\n    - namespaceSelector:\n        matchLabels:\n"
		      "          kubernetes.io/metadata.name: team-0\n"
		      "    ports:\n    - protocol: UDP\n      port: 53\n    - protocol: TCP\n      "
		      "port: 53\n",
		      peer);
}

static void write_outside(struct writer *writer, uint32_t app)
{
	const uint32_t first = 1 + twister_below(&writer->random, 199);
	const uint32_t block = first == 10 ? 11 : first;

	write_app_subject(writer->text, app);
	strbuf_printf(writer->text,
		      "  - Ingress\n  - Egress\n  ingress:\n  - from:\n"
		      "    - ipBlock:\n        cidr: %u.0.0.0/8\n        except:\n"
		      "        - %u.%u.0.0/16\n"
		      "    ports:\n    - protocol: TCP\n      port: http\n",
		      block, block, twister_below(&writer->random, 256));
	strbuf_addstr(writer->text,
		      "  egress:\n  - to:\n    - ipBlock:\n        cidr: 0.0.0.0/0\n"
		      "        except:\n        - 10.0.0.0/8\n        - 169.254.169.254/32\n"
		      "    ports:\n    - protocol: TCP\n      port: 443\n"
		      "  - to:\n    - namespaceSelector: {}\n");
}

static void write_prod_ingress(struct strbuf *text, uint32_t app)
{
	write_app_subject(text, app);
	strbuf_addstr(text,
		      "  - Ingress\n  ingress:\n  - from:\n    - namespaceSelector:\n"
		      "        matchExpressions:\n        - key: env\n          operator: In\n"
		      "          values:\n          - prod\n"
		      "    ports:\n    - protocol: TCP\n      port: http\n");
}

/* The mix. The random numbers are drawn in the order of gen.py. */
static void write_policy(struct writer *writer, uint32_t number)
{
	const uint32_t app = (number - N_NAMESPACES) % writer->n_apps;
	const uint32_t ns = app_namespace(app);
	const double kind = twister_real(&writer->random);
	const uint32_t n_of_namespace = (writer->n_apps - ns + N_NAMESPACES - 1) / N_NAMESPACES;
	const uint32_t peer = ns + N_NAMESPACES * twister_below(&writer->random, n_of_namespace);
	char name[32];

	if (writer->shape->mixed && number % 2) {
		manifests_write_mixed(&(struct manifests_policy){number, ns, app, peer},
				      writer->text);
		return;
	}
	snprintf(name, sizeof(name), "p-%05u", number);
	write_policy_head(writer->text, name, ns);
	if (kind < .50)
		write_app_ingress(writer->text, app, peer);
	else if (kind < .65)
		write_team_ingress(writer, app);
	else if (kind < .75)
		write_metrics_ingress(writer);
	else if (kind < .85)
		write_app_egress(writer->text, app, peer);
	else if (kind < .95)
		write_outside(writer, app);
	else
		write_prod_ingress(writer->text, app);
}

void manifests_write(const struct manifests_shape *shape, struct strbuf *ret)
{
	struct writer writer = {
		.text = ret, .shape = shape, .n_apps = shape->n_pods / MANIFESTS_REPLICAS};
	uint32_t n_policies = shape->n_policies ? shape->n_policies : writer.n_apps;

	if (!shape->n_policies && n_policies <= N_NAMESPACES)
		n_policies = N_NAMESPACES + 1;
	writer.versions = malloc(writer.n_apps + 1);
	if (!writer.versions)
		abort();
	twister_seed(&writer.random, 7 * 1000003 + shape->n_pods);
	for (uint32_t app = 0; app < writer.n_apps; app++)
		writer.versions[app] = 1 + twister_below(&writer.random, 2);
	for (uint32_t i = 0; i < N_NAMESPACES; i++)
		write_namespace(&writer, i);
	for (uint32_t i = 0; i < shape->n_pods; i++)
		write_pod(&writer, i);
	for (uint32_t i = 0; i < n_policies; i++) {
		if (i < N_NAMESPACES)
			write_default_deny(ret, i);
		else
			write_policy(&writer, i);
	}
	free(writer.versions);
}
