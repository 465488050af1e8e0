/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The `list` cases of ../shared/data/netpol-analyzer, another analyzer's inputs and answers,
 * against `map`.
 *
 * Left out are inputs with kinds that are not NetworkPolicy v1's business, and what says no
 * connections: exposure sections. Compared are (from, to, ports of TCP, UDP and SCTP); its answers
 * start at port 1, know no ICMP and no pod of an owner that talks to its replica. Where it is known
 * to be wrong, `deviations` says how often and why; nothing else may differ.
 */
#include "analyze/map.h"
#include "lib/cluster.h"
#include "lib/tap.h"
#include "tree/tree.h"

#include <stdio.h>
#include <string.h>

#define DATA "../shared/data/netpol-analyzer/"
#define N_CASES 78

#define HOST_NETWORK \
	"policies do not apply to host-network pods, and selectors do not find them (analyzers " \
	"26, 27)"
#define IP_BLOCK "an ipBlock covers pods too (analyzers 17): theirs are in 10.244.0.0/16"
#define REFUSED \
	"the API server refuses the policy (an underscore in its name) and the owner (without a " \
	"kind)"

static const struct deviation {
	const char *dir;
	uint32_t n_missing; /* connections that only the other analyzer has */
	uint32_t n_extra;   /* connections that only `map` has */
	uint32_t n_refused; /* policies */
	bool is_of_hosts;   /* each has a host-network end */
	const char *reason;
} deviations[] = {
	{"tests/semanticDiff-same-topologies-old1", 1, 4, 0, true, HOST_NETWORK},
	{"tests/semanticDiff-same-topologies-old2", 1, 3, 0, true, HOST_NETWORK},
	{"tests/semanticDiff-same-topologies-new2", 1, 3, 0, true, HOST_NETWORK},
	{"tests/ipblockstest_2", 12, 88, 0, true, HOST_NETWORK},
	{"tests/ipblockstest_3", 12, 88, 0, true, HOST_NETWORK},
	{"tests/semanticDiff-different-topologies-policy-a-with-ipblock", 0, 3, 0, false, IP_BLOCK},
	{"tests/example_pods_w_same_owner_and_labels_gap_with_policy_selector_not_in_gap", 2, 11, 1,
	 false, REFUSED},
	{"tests/example_pods_w_same_owner_and_labels_gap_with_good_match_expression", 3, 11, 1,
	 false, REFUSED},
};

/* A connection, in both analyzers' cases; an outside end is "ip" and has the range. */
struct connection {
	const char *from;
	const char *to;
	struct ip_range range;
	struct port_set ports;
	bool is_of_host; /* an end is on the host network, as `map` has it */
};

struct connections {
	struct connection *items;
	size_t n;
	size_t cap;
};

/* One line of cases.json that is a `list` with output. */
struct list_case {
	const char *name;
	const char *dir;
	const char *expected;
	const char *format;
	const char *focus; /* NULL, "name" or "ns/name" */
	bool only_egress;
	bool is_explained;
};

struct reader {
	struct arena arena;
	struct intern intern;
	struct diag_list diags;
	struct connections found;
};

struct totals {
	size_t n_cases;
};

static void reader_init(struct reader *reader)
{
	*reader = (struct reader){0};
	arena_init(&reader->arena);
	intern_init(&reader->intern, &reader->arena);
	diag_list_init(&reader->diags, &reader->arena);
}

static void connections_release(struct connections *list)
{
	for (size_t i = 0; i < list->n; i++)
		port_set_release(&list->items[i].ports);
	vec_release(list);
}

static void reader_release(struct reader *reader)
{
	connections_release(&reader->found);
	intern_release(&reader->intern);
	arena_release(&reader->arena);
}

/* "1-79,81" of one protocol; nothing means all. */
static void add_numbers(struct port_set *set, enum port_space space, const char *text, size_t len)
{
	const char *end = text + len;

	if (len == 0)
		port_set_add(set, (struct port_range){(uint8_t)space, 1, 65535});
	while (text < end) {
		unsigned int first, last;
		int n_first = 0, n_last = 0;

		if (sscanf(text, "%u%n-%u%n", &first, &n_first, &last, &n_last) < 2) {
			last = first;
			n_last = n_first;
		}
		port_set_add(set,
			     (struct port_range){(uint8_t)space, (uint16_t)first, (uint16_t)last});
		text += n_last + 1;
	}
}

