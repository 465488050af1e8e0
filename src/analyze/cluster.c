/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/cluster.h"

#include "model/load.h"
#include "policy/cni_detect.h"
#include "policy/identity.h"

#include <assert.h>
#include <string.h>

static void choose_cni(struct analyze_cluster *cluster, const struct analyze_input *input)
{
	struct policy_cni_finding finding;

	if (input->cni) {
		const char *problem =
			policy_cni_parse(input->cni, &cluster->arena, &cluster->options.cni);

		assert(!problem);
		return;
	}
	finding = policy_cni_detect(cluster->snapshot, &cluster->diags);
	cluster->options.cni = finding.cni;
	cluster->options.cni_off = finding.off;
	cluster->cni_from = finding.from;
}

static void choose_identity(struct analyze_cluster *cluster, const struct analyze_input *input)
{
	struct policy_identity identity;
	const char *problem;

	if (!input->identity)
		return;
	problem = policy_identity_parse(input->identity, &cluster->arena, &identity);
	assert(!problem);
	cluster->options.identity = identity.text;
}

const char *analyze_cluster_cni_text(struct analyze_cluster *cluster)
{
	if (!cluster->cni_from)
		return NULL;
	return arena_printf(&cluster->arena, "cni: %s, from %s",
			    policy_cni_text(&cluster->options.cni, &cluster->arena),
			    cluster->cni_from);
}

void analyze_cluster_load(struct analyze_cluster *ret, const struct analyze_input *input)
{
	const struct model_options options = {
		.default_namespace = input->ns,
		.pod_cidrs = input->pod_cidrs,
		.n_pod_cidrs = input->n_pod_cidrs,
		.skip_invalid = input->skip_invalid,
		.keep_manifests = input->keep_manifests,
		.instead = input->instead,
		.n_instead = input->n_instead,
	};
	struct model_loader *loader = model_loader_new(&options);

	*ret = (struct analyze_cluster){0};
	arena_init(&ret->arena);
	diag_list_init(&ret->diags, &ret->arena);
	for (size_t i = 0; i < input->n_paths; i++)
		model_load_path(loader, input->paths[i], &ret->diags);
	for (size_t i = 0; i < input->n_texts; i++)
		model_load_entry(loader, input->texts[i].name, input->texts[i].text,
				 input->texts[i].len, &ret->diags);
	ret->snapshot = model_loader_finish(loader, &ret->diags);
	ret->options.skip_invalid = input->skip_invalid;
	ret->options.mesh_all = input->mesh_all;
	ret->options.source_port = input->source_port;
	choose_identity(ret, input);
	choose_cni(ret, input);
	ret->policies = policy_set_build(ret->snapshot, &ret->options, &ret->diags);
}

void analyze_cluster_release(struct analyze_cluster *cluster)
{
	model_snapshot_free(cluster->snapshot);
	arena_release(&cluster->arena);
	*cluster = (struct analyze_cluster){0};
}

bool analyze_is_system(const char *ns)
{
	return strncmp(ns, "kube-", strlen("kube-")) == 0 ||
	       strncmp(ns, "openshift-", strlen("openshift-")) == 0;
}
