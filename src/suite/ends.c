/* SPDX-License-Identifier: Apache-2.0 */
#include "suite/ends.h"

#include "base/keyset.h"
#include "model/labels.h"
#include "suite/reason.h"

#include <string.h>

/* A problem of the command line's parsers, at its place in the test. */
static void move_problem(struct diag_list *diags, const struct diag *from, struct diag_span span)
{
	struct diag *diag = diag_add(diags, from->code, span, "%s", from->message);

	if (from->hint)
		diag_hint(diags, diag, "%s", from->hint);
}

static const struct analyze_endpoint *find_endpoint(struct suite *suite, const char *text,
						    struct diag_span span, struct diag_list *diags)
{
	const struct analyze_endpoint *ret;
	struct diag_list problems;

	diag_list_init(&problems, diags->arena);
	ret = analyze_endpoint_get(&suite->endpoints, text, &problems);
	if (!ret)
		move_problem(diags, problems.first, span);
	return ret;
}

static void find_named(struct suite *suite, const struct suite_peer *peer, struct diag_list *diags,
		       struct suite_ends *ret)
{
	struct diag *diag;

	ret->whole = find_endpoint(suite, peer->endpoint, peer->span, diags);
	if (!ret->whole)
		return;
	vec_push(&ret->parts, ret->whole);
	if (!peer->must_be_outside || ret->whole->kind == ANALYZE_OUTSIDE)
		return;
	diag = diag_add(diags, DIAG_BH0401, peer->span, "%s is not outside the cluster",
			peer->endpoint);
	diag_hint(diags, diag, "write it without 'external'");
}

static bool is_in(const struct analyze_endpoint *endpoint, const struct model_pod *pod)
{
	for (uint32_t i = 0; i < endpoint->n_pods; i++)
		if (endpoint->pods[i] == pod)
			return true;
	return false;
}

/* Without the label that every namespace has, which says its name. */
static bool has_labels(const struct model_labels *labels, const struct model_labels *others)
{
	for (uint32_t i = 0; i < labels->n; i++) {
		const char *other = model_label_get(others, labels->items[i].key);

		if (other != labels->items[i].value &&
		    strcmp(labels->items[i].key, MODEL_NAME_LABEL) != 0)
			return false;
	}
	return true;
}

static bool have_same_labels(const struct model_labels *a, const struct model_labels *b)
{
	return has_labels(a, b) && has_labels(b, a);
}

/* Of what is not there, the same labels are the same pod, be it that a test has named one of them. */
static bool is_alike(const struct analyze_endpoint *named, const struct analyze_hypothetical *item)
{
	const struct model_pod *pod = named->n_pods ? named->pods[0] : NULL;

	if (!pod || pod->origin != MODEL_HYPOTHETICAL ||
	    !have_same_labels(&pod->labels, &item->pod->labels))
		return false;
	if (named->id[0] != '[')
		return pod->ns == item->pod->ns;
	return item->is_in_unknown && have_same_labels(&pod->ns->labels, &item->pod->ns->labels);
}

/* `item`: of a pod that the input does not show; else NULL. */
static bool is_excepted(struct suite *suite, const struct suite_peer *peer,
			const struct model_pod *pod, const struct analyze_hypothetical *item)
{
	struct diag_list known; /* that it is not there has been said */

	diag_list_init(&known, &suite->endpoints.arena);
	for (uint32_t i = 0; i < peer->n_except; i++) {
		const struct analyze_endpoint *endpoint =
			analyze_endpoint_get(&suite->endpoints, peer->except[i], &known);

		if (endpoint && (is_in(endpoint, pod) || (item && is_alike(endpoint, item))))
			return true;
	}
	return false;
}

static bool matches(const struct suite_peer *peer, const struct model_pod *pod)
{
	return (!peer->ns || peer->ns == pod->ns->name) &&
	       (!peer->not_ns || peer->not_ns != pod->ns->name) &&
	       selector_matches(&peer->namespaces, &pod->ns->labels) &&
	       selector_matches(&peer->pods, &pod->labels);
}

