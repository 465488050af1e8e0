/* SPDX-License-Identifier: Apache-2.0 */
/* Unknown fields: found at every level, with a hint what was meant. */
#include "base/strbuf.h"
#include "lib/policies.h"
#include "lib/tap.h"

#include <string.h>

#define META "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
#define NAMES "metadata: {name: p, namespace: shop}\n"
#define HEAD META NAMES "spec:\n"
#define SPEC HEAD "  podSelector: {}\n"
#define INGRESS SPEC "  ingress:\n  - "
#define EGRESS SPEC "  egress:\n  - "
#define PEER INGRESS "from: [{"
#define BLOCK PEER "ipBlock: {"
#define PORT INGRESS "ports: [{"
#define SELECTOR HEAD "  podSelector: {"
#define EXPRESSION SELECTOR "matchExpressions: [{"

/* A field of each mapping, and the text around its key. */
static const struct field {
	const char *what;
	const char *before;
	const char *name;
	const char *after;
} fields[] = {
	{"the policy", META NAMES, "spec", ": {podSelector: {}}\n"},
	{"the policy", SPEC, "status", ": {}\n"},
	{"metadata", META "metadata: {name: p, namespace: shop, ", "labels", ": {}}\n"},
	{"metadata", META "metadata: {name: p, namespace: shop, ", "annotations", ": {}}\n"},
	{"metadata", META "metadata: {name: p, namespace: shop, ", "finalizers", ": []}\n"},
	{"metadata", META "metadata: {name: p, namespace: shop, ", "ownerReferences", ": []}\n"},
	{"metadata", META "metadata: {name: p, namespace: shop, ", "generateName", ": x}\n"},
	{"metadata", META "metadata: {name: p, namespace: shop, ", "creationTimestamp", ": x}\n"},
	{"metadata", META "metadata: {name: p, namespace: shop, ", "resourceVersion", ": '1'}\n"},
	{"spec", HEAD "  ", "podSelector", ": {}\n"},
	{"spec", SPEC "  ", "policyTypes", ": []\n"},
	{"spec", SPEC "  ", "ingress", ": []\n"},
	{"spec", SPEC "  ", "egress", ": []\n"},
	{"an ingress rule", INGRESS, "from", ": []\n"},
	{"an ingress rule", INGRESS, "ports", ": []\n"},
	{"an egress rule", EGRESS, "to", ": []\n"},
	{"an egress rule", EGRESS, "ports", ": []\n"},
	{"a peer", PEER, "podSelector", ": {}}]\n"},
	{"a peer", PEER, "namespaceSelector", ": {}}]\n"},
	{"a peer", PEER, "ipBlock", ": {cidr: 10.0.0.0/8}}]\n"},
	{"an ipBlock", BLOCK, "cidr", ": 10.0.0.0/8}}]\n"},
	{"an ipBlock", BLOCK "cidr: 10.0.0.0/8, ", "except", ": []}}]\n"},
	{"a port", PORT, "port", ": 80}]\n"},
	{"a port", PORT, "protocol", ": UDP}]\n"},
	{"a port", PORT "port: 80, ", "endPort", ": 90}]\n"},
	{"a label selector", SELECTOR, "matchLabels", ": {}}\n"},
	{"a label selector", SELECTOR, "matchExpressions", ": []}\n"},
	{"an item of matchExpressions", EXPRESSION "operator: Exists, ", "key", ": k}]}\n"},
	{"an item of matchExpressions", EXPRESSION "key: k, ", "operator", ": Exists}]}\n"},
	{"an item of matchExpressions", EXPRESSION "key: k, operator: In, ", "values",
	 ": [v]}]}\n"},
};

