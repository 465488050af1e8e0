/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies of equal priority that do not agree: where it is said, where it is not, and that on random
 * clusters no answer depends on names without its being said.
 */
#include "analyze/ties.h"
#include "base/strbuf.h"
#include "compile/tie.h"
#include "lib/cluster.h"
#include "lib/oracle.h"
#include "lib/random_cluster.h"
#include "lib/tap.h"

#include <inttypes.h>
#include <string.h>

#define POD(name, ip) \
	"---\n{apiVersion: v1, kind: Pod, metadata: {name: " name \
	", namespace: x, labels: {app: " name "}}, spec: {containers: [{name: c, image: i, " \
	"ports: [{name: web, containerPort: 8080}]}]}, " \
	"status: {podIPs: [{ip: " ip "}]}}\n"
#define PODS POD("a", "10.0.0.1") POD("b", "10.0.0.2")
#define POLICY(name, tier, priority, subject, rules) \
	"---\n{apiVersion: policy.networking.k8s.io/v1alpha2, kind: ClusterNetworkPolicy, " \
	"metadata: {name: " name "}, spec: {tier: " tier ", priority: " priority \
	", subject: {" subject "}, " rules "}}\n"
#define ADMIN(name, rules) POLICY(name, "Admin", "7", "namespaces: {}", rules)
#define BASELINE(name, rules) POLICY(name, "Baseline", "7", "namespaces: {}", rules)
#define APP(name) "pods: {podSelector: {matchLabels: {app: " name "}}}"
#define FROM(action, peer) "{action: " action ", from: [{" peer "}]}"
#define FROM_ON(action, peer, port) \
	"{action: " action ", from: [{" peer \
	"}], protocols: [{tcp: {destinationPort: {number: " port "}}}]}"
#define ALL "namespaces: {}"
#define ISOLATED \
	"---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: np, " \
	"namespace: x}, spec: {podSelector: {}}}\n"

