/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Policies as others wrote them: the edge cases of manifests-broken/derived, each problem with its
 * place, and the policies of real projects, each of which is read or refused for a reason that was
 * looked at.
 */
#include "base/strbuf.h"
#include "lib/policies.h"
#include "lib/tap.h"

#include <dirent.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DATA "../shared/data"
#define DERIVED DATA "/manifests-broken/derived"
#define MANIFESTS DATA "/manifests"
#define N(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
	const char *file;
	const char
		*want; /* every diagnostic but that of the namespace: "LINE:COLUMN CODE", a space */
	uint32_t n_policies;
} derived[] = {
	{"ports-odd.yaml",
	 "9:14 BH0203 10:14 BH0205 11:14 BH0205 12:14 BH0205 13:14 BH0203 14:14 BH0203 "
	 "15:14 BH0203 16:29 BH0203 17:27 BH0203 18:17 BH0203 19:18 BH0203 20:18 BH0203 "
	 "21:14 BH0203 ",
	 0},
	{"nulls.yaml", "5:3 BH0205 9:7 BH0204 ", 0},
	{"peer-combos-invalid.yaml",
	 "6:16 BH0203 9:7 BH0204 10:7 BH0203 11:44 BH0203 11:56 BH0203 11:68 BH0205 11:81 BH0203 "
	 "12:23 BH0203 13:23 BH0205 14:23 BH0203 15:23 BH0205 16:23 BH0203 ",
	 0},
	/* `y` is a boolean: the third of the labels has a wrong key and a wrong value */
	{"selector-invalid.yaml",
	 "6:19 BH0203 6:30 BH0203 6:39 BH0202 6:46 BH0203 8:38 BH0204 9:42 BH0203 10:26 BH0203 "
	 "11:7 BH0204 ",
	 0},
	{"unknown-fields.yaml",
	 "5:3 BH0201 6:17 BH0201 7:3 BH0201 8:3 BH0201 10:5 BH0201 11:5 BH0201 ", 0},
	{"wrong-types.yaml", "5:16 BH0202 6:16 BH0202 7:12 BH0202 ", 0},
	{"old-apis.yaml", "1:13 BH0109 6:13 BH0109 ", 0},
	{"case-wrong.yaml", "1:1 BH0101 2:1 BH0101 1:1 BH0101 ", 0},
	{"duplicate-key-spec.yaml", "8:3 BH0005 ", 0},
	{"duplicate-key-in-peer.yaml", "9:7 BH0005 ", 0},
	{"networkpolicylist-no-item-kind.json", "", 13},
	{"list-nested.yaml", "", 13},
	{"policy.json", "", 1},
	{"json-with-comments.yaml", "", 1},
	{"explicit-tags.yaml", "", 1},
	{"doc-end-markers.yaml", "", 1}, /* one policy twice */
};

static void check_derived(size_t i)
{
	struct policies policies;
	struct strbuf path = {0};
	struct strbuf got = {0};

	strbuf_printf(&path, DERIVED "/%s", derived[i].file);
	policies_read_path(&policies, strbuf_str(&path));
	for (const struct diag *d = policies.diags.first; d; d = d->next) {
		if (d->code != DIAG_BH0102)
			strbuf_printf(&got, "%u:%u %s ", d->span.line, d->span.column,
				      diag_code_name(d->code));
	}
	ok_str(strbuf_str(&got), derived[i].want, "%s: what is wrong", derived[i].file);
	ok_int(policies.set->n_policies, derived[i].n_policies, "%s: policies", derived[i].file);
	policies_release(&policies);
	strbuf_release(&path);
	strbuf_release(&got);
}

/* The policies of a project's folder (of one name, the last counts), and how many are refused. */
static const struct {
	const char *project;
	uint32_t n_policies;
	uint32_t n_rejected;
} projects[] = {
	{"ahmetb-recipes", 14, 0},
	{"antrea", 0, 0},
	{"calico", 10, 0},
	{"cilium-connectivity", 62, 0},
	{"gatekeeper-library", 0, 0},
	{"illuminatio", 17, 0},
	{"inspektor-gadget", 1, 0},
	{"istio-authz-tests", 15, 0},
	{"istio-bookinfo", 0, 0},
	{"kube-prometheus", 8, 0},
	{"kube-router", 2, 0},
	/* All values of its object are placeholders: "portValue", "cidrValue", "operatorValue". */
	{"kubernetes-api-testdata", 0, 1},
	/* A CiliumNetworkPolicy without a spec, and one without a rule. */
	{"kubescape-tests", 38, 2},
	{"netassert", 1, 0},
	{"online-boutique", 13, 0},
	{"sock-shop", 13, 0},
	{"spire", 0, 0},
};

/* An object may become several policies. */
static uint32_t count_objects(const struct policy_set *set)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < set->n_policies; i++)
		n += set->policies[i]->part == 0;
	return n;
}

static void check_project(size_t i)
{
	struct policies policies;
	struct strbuf path = {0};

	strbuf_printf(&path, MANIFESTS "/%s", projects[i].project);
	policies_read_path(&policies, strbuf_str(&path));
	ok_int(count_objects(policies.set), projects[i].n_policies, "%s: policies",
	       projects[i].project);
	if (!ok_int(policies.set->n_rejected, projects[i].n_rejected, "%s: refused",
		    projects[i].project))
		diag("%s", policies_diags(&policies));
	policies_release(&policies);
	strbuf_release(&path);
}

static bool is_known(const char *project)
{
	for (size_t i = 0; i < N(projects); i++) {
		if (strcmp(projects[i].project, project) == 0)
			return true;
	}
	return false;
}

static void check_complete(void)
{
	struct dirent **entries;
	int n = scandir(MANIFESTS, &entries, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		if (entries[i]->d_type == DT_DIR && entries[i]->d_name[0] != '.')
			ok(is_known(entries[i]->d_name), "%s has a row", entries[i]->d_name);
		free(entries[i]);
	}
	if (n >= 0)
		free(entries);
}

int main(void)
{
	if (access(DERIVED "/EXPECT.tsv", R_OK) < 0)
		skip_all("no " DERIVED);
	for (size_t i = 0; i < N(derived); i++)
		check_derived(i);
	for (size_t i = 0; i < N(projects); i++)
		check_project(i);
	check_complete();
	return tap_done();
}
