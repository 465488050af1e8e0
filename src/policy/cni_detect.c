/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/cni_detect.h"

#include "base/text.h"

#include <string.h>

/*
 * How a CNI shows itself: by the name of its DaemonSet, which may have more at its end, or by the
 * name of an image without its registry and path.
 */
struct sign {
	const char *name;  /* NULL: by image only */
	const char *ns;    /* NULL: in any namespace */
	const char *image; /* NULL: by name only */
	uint8_t cni;
	uint8_t standing;
	bool is_versioned; /* the tag of the image is the CNI's version */
};

enum standing { NETWORK_ONLY, MAY_ENFORCE, ENFORCES };

/* clang-format off */
static const struct sign signs[] = {
	/* Google's anetd runs Cilium; its tags are neither Cilium's versions nor GKE's. */
	{"anetd", NULL, NULL, POLICY_CNI_GKE, ENFORCES, false},
	{"cilium", NULL, "cilium", POLICY_CNI_CILIUM, ENFORCES, true},
	{"calico-node", NULL, "calico-node", POLICY_CNI_CALICO, ENFORCES, true},
	{NULL, NULL, "mirrored-cilium-cilium", POLICY_CNI_CILIUM, ENFORCES, true},
	{NULL, NULL, "hardened-calico", POLICY_CNI_CALICO, ENFORCES, true},
	{NULL, NULL, "mirrored-calico-node", POLICY_CNI_CALICO, ENFORCES, true},
	{"canal", NULL, "calico/node", POLICY_CNI_CALICO, ENFORCES, true},
	{"antrea-agent", NULL, "antrea-agent-ubuntu", POLICY_CNI_ANTREA, ENFORCES, true},
	{NULL, NULL, "antrea-ubuntu", POLICY_CNI_ANTREA, ENFORCES, true},
	{"kube-network-policies", NULL, "kube-network-policies",
	 POLICY_CNI_KUBE_NETWORK_POLICIES, ENFORCES, true},
	{"kindnet", NULL, "kindnetd", POLICY_CNI_KINDNET, MAY_ENFORCE, true},
	{"kube-flannel", NULL, "flannel", POLICY_CNI_FLANNEL, NETWORK_ONLY, true},
	{NULL, NULL, "mirrored-flannel-flannel", POLICY_CNI_FLANNEL, NETWORK_ONLY, true},
	{NULL, NULL, "hardened-flannel", POLICY_CNI_FLANNEL, NETWORK_ONLY, true},
	{NULL, NULL, "mirrored-flannelcni-flannel", POLICY_CNI_FLANNEL, NETWORK_ONLY, true},
	{"aws-node", NULL, "amazon-k8s-cni", POLICY_CNI_AWS, MAY_ENFORCE, true},
	{"azure-npm", NULL, "azure-npm", POLICY_CNI_AZURE, ENFORCES, true},
	{"ovnkube-node", NULL, "ovn-kube-u", POLICY_CNI_OVN_KUBERNETES, ENFORCES, true},
	{"sdn", "openshift-sdn", NULL, POLICY_CNI_OPENSHIFT_SDN, ENFORCES, false},
	{"kube-router", NULL, "kube-router", POLICY_CNI_KUBE_ROUTER, ENFORCES, true},
	{"weave-net", NULL, "weave-kube", POLICY_CNI_WEAVE, ENFORCES, true},
	{"kube-ovn-cni", NULL, "kube-ovn", POLICY_CNI_KUBE_OVN, ENFORCES, true},
};
/* clang-format on */

#define N_SIGNS (sizeof(signs) / sizeof(signs[0]))

/* A DaemonSet, and the CNI that it shows; `sign` NULL: none. */
struct shown {
	const struct sign *sign;
	const struct model_workload *daemon;
	struct policy_cni cni;
	const char *off;
};

/* Where the tag begins, after the last part of the path; at a digest or the end without one. */
static size_t name_end(const char *image)
{
	const char *slash = strrchr(image, '/');
	const char *last = slash ? slash + 1 : image;

	return (size_t)(last - image) + strcspn(last, ":@");
}

/* "calico/node" is "quay.io/calico/node:v3.30.1" and not "my-calico/node". */
static bool is_image(const char *image, const char *name)
{
	const size_t end = name_end(image);
	const size_t len = strlen(name);

	return end >= len && memcmp(image + end - len, name, len) == 0 &&
	       (end == len || image[end - len - 1] == '/');
}

static bool has_name(const struct sign *sign, const struct model_workload *daemon)
{
	const char *behind = sign->name ? text_behind(daemon->name, sign->name) : NULL;

	/* "kube-flannel-ds-amd64" is kube-flannel's; "cilium-envoy" is not Cilium. */
	return behind && (!*behind || text_behind(behind, "-ds")) &&
	       (!sign->ns || strcmp(daemon->ns->name, sign->ns) == 0);
}

static const char *find_image(const struct sign *sign, const struct model_workload *daemon)
{
	for (uint32_t i = 0; i < daemon->images.n && sign->image; i++)
		if (is_image(daemon->images.items[i], sign->image))
			return daemon->images.items[i];
	return NULL;
}

static void read_version(struct shown *shown)
{
	for (size_t i = 0; i < N_SIGNS; i++) {
		const char *image = find_image(&signs[i], shown->daemon);

		if (signs[i].cni == shown->cni.id && signs[i].is_versioned && image &&
		    image[name_end(image)] == ':' &&
		    policy_cni_version(image + name_end(image) + 1, &shown->cni))
			return;
	}
}

