/* SPDX-License-Identifier: Apache-2.0 */
#include "lib/calico_endpoint.h"

#include "lib/calico_words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* What has labels: a pod, or a network set. */
struct endpoint {
	const struct model_snapshot *snapshot;
	const struct model_pod *pod; /* or */
	const struct model_policy_object *set;
};

/* Its labels as a selector of a kind sees them: with nothing, "pcns." or "pcsa." before each key. */
struct view {
	const struct endpoint *endpoint;
	const char *prefix;
};

static const char *find(const struct model_labels *labels, const char *key)
{
	for (uint32_t i = 0; i < labels->n; i++)
		if (strcmp(labels->items[i].key, key) == 0)
			return labels->items[i].value;
	return NULL;
}

static const char *inherited(const char *name, const struct model_labels *labels, const char *key)
{
	return strcmp(key, "projectcalico.org/name") == 0 ? name : find(labels, key);
}

static const char *pod_label(const struct model_pod *pod, const char *key)
{
	if (strcmp(key, "projectcalico.org/namespace") == 0)
		return pod->ns->name;
	if (strcmp(key, "projectcalico.org/orchestrator") == 0)
		return "k8s";
	if (strcmp(key, "projectcalico.org/serviceaccount") == 0)
		return pod->account->name;
	if (strncmp(key, "pcns.", 5) == 0)
		return inherited(pod->ns->name, &pod->ns->labels, key + 5);
	if (strncmp(key, "pcsa.", 5) == 0)
		return inherited(pod->account->name, &pod->account->labels, key + 5);
	return find(&pod->labels, key);
}

static const char *set_label(const struct endpoint *endpoint, const char *key)
{
	const struct model_policy_object *set = endpoint->set;
	const char *own = tree_get_string(tree_get(tree_get(set->root, "metadata"), "labels"), key);

	if (own || !set->ns)
		return own;
	if (strcmp(key, "projectcalico.org/namespace") == 0)
		return set->ns;
	for (uint32_t i = 0; strncmp(key, "pcns.", 5) == 0 && i < endpoint->snapshot->n_namespaces;
	     i++) {
		const struct model_namespace *ns = endpoint->snapshot->namespaces[i];

		if (strcmp(ns->name, set->ns) == 0)
			return inherited(ns->name, &ns->labels, key + 5);
	}
	return NULL;
}

static const char *label(const struct endpoint *endpoint, const char *key)
{
	return endpoint->pod ? pod_label(endpoint->pod, key) : set_label(endpoint, key);
}

static const char *view_label(void *arg, const char *key)
{
	const struct view *view = arg;
	const bool is_all = strcmp(key, "all()") == 0, is_global = strcmp(key, "global()") == 0;
	const char *ns = label(view->endpoint, "projectcalico.org/namespace");
	char full[600];

	if (is_all || is_global) {
		if (strcmp(view->prefix, "pcns.") != 0)
			return "";
		return is_all == (ns != NULL) ? "" : NULL;
	}
	snprintf(full, sizeof(full), "%s%s", view->prefix, key);
	return label(view->endpoint, full);
}

/* An absent or empty selector selects. */
static bool selects(const struct endpoint *endpoint, const char *text, const char *prefix)
{
	struct view view = {endpoint, prefix};

	return !text || calico_words_match(text, view_label, &view);
}

static const char *text_of(const struct tree_node *node, const char *key)
{
	const char *text = tree_get_string(node, key);

	return text && *text ? text : NULL;
}

static bool has_name(const struct tree_node *names, const char *name)
{
	for (uint32_t i = 0; names && i < names->len; i++)
		if (name && strcmp(names->items[i]->text, name) == 0)
			return true;
	return !names || names->len == 0;
}

static bool asks_accounts(const struct tree_node *entity)
{
	const struct tree_node *accounts = tree_get(entity, "serviceAccounts");
	const struct tree_node *names = tree_get(accounts, "names");

	return (names && names->len) || text_of(accounts, "selector");
}

/* Whether it says who it is, and not only who it is not. */
static bool is_positive(const struct calico_end *end)
{
	return text_of(end->entity, "selector") || text_of(end->entity, "namespaceSelector") ||
	       asks_accounts(end->entity) || (end->ns && text_of(end->entity, "notSelector"));
}

static bool is_selected(const struct calico_end *end, const struct endpoint *endpoint)
{
	const struct tree_node *accounts = tree_get(end->entity, "serviceAccounts");
	const char *namespaces = text_of(end->entity, "namespaceSelector");
	const char *not_selector = text_of(end->entity, "notSelector");
	const char *ns = label(endpoint, "projectcalico.org/namespace");

	if (namespaces && !selects(endpoint, namespaces, "pcns."))
		return false;
	if (!namespaces && end->ns && (!ns || strcmp(ns, end->ns) != 0))
		return false;
	return selects(endpoint, text_of(accounts, "selector"), "pcsa.") &&
	       has_name(tree_get(accounts, "names"),
			label(endpoint, "projectcalico.org/serviceaccount")) &&
	       selects(endpoint, text_of(end->entity, "selector"), "") &&
	       !(not_selector && selects(endpoint, not_selector, ""));
}