struct pods {
	struct model_pod **items;
	size_t n;
	size_t cap;
};

static struct analyze_endpoint *make_endpoint(struct suite *suite, const char *id,
					      const struct pods *pods)
{
	struct arena *arena = &suite->endpoints.arena;
	struct analyze_endpoint *ret = arena_alloc(arena, sizeof(*ret));
	struct model_pod **copy = arena_alloc_n(arena, pods->n, sizeof(struct model_pod *));

	for (size_t i = 0; i < pods->n; i++)
		copy[i] = pods->items[i];
	*ret = (struct analyze_endpoint){.kind = ANALYZE_PODS, .id = id};
	ret->pods = copy;
	ret->n_pods = (uint32_t)pods->n;
	return ret;
}

/*
 * Known pods that policy can select, and those that the input does not show; not those that some test
 * has made up by its labels.
 */
static void list_pods(struct suite *suite, const struct suite_peer *peer, struct pods *ret)
{
	const struct model_snapshot *snapshot = suite->cluster->snapshot;

	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		struct model_pod *pod = snapshot->pods[i];

		if (pod->origin != MODEL_HYPOTHETICAL && !pod->host_network && matches(peer, pod) &&
		    !is_excepted(suite, peer, pod, NULL))
			vec_push(ret, pod);
	}
	for (size_t i = 0; i < suite->hypotheticals.items.n && !peer->only_known; i++) {
		const struct analyze_hypothetical *item = &suite->hypotheticals.items.items[i];

		if (matches(peer, item->pod) && !is_excepted(suite, peer, item->pod, item))
			vec_push(ret, item->pod);
	}
}

/* Targets: a part for each workload. */
static void divide_targets(struct suite *suite, const struct pods *pods, struct suite_ends *ret)
{
	struct hash_map seen = {0};

	for (size_t i = 0; i < pods->n; i++) {
		const struct model_workload *workload = pods->items[i]->workload;
		struct pods part = {0};
		bool is_new;

		hash_map_put(&seen, hash_ptr(workload), &is_new);
		for (size_t k = i; k < pods->n && is_new; k++)
			if (pods->items[k]->workload == workload)
				vec_push(&part, pods->items[k]);
		if (is_new)
			vec_push(&ret->parts,
				 make_endpoint(suite, suite_pod_text(suite, pods->items[i]),
					       &part));
		vec_release(&part);
	}
	hash_map_release(&seen);
}

/* What was meant, if it is a namespace that nobody has heard of. */
static void hint_namespace(const struct suite *suite, const struct suite_peer *peer,
			   struct diag_list *diags, struct diag *diag)
{
	const struct model_snapshot *snapshot = suite->cluster->snapshot;
	VEC(const char *) names = {0};
	const char *near = NULL;

	for (uint32_t i = 0; i < snapshot->n_namespaces; i++)
		vec_push(&names, snapshot->namespaces[i]->name);
	if (peer->ns && !model_find_namespace(snapshot, peer->ns))
		near = diag_did_you_mean(peer->ns, names.items, names.n);
	vec_release(&names);
	if (near)
		diag_hint(diags, diag, "did you mean '%s'?", near);
	else if (peer->ns && !model_find_namespace(snapshot, peer->ns))
		diag_hint(diags, diag,
			  "neither the input nor any rule names '%s'; a pod in it by its labels is "
			  "%s/[LABEL=VALUE,…]",
			  peer->ns, peer->ns);
	else
		diag_hint(diags, diag, "check the namespace and the labels");
}

static void find_set(struct suite *suite, const struct suite_peer *peer, struct diag_list *diags,
		     struct suite_ends *ret)
{
	struct pods pods = {0};
	struct diag *diag;

