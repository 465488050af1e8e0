/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/question.h"

#include "base/arena.h"

#include <string.h>
#include <strings.h>

static const char *const space_names[PORT_N_SPACES] = {
#define X(id, name, last) [PORT_##id] = name,
	PORT_SPACES(X)
#undef X
};

struct diag *analyze_refuse(struct diag_list *diags, const char *format, ...)
{
	const char *message;
	va_list args;

	va_start(args, format);
	message = arena_vprintf(diags->arena, format, args);
	va_end(args);
	return diag_add(diags, DIAG_BH0401, (struct diag_span){0}, "%s", message);
}

static int find_space(const char *text)
{
	for (int space = 0; space < PORT_N_SPACES; space++)
		if (strcasecmp(text, space_names[space]) == 0)
			return space;
	return -1;
}

static bool parse_space(const char *text, struct diag_list *diags, uint8_t *ret_space)
{
	int space = find_space(text);
	struct diag *diag;
	const char *near;

	if (space >= 0) {
		*ret_space = (uint8_t)space;
		return true;
	}
	diag = analyze_refuse(
		diags, "unknown protocol '%s', expected TCP, UDP, SCTP, ICMP, ICMPv6 or OTHER",
		text);
	near = diag_did_you_mean(text, space_names, PORT_N_SPACES);
	if (near)
		diag_hint(diags, diag, "did you mean '%s'?", near);
	return false;
}

/* Decimal digits only, up to `end`; -1 for anything else or more than 65535. */
static long parse_number(const char *text, const char *end)
{
	long number = 0;

	if (text == end)
		return -1;
	for (; text < end; text++) {
		if (*text < '0' || *text > '9')
			return -1;
		number = number * 10 + (*text - '0');
		if (number > 65535)
			return -1;
	}
	return number;
}

/* The numbers that may stand before "/PROTO". */
struct bounds {
	const char *what;
	long low;
	long high;
};

static struct bounds space_bounds(enum port_space space)
{
	if (space == PORT_ICMP || space == PORT_ICMPV6)
		return (struct bounds){"an ICMP type", 0, 255};
	if (space == PORT_OTHER)
		return (struct bounds){"an IP protocol number", 0, 255};
	return (struct bounds){"a port", 1, 65535};
}

static bool is_icmp(enum port_space space)
{
	return space == PORT_ICMP || space == PORT_ICMPV6;
}

/* "TYPE:CODE", with the colon at `colon`. */
static bool parse_code(const char *text, const char *colon, struct diag_list *diags,
		       struct port_range *range)
{
	const long type = parse_number(text, colon);
	const long code = parse_number(colon + 1, text + strlen(text));

	if (type < 0 || type > 255 || code < 0 || code > 255) {
		analyze_refuse(
			diags,
			"'%s' is not an ICMP type and code, expected TYPE:CODE, each 0 to 255",
			text);
		return false;
	}
	range->first = range->last = (uint16_t)(type << 8 | code);
	return true;
}

static bool parse_range(const char *text, struct diag_list *diags, struct port_range *range)
{
	const struct bounds bounds = space_bounds(range->space);
	const char *end = text + strlen(text);
	const char *dash = strchr(text, '-');
	const char *colon = strchr(text, ':');
	long first = parse_number(text, dash ? dash : end);
	long last = dash ? parse_number(dash + 1, end) : first;

	if (colon && is_icmp(range->space))
		return parse_code(text, colon, diags, range);
	if (first < bounds.low || last > bounds.high || first > last) {
		analyze_refuse(diags, "'%s' is not %s, expected %ld to %ld", text, bounds.what,
			       bounds.low, bounds.high);
		return false;
	}
	range->first = (uint16_t)first;
	range->last = (uint16_t)last;
	if (is_icmp(range->space)) {
		range->first = (uint16_t)(first << 8);
		range->last = (uint16_t)(last << 8 | 255);
	}
	return true;
}

static bool has_ports(enum port_space space)
{
	return space == PORT_TCP || space == PORT_UDP || space == PORT_SCTP;
}

/* An IANA service name (RFC 6335): a letter somewhere, else letters, digits and inner hyphens. */
static bool is_port_name(const char *text)
{
	bool has_letter = false;

	for (const char *at = text; *at; at++) {
		bool is_letter = (*at >= 'a' && *at <= 'z') || (*at >= 'A' && *at <= 'Z');

		if (!is_letter && !(*at >= '0' && *at <= '9') && *at != '-')
			return false;
		has_letter |= is_letter;
	}
	return has_letter;
}

static bool parse_what(const char *text, struct diag_list *diags, struct analyze_port *port)
{
	if (!is_port_name(text))
		return parse_range(text, diags, &port->range);
	if (!has_ports(port->range.space)) {
		analyze_refuse(diags, "'%s' is a port name, but %s has no ports", text,
			       port_space_name(port->range.space));
		return false;
	}
	port->name = text;
	return true;
}

bool analyze_port_parse(const char *text, struct diag_list *diags, struct analyze_port *ret)
{
	struct analyze_port port = {.range.space = PORT_TCP};
	const char *slash = text ? strchr(text, '/') : NULL;
	int space;

	if (!text || !*text) {
		*ret = (struct analyze_port){.is_any = true};
		return true;
	}
	space = find_space(text);
	if (space >= 0) {
		port.is_whole = true;
		port.range = (struct port_range){(uint8_t)space, 0, port_space_last(space)};
	} else {
		if (slash && !parse_space(slash + 1, diags, &port.range.space))
			return false;
		if (!parse_what(arena_strndup(diags->arena, text,
					      slash ? (size_t)(slash - text) : strlen(text)),
				diags, &port))
			return false;
	}
	*ret = port;
	return true;
}

/* Whether a range of ICMP has only some codes of a type. */
static bool has_codes(const struct port_range *range)
{
	return is_icmp(range->space) && ((range->first & 255) != 0 || (range->last & 255) != 255);
}

void analyze_numbers_text(const struct port_range *range, struct strbuf *ret)
{
	const unsigned int first = analyze_port_shown(range->space, range->first);
	const unsigned int last = analyze_port_shown(range->space, range->last);

	if (!has_codes(range))
		strbuf_printf(ret, first == last ? "%u" : "%u-%u", first, last);
	else if (range->first == range->last)
		strbuf_printf(ret, "%u:%u", first, range->first & 255u);
	else
		strbuf_printf(ret, "%u:%u-%u:%u", first, range->first & 255u, last,
			      range->last & 255u);
}

const char *analyze_port_format(const struct analyze_port *port, struct arena *arena)
{
	const enum port_space space = port->range.space;
	const char *protocol = port_space_name(space);
	struct strbuf numbers = {0};
	const char *ret;

	if (port->is_any)
		return "any port";
	if (port->is_whole)
		return protocol;
	if (port->name)
		return arena_printf(arena, "%s/%s", port->name, protocol);
	analyze_numbers_text(&port->range, &numbers);
	ret = arena_printf(arena, "%s/%s", strbuf_str(&numbers), protocol);
	strbuf_release(&numbers);
	return ret;
}
