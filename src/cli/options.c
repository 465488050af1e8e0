/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "base/arena.h"
#include "base/plain.h"
#include "base/strbuf.h"
#include "model/syntax.h"
#include "policy/cni.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void say(const struct cli_options *options, const char *format, va_list args)
{
	struct arena arena;

	arena_init(&arena);
	fprintf(stderr, "bulkhead %s: ", options->command->name);
	plain_fputs(arena_vprintf(&arena, format, args), stderr);
	fputc('\n', stderr);
	arena_release(&arena);
}

void cli_say(const struct cli_options *options, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(options, format, args);
	va_end(args);
}

int cli_refuse(const struct cli_options *options, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	say(options, format, args);
	va_end(args);
	fprintf(stderr, "(%s help %s)\n", cli_program(), options->command->name);
	return CLI_USAGE;
}

static bool set_file(struct cli_options *options, const char *value)
{
	vec_push(&options->paths, value);
	return true;
}

static bool set_pod_cidr(struct cli_options *options, const char *value)
{
	vec_push(&options->pod_cidrs, value);
	return true;
}

static const char *const format_names[CLI_N_FORMATS] = {
#define X(id, name) [CLI_##id] = name,
	CLI_FORMATS(X)
#undef X
};

const char *cli_format_name(enum cli_format format)
{
	return format_names[format];
}

static unsigned int formats_of(const struct cli_command *command)
{
	return command->formats | CLI_FORMAT(TEXT) | CLI_FORMAT(JSON);
}

static void list_formats(const struct cli_command *command, struct strbuf *names)
{
	for (unsigned int i = 0; i < CLI_N_FORMATS; i++)
		if (formats_of(command) & 1u << i)
			strbuf_printf(names, "%s%s", i ? ", " : "", format_names[i]);
}

/* The formats of a verb, with a NULL behind them, and which they are. */
static void find_formats(const struct cli_command *command, const char *names[CLI_N_FORMATS + 1],
			 enum cli_format formats[CLI_N_FORMATS])
{
	size_t n = 0;

	for (unsigned int i = 0; i < CLI_N_FORMATS; i++)
		if (formats_of(command) & 1u << i) {
			formats[n] = i;
			names[n++] = format_names[i];
		}
	names[n] = NULL;
}

static bool set_output(struct cli_options *options, const char *value)
{
	const char *names[CLI_N_FORMATS + 1];
	enum cli_format formats[CLI_N_FORMATS];
	size_t chosen;

	if (options->command->shared & CLI_WITH_FOLDER) {
		options->folder = value;
		return true;
	}
	find_formats(options->command, names, formats);
	options->has_format = cli_choose(options, "--output", value, names, &chosen);
	if (options->has_format)
		options->format = formats[chosen];
	return options->has_format;
}

static bool set_invalid(struct cli_options *options, const char *value)
{
	static const char *const words[] = {"refuse", "skip", NULL};
	size_t chosen;

	if (!cli_choose(options, "--invalid", value, words, &chosen))
		return false;
	options->skip_invalid = chosen;
	return true;
}

/* The rule of no-color.org: the variable counts when it is there and not empty. */
static bool wants_color(int fd)
{
	const char *no_color = getenv("NO_COLOR");

	return isatty(fd) && !(no_color && *no_color);
}

static bool set_color(struct cli_options *options, const char *value)
{
	static const char *const words[] = {"never", "always", "auto", NULL};
	size_t chosen;

	if (!cli_choose(options, "--color", value, words, &chosen))
		return false;
	options->color = chosen == 2 ? wants_color(STDOUT_FILENO) : chosen;
	options->color_errors = chosen == 2 ? wants_color(STDERR_FILENO) : chosen;
	return true;
}

static bool set_namespace(struct cli_options *options, const char *value)
{
	const char *must_be = model_syntax_namespace(value, strlen(value));

	options->ns = value;
	if (must_be)
		cli_refuse(options, "--namespace '%s' %s", value, must_be);
	return !must_be;
}

static bool set_cni(struct cli_options *options, const char *value)
{
	struct policy_cni cni;
	const char *problem;
	struct arena arena;

	arena_init(&arena);
	problem = policy_cni_parse(value, &arena, &cni);
	options->cni = value;
	if (problem)
		cli_refuse(options, "--cni: %s", problem);
	arena_release(&arena);
	return !problem;
}

