/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ../shared/data/calico-oracle: every decision of Calico's own calculation graph and rule renderer,
 * with the rule or the tier that made it, against the table; TCP and UDP against the kernel program
 * too, where one answers.
 */
#include "lib/calico_case.h"
#include "lib/kernel.h"
#include "lib/reading.h"
#include "lib/tap.h"

#include <glob.h>
#include <string.h>

#define DATA "../shared/data/calico-oracle/*.json"

struct totals {
	struct kernel *kernel; /* NULL: it is not asked */
	size_t n_cases;
	size_t n_queries;
	size_t n_sides;
	size_t n_asked_kernel;
};

/* A case while it is asked, for one source port. */
struct asking {
	struct totals *totals;
	const struct tree_node *test;
	struct cluster cluster;
	struct strbuf differences;
};

/* How many rules Calico makes of one of NetworkPolicy: one for each protocol and peer. */
static uint32_t n_converted(const struct tree_node *rule)
{
	const struct tree_node *ports = tree_get(rule, "ports");
	const struct tree_node *peers = tree_get(rule, "from");
	const char *protocols[3];
	uint32_t n = 0;

	if (!peers)
		peers = tree_get(rule, "to");
	for (uint32_t i = 0; ports && i < ports->len; i++) {
		const char *protocol = tree_get_string(ports->items[i], "protocol");
		uint32_t k = 0;

		while (k < n && strcmp(protocols[k], protocol ? protocol : "TCP") != 0)
			k++;
		if (k == n)
			protocols[n++] = protocol ? protocol : "TCP";
	}
	return (n ? n : 1) * (peers && peers->len ? peers->len : 1);
}

/* The rule number `converted` of Calico's version of a NetworkPolicy, in its own list. */
static uint32_t original_index(const struct tree_node *test, const char *ns, const char *name,
			       bool is_ingress, uint32_t converted)
{
	const struct tree_node *policies = tree_get(test, "policies");

	for (uint32_t i = 0; i < policies->len; i++) {
		const struct tree_node *metadata = tree_get(policies->items[i], "metadata");
		const struct tree_node *rules = tree_get(tree_get(policies->items[i], "spec"),
							 is_ingress ? "ingress" : "egress");
		uint32_t end = 0;

		if (strcmp(tree_get_string(policies->items[i], "apiVersion"),
			   "networking.k8s.io/v1") != 0 ||
		    strcmp(tree_get_string(metadata, "name"), name) != 0 ||
		    strcmp(tree_get_string(metadata, "namespace"), ns) != 0)
			continue;
		for (uint32_t rule = 0; rule < rules->len; rule++) {
			end += n_converted(rules->items[rule]);
			if (converted < end)
				return rule;
		}
	}
	bail("no NetworkPolicy %s/%s with %u rules", ns, name, converted);
}

/* "GlobalNetworkPolicy /g 0", of a rule. */
static void describe_wanted(const struct asking *asking, const struct tree_node *side,
			    bool is_ingress, struct strbuf *ret)
{
	const char *by = tree_get_string(side, "by");
	const char *tier = tree_get_string(side, "tier");
	const char *kind = tree_get_string(side, "kind");
	const char *ns = tree_get_string(side, "namespace");
	const char *name = tree_get_string(side, "name");
	uint32_t index;

	strbuf_printf(ret, "%s by ", tree_get_string(side, "verdict"));
	if (strcmp(by, "rule") == 0) {
		index = (uint32_t)tree_get(side, "rule")->integer;
		if (strcmp(kind, "KubernetesNetworkPolicy") == 0) {
			kind = "NetworkPolicy";
			index = original_index(asking->test, ns, name, is_ingress, index);
		}
		strbuf_printf(ret, "%s %s/%s %u", kind, ns ? ns : "", name, index);
	} else if (strcmp(by, "endOfTier") == 0) {
		strbuf_printf(ret, "tier %s", tier);
	} else {
		strbuf_addstr(ret, by);
	}
}

static void describe_rule(const struct table_view *view, const struct table_rule *rule,
			  struct strbuf *ret)
{
	const struct table_policy *policy = table_policy(view, rule->policy);

	strbuf_printf(ret, "%s %s/%s %u", table_string(view, policy->kind),
		      table_string(view, policy->ns), table_string(view, policy->name),
		      rule->index);
}

static const char *tier_of(const struct table_view *view, const struct table_outcome *outcome)
{
	uint32_t n;
	const uint32_t *policies = table_list(view, outcome->isolating, &n);

	return n ? table_string(view, table_policy(view, policies[0])->tier) : "none";
}

static void describe_found(const struct asking *asking, const struct verdict_side *side,
			   struct strbuf *ret)
{
	static const char *const actions[] = {"deny", "allow", "it depends"};
	const struct table_view *view = &asking->cluster.view;
	const struct table_outcome *outcome = table_outcome(view, side->outcome);

	strbuf_printf(ret, "%s by ", actions[side->action]);
	if (side->reason == VERDICT_NOT_ISOLATED)
		strbuf_addstr(ret, "profile");
	else if (side->reason == VERDICT_DEFAULT_DENY && outcome)
		strbuf_printf(ret, "tier %s", tier_of(view, outcome));
	else if (side->reason == VERDICT_RULE && outcome)
		describe_rule(view, table_rule(view, outcome->rule), ret);
	else
		strbuf_printf(ret, "reason %u", side->reason);
}

