/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/endpoint.h"
#include "analyze/endpoint_parse.h"
#include "analyze/hypothetical.h"
#include "analyze/question.h"

#include "base/strbuf.h"
#include "base/vec.h"
#include "model/find.h"
#include "model/syntax.h"

#include <string.h>
#include <strings.h>

/* Adds a hint with the candidate nearest to `name`, if one is near. */
static void hint_near(struct endpoint_request *request, struct diag *diag, const char *name,
		      const char *const *candidates, size_t n)
{
	const char *near = diag_did_you_mean(name, candidates, n);

	if (near)
		diag_hint(request->diags, diag, "did you mean '%s'?", near);
}

static bool refuse_namespace(struct endpoint_request *request, const char *ns)
{
	const struct model_snapshot *snapshot = request->endpoints->cluster->snapshot;
	struct diag *diag = analyze_refuse(request->diags, "'%s': the input has no namespace '%s'",
					   request->text, ns);
	VEC(const char *) names = {0};

	for (uint32_t i = 0; i < snapshot->n_namespaces; i++)
		vec_push(&names, snapshot->namespaces[i]->name);
	hint_near(request, diag, ns, names.items, names.n);
	vec_release(&names);
	return false;
}

static bool refuse_name(struct endpoint_request *request, const char *ns, const char *kind,
			const char *name)
{
	const struct model_snapshot *snapshot = request->endpoints->cluster->snapshot;
	struct diag *diag = analyze_refuse(request->diags, "'%s': namespace %s has no %s '%s'",
					   request->text, ns, kind ? kind : "pod or workload",
					   name);
	VEC(const char *) names = {0};

	for (uint32_t i = 0; i < snapshot->n_workloads; i++)
		if (strcmp(snapshot->workloads[i]->ns->name, ns) == 0)
			vec_push(&names, snapshot->workloads[i]->name);
	for (uint32_t i = 0; i < snapshot->n_services; i++)
		if (kind && strcmp(snapshot->services[i]->ns->name, ns) == 0)
			vec_push(&names, snapshot->services[i]->name);
	hint_near(request, diag, name, names.items, names.n);
	vec_release(&names);
	return false;
}

static bool refuse_kind(struct endpoint_request *request, const char *kind)
{
	struct diag *diag =
		analyze_refuse(request->diags, "'%s': there is no kind '%s'", request->text, kind);
	const char *near = model_kind_near(kind);

	if (near)
		diag_hint(request->diags, diag, "did you mean '%s'?", near);
	return false;
}

/* Pods may belong to kinds that nobody but the input knows. */
static bool is_kind(const struct model_snapshot *snapshot, const char *kind)
{
	for (uint32_t i = 0; i < snapshot->n_workloads; i++)
		if (strcasecmp(snapshot->workloads[i]->kind, kind) == 0)
			return true;
	return model_kind_name(kind) != NULL;
}

static bool refuse_object(struct endpoint_request *request, const char *ns, const char *kind,
			  const char *name)
{
	const struct model_snapshot *snapshot = request->endpoints->cluster->snapshot;

	if (!model_find_namespace(snapshot, ns))
		return refuse_namespace(request, ns);
	if (kind && !is_kind(snapshot, kind))
		return refuse_kind(request, kind);
	return refuse_name(request, ns, kind, name);
}

static bool refuse_ambiguous(struct endpoint_request *request, const struct model_found *found)
{
	const uint32_t n_named = found->n_candidates < MODEL_MAX_CANDIDATES ? found->n_candidates
									    : MODEL_MAX_CANDIDATES;
	struct strbuf text = {0};

	for (uint32_t i = 0; i < n_named; i++)
		strbuf_printf(&text, "%s%s", i ? ", " : "",
			      analyze_workload_id(found->candidates[i], request->diags->arena));
	analyze_refuse(request->diags, "'%s' names %u workloads: %s%s", request->text,
		       found->n_candidates, strbuf_str(&text),
		       n_named < found->n_candidates ? ", …" : "");
	strbuf_release(&text);
	return false;
}

static bool take_pods(struct endpoint_request *request, struct model_pod *const *pods, uint32_t n,
		      const char *id)
{
	request->ret->kind = ANALYZE_PODS;
	request->ret->pods = pods;
	request->ret->n_pods = n;
	request->ret->id = id;
	return true;
}