/* "All Connections", "TCP 1-79,81,UDP 53", "TCP:[8080], UDP" */
static void parse_ports(const char *text, struct port_set *set)
{
	static const char *const names[] = {"TCP", "UDP", "SCTP"};
	static const enum port_space spaces[] = {PORT_TCP, PORT_UDP, PORT_SCTP};

	if (strncmp(text, "All", 3) == 0)
		for (int i = 0; i < 3; i++)
			add_numbers(set, spaces[i], "", 0);
	for (int i = 0; i < 3; i++) {
		const char *at = strstr(text, names[i]);
		size_t len;

		/* "SCTP" ends in what is not "TCP" */
		if (i == 0 && at && at > text && at[-1] == 'S')
			at = strstr(at + 1, names[i]);
		if (!at)
			continue;
		at += strlen(names[i]);
		at += strspn(at, ": [");
		len = strspn(at, "0123456789-,");
		while (len && at[len - 1] == ',')
			len--;
		add_numbers(set, spaces[i], at, len);
	}
}

/* "ns/name[Kind]" to "ns/Kind/name", "A-B[External]" to "ip" and a range. */
static const char *parse_end(struct reader *reader, const char *text, struct ip_range *range)
{
	const char *bracket = strchr(text, '[');
	const char *dash = strchr(text, '-');
	const char *slash = strchr(text, '/');

	if (!bracket)
		bail("'%s' is no endpoint", text);
	if (strncmp(bracket, "[External]", 10) == 0) {
		if (ip_parse(arena_strndup(&reader->arena, text, dash - text), &range->first,
			     NULL) ||
		    ip_parse(arena_strndup(&reader->arena, dash + 1, bracket - dash - 1),
			     &range->last, NULL))
			bail("'%s' is no range", text);
		return "ip";
	}
	return arena_printf(&reader->arena, "%.*s/%.*s/%.*s", (int)(slash - text), text,
			    (int)strcspn(bracket + 1, "]"), bracket + 1, (int)(bracket - slash - 1),
			    slash + 1);
}

/* The connection of "SRC => DST"; its ports are still empty. */
static struct connection *add_connection(struct reader *reader, const char *src, const char *dst)
{
	struct connection *connection = vec_add(&reader->found);

	connection->from = parse_end(reader, src, &connection->range);
	connection->to = parse_end(reader, dst, &connection->range);
	return connection;
}

static struct connection *add_arrow(struct reader *reader, char *line)
{
	char *arrow = strstr(line, " => ");

	*arrow = '\0';
	return add_connection(reader, line, arrow + 4);
}

/* "SRC => DST : PORTS" a line, up to the exposure section. */
static void read_txt(struct reader *reader, char *text)
{
	for (char *save, *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		char *ports = strstr(line, " : ");

		if (strncmp(line, "Exposure", 8) == 0)
			return;
		if (!ports || !strstr(line, " => "))
			continue;
		*ports = '\0';
		parse_ports(ports + 3, &add_arrow(reader, line)->ports);
	}
}

/*
 * Blocks of "Connections between SRC => DST:" and the ports of each reason; at last those without a
 * reason.
 */
static void read_explained(struct reader *reader, char *text)
{
	struct connection *connection = NULL;
	bool has_reasons = true;

	for (char *save, *line = strtok_r(text, "\n", &save); line;
	     line = strtok_r(NULL, "\n", &save)) {
		if (strncmp(line, "Exposure", 8) == 0)
			return;
		if (strncmp(line, "# All Connections", 17) == 0)
			has_reasons = false;
		else if (strncmp(line, "Connections between ", 20) == 0)
			connection = add_arrow(reader, line + 20);
		else if (!has_reasons && strstr(line, " => "))
			parse_ports("All", &add_arrow(reader, line)->ports);
		else if (strncmp(line, "\tAllowed ", 9) == 0)
			parse_ports(line + 9, &connection->ports);
	}
}

