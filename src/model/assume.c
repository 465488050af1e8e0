/* SPDX-License-Identifier: Apache-2.0 */
/* What every cluster has although manifests rarely show it. */
#include "model/labels.h"
#include "model/loader.h"

#include <stdarg.h>
#include <string.h>

void model_assume_text(struct model_loader *loader, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vec_push(&loader->assumptions, arena_vprintf(&loader->snapshot->arena, format, args));
	va_end(args);
}

/* A namespace that always exists, even when nobody names it. */
static void assume_namespace(struct model_loader *loader, const char *name)
{
	struct model_namespace *ns;

	ns = model_loader_namespace(loader, intern_str(&loader->snapshot->intern, name));
	if (ns->origin == MODEL_IMPLIED)
		ns->origin = MODEL_ASSUMED;
}

/* The names under which kubeadm, kops, k3s, GKE, EKS and AKS run the cluster DNS. */
static bool is_dns_pod(const struct model_pod *pod, const char *app)
{
	return strcmp(pod->ns->name, "kube-system") == 0 &&
	       ((app && (strcmp(app, "kube-dns") == 0 || strcmp(app, "coredns") == 0)) ||
		strcmp(pod->workload->name, "coredns") == 0 ||
		strcmp(pod->workload->name, "kube-dns") == 0);
}

static bool has_dns(const struct model_loader *loader)
{
	const char *key = intern_find(&loader->snapshot->intern, "k8s-app", strlen("k8s-app"));

	for (size_t i = 0; i < loader->made_pods.n; i++) {
		const struct model_pod *pod = loader->made_pods.items[i];

		if (is_dns_pod(pod, key ? model_label_get(&pod->labels, key) : NULL))
			return true;
	}
	return false;
}

static struct model_labels dns_labels(struct model_loader *loader)
{
	struct model_snapshot *snapshot = loader->snapshot;
	struct model_labels none = {0};

	return model_labels_with(&none, &snapshot->arena, intern_str(&snapshot->intern, "k8s-app"),
				 intern_str(&snapshot->intern, "kube-dns"));
}

static void assume_dns_pods(struct model_loader *loader)
{
	static const struct model_port ports[] = {
		{.name = "dns", .space = PORT_UDP, .number = 53},
		{.name = "dns-tcp", .space = PORT_TCP, .number = 53},
	};
	struct intern *intern = &loader->snapshot->intern;
	struct model_port *copy = arena_alloc(&loader->snapshot->arena, sizeof(ports));
	struct model_template spec = {
		.labels = dns_labels(loader),
		.service_account = intern_str(intern, "coredns"),
		.ports = copy,
		.n_ports = sizeof(ports) / sizeof(ports[0]),
	};
	struct model_record record = {
		.kind = intern_str(intern, "Deployment"),
		.ns = intern_str(intern, "kube-system"),
		.name = intern_str(intern, "coredns"),
	};

	for (uint32_t i = 0; i < spec.n_ports; i++) {
		copy[i] = ports[i];
		copy[i].name = intern_str(intern, ports[i].name);
	}
	model_make_assumed(loader, &record, &spec);
	model_assume_text(loader, "the cluster DNS is kube-system/Deployment/coredns with the "
				  "label k8s-app=kube-dns");
}

static bool has_dns_service(const struct model_loader *loader)
{
	for (size_t i = 0; i < loader->services.n; i++) {
		const struct model_record *record = loader->services.items[i];

		if (strcmp(record->ns, "kube-system") == 0 && strcmp(record->name, "kube-dns") == 0)
			return true;
	}
	return false;
}

static void assume_dns_service(struct model_loader *loader)
{
	static const struct model_service_port ports[] = {
		{.name = "dns", .space = PORT_UDP, .port = 53, .target = 53},
		{.name = "dns-tcp", .space = PORT_TCP, .port = 53, .target = 53},
	};
	struct model_snapshot *snapshot = loader->snapshot;
	struct model_record *record = arena_alloc(&loader->scratch, sizeof(*record));
	struct model_service *service = arena_alloc(&snapshot->arena, sizeof(*service));
	struct model_labels labels = dns_labels(loader);

	record->ns = intern_str(&snapshot->intern, "kube-system");
	record->name = intern_str(&snapshot->intern, "kube-dns");
	record->object = service;
	service->ns = model_loader_namespace(loader, record->ns);
	service->name = record->name;
	service->type = intern_str(&snapshot->intern, "ClusterIP");
	service->origin = MODEL_ASSUMED;
	service->selector = labels.items;
	service->n_selector = labels.n;
	service->n_ports = sizeof(ports) / sizeof(ports[0]);
	service->ports = arena_alloc(&snapshot->arena, sizeof(ports));
	memcpy(service->ports, ports, sizeof(ports));
	vec_push(&loader->services, record);
}

void model_assume(struct model_loader *loader)
{
	static const char *const namespaces[] = {"default", "kube-system", "kube-public",
						 "kube-node-lease"};

	for (size_t i = 0; i < sizeof(namespaces) / sizeof(namespaces[0]); i++)
		assume_namespace(loader, namespaces[i]);
	if (loader->options.no_assumed_dns)
		return;
	if (!has_dns(loader))
		assume_dns_pods(loader);
	if (!has_dns_service(loader))
		assume_dns_service(loader);
}
