/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/specification.h"

#include "policy/specification.h"

void analyze_specification_init(struct analyze_specification *ret,
				const struct analyze_cluster *cluster)
{
	bool *is_other = NULL;
	struct policy_set *policies = policy_set_by_specification(
		cluster->snapshot, cluster->policies, &cluster->options, &is_other);

	*ret = (struct analyze_specification){.cluster = *cluster, .is_other = is_other};
	if (policies)
		ret->cluster.policies = policies;
}

void analyze_specification_forget(struct analyze_specification *specification)
{
	if (specification->has_judge)
		analyze_judge_release(&specification->judge);
	specification->has_judge = false;
}

void analyze_specification_release(struct analyze_specification *specification)
{
	analyze_specification_forget(specification);
	*specification = (struct analyze_specification){0};
}

/* Whether a policy that is read in two ways selects one of the pods. */
static bool concerns(const struct analyze_specification *specification,
		     const struct analyze_judge *judge, const struct analyze_endpoint *endpoint)
{
	for (uint32_t i = 0; i < endpoint->n_pods; i++) {
		const uint32_t subject = compile_subject_class(judge->world, endpoint->pods[i]);
		const struct policy *const *policies;
		uint32_t n;

		if (subject == COMPILE_NONE)
			continue;
		policies = compile_policies(judge->world, subject, &n);
		for (uint32_t j = 0; j < n; j++)
			if (specification->is_other[policies[j]->index])
				return true;
	}
	return false;
}

static bool get_judge(struct analyze_specification *specification, const struct analyze_pods *pods,
		      struct diag_list *diags)
{
	if (!specification->has_judge)
		specification->has_judge = analyze_judge_init(&specification->judge,
							      &specification->cluster, pods->items,
							      pods->n, diags) == 0;
	return specification->has_judge;
}

void analyze_specification_compare(struct analyze_specification *specification,
				   const struct analyze_judge *judge,
				   const struct analyze_pods *pods, struct analyze_answer *answer,
				   struct diag_list *diags)
{
	const struct analyze_question *question = &answer->question;
	struct analyze_answer other;

	if (!specification->is_other || (!concerns(specification, judge, question->from) &&
					 !concerns(specification, judge, question->to)))
		return;
	if (!get_judge(specification, pods, diags) ||
	    !analyze_can(&specification->judge, &specification->cluster, question, diags, &other))
		return;
	if (analyze_answers_equal(answer, &other)) {
		analyze_answer_release(&other);
		return;
	}
	answer->specification = arena_alloc(&answer->arena, sizeof(other));
	*answer->specification = other;
	answer->specification->cluster = answer->cluster; /* its own does not live as long */
}