bool endpoint_take_pod(struct endpoint_request *request, struct model_pod *pod)
{
	struct arena *arena = &request->endpoints->arena;
	struct model_pod **pods = arena_alloc(arena, sizeof(struct model_pod *));

	pods[0] = pod;
	return take_pods(request, pods, 1, analyze_pod_id(pod, arena));
}

/* The ReplicaSets of one Deployment that is not in the input are that Deployment. */
static bool is_one_owner(const struct model_found *found)
{
	const struct model_workload *first = found->candidates[0];

	if (found->n_candidates > MODEL_MAX_CANDIDATES || !first->alias)
		return false;
	for (uint32_t i = 1; i < found->n_candidates; i++)
		if (found->candidates[i]->alias != first->alias)
			return false;
	return true;
}

static bool take_owner(struct endpoint_request *request, const struct model_found *found)
{
	struct arena *arena = &request->endpoints->arena;
	struct model_pod **pods;
	uint32_t n = 0;

	for (uint32_t i = 0; i < found->n_candidates; i++)
		n += found->candidates[i]->n_pods;
	pods = arena_alloc_n(arena, n, sizeof(struct model_pod *));
	n = 0;
	for (uint32_t i = 0; i < found->n_candidates; i++)
		for (uint32_t j = 0; j < found->candidates[i]->n_pods; j++)
			pods[n++] = found->candidates[i]->pods[j];
	return take_pods(request, pods, n,
			 arena_printf(arena, "%s/Deployment/%s", found->candidates[0]->ns->name,
				      found->candidates[0]->alias));
}

static bool take_workload(struct endpoint_request *request, const struct model_workload *workload)
{
	return take_pods(request, workload->pods, workload->n_pods,
			 analyze_workload_id(workload, &request->endpoints->arena));
}

static bool take_service(struct endpoint_request *request, const struct model_service *service)
{
	struct arena *arena = &request->endpoints->arena;
	struct ip_range *ranges = arena_alloc_n(arena, service->n_backend_addrs, sizeof(*ranges));

	if (service->n_backends + service->n_backend_addrs == 0) {
		analyze_refuse(request->diags, "'%s': no pod of the input is behind this Service",
			       request->text);
		return false;
	}
	for (uint32_t i = 0; i < service->n_backend_addrs; i++)
		ranges[i] = (struct ip_range){service->backend_addrs[i], service->backend_addrs[i]};
	take_pods(request, service->backends, service->n_backends,
		  arena_printf(arena, "%s/Service/%s", service->ns->name, service->name));
	request->ret->kind = ANALYZE_SERVICE;
	request->ret->service = service;
	request->ret->ranges = ranges;
	request->ret->n_ranges = service->n_backend_addrs;
	return true;
}

bool endpoint_find_object(struct endpoint_request *request, const char *ns, const char *kind,
			  const char *name)
{
	const struct model_snapshot *snapshot = request->endpoints->cluster->snapshot;
	const struct model_found found = kind ? model_find_kind(snapshot, ns, kind, name)
					      : model_find_name(snapshot, ns, name);

	switch (found.kind) {
	case MODEL_FOUND_POD:
		return endpoint_take_pod(request, found.pod);
	case MODEL_FOUND_WORKLOAD:
		return take_workload(request, found.workload);
	case MODEL_FOUND_SERVICE:
		return take_service(request, found.service);
	case MODEL_FOUND_SEVERAL:
		return is_one_owner(&found) ? take_owner(request, &found)
					    : refuse_ambiguous(request, &found);
	default:
		return refuse_object(request, ns, kind, name);
	}
}

/* As kubeadm, kops and k3s call it, where no Service leads to it. */
static bool find_dns_by_name(struct endpoint_request *request)
{
	static const char *const names[] = {"coredns", "kube-dns"};
	const struct model_snapshot *snapshot = request->endpoints->cluster->snapshot;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct model_found found = model_find_name(snapshot, "kube-system", names[i]);

		if (found.kind == MODEL_FOUND_POD || found.kind == MODEL_FOUND_WORKLOAD)
			return endpoint_find_object(request, "kube-system", NULL, names[i]);
	}
	analyze_refuse(request->diags,
		       "'dns': the input has no pods behind the Service kube-system/kube-dns");
	return false;
}