	ret->is_set = true;
	list_pods(suite, peer, &pods);
	ret->whole = make_endpoint(suite, peer->text, &pods);
	if (pods.n == 0) {
		diag = diag_add(
			diags, DIAG_BH0501, peer->span,
			"there is no such pod, %s: the test would hold whatever policies say",
			peer->text);
		hint_namespace(suite, peer, diags, diag);
	}
	vec_release(&pods);
}

static bool needs_hypotheticals(const struct suite *suite)
{
	for (size_t i = 0; i < suite->tests.n; i++)
		for (int side = 0; side < SUITE_N_SIDES; side++)
			if (!suite->tests.items[i].peers[side].endpoint &&
			    !suite->tests.items[i].peers[side].only_known)
				return true;
	return false;
}

/* Those of rules, and what rules can tell apart of the pods that tests mean. */
static void make_hypotheticals(struct suite *suite)
{
	struct analyze_hypotheticals *list = &suite->hypotheticals;
	VEC(struct policy_pods) sets = {0};

	for (size_t i = 0; i < suite->tests.n; i++)
		for (int side = 0; side < SUITE_N_SIDES; side++) {
			const struct suite_peer *peer = &suite->tests.items[i].peers[side];

			if (!peer->endpoint && !peer->only_known &&
			    (peer->ns || peer->namespaces.n || peer->pods.n))
				vec_push(&sets,
					 ((struct policy_pods){.ns = peer->ns,
							       .namespaces = peer->namespaces,
							       .pods = peer->pods}));
		}
	analyze_hypotheticals_collect(list, suite->cluster);
	analyze_hypotheticals_collect_within(list, suite->cluster, sets.items, sets.n);
	analyze_hypotheticals_add(list, suite->cluster->snapshot);
	vec_release(&sets);
}

static void check_except(struct suite *suite, const struct suite_peer *peer,
			 struct diag_list *diags)
{
	for (uint32_t i = 0; i < peer->n_except; i++)
		find_endpoint(suite, peer->except[i], peer->span, diags);
}

/* Those that are named come first: some add a pod, and the rest must know it. */
static void find_all(struct suite *suite, bool are_named, struct diag_list *diags)
{
	for (size_t i = 0; i < suite->tests.n; i++)
		for (int side = 0; side < SUITE_N_SIDES; side++) {
			const struct suite_peer *peer = &suite->tests.items[i].peers[side];
			struct suite_ends *ends = &suite->ends[side].items[i];

			if (are_named && peer->endpoint)
				find_named(suite, peer, diags, ends);
			else if (are_named)
				check_except(suite, peer, diags);
			else if (!are_named && !peer->endpoint)
				find_set(suite, peer, diags, ends);
		}
}

static void list_all_pods(struct suite *suite)
{
	struct hash_map seen = {0};

	for (size_t i = 0; i < suite->tests.n; i++)
		for (int side = 0; side < SUITE_N_SIDES; side++) {
			const struct analyze_endpoint *whole = suite->ends[side].items[i].whole;

			for (uint32_t k = 0; whole && k < whole->n_pods; k++) {
				bool is_new;

				hash_map_put(&seen, hash_ptr(whole->pods[k]), &is_new);
				if (is_new)
					vec_push(&suite->pods, whole->pods[k]);
			}
		}
	hash_map_release(&seen);
}

void suite_resolve(struct suite *suite, struct diag_list *diags)
{
	suite_reasons_check(suite, diags);
	for (size_t i = 0; i < suite->tests.n; i++)
		for (int side = 0; side < SUITE_N_SIDES; side++)
			vec_add(&suite->ends[side]);
	find_all(suite, true, diags);
	if (needs_hypotheticals(suite))
		make_hypotheticals(suite);
	find_all(suite, false, diags);
	for (size_t i = 0; i < suite->tests.n; i++) {
		struct suite_ends *ends = &suite->ends[SUITE_TO].items[i];
		struct pods pods = {0};

		if (!ends->is_set)
			continue;
		for (uint32_t k = 0; k < ends->whole->n_pods; k++)
			vec_push(&pods, ends->whole->pods[k]);
		divide_targets(suite, &pods, ends);
		vec_release(&pods);
	}
	list_all_pods(suite);
}

