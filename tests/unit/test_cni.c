/* SPDX-License-Identifier: Apache-2.0 */
/* Names and versions of network plugins, as people and images write them. */
#include "lib/tap.h"

#include "policy/cni.h"

#include <string.h>

struct named {
	const char *text;
	const char *want; /* as it is said back */
};

static const struct named understood[] = {
	{"cilium", "cilium"},
	{"cilium@1.18", "cilium 1.18"},
	{"cilium@v1.18.2", "cilium 1.18"},
	{"Cilium@1.20.0-rc.1", "cilium 1.20"},
	{"calico@3.28", "calico 3.28"},
	{"canal@3.27", "calico 3.27"},
	{"aws-vpc-cni@1.19", "aws 1.19"},
	{"weave-net", "weave"},
	{"dataplane-v2", "gke"},
	{"kindnet@20241212", "kindnet 20241212"},
	{"flannel@0.26", "flannel 0.26"},
	{"spec", "spec"},
	{"none", "spec"},
};

static const struct named refused[] = {
	{"cillium", "unknown CNI 'cillium'; did you mean 'cilium'?"},
	{"calcio@3.28", "unknown CNI 'calcio'; did you mean 'calico'?"},
	{"cilium@latest", "version 'latest' of cilium, expected MAJOR.MINOR as in 1.18"},
	{"cilium@1", "version '1' of cilium, expected MAJOR.MINOR as in 1.18"},
	{"cilium@1.18x", "version '1.18x' of cilium, expected MAJOR.MINOR as in 1.18"},
	{"cilium@", "version '' of cilium, expected MAJOR.MINOR as in 1.18"},
	{"cilium@99999.1", "version '99999.1' of cilium, expected MAJOR.MINOR as in 1.18"},
};

static void test_parse(struct arena *arena)
{
	struct policy_cni cni;

	for (size_t i = 0; i < sizeof(understood) / sizeof(understood[0]); i++) {
		const char *problem = policy_cni_parse(understood[i].text, arena, &cni);

		ok_str(problem, NULL, "%s is understood", understood[i].text);
		if (!problem)
			ok_str(policy_cni_text(&cni, arena), understood[i].want, "%s",
			       understood[i].text);
	}
	for (size_t i = 0; i < sizeof(refused) / sizeof(refused[0]); i++)
		ok_str(policy_cni_parse(refused[i].text, arena, &cni), refused[i].want,
		       "'%s' is refused", refused[i].text);
	ok(strstr(policy_cni_parse("x", arena, &cni), "one of cilium, calico, ") != NULL,
	   "what is like nothing gets the list");
}

static void test_since(void)
{
	const struct policy_cni some = {POLICY_CNI_CILIUM, 1, 18};
	const struct policy_cni newest = {.id = POLICY_CNI_CILIUM};

	ok(policy_cni_since(&some, 1, 18), "1.18 is 1.18");
	ok(policy_cni_since(&some, 1, 9), "1.18 is after 1.9");
	ok(policy_cni_since(&some, 0, 99), "1.18 is after 0.99");
	ok(!policy_cni_since(&some, 1, 19), "1.18 is before 1.19");
	ok(!policy_cni_since(&some, 2, 0), "1.18 is before 2.0");
	ok(policy_cni_since(&newest, 99, 0), "what is not known counts as the newest");
}

int main(void)
{
	struct arena arena;

	arena_init(&arena);
	test_parse(&arena);
	test_since();
	arena_release(&arena);
	return tap_done();
}
