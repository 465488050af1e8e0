/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/cilium_label.h"

#include "base/intern.h"
#include "base/text.h"

#include <stdio.h>
#include <string.h>

#define NAMESPACE_KEY "io.kubernetes.pod.namespace"
#define NAMESPACE_LABELS "io.cilium.k8s.namespace.labels"
#define ACCOUNT_KEY "io.cilium.k8s.policy.serviceaccount"
#define CLUSTER_KEY "io.cilium.k8s.policy.cluster"
#define OWN_KEYS "io.cilium.k8s.policy."
#define KEY_SIZE 512 /* longer ones are no label keys */

/* pkg/labelsfilter, defaultLabelPrefixCfg: the longer of the prefixes that fit decides. */
static const char *const included[] = {
	NAMESPACE_KEY,
	NAMESPACE_LABELS,
	"app.kubernetes.io",
	CLUSTER_KEY,
};

static const char *const excluded[] = {
	"io.kubernetes",
	"kubernetes.io",
	"statefulset.kubernetes.io/pod-name",
	"apps.kubernetes.io/pod-index",
	"batch.kubernetes.io/job-completion-index",
	"batch.kubernetes.io/controller-uid",
	"k8s.io",
	"pod-template-generation",
	"pod-template-hash",
	"controller-revision-hash",
	"controller-uid",
	"etcd_node",
};

#define N(array) (sizeof(array) / sizeof((array)[0]))

bool cilium_since(const struct policy_reader *reader, uint16_t major, uint16_t minor)
{
	const struct policy_cni *cni = &reader->options->cni;

	return cni->id != POLICY_CNI_CILIUM || policy_cni_since(cni, major, minor);
}

static size_t prefix_len(const char *key, const char *prefix)
{
	return text_behind(key, prefix) ? strlen(prefix) : 0;
}

static size_t longest_included(const char *key)
{
	size_t longest = 0;

	for (size_t i = 0; i < N(included); i++) {
		const size_t len = prefix_len(key, included[i]);

		longest = len > longest ? len : longest;
	}
	return longest;
}

/* The last place where the text ends, from the begin; 0: it is not there. */
static size_t end_of_last(const char *key, const char *text)
{
	size_t end = 0;

	for (const char *at = strstr(key, text); at; at = strstr(at + 1, text))
		end = (size_t)(at - key) + strlen(text);
	return end;
}

static void shorter(size_t *shortest, size_t len)
{
	if (len && (!*shortest || len < *shortest))
		*shortest = len;
}

static size_t shortest_excluded(const struct policy_reader *reader, const char *key)
{
	size_t shortest = 0;

	for (size_t i = 0; i < N(excluded); i++)
		shorter(&shortest, prefix_len(key, excluded[i]));
	shorter(&shortest, end_of_last(key, "beta.kubernetes.io"));
	if (prefix_len(key, "annotation"))
		shorter(&shortest, strlen(key));
	if (cilium_since(reader, 1, 20))
		shorter(&shortest, prefix_len(key, "topology.kubernetes.io"));
	return shortest;
}

/* Whether the identities of pods have labels of this key. */
static bool is_identity_label(const struct policy_reader *reader, const char *key)
{
	const size_t out = shortest_excluded(reader, key);

	return !out || longest_included(key) > out;
}

/* "k8s:app" → "app"; the source is empty if there is none. */
static const char *split_source(const char *text, size_t *ret_len)
{
	const char *colon = strchr(text, ':');

	*ret_len = colon ? (size_t)(colon - text) : 0;
	return colon ? colon + 1 : text;
}

static bool is_source(const char *text, size_t len, const char *source)
{
	return len == strlen(source) && memcmp(text, source, len) == 0;
}

static enum cilium_home home_of(const struct policy_reader *reader, const char **key)
{
	const char *ns_label;

	if (strcmp(*key, NAMESPACE_KEY) == 0) {
		*key = "kubernetes.io/metadata.name";
		return CILIUM_NAMESPACE;
	}
	if (strcmp(*key, ACCOUNT_KEY) == 0) {
		*key = MODEL_ACCOUNT_NAME;
		return CILIUM_ACCOUNT;
	}
	if (strcmp(*key, CLUSTER_KEY) == 0)
		return CILIUM_CLUSTER;
	if (!is_identity_label(reader, *key) || text_behind(*key, OWN_KEYS))
		return CILIUM_NOWHERE;
	ns_label = text_behind(*key, NAMESPACE_LABELS ".");
	if (ns_label) {
		*key = ns_label;
		return CILIUM_NAMESPACE_LABEL;
	}
	return CILIUM_POD;
}

struct cilium_key cilium_key_parse(const struct policy_reader *reader, const char *text)
{
	size_t source_len;
	const char *key = split_source(text, &source_len);
	enum cilium_home home = CILIUM_NOWHERE;

	if (is_source(text, source_len, "reserved"))
		home = CILIUM_RESERVED;
	else if (is_source(text, source_len, "cidr"))
		home = CILIUM_BLOCK;
	else if (!source_len || is_source(text, source_len, "k8s") ||
		 is_source(text, source_len, "any"))
		home = home_of(reader, &key);
	return (struct cilium_key){(uint8_t)home, intern_str(&reader->snapshot->intern, key)};
}

bool cilium_key_block(const char *key, struct ip_cidr *ret)
{
	char text[IP_CIDR_TEXT_SIZE];

	if (snprintf(text, sizeof(text), "%s", key) >= (int)sizeof(text))
		return false;
	for (char *at = text; *at; at++)
		if (*at == '-')
			*at = ':'; /* which no label may have */
	return ip_cidr_parse(text, ret, NULL) == 0;
}

const char *cilium_key_bare(const struct policy_reader *reader, const char *text)
{
	size_t source_len;

	return intern_str(&reader->snapshot->intern, split_source(text, &source_len));
}

/* The source becomes a part of the key ("any" if there is none), and counts with its length. */
const char *cilium_key_syntax(const char *text, size_t len)
{
	char extended[KEY_SIZE];
	size_t source_len;
	const char *key = split_source(text, &source_len);
	int size;

	if (len >= KEY_SIZE - sizeof("any."))
		return model_syntax_label_key(text, len);
	size = snprintf(extended, sizeof(extended), "%.*s.%s", (int)(source_len ? source_len : 3),
			source_len ? text : "any", key);
	return model_syntax_label_key(extended, (size_t)size);
}

static bool is_limited(const struct policy_reader *reader, bool is_of_namespaces, const char *key)
{
	char whole[KEY_SIZE];

	snprintf(whole, sizeof(whole), "%s%s", is_of_namespaces ? NAMESPACE_LABELS "." : "", key);
	return !is_identity_label(reader, whole);
}

void cilium_selector_limit(const struct policy_reader *reader, bool is_of_namespaces,
			   struct selector *selector)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < selector->n; i++) {
		struct selector_requirement *requirement = &selector->requirements[i];

		if (!is_limited(reader, is_of_namespaces, requirement->key)) {
			selector->requirements[n++] = *requirement;
		} else if (requirement->op == SELECTOR_IN || requirement->op == SELECTOR_EXISTS) {
			requirement->op = SELECTOR_IN; /* one of no values: nothing has it */
			requirement->n_values = 0;
			selector->requirements[n++] = *requirement;
		}
	}
	selector->n = n;
	selector_normalise(selector);
}
