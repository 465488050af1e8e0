/* SPDX-License-Identifier: Apache-2.0 */
#include "render/render.h"

#include "analyze/text.h"
#include "render/aside.h"
#include "render/place.h"

#include <stdio.h>
#include <string.h>

/* So many near misses help; the JSON has them all. */
#define MAX_NEAR 3
#define MAX_PARTS 40
#define MAX_REST 5

static const char *verdict_color(enum analyze_verdict verdict, bool color)
{
	static const char *const colors[ANALYZE_N_VERDICTS] = {
		[ANALYZE_ALLOW] = "\033[32m",
		[ANALYZE_DENY] = "\033[31m",
		[ANALYZE_PARTIAL] = "\033[33m",
		[ANALYZE_CONDITIONAL] = "\033[33m",
	};

	return color ? colors[verdict] : "";
}

static void print_verdict(enum analyze_verdict verdict, bool color)
{
	printf("%s%s%s", verdict_color(verdict, color), analyze_verdict_text(verdict),
	       color ? "\033[0m" : "");
}

/* Two policies of different kinds may have one name: all but the best known say their kind. */
static void print_ref(const struct analyze_ref *ref)
{
	struct strbuf text = {0};

	if (strcmp(ref->policy->group, "networking.k8s.io") != 0)
		strbuf_printf(&text, "%s ", ref->policy->kind);
	analyze_decider_text(ref->policy, ref->rule, &text);
	fputs(strbuf_str(&text), stdout);
	strbuf_release(&text);
}

static void print_policies(const struct analyze_refs *refs)
{
	for (size_t i = 0; i < refs->n; i++) {
		fputs(i ? ", " : "", stdout);
		print_ref(&refs->items[i]);
	}
}

/* One line for each reference: where it is, and what unless it was just named. */
static void print_refs(const struct analyze_refs *refs, bool is_named)
{
	for (size_t i = 0; i < refs->n; i++) {
		const struct analyze_ref *ref = &refs->items[i];

		fputs("          ", stdout);
		if (refs->n > 1 || !is_named) {
			fputs("   ", stdout);
			print_ref(ref);
		}
		place_print(ref->rule ? &ref->rule->span : &ref->policy->span, 3);
		putchar('\n');
	}
}

static void print_near(const struct analyze_ref *ref)
{
	struct strbuf text = {0};

	fputs("             nearest rule: ", stdout);
	print_ref(ref);
	printf(" %s; it allows only ", analyze_near_text(ref->near));
	if (ref->near == ANALYZE_NEAR_PEER || ref->near == ANALYZE_NEAR_EXCEPT)
		analyze_peers_text(ref->rule, &text);
	else
		analyze_rule_ports_text(ref->rule, &text);
	fputs(strbuf_str(&text), stdout);
	strbuf_release(&text);
	place_print(&ref->rule->span, 3);
	putchar('\n');
}

static void print_others(const char *words, const struct analyze_refs *refs)
{
	for (size_t i = 0; i < refs->n; i++) {
		printf("             %s: ", words);
		print_ref(&refs->items[i]);
		place_print(&refs->items[i].rule->span, 3);
		putchar('\n');
	}
}

/* The nearest first: by what kept them, then as they stand. */
static void print_nears(const struct analyze_refs *near)
{
	size_t n = 0;

	for (int kind = ANALYZE_NEAR_NONE + 1; kind < ANALYZE_N_NEARS; kind++)
		for (size_t i = 0; i < near->n; i++) {
			if (near->items[i].near != kind)
				continue;
			if (n++ < MAX_NEAR)
				print_near(&near->items[i]);
		}
	if (n > MAX_NEAR)
		printf("             and %zu more that came near\n", n - MAX_NEAR);
}

static void print_reason(const struct analyze_side *side)
{
	fputs(": ", stdout);
	if (side->verdict == ANALYZE_PARTIAL) {
		fputs("it depends", stdout);
	} else if (side->reason == VERDICT_DEFAULT_DENY) {
		fputs("isolated by ", stdout);
		print_policies(&side->rules);
		fputs(", and no rule allows it", stdout);
	} else if (side->reason == VERDICT_RULE) {
		fputs("by ", stdout);
		print_policies(&side->rules);
	} else {
		fputs(analyze_reason_text(side->reason), stdout);
		if (side->rules.n) {
			fputs(", by ", stdout);
			print_policies(&side->rules);
		}
	}
	putchar('\n');
}

/* A line, and where the rules are: "  egress  from shop/web   allowed: …" */
static void print_side(const struct analyze_side *side, const char *words, const char *who,
		       bool color)
{
	printf("  %s %s   ", words, who);
	print_verdict(side->verdict, color);
	print_reason(side);
	print_refs(&side->rules, side->verdict != ANALYZE_PARTIAL);
	print_nears(&side->near);
	print_others("left to the next tier by", &side->passed);
	print_others("without that, allowed by", &side->behind);
}

