/* SPDX-License-Identifier: Apache-2.0 */
/* The set: order, tiers, versions, what is rejected, and which pods a selector means. */
#include "lib/policies.h"
#include "lib/tap.h"

#include <stdio.h>
#include <string.h>

#define POLICY(ns, name, spec) \
	"---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " name \
	", namespace: " ns "}\nspec: " spec "\n"
#define EMPTY "{podSelector: {}}"

static void check_order(void)
{
	struct policies policies;

	policies_read(&policies,
		      POLICY("b", "z", EMPTY) POLICY("b", "a-b", EMPTY) POLICY("a", "z", EMPTY)
			      POLICY("b", "a", EMPTY) POLICY("b", "bad", "[]"),
		      false);
	ok_str(policies_text(&policies),
	       "a/z selects a: isolates ingress\n"
	       "b/a selects b: isolates ingress\n"
	       "b/a-b selects b: isolates ingress\n"
	       "b/z selects b: isolates ingress\n",
	       "policies are sorted by namespace and name; an invalid one is not among them");
	for (uint32_t i = 0; i < policies.set->n_policies; i++)
		ok_int(policies.set->policies[i]->index, i, "policy %u knows its place", i);
	ok_int(policies.set->n_tiers, 1, "a tier");
	ok_str(policies.set->tiers[0].title, "NetworkPolicy", "its title");
	ok_int(policies.set->tiers[0].layer, POLICY_LAYER_NETWORK, "its layer");
	ok_str(policies.set->policies[0]->group, "networking.k8s.io", "the group");
	policies_release(&policies);
}

/* Every problem of every object, in one run. */
static void check_all_problems(void)
{
	struct policies policies;

	policies_read(&policies,
		      POLICY("b", "one",
			     "{podSelectr: {}, ingress: [{form: []}, {ports: [{port: 0}]}]}")
			      POLICY("a", "two", EMPTY) POLICY("a", "three", "{egress: 1}")
				      POLICY("a", "Four", "{egres: []}") POLICY("a", "''", EMPTY),
		      false);
	ok_str(policies_diags(&policies),
	       "19:18 BH0203 error name 'Four' must be lower case letters, digits, '-' or '.', "
	       "with a letter or digit at both ends of each part\n"
	       "24:11 BH0204 error a NetworkPolicy without 'metadata.name'\n"
	       "5:8 BH0201 error unknown field 'podSelectr' in spec; did you mean 'podSelector'?\n"
	       "5:35 BH0201 error unknown field 'form' in an ingress rule; did you mean 'from'?\n"
	       "5:62 BH0203 error 'port' must be 1 to 65535, but is 0\n"
	       "15:16 BH0202 error 'egress' must be a list, but is an integer; a list of one item "
	       "is [1]\n"
	       "20:8 BH0201 error unknown field 'egres' in spec; did you mean 'egress'?\n",
	       "all problems of all policies");
	ok_int(policies.set->n_policies, 1, "the valid one is in the set");
	ok_int(policies.set->n_rejected, 4, "the others are rejected");
	ok_str(policies.set->rejected[0].object->name, "", "the one without a name");
	ok_str(policies.set->rejected[1].object->name, "Four", "the one with a wrong name");
	ok_str(policies.set->rejected[2].object->name, "three", "by namespace and name");
	ok_str(policies.set->rejected[3].object->name, "one", "the last of them");
	policies_release(&policies);
}

static void check_skip_invalid(void)
{
	struct policies policies;

	policies_read(&policies, POLICY("a", "bad", "{podSelectr: {}}") POLICY("a", "good", EMPTY),
		      true);
	ok_str(policies_diags(&policies),
	       "2:1 BH0206 warning this NetworkPolicy is left out: an API server would refuse it\n"
	       "5:8 BH0201 warning unknown field 'podSelectr' in spec; did you mean "
	       "'podSelector'?\n",
	       "with skip_invalid problems are warnings, and the consequence is said");
	ok_int(policies.diags.n_errors, 0, "no errors");
	ok_int(policies.set->n_policies, 1, "the valid one is in the set");
	ok_int(policies.set->n_rejected, 1, "the other is rejected");
	policies_release(&policies);
}

