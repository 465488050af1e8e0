/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What Istio's control plane generates of AuthorizationPolicies in its own tests, against what the
 * front end makes of them: rule by rule, for sources, addresses and ports of many kinds. Each rule
 * is certain, perhaps (a condition), or no match, in both.
 */
#include "lib/naive.h"
#include "lib/policies.h"
#include "lib/rbac.h"
#include "lib/reading.h"
#include "lib/tap.h"
#include "model/labels.h"
#include "policy/identity.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define DATA "../shared/data/l7/istio"

static const char *const identities[] = {
	NULL,
	"cluster.local/ns/ns/sa/x",
	"cluster.local/ns/ns/sa/sa",
	"cluster.local/ns/ns/sa/sa-not",
	"cluster.local/ns/ns-prefix-a/sa/x",
	"cluster.local/ns/a-ns-suffix/sa/x",
	"cluster.local/ns/not-ns/sa/x",
	"cluster.local/ns/ns-1/sa/default",
	"cluster.local/ns/ns-2/sa/default",
	"cluster.local/ns/my-ns/sa/my-sa",
	"cluster.local/ns/my-ns/sa/my-sa-not",
	"cluster.local/ns/foo/sa/sa-only",
	"cluster.local/ns/foo/sa/sa-not-only",
	"cluster.local/ns/cfg/sa/sa-only",
	"cluster.local/ns/foo/sa/a-suffix-principal",
	"cluster.local/ns/foo/sa/a-not-suffix-principal",
	"cluster.local/ns/when-l4-ns/sa/x",
	"cluster.local/ns/only-l4-ns/sa/x",
	"example.org/ns/ns-1/sa/x",
};

static const char *const sources[] = {"1.2.3.4",      "2.2.3.4",     "5.6.7.8",     "6.6.1.1",
				      "9.0.0.1",      "9.2.3.4",     "8.8.8.8",     "10.10.10.10",
				      "192.168.10.7", "90.10.10.10", "90.168.10.7", "20.20.20.20"};

static const char *const targets[] = {"10.10.10.10", "192.168.10.3", "90.10.10.10", "10.0.0.1"};
static const uint16_t ports[] = {80, 90, 91, 92, 443, 800, 8000, 8080, 9000, 9001, 9090};

/* A source of some identity in the mesh: a pod that is nowhere else. */
struct source {
	struct model_namespace ns;
	struct model_account account;
	struct model_pod pod;
};

static const char *const mesh_keys[] = {MODEL_NAME_LABEL, MODEL_ACCOUNT_NAME};

static struct model_labels one_label(struct model_snapshot *snapshot, size_t key, const char *value)
{
	struct model_label *label = arena_alloc(&snapshot->arena, sizeof(*label));

	label->key = intern_str(&snapshot->intern, mesh_keys[key]);
	label->value = intern_str(&snapshot->intern, value);
	return (struct model_labels){label, 1};
}

static void make_source(struct model_snapshot *snapshot, const char *text, struct source *ret)
{
	struct policy_identity identity;

	if (policy_identity_parse(text, &snapshot->arena, &identity))
		bail("%s is an identity", text);
	*ret = (struct source){
		.ns = {.name = intern_str(&snapshot->intern, identity.ns),
		       .labels = one_label(snapshot, 0, identity.ns)},
		.account = {.labels = one_label(snapshot, 1, identity.account)},
		.pod = {.in_mesh = true, .ns = &ret->ns, .account = &ret->account},
	};
}

/* The workload that Istio's tests are about, with one address. */
struct target {
	struct model_label labels[2];
	struct model_namespace ns;
	struct model_account account;
	struct model_pod pod;
};

static void make_target(struct model_snapshot *snapshot, const char *ns, const char *addr,
			struct target *ret)
{
	struct intern *intern = &snapshot->intern;

	*ret = (struct target){
		.labels = {{intern_str(intern, "app"), intern_str(intern, "httpbin")},
			   {intern_str(intern, "version"), intern_str(intern, "v1")}},
		.ns = {.name = intern_str(intern, ns)},
		.pod = {.in_mesh = true,
			.ns = &ret->ns,
			.account = &ret->account,
			.labels = {ret->labels, 2},
			.n_ips = 1},
	};
	ip_parse(addr, &ret->pod.ips[0], NULL);
}