static int read_json(void *arg, struct tree_node *root, const struct diag_file *file)
{
	const struct tree_node *list = root->kind == TREE_MAP ? tree_get(root, "connlist_results")
							      : root;

	(void)file;
	for (uint32_t i = 0; list && list->kind == TREE_SEQ && i < list->len; i++)
		parse_ports(tree_get_string(list->items[i], "conn"),
			    &add_connection(arg, tree_get_string(list->items[i], "src"),
					    tree_get_string(list->items[i], "dst"))
				     ->ports);
	return 0;
}

static void read_expected(struct reader *reader, const struct list_case *list)
{
	char path[512];
	struct diag_file *file;

	snprintf(path, sizeof(path), DATA "%s", list->expected);
	if (tree_load(path, NULL, &reader->arena, &file))
		bail("%s cannot be read", path);
	if (strcmp(list->format, "json") == 0)
		tree_read(file, NULL, &reader->arena, &reader->intern, &reader->diags, read_json,
			  reader);
	else if (list->is_explained)
		read_explained(reader, arena_strndup(&reader->arena, file->text, file->len));
	else
		read_txt(reader, arena_strndup(&reader->arena, file->text, file->len));
}

static bool is_focus(const char *id, const char *focus)
{
	const char *slash = strchr(id, '/');
	const char *name = strrchr(id, '/');

	if (!slash)
		return false;
	if (!strchr(focus, '/'))
		return strcmp(name + 1, focus) == 0;
	return strncmp(id, focus, slash - id + 1) == 0 && strcmp(name, strchr(focus, '/')) == 0;
}

struct mapping {
	const struct list_case *list;
	const struct analyze_map *map;
	struct reader *reader;
};

static void take_connection(void *arg, const struct analyze_map_connection *from)
{
	static const enum port_space spaces[] = {PORT_TCP, PORT_UDP, PORT_SCTP};
	struct mapping *mapping = arg;
	const struct analyze_map *map = mapping->map;
	const char *src = from->from == ANALYZE_MAP_OUTSIDE ? "ip"
							    : map->endpoints.items[from->from].id;
	const char *dst = from->to == ANALYZE_MAP_OUTSIDE ? "ip"
							  : map->endpoints.items[from->to].id;
	const char *focus = mapping->list->focus;
	struct port_set known = {0};
	struct connection *connection;

	if (strcmp(src, dst) == 0 || (focus && !is_focus(src, focus) &&
				      (mapping->list->only_egress || !is_focus(dst, focus))))
		return;
	for (int i = 0; i < 3; i++)
		port_set_add(&known, (struct port_range){(uint8_t)spaces[i], 1, 65535});
	connection = vec_add(&mapping->reader->found);
	connection->from = arena_strdup(&mapping->reader->arena, src);
	connection->to = arena_strdup(&mapping->reader->arena, dst);
	if (from->range)
		connection->range = *from->range;
	port_set_intersect(&known, analyze_portsets_get(&map->sets, from->ports),
			   &connection->ports);
	port_set_release(&known);
}

static int compare_connections(const void *left, const void *right)
{
	const struct connection *a = left, *b = right;
	int order = strcmp(a->from, b->from);

	if (!order)
		order = strcmp(a->to, b->to);
	return order ? order : ip_cmp(&a->range.first, &b->range.first);
}

static bool continues(const struct connection *a, const struct connection *b)
{
	struct ip_addr after;

	return strcmp(a->from, b->from) == 0 && strcmp(a->to, b->to) == 0 &&
	       port_set_equal(&a->ports, &b->ports) && ip_next(&a->range.last, &after) &&
	       ip_equal(&after, &b->range.first);
}

