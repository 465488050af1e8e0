/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ../shared/data/l7/cilium/fqdn-matchpattern.json: which names and patterns of names Cilium's policies
 * may have, in `toFQDNs` and in rules of DNS.
 */
#include "base/strbuf.h"
#include "lib/policies.h"
#include "lib/reading.h"
#include "lib/tap.h"
#include "lib/tree_write.h"
#include "policy/fqdn.h"

#include <string.h>

#define DATA "../shared/data/l7/cilium/fqdn-matchpattern.json"
#define N_PATTERNS 38

#define HEAD \
	"apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p, namespace: x}\n" \
	"spec:\n  endpointSelector: {}\n  egress:\n"

/* The policy with an item, in the place that its type has. */
static void check_item(const char *type, const struct tree_node *item, bool is_right)
{
	const bool is_dns = strcmp(type, "PortRuleDNS") == 0;
	struct strbuf yaml = {0}, text = {0};
	struct policies policies;

	strbuf_addstr(&yaml, is_dns ? HEAD
				     "  - toPorts:\n    - ports: [{port: \"53\"}]\n      rules:\n"
				     "        dns:\n        -"
				    : HEAD "  - toFQDNs:\n    -");
	for (uint32_t i = 0; i < item->len; i++)
		strbuf_printf(&yaml, "%s%s: \"%s\"\n",
			      i == 0   ? " "
			      : is_dns ? "          "
				       : "      ",
			      item->members[i].key, item->members[i].value->text);
	tree_write(&text, item);
	policies_read(&policies, strbuf_str(&yaml), false);
	if (!ok((policies.set->n_policies == 1) == is_right, "%s: %s%s", type,
		is_right ? "taken" : "refused", strbuf_str(&text)))
		diag("%s", policies_diags(&policies));
	policies_release(&policies);
	strbuf_release(&yaml);
	strbuf_release(&text);
}

static void check_items(const char *type, const struct tree_node *list, bool is_right)
{
	for (uint32_t i = 0; i < list->len; i++)
		check_item(type, list->items[i], is_right);
}

static void check_pattern(const struct tree_node *row)
{
	const char *pattern = tree_get_string(row, "pattern");
	const bool is_right = tree_get(row, "valid")->boolean;

	ok(!policy_fqdn_pattern(pattern, strlen(pattern)) == is_right, "'%s' is %s", pattern,
	   is_right ? "a pattern" : "none");
}

int main(void)
{
	const struct tree_node *sanitize, *oracle;
	struct reading reading;

	if (reading_of_file(&reading, DATA))
		skip_all("no " DATA);
	sanitize = tree_get(reading.roots.items[0], "sanitize");
	for (uint32_t i = 0; i < sanitize->len; i++) {
		check_items(sanitize->members[i].key,
			    tree_get(sanitize->members[i].value, "accept"), true);
		check_items(sanitize->members[i].key,
			    tree_get(sanitize->members[i].value, "reject"), false);
	}
	oracle = tree_get(reading.roots.items[0], "oracle");
	ok_int(oracle->len, N_PATTERNS, "all patterns are there");
	for (uint32_t i = 0; i < oracle->len; i++)
		check_pattern(oracle->items[i]);
	reading_release(&reading);
	return tap_done();
}