/* What a rule of the API became, of one policy. */
static enum rbac_answer ask_policy(const struct policy *policy, uint32_t index,
				   const struct naive_flow *flow)
{
	enum rbac_answer ret = RBAC_NO;

	if (!policy_subject_matches(&policy->subject, flow->subject))
		return RBAC_NO;
	for (uint32_t i = 0; i < policy->n_rules[POLICY_INGRESS]; i++) {
		const struct policy_rule *rule = &policy->rules[POLICY_INGRESS][i];

		if (rule->index != index || !naive_matches(flow, rule))
			continue;
		if (!policy_rule_is_conditional(rule))
			return RBAC_YES;
		ret = RBAC_MAYBE;
	}
	return ret;
}

/* One connection, as the policies see it. */
struct probe {
	struct rbac_connection connection;
	struct naive_flow flow;
};

/* The policies of a file, once for each identity. */
struct subject {
	struct policies read;
	struct policy_set *sets[N(identities)];
	struct source pods[N(identities)];
};

static void subject_init(struct subject *subject, const char *path)
{
	policies_read_path(&subject->read, path);
	for (size_t i = 0; i < N(identities); i++) {
		const struct policy_options options = {.identity = identities[i]};
		struct diag_list unsaid;

		diag_list_init(&unsaid, &subject->read.snapshot->arena);
		subject->sets[i] = policy_set_build(subject->read.snapshot, &options, &unsaid);
		if (identities[i])
			make_source(subject->read.snapshot, identities[i], &subject->pods[i]);
	}
}

static const struct policy *find_policy(const struct policy_set *set, const char *name)
{
	for (uint32_t i = 0; i < set->n_policies; i++)
		if (strcmp(set->policies[i]->name, name) == 0)
			return set->policies[i];
	for (uint32_t i = 0; i < set->n_idle; i++)
		if (strcmp(set->idle[i]->name, name) == 0)
			return set->idle[i];
	return NULL;
}

/* The same of all policies that an object became. */
static enum rbac_answer ask_object(const struct policy_set *set, const char *name, uint32_t index,
				   const struct naive_flow *flow)
{
	enum rbac_answer ret = RBAC_NO;

	for (uint32_t i = 0; i < set->n_policies + set->n_idle; i++) {
		const struct policy *policy = i < set->n_policies ? set->policies[i]
								  : set->idle[i - set->n_policies];

		if (strcmp(policy->name, name) == 0 && ask_policy(policy, index, flow) > ret)
			ret = ask_policy(policy, index, flow);
	}
	return ret;
}

/* The front end's answers: by --as, and (of our trust domain) as a pod in the mesh. */
struct answers {
	enum rbac_answer as;
	enum rbac_answer pod;
};

static struct answers ask_rule(struct subject *subject, size_t identity, const char *name,
			       uint32_t index, struct naive_flow *flow)
{
	struct answers ret;

	flow->peer = NULL;
	ret.as = ask_object(subject->sets[identity], name, index, flow);
	ret.pod = ret.as;
	if (identities[identity] && strncmp(identities[identity], "cluster.local/", 14) == 0) {
		flow->peer = &subject->pods[identity].pod;
		ret.pod = ask_object(subject->read.set, name, index, flow);
	}
	return ret;
}

/* Which answers of ours an answer of Istio's admits. */
typedef bool (*agree_fn)(enum rbac_answer istio, enum rbac_answer own);

struct comparison {
	struct subject *subject;
	const char *name; /* of the policy */
	uint32_t index;   /* of the rule */
	agree_fn agree;
	enum rbac_answer (*ask)(const struct tree_node *, const struct rbac_connection *);
	const struct tree_node *generated; /* NULL: nothing, so no match */
	const struct model_pod *target;
	uint32_t n_matches;
	uint32_t n_wrong;
};

static void compare(struct comparison *comparison, size_t identity, const char *source,
		    uint16_t port)
{
	struct naive_flow flow = {.snapshot = comparison->subject->read.snapshot,
				  .subject = comparison->target,
				  .direction = POLICY_INGRESS,
				  .space = PORT_TCP,
				  .port = port};
	struct rbac_connection connection = {.identity = identities[identity],
					     .target = comparison->target->ips[0],
					     .port = port};
	enum rbac_answer want;
	struct answers got;

	ip_parse(source, &connection.source, NULL);
	flow.addr = connection.source;
	want = comparison->generated ? comparison->ask(comparison->generated, &connection)
				     : RBAC_NO;
	got = ask_rule(comparison->subject, identity, comparison->name, comparison->index, &flow);
	comparison->n_matches += want != RBAC_NO;
	if (comparison->agree(want, got.as) && comparison->agree(want, got.pod))
		return;
	if (comparison->n_wrong++ == 0)
		diag("%s from %s to %u: Istio %d, --as %d, pod %d",
		     connection.identity ? connection.identity : "nobody", source, port, want,
		     got.as, got.pod);
}

