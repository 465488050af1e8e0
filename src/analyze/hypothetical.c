/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/hypothetical.h"

#include "base/keyset.h"
#include "base/strbuf.h"
#include "model/labels.h"
#include "model/selector.h"

#include <string.h>

#define NAME_LABEL "kubernetes.io/metadata.name"

struct making {
	struct analyze_hypotheticals *list;
	struct model_snapshot *snapshot;
	struct keyset made; /* "NAMESPACE/[LABELS]" of each */
	uint32_t n_given;   /* namespaces before any was added */
	uint32_t n_unknown; /* namespaces that were made up */
};

/* "[a=b,c=d]", without the label that every namespace has. */
static const char *format_labels(const struct model_labels *labels, struct arena *arena)
{
	struct strbuf text = {0};
	const char *ret;

	strbuf_addch(&text, '[');
	for (uint32_t i = 0; i < labels->n; i++)
		if (strcmp(labels->items[i].key, NAME_LABEL) != 0)
			strbuf_printf(&text, "%s%s=%s", text.len > 1 ? "," : "",
				      labels->items[i].key, labels->items[i].value);
	strbuf_addch(&text, ']');
	ret = arena_strdup(arena, text.text);
	strbuf_release(&text);
	return ret;
}

/* Whether no pod with these words was made; now it is. */
static bool is_new(struct making *making, const char *ns, const char *name)
{
	const char *text = arena_printf(&making->snapshot->arena, "%s/%s", ns, name);
	bool ret;

	keyset_intern(&making->made, text, strlen(text), &ret);
	return ret;
}

/* In namespace `ns`, which people know as `shown_ns`; NULL: there is one like it. */
static struct model_pod *add_pod(struct making *making, const char *ns, const char *shown_ns,
				 const struct model_labels *labels)
{
	const char *name = format_labels(labels, &making->snapshot->arena);
	struct analyze_hypothetical *item;

	if (!is_new(making, shown_ns, name))
		return NULL;
	item = vec_add(&making->list->items);
	item->pod = model_add_hypothetical(making->snapshot, ns, labels);
	item->ns = shown_ns;
	item->name = name;
	return item->pod;
}

/* In a namespace of its own, of which these labels are known. */
static void add_in_unknown(struct making *making, const struct model_labels *ns_labels,
			   const struct model_labels *labels)
{
	struct arena *arena = &making->snapshot->arena;
	const char *name = arena_printf(arena, "unknown-%u", ++making->n_unknown);
	struct model_pod *pod = add_pod(making, name, format_labels(ns_labels, arena), labels);
	struct model_labels all;

	if (!pod)
		return;
	all = pod->ns->labels;
	for (uint32_t i = 0; i < ns_labels->n; i++)
		all = model_labels_with(&all, arena, ns_labels->items[i].key,
					ns_labels->items[i].value);
	pod->ns->labels = all;
}

/* The namespace that the labels name, NULL: they name none. */
static const char *named_namespace(const struct model_snapshot *snapshot,
				   const struct model_labels *labels)
{
	const char *key = intern_find(&snapshot->intern, NAME_LABEL, strlen(NAME_LABEL));

	return key ? model_label_get(labels, key) : NULL;
}

/* In a namespace that the input does not have, if the peer may be in one. */
static void add_elsewhere(struct making *making, const struct policy_pods *peer,
			  const struct model_labels *labels)
{
	struct model_labels ns_labels;
	const char *name;

	if (peer->ns || !selector_example(&peer->namespaces, making->snapshot, &ns_labels))
		return;
	name = named_namespace(making->snapshot, &ns_labels);
	if (!name)
		add_in_unknown(making, &ns_labels, labels);
	else if (!model_find_namespace(making->snapshot, name))
		add_pod(making, name, name, labels);
}

/* A pod that the peer selects, in every namespace of which the input does not show everything. */
static void add_for_peer(struct making *making, const struct policy_pods *peer)
{
	struct model_snapshot *snapshot = making->snapshot;
	struct model_labels labels;

	if (!selector_example(&peer->pods, snapshot, &labels))
		return;
	add_elsewhere(making, peer, &labels);
	for (uint32_t i = 0; i < making->n_given; i++) {
		const struct model_namespace *ns = snapshot->namespaces[i];

		if (!ns->is_closed && (peer->ns ? peer->ns == ns->name
						: selector_matches(&peer->namespaces, &ns->labels)))
			add_pod(making, ns->name, ns->name, &labels);
	}
}

static void add_for_leaf(void *arg, const struct policy_peer *leaf)
{
	add_for_peer(arg, &leaf->pods);
}

static void add_for_policy(struct making *making, const struct policy *policy)
{
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++)
		for (uint32_t i = 0; i < policy->n_rules[direction]; i++) {
			const struct policy_rule *rule = &policy->rules[direction][i];

			for (uint32_t j = 0; j < rule->n_peers; j++)
				policy_peer_each(&rule->peers[j], POLICY_PEER_PODS, add_for_leaf,
						 making);
		}
}

void analyze_hypotheticals_init(struct analyze_hypotheticals *list, struct analyze_cluster *cluster)
{
	struct making making = {
		.list = list,
		.snapshot = cluster->snapshot,
		.n_given = cluster->snapshot->n_namespaces,
	};
	const struct model_labels none = {0};

	*list = (struct analyze_hypotheticals){0};
	add_in_unknown(&making, &none, &none);
	for (uint32_t i = 0; i < cluster->policies->n_policies; i++)
		add_for_policy(&making, cluster->policies->policies[i]);
	keyset_release(&making.made);
}

void analyze_hypotheticals_release(struct analyze_hypotheticals *list)
{
	vec_release(&list->items);
}

/* What rules can tell of a pod, as peer and as subject. */
struct face {
	uint32_t subject_class;
	uint32_t peer_classes[2];
	uint32_t n_ips;
};

static struct face face_of(const struct compile_world *world, const struct model_pod *pod)
{
	struct face face = {.subject_class = compile_subject_class(world, pod),
			    .n_ips = pod->n_ips};

	for (uint32_t i = 0; i < pod->n_ips; i++)
		face.peer_classes[i] = compile_pod_class(world, pod, i);
	return face;
}

void analyze_hypotheticals_reduce(struct analyze_hypotheticals *list,
				  const struct model_snapshot *snapshot,
				  const struct compile_world *world)
{
	struct keyset faces = {0};
	size_t n = 0;

	for (uint32_t i = 0; i < snapshot->n_pods && list->items.n; i++) {
		const struct face face = face_of(world, snapshot->pods[i]);

		if (snapshot->pods[i]->origin != MODEL_HYPOTHETICAL &&
		    !snapshot->pods[i]->host_network)
			keyset_intern(&faces, &face, sizeof(face), NULL);
	}
	for (size_t i = 0; i < list->items.n; i++) {
		const struct face face = face_of(world, list->items.items[i].pod);
		bool differs;

		keyset_intern(&faces, &face, sizeof(face), &differs);
		if (differs || i == 0)
			list->items.items[n++] = list->items.items[i];
	}
	list->items.n = n;
	keyset_release(&faces);
}