bool calico_block_has(const char *text, const struct ip_addr *addr)
{
	struct ip_cidr cidr;
	struct ip_range range;

	if (ip_cidr_parse(text, &cidr, NULL))
		return false;
	range = ip_cidr_range(&cidr);
	return range.first.family == addr->family && ip_range_contains(&range, addr);
}

static bool in_nets(const struct tree_node *list, const struct ip_addr *addr)
{
	for (uint32_t i = 0; list && i < list->len; i++)
		if (calico_block_has(list->items[i]->text, addr))
			return true;
	return false;
}

bool calico_nets_are_foreign(const struct tree_node *list, const struct ip_addr *addr)
{
	for (uint32_t i = 0; list && i < list->len; i++)
		if ((strchr(list->items[i]->text, ':') != NULL) == (addr->family == IP_V6))
			return false;
	return list && list->len > 0;
}

const struct model_pod *calico_pod_at(const struct model_snapshot *snapshot,
				      const struct ip_addr *addr)
{
	for (uint32_t i = 0; i < snapshot->n_pods; i++)
		for (uint32_t k = 0; k < snapshot->pods[i]->n_ips; k++)
			if (!snapshot->pods[i]->host_network &&
			    ip_equal(&snapshot->pods[i]->ips[k], addr))
				return snapshot->pods[i];
	return NULL;
}

/* Whether the address is in the set that Calico makes: of pods, and of the nets of network sets. */
static bool in_ip_set(const struct calico_end *end,
		      bool (*fn)(const struct calico_end *end, const struct endpoint *endpoint))
{
	struct endpoint endpoint = {end->snapshot, calico_pod_at(end->snapshot, &end->addr), NULL};

	if (endpoint.pod && fn(end, &endpoint))
		return true;
	endpoint.pod = NULL;
	for (uint32_t i = 0; i < end->snapshot->n_policies; i++) {
		endpoint.set = end->snapshot->policies[i];
		if ((strcmp(endpoint.set->kind, "NetworkSet") == 0 ||
		     strcmp(endpoint.set->kind, "GlobalNetworkSet") == 0) &&
		    in_nets(tree_get(tree_get(endpoint.set->root, "spec"), "nets"), &end->addr) &&
		    fn(end, &endpoint))
			return true;
	}
	return false;
}

static bool is_unwanted(const struct calico_end *end, const struct endpoint *endpoint)
{
	return selects(endpoint, text_of(end->entity, "notSelector"), "");
}

static bool who_matches(const struct calico_end *end)
{
	if (is_positive(end))
		return in_ip_set(end, is_selected);
	return !text_of(end->entity, "notSelector") || !in_ip_set(end, is_unwanted);
}

/* A name is asked of the pod itself: nets of sets have none. */
static bool has_named_port(const struct calico_end *end, const char *name)
{
	const struct endpoint endpoint = {end->snapshot, calico_pod_at(end->snapshot, &end->addr),
					  NULL};

	if (!endpoint.pod || (is_positive(end) && !is_selected(end, &endpoint)))
		return false;
	for (uint32_t i = 0; i < endpoint.pod->n_ports; i++) {
		const struct model_port *port = &endpoint.pod->ports[i];

		if (port->name && strcmp(port->name, name) == 0 && port->space == end->space &&
		    port->number == end->port)
			return true;
	}
	return false;
}

static bool has_port(const struct calico_end *end, const struct tree_node *list)
{
	for (uint32_t i = 0; list && i < list->len; i++) {
		const char *text = list->items[i]->text;
		const char *colon = strchr(text, ':');
		const int first = atoi(text), last = colon ? atoi(colon + 1) : first;

		if (end->space > PORT_SCTP)
			return false;
		if (first ? end->port >= first && end->port <= last : has_named_port(end, text))
			return true;
	}
	return false;
}

bool calico_end_matches(const struct calico_end *end)
{
	const struct tree_node *nets = tree_get(end->entity, "nets");
	const struct tree_node *ports = tree_get(end->entity, "ports");

	if (!end->entity)
		return true;
	if (nets && nets->len && !in_nets(nets, &end->addr))
		return false;
	if (in_nets(tree_get(end->entity, "notNets"), &end->addr) || !who_matches(end))
		return false;
	if (ports && ports->len && !has_port(end, ports))
		return false;
	return !has_port(end, tree_get(end->entity, "notPorts"));
}

bool calico_spec_selects(const struct model_snapshot *snapshot, const struct tree_node *spec,
			 const struct model_pod *pod)
{
	const struct endpoint endpoint = {snapshot, pod, NULL};

	return selects(&endpoint, text_of(spec, "selector"), "") &&
	       selects(&endpoint, text_of(spec, "namespaceSelector"), "pcns.") &&
	       selects(&endpoint, text_of(spec, "serviceAccountSelector"), "pcsa.");
}
