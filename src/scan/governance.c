/* SPDX-License-Identifier: Apache-2.0 */
/* BH701, BH702 and BH316: who answers for policies, and contracts. */
#include "scan/check.h"

#include "scan/config.h"

#include <string.h>

void scan_annotations(struct scan *scan, const struct model_manifest *manifest)
{
	const struct scan_texts *required = scan->config ? &scan->config->required_annotations
							 : &(struct scan_texts){0};
	const struct tree_node *metadata = tree_get(manifest->root, "metadata");

	for (size_t i = 0; scan_is_policy(manifest) && metadata && i < required->n; i++)
		if (!scan_annotation(manifest->root, required->items[i]))
			scan_help(scan,
				  scan_report(scan,
					      scan_at_manifest(manifest,
							       tree_span(manifest->file, metadata)),
					      "the policy has no annotation '%s': nobody is there "
					      "to ask when it is to change",
					      required->items[i]),
				  "add it to metadata.annotations");
}

#define REVIEW_BY "bulkhead.dev/review-by"

void scan_review(struct scan *scan, const struct model_manifest *manifest)
{
	static const char *const keys[] = {REVIEW_BY, "review-by", "review-date"};
	const struct tree_node *annotations =
		scan_node(manifest->root, "metadata", "annotations", NULL);

	for (size_t i = 0; scan_is_policy(manifest) && i < sizeof(keys) / sizeof(keys[0]); i++) {
		const struct tree_member *member = tree_member(annotations, keys[i]);
		int64_t day;

		if (!member || member->value->kind != TREE_STRING ||
		    !scan_time_parse(member->value->text, &day) || day > scan->options.now)
			continue;
		scan_report(
			scan, scan_at_manifest(manifest, tree_span(manifest->file, member->value)),
			"the review of the policy was due by %s: nobody has confirmed since that "
			"its access is still needed",
			member->value->text);
	}
}

static bool is_client(const struct scan_contract *contract, const struct model_pod *pod)
{
	for (size_t i = 0; i < contract->from.n; i++) {
		const struct scan_contract_peer *peer = &contract->from.items[i];
		bool fits = strcmp(peer->ns, pod->ns->name) == 0;

		for (uint32_t k = 0; fits && k < peer->labels.n; k++) {
			bool has = false;

			for (uint32_t l = 0; l < pod->labels.n; l++)
				has |= strcmp(pod->labels.items[l].key,
					      peer->labels.items[k].key) == 0 &&
				       strcmp(pod->labels.items[l].value,
					      peer->labels.items[k].value) == 0;
			fits = has;
		}
		if (fits)
			return true;
	}
	return false;
}

/* Of what the owner publishes nothing is missing, and nothing comes beside it. */
static void check_contract_port(struct scan *scan, const struct scan_contract *contract,
				const struct model_workload *owner, const struct model_port *port)
{
	const struct model_pod *to = owner->pods[0];
	const bool is_offered = contract->ports.n == 0 ||
				port_set_contains(&contract->ports, port->space, port->number);

	for (uint32_t i = 0; i < scan->snapshot->n_pods; i++) {
		const struct model_pod *from = scan->snapshot->pods[i];

		if (from->workload == owner || from->origin == MODEL_ASSUMED ||
		    (is_offered && is_client(contract, from)) ||
		    !scan_may(scan, from, to, port->space, port->number))
			continue;
		scan_help(
			scan,
			scan_report(scan, scan_at_workload(owner),
				    "%s can reach %s/%s:%u, which its contract does not give them",
				    from->origin == MODEL_HYPOTHETICAL
					    ? "pods that the input does not show"
					    : arena_printf(&scan->arena, "%s/%s", from->ns->name,
							   from->workload->name),
				    owner->ns->name, owner->name, port->number),
			"close it, or have its owner change the contract");
		return;
	}
}

void scan_contracts(struct scan *scan, const struct model_workload *workload)
{
	for (size_t i = 0; scan->config && i < scan->config->contracts.n; i++) {
		const struct scan_contract *contract = &scan->config->contracts.items[i];
		const struct scan_patterns one = {(struct scan_pattern *)&contract->service, 1, 1};

		if (!scan_is_subject(workload) ||
		    !scan_patterns_match(&one, workload->ns->name, workload->kind, workload->name))
			continue;
		for (uint32_t k = 0; k < workload->pods[0]->n_ports; k++)
			check_contract_port(scan, contract, workload, &workload->pods[0]->ports[k]);
	}
}
