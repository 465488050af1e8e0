/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/map_build.h"

#include <string.h>

/* The first peer class whose column is the same as that of `class`. */
static uint32_t equal_peer(struct map_builder *builder, uint32_t class)
{
	bool is_new;
	uint32_t column = keyset_intern(&builder->columns, builder->rows.columns[class],
					sizeof(builder->rows.columns[class]), &is_new);

	if (is_new)
		vec_push(&builder->column_peer, class);
	return builder->column_peer.items[column];
}

static void find_peers(struct map_builder *builder, const struct model_pod *pod, uint32_t peers[])
{
	const struct model_snapshot *snapshot = builder->cluster->snapshot;
	const bool is_anywhere = pod->host_network && pod->n_ips == 0;

	peers[0] = is_anywhere ? MAP_ANY_PEER : MAP_NO_PEER;
	peers[1] = is_anywhere && snapshot->has_v6 ? MAP_ANY_PEER : MAP_NO_PEER;
	for (uint32_t i = 0; i < pod->n_ips; i++)
		if (!model_is_closed_address(snapshot, &pod->ips[i]))
			peers[pod->ips[i].family == IP_V6] =
				equal_peer(builder, compile_pod_class(builder->world, pod, i));
}

static uint32_t group_of_pod(struct map_builder *builder, const struct model_pod *pod)
{
	const uint32_t class = compile_subject_class(builder->world, pod);
	struct map_group_key key = {.is_host = pod->host_network};

	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		key.rows[direction] = pod->host_network ? MAP_ROW_OPEN
							: builder->rows.rows_of[direction][class];
	find_peers(builder, pod, key.peers);
	return keyset_intern(&builder->groups, &key, sizeof(key), NULL);
}

void map_make_groups(struct map_builder *builder)
{
	const struct model_snapshot *snapshot = builder->cluster->snapshot;

	builder->group_of =
		arena_alloc_n(&builder->map->arena, snapshot->n_pods, sizeof(*builder->group_of));
	for (uint32_t i = 0; i < snapshot->n_pods; i++)
		builder->group_of[i] = group_of_pod(builder, snapshot->pods[i]);
	builder->keys =
		arena_alloc_n(&builder->map->arena, builder->groups.n, sizeof(*builder->keys));
	for (uint32_t i = 0; i < builder->groups.n; i++) {
		size_t size;

		memcpy(&builder->keys[i], keyset_get(&builder->groups, i, &size),
		       sizeof(*builder->keys));
		vec_add(&builder->map->groups);
	}
}

static struct analyze_map_endpoint *add_endpoint(struct map_builder *builder,
						 const struct model_pod *pod, uint32_t n_pods)
{
	struct analyze_map_endpoint *endpoint = vec_add(&builder->map->endpoints);
	const uint32_t group = builder->group_of[pod->index];
	const struct map_group_key *key = &builder->keys[group];

	endpoint->ns = pod->ns->name;
	endpoint->n_pods = endpoint->n_known = n_pods;
	endpoint->group = group;
	endpoint->origin = pod->origin;
	endpoint->host_network = pod->host_network;
	endpoint->is_open = key->rows[POLICY_EGRESS] == MAP_ROW_OPEN &&
			    key->rows[POLICY_INGRESS] == MAP_ROW_OPEN &&
			    (key->peers[0] != MAP_NO_PEER || key->peers[1] != MAP_NO_PEER);
	return endpoint;
}

static void add_workload(struct map_builder *builder, const struct model_workload *workload)
{
	struct analyze_map_endpoint *endpoint =
		add_endpoint(builder, workload->pods[0], workload->n_pods);

	endpoint->id = analyze_workload_id(workload, &builder->map->arena);
	endpoint->kind = workload->kind;
	endpoint->name = workload->name;
	endpoint->pods = workload->pods;
	if (workload->is_scaled_to_zero)
		endpoint->n_pods = 0;
}

/*
 * The pods of an owner that are in one group, as an endpoint that is called by the first of them.
 */
static void add_split(struct map_builder *builder, const struct model_workload *workload,
		      uint32_t first)
{
	struct arena *arena = &builder->map->arena;
	const uint32_t group = builder->group_of[workload->pods[first]->index];
	struct model_pod **pods =
		arena_alloc_n(arena, workload->n_pods, sizeof(struct model_pod *));
	struct analyze_map_endpoint *endpoint;
	uint32_t n = 0;

	for (uint32_t i = first; i < workload->n_pods; i++)
		if (builder->group_of[workload->pods[i]->index] == group)
			pods[n++] = workload->pods[i];
	endpoint = add_endpoint(builder, pods[0], n);
	endpoint->id = analyze_pod_id(pods[0], arena);
	endpoint->kind = "Pod";
	endpoint->name = pods[0]->name;
	endpoint->owner = analyze_workload_id(workload, arena);
	endpoint->pods = pods;
}

