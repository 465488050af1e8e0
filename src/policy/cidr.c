/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/cidr.h"

#include <string.h>

#define MAPPED_PREFIX_LEN 96 /* of ::ffff:0:0/96 */

static bool is_v4_mapped(const struct ip_addr *addr)
{
	return addr->family == IP_V6 && addr->hi == 0 && addr->lo >> 32 == 0xffff;
}

static uint8_t full_prefix_len(const struct ip_addr *addr)
{
	return addr->family == IP_V4 ? 32 : 128;
}

static void hint_cidr(struct policy_reader *reader, struct diag *diag, const char *text)
{
	struct ip_addr addr;
	char buf[IP_TEXT_SIZE];

	if (ip_parse(text, &addr, NULL) == 0)
		diag_hint(reader->diags, diag, "for the one address write %s/%d",
			  ip_format(&addr, buf), full_prefix_len(&addr));
	else
		diag_hint(reader->diags, diag,
			  "a block is an address and the length of its prefix, such as 10.9.8.0/24 "
			  "or 2001:db8::/64");
}

static void refuse_mapped(struct policy_reader *reader, const char *what,
			  const struct tree_node *node, const struct ip_cidr *cidr)
{
	struct diag *diag = policy_error(reader, DIAG_BH0203, policy_span(reader, node),
					 "%s '%s' is an IPv4-mapped IPv6 block", what, node->text);
	struct ip_cidr v4 = {ip_v4((uint32_t)cidr->addr.lo), 0};
	char buf[IP_CIDR_TEXT_SIZE];

	if (cidr->prefix_len < MAPPED_PREFIX_LEN)
		return;
	v4.prefix_len = (uint8_t)(cidr->prefix_len - MAPPED_PREFIX_LEN);
	diag_hint(reader->diags, diag, "write %s", ip_cidr_format(&v4, buf));
}

/*
 * What the API server warns of, and from Kubernetes 1.36 on refuses in new policies (but for the
 * last, StrictIPCIDRValidation). `cidr` is what it reads.
 */
static void warn_spelling(struct policy_reader *reader, const char *what,
			  const struct tree_node *node, unsigned int flags,
			  const struct ip_cidr *cidr)
{
	char buf[IP_CIDR_TEXT_SIZE];
	const char *plain = ip_cidr_format(cidr, buf);
	struct diag *diag;

	if (!flags && strcmp(plain, node->text) == 0)
		return;
	if (flags & IP_PARSE_HOST_BITS)
		diag = policy_warning(reader, policy_span(reader, node),
				      "%s '%s' has bits set beyond its prefix: it is read as %s",
				      what, node->text, plain);
	else if (flags & IP_PARSE_LEADING_ZEROS)
		diag = policy_warning(reader, policy_span(reader, node),
				      "%s '%s' has leading zeros: it is read as decimal, %s", what,
				      node->text, plain);
	else
		diag = policy_warning(reader, policy_span(reader, node),
				      "%s '%s' is not in canonical form", what, node->text);
	diag_hint(reader->diags, diag, "write %s%s", plain,
		  flags ? ": Kubernetes 1.36 and later refuse the other" : "");
}

/* What every API refuses. */
static bool parse(struct policy_reader *reader, const char *what, const struct tree_node *node,
		  unsigned int *ret_flags, struct ip_cidr *ret)
{
	if (ip_cidr_parse(node->text, ret, ret_flags) < 0) {
		struct diag *diag = policy_error(reader, DIAG_BH0203, policy_span(reader, node),
						 "%s '%s' is not a CIDR block", what, node->text);

		hint_cidr(reader, diag, node->text);
		return false;
	}
	if (is_v4_mapped(&ret->addr)) {
		refuse_mapped(reader, what, node, ret);
		return false;
	}
	ret->addr = ip_cidr_range(ret).first;
	return true;
}

bool policy_cidr_read(struct policy_reader *reader, const char *what, const struct tree_node *node,
		      struct ip_cidr *ret)
{
	unsigned int flags = 0;
	struct ip_cidr cidr;

	if (!parse(reader, what, node, &flags, &cidr))
		return false;
	warn_spelling(reader, what, node, flags, &cidr);
	*ret = cidr;
	return true;
}

bool policy_cidr_read_strict(struct policy_reader *reader, const char *what,
			     const struct tree_node *node, bool is_masked, struct ip_cidr *ret)
{
	char buf[IP_CIDR_TEXT_SIZE];
	unsigned int flags = 0;
	struct ip_cidr cidr;
	struct diag *diag;

	if (!parse(reader, what, node, &flags, &cidr))
		return false;
	*ret = cidr;
	if (flags & IP_PARSE_LEADING_ZEROS)
		diag = policy_error(reader, DIAG_BH0203, policy_span(reader, node),
				    "%s '%s' has leading zeros", what, node->text);
	else if ((flags & IP_PARSE_HOST_BITS) && is_masked)
		diag = policy_error(reader, DIAG_BH0203, policy_span(reader, node),
				    "%s '%s' has bits set beyond its prefix", what, node->text);
	else if (flags & IP_PARSE_HOST_BITS)
		diag = policy_warning(reader, policy_span(reader, node),
				      "%s '%s' has bits set beyond its prefix: it is read as %s",
				      what, node->text, ip_cidr_format(&cidr, buf));
	else
		return true;
	diag_hint(reader->diags, diag, "write %s", ip_cidr_format(&cidr, buf));
	return true;
}