static bool set_mesh(struct cli_options *options, const char *value)
{
	static const char *const words[] = {"auto", "all", NULL};
	size_t chosen;

	if (!cli_choose(options, "--mesh", value, words, &chosen))
		return false;
	options->mesh_all = chosen;
	return true;
}

static bool set_verbose(struct cli_options *options, const char *value)
{
	(void)value;
	options->is_verbose = true;
	return true;
}

static bool set_help(struct cli_options *options, const char *value)
{
	(void)value;
	options->wants_help = true;
	return true;
}

#define CLI_WITH_EITHER (CLI_WITH_OUTPUT | CLI_WITH_FOLDER)

/*
 * name, letter or 0, set(), a verb that takes one of these takes it, what help calls the value, what
 * help says; NULL: the formats, or of a folder nothing, as the verb says that itself
 */
#define SHARED(X) \
	X("file", 'f', set_file, FILE, " PATH", \
	  "input: a file, a directory, -; any number of times") \
	X("namespace", 'n', set_namespace, READING, " NS", \
	  "of objects that name none (default: default)") \
	X("output", 'o', set_output, EITHER, " FORMAT", NULL) \
	X("pod-cidr", 0, set_pod_cidr, READING, " CIDR", \
	  "for pods without an address (10.244.0.0/16)") \
	X("cni", 0, set_cni, READING, " NAME[@VERSION]", \
	  "who enforces: cilium@1.18, calico, … (what the input shows)") \
	X("mesh", 0, set_mesh, READING, " WHICH", \
	  "all pods are in Istio's mesh, or auto: those that the input shows") \
	X("invalid", 0, set_invalid, INVALID, "=skip", \
	  "leave out what an API server would refuse") \
	X("color", 0, set_color, COMMON, " WHEN", "auto, always, never") \
	X("verbose", 'v', set_verbose, READING, "", "notes too") \
	X("help", 'h', set_help, COMMON, "", "this")

