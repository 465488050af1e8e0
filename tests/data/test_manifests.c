/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files of real projects and broken ones, as far as the model goes: every file loads or is refused
 * with a sentence, every project loads as a whole, and the edge cases have their objects.
 */
#include "model/load.h"

#include "lib/sketch.h"
#include "lib/tap.h"

#include <ftw.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define DATA "../shared/data"
#define DERIVED DATA "/manifests-broken/derived/"
#define N(array) (sizeof(array) / sizeof((array)[0]))

static uint32_t n_files;
static uint32_t n_objects;
static uint32_t n_refused;
static uint32_t n_silent; /* files of which nothing came, not even a word */
static uint32_t n_unsound;

/* What holds for every snapshot, whatever the input was. */
static bool is_sound(const struct model_snapshot *snapshot)
{
	bool is_sound = true;

	for (uint32_t i = 0; i < snapshot->n_pods; i++) {
		const struct model_pod *pod = snapshot->pods[i];

		is_sound &= pod->index == i && pod->workload && pod->ns == pod->workload->ns;
		is_sound &= pod->host_network || pod->n_ips > 0;
	}
	for (uint32_t i = 0; i < snapshot->n_workloads; i++)
		is_sound &= snapshot->workloads[i]->n_pods > 0;
	for (uint32_t i = 0; i < snapshot->n_policies; i++)
		is_sound &= snapshot->policies[i]->name && snapshot->policies[i]->root;
	return is_sound;
}

static bool speaks(const struct diag_list *diags)
{
	for (const struct diag *diag = diags->first; diag; diag = diag->next)
		if (diag->message[0] == '\0')
			return false;
	return diags->first;
}

static int load_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	struct sketch sketch;

	(void)st;
	(void)ftw;
	if (type != FTW_F)
		return 0;
	sketch_path(&sketch, path, NULL);
	n_files++;
	n_objects += sketch.snapshot->n_objects;
	n_refused += sketch.diags.n_errors > 0;
	if (sketch.snapshot->n_objects == 0 && !speaks(&sketch.diags)) {
		diag("nothing is said of %s", path);
		n_silent++;
	}
	if (!is_sound(sketch.snapshot)) {
		diag("%s gives an unsound snapshot", path);
		n_unsound++;
	}
	sketch_release(&sketch);
	return 0;
}

static void test_every_file(const char *folder)
{
	n_files = n_objects = n_refused = n_silent = n_unsound = 0;
	if (nftw(folder, load_file, 16, FTW_PHYS) < 0)
		bail("%s cannot be walked", folder);
	ok(n_files > 0 && n_objects > 0, "%s: %u files, %u objects, %u refused", folder, n_files,
	   n_objects, n_refused);
	ok_int(n_silent, 0, "each of them gives objects or words");
	ok_int(n_unsound, 0, "and a sound snapshot");
}

/* Counted by hand in the projects' own files; the assumed DNS comes on top. */
static void test_projects(void)
{
	static const struct {
		const char *path;
		uint32_t n_objects;
		uint32_t n_workloads;
		uint32_t n_pods;
		uint32_t n_services;
		uint32_t n_policies;
	} rows[] = {
		{"online-boutique/release/kubernetes-manifests.yaml", 35, 12, 12, 12, 0},
		{"sock-shop/deploy/kubernetes/complete-demo.yaml", 29, 14, 14, 14, 0},
		{"kube-prometheus", 80, 6, 7, 8, 8},
		{"kube-router/testdata/ipset_test_1", 12, 2, 2, 6, 2},
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct sketch sketch;
		char path[256];

		snprintf(path, sizeof(path), DATA "/manifests/%s", rows[i].path);
		sketch_path(&sketch, path, NULL);
		ok_int(sketch.snapshot->n_objects, rows[i].n_objects, "%s: objects", rows[i].path);
		ok_int(sketch.snapshot->n_workloads, rows[i].n_workloads, "workloads");
		ok_int(sketch.snapshot->n_pods, rows[i].n_pods, "pods");
		ok_int(sketch.snapshot->n_services, rows[i].n_services, "Services");
		ok_int(sketch.snapshot->n_policies, rows[i].n_policies, "policies");
		ok_int(sketch.diags.n_errors, 0, "without an error");
		sketch_release(&sketch);
	}
}

static void test_derived(void)
{
	static const struct {
		const char *file;
		uint32_t n_objects;
		const char *codes;
	} rows[] = {
		{"crlf.yaml", 1, ""},
		{"bom-utf8-mid-stream.yaml", 2, ""},
		{"empty.yaml", 0, "BH0007"},
		{"only-comments.yaml", 0, "BH0007"},
		{"only-separators.yaml", 0, "BH0007"},
		{"null-doc-between.yaml", 2, ""},
		{"doc-end-markers.yaml", 2, ""},
		{"anchors-merge.yaml", 1, "BH0101 1 x-common"},
		{"many-docs.yaml", 500, ""},
		{"list-kind.yaml", 13, ""},
		{"list-nested.yaml", 13, ""},
		{"networkpolicylist-no-item-kind.json", 13, ""},
		{"policy.json", 1, ""},
		{"policy-min.json", 1, ""},
		{"concatenated.json", 3, ""},
		{"json-lone-surrogate.json", 1, "BH0107"},
		{"norway-bools.yaml", 1,
		 "BH0104 4 n; BH0104 5 no; BH0104 5 yes; BH0104 5 on; BH0104 5 true; "
		 "BH0104 5 1.10; BH0104 5 0123; BH0104 5 1e3; BH0104 5 0x1F; BH0104 5 12"},
		{"case-wrong.yaml", 0, "BH0101 1 apiversion; BH0101 2 Kind; BH0101 1 apiversion"},
		{"old-apis.yaml", 2, "BH0109 1 extensions/v1beta1"},
		{"kustomization.yaml", 0, "BH0008"},
		{"separator-lookalikes.yaml", 2, "BH0002 75 ---x"},
		{"same-name-twice.yaml", 2, ""},
		{"gzip.yaml", 0, "BH0009"},
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct sketch sketch;
		char path[256];

		snprintf(path, sizeof(path), DERIVED "%s", rows[i].file);
		sketch_path(&sketch, path, NULL);
		ok_int(sketch.snapshot->n_objects, rows[i].n_objects, "%s: objects", rows[i].file);
		ok_str(sketch_codes(&sketch), rows[i].codes, "and problems");
		sketch_release(&sketch);
	}
}

int main(void)
{
	if (access(DATA "/manifests", R_OK) < 0)
		skip_all("no " DATA "/manifests");
	test_every_file(DATA "/manifests");
	test_every_file(DATA "/manifests-broken/derived");
	test_every_file(DATA "/manifests-broken/wild");
	test_projects();
	test_derived();
	return tap_done();
}
