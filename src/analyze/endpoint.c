/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/endpoint.h"

#include "analyze/endpoint_parse.h"
#include "analyze/question.h"

#include <string.h>

void analyze_endpoints_init(struct analyze_endpoints *endpoints, struct analyze_cluster *cluster)
{
	*endpoints = (struct analyze_endpoints){.cluster = cluster};
	arena_init(&endpoints->arena);
	intern_init(&endpoints->texts, &endpoints->arena);
}

void analyze_endpoints_release(struct analyze_endpoints *endpoints)
{
	intern_release(&endpoints->texts);
	hash_map_release(&endpoints->known);
	arena_release(&endpoints->arena);
}

const char *analyze_workload_id(const struct model_workload *workload, struct arena *arena)
{
	return arena_printf(arena, "%s/%s/%s", workload->ns->name, workload->kind, workload->name);
}

const char *analyze_pod_id(const struct model_pod *pod, struct arena *arena)
{
	return arena_printf(arena, "%s/Pod/%s", pod->ns->name, pod->name);
}

const char *analyze_range_id(const struct ip_range *range, struct arena *arena)
{
	char first[IP_TEXT_SIZE], last[IP_TEXT_SIZE];

	return arena_printf(arena, "ip:%s-%s", ip_format(&range->first, first),
			    ip_format(&range->last, last));
}

/* "FIRST-LAST" */
static bool parse_range(const char *text, struct arena *arena, struct ip_range *ret)
{
	const char *dash = strchr(text, '-');

	return dash && ip_parse(arena_strndup(arena, text, dash - text), &ret->first, NULL) == 0 &&
	       ip_parse(dash + 1, &ret->last, NULL) == 0 && ret->first.family == ret->last.family &&
	       ip_cmp(&ret->first, &ret->last) <= 0;
}

/* IPv4-mapped IPv6 never is on the wire, and no rule means it. */
static bool is_mapped(const struct ip_addr *addr)
{
	return addr->family == IP_V6 && addr->hi == 0 && addr->lo >> 32 == 0xffff;
}

static bool refuse_mapped(struct endpoint_request *request)
{
	struct diag *diag = analyze_refuse(request->diags, "'%s' is an IPv4-mapped IPv6 address",
					   request->text);

	diag_hint(request->diags, diag, "write the IPv4 address");
	return false;
}

static bool take_addresses(struct endpoint_request *request, struct ip_range range)
{
	if (is_mapped(&range.first))
		return refuse_mapped(request);
	if (ip_equal(&range.first, &range.last))
		return endpoint_take_address(request, &range.first);
	return endpoint_take_ranges(request, &range, 1);
}

static bool take_block(struct endpoint_request *request, struct ip_cidr cidr)
{
	struct ip_range range = ip_cidr_range(&cidr);
	char text[IP_CIDR_TEXT_SIZE];

	cidr.addr = range.first;
	request->ret->id = arena_strdup(&request->endpoints->arena, ip_cidr_format(&cidr, text));
	return take_addresses(request, range);
}

/* "[LABELS]/[LABELS]": of the namespace, and of the pod. Keys of labels may have a slash. */
static bool make_stranger(struct endpoint_request *request, char *text)
{
	char *between = strstr(text, "]/[");

	*between = text[strlen(text) - 1] = '\0';
	return endpoint_make_stranger(request, text + 1, between + 3);
}

static bool is_stranger(const char *text)
{
	const char *between = strstr(text, "]/[");

	return text[0] == '[' && between && text[strlen(text) - 1] == ']' &&
	       text + strlen(text) - 1 > between + 2;
}