static bool is_first_of_group(const struct map_builder *builder,
			      const struct model_workload *workload, uint32_t at)
{
	const uint32_t group = builder->group_of[workload->pods[at]->index];

	for (uint32_t i = 0; i < at; i++)
		if (builder->group_of[workload->pods[i]->index] == group)
			return false;
	return true;
}

static uint32_t count_groups(const struct map_builder *builder,
			     const struct model_workload *workload)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < workload->n_pods; i++)
		n += is_first_of_group(builder, workload, i);
	return n;
}

static bool is_split(const struct map_builder *builder, const struct model_workload *workload)
{
	for (uint32_t i = 1; i < workload->n_pods; i++)
		if (builder->group_of[workload->pods[i]->index] !=
		    builder->group_of[workload->pods[0]->index])
			return true;
	return false;
}

static void split_workload(struct map_builder *builder, const struct model_workload *workload)
{
	const uint32_t n = count_groups(builder, workload);
	struct diag *diag;

	for (uint32_t i = 0; i < workload->n_pods; i++)
		if (is_first_of_group(builder, workload, i))
			add_split(builder, workload, i);
	diag = diag_add(builder->diags, DIAG_BH0108, workload->span,
			"pods of %s get different answers: they are %u endpoints",
			analyze_workload_id(workload, builder->diags->arena), n);
	diag_hint(builder->diags, diag, "their labels or addresses differ in what policies select");
}

/* Its pod is not counted as its own: what it may do is less than what the pod may. */
static void add_ingress(struct map_builder *builder)
{
	const struct analyze_endpoint *named = builder->map->options.ingress_controller;
	struct model_pod **pods = arena_alloc(&builder->map->arena, sizeof(struct model_pod *));
	struct analyze_map_endpoint *endpoint;

	pods[0] = named ? named->pods[0] : builder->stranger;
	builder->map->ingress = (uint32_t)builder->map->endpoints.n;
	endpoint = add_endpoint(builder, pods[0], 0);
	endpoint->id = endpoint->ns = endpoint->name = ANALYZE_INGRESS_ID;
	endpoint->kind = "IngressController";
	endpoint->pods = pods;
	endpoint->n_pods = 1;
	endpoint->origin = named ? MODEL_DECLARED : MODEL_ASSUMED;
	endpoint->host_network = false;
	endpoint->is_open = false;
}

static void add_hypothetical(struct map_builder *builder,
			     const struct analyze_hypothetical *hypothetical)
{
	struct analyze_map_endpoint *endpoint = add_endpoint(builder, hypothetical->pod, 1);
	struct model_pod **pods = arena_alloc(&builder->map->arena, sizeof(struct model_pod *));

	pods[0] = hypothetical->pod;
	endpoint->id =
		arena_printf(&builder->map->arena, "%s/%s", hypothetical->ns, hypothetical->name);
	endpoint->ns = hypothetical->ns;
	endpoint->kind = "Hypothetical";
	endpoint->name = hypothetical->name;
	endpoint->pods = pods;
}

/* A pod that is not there is on the map only where the options ask for it. */
static void add_asked(struct map_builder *builder, const struct analyze_endpoint *asked)
{
	struct analyze_hypothetical hypothetical;

	if (!asked || asked->n_pods != 1 || asked->pods[0]->origin != MODEL_HYPOTHETICAL)
		return;
	hypothetical = (struct analyze_hypothetical){
		.pod = asked->pods[0],
		.ns = asked->pods[0]->ns->name,
		.name = strchr(asked->id, '/') + 1,
	};
	add_hypothetical(builder, &hypothetical);
}

static int compare_endpoints(const void *left, const void *right)
{
	const struct analyze_map_endpoint *a = left, *b = right;
	int order = strcmp(a->ns, b->ns);

	if (!order)
		order = strcmp(a->kind, b->kind);
	return order ? order : strcmp(a->name, b->name);
}

void map_make_endpoints(struct map_builder *builder,
			const struct analyze_hypotheticals *hypotheticals)
{
	const struct model_snapshot *snapshot = builder->cluster->snapshot;
	bool has_split = false;

	for (uint32_t i = 0; i < snapshot->n_workloads; i++) {
		const struct model_workload *workload = snapshot->workloads[i];

		if (workload->origin == MODEL_HYPOTHETICAL)
			continue;
		if (!is_split(builder, workload)) {
			add_workload(builder, workload);
			continue;
		}
		split_workload(builder, workload);
		has_split = true;
	}
	if (has_split)
		qsort(builder->map->endpoints.items, builder->map->endpoints.n,
		      sizeof(*builder->map->endpoints.items), compare_endpoints);
	if (map_has_ingress(builder))
		add_ingress(builder);
	for (size_t i = 0; i < hypotheticals->items.n; i++)
		add_hypothetical(builder, &hypotheticals->items.items[i]);
	add_asked(builder, builder->map->options.from);
	if (builder->map->options.to != builder->map->options.from)
		add_asked(builder, builder->map->options.to);
}
