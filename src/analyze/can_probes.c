/* SPDX-License-Identifier: Apache-2.0 */
#include "analyze/can_ends.h"

#include "base/strbuf.h"

#include <string.h>

/* Traffic to a headless Service goes to the pods themselves, without a translation of ports. */
static bool translates(const struct model_service *service)
{
	return service && !service->is_headless;
}

static bool is_asked(const struct analyze_port *port, const struct model_service_port *offered)
{
	if (port->is_any)
		return true;
	if (port->range.space != offered->space)
		return false;
	if (port->name)
		return offered->name && strcmp(port->name, offered->name) == 0;
	return offered->port >= port->range.first && offered->port <= port->range.last;
}

static void add_probe(struct probe_list *list, enum port_space space, uint16_t port, uint16_t shown)
{
	vec_push(list, ((struct probe){
			       .space = (uint8_t)space,
			       .port = port,
			       .port_class = ENDS_NO_CLASS,
			       .shown = {(uint8_t)space, shown, shown},
		       }));
}

/*
 * Every number that `name` stands for in a pod; shown as itself, or all as one port of a Service.
 */
static void add_named(struct probe_list *list, const struct model_pod *pod, const char *name,
		      const struct port_range *shown)
{
	struct port_set numbers = {0};

	model_pod_named_ports(pod, name, shown->space, &numbers);
	for (size_t i = 0; i < numbers.n; i++)
		for (uint32_t at = numbers.ranges[i].first; at <= numbers.ranges[i].last; at++)
			add_probe(list, shown->space, (uint16_t)at,
				  shown->first ? shown->first : (uint16_t)at);
	port_set_release(&numbers);
}

/* Where a port of a Service leads at one of its backends. */
static void add_target(struct probe_list *list, const struct end *end,
		       const struct model_service_port *port)
{
	const struct port_range shown = {port->space, port->port, port->port};

	if (port->target || !port->target_name)
		add_probe(list, port->space, port->target ? port->target : port->port, port->port);
	else if (end->pod)
		add_named(list, end->pod, port->target_name, &shown);
}

static void add_service(struct probe_list *list, const struct ends_question *question,
			const struct end *end)
{
	const struct model_service *service = question->question->to->service;

	for (uint32_t i = 0; i < service->n_ports; i++)
		if (is_asked(&question->question->port, &service->ports[i]))
			add_target(list, end, &service->ports[i]);
}

/* A name at a headless Service is the Service's where it has that name, else the pod's. */
static bool add_headless(struct probe_list *list, const struct end *end,
			 const struct model_service *service, const struct analyze_port *port)
{
	bool is_found = false;

	for (uint32_t i = 0; service && i < service->n_ports; i++) {
		struct model_service_port at_pod = service->ports[i];

		if (!is_asked(port, &at_pod))
			continue;
		if (at_pod.target)
			at_pod.port = at_pod.target;
		add_target(list, end, &at_pod);
		is_found = true;
	}
	return is_found;
}

/* One probe for each run of ports that the table can tell from its neighbours. */
static void add_runs(struct probe_list *list, const struct analyze_judge *judge,
		     const struct analyze_port *port)
{
	for (size_t i = 0; i < judge->runs.n; i++) {
		const struct analyze_port_run *run = &judge->runs.items[i];
		struct port_range range = run->range;

		if (!port->is_any &&
		    (range.space != port->range.space || range.last < port->range.first ||
		     range.first > port->range.last))
			continue;
		if (!port->is_any && range.first < port->range.first)
			range.first = port->range.first;
		if (!port->is_any && range.last > port->range.last)
			range.last = port->range.last;
		vec_push(list, ((struct probe){
				       .space = range.space,
				       .port = range.first,
				       .port_class = run->port_class,
				       .shown = range,
			       }));
	}
}

void probes_list(const struct ends_question *question, const struct end *end,
		 struct probe_list *ret)
{
	const struct model_service *service = question->question->to->service;
	const struct analyze_port *port = &question->question->port;
	const struct port_range shown = {.space = port->range.space};

	if (translates(service)) {
		add_service(ret, question, end);
	} else if (port->name) {
		if (!add_headless(ret, end, service, port) && end->pod)
			add_named(ret, end->pod, port->name, &shown);
	} else if (!port->is_any && port->range.first == port->range.last) {
		add_probe(ret, port->range.space, port->range.first, port->range.first);
	} else {
		add_runs(ret, question->judge, port);
	}
}

/* Where routes lead at a pod. */
static void add_led(void *led, const struct model_pod *pod, const struct port_set *ports)
{
	(void)pod;
	port_set_union(led, ports);
}

/* The parts of a probe that routes lead to; a probe of several ports shows them as they are. */
static void keep_led(const struct probe *probe, const struct port_set *led, struct probe_list *ret)
{
	const uint32_t last = (uint32_t)probe->port + probe->shown.last - probe->shown.first;

	for (size_t i = 0; i < led->n; i++) {
		const struct port_range *range = &led->ranges[i];
		struct probe part = *probe;

		if (range->space != probe->space || range->last < probe->port ||
		    range->first > last)
			continue;
		if (part.port < range->first)
			part.port = range->first;
		if (probe->shown.first != probe->shown.last) {
			part.shown.first = part.port;
			part.shown.last = range->last < last ? range->last : (uint16_t)last;
		}
		vec_push(ret, part);
	}
}

void probes_keep_led(const struct ends_question *question, const struct end *end,
		     struct probe_list *list)
{
	struct probe_list kept = {0};
	struct port_set led = {0};

	if (end->pod)
		model_each_routed(question->snapshot, end->pod, add_led, &led);
	for (size_t i = 0; i < list->n; i++)
		keep_led(&list->items[i], &led, &kept);
	port_set_release(&led);
	vec_release(list);
	*list = kept;
}

static bool refuse_service_port(const struct analyze_question *question, struct diag_list *diags)
{
	const struct model_service *service = question->to->service;
	struct strbuf ports = {0};

	for (uint32_t i = 0; i < service->n_ports; i++) {
		const struct model_service_port *port = &service->ports[i];

		strbuf_printf(&ports, "%s%u/%s", i ? ", " : "", port->port,
			      port_space_name(port->space));
		if (port->name)
			strbuf_printf(&ports, " (%s)", port->name);
	}
	analyze_refuse(diags, "%s has no port %s%s%s", question->to->id,
		       analyze_port_format(&question->port, diags->arena),
		       service->n_ports ? ", only " : "", strbuf_str(&ports));
	strbuf_release(&ports);
	return false;
}

bool probes_check(const struct analyze_question *question, struct diag_list *diags)
{
	const struct model_service *service = question->to->service;

	if (question->to->is_proxy) {
		analyze_refuse(diags, "%s is where traffic enters: nothing asks it",
			       question->to->id);
		return false;
	}
	if (!service && question->port.name && question->to->n_pods == 0) {
		analyze_refuse(
			diags,
			"%s: a port name needs a pod or a Service to be resolved at, %s is neither",
			question->port.name, question->to->id);
		return false;
	}
	if (!translates(service))
		return true;
	for (uint32_t i = 0; i < service->n_ports; i++)
		if (is_asked(&question->port, &service->ports[i]))
			return true;
	return refuse_service_port(question, diags);
}