/* An option that turns policy off; what people set in ConfigMaps is not seen. */
static const struct {
	uint8_t cni;
	const char *option;
} switches[] = {
	{POLICY_CNI_AWS, "--enable-network-policy=false"}, /* of its node agent, as it is shipped */
	{POLICY_CNI_KINDNET, "--network-policy=false"},
	{POLICY_CNI_KUBE_ROUTER, "--run-firewall=false"},
};

static const char *find_switch(enum policy_cni_id cni, const struct model_texts *args)
{
	for (size_t i = 0; i < sizeof(switches) / sizeof(switches[0]); i++)
		for (uint32_t j = 0; j < args->n && switches[i].cni == cni; j++)
			if (strcmp(args->items[j], switches[i].option) == 0)
				return switches[i].option;
	return NULL;
}

/* What a DaemonSet shows: its sign of the highest standing, the first of several. */
static struct shown look_at(const struct model_workload *daemon)
{
	struct shown shown = {.daemon = daemon};

	for (size_t i = 0; i < N_SIGNS; i++) {
		if (!find_image(&signs[i], daemon) && !has_name(&signs[i], daemon))
			continue;
		if (!shown.sign || shown.sign->standing < signs[i].standing)
			shown.sign = &signs[i];
	}
	if (shown.sign) {
		shown.cni.id = shown.sign->cni;
		shown.off = find_switch(shown.cni.id, &daemon->args);
		read_version(&shown);
	}
	return shown;
}

static const char *daemon_text(struct model_snapshot *snapshot, const struct model_workload *daemon)
{
	return arena_printf(&snapshot->arena, "DaemonSet %s/%s", daemon->ns->name, daemon->name);
}

static void report_rivals(struct model_snapshot *snapshot, const struct shown *one,
			  const struct shown *other, struct diag_list *diags)
{
	struct diag *diag = diag_add(
		diags, DIAG_BH0112, one->daemon->span,
		"%s runs %s, and %s runs %s: policies are taken as their specifications say",
		daemon_text(snapshot, one->daemon), policy_cni_title(one->cni.id),
		daemon_text(snapshot, other->daemon), policy_cni_title(other->cni.id));

	diag_hint(diags, diag, "say which one enforces: --cni %s", policy_cni_name(one->cni.id));
}

static struct shown find_daemon(const struct model_snapshot *snapshot, struct shown *ret_rival)
{
	struct shown best = {0};

	for (uint32_t i = 0; i < snapshot->n_workloads; i++) {
		struct shown shown;

		if (strcmp(snapshot->workloads[i]->kind, "DaemonSet") != 0)
			continue;
		shown = look_at(snapshot->workloads[i]);
		if (!shown.sign)
			continue;
		if (!best.sign || shown.sign->standing > best.sign->standing)
			best = shown;
		else if (shown.cni.id != best.cni.id && shown.sign->standing == best.sign->standing)
			*ret_rival = shown;
	}
	return best;
}

static enum policy_cni_id vendor_of(const char *group)
{
	if (strcmp(group, "cilium.io") == 0)
		return POLICY_CNI_CILIUM;
	if (strcmp(group, "projectcalico.org") == 0 || strcmp(group, "crd.projectcalico.org") == 0)
		return POLICY_CNI_CALICO;
	return POLICY_CNI_UNKNOWN;
}

static const char *policy_text(struct model_snapshot *snapshot,
			       const struct model_policy_object *object)
{
	return arena_printf(&snapshot->arena, "%s %s%s%s (%s)", object->kind,
			    object->ns ? object->ns : "", object->ns ? "/" : "", object->name,
			    object->group);
}

static struct policy_cni_finding find_vendor(struct model_snapshot *snapshot,
					     struct diag_list *diags)
{
	const struct model_policy_object *first = NULL;

	for (uint32_t i = 0; i < snapshot->n_policies; i++) {
		const struct model_policy_object *object = snapshot->policies[i];
		enum policy_cni_id vendor = vendor_of(object->group);
		struct diag *diag;

		if (!vendor || (first && vendor == vendor_of(first->group)))
			continue;
		if (!first) {
			first = object;
			continue;
		}
		diag = diag_add(diags, DIAG_BH0111, object->span,
				"%s is %s's and %s is %s's, and nothing says which one enforces",
				policy_text(snapshot, object), policy_cni_title(vendor),
				policy_text(snapshot, first),
				policy_cni_title(vendor_of(first->group)));
		diag_relate(diag, first->span, "the other one");
		diag_hint(diags, diag, "pass --cni cilium or --cni calico");
		return (struct policy_cni_finding){0};
	}
	if (!first)
		return (struct policy_cni_finding){0};
	return (struct policy_cni_finding){.cni.id = vendor_of(first->group),
					   .from = policy_text(snapshot, first)};
}

struct policy_cni_finding policy_cni_detect(struct model_snapshot *snapshot,
					    struct diag_list *diags)
{
	struct shown rival = {0};
	struct shown shown = find_daemon(snapshot, &rival);

	if (!shown.sign)
		return find_vendor(snapshot, diags);
	if (!rival.sign || rival.sign->standing != shown.sign->standing)
		return (struct policy_cni_finding){shown.cni, shown.off,
						   daemon_text(snapshot, shown.daemon)};
	report_rivals(snapshot, &shown, &rival, diags);
	return find_vendor(snapshot, diags);
}
