/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/nodes.h"

#include "lab/topology.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define TABLE_ALIGNMENT 64

static void *alloc_n(size_t n, size_t size)
{
	void *items = calloc(n ? n : 1, size);

	if (!items)
		abort();
	return items;
}

static const char *table_file(const struct lab_home *home, uint32_t node, char *buf)
{
	char name[32];

	snprintf(name, sizeof(name), "table-%u", node);
	return lab_home_file(home, name, buf);
}

static int read_all(int fd, char *bytes, size_t size)
{
	ssize_t n = 1;

	for (size_t done = 0; done < size && n > 0; done += (size_t)n)
		n = read(fd, bytes + done, size - done);
	return n > 0 ? 0 : -EIO;
}

/* -ENOENT: this node has none yet. */
static int table_load(const struct lab_home *home, uint32_t node, struct compiled_table *ret)
{
	char path[LAB_PATH_SIZE];
	struct stat stat;
	const int fd = open(table_file(home, node, path), O_RDONLY | O_CLOEXEC);
	int error;

	if (fd < 0)
		return -errno;
	error = fstat(fd, &stat) ? -errno : 0;
	if (!error) {
		ret->size = (size_t)stat.st_size;
		ret->bytes = aligned_alloc(TABLE_ALIGNMENT, ret->size);
		error = ret->bytes ? read_all(fd, ret->bytes, ret->size) : -ENOMEM;
	}
	close(fd);
	return error;
}

static int table_save(const struct lab_home *home, uint32_t node,
		      const struct compiled_table *table)
{
	char path[LAB_PATH_SIZE];
	FILE *file = fopen(table_file(home, node, path), "we");
	size_t n;

	if (!file)
		return -errno;
	n = fwrite(table->bytes, table->size, 1, file);
	return fclose(file) || n != 1 ? -EIO : 0;
}

static int node_open(struct lab_nodes *nodes, const struct lab_home *home, uint32_t i)
{
	char path[LAB_PATH_SIZE];
	int error = datapath_open(lab_home_bpf(home, i, path), NULL, &nodes->datapaths[i]);

	if (error)
		return error;
	error = table_load(home, i, &nodes->tables[i]);
	if (error == -ENOENT)
		return 0;
	return error ? error
		     : table_open(nodes->tables[i].bytes, nodes->tables[i].size, &nodes->views[i]);
}

int lab_nodes_open(const struct lab_home *home, const struct lab_plan *plan, struct lab_nodes *ret,
		   struct lab_fault *fault)
{
	int error = 0;

	*ret = (struct lab_nodes){
		.n = plan->n_nodes,
		.datapaths = alloc_n(plan->n_nodes, sizeof(*ret->datapaths)),
		.tables = alloc_n(plan->n_nodes, sizeof(*ret->tables)),
		.views = alloc_n(plan->n_nodes, sizeof(*ret->views)),
	};
	for (uint32_t i = 0; i < ret->n && !error; i++) {
		error = node_open(ret, home, i);
		if (error)
			lab_fail(fault, error, "cannot open the datapath of node %s",
				 plan->ends[i].name);
	}
	return error;
}

void lab_nodes_release(struct lab_nodes *nodes)
{
	for (uint32_t i = 0; i < nodes->n; i++) {
		datapath_free(nodes->datapaths[i]);
		compiled_table_release(&nodes->tables[i]);
	}
	free(nodes->datapaths);
	free(nodes->tables);
	free(nodes->views);
	*nodes = (struct lab_nodes){0};
}

/* In the node's namespace. */
static int node_attach(struct lab_nodes *nodes, const struct lab_plan *plan, uint32_t node,
		       struct lab_fault *fault)
{
	for (uint32_t i = 0; i < plan->n_pods; i++) {
		int error;

		if (lab_pod(plan, i)->node != node)
			continue;
		error = datapath_endpoint_add(nodes->datapaths[node], LAB_POD_IFINDEX(i), i + 1);
		if (error)
			return lab_fail(fault, error, "cannot attach to pod %s",
					lab_pod(plan, i)->name);
	}
	return 0;
}

int lab_nodes_attach(struct lab_nodes *nodes, const struct lab_home *home,
		     const struct lab_plan *plan, struct lab_fault *fault)
{
	const int machine = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	char path[LAB_PATH_SIZE];
	int error = machine < 0 ? -errno : 0;

	for (uint32_t i = 0; i < nodes->n && !error; i++) {
		error = lab_netns_enter(lab_home_netns(home, plan, &plan->ends[i], path));
		if (!error)
			error = node_attach(nodes, plan, i, fault);
	}
	if (machine >= 0 && setns(machine, CLONE_NEWNET) && !error)
		error = -errno;
	close(machine);
	return error ? lab_fail(fault, error, "cannot attach to the pods") : 0;
}

int lab_node_compile(struct lab_cluster *cluster, uint32_t node, uint64_t generation,
		     struct compiled_table *ret)
{
	const struct lab_plan *plan = &cluster->plan;
	struct model_pod **pods = alloc_n(plan->n_pods, sizeof(struct model_pod *));
	uint32_t *ids = alloc_n(plan->n_pods, sizeof(uint32_t));
	const struct compile_table_options options = {.generation = generation,
						      .endpoint_ids = ids};
	struct compile_world *world;
	size_t n = 0;
	int error;

	for (uint32_t i = 0; i < plan->n_pods; i++)
		if (lab_pod(plan, i)->node == node) {
			pods[n] = cluster->pods[i];
			ids[n++] = i + 1;
		}
	world = compile_world_new(cluster->base.snapshot, cluster->base.policies, pods, n);
	error = compile_table(world, pods, n, &options, &cluster->base.diags, ret);
	compile_world_free(world);
	free(pods);
	free(ids);
	return error;
}

static int node_swap(struct lab_nodes *nodes, const struct lab_home *home, uint32_t node,
		     struct compiled_table *table)
{
	int error = datapath_swap(nodes->datapaths[node], table->bytes, table->size);

	if (!error)
		error = table_save(home, node, table);
	if (!error)
		error = table_open(table->bytes, table->size, &nodes->views[node]);
	if (error)
		return error;
	compiled_table_release(&nodes->tables[node]);
	nodes->tables[node] = *table;
	*table = (struct compiled_table){0};
	return 0;
}

int lab_nodes_enforce(struct lab_nodes *nodes, const struct lab_home *home,
		      struct lab_cluster *cluster, struct lab_fault *fault)
{
	struct compiled_table *tables = alloc_n(nodes->n, sizeof(*tables));
	int error = 0;

	for (uint32_t i = 0; i < nodes->n && !error; i++) {
		uint64_t generation;

		error = datapath_generation(nodes->datapaths[i], &generation);
		if (!error)
			error = lab_node_compile(cluster, i, generation + 1, &tables[i]);
		if (error)
			lab_fail(fault, error, "cannot compile the table of node %s",
				 cluster->plan.ends[i].name);
	}
	for (uint32_t i = 0; i < nodes->n && !error; i++) {
		error = node_swap(nodes, home, i, &tables[i]);
		if (error)
			lab_fail(fault, error, "cannot put the table of node %s in force",
				 cluster->plan.ends[i].name);
	}
	for (uint32_t i = 0; i < nodes->n; i++)
		compiled_table_release(&tables[i]);
	free(tables);
	return error;
}
