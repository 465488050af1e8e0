/* SPDX-License-Identifier: Apache-2.0 */
/* Two readings of one policy: when they are the same, and what the other set is when not. */
#include "lib/policies.h"
#include "lib/tap.h"

#include "analyze/specification.h"
#include "base/strbuf.h"
#include "policy/equal.h"
#include "policy/specification.h"

#define POLICY(name, spec) \
	"---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: " name \
	", namespace: a}\nspec: " spec "\n"
#define OPEN "{podSelector: {}, ingress: [{}]}"

static const struct policy_options cilium = {.cni = {POLICY_CNI_CILIUM, 1, 18}};

static struct policy_set *by_specification(struct policies *policies,
					   const struct policy_options *options,
					   bool **ret_is_other)
{
	return policy_set_by_specification(policies->snapshot, policies->set, options,
					   ret_is_other);
}

static void test_same(void)
{
	const struct policy_options nobody = {0};
	struct policies policies;
	bool *is_other = NULL;

	policies_read(&policies, POLICY("one", OPEN) POLICY("two", OPEN), false);
	ok(!by_specification(&policies, &nobody, &is_other), "nobody reads otherwise");
	ok(!by_specification(&policies, &cilium, &is_other), "Cilium reads these the same way");
	policies_release(&policies);
}

/* As a CNI would that lets nothing in by these rules, and knows orders. */
static void read_otherwise(struct policy *policy)
{
	policy->n_rules[POLICY_INGRESS] = 0;
	policy->order = 1000;
}

static void test_other(void)
{
	struct policies policies;
	struct policy_set *other;
	bool *is_other = NULL;

	policies_read(&policies, POLICY("one", OPEN) POLICY("two", OPEN), false);
	read_otherwise(policies.set->policies[1]);
	other = by_specification(&policies, &cilium, &is_other);
	ok(other != NULL, "there is another set");
	ok(!is_other[0] && is_other[1], "of the policy that is read otherwise");
	ok(other->policies[0] == policies.set->policies[0], "the first is the same");
	ok_int(other->n_policies, 2, "there are as many");
	ok_int(other->policies[1]->n_rules[POLICY_INGRESS], 1, "the second has its rule back");
	ok(other->policies[1]->rules[POLICY_INGRESS][0].policy == other->policies[1],
	   "which is its own");
	ok_int((int)other->policies[1]->order, 1000, "and keeps its place");
	ok_int(other->policies[1]->index, 1, "in the set");
	ok_int(policies.set->policies[1]->n_rules[POLICY_INGRESS], 0, "the given set is as it was");
	policies_release(&policies);
}

#define INGRESS(rule) "{podSelector: {}, ingress: [" rule "]}"

static const struct {
	const char *name;
	const char *a;
	const char *b;
	bool is_equal;
} rows[] = {
	{"the same text", OPEN, OPEN, true},
	{"null and nothing", OPEN, "{podSelector: null, ingress: [{from: null}]}", true},
	{"another subject", OPEN, "{podSelector: {matchLabels: {a: b}}, ingress: [{}]}", false},
	{"what is isolated", "{podSelector: {}}", "{podSelector: {}, policyTypes: [Egress]}",
	 false},
	{"one rule more", OPEN, "{podSelector: {}, ingress: [{}, {}]}", false},
	{"a peer", INGRESS("{from: [{podSelector: {}}]}"),
	 INGRESS("{from: [{namespaceSelector: {}}]}"), false},
	{"the kind of a peer", INGRESS("{from: [{podSelector: {}}]}"),
	 INGRESS("{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}"), false},
	{"a block", INGRESS("{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}"),
	 INGRESS("{from: [{ipBlock: {cidr: 10.0.0.0/9}}]}"), false},
	{"an exception", INGRESS("{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.1.0.0/16]}}]}"),
	 INGRESS("{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [10.2.0.0/16]}}]}"), false},
	{"a port", INGRESS("{ports: [{port: 80}]}"), INGRESS("{ports: [{port: 81}]}"), false},
	{"a protocol", INGRESS("{ports: [{port: 80}]}"),
	 INGRESS("{ports: [{port: 80, protocol: UDP}]}"), false},
	{"a name", INGRESS("{ports: [{port: a}]}"), INGRESS("{ports: [{port: b}]}"), false},
	{"the default of a protocol", INGRESS("{ports: [{port: 80}]}"),
	 INGRESS("{ports: [{port: 80, protocol: TCP}]}"), true},
};

static void test_equal(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct strbuf yaml = {0};
		struct policies policies;

		strbuf_printf(&yaml, POLICY("a", "%s") POLICY("b", "%s"), rows[i].a, rows[i].b);
		policies_read(&policies, strbuf_str(&yaml), false);
		ok_int(policy_equal(policies.set->policies[0], policies.set->policies[1]),
		       rows[i].is_equal, "%s", rows[i].name);
		policies_release(&policies);
		strbuf_release(&yaml);
	}
}

struct asking {
	struct analyze_cluster cluster;
	struct analyze_endpoints endpoints;
	struct analyze_specification specification;
	struct analyze_judge judge;
	struct analyze_pods pods;
	struct diag_list diags;
};

static void ask(struct asking *asking, const char *from, const char *to, struct analyze_answer *ret)
{
	struct analyze_question question = {
		.from = analyze_endpoint_get(&asking->endpoints, from, &asking->diags),
		.to = analyze_endpoint_get(&asking->endpoints, to, &asking->diags),
	};

	if (!analyze_port_parse("5432", &asking->diags, &question.port) ||
	    !analyze_can(&asking->judge, &asking->cluster, &question, &asking->diags, ret))
		bail("no answer");
	analyze_specification_compare(&asking->specification, &asking->judge, &asking->pods, ret,
				      &asking->diags);
}

static void start_asking(struct asking *asking, const struct analyze_input *input)
{
	analyze_cluster_load(&asking->cluster, input);
	asking->diags = asking->cluster.diags;
	read_otherwise(asking->cluster.policies->policies[0]);
	analyze_endpoints_init(&asking->endpoints, &asking->cluster);
	analyze_specification_init(&asking->specification, &asking->cluster);
	for (uint32_t i = 0; i < asking->cluster.snapshot->n_pods; i++)
		vec_push(&asking->pods, asking->cluster.snapshot->pods[i]);
	if (analyze_judge_init(&asking->judge, &asking->cluster, asking->pods.items, asking->pods.n,
			       &asking->diags))
		bail("no table");
}

static void test_answers(void)
{
	static const char *const path = "tests/cli/fixtures/cni/shop.yaml";
	const struct analyze_input input = {.paths = &path, .n_paths = 1, .cni = "cilium@1.18"};
	struct asking asking = {0};
	struct analyze_answer answer;

	start_asking(&asking, &input);
	ask(&asking, "shop/web", "shop/db", &answer);
	ok_int(answer.verdict, ANALYZE_DENY, "the CNI's answer");
	ok(answer.specification && answer.specification->verdict == ANALYZE_ALLOW,
	   "the specification's is another one");
	analyze_answer_release(&answer);
	ask(&asking, "shop/db", "shop/web", &answer);
	ok(!answer.specification, "the other way round they say the same");
	analyze_answer_release(&answer);
	analyze_judge_release(&asking.judge);
	analyze_specification_release(&asking.specification);
	analyze_endpoints_release(&asking.endpoints);
	vec_release(&asking.pods);
	analyze_cluster_release(&asking.cluster);
}

int main(void)
{
	test_answers();
	test_same();
	test_other();
	test_equal();
	return tap_done();
}