static void check_side(struct asking *asking, const struct tree_node *query,
		       const struct tree_node *wanted, const struct verdict_side *side,
		       bool is_ingress)
{
	struct strbuf want = {0}, found = {0};

	if (wanted->kind == TREE_NULL)
		return;
	asking->totals->n_sides++;
	describe_wanted(asking, wanted, is_ingress, &want);
	describe_found(asking, side, &found);
	if (strcmp(strbuf_str(&want), strbuf_str(&found)) != 0)
		strbuf_printf(&asking->differences, "%s -> %s %s %s %s: %s, expected %s\n",
			      tree_get_string(query, "from"), tree_get_string(query, "to"),
			      tree_get_string(query, "protocol"),
			      tree_get(query, "port") ? tree_get(query, "port")->text : "",
			      is_ingress ? "ingress" : "egress", strbuf_str(&found),
			      strbuf_str(&want));
	strbuf_release(&want);
	strbuf_release(&found);
}

static void check_kernel(struct asking *asking, const struct verdict_flow *flow,
			 const struct verdict *verdict)
{
	struct totals *totals = asking->totals;
	struct question question = {.flow = *flow};

	if (!totals->kernel || (flow->space != PORT_TCP && flow->space != PORT_UDP))
		return;
	if (kernel_ask(totals->kernel, &question, 1))
		bail("the kernel answers");
	totals->n_asked_kernel++;
	for (int side = 0; side < 2; side++)
		if (question.verdict.side[side].outcome != verdict->side[side].outcome ||
		    question.verdict.side[side].action != verdict->side[side].action)
			strbuf_addstr(&asking->differences, "the kernel says something else\n");
}

static void check_query(struct asking *asking, const struct tree_node *query,
			const struct tree_node *expected)
{
	const struct verdict_flow flow = calico_case_flow(&asking->cluster, query);
	struct verdict verdict;

	asking->totals->n_queries++;
	verdict_flow(&asking->cluster.view, &flow, &verdict);
	check_side(asking, query, tree_get(expected, "egress"), &verdict.side[VERDICT_EGRESS],
		   false);
	check_side(asking, query, tree_get(expected, "ingress"), &verdict.side[VERDICT_INGRESS],
		   true);
	check_kernel(asking, &flow, &verdict);
}

static void load(struct asking *asking, uint16_t source_port)
{
	const struct model_options options = {.no_assumed_dns = true};
	const struct policy_options policy = {
		.cni = {.id = POLICY_CNI_CALICO},
		.source_port = source_port,
	};
	struct strbuf text = {0};

	calico_case_write(&text, asking->test);
	cluster_load_under(&asking->cluster, tree_get_string(asking->test, "name"),
			   strbuf_str(&text), &options, &policy);
	strbuf_release(&text);
}

/* All queries that come from one source port: that is known when policies are read. */
static void ask_from(struct asking *asking, uint16_t source_port)
{
	const struct tree_node *queries = tree_get(asking->test, "queries");
	const struct tree_node *expected = tree_get(asking->test, "expected");
	struct totals *totals = asking->totals;

	load(asking, source_port);
	if (asking->cluster.diags.n_errors) {
		strbuf_printf(&asking->differences, "refused: %s\n",
			      asking->cluster.diags.first->message);
	} else {
		cluster_compile(&asking->cluster, NULL, 0, NULL);
		if (totals->kernel && kernel_load(totals->kernel, asking->cluster.table.bytes,
						  asking->cluster.table.size))
			bail("the kernel takes the table");
		for (uint32_t i = 0; i < queries->len; i++)
			if (calico_case_source_port(queries->items[i]) == source_port)
				check_query(asking, queries->items[i], expected->items[i]);
	}
	cluster_release(&asking->cluster);
}

static bool was_asked(const struct tree_node *queries, uint32_t at)
{
	for (uint32_t i = 0; i < at; i++)
		if (calico_case_source_port(queries->items[i]) ==
		    calico_case_source_port(queries->items[at]))
			return true;
	return false;
}

static void check_decisions(struct asking *asking)
{
	const struct tree_node *queries = tree_get(asking->test, "queries");

	for (uint32_t i = 0; i < queries->len; i++)
		if (!was_asked(queries, i))
			ask_from(asking, calico_case_source_port(queries->items[i]));
	if (!ok(!asking->differences.len, "%s: %u queries", tree_get_string(asking->test, "name"),
		queries->len))
		diag("%.4000s", strbuf_str(&asking->differences));
}

/* What Calico's own validation refuses is refused. */
static void check_refusal(struct asking *asking)
{
	const char *name = tree_get_string(asking->test, "name");

	load(asking, 0);
	ok(asking->cluster.diags.n_errors, "%s: is refused: %s", name,
	   tree_get_string(asking->test, "error"));
	cluster_release(&asking->cluster);
}

static void check_case(struct totals *totals, const char *path)
{
	struct asking asking = {.totals = totals};
	struct reading reading;

	if (reading_of_file(&reading, path) || reading.roots.n != 1)
		bail("%s is read", path);
	asking.test = reading.roots.items[0];
	totals->n_cases++;
	if (tree_get(asking.test, "expectInvalid"))
		check_refusal(&asking);
	else
		check_decisions(&asking);
	strbuf_release(&asking.differences);
	reading_release(&reading);
}

int main(void)
{
	const char *reason = NULL;
	struct totals totals = {.kernel = kernel_open(&reason)};
	glob_t paths;

	if (glob(DATA, 0, NULL, &paths))
		skip_all("no " DATA);
	if (!totals.kernel)
		diag("the kernel is not asked: %s", reason);
	for (size_t i = 0; i < paths.gl_pathc; i++)
		check_case(&totals, paths.gl_pathv[i]);
	diag("%zu cases, %zu queries, %zu decisions, %zu of them asked of the kernel too",
	     totals.n_cases, totals.n_queries, totals.n_sides, totals.n_asked_kernel);
	globfree(&paths);
	kernel_close(totals.kernel);
	return tap_done();
}
