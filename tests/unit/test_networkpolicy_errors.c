/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Every rule of the API server's validation has a row: what is wrong, and the one diagnostic that
 * says so. A row of which the API server accepts the policy has a warning (BH0205).
 */
#include "base/strbuf.h"
#include "lib/policies.h"
#include "lib/tap.h"

#include <string.h>

/* The spec's fields start at line 5, column 3; those of an only rule at line 7. */
#define META "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
#define HEAD META "metadata: {name: p, namespace: shop}\nspec:\n"
#define SPEC(text) HEAD "  podSelector: {}\n" text
#define PORT(text) SPEC("  ingress:\n  - ports: [{" text "}]\n")
#define PEER(text) SPEC("  egress:\n  - to: [{" text "}]\n")
#define SELECTOR(text) HEAD "  podSelector: {" text "}\n"
#define EXPRESSION(text) SELECTOR("matchExpressions: [{" text "}]")
#define OBJECT(metadata) META "metadata: {" metadata "}\nspec: {podSelector: {}}\n"

#define X63 "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"

#define KEY_SYNTAX \
	"must be letters, digits, '-', '_' or '.', with a letter or digit at both ends, after an " \
	"optional DNS name and '/'"
#define VALUE_SYNTAX \
	"must be empty, or letters, digits, '-', '_' or '.', with a letter or digit at both ends"
#define NO_PEER "a peer needs one of 'podSelector', 'namespaceSelector' or 'ipBlock'"
#define ALL_PODS "the policy selects every pod of its namespace"

#define BLOCK_HINT \
	"a block is an address and the length of its prefix, such as 10.9.8.0/24 or 2001:db8::/64"
#define BOTH_HINT "to allow both, make two items of them: put '- ' before each"
#define EVERY_HINT \
	"for every peer leave out 'from' or 'to', and for all pods of the cluster write " \
	"namespaceSelector: {}"
#define REFUSED ": Kubernetes 1.36 and later refuse the other"
#define ALL_HINT "if that is meant write podSelector: {}"

