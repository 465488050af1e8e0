/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/rule.h"

#include "scan/check.h"

#include <string.h>
#include <strings.h>

#define MEMBER_LOADING input
#define MEMBER_INPUT input
#define MEMBER_POLICY policy
#define MEMBER_RULE policy_rule
#define MEMBER_WORKLOAD workload
#define MEMBER_NAMESPACE ns
#define MEMBER_SERVICE service
#define MEMBER_MANIFEST manifest

const struct scan_rule scan_rules[SCAN_N_RULES] = {
#define X(id, severity, need, fix, unit, check, help) \
	[SCAN_##id] = {#id, \
		       help, \
		       SCAN_##severity, \
		       SCAN_NEED_##need, \
		       SCAN_FIX_##fix, \
		       SCAN_UNIT_##unit, \
		       {.MEMBER_##unit = check}},
	SCAN_RULES(X)
#undef X
};

/* Ids that are given away, and to what. */
static const char *const reserved[][2] = {
	{"BH108", "an object without a namespace"},
	{"BH208", "policyTypes that are not written"},
	{"BH210", "required labels that are missing"},
	{"BH309", "an unrestricted range of ports"},
	{"BH315", "access that nobody was seen to use"},
	{"BH411", "policies that say the same"},
	{"BH413", "an except without effect"},
	{"BH503", "a DNS rule without the node-local cache"},
	{"BH505", "a Service that nobody may reach"},
	{"BH508", "probes, webhooks and scrapes that are not admitted"},
	{"BH605", "a feature that the CNI does not have"},
	{"BH606", "traffic that policy does not cover"},
	{"BH607", "a pod that starts before its policy is in force"},
	{"BH705", "an exception that lasts too long"},
	{"BH706", "a cluster that differs from its repository"},
	{"BH805", "two APIs that do not agree"},
};

const struct scan_rule *scan_rule_find(const char *id)
{
	for (size_t i = 0; i < SCAN_N_RULES; i++)
		if (strcasecmp(scan_rules[i].id, id) == 0)
			return &scan_rules[i];
	return NULL;
}

const char *scan_rule_reserved(const char *id)
{
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		if (strcasecmp(reserved[i][0], id) == 0)
			return reserved[i][1];
	return NULL;
}

static const char *const severities[] = {
#define X(id, name) [SCAN_##id] = name,
	SCAN_SEVERITIES(X)
#undef X
};

const char *scan_severity_name(enum scan_severity severity)
{
	return severities[severity];
}

bool scan_severity_parse(const char *name, enum scan_severity *ret)
{
	for (size_t i = 0; i < SCAN_N_SEVERITIES; i++)
		if (strcmp(severities[i], name) == 0) {
			*ret = (enum scan_severity)i;
			return true;
		}
	return false;
}

const char *scan_need_name(enum scan_need need)
{
	static const char *const names[] = {
#define X(id, name) [SCAN_NEED_##id] = name,
		SCAN_NEEDS(X)
#undef X
	};

	return names[need];
}

const char *scan_fix_name(enum scan_fix fix)
{
	static const char *const names[] = {
#define X(id, name) [SCAN_FIX_##id] = name,
		SCAN_FIXES(X)
#undef X
	};

	return names[fix];
}
