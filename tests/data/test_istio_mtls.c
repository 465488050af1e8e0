/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PeerAuthentication, on the inputs of Istio's ambient tests: a walk over the tiers against the
 * modes as the API's text has them, and against the policies that Istio generates of them.
 */
#include "lib/naive.h"
#include "lib/policies.h"
#include "lib/rbac.h"
#include "lib/reading.h"
#include "lib/tap.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))
#define DATA "../shared/data/l7/istio/ambient"

static const char *const namespaces[] = {"default", "foo", "other", "istio-system"};
static const char *const apps[] = {"a", "b"};
static const uint16_t ports[] = {80, 8080, 9090, 9091};

static const char *ns_of(const struct tree_node *object)
{
	const char *ns = tree_get_string(tree_get(object, "metadata"), "namespace");

	return ns ? ns : "default";
}

/* NULL: it says none. */
static const char *mode_of(const struct tree_node *mtls)
{
	const char *mode = tree_get_string(mtls, "mode");

	return mode && strcmp(mode, "UNSET") != 0 ? mode : NULL;
}

static const char *app_of(const struct tree_node *object)
{
	const struct tree_node *selector = tree_get(tree_get(object, "spec"), "selector");

	return tree_get_string(tree_get(selector, "matchLabels"), "app");
}

/* The policy of a namespace, or of the workloads of an app in it. */
static const struct tree_node *spec_of(const struct reading *in, const char *ns, const char *app)
{
	for (size_t i = 0; i < in->roots.n; i++) {
		const struct tree_node *object = in->roots.items[i];
		const char *own = app_of(object);

		if (strcmp(ns_of(object), ns) == 0 && !own == !app &&
		    (!app || strcmp(own, app) == 0))
			return tree_get(object, "spec");
	}
	return NULL;
}

/* The mode that counts at a port. */
static const char *mode_at(const struct reading *in, const char *ns, const char *app, uint16_t port)
{
	const bool is_root = strcmp(ns, "istio-system") == 0;
	const struct tree_node *workload = is_root ? NULL : spec_of(in, ns, app);
	const char *mode;
	char key[8];

	snprintf(key, sizeof(key), "%u", port);
	mode = mode_of(tree_get(tree_get(workload, "portLevelMtls"), key));
	if (!mode)
		mode = mode_of(tree_get(workload, "mtls"));
	if (!mode)
		mode = mode_of(tree_get(spec_of(in, ns, NULL), "mtls"));
	if (!mode)
		mode = mode_of(tree_get(spec_of(in, "istio-system", NULL), "mtls"));
	return mode ? mode : "PERMISSIVE";
}

/* Whether the policies let a source in; `is_known`: in the mesh. */
static bool is_let_in(const struct policies *read, const char *ns, const char *app, uint16_t port,
		      bool is_known)
{
	struct intern *intern = &read->snapshot->intern;
	struct model_label label = {intern_str(intern, "app"), intern_str(intern, app)};
	struct model_namespace place = {.name = intern_str(intern, ns)};
	struct model_pod subject = {.in_mesh = true, .ns = &place, .labels = {&label, 1}};
	struct model_account account = {.ns = &place};
	struct model_pod peer = {.in_mesh = true, .ns = &place, .account = &account};
	const struct naive_flow flow = {
		.snapshot = read->snapshot,
		.set = read->set,
		.subject = &subject,
		.peer = is_known ? &peer : NULL,
		.addr = ip_v4(0x0a000001),
		.direction = POLICY_INGRESS,
		.space = PORT_TCP,
		.port = port,
	};

	subject.account = &account;
	return naive_allows(&flow);
}

static void check_pod(const struct policies *read, const struct reading *in, const char *ns,
		      const char *app)
{
	uint32_t n_wrong = 0;

	for (size_t i = 0; i < N(ports); i++) {
		const bool is_strict = strcmp(mode_at(in, ns, app, ports[i]), "STRICT") == 0;

		if (is_let_in(read, ns, app, ports[i], false) == !is_strict &&
		    is_let_in(read, ns, app, ports[i], true))
			continue;
		diag("%s %s %u: %s", ns, app, ports[i], mode_at(in, ns, app, ports[i]));
		n_wrong++;
	}
	ok(n_wrong == 0, "%s: %s/%s", in->file->name, ns, app);
}

/* What Istio denies by the policy that it makes of one of a workload. */
static void check_generated(const struct policies *read, const struct reading *in,
			    const struct reading *out)
{
	const struct tree_node *made = out->roots.items[0];
	const struct tree_node *groups = tree_get(made, "groups");
	const char *ns = tree_get_string(made, "namespace");
	uint32_t n_denied = 0, n_wrong = 0;

	for (size_t i = 0; i < N(ports); i++) {
		const struct rbac_connection nobody = {.port = ports[i]};
		bool is_denied = false;

		for (uint32_t k = 0; k < groups->len; k++)
			is_denied |= rbac_ztunnel(groups->items[k], &nobody) == RBAC_YES;
		n_denied += is_denied;
		n_wrong += is_denied && is_let_in(read, ns ? ns : "default", "a", ports[i], false);
	}
	ok(n_wrong == 0 && n_denied > 0, "%s: what is generated denies no more (%u ports)",
	   in->file->name, n_denied);
}

static void check_file(const char *name)
{
	struct reading in, out;
	struct policies read;
	char path[512];

	snprintf(path, sizeof(path), DATA "/%s", name);
	policies_read_path(&read, path);
	if (!ok(read.diags.n_errors == 0 && reading_of_file(&in, path) == 0, "%s is read", name))
		bail("%s", policies_diags(&read));
	for (size_t i = 0; i < N(namespaces); i++)
		for (size_t k = 0; k < N(apps); k++)
			check_pod(&read, &in, namespaces[i], apps[k]);
	snprintf(path, sizeof(path), DATA "/%.*s.yaml", (int)(strlen(name) - strlen("-in.yaml")),
		 name);
	if (reading_of_file(&out, path) == 0 && out.roots.n == 1 &&
	    tree_get(out.roots.items[0], "groups"))
		check_generated(&read, &in, &out);
	reading_release(&out);
	reading_release(&in);
	policies_release(&read);
}

static int is_input(const struct dirent *entry)
{
	return strncmp(entry->d_name, "peer-authn", 10) == 0 && strstr(entry->d_name, "-in.yaml");
}

int main(void)
{
	struct dirent **entries;
	int n;

	if (access(DATA, R_OK) < 0)
		skip_all("no " DATA);
	n = scandir(DATA, &entries, is_input, alphasort);
	ok(n > 0, "%d inputs", n);
	for (int i = 0; i < n; i++) {
		check_file(entries[i]->d_name);
		free(entries[i]);
	}
	free(entries);
	return tap_done();
}
