/* SPDX-License-Identifier: Apache-2.0 */
#include "lab/explain.h"
#include "lab/session.h"
#include "lab/verbs.h"

#include "base/json.h"
#include "base/vec.h"
#include "compile/table.h"

#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* One line or object an event. */
struct printer {
	const struct lab_options *options;
	const struct lab_plan *plan;
	uint32_t node; /* whose events these are */
};

/* The lab's name of an address, else the address. In the arena. */
static const char *name_of(const struct printer *printer, const struct ip_addr *addr,
			   struct arena *arena)
{
	const struct lab_end *end = lab_find_address(printer->plan, addr);
	char text[IP_TEXT_SIZE];

	return end ? lab_end_title(end, arena) : arena_strdup(arena, ip_format(addr, text));
}

/* The event's clock counts from boot. "15:04:05.123" or RFC 3339. */
static const char *format_time(const struct event *event, bool is_full, char buf[64])
{
	struct timespec now, boot;
	int64_t ns;
	time_t seconds;
	struct tm tm;
	size_t len;

	clock_gettime(CLOCK_REALTIME, &now);
	clock_gettime(CLOCK_MONOTONIC, &boot);
	ns = (int64_t)event->time + (now.tv_sec - boot.tv_sec) * INT64_C(1000000000) +
	     (now.tv_nsec - boot.tv_nsec);
	seconds = ns / 1000000000;
	if (is_full)
		gmtime_r(&seconds, &tm);
	else
		localtime_r(&seconds, &tm);
	len = strftime(buf, 64, is_full ? "%Y-%m-%dT%H:%M:%S" : "%H:%M:%S", &tm);
	snprintf(buf + len, 64 - len, ".%03d%s", (int)(ns / 1000000 % 1000), is_full ? "Z" : "");
	return buf;
}

static struct lab_side side_of(const struct event *event, const struct table_view *table,
			       uint8_t direction)
{
	const struct table_outcome *outcome =
		table && event->outcome[direction] ? table_outcome(table, event->outcome[direction])
						   : NULL;
	const bool decides = direction == event->direction;

	return (struct lab_side){
		.table = table,
		.outcome = event->outcome[direction],
		.direction = direction,
		.action = decides || !outcome ? event->action : outcome->action,
		.reason = decides || !outcome ? event->reason : outcome->reason,
	};
}

/* A side is worth a word if it decided, or if a row of the table was read for it. */
static bool is_told(const struct event *event, uint8_t direction)
{
	return direction == event->direction ||
	       (event->action == TABLE_ALLOW && event->outcome[direction]);
}

/* What was dropped before its ports were read has none. */
static bool has_space(const struct event *event)
{
	switch (event->reason) {
	case VERDICT_NOT_IP:
	case VERDICT_MALFORMED:
	case VERDICT_FRAGMENT:
	case VERDICT_EXTENSION_HEADER:
		return false;
	default:
		return true;
	}
}

static void print_port(const struct event *event)
{
	if (!has_space(event))
		return;
	if (event->space <= VERDICT_SCTP)
		printf("  %u/%s", ntohs(event->dst_port), port_space_name(event->space));
	else
		printf("  %s", port_space_name(event->space));
}

static void print_text(const struct printer *printer, const struct event *event,
		       const struct table_view *table)
{
	const bool is_allowed = event->action == TABLE_ALLOW, color = printer->options->color;
	const struct ip_addr src = ip_from_bytes(event->family, (const uint8_t *)event->src);
	const struct ip_addr dst = ip_from_bytes(event->family, (const uint8_t *)event->dst);
	struct strbuf why = {0};
	struct arena arena;
	char time[64];

	arena_init(&arena);
	printf("%s  %s%-7s%s", format_time(event, false, time),
	       !color       ? ""
	       : is_allowed ? "\033[32m"
			    : "\033[31m",
	       is_allowed ? "allowed" : "denied", color ? "\033[0m" : "");
	if (event->family) {
		printf("  %s → %s", name_of(printer, &src, &arena), name_of(printer, &dst, &arena));
		print_port(event);
	} else if (event->endpoint && event->endpoint <= printer->plan->n_pods) {
		printf("  %s", lab_pod(printer->plan, event->endpoint - 1)->name);
	}
	for (uint8_t direction = 0; direction < 2; direction++) {
		const struct lab_side side = side_of(event, table, direction);

		if (!is_told(event, direction))
			continue;
		strbuf_addstr(&why, "  ");
		lab_explain(&why, &side);
	}
	printf("%s%s\n", strbuf_str(&why),
	       event->flags & EVENT_CUT ? "  (cut: it was allowed before)" : "");
	strbuf_release(&why);
	arena_release(&arena);
}