const char *suite_unseen_text(const struct suite *suite, const struct model_pod *pod,
			      struct arena *arena)
{
	for (size_t i = 0; i < suite->hypotheticals.items.n; i++) {
		const struct analyze_hypothetical *item = &suite->hypotheticals.items.items[i];

		if (item->pod == pod)
			return arena_printf(arena, "%s/%s", item->ns, item->name);
	}
	return NULL;
}

const char *suite_pod_text(struct suite *suite, const struct model_pod *pod)
{
	struct arena *arena = &suite->endpoints.arena;
	const char *text = pod->origin == MODEL_HYPOTHETICAL ? suite_unseen_text(suite, pod, arena)
							     : NULL;

	return text ? text : analyze_workload_id(pod->workload, arena);
}

/* All that a judge can tell of a source. No padding. */
struct face {
	uint32_t subject;
	uint32_t peers[2];
	uint32_t is_closed;
};

static struct face face_of(const struct suite *suite, const struct analyze_judge *judge,
			   const struct model_pod *pod)
{
	struct face face = {.subject = compile_subject_class(judge->world, pod),
			    .peers = {COMPILE_NONE, COMPILE_NONE}};

	for (uint32_t i = 0; i < pod->n_ips; i++) {
		const uint32_t family = pod->ips[i].family == IP_V6;

		face.peers[family] = compile_pod_class(judge->world, pod, i);
		face.is_closed |=
			(uint32_t)model_is_closed_address(suite->cluster->snapshot, &pod->ips[i])
			<< family;
	}
	return face;
}

/* "shop/Deployment/web", "shop/Deployment/web and 12 like it" */
static const char *name_part(struct suite *suite, const struct pods *pods)
{
	const char *first = suite_pod_text(suite, pods->items[0]);
	struct hash_map workloads = {0};
	size_t n;

	for (size_t i = 0; i < pods->n; i++)
		hash_map_put(&workloads, hash_ptr(pods->items[i]->workload), NULL);
	n = workloads.n;
	hash_map_release(&workloads);
	if (n == 1)
		return first;
	return arena_printf(&suite->endpoints.arena, "%s and %zu like it", first, n - 1);
}

static void divide_source(struct suite *suite, const struct analyze_judge *judge,
			  struct suite_ends *ends)
{
	VEC(struct pods) parts = {0};
	struct keyset faces = {0};

	for (uint32_t i = 0; i < ends->whole->n_pods; i++) {
		const struct face face = face_of(suite, judge, ends->whole->pods[i]);
		bool is_new;
		uint32_t number = keyset_intern(&faces, &face, sizeof(face), &is_new);

		if (is_new)
			vec_add(&parts);
		vec_push(&parts.items[number], ends->whole->pods[i]);
	}
	for (size_t i = 0; i < parts.n; i++) {
		vec_push(&ends->parts,
			 make_endpoint(suite, name_part(suite, &parts.items[i]), &parts.items[i]));
		vec_release(&parts.items[i]);
	}
	vec_release(&parts);
	keyset_release(&faces);
}

void suite_divide_sources(struct suite *suite, const struct analyze_judge *judge)
{
	for (size_t i = 0; i < suite->tests.n; i++) {
		struct suite_ends *ends = &suite->ends[SUITE_FROM].items[i];

		if (ends->is_set && ends->parts.n == 0)
			divide_source(suite, judge, ends);
	}
}

void suite_release(struct suite *suite)
{
	for (int side = 0; side < SUITE_N_SIDES; side++) {
		for (size_t i = 0; i < suite->ends[side].n; i++)
			vec_release(&suite->ends[side].items[i].parts);
		vec_release(&suite->ends[side]);
	}
	vec_release(&suite->pods);
	vec_release(&suite->tests);
	analyze_hypotheticals_release(&suite->hypotheticals);
	analyze_endpoints_release(&suite->endpoints);
}