/* Sorts, drops what has no ports, joins adjacent ranges. */
static void normalise(struct connections *list)
{
	size_t n = 0;

	if (list->n)
		qsort(list->items, list->n, sizeof(*list->items), compare_connections);
	for (size_t i = 0; i < list->n; i++) {
		struct connection *connection = &list->items[i];

		if (!connection->ports.n) {
			continue;
		} else if (n && connection->range.first.family &&
			   continues(&list->items[n - 1], connection)) {
			list->items[n - 1].range.last = connection->range.last;
			port_set_release(&connection->ports);
		} else {
			list->items[n++] = *connection;
		}
	}
	list->n = n;
}

static void say(const char *who, const struct connection *connection)
{
	char first[IP_TEXT_SIZE] = "", last[IP_TEXT_SIZE] = "";

	if (connection->range.first.family) {
		ip_format(&connection->range.first, first);
		ip_format(&connection->range.last, last);
	}
	diag("%s: %s -> %s %s %s, %zu port ranges from %u", who, connection->from, connection->to,
	     first, last, connection->ports.n, connection->ports.ranges[0].first);
}

static bool is_host(const struct analyze_map *map, const char *id)
{
	for (size_t i = 0; i < map->endpoints.n; i++)
		if (strcmp(map->endpoints.items[i].id, id) == 0)
			return map->endpoints.items[i].host_network;
	return false;
}

static void mark_hosts(struct connections *list, const struct analyze_map *map)
{
	for (size_t i = 0; i < list->n; i++)
		list->items[i].is_of_host = is_host(map, list->items[i].from) ||
					    is_host(map, list->items[i].to);
}

/* Connections of `a` that are not in `b`; those without a host-network end are worse. */
static uint32_t count_missing(const struct connections *a, const struct connections *b,
			      const char *who, bool is_told, uint32_t *ret_others)
{
	uint32_t n = 0;
	size_t at = 0;

	for (size_t i = 0; i < a->n; i++) {
		const struct connection *connection = &a->items[i];

		while (at < b->n && compare_connections(&b->items[at], connection) < 0)
			at++;
		if (at < b->n && compare_connections(&b->items[at], connection) == 0 &&
		    ip_equal(&b->items[at].range.last, &connection->range.last) &&
		    port_set_equal(&b->items[at].ports, &connection->ports))
			continue;
		if (is_told && n < 5)
			say(who, connection);
		n++;
		*ret_others += !connection->is_of_host;
	}
	return n;
}

static const struct deviation *find_deviation(const struct list_case *list)
{
	static const struct deviation none;

	for (size_t i = 0; i < sizeof(deviations) / sizeof(deviations[0]); i++)
		if (strcmp(deviations[i].dir, list->dir) == 0)
			return &deviations[i];
	return &none;
}

static void compare(struct reader *expected, struct reader *got, const struct list_case *list,
		    const struct analyze_map *map)
{
	const struct deviation *deviation = find_deviation(list);
	uint32_t n_missing, n_extra, n_others = 0;

	normalise(&expected->found);
	normalise(&got->found);
	mark_hosts(&expected->found, map);
	mark_hosts(&got->found, map);
	n_missing = count_missing(&expected->found, &got->found, "missing", false, &n_others);
	n_extra = count_missing(&got->found, &expected->found, "extra", false, &n_others);
	if (ok(n_missing == deviation->n_missing && n_extra == deviation->n_extra &&
		       (!deviation->is_of_hosts || n_others == 0),
	       "%s: %zu connections%s%s", list->name, got->found.n, deviation->reason ? "; " : "",
	       deviation->reason ? deviation->reason : ""))
		return;
	diag("%u missing, %u extra, %u of them without a host-network end", n_missing, n_extra,
	     n_others);
	count_missing(&expected->found, &got->found, "missing", true, &n_others);
	count_missing(&got->found, &expected->found, "extra", true, &n_others);
}

/* Kinds that another issue is about, or that only the other analyzer knows. */
static bool is_foreign(const struct model_kind_count *counts, uint32_t n)
{
	static const char *const foreign[] = {
		"Ingress",
		"Route",
		"UserDefinedNetwork",
		"ClusterUserDefinedNetwork",
		"MultiNetworkPolicy",
		"NetworkAttachmentDefinition",
		"VirtualMachine",
	};

	for (uint32_t i = 0; i < n; i++)
		for (size_t j = 0; j < sizeof(foreign) / sizeof(foreign[0]); j++)
			if (strcmp(counts[i].kind, foreign[j]) == 0)
				return true;
	return false;
}

