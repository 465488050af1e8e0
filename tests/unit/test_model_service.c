/* SPDX-License-Identifier: Apache-2.0 */
#include "model/load.h"

#include "lib/sketch.h"
#include "lib/tap.h"

#include <string.h>

#define N(array) (sizeof(array) / sizeof((array)[0]))

#define SERVICE(spec) \
	"---\n{apiVersion: v1, kind: Service, metadata: {name: s}, spec: {" spec "}}\n"
#define POD(name, labels, status) \
	"---\n{apiVersion: v1, kind: Pod, metadata: {name: " name ", labels: {" labels "}}, " \
	"status: {" status "}}\n"
#define SLICE(name, endpoints, more) \
	"---\n{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: " name \
	", labels: {kubernetes.io/service-name: s}}, endpoints: [" endpoints "]" more "}\n"
#define ENDPOINTS(subsets) \
	"---\n{apiVersion: v1, kind: Endpoints, metadata: {name: s}, subsets: [" subsets "]}\n"

static void test_backends(void)
{
	static const struct {
		const char *name;
		const char *text;
		const char *want;
	} rows[] = {
		{"by selector",
		 SERVICE("selector: {app: a}, clusterIP: 10.96.0.1") POD("p", "app: a", "")
			 POD("q", "app: a, x: v", "") POD("r", "app: b", ""),
		 "default/s 10.96.0.1 -> p q"},
		{"all of the selector",
		 SERVICE("selector: {app: a, tier: web}") POD("p", "app: a", "")
			 POD("q", "tier: web, app: a", "") POD("r", "tier: web", ""),
		 "default/s -> q"},
		{"nobody", SERVICE("selector: {app: a}") POD("p", "app: b", ""), "default/s ->"},
		{"only of its own namespace",
		 SERVICE("selector: {app: a}") "---\n{apiVersion: v1, kind: Pod, metadata: {name: "
					       "p, namespace: x, labels: "
					       "{app: a}}}\n",
		 "default/s ->"},
		{"only live ones",
		 SERVICE("selector: {app: a}") POD("p", "app: a", "phase: Succeeded"),
		 "default/s ->"},
		{"a template's pods",
		 SERVICE("selector: {app: a}") "---\n{apiVersion: apps/v1, kind: Deployment, "
					       "metadata: {name: d}, spec: "
					       "{replicas: 2, template: {metadata: {labels: {app: "
					       "a}}}}}\n",
		 "default/s -> d-0 d-1"},
		{"headless", SERVICE("clusterIP: None, selector: {app: a}") POD("p", "app: a", ""),
		 "default/s headless -> p"},
		{"both families",
		 SERVICE("clusterIPs: [10.96.0.1, 'fd00::1'], clusterIP: 10.96.0.1"),
		 "default/s 10.96.0.1 fd00::1 ->"},
		{"an external name has none",
		 SERVICE("type: ExternalName, externalName: db.example.com"), "default/s ->"},
		{"an empty selector is none", SERVICE("selector: {}") POD("p", "app: a", ""),
		 "default/s ->"},
		{"by targetRef, once for two families",
		 SERVICE("") POD("p", "", "podIP: 10.1.0.1") SLICE(
			 "s4", "{addresses: [10.1.0.1], targetRef: {kind: Pod, name: p}}", "")
			 SLICE("s6", "{addresses: ['fd00::1'], targetRef: {kind: Pod, name: p}}",
			       ""),
		 "default/s -> p"},
		{"by address",
		 SERVICE("") POD("p", "", "podIP: 10.1.0.1") SLICE(
			 "s4", "{addresses: [10.1.0.1]}, {addresses: [192.0.2.9, 192.0.2.8]}", ""),
		 "default/s -> p 192.0.2.8 192.0.2.9"},
		{"Endpoints",
		 SERVICE("") POD("p", "", "podIP: 10.1.0.1")
			 ENDPOINTS("{addresses: [{ip: 10.1.0.1}], notReadyAddresses: [{ip: "
				   "192.0.2.9}]}"),
		 "default/s -> p 192.0.2.9"},
		{"a selector leaves them out",
		 SERVICE("selector: {app: a}") ENDPOINTS("{addresses: [{ip: 192.0.2.9}]}"),
		 "default/s ->"},
		{"slices of another Service",
		 SERVICE("") "---\n{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, "
			     "metadata: "
			     "{name: t, labels: {kubernetes.io/service-name: t}}, endpoints: "
			     "[{addresses: [192.0.2.9]}]}\n",
		 "default/s ->"},
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct sketch sketch;

		sketch_text(&sketch, rows[i].text, NULL);
		ok_str(sketch_services(&sketch), rows[i].want, "%s", rows[i].name);
		ok_str(sketch_codes(&sketch), "", "without a problem");
		sketch_release(&sketch);
	}
}

