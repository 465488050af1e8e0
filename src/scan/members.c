/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whom selectors take. Most rules of scan ask it, and of a policy they all ask the same, so it is found
 * once for each selector; and namespaces that a selector leaves out are left out as a whole.
 */
#include "scan/check.h"

/* The pod as if it were not on the host's network, where no selector reaches it. */
static const struct model_pod *off_host(const struct model_pod *pod, struct model_pod *copy)
{
	if (!pod->host_network)
		return pod;
	*copy = *pod;
	copy->host_network = false;
	return copy;
}

/* false: it takes no pod of the namespace, whatever its labels. */
static bool may_take(const struct policy_peer *peer, const struct model_namespace *ns)
{
	if (peer->kind == POLICY_PEER_PODS)
		return peer->pods.ns ? peer->pods.ns == ns->name
				     : selector_matches(&peer->pods.namespaces, &ns->labels);
	for (uint32_t i = 0; peer->kind == POLICY_PEER_ALL_OF && i < peer->n_parts; i++)
		if (!may_take(&peer->parts[i], ns))
			return false;
	return true;
}

void scan_list_workloads(struct scan *scan)
{
	const uint32_t n = scan->n_namespaces;
	uint32_t *starts = arena_alloc_n(&scan->arena, n + 1, sizeof(*starts));

	for (uint32_t i = 0, at = 0; i <= n; i++) {
		while (at < scan->n_workloads && scan->snapshot->workloads[at]->ns->index < i)
			at++;
		starts[i] = at;
	}
	scan->starts = starts;
}

struct model_workload *const *scan_workloads_of(const struct scan *scan,
						const struct model_namespace *ns, uint32_t *ret_n)
{
	const bool is_shown = ns->index < scan->n_namespaces;
	const uint32_t first = is_shown ? scan->starts[ns->index] : 0;

	*ret_n = is_shown ? scan->starts[ns->index + 1] - first : 0;
	return scan->snapshot->workloads + first;
}

static struct scan_members *list_members(struct scan *scan, const struct policy_peer *peer)
{
	struct scan_members *ret = arena_alloc(&scan->arena, sizeof(*ret));
	struct model_pod copy;

	for (uint32_t i = 0; i < scan->n_namespaces; i++) {
		const struct model_namespace *ns = scan->snapshot->namespaces[i];
		struct model_workload *const *workloads;
		uint32_t n;

		if (!may_take(peer, ns))
			continue;
		workloads = scan_workloads_of(scan, ns, &n);
		for (uint32_t k = 0; k < n; k++)
			if (policy_subject_matches(peer, off_host(workloads[k]->pods[0], &copy)))
				vec_push(ret, workloads[k]);
	}
	return ret;
}

const struct scan_members *scan_members(struct scan *scan, const struct policy_peer *peer)
{
	bool is_new;
	uint64_t *known = hash_map_put(&scan->members, hash_ptr(peer), &is_new);

	if (is_new)
		*known = hash_ptr(list_members(scan, peer));
	return (const struct scan_members *)(uintptr_t)*known;
}

void scan_members_release(struct scan *scan)
{
	for (size_t i = 0; i < scan->members.n_slots; i++)
		if (scan->members.slots[i].used)
			vec_release((struct scan_members *)(uintptr_t)scan->members.slots[i].value);
	hash_map_release(&scan->members);
}