static const struct misplaced {
	const char *yaml;
	const char *want; /* "LINE:COLUMN KEY in WHAT; HINT" */
} misplaced[] = {
	/* The wrong direction's word. */
	{INGRESS "to: []\n", "7:5 'to' in an ingress rule; an ingress rule says where traffic "
			     "comes from: did you mean 'from'?"},
	{EGRESS "from: []\n", "7:5 'from' in an egress rule; an egress rule says where traffic "
			      "goes to: did you mean 'to'?"},

	/* The wrong depth. */
	{INGRESS "from:\n    - podSelector: {}\n      ports: []\n",
	 "9:7 'ports' in a peer; 'ports' goes beside 'from' or 'to', not into a peer: check the "
	 "indentation"},
	{BLOCK "cidr: 10.0.0.0/8, ports: []}}]\n",
	 "7:41 'ports' in an ipBlock; 'ports' goes beside 'from' or 'to': check the indentation"},
	{INGRESS "podSelector: {}\n", "7:5 'podSelector' in an ingress rule; a peer is an item of "
				      "'from' or 'to': - podSelector: …"},
	{EGRESS "ipBlock: {}\n", "7:5 'ipBlock' in an egress rule; a peer is an item of 'from' or "
				 "'to': - ipBlock: …"},
	{EGRESS "protocol: UDP\n", "7:5 'protocol' in an egress rule; a port is an item of "
				   "'ports': - protocol: …"},
	{SPEC "  from: []\n",
	 "6:3 'from' in spec; 'from' goes into an item of 'ingress': check the indentation"},
	{SPEC "  ports: []\n", "6:3 'ports' in spec; 'ports' goes into an item of 'ingress' or "
			       "'egress': check the indentation"},
	{META NAMES "spec: {podSelector: {}}\nuid: x\n",
	 "5:1 'uid' in the policy; 'uid' is a field of metadata: check the indentation"},
	{META NAMES "spec: {podSelector: {}}\ningress: []\n",
	 "5:1 'ingress' in the policy; 'ingress' is a field of spec: check the indentation"},
	{INGRESS "ports: [{port: 80}]\n    egress: []\n",
	 "8:5 'egress' in an ingress rule; 'egress' is a field of spec: check the indentation"},

	/* Labels without matchLabels. */
	{SELECTOR "app: web}\n",
	 "5:17 'app' in a label selector; labels go one level deeper, under matchLabels"},
	{SELECTOR "app.kubernetes.io/name: web}\n",
	 "5:17 'app.kubernetes.io/name' in a label selector; labels go one level deeper, under "
	 "matchLabels"},
	{PEER "podSelector: {labels: {}}}]\n",
	 "7:27 'labels' in a label selector; did you mean 'matchLabels'?"},
	{SELECTOR "key: k, matchLabels: {}}\n",
	 "5:17 'key' in a label selector; a requirement is an item of matchExpressions: - {key: "
	 "…, operator: …}"},

	/* Other words for a field. */
	{HEAD "  selector: {}\n", "5:3 'selector' in spec; did you mean 'podSelector'?"},
	{SPEC "  namespaceSelector: {}\n", "6:3 'namespaceSelector' in spec; a policy is for the "
					   "pods of its own namespace: metadata.namespace"},
	{PORT "port: 80, targetPort: 80}]\n", "7:24 'targetPort' in a port; did you mean 'port'? "
					      "It is the pod's port, not the Service's"},
	{PEER "podSelector: {}, namespace: x}]\n",
	 "7:30 'namespace' in a peer; write namespaceSelector: {matchLabels: "
	 "{kubernetes.io/metadata.name: …}}"},
	{PEER "podSelector: {}, cidr: 10.0.0.0/8}]\n",
	 "7:30 'cidr' in a peer; write ipBlock: {cidr: …}"},

	/* What resembles nothing: the fields are named. */
	{PORT "port: 80, xyz: 1}]\n", "7:24 'xyz' in a port; a port has: protocol, port, endPort"},
	{INGRESS "\"\": 1\n", "7:5 '' in an ingress rule; an ingress rule has: from, ports"},
};

static bool says(const struct policies *policies, const char *message, const char *field)
{
	for (const struct diag *d = policies->diags.first; d; d = d->next) {
		if (d->code == DIAG_BH0201 && strcmp(d->message, message) == 0)
			return d->hint && strstr(d->hint, field);
	}
	return false;
}

static void check_typo(const struct field *field, const char *typo)
{
	struct policies policies;
	struct strbuf text = {0};
	struct strbuf want = {0};

	strbuf_printf(&text, "%s%s%s", field->before, typo, field->after);
	strbuf_printf(&want, "unknown field '%s' in %s", typo, field->what);
	policies_read(&policies, strbuf_str(&text), false);
	if (!ok(says(&policies, strbuf_str(&want), field->name) && policies.set->n_rejected == 1,
		"%s, for '%s'", strbuf_str(&want), field->name))
		diag("said: %s", policies_diags(&policies));
	policies_release(&policies);
	strbuf_release(&text);
	strbuf_release(&want);
}

static void check_typos(const struct field *field)
{
	char typo[64];

	snprintf(typo, sizeof(typo), "%s", field->name);
	typo[0] &= ~0x20; /* a capital */
	check_typo(field, typo);
	snprintf(typo, sizeof(typo), "%ss", field->name);
	check_typo(field, typo);
	snprintf(typo, sizeof(typo), "%c%s", field->name[0], field->name);
	check_typo(field, typo);
}

static void check_misplaced(const struct misplaced *row)
{
	struct policies policies;
	struct strbuf want = {0};
	size_t place = strcspn(row->want, " ");

	strbuf_printf(&want, "%.*s BH0201 error unknown field%s\n", (int)place, row->want,
		      row->want + place);
	policies_read(&policies, row->yaml, false);
	if (!ok_str(policies_diags(&policies), strbuf_str(&want), "%s", row->want))
		diag("%s", row->yaml);
	policies_release(&policies);
	strbuf_release(&want);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		check_typos(&fields[i]);
	for (size_t i = 0; i < sizeof(misplaced) / sizeof(misplaced[0]); i++)
		check_misplaced(&misplaced[i]);
	return tap_done();
}
