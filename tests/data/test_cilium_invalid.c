/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects of ../shared/data/cilium-oracle/invalid.json, which Cilium's own Parse and Sanitize
 * refuse: each is refused here too, at the right place, and says what to write.
 */
#include "base/strbuf.h"
#include "lib/policies.h"
#include "lib/reading.h"
#include "lib/tap.h"
#include "lib/tree_write.h"

#include <string.h>

#define DATA "../shared/data/cilium-oracle/invalid.json"
#define N(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *name;
	const char *at; /* the text where the message points */
	const char *says;
} rows[] = {
	{"no-rules", "endpointSelector:",
	 "a policy needs a rule in 'ingress', 'ingressDeny', 'egress' or 'egressDeny'; to close a "
	 "direction write an empty rule: ingress: [{}]"},
	{"all-lists-empty", "endpointSelector:",
	 "a policy needs a rule in 'ingress', 'ingressDeny', 'egress' or 'egressDeny'; to close a "
	 "direction write an empty rule: ingress: [{}]"},
	{"no-selector", "ingress:",
	 "a policy needs 'endpointSelector'; for every pod of the namespace write "
	 "endpointSelector: {}"},
	{"both-selectors", "{}",
	 "a policy has either 'endpointSelector' or 'nodeSelector'; for both make two items of "
	 "'specs'"},
	{"nodeSelector-in-cnp", "{}",
	 "only a CiliumClusterwideNetworkPolicy has a 'nodeSelector'; pods are selected by "
	 "'endpointSelector'"},
	{"endpoints-and-cidr", "fromCIDR:",
	 "'fromEndpoints' and 'fromCIDR' cannot be in one rule; to allow both, make two rules: put "
	 "'- ' before each"},
	{"entities-and-endpoints", "toEntities:",
	 "'toEndpoints' and 'toEntities' cannot be in one rule; to allow both, make two rules: put "
	 "'- ' before each"},
	{"cidr-and-cidrset", "toCIDRSet:",
	 "'toCIDR' and 'toCIDRSet' cannot be in one rule; to allow both, make two rules: put '- ' "
	 "before each"},
	{"except-outside", "\"11.0.0.0/16\"",
	 "'except' block '11.0.0.0/16' must be a part of the block '10.0.0.0/8'"},
	{"except-other-family", "\"fd00::/64\"",
	 "'except' block 'fd00::/64' must be a part of the block '10.0.0.0/8'"},
	{"cidrset-without-cidr", "except:",
	 "an item of a CIDR set needs one of 'cidr', 'cidrGroupRef' and 'cidrGroupSelector'"},
	{"cidr-without-length", "\"10.0.0.1\"",
	 "block '10.0.0.1' is not a CIDR block; for the one address write 10.0.0.1/32"},
	{"cidr-bad", "\"10.0.0.0/33\"",
	 "block '10.0.0.0/33' is not a CIDR block; a block is an address and the length of its "
	 "prefix, such as 10.9.8.0/24 or 2001:db8::/64"},
	{"entity-unknown", "\"moon\"",
	 "an entity must be all, world, world-ipv4, world-ipv6, cluster, cluster-mesh, host, "
	 "remote-node, init, ingress, health, unmanaged, none or kube-apiserver, but is 'moon'"},
	{"port-missing", "{", "a port needs 'port'; every port of the protocol is port: \"0\""},
	{"port-too-big", "\"65536\",",
	 "'port' must be 0 to 65535 or the name of a port, but is '65536'"},
	{"port-bad-name", "\"a_b\",",
	 "'port' must be 0 to 65535 or the name of a port, but is 'a_b'; a name has at most 15 "
	 "letters, digits and single '-' between them"},
	{"protocol-unknown", "\"XYZ\"",
	 "'protocol' must be TCP, UDP, SCTP, ANY, VRRP, IGMP, GRE, IPIP, IPV6, ESP or AH, but is "
	 "'XYZ'; ICMP has 'icmps', beside 'toPorts'"},
	{"too-many-ports", "- {port: \"1\"", "'ports' must have 0 to 40 items, but has 41"},
	{"http-on-udp", "\"UDP\"",
	 "rules of a proxy are for TCP, not for UDP, unless they are 'dns'; write protocol: TCP"},
	{"http-on-any", "\"ANY\"",
	 "rules of a proxy are for TCP, not for ANY, unless they are 'dns'; write protocol: TCP"},
	{"http-on-port-zero", "\"0\",",
	 "rules of a proxy need a port, and \"0\" is all of them; name each port, or a range with "
	 "'endPort'"},
	{"http-bad-regex", "\"/(\"", "'path' '/(' has no closing ')'"},
	{"http-and-dns", "http:",
	 "'rules' must be of one protocol, but has 2; make two items of 'toPorts': put '- ' before "
	 "each"},
	{"dns-on-ingress", "- {matchPattern:",
	 "'dns' rules are of egress only; a policy for the pods that ask has them, in 'egress'"},
	{"dns-without-port", "- {matchPattern:",
	 "'dns' rules need 'ports' beside 'rules'; write ports: [{port: \"53\", protocol: ANY}]"},
	{"dns-port-range", "60,", "'dns' rules have no range of ports"},
	{"fqdn-name-and-pattern", "{",
	 "an item of 'toFQDNs' has either 'matchName' or 'matchPattern'; for both make two items: "
	 "put '- ' before each"},
	{"fqdn-bad-name", "\"a b\"",
	 "'matchName' 'a b' must have only letters, digits, '.', '-' and '_'"},
	{"icmp-and-ports", "- fields:",
	 "'toPorts' and 'icmps' cannot be in one rule; to allow both, make two rules: put '- ' "
	 "before each"},
	{"icmp-bad-family", "\"IPv5\"",
	 "'family' must be IPv4 or IPv6, but is 'IPv5'; did you mean 'IPv4'?"},
	{"from-nodes-off", "matchLabels: {a:",
	 "Cilium refuses rules about nodes unless its agents run with enable-node-selector-labels; "
	 "all nodes are the entities host and remote-node"},
	{"servernames-with-http", "[",
	 "'serverNames' beside 'rules' needs 'terminatingTLS'; the proxy sees requests in TLS only "
	 "where TLS ends at it"},
	{"servername-empty", "\"\"", "a server name must not be empty"},
	{"bad-operator", "\"Near\"",
	 "'operator' must be In, NotIn, Exists or DoesNotExist, but is 'Near'"},
	{"in-without-values", "[]", "operator In needs values"},
	{"exists-with-values", "[", "operator Exists has no values"},
	{"bad-label-value", "\"not ok\"",
	 "label value 'not ok' must be empty, or letters, digits, '-', '_' or '.', with a letter "
	 "or digit at both ends"},
};