static void test_ports(void)
{
	static const struct {
		const char *name;
		const char *text;
		int port;
		int target;
		const char *target_name;
		enum port_space space;
	} rows[] = {
		{"the port itself", SERVICE("ports: [{port: 80}]"), 80, 80, NULL, PORT_TCP},
		{"a number", SERVICE("ports: [{port: 80, targetPort: 8080, protocol: UDP}]"), 80,
		 8080, NULL, PORT_UDP},
		{"zero is none", SERVICE("ports: [{port: 80, targetPort: 0}]"), 80, 80, NULL,
		 PORT_TCP},
		{"a name", SERVICE("ports: [{port: 80, targetPort: http}]"), 80, 0, "http",
		 PORT_TCP},
		{"where the endpoints listen",
		 SERVICE("ports: [{name: web, port: 80}]") SLICE(
			 "a", "{addresses: [192.0.2.9]}", ", ports: [{name: web, port: 8443}]"),
		 80, 8443, NULL, PORT_TCP},
	};

	for (size_t i = 0; i < N(rows); i++) {
		const struct model_service_port *port;
		struct sketch sketch;

		sketch_text(&sketch, rows[i].text, NULL);
		port = &sketch.snapshot->services[0]->ports[0];
		ok_int(port->port, rows[i].port, "%s", rows[i].name);
		ok_int(port->target, rows[i].target, "target");
		ok_str(port->target_name, rows[i].target_name, "by name");
		ok_int(port->space, rows[i].space, "protocol");
		sketch_release(&sketch);
	}
}

static void test_errors(void)
{
	static const struct {
		const char *text;
		const char *codes;
	} rows[] = {
		{SERVICE("ports: [{port: 65536}]"), "BH0104 2 65536"},
		{SERVICE("ports: [{port: 80, targetPort: -1}]"), "BH0104 2 -1"},
		{SERVICE("ports: [{port: 80, targetPort: true}]"), "BH0104 2 true"},
		{SERVICE("ports: [{name: a}]"), "BH0104 2 {name"},
		{SERVICE("ports: [{port: 80, targetPort: '80'}]"), "BH0104 2 '80'"},
		{SERVICE("selector: {app: 1}"), "BH0104 2 1"},
		{SERVICE("clusterIP: 10.96"), "BH0104 2 10.96"},
		{SERVICE("ports: {}"), "BH0104 2 {"},
	};

	for (size_t i = 0; i < N(rows); i++) {
		struct sketch sketch;

		sketch_text(&sketch, rows[i].text, NULL);
		ok_str(sketch_codes(&sketch), rows[i].codes, "refused: row %zu", i);
		ok_int(sketch.snapshot->n_services, 0, "and not there");
		sketch_release(&sketch);
	}
}

static void test_lookup(void)
{
	struct ip_addr addr = {0};
	struct sketch sketch;

	ip_parse("10.96.0.1", &addr, NULL);
	sketch_text(&sketch, SERVICE("clusterIP: 10.96.0.1"), NULL);
	ok(model_find_service_address(sketch.snapshot, &addr) == sketch.snapshot->services[0],
	   "found by its address");
	ok(model_find_service(sketch.snapshot, "default", "s") == sketch.snapshot->services[0],
	   "by its name");
	ok(!model_find_service(sketch.snapshot, "default", "t"), "not by another");
	ok(!model_find_service(sketch.snapshot, "x", "s"), "nor in another namespace");
	sketch_release(&sketch);
}

int main(void)
{
	test_backends();
	test_ports();
	test_errors();
	test_lookup();
	return tap_done();
}