static void check_versions(void)
{
	struct policies policies;

	policies_read(&policies,
		      "apiVersion: networking.k8s.io/v1beta1\nkind: NetworkPolicy\n"
		      "metadata: {name: p, namespace: a}\nspec: {podSelectr: {}}\n",
		      false);
	ok_str(policies_diags(&policies),
	       "1:13 BH0109 error no Kubernetes has a NetworkPolicy in "
	       "networking.k8s.io/v1beta1; write 'apiVersion: networking.k8s.io/v1'\n",
	       "a version that does not exist");
	ok_int(policies.set->n_rejected, 1, "is rejected");
	policies_release(&policies);
}

#define PODS \
	"---\napiVersion: v1\nkind: Pod\n" \
	"metadata: {name: web, namespace: shop, labels: {app: web}}\n" \
	"spec: {containers: [{name: c}]}\n" \
	"---\napiVersion: v1\nkind: Pod\n" \
	"metadata: {name: db, namespace: shop, labels: {app: db}}\n" \
	"spec: {containers: [{name: c}]}\n" \
	"---\napiVersion: v1\nkind: Pod\n" \
	"metadata: {name: host, namespace: shop, labels: {app: web}}\n" \
	"spec: {hostNetwork: true, containers: [{name: c}]}\n" \
	"---\napiVersion: v1\nkind: Pod\n" \
	"metadata: {name: web, namespace: lab, labels: {app: web}}\n" \
	"spec: {containers: [{name: c}]}\n"

/* Which pods a peer of a policy in `shop` selects. */
static const struct {
	const char *peer;
	const char *want;
} selections[] = {
	{"podSelector: {}", "shop/db shop/web "},
	{"podSelector: {matchLabels: {app: web}}", "shop/web "},
	{"namespaceSelector: {}", "lab/web shop/db shop/web "},
	{"namespaceSelector: {}, podSelector: {matchLabels: {app: web}}", "lab/web shop/web "},
	{"namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: lab}}", "lab/web "},
	{"namespaceSelector: {matchLabels: {team: none}}", ""},
	{"podSelector: {matchExpressions: [{key: app, operator: NotIn, values: [web]}]}",
	 "shop/db "},
	{"podSelector: {matchExpressions: [{key: x, operator: NotIn, values: [web]}]}",
	 "shop/db shop/web "},
	{"podSelector: {matchExpressions: [{key: x, operator: DoesNotExist}]}",
	 "shop/db shop/web "},
	{"podSelector: {matchExpressions: [{key: x, operator: Exists}]}", ""},
};

static void check_selection(const char *peer, const char *want)
{
	char yaml[4096];
	char got[256] = "";
	struct policies policies;

	snprintf(yaml, sizeof(yaml),
		 PODS POLICY("shop", "p", "{podSelector: {}, ingress: [{from: [{%s}]}]}"), peer);
	policies_read(&policies, yaml, false);
	if (policies.set->n_policies != 1)
		bail("%s: %s", peer, policies_diags(&policies));
	for (uint32_t i = 0; i < policies.snapshot->n_pods; i++) {
		const struct policy_rule *rules = policies.set->policies[0]->rules[POLICY_INGRESS];
		const struct model_pod *pod = policies.snapshot->pods[i];

		if (policy_pods_match(&rules[0].peers[0].pods, pod))
			snprintf(got + strlen(got), sizeof(got) - strlen(got), "%s/%s ",
				 pod->ns->name, pod->name);
	}
	ok_str(got, want, "%s", peer);
	policies_release(&policies);
}

int main(void)
{
	check_order();
	check_all_problems();
	check_skip_invalid();
	check_versions();
	for (size_t i = 0; i < sizeof(selections) / sizeof(selections[0]); i++)
		check_selection(selections[i].peer, selections[i].want);
	ok_str(policy_direction_name(POLICY_INGRESS), "ingress", "the name of a direction");
	ok_str(policy_action_name(POLICY_PASS), "pass", "the name of an action");
	return tap_done();
}