/* The rest of the text from where the diagnostic points. */
static const char *place(const struct diag *diag)
{
	const char *text = diag->span.file ? diag->span.file->text : NULL;

	for (uint32_t line = 1; text && line < diag->span.line; line++)
		text = strchr(text, '\n') + 1;
	return text && diag->span.line ? text + diag->span.column - 1 : "";
}

static void check(const struct tree_node *object, size_t row)
{
	struct strbuf yaml = {0}, got = {0};
	struct policies policies;
	const struct diag *problem;

	strbuf_addstr(&yaml, "---");
	tree_write(&yaml, tree_get(object, "policy"));
	policies_read(&policies, strbuf_str(&yaml), false);
	problem = policies.diags.first;
	if (ok(problem && policies.set->n_rejected == 1 && policies.set->n_policies == 0,
	       "%s: refused", rows[row].name)) {
		strbuf_printf(&got, "%s%s%s", problem->message, problem->hint ? "; " : "",
			      problem->hint ? problem->hint : "");
		ok_str(strbuf_str(&got), rows[row].says, "%s: what is wrong", rows[row].name);
		if (!ok(strncmp(place(problem), rows[row].at, strlen(rows[row].at)) == 0,
			"%s: where", rows[row].name))
			diag("%.40s", place(problem));
	}
	policies_release(&policies);
	strbuf_release(&yaml);
	strbuf_release(&got);
}

int main(void)
{
	struct reading reading;
	const struct tree_node *list;

	if (reading_of_file(&reading, DATA))
		skip_all("no " DATA);
	list = reading.roots.items[0];
	ok_int(list->len, N(rows), "every object has a row");
	for (uint32_t i = 0; i < list->len && i < N(rows); i++)
		if (ok_str(tree_get_string(list->items[i], "name"), rows[i].name, "row %u", i))
			check(list->items[i], i);
	reading_release(&reading);
	return tap_done();
}