/* Targets take turns, so that each meets every source and every port. */
static void compare_all(struct comparison *comparison)
{
	const struct policy *policy = find_policy(comparison->subject->read.set, comparison->name);
	struct target made[N(targets)];

	for (size_t i = 0; i < N(targets); i++)
		make_target(comparison->subject->read.snapshot, policy->ns, targets[i], &made[i]);
	for (size_t i = 0; i < N(identities); i++)
		for (size_t k = 0; k < N(sources); k++)
			for (size_t p = 0; p < N(ports); p++) {
				comparison->target = &made[(i + k + p) % N(targets)].pod;
				compare(comparison, i, sources[k], ports[p]);
			}
}

static bool is_same(enum rbac_answer istio, enum rbac_answer own)
{
	return istio == own;
}

/* A provider always has the last word. */
static bool is_up_to_provider(enum rbac_answer istio, enum rbac_answer own)
{
	return own == (istio == RBAC_NO ? RBAC_NO : RBAC_MAYBE);
}

/* On TCP what asks for HTTP is left out of a DENY: sure there, here a condition that says so. */
static bool is_wider(enum rbac_answer istio, enum rbac_answer own)
{
	return istio == RBAC_YES ? own != RBAC_NO : own == istio;
}

/*
 * On TCP an ALLOW that asks for HTTP is left out: no match there, here a condition. The same is true
 * of ambient's DENY that asks for nothing else.
 */
static bool is_narrower(enum rbac_answer istio, enum rbac_answer own)
{
	return istio == RBAC_NO ? own != RBAC_YES : own == istio;
}

/* The inputs of pilot's builder, and what it makes of them. */
static const struct {
	const char *in;
	const char *out;
	agree_fn agree;
} cases[] = {
	{"http/allow-empty-rule", "http/allow-empty-rule-out", is_same},
	{"http/allow-full-rule", "http/allow-full-rule-out", is_same},
	{"http/allow-host-before-111", "http/allow-host-before-111-out", is_same},
	{"http/allow-nil-rule", "http/allow-nil-rule-out", is_same},
	{"http/allow-path", "http/allow-path-out", is_same},
	{"http/audit-full-rule", "http/audit-full-rule-out", is_same},
	{"http/custom-simple-http", "http/custom-http-provider-out1", is_up_to_provider},
	{"http/custom-bad-multiple-providers", "http/custom-bad-multiple-providers-out1",
	 is_up_to_provider},
	{"http/deny-and-allow", "http/deny-and-allow-out1", is_same},
	{"http/deny-and-allow", "http/deny-and-allow-out2", is_same},
	{"http/deny-empty-rule", "http/deny-empty-rule-out", is_same},
	{"http/dry-run-allow", "http/dry-run-allow-out", is_same},
	{"http/dry-run-allow-and-deny", "http/dry-run-allow-and-deny-out1", is_same},
	{"http/dry-run-allow-and-deny", "http/dry-run-allow-and-deny-out2", is_same},
	{"http/dry-run-mix", "http/dry-run-mix-out", is_same},
	{"http/multiple-policies", "http/multiple-policies-out", is_same},
	{"http/simple-policy-principal-with-wildcard",
	 "http/simple-policy-principal-with-wildcard-out", is_same},
	{"http/single-policy", "http/single-policy-out", is_same},
	{"tcp/allow-both-http-tcp", "tcp/allow-both-http-tcp-out", is_narrower},
	{"tcp/deny-both-http-tcp", "tcp/deny-both-http-tcp-out", is_wider},
	{"tcp/audit-both-http-tcp", "tcp/audit-both-http-tcp-out", is_wider},
	{"tcp/custom-both-http-tcp", "tcp/custom-both-http-tcp-out1", is_up_to_provider},
	{"tcp/dry-run-mix", "tcp/dry-run-mix-out", is_narrower},
};

/* Of meshes whose configuration names other trust domains. */
static const char *const aliases[] = {"simple-policy-multiple-td-aliases",
				      "simple-policy-td-aliases", "td-aliases-source-principal",
				      "trust-domains"};

/* "ns[foo]-policy[NAME]-rule[INDEX]" */
static bool read_key(const char *key, char name[64], uint32_t *ret_index)
{
	const char *at = strstr(key, "policy[");

	return at && sscanf(at, "policy[%63[^]]]-rule[%u]", name, ret_index) == 2;
}

