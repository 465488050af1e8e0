/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `toServices`: the pods that a Service selects by its selector, whatever is behind it by name; of
 * a Service without one the addresses behind it, which as blocks match no pods and no nodes.
 */
#include "policy/cilium.h"

#include "base/arena.h"
#include "base/vec.h"
#include "policy/cilium_label.h"
#include "policy/labelselector.h"

#include <string.h>

enum { SERVICE_BY_NAME, SERVICE_BY_SELECTOR };

static const struct policy_field service_fields[] = {
	[SERVICE_BY_NAME] = {"k8sService", POLICY_TYPE_MAPPING},
	[SERVICE_BY_SELECTOR] = {"k8sServiceSelector", POLICY_TYPE_MAPPING},
};

/* Both ways begin with the same, whose types differ. */
enum { WAY_WHICH, WAY_NAMESPACE };

static const struct policy_field name_fields[] = {
	[WAY_WHICH] = {"serviceName", POLICY_TYPE_STRING},
	[WAY_NAMESPACE] = {"namespace", POLICY_TYPE_STRING},
};

static const struct policy_field selector_fields[] = {
	[WAY_WHICH] = {"selector", POLICY_TYPE_MAPPING},
	[WAY_NAMESPACE] = {"namespace", POLICY_TYPE_STRING},
};

static const struct policy_alias name_aliases[] = {
	{"name", "did you mean 'serviceName'?"},
	{NULL, NULL},
};

const struct policy_schema cilium_service_schema = {"a service", service_fields, 2, NULL, NULL};
const struct policy_schema cilium_service_name_schema = {"k8sService", name_fields, 2, name_aliases,
							 NULL};
const struct policy_schema cilium_service_selector_schema = {"k8sServiceSelector", selector_fields,
							     2, NULL, NULL};

/* Which services are meant; of `name` and `selector` one is NULL. */
struct wanted {
	const char *ns; /* NULL: any */
	const char *name;
	const struct selector *selector;
	struct diag_span span;
};

static bool is_wanted(const struct wanted *wanted, const struct model_service *service)
{
	if (wanted->ns && strcmp(wanted->ns, service->ns->name) != 0)
		return false;
	return wanted->name ? strcmp(wanted->name, service->name) == 0
			    : selector_matches(wanted->selector, &service->labels);
}

static void add_pods(const struct policy_reader *reader, const struct model_service *service,
		     struct policy_peer peer, struct cilium_peers *to)
{
	struct arena *arena = &reader->snapshot->arena;
	struct selector *pods = &peer.pods.pods;

	peer.kind = POLICY_PEER_PODS;
	peer.pods.ns = service->ns->name;
	pods->requirements = arena_alloc_n(arena, service->n_selector, sizeof(*pods->requirements));
	for (uint32_t i = 0; i < service->n_selector; i++) {
		struct selector_requirement *requirement = &pods->requirements[pods->n++];

		requirement->op = SELECTOR_IN;
		requirement->key = service->selector[i].key;
		requirement->values = arena_alloc(arena, sizeof(char *));
		requirement->values[requirement->n_values++] = service->selector[i].value;
	}
	cilium_selector_limit(reader, false, pods);
	vec_push(to, peer);
}

static void add_addresses(const struct policy_reader *reader, const struct model_service *service,
			  struct policy_peer peer, struct cilium_peers *to)
{
	peer.kind = POLICY_PEER_CIDR;
	for (uint32_t i = 0; i < service->n_backend_addrs; i++) {
		struct policy_peer block;

		peer.cidr.addr = service->backend_addrs[i];
		peer.cidr.prefix_len = peer.cidr.addr.family == IP_V4 ? 32 : 128;
		block = cilium_block(reader, &peer);
		vec_push(to, block);
	}
}

static void add_services(struct policy_reader *reader, const struct wanted *wanted,
			 struct cilium_peers *to)
{
	const struct model_snapshot *snapshot = reader->snapshot;
	const struct policy_peer peer = {.span = wanted->span};
	bool some = false;
	struct diag *diag;

	for (uint32_t i = 0; i < snapshot->n_services; i++) {
		const struct model_service *service = snapshot->services[i];

		if (!is_wanted(wanted, service))
			continue;
		some = true;
		if (service->n_selector > 0)
			add_pods(reader, service, peer, to);
		else
			add_addresses(reader, service, peer, to);
	}
	if (some || reader->failed)
		return;
	diag = policy_warning(reader, wanted->span, "no Service of the input is meant");
	diag_hint(reader->diags, diag, "until there is one this matches nobody");
}

/* Service selectors ignore the source of a key. */
static void read_selector(struct policy_reader *reader, const struct tree_node *node,
			  struct selector *ret)
{
	policy_labelselector_read_as(reader, node, cilium_key_syntax, ret);
	for (uint32_t i = 0; i < ret->n; i++)
		ret->requirements[i].key = cilium_key_bare(reader, ret->requirements[i].key);
	selector_normalise(ret);
}

void cilium_service_read(struct policy_reader *reader, const struct tree_node *node,
			 struct cilium_peers *to)
{
	const struct policy_schema *way_schema;
	const struct tree_node *way;
	struct policy_fields fields, which;
	struct selector selector = {0};
	struct wanted wanted = {.span = policy_span(reader, node)};

	if (!policy_schema_read(reader, &cilium_service_schema, node, &fields))
		return;
	way = fields.values[SERVICE_BY_SELECTOR];
	way_schema = way ? &cilium_service_selector_schema : &cilium_service_name_schema;
	if (!way)
		way = fields.values[SERVICE_BY_NAME];
	if (!way) {
		policy_error(reader, DIAG_BH0204, wanted.span,
			     "a service needs 'k8sService' or 'k8sServiceSelector'");
		return;
	}
	policy_schema_read(reader, way_schema, way, &which);
	if (!policy_need(reader, way_schema, way, &which, WAY_WHICH) || !which.values[WAY_WHICH])
		return;
	if (which.values[WAY_NAMESPACE] && which.values[WAY_NAMESPACE]->len)
		wanted.ns = which.values[WAY_NAMESPACE]->text;
	if (way_schema == &cilium_service_selector_schema) {
		read_selector(reader, which.values[WAY_WHICH], &selector);
		wanted.selector = &selector;
	} else {
		wanted.name = which.values[WAY_WHICH]->text;
	}
	add_services(reader, &wanted, to);
}
