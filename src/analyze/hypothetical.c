/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/hypothetical.h"

#include "analyze/peers.h"
#include "base/plain.h"
#include "base/strbuf.h"
#include "model/labels.h"
#include "model/selector.h"

#include <string.h>

#define NAME_LABEL "kubernetes.io/metadata.name"
#define MAX_CANDIDATES 2000

struct making {
	struct analyze_hypotheticals *list;
	struct analyze_cluster *cluster;
};

/* "[a=b,c=d]", plain, without the label that every namespace has. */
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
	ret = plain_text(arena, arena_strdup(arena, text.text));
	strbuf_release(&text);
	return ret;
}

void analyze_hypotheticals_list(struct analyze_hypotheticals *list,
				const struct analyze_hypothetical *candidate)
{
	struct strbuf text = {0};
	uint32_t number;
	bool is_new;

	strbuf_printf(&text, "%s/%s", candidate->ns, candidate->name);
	number = keyset_intern(&list->known, text.text, text.len, &is_new);
	if (is_new)
		vec_push(&list->items, *candidate);
	else
		list->items.items[number].is_subject |= candidate->is_subject;
	strbuf_release(&text);
}

/* In a namespace that has this name; NULL: in one of its own, of which labels are known. */
static void list_pod(struct making *making, const char *ns,
		     const struct analyze_suggestion *suggestion)
{
	struct arena *arena = &making->cluster->snapshot->arena;
	const struct analyze_hypothetical candidate = {
		.ns = ns ? ns : format_labels(&suggestion->ns_labels, arena),
		.name = format_labels(&suggestion->labels, arena),
		.is_in_unknown = !ns,
		.ns_labels = suggestion->ns_labels,
		.labels = suggestion->labels,
		.is_subject = suggestion->is_subject,
	};

	analyze_hypotheticals_list(making->list, &candidate);
}

/* The namespace that the labels name, NULL: they name none. */
static const char *named_namespace(const struct model_snapshot *snapshot,
				   const struct model_labels *labels)
{
	const char *key = intern_find(&snapshot->intern, NAME_LABEL, strlen(NAME_LABEL));

	return key ? model_label_get(labels, key) : NULL;
}

/* In a namespace that the input does not have, if the peer may be in one. */
static void list_elsewhere(struct making *making, const struct analyze_suggestion *suggestion)
{
	const struct model_snapshot *snapshot = making->cluster->snapshot;
	const char *name;

	name = suggestion->pods->ns ? suggestion->pods->ns
				    : named_namespace(snapshot, &suggestion->ns_labels);
	if (!name || !model_find_namespace(snapshot, name))
		list_pod(making, name, suggestion);
}

void analyze_hypotheticals_suggest(struct analyze_hypotheticals *list,
				   struct analyze_cluster *cluster,
				   const struct analyze_suggestion *suggestion)
{
	const struct policy_pods *pods = suggestion->pods;
	struct making making = {list, cluster};

	list_elsewhere(&making, suggestion);
	for (uint32_t i = 0; i < cluster->snapshot->n_namespaces; i++) {
		const struct model_namespace *ns = cluster->snapshot->namespaces[i];

		if (!ns->is_closed && (pods->ns ? pods->ns == ns->name
						: selector_matches(&pods->namespaces, &ns->labels)))
			list_pod(&making, ns->name, suggestion);
	}
}

/* A pod that the peer selects. */
static void list_for_peer(struct making *making, const struct policy_pods *pods)
{
	struct model_snapshot *snapshot = making->cluster->snapshot;
	struct analyze_suggestion suggestion = {.pods = pods};

	if (selector_example(&pods->pods, snapshot, &suggestion.labels) &&
	    (pods->ns || selector_example(&pods->namespaces, snapshot, &suggestion.ns_labels)))
		analyze_hypotheticals_suggest(making->list, making->cluster, &suggestion);
}

static bool names_namespace(const struct making *making, const char *ns)
{
	if (model_find_namespace(making->cluster->snapshot, ns))
		return true;
	for (size_t i = 0; i < making->list->items.n; i++)
		if (strcmp(making->list->items.items[i].ns, ns) == 0)
			return true;
	return false;
}

