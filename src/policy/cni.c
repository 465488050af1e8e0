/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/cni.h"

#include "base/diag.h"
#include "base/strbuf.h"

#include <stdlib.h>
#include <string.h>

static const char *const names[POLICY_N_CNIS] = {
#define X(id, name, title) [POLICY_CNI_##id] = name,
	POLICY_CNIS(X)
#undef X
};

static const char *const titles[POLICY_N_CNIS] = {
#define X(id, name, title) [POLICY_CNI_##id] = title,
	POLICY_CNIS(X)
#undef X
};

/* What else the same thing is called. Canal is Calico's policy over flannel's network. */
static const struct {
	const char *name;
	enum policy_cni_id id;
} aliases[] = {
	{"none", POLICY_CNI_UNKNOWN},       {"canal", POLICY_CNI_CALICO},
	{"kindnetd", POLICY_CNI_KINDNET},   {"kube-flannel", POLICY_CNI_FLANNEL},
	{"aws-vpc-cni", POLICY_CNI_AWS},    {"amazon-vpc-cni", POLICY_CNI_AWS},
	{"vpc-cni", POLICY_CNI_AWS},        {"azure-npm", POLICY_CNI_AZURE},
	{"dataplane-v2", POLICY_CNI_GKE},   {"gke-dataplane-v2", POLICY_CNI_GKE},
	{"ovn", POLICY_CNI_OVN_KUBERNETES}, {"ovnkube", POLICY_CNI_OVN_KUBERNETES},
	{"weave-net", POLICY_CNI_WEAVE},
};

#define N_ALIASES (sizeof(aliases) / sizeof(aliases[0]))

const char *policy_cni_name(enum policy_cni_id id)
{
	return names[id];
}

const char *policy_cni_title(enum policy_cni_id id)
{
	return titles[id];
}

const char *policy_cni_text(const struct policy_cni *cni, struct arena *arena)
{
	if (!cni->major && !cni->minor)
		return names[cni->id];
	return arena_printf(arena, "%s %s", names[cni->id],
			    policy_cni_version_text(cni->major, cni->minor, arena));
}

#define FIRST_YEAR 2000 /* no major version is as high, and no day before it */

const char *policy_cni_version_text(uint16_t major, uint16_t minor, struct arena *arena)
{
	return arena_printf(arena, major < FIRST_YEAR ? "%u.%u" : "%u%04u", major, minor);
}

static bool find(const char *name, size_t len, uint8_t *ret)
{
	for (uint8_t i = 0; i < POLICY_N_CNIS; i++)
		if (strlen(names[i]) == len && strncasecmp(names[i], name, len) == 0) {
			*ret = i;
			return true;
		}
	for (size_t i = 0; i < N_ALIASES; i++)
		if (strlen(aliases[i].name) == len &&
		    strncasecmp(aliases[i].name, name, len) == 0) {
			*ret = (uint8_t)aliases[i].id;
			return true;
		}
	return false;
}

static const char *unknown(const char *name, size_t len, struct arena *arena)
{
	const char *known[POLICY_N_CNIS + N_ALIASES];
	const char *copy = arena_strndup(arena, name, len);
	struct strbuf list = {0};
	const char *near;
	const char *problem;

	memcpy(known, names, sizeof(names));
	for (size_t i = 0; i < N_ALIASES; i++)
		known[POLICY_N_CNIS + i] = aliases[i].name;
	near = diag_did_you_mean(copy, known, POLICY_N_CNIS + N_ALIASES);
	if (near)
		return arena_printf(arena, "unknown CNI '%s'; did you mean '%s'?", copy, near);
	for (size_t i = POLICY_CNI_UNKNOWN + 1; i < POLICY_N_CNIS; i++)
		strbuf_printf(&list, "%s, ", names[i]);
	problem = arena_printf(arena, "unknown CNI '%s', expected one of %sor %s for none", copy,
			       strbuf_str(&list), names[POLICY_CNI_UNKNOWN]);
	strbuf_release(&list);
	return problem;
}

/* A version ends there, or goes on with what is of no interest: a patch, "-rc.1", "@sha256…". */
static bool is_over(const char *rest)
{
	return *rest == '\0' || strchr(".-+_@", *rest);
}

/* kindnet's images are named by the day they were built, 20241212: 2024.1212 to us. */
static bool read_day(const char *digits, struct policy_cni *cni)
{
	const unsigned long day = strtoul(digits, NULL, 10);

	cni->major = (uint16_t)(day / 10000);
	cni->minor = (uint16_t)(day % 10000);
	return true;
}

bool policy_cni_version(const char *text, struct policy_cni *cni)
{
	const char *major = text + (*text == 'v' || *text == 'V');
	const size_t n_major = strspn(major, "0123456789");
	const char *minor = major + n_major + 1;
	size_t n_minor;

	if (n_major == 8 && is_over(major + n_major))
		return read_day(major, cni);
	if (n_major == 0 || n_major > 4 || major[n_major] != '.')
		return false;
	n_minor = strspn(minor, "0123456789");
	if (n_minor == 0 || n_minor > 4 || !is_over(minor + n_minor))
		return false;
	cni->major = (uint16_t)strtoul(major, NULL, 10);
	cni->minor = (uint16_t)strtoul(minor, NULL, 10);
	return true;
}

const char *policy_cni_parse(const char *text, struct arena *arena, struct policy_cni *ret)
{
	const char *at = strchr(text, '@');
	const size_t len = at ? (size_t)(at - text) : strlen(text);
	struct policy_cni cni = {0};

	if (!find(text, len, &cni.id))
		return unknown(text, len, arena);
	if (at && !policy_cni_version(at + 1, &cni))
		return arena_printf(arena, "version '%s' of %.*s, expected MAJOR.MINOR as in 1.18",
				    at + 1, (int)len, text);
	*ret = cni;
	return NULL;
}

bool policy_cni_since(const struct policy_cni *cni, uint16_t major, uint16_t minor)
{
	if (!cni->major && !cni->minor)
		return true;
	return cni->major > major || (cni->major == major && cni->minor >= minor);
}

bool policy_cni_is_cilium(const struct policy_cni *cni)
{
	return cni->id == POLICY_CNI_CILIUM || cni->id == POLICY_CNI_GKE;
}
