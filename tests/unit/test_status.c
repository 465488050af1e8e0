/* SPDX-License-Identifier: Apache-2.0 */
/* What the conditions of a policy's status say, in dumps of a cluster. */
#include "lib/policies.h"
#include "lib/tap.h"

#include "base/strbuf.h"

#define NP "apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\n"
#define META "metadata: {name: p, namespace: a, generation: 4}\n"
#define SPEC "spec: {podSelector: {}}\n"

static const struct {
	const char *name;
	const char *conditions;
	const char *want;
} rows[] = {
	{"accepted", "[{type: Accepted, status: 'True'}]", ""},
	{"an empty list", "[]", ""},
	{"no list", "nonsense", ""},
	{"no mappings", "[nonsense, 1]", ""},
	{"no words", "[{type: 1, status: true}]", ""},
	{"another condition", "[{type: Weather, status: 'False'}]", ""},
	{"refused", "[{type: Accepted, status: 'False', reason: R, message: endPort is not there}]",
	 "5:23 BH0208 warning the cluster says of this NetworkPolicy: Accepted is False: endPort "
	 "is "
	 "not there\n"},
	{"a reason alone", "[{type: Failure, status: 'True', reason: Broken, message: ''}]",
	 "5:23 BH0208 warning the cluster says of this NetworkPolicy: Failure is True: Broken\n"},
	{"nothing at all", "[{type: Programmed, status: 'False'}]",
	 "5:23 BH0208 warning the cluster says of this NetworkPolicy: Programmed is False: without "
	 "a message\n"},
	{"a zone's", "[{type: Ready-In-Zone-n1, status: 'False', message: m}]",
	 "5:23 BH0208 warning the cluster says of this NetworkPolicy: Ready-In-Zone-n1 is False: "
	 "m\n"},
	{"zones",
	 "[{type: Ready-In-Zone-n1, status: 'True'}, {type: Ready-In-Zone-n2, status: 'False', "
	 "message: m}, {type: Ready-In-Zone-n3, status: 'False', message: n}]",
	 "5:65 BH0208 warning the cluster says of this NetworkPolicy: Ready-In-Zone-n2 is False: "
	 "m\n"},
	{"each", "[{type: Reconciled, status: 'False'}, {type: WaypointAccepted, status: 'False'}]",
	 "5:23 BH0208 warning the cluster says of this NetworkPolicy: Reconciled is False: without "
	 "a message\n"
	 "5:60 BH0208 warning the cluster says of this NetworkPolicy: WaypointAccepted is False: "
	 "without a message\n"},
	{"an old one", "[{type: Valid, status: 'False', observedGeneration: 3}]", ""},
	{"an old one as a text", "[{type: Valid, status: 'False', observedGeneration: '3'}]", ""},
	{"of now", "[{type: Valid, status: 'False', observedGeneration: '4'}]",
	 "5:23 BH0208 warning the cluster says of this NetworkPolicy: Valid is False: without a "
	 "message\n"},
};

static void check(const char *name, const char *conditions, const char *want)
{
	struct policies policies;
	struct strbuf yaml = {0};

	strbuf_printf(&yaml, NP META SPEC "status: {conditions: %s}\n", conditions);
	policies_read(&policies, strbuf_str(&yaml), false);
	ok_str(policies_diags(&policies), want, "%s", name);
	ok_int(policies.set->n_policies, 1, "the policy stays");
	policies_release(&policies);
	strbuf_release(&yaml);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		check(rows[i].name, rows[i].conditions, rows[i].want);
	return tap_done();
}
