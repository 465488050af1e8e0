/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/cluster.h"

#include "lib/tap.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

static struct model_loader *start(struct cluster *cluster, const struct model_options *options)
{
	struct model_loader *loader =
		model_loader_new(options ? options : &(struct model_options){0});

	*cluster = (struct cluster){.snapshot = NULL};
	diag_list_init(&cluster->diags, model_loader_arena(loader));
	return loader;
}

static void finish(struct cluster *cluster, struct model_loader *loader,
		   const struct policy_options *policy)
{
	cluster->snapshot = model_loader_finish(loader, &cluster->diags);
	cluster->policies = policy_set_build(cluster->snapshot, policy, &cluster->diags);
}

static struct policy_options same_options(const struct model_options *options)
{
	return (struct policy_options){.skip_invalid = options && options->skip_invalid};
}

void cluster_load_under(struct cluster *cluster, const char *name, const char *text,
			const struct model_options *options, const struct policy_options *policy)
{
	struct model_loader *loader = start(cluster, options);

	model_load_text(loader, name, text, strlen(text), &cluster->diags);
	finish(cluster, loader, policy);
}

void cluster_load_text(struct cluster *cluster, const char *name, const char *text,
		       const struct model_options *options)
{
	const struct policy_options policy = same_options(options);

	cluster_load_under(cluster, name, text, options, &policy);
}

void cluster_load_paths(struct cluster *cluster, const char *const *paths, size_t n_paths,
			const struct model_options *options)
{
	const struct policy_options policy = same_options(options);
	struct model_loader *loader = start(cluster, options);

	for (size_t i = 0; i < n_paths; i++)
		model_load_path(loader, paths[i], &cluster->diags);
	finish(cluster, loader, &policy);
}

void cluster_compile(struct cluster *cluster, struct model_pod *const *pods, size_t n_pods,
		     const uint32_t *endpoint_ids)
{
	const struct compile_table_options options = {.generation = 1,
						      .endpoint_ids = endpoint_ids};

	if (!pods) {
		pods = cluster->snapshot->pods;
		n_pods = cluster->snapshot->n_pods;
	}
	cluster->world = compile_world_new(cluster->snapshot, cluster->policies, pods, n_pods);
	if (compile_table(cluster->world, pods, n_pods, &options, &cluster->diags, &cluster->table))
		assert(!"the table fits its budget");
	if (table_open(cluster->table.bytes, cluster->table.size, &cluster->view))
		assert(!"the table is sound");
}

void cluster_release(struct cluster *cluster)
{
	compiled_table_release(&cluster->table);
	compile_world_free(cluster->world);
	model_snapshot_free(cluster->snapshot);
}

struct ip_addr cluster_pod_addr(const struct model_snapshot *snapshot, const char *name)
{
	char known[256];

	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		snprintf(known, sizeof(known), "%s/%s", snapshot->pods[i]->ns->name,
			 snapshot->pods[i]->name);
		if (strcmp(known, name) == 0)
			return snapshot->pods[i]->ips[0];
	}
	bail("no pod %s", name);
}
