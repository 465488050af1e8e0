/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "analyze/map.h"
#include "analyze/ties.h"
#include "base/strbuf.h"
#include "cli/progress.h"
#include "cli/written.h"
#include "render/render.h"

#include <stdio.h>
#include <string.h>

struct map_options {
	const char *from;
	const char *to;
	const char *only;
	const char *port;
	const char *ingress_controller;
	const char *check;
	const char *renewal; /* the words of the command line that say what is mapped */
	bool by_namespace;
	bool exposure;
};

static bool set_level(struct cli_options *options, const char *value)
{
	static const char *const words[] = {"workload", "namespace", NULL};
	struct map_options *own = options->data;
	size_t chosen;

	if (!cli_choose(options, "--level", value, words, &chosen))
		return false;
	own->by_namespace = chosen;
	return true;
}

static const struct cli_option own_options[] = {
	{"from", true, NULL, offsetof(struct map_options, from)},
	{"to", true, NULL, offsetof(struct map_options, to)},
	{"only", true, NULL, offsetof(struct map_options, only)},
	{"port", true, NULL, offsetof(struct map_options, port)},
	{"ingress-controller", true, NULL, offsetof(struct map_options, ingress_controller)},
	{"check", true, NULL, offsetof(struct map_options, check)},
	{"level", true, set_level, 0},
	{"exposure", false, NULL, offsetof(struct map_options, exposure)},
	{0},
};

static const struct analyze_endpoint *find_end(struct analyze_endpoints *endpoints,
					       const char *text, struct diag_list *diags)
{
	if (strcmp(text, ANALYZE_INGRESS_ID) == 0)
		return &analyze_ingress;
	return analyze_endpoint_get(endpoints, text, diags);
}

/* Resolves what the options name. false: a diagnostic says what is wrong. */
static bool resolve(const struct map_options *own, struct analyze_endpoints *endpoints,
		    struct diag_list *diags, struct analyze_port *port,
		    struct analyze_map_options *ret)
{
	const struct model_snapshot *snapshot = endpoints->cluster->snapshot;

	*ret = (struct analyze_map_options){
		.only = own->only,
		.by_namespace = own->by_namespace,
		.exposure = own->exposure,
	};
	if (own->from)
		ret->from = find_end(endpoints, own->from, diags);
	if (own->to)
		ret->to = find_end(endpoints, own->to, diags);
	if (own->ingress_controller)
		ret->ingress_controller =
			analyze_endpoint_get_proxy(endpoints, own->ingress_controller, diags);
	ret->has_ingress = own->ingress_controller || ret->from == &analyze_ingress;
	if (own->only && !model_find_namespace(snapshot, own->only))
		analyze_refuse(diags, "--only %s: the input has no such namespace", own->only);
	if (own->port && analyze_port_parse(own->port, diags, port))
		ret->port = port;
	if (ret->port && port->name)
		analyze_refuse(diags,
			       "--port %s: a map takes a number, names differ from pod to pod",
			       own->port);
	return diags->n_errors == 0;
}

static const written_fn renderers[CLI_N_FORMATS] = {
	[CLI_TEXT] = render_map_text, [CLI_JSON] = render_map_json, [CLI_CSV] = render_map_csv,
	[CLI_MD] = render_map_md,     [CLI_DOT] = render_map_dot,   [CLI_SVG] = render_map_svg,
};

/* A map that was written as JSON is read; of the others, lines are compared. */
static bool compare(const struct map_options *own, struct analyze_map *map, enum cli_format format,
		    struct diag_list *diags, bool *ret_stale)
{
	struct analyze_map_check check;
	bool is_read;

	if (format != CLI_JSON)
		return written_compare(own->check, format, map, renderers[format], diags,
				       ret_stale);
	is_read = analyze_map_check(&check, map, own->check, diags);
	if (is_read) {
		render_map_check(&check);
		*ret_stale = analyze_map_is_stale(&check);
	}
	analyze_map_check_release(&check);
	return is_read;
}