static const struct row {
	const char *name;
	const char *policies;
	const char *want; /* "FIRST/SECOND DIRECTION POD PORTS; …" */
} rows[] = {
	{"they disagree",
	 ADMIN("p", "ingress: [" FROM("Accept", ALL) "]")
		 ADMIN("q", "ingress: [" FROM("Deny", ALL) "]"),
	 "p/q ingress a TCP"},
	{"Pass is another answer too",
	 ADMIN("p", "ingress: [" FROM("Pass", ALL) "]")
		 ADMIN("q", "ingress: [" FROM("Accept", ALL) "]"),
	 "p/q ingress a TCP"},
	{"they say the same",
	 ADMIN("p", "ingress: [" FROM("Deny", ALL) "]")
		 ADMIN("q", "ingress: [" FROM("Deny", ALL) "]"),
	 ""},
	{"another direction",
	 ADMIN("p", "ingress: [" FROM("Accept", ALL) "]")
		 ADMIN("q", "egress: [{action: Deny, to: [{" ALL "}]}]"),
	 ""},
	{"another tier",
	 ADMIN("p", "ingress: [" FROM("Accept", ALL) "]")
		 BASELINE("q", "ingress: [" FROM("Deny", ALL) "]"),
	 ""},
	{"another priority",
	 ADMIN("p", "ingress: [" FROM("Accept", ALL) "]")
		 POLICY("q", "Admin", "8", ALL, "ingress: [" FROM("Deny", ALL) "]"),
	 ""},
	{"other subjects",
	 POLICY("p", "Admin", "7", APP("a"), "ingress: [" FROM("Accept", ALL) "]")
		 POLICY("q", "Admin", "7", APP("b"), "ingress: [" FROM("Deny", ALL) "]"),
	 ""},
	{"one subject of two",
	 POLICY("p", "Admin", "7", APP("b"), "ingress: [" FROM("Accept", ALL) "]")
		 ADMIN("q", "ingress: [" FROM("Deny", ALL) "]"),
	 "p/q ingress b TCP"},
	{"other peers",
	 ADMIN("p", "ingress: [" FROM("Accept", APP("a")) "]")
		 ADMIN("q", "ingress: [" FROM("Deny", APP("b")) "]"),
	 ""},
	{"other ports",
	 ADMIN("p", "ingress: [" FROM_ON("Accept", ALL, "80") "]")
		 ADMIN("q", "ingress: [" FROM_ON("Deny", ALL, "81") "]"),
	 ""},
	{"one port of them",
	 ADMIN("p", "ingress: [" FROM_ON("Accept", ALL, "80") "]")
		 ADMIN("q", "ingress: [" FROM("Deny", ALL) "]"),
	 "p/q ingress a TCP 80"},
	{"a name of a port",
	 ADMIN("p", "ingress: [{action: Accept, from: [{" ALL
		    "}], protocols: [{destinationNamedPort: web}]}]")
		 ADMIN("q", "ingress: [" FROM_ON("Deny", ALL, "8080") "]"),
	 "p/q ingress a TCP 8080"},
	{"only the first rule of each that matches counts",
	 ADMIN("p", "ingress: [" FROM("Accept", ALL) ", " FROM("Deny", ALL) "]")
		 ADMIN("q", "ingress: [" FROM("Accept", ALL) "]"),
	 ""},
	{"decided before",
	 POLICY("first", "Admin", "1", ALL, "ingress: [" FROM("Deny", ALL) "]")
		 ADMIN("p", "ingress: [" FROM("Accept", ALL) "]")
			 ADMIN("q", "ingress: [" FROM("Deny", ALL) "]"),
	 ""},
	{"decided before for one peer",
	 POLICY("first", "Admin", "1", ALL, "ingress: [" FROM("Deny", APP("a")) "]")
		 ADMIN("p", "ingress: [" FROM("Accept", APP("a")) ", " FROM("Deny", APP("b")) "]")
			 ADMIN("q", "ingress: [" FROM("Deny", ALL) "]"),
	 ""},
	{"a tier that is not reached",
	 ISOLATED BASELINE("p", "ingress: [" FROM("Accept", ALL) "]")
		 BASELINE("q", "ingress: [" FROM("Deny", ALL) "]"),
	 ""},
	{"a tier that is reached by what passed",
	 POLICY("first", "Admin", "1", ALL,
		"ingress: [" FROM("Pass", APP("a")) ", " FROM("Deny", ALL) "]")
		 BASELINE("p", "ingress: [" FROM("Accept", APP("a")) "]")
			 BASELINE("q", "ingress: [" FROM("Deny", ALL) "]"),
	 "p/q ingress a TCP"},
	{"a condition",
	 ADMIN("p", "egress: [{action: Accept, to: [{domainNames: [a.example]}]}]")
		 ADMIN("q", "egress: [{action: Deny, to: [{" ALL "}]}]"),
	 "p/q egress a TCP"},
	{"three of them",
	 ADMIN("p", "ingress: [" FROM("Accept", ALL) "]")
		 ADMIN("q", "ingress: [" FROM("Accept", ALL) "]")
			 ADMIN("r", "ingress: [" FROM("Deny", ALL) "]"),
	 "p/r ingress a TCP"},
};

static const char *describe(const struct analyze_ties *ties, struct strbuf *text)
{
	strbuf_clear(text);
	for (size_t i = 0; i < ties->n; i++) {
		const struct analyze_tie *tie = &ties->items[i];

		strbuf_printf(text, "%s%s/%s %s %s %s", i ? "; " : "", tie->first->policy->name,
			      tie->second->policy->name,
			      policy_direction_name(tie->first->direction), tie->pod->name,
			      port_space_name(tie->ports.space));
		if (tie->ports.first == tie->ports.last)
			strbuf_printf(text, " %u", tie->ports.first);
	}
	return strbuf_str(text);
}

static void check_row(const struct row *row)
{
	const struct model_options options = {.no_assumed_dns = true};
	struct strbuf text = {0};
	struct analyze_cluster input = {0};
	struct analyze_ties ties;
	struct cluster cluster;

	strbuf_printf(&text, "%s%s", PODS, row->policies);
	cluster_load_text(&cluster, "test", strbuf_str(&text), &options);
	ok_int(cluster.diags.n_errors, 0, "%s: no errors", row->name);
	input.snapshot = cluster.snapshot;
	input.policies = cluster.policies;
	analyze_ties_find(&input, cluster.snapshot->pods, cluster.snapshot->n_pods, &ties);
	ok_str(describe(&ties, &text), row->want, "%s", row->name);
	analyze_ties_release(&ties);
	cluster_release(&cluster);
	strbuf_release(&text);
}