/* Policies of other kinds than NetworkPolicy, which its own cases are about. */
static bool has_admin_policies(const struct model_snapshot *snapshot)
{
	for (uint32_t i = 0; i < snapshot->n_policies; i++)
		if (!snapshot->policies[i]->ns)
			return true;
	return false;
}

static void check_case(const struct list_case *list, struct totals *totals)
{
	const struct model_options options = {.no_assumed_dns = true};
	const struct analyze_map_options map_options = {0};
	const char *path = NULL;
	struct cluster cluster;
	struct analyze_cluster input = {0};
	struct analyze_map map;
	struct reader expected, got;
	struct mapping mapping = {list, &map, &got};

	reader_init(&expected);
	reader_init(&got);
	path = arena_printf(&got.arena, DATA "%s", list->dir);
	cluster_load_paths(&cluster, &path, 1, &options);
	if (!has_admin_policies(cluster.snapshot) &&
	    !is_foreign(cluster.snapshot->ignored, cluster.snapshot->n_ignored) &&
	    !is_foreign(cluster.snapshot->not_evaluated, cluster.snapshot->n_not_evaluated)) {
		if (cluster.policies->n_rejected != find_deviation(list)->n_refused ||
		    (cluster.diags.n_errors && !cluster.policies->n_rejected))
			bail("%s: %s", list->dir, cluster.diags.first->message);
		input.snapshot = cluster.snapshot;
		input.policies = cluster.policies;
		read_expected(&expected, list);
		analyze_map_build(&map, &input, &map_options, &cluster.diags);
		analyze_map_each(&map, take_connection, &mapping);
		compare(&expected, &got, list, &map);
		analyze_map_release(&map);
		totals->n_cases++;
	}
	cluster_release(&cluster);
	reader_release(&expected);
	reader_release(&got);
}

static bool is_true(const struct tree_node *node)
{
	return node && node->kind == TREE_BOOL && node->boolean;
}

/* Options that change which connections are listed. */
static void read_options(const struct tree_node *options, struct list_case *ret)
{
	for (uint32_t i = 0; options && i + 1 < options->len; i++) {
		if (strcmp(options->items[i]->text, "--focusworkload") == 0)
			ret->focus = options->items[i + 1]->text;
		if (strcmp(options->items[i]->text, "--focus-direction") == 0)
			ret->only_egress = strcmp(options->items[i + 1]->text, "egress") == 0;
	}
}

static int read_cases(void *arg, struct tree_node *root, const struct diag_file *file)
{
	(void)file;
	for (uint32_t i = 0; i < root->len; i++) {
		const struct tree_node *node = root->items[i];
		struct list_case list = {
			.name = tree_get_string(node, "case"),
			.expected = tree_get_string(node, "expected"),
			.format = tree_get_string(node, "format"),
			.is_explained = is_true(tree_get(node, "explain")),
		};

		if (strcmp(tree_get_string(node, "kind"), "output") ||
		    strcmp(tree_get_string(node, "command"), "list") ||
		    is_true(tree_get(node, "multipleNetworks")))
			continue;
		if (strcmp(list.format, "json") && strcmp(list.format, "txt"))
			continue;
		list.dir = tree_get(node, "dirs")->items[0]->text;
		read_options(tree_get(node, "options"), &list);
		check_case(&list, arg);
	}
	return 0;
}

int main(void)
{
	struct totals totals = {0};
	struct reader reader;
	struct diag_file *file;

	reader_init(&reader);
	if (tree_load(DATA "cases.json", NULL, &reader.arena, &file))
		skip_all(DATA " is not there");
	tree_read(file, NULL, &reader.arena, &reader.intern, &reader.diags, read_cases, &totals);
	ok_int(reader.diags.n_errors, 0, "cases.json was read");
	ok_int(totals.n_cases, N_CASES, "all cases were asked");
	reader_release(&reader);
	return tap_done();
}