static void list_within(struct making *making, const struct policy_pods *within,
			const struct peer_list *peers)
{
	if (within->ns && !names_namespace(making, within->ns))
		return;
	list_for_peer(making, within);
	for (size_t i = 0; i < peers->n; i++) {
		struct policy_pods pods;

		if (making->list->items.n >= MAX_CANDIDATES)
			making->list->is_cut = true;
		else if (peers_meet(making->cluster->snapshot, within, &peers->items[i], &pods))
			list_for_peer(making, &pods);
	}
}

void analyze_hypotheticals_collect_within(struct analyze_hypotheticals *list,
					  struct analyze_cluster *cluster,
					  const struct policy_pods *within, size_t n)
{
	struct making making = {list, cluster};
	struct peer_list peers = {0};

	list->is_cut |= !peers_collect(cluster->snapshot, cluster->policies, &peers);
	for (size_t i = 0; i < n; i++)
		list_within(&making, &within[i], &peers);
	vec_release(&peers);
}

void analyze_hypotheticals_collect(struct analyze_hypotheticals *list,
				   struct analyze_cluster *cluster)
{
	struct making making = {list, cluster};
	struct peer_list peers = {0};

	list_pod(&making, NULL, &(struct analyze_suggestion){0});
	list->is_cut |= !peers_collect(cluster->snapshot, cluster->policies, &peers);
	for (size_t i = 0; i < peers.n; i++)
		list_for_peer(&making, &peers.items[i]);
	vec_release(&peers);
}

/* With the labels that every namespace has, and these, which may be of another snapshot. */
static void label_namespace(struct model_snapshot *snapshot, struct model_namespace *ns,
			    const struct model_labels *labels)
{
	for (uint32_t i = 0; i < labels->n; i++)
		ns->labels =
			model_labels_with(&ns->labels, &snapshot->arena,
					  intern_str(&snapshot->intern, labels->items[i].key),
					  intern_str(&snapshot->intern, labels->items[i].value));
}

/* A pod in a namespace that nobody else has; `number` counts those. */
static struct model_pod *add_in_unknown(struct model_snapshot *snapshot, uint32_t *number,
					const struct model_labels *ns_labels,
					const struct model_labels *labels)
{
	struct model_pod *pod;
	const char *ns;

	do
		ns = arena_printf(&snapshot->arena, "unknown-%u", ++*number);
	while (model_find_namespace(snapshot, ns));
	pod = model_add_hypothetical(snapshot, ns, labels);
	pod->ns->is_closed = true; /* it is this pod's own */
	label_namespace(snapshot, pod->ns, ns_labels);
	return pod;
}

void analyze_hypotheticals_add(struct analyze_hypotheticals *list, struct model_snapshot *snapshot)
{
	uint32_t n_unknown = 0;

	for (size_t i = 0; i < list->items.n; i++) {
		struct analyze_hypothetical *item = &list->items.items[i];

		item->pod = item->is_in_unknown
				    ? add_in_unknown(snapshot, &n_unknown, &item->ns_labels,
						     &item->labels)
				    : model_add_hypothetical(snapshot, item->ns, &item->labels);
	}
}

struct model_pod *analyze_hypothetical_add(struct model_snapshot *snapshot,
					   const struct model_labels *ns_labels,
					   const struct model_labels *labels)
{
	return add_in_unknown(snapshot, &(uint32_t){0}, ns_labels, labels);
}

void analyze_hypotheticals_init(struct analyze_hypotheticals *list, struct analyze_cluster *cluster)
{
	*list = (struct analyze_hypotheticals){0};
	analyze_hypotheticals_collect(list, cluster);
	analyze_hypotheticals_add(list, cluster->snapshot);
}

struct model_pod *analyze_hypothetical_stranger(struct analyze_cluster *cluster)
{
	const struct model_labels none = {0};

	return analyze_hypothetical_add(cluster->snapshot, &none, &none);
}

void analyze_hypotheticals_release(struct analyze_hypotheticals *list)
{
	vec_release(&list->items);
	keyset_release(&list->known);
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
