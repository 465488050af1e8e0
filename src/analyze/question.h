/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The port of a question, as people write it:
 *
 *	5432/TCP  5432  http/TCP  8080-8090/TCP  53/UDP   TCP where no protocol is named
 *	TCP  ICMP  ICMPv6                                 every port, type and code of it
 *	8/ICMP  128/ICMPv6                                an ICMP type with every code
 *	3:1/ICMP                                          one code of an ICMP type
 *	47/OTHER                                          an IP protocol by its number
 *	(nothing)                                         every port: which are allowed?
 *
 * A name is resolved where the question goes to, and so later than here.
 */
#pragma once

#include "base/diag.h"
#include "base/port.h"
#include "base/strbuf.h"

#include <stdbool.h>

struct analyze_port {
	bool is_any;             /* nothing was asked for; the rest is 0 */
	bool is_whole;           /* the whole space */
	const char *name;        /* NULL: by number */
	struct port_range range; /* of numbers; with a name only its space */
};

/*
 * NULL or "" is any port. false: a diagnostic (BH0401) says why. The name lives in `diags->arena`.
 */
bool analyze_port_parse(const char *text, struct diag_list *diags, struct analyze_port *ret);

/* "5432/TCP", "http/TCP", "8/ICMP", "ICMP", "any port"; in the arena. */
const char *analyze_port_format(const struct analyze_port *port, struct arena *arena);

/*
 * Adds what people call the numbers: "80", "80-90", and of ICMP types with every code ("8", "3-8")
 * or codes ("3:1", "3:1-3:4").
 */
void analyze_numbers_text(const struct port_range *range, struct strbuf *ret);

/*
 * The number that people use for one of a space: the type of an ICMP message, else the number
 * itself.
 */
static inline uint16_t analyze_port_shown(enum port_space space, uint16_t number)
{
	return space == PORT_ICMP || space == PORT_ICMPV6 ? number >> 8 : number;
}

/* A question about the input that has no answer: BH0401 without a place. */
struct diag *analyze_refuse(struct diag_list *diags, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