/* The map against the one that was written before. */
static int check_written(const struct cli_options *options, struct analyze_map *map,
			 struct diag_list *diags)
{
	const struct map_options *own = options->data;
	enum cli_format format = options->format;
	bool is_stale = false;

	if (!options->has_format && !written_format(own->check, &format))
		format = CLI_JSON;
	if (!compare(own, map, format, diags, &is_stale))
		return CLI_USAGE;
	if (is_stale)
		printf("%s is stale: write it again with 'bulkhead map%s -o %s >%s'\n", own->check,
		       own->renewal, cli_format_name(format), own->check);
	else
		printf("%s is what the input allows\n", own->check);
	return is_stale ? CLI_NO : CLI_YES;
}

static int build(const struct cli_options *options, struct analyze_cluster *cluster)
{
	const struct map_options *own = options->data;
	struct analyze_endpoints endpoints;
	struct analyze_map_options map_options;
	struct analyze_port port;
	struct analyze_map map;
	struct diag_list diags;
	struct progress progress;
	bool is_resolved;
	int code = CLI_YES;
	/* without the hypothetical ones of the map */
	const uint32_t n_pods = cluster->snapshot->n_pods;

	analyze_endpoints_init(&endpoints, cluster);
	diag_list_init(&diags, &endpoints.arena);
	is_resolved = resolve(own, &endpoints, &diags, &port, &map_options);
	if (is_resolved) {
		progress_start(&progress, "mapping");
		analyze_map_build(&map, cluster, &map_options, &diags);
		progress_stop(&progress);
		if (own->check)
			code = check_written(options, &map, &diags);
		else
			renderers[options->format](&map);
		analyze_ties_report(cluster, cluster->snapshot->pods, n_pods, &diags);
		analyze_map_release(&map);
	}
	diag_list_print(stderr, &diags, options->color_errors);
	analyze_endpoints_release(&endpoints);
	return is_resolved ? code : CLI_USAGE;
}

static int run(struct cli_options *options, int n, char **words)
{
	struct analyze_cluster cluster;
	int code = cli_take_paths(options, n, words);

	if (code != CLI_YES)
		return code;
	code = cli_load(options, &cluster);
	if (code == CLI_YES)
		code = build(options, &cluster);
	analyze_cluster_release(&cluster);
	return code;
}

static void add_word(struct strbuf *line, const char *word)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
				    "-_./:=,@+%";

	strbuf_addch(line, ' ');
	if (*word && word[strspn(word, plain)] == '\0') {
		strbuf_addstr(line, word);
		return;
	}
	strbuf_addch(line, '\'');
	for (; *word; word++)
		if (*word == '\'')
			strbuf_addstr(line, "'\\''");
		else
			strbuf_addch(line, *word);
	strbuf_addch(line, '\'');
}

/* Options that say how the map is used, and not what is mapped. */
static bool is_about_use(const char *word, bool *ret_takes_next)
{
	static const char *const names[] = {"--check", "--output", "-o"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		const size_t len = strlen(names[i]);

		if (strncmp(word, names[i], len) != 0)
			continue;
		*ret_takes_next = word[len] == '\0';
		if (*ret_takes_next || word[len] == '=' || names[i][1] != '-')
			return true;
	}
	return false;
}

/* The command line without them, for a shell. */
static void list_words(int argc, char **argv, struct strbuf *ret)
{
	bool takes_next;

	for (int i = 0; i < argc; i++) {
		if (!is_about_use(argv[i], &takes_next))
			add_word(ret, argv[i]);
		else if (takes_next)
			i++;
	}
}

int cli_run_map(const struct cli_command *command, int argc, char **argv)
{
	struct map_options own = {0};
	struct cli_options options = {
		.command = command,
		.own = own_options,
		.data = &own,
	};
	struct strbuf renewal = {0};
	int code;

	list_words(argc, argv, &renewal);
	own.renewal = strbuf_str(&renewal);
	code = cli_run_verb(&options, argc, argv, run);
	strbuf_release(&renewal);
	return code;
}
