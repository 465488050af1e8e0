/* SPDX-License-Identifier: Apache-2.0 */
/* Which policies have an effect under which CNI, and what a set makes of those that have none. */
#include "lib/policies.h"
#include "lib/tap.h"

#include "policy/cni.h"

#include <string.h>

#define KUBERNETES "networking.k8s.io", "NetworkPolicy"
#define ANP "policy.networking.k8s.io", "AdminNetworkPolicy"
#define BANP "policy.networking.k8s.io", "BaselineAdminNetworkPolicy"
#define CNP "policy.networking.k8s.io", "ClusterNetworkPolicy"
#define CILIUM "cilium.io", "CiliumNetworkPolicy"
#define CALICO "projectcalico.org", "GlobalNetworkPolicy"
#define CALICO_RAW "crd.projectcalico.org", "GlobalNetworkPolicy"
#define ISTIO "security.istio.io", "AuthorizationPolicy"

static const struct {
	const char *cni;
	const char *group;
	const char *kind;
	const char *want; /* NULL: it has an effect */
} rows[] = {
	{"spec", KUBERNETES, NULL},
	{"spec", CILIUM, NULL},
	{"spec", CALICO, NULL},
	{"cilium", KUBERNETES, NULL},
	{"cilium@1.18", CILIUM, NULL},
	{"cilium", CALICO, "Cilium does not evaluate projectcalico.org"},
	{"cilium", ANP, "Cilium does not evaluate AdminNetworkPolicy"},
	{"cilium", CNP, NULL},
	{"cilium@1.20", CNP, NULL},
	{"cilium@2.0", CNP, NULL},
	{"cilium@1.19", CNP,
	 "Cilium 1.19 does not evaluate ClusterNetworkPolicy; it does from 1.20"},
	{"calico@3.20", CALICO, NULL},
	{"canal", CALICO_RAW, NULL},
	{"calico", CILIUM, "Calico does not evaluate cilium.io"},
	{"calico", ANP, NULL},
	{"calico@3.28", ANP,
	 "Calico 3.28 does not evaluate AdminNetworkPolicy; it does from 3.29 until before 3.32"},
	{"calico@3.29", ANP, NULL},
	{"calico@3.29", BANP,
	 "Calico 3.29 does not evaluate BaselineAdminNetworkPolicy; it does from 3.30 until before "
	 "3.32"},
	{"calico@3.31", BANP, NULL},
	{"calico@3.32", BANP,
	 "Calico 3.32 does not evaluate BaselineAdminNetworkPolicy; it does from 3.30 until before "
	 "3.32"},
	{"calico@3.31", CNP,
	 "Calico 3.31 does not evaluate ClusterNetworkPolicy; it does from 3.32"},
	{"calico@3.32", CNP, NULL},
	{"antrea@2.3", ANP, NULL},
	{"antrea@2.3", CNP, "Antrea 2.3 does not evaluate ClusterNetworkPolicy; it does from 2.7"},
	{"antrea", CILIUM, "Antrea does not evaluate cilium.io"},
	{"kindnet", KUBERNETES, NULL},
	{"kindnet@1.8", KUBERNETES, NULL},
	{"kindnet@20240813", KUBERNETES, NULL},
	{"kindnet@20230511", KUBERNETES,
	 "kindnet 20230511 does not evaluate NetworkPolicy; it does from 20240701"},
	{"flannel@0.26", KUBERNETES, "flannel evaluates no network policy"},
	{"flannel", CILIUM, "flannel evaluates no network policy"},
	{"aws@1.19", KUBERNETES, NULL},
	{"aws@1.13", KUBERNETES,
	 "the Amazon VPC CNI 1.13 does not evaluate NetworkPolicy; it does from 1.14"},
	{"aws", ANP, "the Amazon VPC CNI does not evaluate policy.networking.k8s.io"},
	{"gke", CILIUM, NULL},
	{"gke", BANP, "GKE Dataplane V2 does not evaluate BaselineAdminNetworkPolicy"},
	{"ovn-kubernetes", ANP, NULL},
	{"weave", ANP, "Weave Net does not evaluate policy.networking.k8s.io"},
	{"kube-ovn@1.14", CNP,
	 "Kube-OVN 1.14 does not evaluate ClusterNetworkPolicy; it does from 1.15"},
	{"flannel", ISTIO, NULL},
};

