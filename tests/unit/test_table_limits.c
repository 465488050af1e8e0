/* SPDX-License-Identifier: Apache-2.0 */
/* What does not fit a table is refused with a sentence, and what is not a table is not opened as one. */
#include "base/strbuf.h"
#include "compile/table.h"
#include "lib/cluster.h"
#include "lib/tap.h"
#include "verdict/seal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* `n` pods that `n` rules tell apart, and one pod "subject" that the rules are for. */
static void write_cluster(unsigned int n, struct strbuf *ret)
{
	strbuf_addstr(
		ret,
		"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"subject\"}}\n");
	for (unsigned int i = 0; i < n; i++)
		strbuf_printf(
			ret,
			"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"p%u\","
			"\"labels\":{\"n\":\"p%u\"}},\"status\":{\"podIPs\":[{\"ip\":\"11.%u.%u.%"
			"u\"}]}}\n",
			i, i, i >> 16, i >> 8 & 255, i & 255);
	strbuf_addstr(
		ret, "{\"apiVersion\":\"networking.k8s.io/v1\",\"kind\":\"NetworkPolicy\","
		     "\"metadata\":{\"name\":\"many\"},\"spec\":{\"podSelector\":{},\"ingress\":[");
	for (unsigned int i = 0; i < n; i++)
		strbuf_printf(ret,
			      "%s{\"from\":[{\"podSelector\":{\"matchLabels\":{\"n\":\"p%u\"}}}]}",
			      i ? "," : "", i);
	strbuf_addstr(ret, "]}}\n");
}

static struct model_pod *find_pod(const struct cluster *cluster, const char *name)
{
	for (uint32_t i = 0; i < cluster->snapshot->n_pods; i++)
		if (!strcmp(cluster->snapshot->pods[i]->name, name))
			return cluster->snapshot->pods[i];
	bail("no pod %s", name);
}

static int compile_subject(struct cluster *cluster, size_t budget)
{
	const struct compile_table_options options = {.budget = budget};
	struct model_pod *subject = find_pod(cluster, "subject");

	cluster->world = compile_world_new(cluster->snapshot, cluster->policies, &subject, 1);
	return compile_table(cluster->world, &subject, 1, &options, &cluster->diags,
			     &cluster->table);
}

/* Compiles a cluster of `n` rules; the result, and the first diagnostic in `said`. */
static int try_cluster(unsigned int n, size_t budget, char *said, size_t size)
{
	struct strbuf text = {0};
	struct cluster cluster;
	int r;

	write_cluster(n, &text);
	cluster_load_text(&cluster, "many.json", text.text, NULL);
	ok_int(cluster.diags.n_errors, 0, "a cluster of %u rules is read", n);
	r = compile_subject(&cluster, budget);
	*said = '\0';
	for (const struct diag *diag = cluster.diags.first; diag; diag = diag->next)
		if (diag->code == DIAG_BH0301)
			strncpy(said, diag->message, size - 1);
	cluster_release(&cluster);
	strbuf_release(&text);
	return r;
}

static void test_numbers(void)
{
	char said[200] = "";

	ok_int(try_cluster(65534, 0, said, sizeof(said)), 0, "65,534 rules for one pod fit");
	ok_int(try_cluster(65536, 0, said, sizeof(said)), -E2BIG, "65,536 do not");
	ok_str(said, "more than 65534 rules decide for one pod, which a table cannot number",
	       "and that is said");
}

static void test_budget(void)
{
	char said[200] = "";

	ok_int(try_cluster(100, 4096, said, sizeof(said)), -E2BIG,
	       "a table over its budget is refused");
	ok(strstr(said, "its budget is 4 KiB"), "and the budget named: %s", said);
}

static void test_torn(void)
{
	struct strbuf text = {0};
	struct cluster cluster;
	struct table_view view;
	unsigned int n_opened = 0;

	write_cluster(10, &text);
	cluster_load_text(&cluster, "few.json", text.text, NULL);
	if (compile_subject(&cluster, 0))
		bail("ten rules do not fit");
	ok_int(table_open(cluster.table.bytes, cluster.table.size, &view), 0, "a table opens");
	for (size_t i = 0; i < cluster.table.size; i++) {
		unsigned char *byte = (unsigned char *)cluster.table.bytes + i;

		*byte ^= 1;
		n_opened += !table_open(cluster.table.bytes, cluster.table.size, &view);
		*byte ^= 1;
	}
	ok_int(n_opened, 0, "with any byte of %zu changed it does not", cluster.table.size);
	ok_int(table_open(cluster.table.bytes, cluster.table.size - TABLE_LINE_SIZE, &view),
	       -EBADMSG, "nor without its last line");
	cluster_release(&cluster);
	strbuf_release(&text);
}

/* A seal can be right and a section still point outside. */
static void test_sections(void)
{
	struct strbuf text = {0};
	struct table_header *header;
	struct cluster cluster;
	struct table_view view;

	write_cluster(10, &text);
	cluster_load_text(&cluster, "few.json", text.text, NULL);
	if (compile_subject(&cluster, 0))
		bail("ten rules do not fit");
	header = cluster.table.bytes;
	header->answers.cells.n = UINT32_MAX;
	table_seal(cluster.table.bytes, cluster.table.size);
	ok_int(table_open(cluster.table.bytes, cluster.table.size, &view), -EBADMSG,
	       "a section that ends outside the table is refused");
	cluster_release(&cluster);
	strbuf_release(&text);
}

int main(void)
{
	test_numbers();
	test_budget();
	test_torn();
	test_sections();
	return tap_done();
}
