/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/status.h"

#include "base/text.h"

#include "policy/schema.h"

#include <stdlib.h>
#include <string.h>

/* A condition, and the status of it that means trouble. */
struct trouble {
	const char *type;
	bool is_prefix; /* a name follows */
	const char *status;
};

/* clang-format off */
static const struct trouble troubles[] = {
	{"Valid", false, "False"},           /* Cilium */
	{"Accepted", false, "False"},        /* NetworkPolicy of Kubernetes 1.24 to 1.27 */
	{"PartialFailure", false, "True"},   /* the same */
	{"Failure", false, "True"},          /* the same */
	{"Ready-In-Zone-", true, "False"},   /* OVN-Kubernetes, of admin policies */
	{"Ready", false, "False"},
	{"Programmed", false, "False"},
	{"Reconciled", false, "False"},      /* Istio: it has not reached every proxy */
	{"ZtunnelAccepted", false, "False"}, /* Istio's ambient mode */
	{"WaypointAccepted", false, "False"},
};
/* clang-format on */

static bool is_trouble(const struct trouble *trouble, const char *type, const char *status)
{
	if (strcmp(status, trouble->status) != 0)
		return false;
	return trouble->is_prefix ? text_behind(type, trouble->type) != NULL
				  : strcmp(type, trouble->type) == 0;
}

/* -1: none. Istio writes a generation as a text. */
static int64_t read_generation(const struct tree_node *node)
{
	if (!node || (node->kind != TREE_INT && node->kind != TREE_STRING))
		return -1;
	return node->kind == TREE_INT ? node->integer : strtoll(node->text, NULL, 10);
}

/* It is about what the object was before its last change. */
static bool is_stale(const struct policy_reader *reader, const struct tree_node *condition)
{
	const struct tree_node *metadata = tree_get(reader->object->root, "metadata");
	const int64_t observed = read_generation(tree_get(condition, "observedGeneration"));

	return observed >= 0 && observed < read_generation(tree_get(metadata, "generation"));
}

static void report(struct policy_reader *reader, const struct tree_node *condition)
{
	const char *type = tree_get_string(condition, "type");
	const char *message = tree_get_string(condition, "message");
	const char *reason = tree_get_string(condition, "reason");
	const char *consequence = policy_cni_on_invalid(reader->object->group);
	struct diag *diag;

	if (!message || !*message)
		message = reason && *reason ? reason : "without a message";
	diag = diag_add(reader->diags, DIAG_BH0208, policy_span(reader, condition),
			"the cluster says of this %s: %s is %s: %s", reader->object->kind, type,
			tree_get_string(condition, "status"), message);
	if (consequence)
		diag_hint(reader->diags, diag, "when it is invalid, %s", consequence);
}

/* What a condition says that is trouble; NULL: nothing. */
static const struct trouble *find_trouble(const struct policy_reader *reader,
					  const struct tree_node *condition)
{
	const char *type = tree_get_string(condition, "type");
	const char *status = tree_get_string(condition, "status");

	if (!type || !status || is_stale(reader, condition))
		return NULL;
	for (size_t i = 0; i < sizeof(troubles) / sizeof(troubles[0]); i++)
		if (is_trouble(&troubles[i], type, status))
			return &troubles[i];
	return NULL;
}

void policy_status_check(struct policy_reader *reader)
{
	const struct tree_node *conditions =
		tree_get(tree_get(reader->object->root, "status"), "conditions");
	const struct trouble *said = NULL;

	for (uint32_t i = 0; conditions && conditions->kind == TREE_SEQ && i < conditions->len;
	     i++) {
		const struct trouble *trouble = find_trouble(reader, conditions->items[i]);

		/* One zone speaks for all: there may be a thousand. */
		if (trouble && trouble != said)
			report(reader, conditions->items[i]);
		said = trouble ? trouble : said;
	}
}