static const struct row {
	const char *yaml;
	const char *place; /* "LINE:COLUMN CODE" */
	const char *message;
	const char *hint; /* NULL: none */
} rows[] = {
	/* ValidateNetworkPolicyPort */
	{PORT("protocol: ICMP"), "7:24 BH0203",
	 "'protocol' must be TCP, UDP or SCTP, but is 'ICMP'",
	 "other protocols are allowed only by a rule without 'ports'"},
	{PORT("protocol: tcp"), "7:24 BH0203", "'protocol' must be TCP, UDP or SCTP, but is 'tcp'",
	 "did you mean 'TCP'?"},
	{PORT("protocol: ''"), "7:24 BH0203", "'protocol' must be TCP, UDP or SCTP, but is ''",
	 "other protocols are allowed only by a rule without 'ports'"},
	{PORT("protocol: 6"), "7:24 BH0202", "'protocol' must be a string, but is an integer",
	 "write it in quotes: \"6\""},
	{PORT("port: 0"), "7:20 BH0203", "'port' must be 1 to 65535, but is 0", NULL},
	{PORT("port: -1"), "7:20 BH0203", "'port' must be 1 to 65535, but is -1", NULL},
	{PORT("port: 65536"), "7:20 BH0203", "'port' must be 1 to 65535, but is 65536", NULL},
	{PORT("port: 99999999999999999999"), "7:20 BH0203",
	 "'port' must be 1 to 65535, but is 99999999999999999999", NULL},
	{PORT("port: 1e30"), "7:20 BH0203", "'port' must be 1 to 65535, but is 1e30", NULL},
	{PORT("port: 80.5"), "7:20 BH0202", "'port' must be a whole number, but is 80.5", NULL},
	{PORT("port: .nan"), "7:20 BH0203", "'port' must be 1 to 65535, but is .nan", NULL},
	{PORT("port: yes"), "7:20 BH0202",
	 "'port' must be an integer or a string, but is a boolean", NULL},
	{PORT("port: [80]"), "7:20 BH0202", "'port' must be an integer or a string, but is a list",
	 NULL},
	{PORT("port: \"80\""), "7:20 BH0203", "port name '80' must have at least one letter",
	 "for the port number write 80 without quotes"},
	{PORT("port: 8000-9000"), "7:20 BH0203",
	 "port name '8000-9000' must have at least one letter",
	 "a range is written port: 8000 with endPort: 9000"},
	{PORT("port: ''"), "7:20 BH0203", "port name '' must not be empty", NULL},
	{PORT("port: toolongportname-x"), "7:20 BH0203",
	 "port name 'toolongportname-x' must have at most 15 characters", NULL},
	{PORT("port: HTTP"), "7:20 BH0203",
	 "port name 'HTTP' must be lower case letters, digits or '-'", NULL},
	{PORT("port: -http"), "7:20 BH0203",
	 "port name '-http' must not begin or end with '-', nor have two in a row", NULL},
	{PORT("port: ht--tp"), "7:20 BH0203",
	 "port name 'ht--tp' must not begin or end with '-', nor have two in a row", NULL},
	{PORT("port: http, endPort: 90"), "7:35 BH0203",
	 "'endPort' needs a port number, but 'port' is the name 'http'", NULL},
	{PORT("port: 90, endPort: 80"), "7:33 BH0203",
	 "'endPort' must not be less than 'port', but is 80 and that is 90", NULL},
	{PORT("port: 90, endPort: 65536"), "7:33 BH0203",
	 "'endPort' must be 1 to 65535, but is 65536", NULL},
	{PORT("port: 90, endPort: '95'"), "7:33 BH0202",
	 "'endPort' must be an integer, but is a string", "write the number without quotes"},
	{PORT("endPort: 80"), "7:23 BH0203", "'endPort' must not be given without 'port'", NULL},
	{PORT("port: 0x50"), "7:20 BH0205", "'port' 0x50 is read as 80", "write 80"},
	{PORT("port: 0120"), "7:20 BH0205", "'port' 0120 is read as 80", "write 80"},
	{PORT("port: 080"), "7:20 BH0205", "'port' 080 is read as 80", "write 80"},
	{PORT("port: 80.0"), "7:20 BH0205", "'port' 80.0 is read as 80", "write 80"},
	{PORT("port: 80, endPort: 1e2"), "7:33 BH0205", "'endPort' 1e2 is read as 100",
	 "write 100"},
	{SPEC("  ingress:\n  - ports: [~]\n"), "7:13 BH0205",
	 "a port that is null allows all TCP ports", "if that is meant write protocol: TCP"},
	{SPEC("  ingress:\n  - ports: [80]\n"), "7:13 BH0202",
	 "a port must be a mapping, but is an integer", NULL},

	/* ValidateNetworkPolicyPeer */
	{PEER(""), "7:10 BH0204", NO_PEER, EVERY_HINT},
	{PEER("podSelector: "), "7:10 BH0204", NO_PEER,
	 "'podSelector' without a value is null, as if it were not there: for all pods of the "
	 "namespace write podSelector: {}"},
	{PEER("namespaceSelector: ~"), "7:10 BH0204", NO_PEER,
	 "'namespaceSelector' without a value is null, as if it were not there: for all pods of "
	 "the cluster write namespaceSelector: {}"},
	{PEER("ipBlock: "), "7:10 BH0204", NO_PEER,
	 "'ipBlock' without a value is null, as if it were not there: give it a 'cidr'"},
	{SPEC("  egress:\n  - to: [~]\n"), "7:10 BH0204", NO_PEER, EVERY_HINT},
	{PEER("ipBlock: {cidr: 10.0.0.0/8}, podSelector: {}"), "7:10 BH0203",
	 "a peer with 'ipBlock' must not have a selector beside it", BOTH_HINT},
	{PEER("ipBlock: {cidr: 10.0.0.0/8}, namespaceSelector: {}"), "7:10 BH0203",
	 "a peer with 'ipBlock' must not have a selector beside it", BOTH_HINT},
	{PEER("podSelector: x"), "7:24 BH0202", "'podSelector' must be a mapping, but is a string",
	 NULL},
	{SPEC("  egress:\n  - to: [shop]\n"), "7:10 BH0202",
	 "a peer must be a mapping, but is a string", NULL},
	{SPEC("  egress:\n  - to: {podSelector: {}}\n"), "7:9 BH0202",
	 "'to' must be a list, but is a mapping",
	 "put '- ' before its first key, and indent the others as far"},

	/* ValidateIPBlock */
	{PEER("ipBlock: {}"), "7:20 BH0204", "an ipBlock needs 'cidr'", NULL},
	{PEER("ipBlock: {cidr: }"), "7:20 BH0204", "an ipBlock needs 'cidr'", NULL},
	{PEER("ipBlock: {cidr: ''}"), "7:20 BH0204", "an ipBlock needs 'cidr'", NULL},
	{PEER("ipBlock: {cidr: 10.0.0.300/24}"), "7:27 BH0203",
	 "'cidr' '10.0.0.300/24' is not a CIDR block", BLOCK_HINT},
	{PEER("ipBlock: {cidr: 10.0.0.1}"), "7:27 BH0203", "'cidr' '10.0.0.1' is not a CIDR block",
	 "for the one address write 10.0.0.1/32"},
	{PEER("ipBlock: {cidr: 'fe80::1'}"), "7:27 BH0203", "'cidr' 'fe80::1' is not a CIDR block",
	 "for the one address write fe80::1/128"},
	{PEER("ipBlock: {cidr: 'fe80::/129'}"), "7:27 BH0203",
	 "'cidr' 'fe80::/129' is not a CIDR block", BLOCK_HINT},
	{PEER("ipBlock: {cidr: 10.0.0.0/33}"), "7:27 BH0203",
	 "'cidr' '10.0.0.0/33' is not a CIDR block", BLOCK_HINT},
	{PEER("ipBlock: {cidr: ' 10.0.0.0/8'}"), "7:27 BH0203",
	 "'cidr' ' 10.0.0.0/8' is not a CIDR block", BLOCK_HINT},
	{PEER("ipBlock: {cidr: '::ffff:10.0.0.0/104'}"), "7:27 BH0203",
	 "'cidr' '::ffff:10.0.0.0/104' is an IPv4-mapped IPv6 block", "write 10.0.0.0/8"},
	{PEER("ipBlock: {cidr: 10}"), "7:27 BH0202", "'cidr' must be a string, but is an integer",
	 "write it in quotes: \"10\""},
	{PEER("ipBlock: {cidr: 10.1.2.3/8}"), "7:27 BH0205",
	 "'cidr' '10.1.2.3/8' has bits set beyond its prefix: it is read as 10.0.0.0/8",
	 "write 10.0.0.0/8" REFUSED},
	{PEER("ipBlock: {cidr: 010.0.0.0/8}"), "7:27 BH0205",
	 "'cidr' '010.0.0.0/8' has leading zeros: it is read as decimal, 10.0.0.0/8",
	 "write 10.0.0.0/8" REFUSED},
	{PEER("ipBlock: {cidr: 10.0.0.0/08}"), "7:27 BH0205",
	 "'cidr' '10.0.0.0/08' has leading zeros: it is read as decimal, 10.0.0.0/8",
	 "write 10.0.0.0/8" REFUSED},
	{PEER("ipBlock: {cidr: '2001:DB8:0::/32'}"), "7:27 BH0205",
	 "'cidr' '2001:DB8:0::/32' is not in canonical form", "write 2001:db8::/32"},
	{PEER("ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}"), "7:48 BH0203",
	 "'except' block '11.0.0.0/16' must be a part of the block '10.0.0.0/8', and smaller",
	 NULL},
	{PEER("ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/8]}"), "7:48 BH0203",
	 "'except' block '10.0.0.0/8' must be a part of the block '10.0.0.0/8', and smaller", NULL},
	{PEER("ipBlock: {cidr: 10.0.0.0/8, except: [0.0.0.0/0]}"), "7:48 BH0203",
	 "'except' block '0.0.0.0/0' must be a part of the block '10.0.0.0/8', and smaller", NULL},
	{PEER("ipBlock: {cidr: 0.0.0.0/0, except: ['fe80::/64']}"), "7:47 BH0203",
	 "'except' block 'fe80::/64' must be a part of the block '0.0.0.0/0', and smaller", NULL},
	{PEER("ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.1]}"), "7:48 BH0203",
	 "'except' block '10.0.0.1' is not a CIDR block", "for the one address write 10.0.0.1/32"},
	{PEER("ipBlock: {cidr: 10.0.0.0/8, except: [10.1.2.3/16]}"), "7:48 BH0205",
	 "'except' block '10.1.2.3/16' has bits set beyond its prefix: it is read as 10.1.0.0/16",
	 "write 10.1.0.0/16" REFUSED},
	{PEER("ipBlock: {cidr: 10.0.0.0/8, except: 10.1.0.0/16}"), "7:47 BH0202",
	 "'except' must be a list, but is a string", "a list of one item is [10.1.0.0/16]"},
	{PEER("ipBlock: {cidr: 10.0.0.0/8, except: [10]}"), "7:48 BH0202",
	 "'except' block must be a string, but is an integer", "write it in quotes: \"10\""},

	/* ValidateLabelSelector */
	{SELECTOR("matchLabels: {-bad: x}"), "5:31 BH0203", "label key '-bad' " KEY_SYNTAX, NULL},
	{SELECTOR("matchLabels: {Example.com/a: x}"), "5:31 BH0203",
	 "label key 'Example.com/a' must have a DNS name before the '/', such as example.com/name",
	 NULL},
	{SELECTOR("matchLabels: {" X63 "x: x}"), "5:31 BH0203",
	 "label key '" X63 "x' must have at most 63 characters", NULL},
	{SELECTOR("matchLabels: {a: not valid!}"), "5:34 BH0203",
	 "label value 'not valid!' " VALUE_SYNTAX, NULL},
	{SELECTOR("matchLabels: {a: " X63 "x}"), "5:34 BH0203",
	 "label value '" X63 "x' must have at most 63 characters", NULL},
	{SELECTOR("matchLabels: {a: no}"), "5:34 BH0202",
	 "label value must be a string, but is a boolean", "write it in quotes: \"no\""},
	{SELECTOR("matchLabels: {a: 1.10}"), "5:34 BH0202",
	 "label value must be a string, but is a number", "write it in quotes: \"1.10\""},
	{SELECTOR("matchLabels: {a: 0123}"), "5:34 BH0202",
	 "label value must be a string, but is an integer", "write it in quotes: \"0123\""},
	{SELECTOR("matchLabels: {a: [x]}"), "5:34 BH0202",
	 "label value must be a string, but is a list", NULL},
	{SELECTOR("matchLabels: {a: ~}"), "5:34 BH0205",
	 "label value is null, which is read as an empty string",
	 "write \"\", or the value that was meant"},
	{SELECTOR("matchLabels: [a]"), "5:30 BH0202",
	 "'matchLabels' must be a mapping, but is a list", "there is only one: leave out the '- '"},
	{EXPRESSION("key: k, operator: In, values: []"), "5:67 BH0204", "operator In needs values",
	 NULL},
	{EXPRESSION("key: k, operator: NotIn"), "5:36 BH0204", "operator NotIn needs values", NULL},
	{EXPRESSION("key: k, operator: In, values: "), "5:36 BH0204", "operator In needs values",
	 NULL},
	{EXPRESSION("key: k, operator: Exists, values: [v]"), "5:71 BH0203",
	 "operator Exists has no values", NULL},
	{EXPRESSION("key: k, operator: DoesNotExist, values: [v]"), "5:77 BH0203",
	 "operator DoesNotExist has no values", NULL},
	{EXPRESSION("key: k, operator: Equals, values: [v]"), "5:55 BH0203",
	 "'operator' must be In, NotIn, Exists or DoesNotExist, but is 'Equals'", NULL},
	{EXPRESSION("key: k, operator: exists"), "5:55 BH0203",
	 "'operator' must be In, NotIn, Exists or DoesNotExist, but is 'exists'",
	 "did you mean 'Exists'?"},
	{EXPRESSION("key: k"), "5:36 BH0204", "an item of matchExpressions needs 'operator'", NULL},
	{EXPRESSION("operator: Exists"), "5:36 BH0204", "an item of matchExpressions needs 'key'",
	 NULL},
	{EXPRESSION("key: a/b/c, operator: Exists"), "5:42 BH0203", "label key 'a/b/c' " KEY_SYNTAX,
	 NULL},
	{EXPRESSION("key: k, operator: In, values: [not valid!]"), "5:68 BH0203",
	 "label value 'not valid!' " VALUE_SYNTAX, NULL},
	{EXPRESSION("key: k, operator: In, values: [yes]"), "5:68 BH0202",
	 "label value must be a string, but is a boolean", "write it in quotes: \"yes\""},
	{EXPRESSION("key: k, operator: In, values: v"), "5:67 BH0202",
	 "'values' must be a list, but is a string", "a list of one item is [v]"},
	{EXPRESSION("key: 1, operator: Exists"), "5:42 BH0202",
	 "'key' must be a string, but is an integer", "write it in quotes: \"1\""},
	{SELECTOR("matchExpressions: [x]"), "5:36 BH0202",
	 "an item of matchExpressions must be a mapping, but is a string", NULL},

	/* ValidateNetworkPolicySpec */
	{SPEC("  policyTypes: [Ingress, Egress, Ingress]\n"), "6:16 BH0203",
	 "'policyTypes' must have at most two items, but has 3", NULL},
	{SPEC("  policyTypes: [ingress]\n"), "6:17 BH0203",
	 "policy type must be Egress or Ingress, but is 'ingress'", "did you mean 'Ingress'?"},
	{SPEC("  policyTypes: [Both]\n"), "6:17 BH0203",
	 "policy type must be Egress or Ingress, but is 'Both'", NULL},
	{SPEC("  policyTypes: [1]\n"), "6:17 BH0202",
	 "policy type must be a string, but is an integer", "write it in quotes: \"1\""},
	{SPEC("  policyTypes: Ingress\n"), "6:16 BH0202",
	 "'policyTypes' must be a list, but is a string", "a list of one item is [Ingress]"},
	{SPEC("  ingress: {from: [{podSelector: {}}]}\n"), "6:12 BH0202",
	 "'ingress' must be a list, but is a mapping",
	 "put '- ' before its first key, and indent the others as far"},
	{SPEC("  ingress: [any]\n"), "6:13 BH0202",
	 "an ingress rule must be a mapping, but is a string", NULL},
	{SPEC("  ingress: [~]\n"), "6:13 BH0205", "a rule that is null allows everything",
	 "if that is meant write {}"},
	{SPEC("  policyTypes: [Egress]\n  ingress: [{}]\n"), "7:3 BH0205",
	 "the ingress rules have no effect: 'policyTypes' does not have Ingress",
	 "add Ingress to 'policyTypes', or remove the rules"},
	{SPEC("  policyTypes: [Ingress]\n  egress: [{}]\n"), "7:3 BH0205",
	 "the egress rules have no effect: 'policyTypes' does not have Egress",
	 "add Egress to 'policyTypes', or remove the rules"},
	{HEAD "  podSelector: []\n", "5:16 BH0202",
	 "'podSelector' must be a mapping, but is a list", "an empty mapping is {}"},
	{HEAD "  podSelector:\n", "5:3 BH0205", "without 'podSelector' " ALL_PODS, ALL_HINT},
	{HEAD "  ingress: []\n", "5:3 BH0205", "without 'podSelector' " ALL_PODS, ALL_HINT},
	{META "metadata: {name: p, namespace: shop}\n", "1:1 BH0205", "without 'spec' " ALL_PODS,
	 ALL_HINT},
	{META "metadata: {name: p, namespace: shop}\nspec: [x]\n", "4:7 BH0202",
	 "'spec' must be a mapping, but is a list", "there is only one: leave out the '- '"},

	/* ValidateObjectMeta; names are the model's */
	{OBJECT("name: p, namespace: shop, labels: {-a: x}"), "3:47 BH0203",
	 "label key '-a' " KEY_SYNTAX, NULL},
	{OBJECT("name: p, namespace: shop, labels: {a: on}"), "3:50 BH0202",
	 "label value must be a string, but is a boolean", "write it in quotes: \"on\""},
	{OBJECT("name: p, namespace: shop, annotations: {a b: x}"), "3:52 BH0203",
	 "annotation key 'a b' " KEY_SYNTAX, NULL},
	{OBJECT("name: p, namespace: shop, annotations: {a: 1}"), "3:55 BH0202",
	 "annotation must be a string, but is an integer", "write it in quotes: \"1\""},
	{OBJECT("name: p, namespace: shop, finalizers: [a b]"), "3:51 BH0203",
	 "finalizer 'a b' " KEY_SYNTAX, NULL},
	{OBJECT("name: p, namespace: shop, generation: x"), "3:50 BH0202",
	 "'generation' must be an integer, but is a string", "write the number without quotes"},
};

static void check_row(const struct row *row)
{
	bool is_error = !strstr(row->place, "BH0205");
	struct policies policies;
	struct strbuf want = {0};

	strbuf_printf(&want, "%s %s %s%s%s\n", row->place, is_error ? "error" : "warning",
		      row->message, row->hint ? "; " : "", row->hint ? row->hint : "");
	policies_read(&policies, row->yaml, false);
	if (!ok_str(policies_diags(&policies), strbuf_str(&want), "%s %s", row->place,
		    row->message))
		diag("%s", row->yaml);
	ok_int(policies.set->n_rejected, is_error, "… is %s", is_error ? "rejected" : "in force");
	policies_release(&policies);
	strbuf_release(&want);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
	return tap_done();
}