/* The pods behind the Service that every cluster's pods are told to ask. */
bool endpoint_find_dns(struct endpoint_request *request)
{
	const struct model_snapshot *snapshot = request->endpoints->cluster->snapshot;
	const struct model_service *service =
		model_find_service(snapshot, "kube-system", "kube-dns");
	const char *id = "dns";

	if (!service || !service->n_backends)
		return find_dns_by_name(request);
	if (service->backends[0]->workload == service->backends[service->n_backends - 1]->workload)
		id = analyze_workload_id(service->backends[0]->workload,
					 &request->endpoints->arena);
	return take_pods(request, service->backends, service->n_backends, id);
}

/* "KEY=VALUE,…", which may be empty. */
static bool parse_labels(struct endpoint_request *request, char *text, struct model_label *labels,
			 uint32_t *ret_n)
{
	uint32_t n = 0;

	for (char *save, *item = strtok_r(text, ",", &save); item;
	     item = strtok_r(NULL, ",", &save)) {
		char *equals = strchr(item, '=');

		if (!equals || equals == item) {
			analyze_refuse(request->diags, "'%s': expected LABEL=VALUE, found '%s'",
				       request->text, item);
			return false;
		}
		*equals = '\0';
		labels[n++] = (struct model_label){item, equals + 1};
	}
	*ret_n = n;
	return true;
}

/* `what` as an API server would take it. */
static bool check_syntax(struct endpoint_request *request, const char *what, const char *text,
			 model_syntax_fn syntax)
{
	const char *must_be = syntax(text, strlen(text));

	if (must_be)
		analyze_refuse(request->diags, "'%s': %s '%s' %s", request->text, what, text,
			       must_be);
	return !must_be;
}

static bool check_labels(struct endpoint_request *request, const struct model_labels *labels)
{
	bool is_right = true;

	for (uint32_t i = 0; i < labels->n && is_right; i++)
		is_right = check_syntax(request, "label key", labels->items[i].key,
					model_syntax_label_key) &&
			   check_syntax(request, "label value", labels->items[i].value,
					model_syntax_label_value);
	return is_right;
}

static bool has_repeated_key(const struct model_labels *labels)
{
	for (uint32_t i = 0; i < labels->n; i++)
		for (uint32_t j = 0; j < i; j++)
			if (strcmp(labels->items[i].key, labels->items[j].key) == 0)
				return true;
	return false;
}

static bool read_labels(struct endpoint_request *request, const char *text,
			struct model_labels *ret)
{
	struct arena *arena = &request->endpoints->arena;
	struct model_label *items = arena_alloc_n(arena, strlen(text) / 2 + 1, sizeof(*items));

	*ret = (struct model_labels){.items = items};
	if (!parse_labels(request, arena_strdup(arena, text), items, &ret->n) ||
	    !check_labels(request, ret))
		return false;
	if (has_repeated_key(ret))
		analyze_refuse(request->diags, "'%s' has a label twice", request->text);
	return !has_repeated_key(ret);
}

static bool take_hypothetical(struct endpoint_request *request, struct model_pod *pod)
{
	if (!endpoint_take_pod(request, pod))
		return false;
	request->ret->id = request->text;
	return true;
}

bool endpoint_make_hypothetical(struct endpoint_request *request, const char *ns,
				const char *labels)
{
	struct model_labels list;

	return check_syntax(request, "namespace", ns, model_syntax_namespace) &&
	       read_labels(request, labels, &list) &&
	       take_hypothetical(request,
				 model_add_hypothetical(request->endpoints->cluster->snapshot, ns,
							&list));
}

bool endpoint_make_stranger(struct endpoint_request *request, const char *ns_labels,
			    const char *labels)
{
	struct model_labels lists[2];

	return read_labels(request, ns_labels, &lists[0]) &&
	       read_labels(request, labels, &lists[1]) &&
	       take_hypothetical(request,
				 analyze_hypothetical_add(request->endpoints->cluster->snapshot,
							  &lists[0], &lists[1]));
}