/* "NAMESPACE/NAME", "NAMESPACE/KIND/NAME", "NAMESPACE/[LABELS]" */
static bool find_in_namespace(struct endpoint_request *request, char *ns)
{
	char *rest = strchr(ns, '/');
	char *slash;

	*rest++ = '\0';
	if (*rest == '[' && rest[strlen(rest) - 1] == ']') {
		rest[strlen(rest) - 1] = '\0';
		return endpoint_make_hypothetical(request, ns, rest + 1);
	}
	slash = strchr(rest, '/');
	if (!slash)
		return endpoint_find_object(request, ns, NULL, rest);
	*slash = '\0';
	return endpoint_find_object(request, ns, rest, slash + 1);
}

/* Its pods are those of the workload that was named, or one of which nothing is known. */
static bool take_proxy(struct endpoint_request *request)
{
	struct analyze_endpoints *endpoints = request->endpoints;
	const struct analyze_endpoint *named = NULL;

	if (endpoints->proxy) {
		named = analyze_endpoint_get_proxy(endpoints, endpoints->proxy, request->diags);
		if (!named)
			return false;
		*request->ret = *named;
	} else if (!endpoint_make_stranger(request, "", "")) {
		return false;
	}
	request->ret->id = request->text;
	request->ret->is_proxy = true;
	return true;
}

static bool refuse_syntax(struct endpoint_request *request)
{
	struct diag *diag = analyze_refuse(request->diags, "'%s' names no endpoint", request->text);

	diag_hint(request->diags, diag,
		  "write NAMESPACE/NAME, NAMESPACE/KIND/NAME, NAMESPACE/svc/NAME, "
		  "NAMESPACE/[LABEL=VALUE,…], an address, a CIDR block, dns or internet");
	return false;
}

static bool find(struct endpoint_request *request)
{
	struct arena *arena = &request->endpoints->arena;
	const char *text = request->text;
	struct ip_range range;
	struct ip_cidr cidr;

	if (strcmp(text, "dns") == 0)
		return endpoint_find_dns(request);
	if (strcmp(text, "internet") == 0)
		return endpoint_take_internet(request);
	if (request->endpoints->takes_proxy && strcmp(text, ANALYZE_INGRESS_ID) == 0)
		return take_proxy(request);
	if (ip_parse(text, &range.first, NULL) == 0) {
		range.last = range.first;
		return take_addresses(request, range);
	}
	if (ip_cidr_parse(text, &cidr, NULL) == 0)
		return take_block(request, cidr);
	if (strncmp(text, "ip:", 3) == 0 && parse_range(text + 3, arena, &range)) {
		request->ret->id = analyze_range_id(&range, arena);
		return take_addresses(request, range);
	}
	if (is_stranger(text))
		return make_stranger(request, arena_strdup(arena, text));
	if (strchr(text, '/'))
		return find_in_namespace(request, arena_strdup(arena, text));
	return refuse_syntax(request);
}

const struct analyze_endpoint *analyze_endpoint_get(struct analyze_endpoints *endpoints,
						    const char *text, struct diag_list *diags)
{
	struct endpoint_request request = {
		.endpoints = endpoints,
		.text = intern_str(&endpoints->texts, text),
		.diags = diags,
	};
	uint64_t *known = hash_map_get(&endpoints->known, hash_ptr(request.text));

	if (known)
		return (const struct analyze_endpoint *)(uintptr_t)*known;
	request.ret = arena_alloc(&endpoints->arena, sizeof(*request.ret));
	if (!find(&request))
		return NULL;
	*hash_map_put(&endpoints->known, hash_ptr(request.text), NULL) = hash_ptr(request.ret);
	return request.ret;
}

const struct analyze_endpoint *analyze_endpoint_get_proxy(struct analyze_endpoints *endpoints,
							  const char *text, struct diag_list *diags)
{
	const struct analyze_endpoint *found;

	if (strcmp(text, ANALYZE_INGRESS_ID) == 0) {
		analyze_refuse(diags, "--ingress-controller %s: expected a workload", text);
		return NULL;
	}
	found = analyze_endpoint_get(endpoints, text, diags);
	if (found && found->n_pods == 0) {
		analyze_refuse(diags, "--ingress-controller %s: this has no pods", text);
		return NULL;
	}
	return found;
}