static void print_allowed(const char *words, const struct port_set *allowed)
{
	struct strbuf text = {0};

	analyze_ports_text(allowed, &text);
	printf("%s: %s\n", words, strbuf_str(&text));
	strbuf_release(&text);
}

static void print_part(const struct analyze_part *part, bool asks_ports, bool color)
{
	fputs("    ", stdout);
	print_verdict(part->verdict, color);
	printf("   %s → %s", part->from, part->to);
	if (part->family)
		printf("   over %s", part->family);
	putchar('\n');
	if (asks_ports)
		print_allowed("      allowed ports", &part->allowed);
}

/*
 * The verdict that so many parts have that one line for them is better; ANALYZE_N_VERDICTS: none.
 */
static enum analyze_verdict find_rest(const struct analyze_answer *answer)
{
	size_t n[ANALYZE_N_VERDICTS] = {0};

	for (size_t i = 0; i < answer->parts.n; i++)
		n[answer->parts.items[i].verdict]++;
	for (int verdict = 0; verdict < ANALYZE_N_VERDICTS; verdict++)
		if (verdict != ANALYZE_PARTIAL && n[verdict] > MAX_REST &&
		    2 * n[verdict] > answer->parts.n)
			return verdict;
	return ANALYZE_N_VERDICTS;
}

static void print_parts(const struct analyze_answer *answer, bool color)
{
	const enum analyze_verdict rest = find_rest(answer);
	size_t n_rest = 0, n = 0;

	for (size_t i = 0; i < answer->parts.n; i++) {
		const struct analyze_part *part = &answer->parts.items[i];

		if (part->verdict == rest)
			n_rest++;
		else if (n++ < MAX_PARTS)
			print_part(part, answer->asks_ports, color);
	}
	if (n > MAX_PARTS)
		printf("    and %zu more (-o json has all)\n", n - MAX_PARTS);
	if (n_rest) {
		fputs("    ", stdout);
		print_verdict(rest, color);
		printf("   the rest, %zu parts (-o json has all)\n", n_rest);
	}
}

static void print_covered(const struct analyze_endpoint *endpoint)
{
	if (endpoint->kind == ANALYZE_OUTSIDE && endpoint->n_covered)
		printf("  %s stands for the addresses outside the cluster; it also covers %u known "
		       "pod%s\n",
		       endpoint->id, endpoint->n_covered, endpoint->n_covered == 1 ? "" : "s");
}

/* Another answer to the same question. */
static void print_other(const struct analyze_answer *other, bool color)
{
	const struct analyze_question *question = &other->question;

	if (other->asks_ports)
		print_allowed("  allowed ports", &other->allowed);
	print_side(&other->sides[POLICY_EGRESS], "egress  from", question->from->id, color);
	print_side(&other->sides[POLICY_INGRESS], "ingress to  ", question->to->id, color);
}

static void print_staged(const struct analyze_answer *answer, bool color)
{
	fputs("  with what is staged        ", stdout);
	print_verdict(answer->staged->verdict, color);
	putchar('\n');
	print_other(answer->staged, color);
}

/* Where the CNI has its own reading of a policy. */
static void print_specification(const struct analyze_answer *answer, bool color)
{
	fputs("  but by the specification   ", stdout);
	print_verdict(answer->specification->verdict, color);
	printf("   (%s reads a policy in its own way)\n",
	       policy_cni_title(answer->cluster->options.cni.id));
	print_other(answer->specification, color);
}

void render_can_text(const struct analyze_answer *answer, bool color)
{
	const struct analyze_question *question = &answer->question;
	struct arena arena;

	arena_init(&arena);
	print_verdict(answer->verdict, color);
	printf("   %s → %s  %s\n", question->from->id, question->to->id,
	       analyze_port_format(&question->port, &arena));
	arena_release(&arena);
	if (answer->asks_ports)
		print_allowed(answer->parts.n ? "  allowed between all" : "  allowed ports",
			      &answer->allowed);
	print_side(&answer->sides[POLICY_EGRESS], "egress  from", question->from->id, color);
	print_side(&answer->sides[POLICY_INGRESS], "ingress to  ", question->to->id, color);
	print_parts(answer, color);
	print_covered(question->from);
	print_covered(question->to);
	for (size_t i = 0; i < answer->conditions.n; i++)
		printf("  if: %s\n", answer->conditions.items[i]);
	if (answer->staged)
		print_staged(answer, color);
	if (answer->specification)
		print_specification(answer, color);
	for (size_t i = 0; i < answer->assumptions.n; i++)
		printf("  assumed: %s\n", answer->assumptions.items[i]);
	render_aside_text(answer->cluster, "  ");
}
