/* SPDX-License-Identifier: Apache-2.0 */
/* `icmps`: types of ICMP, by number or by the names that Cilium knows. */
#include "policy/cilium.h"

#include "base/vec.h"

#include <stdlib.h>
#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

static const struct policy_field icmp_fields[] = {{"fields", POLICY_TYPE_LIST}};

static const struct policy_alias icmp_aliases[] = {
	{"type", "a type is an item of 'fields': - fields: [{type: …, family: …}]"},
	{"family", "a type is an item of 'fields': - fields: [{type: …, family: …}]"},
	{NULL, NULL},
};

const struct policy_schema cilium_icmp_schema = {"an item of 'icmps'", icmp_fields, 1, icmp_aliases,
						 NULL};

enum { ICMP_FAMILY, ICMP_TYPE };

static const struct policy_field icmp_field_fields[] = {
	[ICMP_FAMILY] = {"family", POLICY_TYPE_STRING},
	[ICMP_TYPE] = {"type", POLICY_TYPE_INTEGER_OR_STRING},
};

const struct policy_schema cilium_icmp_field_schema = {"an ICMP type", icmp_field_fields,
						       N(icmp_field_fields), NULL, NULL};

struct icmp_name {
	const char *name;
	uint8_t type;
};

static const struct icmp_name names_v4[] = {
	{"EchoReply", 0},
	{"DestinationUnreachable", 3},
	{"Redirect", 5},
	{"Echo", 8},
	{"EchoRequest", 8},
	{"RouterAdvertisement", 9},
	{"RouterSelection", 10},
	{"TimeExceeded", 11},
	{"ParameterProblem", 12},
	{"Timestamp", 13},
	{"TimestampReply", 14},
	{"Photuris", 40},
	{"ExtendedEchoRequest", 42},
	{"ExtendedEchoReply", 43},
};

static const struct icmp_name names_v6[] = {
	{"DestinationUnreachable", 1},
	{"PacketTooBig", 2},
	{"TimeExceeded", 3},
	{"ParameterProblem", 4},
	{"EchoRequest", 128},
	{"EchoReply", 129},
	{"MulticastListenerQuery", 130},
	{"MulticastListenerReport", 131},
	{"MulticastListenerDone", 132},
	{"RouterSolicitation", 133},
	{"RouterAdvertisement", 134},
	{"NeighborSolicitation", 135},
	{"NeighborAdvertisement", 136},
	{"RedirectMessage", 137},
	{"RouterRenumbering", 138},
	{"ICMPNodeInformationQuery", 139},
	{"ICMPNodeInformationResponse", 140},
	{"InverseNeighborDiscoverySolicitation", 141},
	{"InverseNeighborDiscoveryAdvertisement", 142},
	{"HomeAgentAddressDiscoveryRequest", 144},
	{"HomeAgentAddressDiscoveryReply", 145},
	{"MobilePrefixSolicitation", 146},
	{"MobilePrefixAdvertisement", 147},
	{"DuplicateAddressRequestCodeSuffix", 157},
	{"DuplicateAddressConfirmationCodeSuffix", 158},
	{"ExtendedEchoRequest", 160},
	{"ExtendedEchoReply", 161},
};

#define MAX_NAMES N(names_v6)

static bool read_type_name(struct policy_reader *reader, const struct tree_node *node, bool is_v6,
			   uint32_t *ret)
{
	const struct icmp_name *list = is_v6 ? names_v6 : names_v4;
	const size_t n = is_v6 ? N(names_v6) : N(names_v4);
	const char *names[MAX_NAMES];
	struct diag *diag;
	const char *similar;

	for (size_t i = 0; i < n; i++) {
		names[i] = list[i].name;
		if (strcmp(node->text, list[i].name) == 0) {
			*ret = list[i].type;
			return true;
		}
	}
	diag = policy_error(reader, DIAG_BH0203, policy_span(reader, node),
			    "'type' must be 0 to 255 or the name of a type of %s, but is '%s'",
			    is_v6 ? "ICMPv6" : "ICMP", node->text);
	similar = diag_did_you_mean(node->text, names, n);
	if (similar)
		diag_hint(reader->diags, diag, "did you mean '%s'?", similar);
	return false;
}

static bool read_type(struct policy_reader *reader, const struct tree_node *node, bool is_v6,
		      uint32_t *ret)
{
	const struct policy_bounds bounds = {0, UINT8_MAX};

	if (node->kind != TREE_STRING)
		return policy_integer(reader, "'type'", node, bounds, ret);
	if (node->len > 0 && node->len <= 3 && strspn(node->text, "0123456789") == node->len &&
	    strtoul(node->text, NULL, 10) <= UINT8_MAX) {
		*ret = (uint32_t)strtoul(node->text, NULL, 10);
		return true;
	}
	return read_type_name(reader, node, is_v6, ret);
}

/* Cilium keeps types where it keeps ports, and there 0 is all of them (PortRangeToMaskedPorts). */
static void widen(struct policy_reader *reader, const struct tree_node *node,
		  struct policy_port *port)
{
	port->last = port_space_last((enum port_space)port->space);
	policy_warning(reader, policy_span(reader, node),
		       "to Cilium type 0 is every type of %s, not only the reply to an echo",
		       port_space_name((enum port_space)port->space));
}

static void read_icmp_field(struct policy_reader *reader, const struct tree_node *node,
			    struct cilium_ports *to)
{
	static const char *const families[] = {"IPv4", "IPv6"};
	static const struct policy_choices choices = {"'family'", families, 2, NULL};
	struct policy_port port = {.span = policy_span(reader, node)};
	struct policy_fields fields;
	size_t family = 0;
	uint32_t type;

	if (!policy_schema_read(reader, &cilium_icmp_field_schema, node, &fields))
		return;
	if (fields.values[ICMP_FAMILY] && fields.values[ICMP_FAMILY]->len &&
	    !policy_choose(reader, &choices, fields.values[ICMP_FAMILY], &family))
		return;
	if (!policy_need(reader, &cilium_icmp_field_schema, node, &fields, ICMP_TYPE) ||
	    !fields.values[ICMP_TYPE] ||
	    !read_type(reader, fields.values[ICMP_TYPE], family, &type))
		return;
	port.kind = POLICY_PORT_RANGE;
	port.space = family ? PORT_ICMPV6 : PORT_ICMP;
	port.first = (uint16_t)(type << 8);
	port.last = (uint16_t)(type << 8 | UINT8_MAX);
	if (type == 0)
		widen(reader, fields.values[ICMP_TYPE], &port);
	vec_push(to, port);
}

void cilium_icmp_read(struct policy_reader *reader, const struct tree_node *item,
		      struct cilium_ports *ret)
{
	const struct tree_node *list;
	struct policy_fields fields;

	*ret = (struct cilium_ports){.span = policy_span(reader, item)};
	if (!policy_schema_read(reader, &cilium_icmp_schema, item, &fields))
		return;
	list = fields.values[0];
	policy_check_len(reader, "fields", list, CILIUM_ITEMS);
	for (uint32_t i = 0; list && i < list->len; i++)
		read_icmp_field(reader, list->items[i], ret);
	if (!ret->n)
		cilium_warn_empty(reader, item, "fields");
}