static const struct {
	struct cli_option option;
	char letter;
	unsigned int with;
	const char *value;
	const char *says;
} shared[] = {
#define X(name, letter, set, with, value, says) \
	{{name, sizeof(value) > 1, set, 0}, letter, CLI_WITH_##with, value, says},
	SHARED(X)
#undef X
};

#define N_SHARED (sizeof(shared) / sizeof(shared[0]))

static bool takes(const struct cli_command *command, size_t i)
{
	return command->shared & shared[i].with;
}

static void print_shared(const struct cli_command *command, size_t i)
{
	struct strbuf names = {0}, says = {0};
	const char letter[] = {'-', shared[i].letter, ',', '\0'};

	strbuf_printf(&names, "  %-3s --%s%s", shared[i].letter ? letter : "",
		      shared[i].option.name, shared[i].value);
	if (shared[i].says)
		strbuf_printf(&says, "%s", shared[i].says);
	else
		list_formats(command, &says);
	printf("%-26s %s\n", strbuf_str(&names), strbuf_str(&says));
	strbuf_release(&names);
	strbuf_release(&says);
}

void cli_options_print(const struct cli_command *command)
{
	for (size_t i = 0; i < N_SHARED; i++)
		if (takes(command, i) && (shared[i].says || command->shared & CLI_WITH_OUTPUT))
			print_shared(command, i);
}

/* An option as it stands on the command line. */
struct given {
	const struct cli_option *option;
	const char *value; /* NULL: the next word, if it needs one */
};

/* Whether other verbs have an option that is written so. */
static bool is_of_others(const char *word)
{
	for (size_t i = 0; i < N_SHARED; i++)
		if (word[1] == '-' ? strcmp(word + 2, shared[i].option.name) == 0
				   : shared[i].letter && word[1] == shared[i].letter)
			return true;
	return false;
}

static const char *nearest_option(const struct cli_options *options, const char *name)
{
	VEC(const char *) names = {0};
	const char *near;

	for (size_t i = 0; i < N_SHARED; i++)
		if (takes(options->command, i))
			vec_push(&names, shared[i].option.name);
	for (const struct cli_option *own = options->own; own && own->name; own++)
		vec_push(&names, own->name);
	near = diag_did_you_mean(name, names.items, names.n);
	vec_release(&names);
	return near;
}

static bool refuse_option(const struct cli_options *options, const char *word, size_t len)
{
	char name[64];
	const char *near;

	snprintf(name, sizeof(name), "%.*s", (int)len, word);
	near = nearest_option(options, name + strspn(name, "-"));
	if (is_of_others(name))
		cli_refuse(options, "this verb has no %.*s", name[1] == '-' ? (int)len : 2, name);
	else if (near)
		cli_refuse(options, "unknown option '%s'; did you mean '--%s'?", name, near);
	else
		cli_refuse(options, "unknown option '%s'", name);
	return false;
}

static bool find_long(struct cli_options *options, const char *word, struct given *ret)
{
	const char *equals = strchr(word, '=');
	const size_t len = equals ? (size_t)(equals - word) : strlen(word);

	*ret = (struct given){.value = equals ? equals + 1 : NULL};
	for (size_t i = 0; i < N_SHARED; i++)
		if (takes(options->command, i) && strlen(shared[i].option.name) == len - 2 &&
		    memcmp(shared[i].option.name, word + 2, len - 2) == 0)
			ret->option = &shared[i].option;
	for (const struct cli_option *at = options->own; at && at->name; at++)
		if (strlen(at->name) == len - 2 && memcmp(at->name, word + 2, len - 2) == 0)
			ret->option = at;
	if (!ret->option)
		return refuse_option(options, word, len);
	if (ret->value && !ret->option->has_value) {
		cli_refuse(options, "--%s takes no value", ret->option->name);
		return false;
	}
	return true;
}

/* "-f PATH", "-fPATH"; letters are not bundled. */
static bool find_short(struct cli_options *options, const char *word, struct given *ret)
{
	for (size_t i = 0; i < N_SHARED; i++) {
		const struct cli_option *option = &shared[i].option;

		if (!takes(options->command, i) || !shared[i].letter ||
		    word[1] != shared[i].letter || (word[2] && !option->has_value))
			continue;
		*ret = (struct given){option, word[2] ? word + 2 : NULL};
		return true;
	}
	return refuse_option(options, word, strlen(word));
}

static bool take_option(struct cli_options *options, struct given *given, const char *next)
{
	const struct cli_option *option = given->option;
	char *place;

	if (option->has_value == true && !given->value) {
		if (!next) {
			cli_refuse(options, "--%s needs a value", option->name);
			return false;
		}
		given->value = next;
	}
	if (option->set)
		return option->set(options, given->value);
	place = (char *)options->data + option->at;
	if (option->has_value)
		*(const char **)place = given->value;
	else
		*(bool *)place = true;
	return true;
}

/*
 * Takes all options out of argv; what remains is moved to its front: argv[0] … *ret_n. false: a
 * problem was said.
 */
static bool parse(struct cli_options *options, int argc, char **argv, int *ret_n)
{
	int n = 0;
	bool is_over = false;

	set_color(options, "auto");
	for (int i = 0; i < argc; i++) {
		const char *word = argv[i];
		struct given given = {0};
		bool has_value;

		if (is_over || word[0] != '-' || word[1] == '\0') {
			argv[n++] = argv[i];
			continue;
		}
		if (strcmp(word, "--") == 0) {
			is_over = true;
			continue;
		}
		if (word[1] == '-' ? !find_long(options, word, &given)
				   : !find_short(options, word, &given))
			return false;
		has_value = given.value != NULL;
		if (!take_option(options, &given, i + 1 < argc ? argv[i + 1] : NULL))
			return false;
		if (given.option->has_value == true && !has_value)
			i++;
	}
	*ret_n = n;
	return true;
}

int cli_take_paths(struct cli_options *options, int n, char **words)
{
	for (int i = 0; i < n; i++)
		vec_push(&options->paths, words[i]);
	if (options->paths.n == 0)
		return cli_refuse(options, "there is no input: name files or directories");
	return CLI_YES;
}

int cli_run_verb(struct cli_options *options, int argc, char **argv,
		 int (*run)(struct cli_options *options, int n, char **words))
{
	int n, code = CLI_USAGE;

	if (parse(options, argc, argv, &n))
		code = options->wants_help ? cli_help_of(options->command) : run(options, n, argv);
	vec_release(&options->paths);
	vec_release(&options->pod_cidrs);
	return code;
}
