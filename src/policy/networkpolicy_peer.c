/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/networkpolicy.h"

#include "base/arena.h"
#include "policy/cidr.h"
#include "policy/labelselector.h"

enum { POD_SELECTOR, NAMESPACE_SELECTOR, IP_BLOCK, N_PEER_FIELDS };

static const struct policy_field peer_fields[] = {
	[POD_SELECTOR] = {"podSelector", POLICY_TYPE_MAPPING},
	[NAMESPACE_SELECTOR] = {"namespaceSelector", POLICY_TYPE_MAPPING},
	[IP_BLOCK] = {"ipBlock", POLICY_TYPE_MAPPING},
};

static const struct policy_alias peer_aliases[] = {
	{"ports", "'ports' goes beside 'from' or 'to', not into a peer: check the indentation"},
	{"port", "'ports' goes beside 'from' or 'to', not into a peer"},
	{"cidr", "write ipBlock: {cidr: …}"},
	{"except", "'except' goes into 'ipBlock', beside 'cidr'"},
	{"matchLabels", "write podSelector: {matchLabels: …}, or namespaceSelector"},
	{"matchExpressions", "write podSelector: {matchExpressions: …}, or namespaceSelector"},
	{"namespace", "write namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: …}}"},
	{"name", "a peer is found by its labels: write podSelector: {matchLabels: …}"},
	{"from", "'from' has peers as its items: leave out the inner 'from'"},
	{"to", "'to' has peers as its items: leave out the inner 'to'"},
	{NULL, NULL},
};

const struct policy_schema networkpolicy_peer_schema = {
	.what = "a peer",
	.fields = peer_fields,
	.n_fields = N_PEER_FIELDS,
	.aliases = peer_aliases,
};

enum { CIDR, EXCEPT, N_IP_BLOCK_FIELDS };

static const struct policy_field ip_block_fields[] = {
	[CIDR] = {"cidr", POLICY_TYPE_STRING},
	[EXCEPT] = {"except", POLICY_TYPE_LIST},
};

static const struct policy_alias ip_block_aliases[] = {
	{"ports", "'ports' goes beside 'from' or 'to': check the indentation"},
	{NULL, NULL},
};

const struct policy_schema networkpolicy_ip_block_schema = {
	.what = "an ipBlock",
	.fields = ip_block_fields,
	.n_fields = N_IP_BLOCK_FIELDS,
	.aliases = ip_block_aliases,
};

/* ValidateIPBlock: each must be a strict subset, so one of the other family never is. */
static void check_except(struct policy_reader *reader, const struct tree_node *item,
			 const struct ip_cidr *except, const struct tree_node *cidr_node,
			 const struct ip_cidr *cidr)
{
	struct diag *diag;

	if (ip_cidr_within(except, cidr, true))
		return;
	diag = policy_error(reader, DIAG_BH0203, policy_span(reader, item),
			    "'except' block '%s' must be a part of the block '%s', and smaller",
			    item->text, cidr_node->text);
	diag_relate(diag, policy_span(reader, cidr_node), "the block that it is taken out of");
}

static void read_except(struct policy_reader *reader, const struct tree_node *list,
			const struct tree_node *cidr_node, struct policy_peer *ret)
{
	ret->except = arena_alloc_n(&reader->snapshot->arena, list->len, sizeof(*ret->except));
	for (uint32_t i = 0; i < list->len; i++) {
		const struct tree_node *item = list->items[i];
		struct ip_cidr *except = &ret->except[ret->n_except];

		if (!policy_string_check(reader, "'except' block", item) ||
		    !policy_cidr_read(reader, "'except' block", item, except))
			continue;
		ret->n_except++;
		if (ret->cidr.addr.family != IP_NONE)
			check_except(reader, item, except, cidr_node, &ret->cidr);
	}
}

static void read_ip_block(struct policy_reader *reader, const struct tree_node *node,
			  struct policy_peer *ret)
{
	const struct tree_node *cidr;
	struct policy_fields fields;

	ret->kind = POLICY_PEER_CIDR;
	policy_schema_read(reader, &networkpolicy_ip_block_schema, node, &fields);
	cidr = fields.values[CIDR];
	if (policy_field_is_absent(&fields, CIDR) || (cidr && cidr->len == 0))
		policy_error(reader, DIAG_BH0204, policy_span(reader, node),
			     "an ipBlock needs 'cidr'");
	else if (cidr)
		policy_cidr_read(reader, "'cidr'", cidr, &ret->cidr);
	if (fields.values[EXCEPT])
		read_except(reader, fields.values[EXCEPT], cidr, ret);
}

/* Without namespaceSelector it is the policy's own namespace; without podSelector all pods. */
static void read_pods(struct policy_reader *reader, const char *ns,
		      const struct policy_fields *fields, struct policy_pods *ret)
{
	policy_labelselector_read(reader, fields->values[POD_SELECTOR], &ret->pods);
	policy_labelselector_read(reader, fields->values[NAMESPACE_SELECTOR], &ret->namespaces);
	if (policy_field_is_absent(fields, NAMESPACE_SELECTOR))
		ret->ns = ns;
}

#define NULL_HINT "'%s' without a value is null, as if it were not there: %s"

static void refuse_empty(struct policy_reader *reader, const struct tree_node *node,
			 const struct policy_fields *fields)
{
	struct diag *diag =
		policy_error(reader, DIAG_BH0204, policy_span(reader, node),
			     "a peer needs one of 'podSelector', 'namespaceSelector' or 'ipBlock'");

	if (fields->members[IP_BLOCK])
		diag_hint(reader->diags, diag, NULL_HINT, "ipBlock", "give it a 'cidr'");
	else if (fields->members[POD_SELECTOR])
		diag_hint(reader->diags, diag, NULL_HINT, "podSelector",
			  "for all pods of the namespace write podSelector: {}");
	else if (fields->members[NAMESPACE_SELECTOR])
		diag_hint(reader->diags, diag, NULL_HINT, "namespaceSelector",
			  "for all pods of the cluster write namespaceSelector: {}");
	else
		diag_hint(reader->diags, diag,
			  "for every peer leave out 'from' or 'to', and for all pods of the "
			  "cluster write namespaceSelector: {}");
}

void networkpolicy_peer_read(struct policy_reader *reader, const char *ns,
			     const struct tree_node *node, struct policy_peer *ret)
{
	struct policy_fields fields;
	bool has_pods;
	bool has_block;

	ret->span = policy_span(reader, node);
	if (!policy_schema_read(reader, &networkpolicy_peer_schema, node, &fields))
		return;
	has_block = !policy_field_is_absent(&fields, IP_BLOCK);
	has_pods = !policy_field_is_absent(&fields, POD_SELECTOR) ||
		   !policy_field_is_absent(&fields, NAMESPACE_SELECTOR);
	if (!has_pods && !has_block) {
		refuse_empty(reader, node, &fields);
	} else if (has_pods && has_block) {
		struct diag *diag =
			policy_error(reader, DIAG_BH0203, policy_span(reader, node),
				     "a peer with 'ipBlock' must not have a selector beside it");

		diag_hint(reader->diags, diag,
			  "to allow both, make two items of them: put '- ' before each");
	}
	read_pods(reader, ns, &fields, &ret->pods);
	if (fields.values[IP_BLOCK])
		read_ip_block(reader, fields.values[IP_BLOCK], ret);
}