static void check_rule(struct subject *subject, size_t i, const struct tree_member *member)
{
	char name[64];
	struct comparison comparison = {
		.subject = subject,
		.name = name,
		.agree = cases[i].agree,
		.ask = rbac_envoy,
		.generated = member->value,
	};

	if (!ok(read_key(member->key, name, &comparison.index) &&
			find_policy(subject->read.set, name),
		"%s: %s is known", cases[i].out, member->key))
		return;
	compare_all(&comparison);
	ok(comparison.n_wrong == 0, "%s: %s agrees (%u of its connections match)", cases[i].out,
	   member->key, comparison.n_matches);
}

static void check_policies(struct subject *subject, size_t i, const struct tree_node *rules)
{
	const struct tree_node *policies = tree_get(rules, "policies");

	for (uint32_t k = 0; policies && k < policies->len; k++)
		check_rule(subject, i, &policies->members[k]);
}

static void check_case(size_t i)
{
	struct reading generated;
	struct subject subject;
	char path[256];

	snprintf(path, sizeof(path), DATA "/authz-builder/%s-in.yaml", cases[i].in);
	subject_init(&subject, path);
	ok_int(subject.read.diags.n_errors, 0, "%s is read", cases[i].in);
	snprintf(path, sizeof(path), DATA "/authz-builder/%s.yaml", cases[i].out);
	if (reading_of_file(&generated, path))
		bail("%s is there", path);
	for (size_t k = 0; k < generated.roots.n; k++) {
		const struct tree_node *config = tree_get(generated.roots.items[k], "typedConfig");

		check_policies(&subject, i, tree_get(config, "rules"));
		check_policies(&subject, i, tree_get(config, "shadowRules"));
	}
	reading_release(&generated);
	policies_release(&subject.read);
}

static void check_loads(const char *name)
{
	struct policies read;
	char path[256];

	snprintf(path, sizeof(path), DATA "/authz-builder/http/%s-in.yaml", name);
	policies_read_path(&read, path);
	ok(read.set->n_policies > 0 && read.diags.n_errors == 0, "%s is read", name);
	policies_release(&read);
}

/* Ambient's inputs: groups are rules, of ALLOW those alone that ask for nothing of HTTP. */
static const struct {
	const char *name;
	const char *policy;
	agree_fn agree;
	uint32_t rules[10];  /* by group */
	uint32_t http_rules; /* bits: those that ask for HTTP alone */
} groups[] = {
	{"allow-full", "allow", is_same, {0, 1, 3, 4, 8, 11, 13, 14, 20, 21}, 0},
	{"allow-groups", "groups", is_same, {2, 5}, 0},
	{"deny-groups", "groups-deny", is_wider, {0, 1, 2, 3, 4, 5, 6}, 1 << 3 | 1 << 6},
};

static void check_group(struct subject *subject, size_t i, uint32_t group,
			const struct tree_node *generated)
{
	const uint32_t index = groups[i].rules[group];
	struct comparison comparison = {
		.subject = subject,
		.name = groups[i].policy,
		.index = index,
		.agree = groups[i].http_rules >> index & 1 ? is_narrower : groups[i].agree,
		.ask = rbac_ztunnel,
		.generated = generated,
	};

	compare_all(&comparison);
	ok(comparison.n_wrong == 0, "ambient/%s: rule %u agrees (%u match)", groups[i].name,
	   comparison.index, comparison.n_matches);
}

static void check_ambient(size_t i)
{
	const struct tree_node *list;
	struct reading generated;
	struct subject subject;
	char path[256];

	snprintf(path, sizeof(path), DATA "/ambient/%s-in.yaml", groups[i].name);
	subject_init(&subject, path);
	ok_int(subject.read.diags.n_errors, 0, "ambient/%s is read", groups[i].name);
	snprintf(path, sizeof(path), DATA "/ambient/%s.yaml", groups[i].name);
	if (reading_of_file(&generated, path))
		bail("%s is there", path);
	list = tree_get(generated.roots.items[0], "groups");
	for (uint32_t k = 0; k < list->len; k++)
		check_group(&subject, i, k, list->items[k]);
	reading_release(&generated);
	policies_release(&subject.read);
}

int main(void)
{
	if (access(DATA "/authz-builder", R_OK) < 0)
		skip_all("no " DATA "/authz-builder");
	for (size_t i = 0; i < N(cases); i++)
		check_case(i);
	for (size_t i = 0; i < N(aliases); i++)
		check_loads(aliases[i]);
	for (size_t i = 0; i < N(groups); i++)
		check_ambient(i);
	return tap_done();
}
