/* SPDX-License-Identifier: Apache-2.0 */
/* Reports of probes that never were: the matrix, the disagreements, the last line. */
#include "lab/report.h"
#include "lib/tap.h"

#include <stdlib.h>
#include <string.h>

#define PORT 80
#define CLOSED 9

static struct lab_port ports[] = {{PORT_TCP, PORT}};

/* A node and a pod. */
static struct lab_end ends[] = {
	{.kind = LAB_NODE,
	 .name = "n",
	 .ips = {{.family = IP_V4, .lo = 1}, {.family = IP_V6, .lo = 1}},
	 .n_ips = 2},
	{.kind = LAB_POD,
	 .name = "x/p",
	 .ips = {{.family = IP_V4, .lo = 2}, {.family = IP_V6, .lo = 2}},
	 .n_ips = 2,
	 .ports = ports,
	 .n_ports = 1},
};

static const struct lab_plan plan = {.ends = ends, .n_nodes = 1, .n_pods = 1};

static struct lab_probe probe_of(uint8_t ip, uint16_t port, enum lab_outcome expected,
				 enum lab_outcome seen)
{
	return (struct lab_probe){.from = 0,
				  .to = 1,
				  .ip = ip,
				  .port = port,
				  .space = PORT_TCP,
				  .expected = (uint8_t)expected,
				  .seen = (uint8_t)seen};
}

static char *report_of(struct lab_probe *items, size_t n)
{
	struct table_view views[1] = {{0}};
	struct lab_nodes nodes = {.n = 1, .views = views};
	const struct lab_probes probes = {.items = items, .n = n};
	const struct lab_report report = {.plan = &plan, .nodes = &nodes, .probes = &probes};
	char *text;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	lab_report_text(out, &report, 80, false);
	fclose(out);
	return text;
}

static void test_agree(void)
{
	struct lab_probe probes[] = {
		probe_of(0, PORT, LAB_ANSWERED, LAB_ANSWERED),
		probe_of(0, CLOSED, LAB_REFUSED, LAB_REFUSED),
		probe_of(1, PORT, LAB_ANSWERED, LAB_ANSWERED),
		probe_of(1, CLOSED, LAB_REFUSED, LAB_REFUSED),
	};
	char *text = report_of(probes, 4);

	ok(strstr(text, "  2 x/p       80/TCP\n") != NULL, "the ends, with their ports");
	ok(strstr(text, "\nIPv4 and IPv6\n") != NULL, "families that do not differ are one");
	ok(strstr(text, "  1 node n     ●○│●○\n") != NULL, "prediction beside reality");
	ok(strstr(text, "\n4 probes, 0 disagreements\n") != NULL, "the count");
	free(text);
}

static void test_differ(void)
{
	struct lab_probe probes[] = {
		probe_of(0, PORT, LAB_ANSWERED, LAB_ANSWERED),
		probe_of(0, CLOSED, LAB_REFUSED, LAB_DROPPED),
		probe_of(1, PORT, LAB_DROPPED, LAB_LOST),
		probe_of(1, CLOSED, LAB_REFUSED, LAB_ODD),
	};
	char *text;

	probes[1].event.reason = VERDICT_SPOOFED;
	probes[3].error = 113; /* EHOSTUNREACH */
	text = report_of(probes, 4);
	ok(strstr(text, "\nIPv4\n") && strstr(text, "\nIPv6\n"), "families that differ are two");
	ok(strstr(text, "  1 node n     ●○│●·\n") != NULL, "a refusal that was a drop");
	ok(strstr(text, "  1 node n     ·○│?!\n") != NULL, "a loss, and another error");
	ok(strstr(text, "node n → x/p  9/TCP IPv4\n  predicted  refused") != NULL,
	   "a disagreement is told");
	ok(strstr(text, "  seen       dropped   egress: the source address is not the pod's") !=
		   NULL,
	   "with what the kernel said");
	ok(strstr(text, "  seen       lost      no answer, and no event") != NULL,
	   "or did not say");
	ok(strstr(text, "  seen       odd       No route to host") != NULL, "or the socket");
	ok(strstr(text, "\n4 probes, 3 disagreements\n") != NULL, "the count");
	free(text);
}

static void test_many(void)
{
	struct lab_probe probes[1500];
	char *text;

	for (int i = 0; i < 1500; i++)
		probes[i] = probe_of(0, PORT, LAB_ANSWERED, LAB_LOST);
	text = report_of(probes, 1500);
	ok(strstr(text,
		  "… and 1,480 more (-o json has them all)\n1,500 probes, 1,500 disagreements\n") !=
		   NULL,
	   "some of many are told");
	free(text);
}

static void test_thousands(void)
{
	static const struct {
		uint64_t number;
		const char *text;
	} rows[] = {{0, "0"}, {999, "999"}, {1000, "1,000"}, {1234567, "1,234,567"}};
	char buf[32];

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		ok_str(lab_thousands(rows[i].number, buf), rows[i].text, "%s", rows[i].text);
}

int main(void)
{
	test_agree();
	test_differ();
	test_many();
	test_thousands();
	return tap_done();
}