static void json_addresses(struct json *json, const struct printer *printer,
			   const struct event *event)
{
	const struct ip_addr src = ip_from_bytes(event->family, (const uint8_t *)event->src);
	const struct ip_addr dst = ip_from_bytes(event->family, (const uint8_t *)event->dst);
	char text[IP_TEXT_SIZE];
	struct arena arena;

	if (!event->family)
		return;
	arena_init(&arena);
	json_field(json, "from", name_of(printer, &src, &arena));
	json_field(json, "to", name_of(printer, &dst, &arena));
	json_field(json, "fromAddress", ip_format(&src, text));
	json_field(json, "toAddress", ip_format(&dst, text));
	arena_release(&arena);
}

static void json_ports(struct json *json, const struct event *event)
{
	if (!event->family || !has_space(event))
		return;
	json_field(json, "protocol", port_space_name(event->space));
	json_key(json, "fromPort");
	json_uint(json, ntohs(event->src_port));
	json_key(json, "port");
	json_uint(json, ntohs(event->dst_port));
}

static void print_json(const struct printer *printer, const struct event *event,
		       const struct table_view *table)
{
	struct json json;
	char time[64];

	json_init(&json, stdout, 0);
	json_object(&json);
	json_field(&json, "schema", "bulkhead.lab.flow/v1");
	json_field(&json, "time", format_time(event, true, time));
	json_field(&json, "verdict", event->action == TABLE_ALLOW ? "allow" : "deny");
	json_field(&json, "node", printer->plan->ends[printer->node].name);
	json_addresses(&json, printer, event);
	json_ports(&json, event);
	json_key(&json, "generation");
	json_uint(&json, event->generation);
	json_key(&json, "cut");
	json_bool(&json, event->flags & EVENT_CUT);
	json_key(&json, "sides");
	json_array(&json);
	for (uint8_t direction = 0; direction < 2; direction++) {
		const struct lab_side side = side_of(event, table, direction);

		if (!is_told(event, direction))
			continue;
		json_object(&json);
		lab_explain_json(&json, &side);
		json_end(&json);
	}
	json_end(&json);
	json_end(&json);
	putchar('\n');
}

/*
 * A flow between two pods of a node passes two hooks; the first judges both sides and tells of
 * both, and what the second allows is no news.
 */
static bool is_told_before(const struct printer *printer, const struct event *event)
{
	const struct ip_addr src = ip_from_bytes(event->family, (const uint8_t *)event->src);
	const struct lab_end *from = event->family ? lab_find_address(printer->plan, &src) : NULL;

	return event->action == TABLE_ALLOW && event->hook == EVENT_TO_POD && from &&
	       from->kind == LAB_POD && from->node == printer->node;
}

static void print_event(void *data, const struct event *event, const struct table_view *table)
{
	const struct printer *printer = data;

	if ((printer->options->is_denied_only && event->action == TABLE_ALLOW) ||
	    is_told_before(printer, event))
		return;
	if (printer->options->is_json)
		print_json(printer, event, table);
	else
		print_text(printer, event, table);
}

/* Until a signal ends us, the lab ends, or nobody reads what we print. */
static int follow(const struct lab_session *session, const struct lab_options *options,
		  struct lab_fault *fault)
{
	struct pollfd end = {.fd = session->home.init_fd, .events = POLLIN};

	while (!ferror(stdout)) {
		for (uint32_t i = 0; i < session->nodes.n; i++) {
			struct printer printer = {options, &session->plan, i};
			const int n = datapath_events_read(session->nodes.datapaths[i], 0,
							   print_event, &printer);

			if (n < 0)
				return lab_fail(fault, n, "cannot read the events of node %s",
						session->plan.ends[i].name);
		}
		fflush(stdout);
		if (poll(&end, 1, DATAPATH_EVENTS_MS) > 0)
			return 0;
	}
	return 0;
}

int lab_verb_flows(const struct lab_options *options)
{
	struct lab_fault fault = {0};
	struct lab_session session;
	int code = lab_session_open(options, &session), lock;

	if (code)
		return code;
	lock = lab_lock_events(&session.home, &fault);
	if (lock < 0 || follow(&session, options, &fault))
		code = lab_say(&fault);
	if (lock >= 0)
		close(lock);
	lab_session_close(&session);
	return code;
}