static void test_table(struct arena *arena)
{
	struct policy_cni cni;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		ok_str(policy_cni_parse(rows[i].cni, arena, &cni), NULL, "%s", rows[i].cni);
		ok_str(policy_cni_no_effect(&cni, rows[i].group, rows[i].kind, arena), rows[i].want,
		       "%s: %s (%s)", rows[i].cni, rows[i].kind, rows[i].group);
	}
	for (int id = POLICY_CNI_UNKNOWN + 1; id < POLICY_N_CNIS; id++) {
		cni = (struct policy_cni){.id = (uint8_t)id};
		ok(!policy_cni_no_effect(&cni, KUBERNETES, arena) == (id != POLICY_CNI_FLANNEL),
		   "%s and NetworkPolicy", policy_cni_name(id));
	}
}

static void test_priority(void)
{
	const struct policy_cni ovn = {.id = POLICY_CNI_OVN_KUBERNETES};
	const struct policy_cni calico = {.id = POLICY_CNI_CALICO};

	ok_str(policy_cni_no_priority(&ovn, "AdminNetworkPolicy", 99), NULL, "99 is the last");
	ok(policy_cni_no_priority(&ovn, "AdminNetworkPolicy", 100) != NULL, "that OVN takes");
	ok_str(policy_cni_no_priority(&ovn, "BaselineAdminNetworkPolicy", 1001), NULL,
	       "what has no priority is not asked for it");
	ok_str(policy_cni_no_priority(&calico, "AdminNetworkPolicy", 1000), NULL,
	       "Calico takes them all");
}

static void test_invalid(void)
{
	ok(strstr(policy_cni_on_invalid("cilium.io"), "Cilium"), "Cilium's is known");
	ok(strstr(policy_cni_on_invalid("projectcalico.org"), "not there"), "Calico's is known");
	ok_str(policy_cni_on_invalid("networking.k8s.io"), NULL, "the API server's are not stored");
}

#define ANP_TEXT(name) \
	"---\napiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\n" \
	"metadata: {name: " name "}\n" \
	"spec: {priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: " \
	"[{namespaces: {}}]}]}\n"

static void test_set(void)
{
	static const char yaml[] = "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
				   "metadata: {name: np, namespace: a}\n"
				   "spec: {podSelector: {}}\n" ANP_TEXT("one") ANP_TEXT("two");
	const struct policy_options options = {.cni = {POLICY_CNI_CILIUM, 1, 18}};
	const struct policy_options off = {.cni.id = POLICY_CNI_AWS,
					   .cni_off = "--enable-network-policy=false"};
	struct policies policies;

	policies_read(&policies, yaml, false);
	ok_int(policies.set->n_policies, 3, "without a choice every policy decides");
	ok_int(policies.set->n_idle, 0, "none is idle");
	ok_str(policies_diags(&policies), "", "nothing is said");
	policies.set = policy_set_build(policies.snapshot, &options, &policies.diags);
	ok_int(policies.set->n_policies, 1, "Cilium: the NetworkPolicy decides");
	ok_int(policies.set->n_idle, 2, "the others do not");
	ok_str(policies.set->idle[0]->name, "one", "in order");
	ok_str(policies.set->idle[1]->no_effect, "Cilium does not evaluate AdminNetworkPolicy",
	       "why");
	ok_str(policies_diags(&policies),
	       "6:1 BH0207 warning 2 AdminNetworkPolicy (policy.networking.k8s.io) without effect: "
	       "Cilium does not evaluate AdminNetworkPolicy\n",
	       "said once");
	policies.set = policy_set_build(policies.snapshot, &off, &policies.diags);
	ok_int(policies.set->n_policies, 0, "one that runs without policies enforces none");
	ok_str(policies.set->idle[2]->no_effect,
	       "the Amazon VPC CNI runs with --enable-network-policy=false", "why");
	policies_release(&policies);
}

int main(void)
{
	struct arena arena;

	arena_init(&arena);
	test_table(&arena);
	test_priority();
	test_invalid();
	test_set();
	arena_release(&arena);
	return tap_done();
}
