/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/equivalent.h"

#include "analyze/endpoint.h"
#include "base/keyset.h"
#include "compile/world.h"

struct face {
	struct model_pod *pod;   /* NULL: an address outside */
	struct ip_addr addrs[2]; /* by family */
};

struct suite_faces {
	struct analyze_judge judge;
	VEC(struct face) items;
	VEC(struct port_range) ports; /* one of each class, as a range of one */
	struct arena arena;
};

/* No padding. */
struct face_key {
	uint32_t subject;
	uint32_t peers[2];
	uint32_t is_host;
	uint64_t node; /* of host-network pods: their own node's pods are open to them */
};

static void add_pods(struct suite_faces *faces, const struct model_snapshot *snapshot)
{
	struct keyset seen = {0};

	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		struct model_pod *pod = snapshot->pods[i];
		struct face face = {.pod = pod};
		struct face_key key = {
			.subject = compile_subject_class(faces->judge.world, pod),
			.peers = {COMPILE_NONE, COMPILE_NONE},
			.is_host = pod->host_network,
			.node = pod->host_network ? hash_ptr(pod->node) : 0,
		};
		bool is_new;

		for (uint32_t k = 0; k < pod->n_ips; k++) {
			const int family = pod->ips[k].family == IP_V6;

			if (model_is_closed_address(snapshot, &pod->ips[k]))
				continue;
			key.peers[family] = compile_pod_class(faces->judge.world, pod, k);
			face.addrs[family] = pod->ips[k];
		}
		keyset_intern(&seen, &key, sizeof(key), &is_new);
		if (is_new)
			vec_push(&faces->items, face);
	}
	keyset_release(&seen);
}

static void add_address(struct suite_faces *faces, const struct ip_addr *addr)
{
	struct face face = {0};

	face.addrs[addr->family == IP_V6] = *addr;
	vec_push(&faces->items, face);
}

/* Where the agents and the host-network pods of a node are, and the kubelet. */
static void add_nodes(struct suite_faces *faces, const struct model_snapshot *snapshot)
{
	struct keyset seen = {0};

	for (uint32_t i = 0; i < snapshot->n_nodes; i++)
		for (uint32_t k = 0; k < snapshot->nodes[i]->n_addrs; k++) {
			const struct ip_addr *addr = &snapshot->nodes[i]->addrs[k];
			const uint32_t key[2] = {
				compile_outside_class(faces->judge.world, addr),
				addr->family,
			};
			bool is_new;

			keyset_intern(&seen, key, sizeof(key), &is_new);
			if (is_new)
				add_address(faces, addr);
		}
	keyset_release(&seen);
}

/* One address of each class: rules cannot tell the others from it. */
static void add_outside(struct suite_faces *faces, const struct model_snapshot *snapshot)
{
	struct keyset seen = {0};

	for (int family = 0; family < 2; family++) {
		size_t n;
		const struct compile_range *ranges =
			compile_ranges(faces->judge.world, family ? IP_V6 : IP_V4, &n);

		for (size_t i = 0; i < n; i++) {
			const uint32_t key[2] = {(uint32_t)family, ranges[i].peer_class};
			struct ip_addr addr;

			if (keyset_find(&seen, key, sizeof(key)) != KEYSET_NONE ||
			    !analyze_free_address(snapshot, &ranges[i].range, false, &addr))
				continue;
			keyset_intern(&seen, key, sizeof(key), NULL);
			add_address(faces, &addr);
		}
	}
	keyset_release(&seen);
}

static void add_ports(struct suite_faces *faces)
{
	struct keyset seen = {0};

	for (size_t i = 0; i < faces->judge.runs.n; i++) {
		const struct analyze_port_run *run = &faces->judge.runs.items[i];
		const uint32_t key[2] = {run->range.space, run->port_class};
		bool is_new;

		keyset_intern(&seen, key, sizeof(key), &is_new);
		if (is_new)
			vec_push(&faces->ports, run->range);
	}
	keyset_release(&seen);
}

struct suite_faces *suite_faces_new(const struct analyze_cluster *cluster)
{
	struct suite_faces *faces = vec_grow(NULL, &(size_t){0}, 1, sizeof(*faces));
	const struct model_snapshot *snapshot = cluster->snapshot;
	struct diag_list notes;

	*faces = (struct suite_faces){0};
	arena_init(&faces->arena);
	diag_list_init(&notes, &faces->arena);
	if (analyze_judge_init(&faces->judge, cluster, snapshot->pods, snapshot->n_pods, &notes)) {
		arena_release(&faces->arena);
		free(faces);
		return NULL;
	}
	add_pods(faces, snapshot);
	add_nodes(faces, snapshot);
	add_outside(faces, snapshot);
	add_ports(faces);
	return faces;
}

void suite_faces_free(struct suite_faces *faces)
{
	if (!faces)
		return;
	analyze_judge_release(&faces->judge);
	vec_release(&faces->items);
	vec_release(&faces->ports);
	arena_release(&faces->arena);
	free(faces);
}

static uint8_t judge_flow(const struct analyze_judge *judge, struct analyze_flow flow)
{
	struct verdict verdict;

	analyze_judge_flow(judge, &flow, &verdict);
	return verdict.action;
}

/* Whether both tables say the same of all that may go from one to the other. */
static bool is_same_between(const struct suite_faces *faces, const struct analyze_judge *changed,
			    const struct face *from, const struct face *to)
{
	for (int family = 0; family < 2; family++) {
		if (from->addrs[family].family == IP_NONE || to->addrs[family].family == IP_NONE)
			continue;
		for (size_t i = 0; i < faces->ports.n; i++) {
			const struct analyze_flow flow = {
				.src = from->addrs[family],
				.dst = to->addrs[family],
				.space = faces->ports.items[i].space,
				.port = faces->ports.items[i].first,
			};

			if (judge_flow(&faces->judge, flow) != judge_flow(changed, flow))
				return false;
		}
	}
	return true;
}

/* A rule speaks of one direction of its policy's pods. */
static bool is_same_of(const struct suite_faces *faces, const struct analyze_judge *changed,
		       const struct face *subject, uint8_t direction)
{
	for (size_t i = 0; i < faces->items.n; i++) {
		const struct face *other = &faces->items.items[i];
		const bool is_egress = direction == POLICY_EGRESS;

		if (!is_same_between(faces, changed, is_egress ? subject : other,
				     is_egress ? other : subject))
			return false;
	}
	return true;
}

bool suite_is_equivalent(const struct suite_faces *faces, const struct analyze_cluster *changed,
			 const struct policy_rule *rule)
{
	const struct model_snapshot *snapshot = changed->snapshot;
	struct analyze_judge judge;
	struct diag_list notes;
	struct arena arena;
	bool ret = true;

	arena_init(&arena);
	diag_list_init(&notes, &arena);
	ret = !analyze_judge_init(&judge, changed, snapshot->pods, snapshot->n_pods, &notes);
	for (size_t i = 0; i < faces->items.n && ret; i++)
		if (faces->items.items[i].pod &&
		    policy_subject_matches(&rule->policy->subject, faces->items.items[i].pod))
			ret = is_same_of(faces, &judge, &faces->items.items[i], rule->direction);
	analyze_judge_release(&judge);
	arena_release(&arena);
	return ret;
}