/* Both places are said. */
static void check_report(void)
{
	struct analyze_cluster input = {0};
	struct cluster cluster;
	struct diag_list diags;

	cluster_load_text(&cluster, "test",
			  PODS ADMIN("p", "ingress: [" FROM("Accept", ALL) "]")
				  ADMIN("q", "ingress: [" FROM("Deny", ALL) "]"),
			  NULL);
	input.snapshot = cluster.snapshot;
	input.policies = cluster.policies;
	diag_list_init(&diags, &cluster.snapshot->arena);
	analyze_ties_report(&input, cluster.snapshot->pods, cluster.snapshot->n_pods, &diags);
	ok_int(diags.n_warnings, 1, "one warning");
	ok(diags.first && diags.first->code == DIAG_BH0209, "of its own code");
	ok(diags.first && diags.first->span.line == 8 && diags.first->related.line == 6,
	   "at both places");
	cluster_release(&cluster);
}

/* ---- Random clusters ---- */

#define N_CLUSTERS 400
#define N_QUESTIONS 100

struct totals {
	uint64_t n_dependent;
	uint64_t n_silent;
};

static void note(void *arg, const struct compile_tie *tie)
{
	(void)tie;
	*(bool *)arg = true;
}

static bool is_told(struct compile_world *world, const struct model_pod *pod,
		    enum policy_direction direction)
{
	const uint32_t class = compile_subject_class(world, pod);
	bool is_found = false;

	if (class != COMPILE_NONE)
		compile_ties(world, class, direction, note, &is_found);
	return is_found;
}

static bool is_same(const struct oracle_side *a, const struct oracle_side *b)
{
	return a->is_allowed == b->is_allowed && a->reason == b->reason;
}

/* What comes out differently when the last name is first must have been told. */
static void ask(struct random_cluster *random, const struct cluster *cluster, struct totals *totals)
{
	const struct oracle right = {.snapshot = cluster->snapshot};
	const struct oracle reversed = {.snapshot = cluster->snapshot,
					.fault = ORACLE_LAST_NAME_FIRST};
	struct oracle_verdict one, other;
	struct oracle_question asked;

	random_question(random, cluster->snapshot, &asked);
	oracle_judge(&right, &asked, &one);
	oracle_judge(&reversed, &asked, &other);
	for (int direction = 0; direction < POLICY_N_DIRECTIONS; direction++) {
		const struct ip_addr *own = direction == POLICY_EGRESS ? &asked.src : &asked.dst;

		if (is_same(&one.side[direction], &other.side[direction]))
			continue;
		totals->n_dependent++;
		totals->n_silent += !is_told(cluster->world,
					     model_find_address(cluster->snapshot, own), direction);
	}
}

static void check_random(void)
{
	const uint64_t seed = random_seed();
	struct totals totals = {0};

	diag("BULKHEAD_SEED=%" PRIu64, seed);
	for (uint64_t i = 0; i < N_CLUSTERS && !totals.n_silent; i++) {
		struct random_cluster random;
		struct cluster cluster;

		random_cluster_init(&random, seed + i);
		cluster_load_text(&cluster, "random", random.yaml.text, NULL);
		cluster_compile(&cluster, NULL, 0, NULL);
		for (int j = 0; j < N_QUESTIONS; j++)
			ask(&random, &cluster, &totals);
		if (totals.n_silent)
			diag("cluster %" PRIu64 "\n%s", seed + i, random.yaml.text);
		cluster_release(&cluster);
		random_cluster_release(&random);
	}
	ok_int(totals.n_silent, 0, "nothing depends on names silently");
	ok(totals.n_dependent > 5, "%" PRIu64 " sides depend on names", totals.n_dependent);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check_row(&rows[i]);
	check_report();
	check_random();
	return tap_done();
}
