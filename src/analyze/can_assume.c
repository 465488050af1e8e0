/* SPDX-License-Identifier: Apache-2.0 */
/* What an answer rests on that the input does not say. */
#include "analyze/can_answer.h"

#include "analyze/interest.h"
#include "analyze/text.h"

struct assuming {
	struct analyze_answer *answer;
	const struct matrix *matrix;
};

static void assume(struct assuming *assuming, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

static void assume(struct assuming *assuming, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vec_push(&assuming->answer->assumptions,
		 arena_vprintf(&assuming->answer->arena, format, args));
	va_end(args);
}

/* What the subjects in `ends` ask about the other side. */
static struct analyze_interest find_interest(const struct assuming *assuming,
					     const struct ends *ends,
					     enum policy_direction direction)
{
	const struct compile_world *world = assuming->matrix->judge->world;
	struct analyze_interest interest = {0};

	for (size_t i = 0; i < ends->groups.n; i++) {
		const struct end *end = &ends->items.items[ends->groups.items[i].first];
		const struct policy *const *policies;
		uint32_t n;

		if (!end->pod || end->pod->host_network)
			continue;
		policies = compile_policies(world, compile_subject_class(world, end->pod), &n);
		for (uint32_t j = 0; j < n; j++)
			analyze_interest_add(&interest, policies[j], direction);
	}
	return interest;
}

static void assume_addresses(struct assuming *assuming, const struct ends *ends)
{
	const struct end *first = NULL;
	uint32_t n = 0;
	char text[IP_TEXT_SIZE];

	for (size_t i = 0; i < ends->items.n; i++) {
		const struct end *end = &ends->items.items[i];

		if (!end->pod || !end->pod->is_address_assumed)
			continue;
		if (!n++)
			first = end;
	}
	if (n == 1)
		assume(assuming, "%s has no address in the input, %s is assumed",
		       ends->items.n == 1 ? ends->endpoint->id
					  : analyze_pod_id(first->pod, &assuming->answer->arena),
		       ip_format(&first->pod->ips[0], text));
	else if (n)
		assume(assuming, "%u pods of %s have no address in the input, theirs are assumed",
		       n, ends->endpoint->id);
}

static void assume_namespaces(struct assuming *assuming, const struct ends *ends)
{
	const struct model_namespace *said = NULL;

	for (size_t i = 0; i < ends->items.n; i++) {
		const struct model_pod *pod = ends->items.items[i].pod;

		if (!pod || pod->ns->origin == MODEL_DECLARED || pod->ns == said)
			continue;
		said = pod->ns;
		assume(assuming,
		       "Namespace %s is not in the input: it is taken to have no label but its "
		       "name",
		       said->name);
	}
}

static void assume_host_address(struct assuming *assuming, const struct analyze_endpoint *endpoint)
{
	for (uint32_t i = 0; i < endpoint->n_pods; i++)
		if (endpoint->pods[i]->host_network && endpoint->pods[i]->n_ips == 0) {
			assume(assuming,
			       "%s is on the host network of a node whose address is not known: "
			       "every address is judged",
			       endpoint->id);
			return;
		}
}

static void assume_endpoint(struct assuming *assuming, const struct analyze_endpoint *endpoint)
{
	const struct model_pod *pod = endpoint->n_pods ? endpoint->pods[0] : NULL;

	if (pod && pod->origin == MODEL_ASSUMED)
		assume(assuming, "%s, the cluster's DNS, is not in the input", endpoint->id);
	if (pod && pod->origin == MODEL_HYPOTHETICAL)
		assume(assuming, "%s is hypothetical", endpoint->id);
	assume_host_address(assuming, endpoint);
	if (pod && pod->workload->is_scaled_to_zero)
		assume(assuming, "%s is scaled to zero: a pod of its template is judged",
		       endpoint->id);
}

static void assume_ports(struct assuming *assuming, const struct analyze_endpoint *to)
{
	if (to->service && to->service->is_headless)
		assume(assuming, "%s is headless: its pods are reached at the port itself", to->id);
}

/* Whether some pod of `pods` may run on the node that is an end of `hosts`, as far as is known. */
static bool has_perhaps_own_node(const struct ends *hosts, const struct ends *pods)
{
	for (size_t i = 0; i < hosts->groups.n; i++)
		for (size_t j = 0; j < pods->groups.n; j++)
			if (cell_is_perhaps_own_node(
				    &hosts->items.items[hosts->groups.items[i].first],
				    &pods->items.items[pods->groups.items[j].first]))
				return true;
	return false;
}

static void assume_node(struct assuming *assuming, struct analyze_interest egress)
{
	const struct ends *from = &assuming->matrix->from, *to = &assuming->matrix->to;

	if (has_perhaps_own_node(from, to))
		assume(assuming,
		       "%s and %s are taken to be on different nodes: from its own node a pod is "
		       "always reached",
		       from->endpoint->id, to->endpoint->id);
	if (egress.in_own_node && has_perhaps_own_node(to, from))
		assume(assuming,
		       "%s and %s are taken to be on different nodes: rules tell a pod's own node "
		       "from others",
		       from->endpoint->id, to->endpoint->id);
}

static void assume_peers(struct assuming *assuming, struct analyze_interest interest,
			 const struct ends *peers)
{
	if (interest.in_addresses)
		assume_addresses(assuming, peers);
	if (interest.in_namespace_labels)
		assume_namespaces(assuming, peers);
}

void answer_list_assumptions(struct analyze_answer *answer, const struct matrix *matrix)
{
	struct assuming assuming = {answer, matrix};
	const struct analyze_endpoint *from = answer->question.from, *to = answer->question.to;
	const struct analyze_interest egress =
		find_interest(&assuming, &matrix->from, POLICY_EGRESS);

	assume_endpoint(&assuming, from);
	if (to != from)
		assume_endpoint(&assuming, to);
	if (matrix->judge->identity)
		assume(&assuming, "the source has the identity %s", matrix->judge->identity);
	assume_ports(&assuming, to);
	assume_peers(&assuming, find_interest(&assuming, &matrix->to, POLICY_INGRESS),
		     &matrix->from);
	assume_peers(&assuming, egress, &matrix->to);
	assume_node(&assuming, egress);
}

void answer_list_conditions(struct analyze_answer *answer)
{
	for (int side = 0; side < POLICY_N_DIRECTIONS; side++) {
		const struct analyze_refs *rules = &answer->sides[side].rules;

		for (size_t i = 0; i < rules->n; i++)
			if (rules->items[i].rule &&
			    policy_rule_is_conditional(rules->items[i].rule))
				vec_push(&answer->conditions,
					 analyze_condition_text(rules->items[i].rule,
								&answer->arena));
	}
}
