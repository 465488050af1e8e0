/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/equal.h"

#include <string.h>

static bool equal_pods(const struct policy_pods *a, const struct policy_pods *b)
{
	return a->ns == b->ns && a->in_mesh == b->in_mesh &&
	       selector_equal(&a->namespaces, &b->namespaces) &&
	       selector_equal(&a->pods, &b->pods) && selector_equal(&a->accounts, &b->accounts);
}

static bool equal_cidr(const struct ip_cidr *a, const struct ip_cidr *b)
{
	return ip_equal(&a->addr, &b->addr) && a->prefix_len == b->prefix_len;
}

static bool equal_peer(const struct policy_peer *a, const struct policy_peer *b)
{
	if (a->kind != b->kind || a->n_except != b->n_except || a->n_parts != b->n_parts)
		return false;
	if (!equal_pods(&a->pods, &b->pods) || !selector_equal(&a->nodes, &b->nodes) ||
	    !equal_cidr(&a->cidr, &b->cidr))
		return false;
	for (uint32_t i = 0; i < a->n_except; i++)
		if (!equal_cidr(&a->except[i], &b->except[i]))
			return false;
	for (uint32_t i = 0; i < a->n_parts; i++)
		if (!equal_peer(&a->parts[i], &b->parts[i]))
			return false;
	return true;
}

static bool equal_ports(const struct policy_port *a, const struct policy_port *b, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++)
		if (a[i].kind != b[i].kind || a[i].space != b[i].space ||
		    a[i].first != b[i].first || a[i].last != b[i].last || a[i].name != b[i].name)
			return false;
	return true;
}

/* A text that one of them makes and the other takes from the input is not one pointer. */
static bool equal_text(const char *a, const char *b)
{
	return a && b ? strcmp(a, b) == 0 : a == b;
}

static bool equal_source_ports(const struct port_set *a, const struct port_set *b)
{
	return a && b ? port_set_equal(a, b) : a == b;
}

static bool equal_rule(const struct policy_rule *a, const struct policy_rule *b)
{
	if (a->action != b->action || a->rank != b->rank || a->any_peer != b->any_peer ||
	    a->any_port != b->any_port || a->is_proxied != b->is_proxied ||
	    a->n_peers != b->n_peers || a->n_ports != b->n_ports ||
	    a->n_not_ports != b->n_not_ports)
		return false;
	if (!equal_text(a->condition, b->condition) ||
	    !equal_source_ports(a->source_ports, b->source_ports) ||
	    !equal_ports(a->ports, b->ports, a->n_ports) ||
	    !equal_ports(a->not_ports, b->not_ports, a->n_not_ports))
		return false;
	for (uint32_t i = 0; i < a->n_peers; i++)
		if (!equal_peer(&a->peers[i], &b->peers[i]))
			return false;
	return true;
}

static bool equal_direction(const struct policy *a, const struct policy *b, int direction)
{
	if (a->isolates[direction] != b->isolates[direction] ||
	    a->n_rules[direction] != b->n_rules[direction])
		return false;
	for (uint32_t i = 0; i < a->n_rules[direction]; i++)
		if (!equal_rule(&a->rules[direction][i], &b->rules[direction][i]))
			return false;
	return true;
}

bool policy_equal(const struct policy *a, const struct policy *b)
{
	return equal_peer(&a->subject, &b->subject) && equal_direction(a, b, POLICY_EGRESS) &&
	       equal_direction(a, b, POLICY_INGRESS);
}
