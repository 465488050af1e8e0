/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "base/strbuf.h"
#include "init/init.h"
#include "model/syntax.h"
#include "tree/tree.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

struct init_options {
	const char *profile;
	const char *template;
	VEC(struct init_variable) variables;
	bool is_forced;
};

/* Templates have values between quotes, on one line. */
static bool is_value(const struct cli_options *options, const char *value)
{
	if (!strpbrk(value, "\"\\\n"))
		return true;
	cli_refuse(options, "a value cannot have quotes, backslashes or newlines: %s", value);
	return false;
}

static bool is_variable(const struct cli_options *options, const char *name)
{
	VEC(const char *) names = {0};
	bool is_known;
	size_t chosen;

	for (size_t i = 0; i < init_n_variables(); i++)
		vec_push(&names, init_variable_name(i));
	vec_push(&names, NULL);
	is_known = cli_choose(options, "--set", name, names.items, &chosen);
	vec_release(&names);
	return is_known;
}

static bool set_variable(struct cli_options *options, const char *value)
{
	struct init_options *own = options->data;
	const char *equals = strchr(value, '=');
	char *name;

	if (!equals) {
		cli_refuse(options, "--set %s: expected VARIABLE=VALUE", value);
		return false;
	}
	name = strndup(value, (size_t)(equals - value));
	if (!name || !is_variable(options, name)) {
		free(name);
		return false;
	}
	vec_push(&own->variables, ((struct init_variable){name, equals + 1}));
	return is_value(options, equals + 1);
}

static bool set_named(struct cli_options *options, const char *name, const char *value)
{
	struct init_options *own = options->data;

	vec_push(&own->variables, ((struct init_variable){strdup(name), value}));
	return is_value(options, value);
}

static bool set_owner(struct cli_options *options, const char *value)
{
	return set_named(options, "owner", value);
}

static bool set_environment(struct cli_options *options, const char *value)
{
	return set_named(options, "environment", value);
}

static bool set_profile(struct cli_options *options, const char *value)
{
	struct init_options *own = options->data;
	VEC(const char *) names = {0};
	bool is_known;
	size_t chosen;

	for (size_t i = 0; i < init_n_profiles(); i++)
		vec_push(&names, init_profile(i)->name);
	vec_push(&names, NULL);
	is_known = cli_choose(options, "--profile", value, names.items, &chosen);
	vec_release(&names);
	own->profile = value;
	return is_known;
}

static const struct cli_option own_options[] = {
	{"owner", true, set_owner, 0},
	{"environment", true, set_environment, 0},
	{"profile", true, set_profile, 0},
	{"set", true, set_variable, 0},
	{"template", true, NULL, offsetof(struct init_options, template)},
	{"force", false, NULL, offsetof(struct init_options, is_forced)},
	{0},
};

static void print(const struct init_result *result)
{
	for (size_t i = 0; i < result->documents.n; i++)
		printf("%s%s", i ? "---\n" : "", result->documents.items[i].text);
}

enum fate { FATE_SAME, FATE_NEW, FATE_OTHER };

/* What is there already in the place of a document. */
static enum fate look(const char *path, const char *text)
{
	FILE *file = fopen(path, "re");
	const char *at = text;
	int c;

	if (!file)
		return FATE_NEW;
	while ((c = fgetc(file)) != EOF && *at && c == (unsigned char)*at)
		at++;
	fclose(file);
	return c == EOF && *at == '\0' ? FATE_SAME : FATE_OTHER;
}

static int write_file(const struct init_options *own, const char *path, const char *text)
{
	const enum fate fate = look(path, text);
	FILE *file;

	if (fate == FATE_SAME) {
		printf("unchanged %s\n", path);
		return CLI_YES;
	}
	if (fate == FATE_OTHER && !own->is_forced) {
		fprintf(stderr, "bulkhead init: %s says something else: it stays (--force)\n",
			path);
		return CLI_NO;
	}
	file = fopen(path, "we");
	if (!file || fputs(text, file) == EOF || fclose(file)) {
		fprintf(stderr, "bulkhead init: cannot write %s: %s\n", path, strerror(errno));
		return CLI_ENVIRONMENT;
	}
	printf("wrote %s\n", path);
	return CLI_YES;
}

/* With those above it. */
static int make_folder(const char *folder)
{
	char *path = strdup(folder);
	int ret = path ? 0 : -ENOMEM;

	for (char *at = path; at && ret == 0; at = strchr(at + 1, '/')) {
		if (at == path)
			continue;
		*at = '\0';
		if (mkdir(path, 0777) && errno != EEXIST)
			ret = -errno;
		*at = '/';
	}
	if (ret == 0 && mkdir(folder, 0777) && errno != EEXIST)
		ret = -errno;
	free(path);
	return ret;
}

static int write_all(const struct cli_options *options, const struct init_result *result)
{
	const char *folder = options->folder;
	int code = CLI_YES;

	const int err = make_folder(folder);

	if (err) {
		fprintf(stderr, "bulkhead init: cannot make %s: %s\n", folder, strerror(-err));
		return CLI_ENVIRONMENT;
	}
	for (size_t i = 0; i < result->documents.n && code != CLI_ENVIRONMENT; i++) {
		struct strbuf path = {0};
		int one;

		strbuf_printf(&path, "%s/%s", folder, result->documents.items[i].name);
		one = write_file(options->data, path.text, result->documents.items[i].text);
		code = one > code ? one : code;
		strbuf_release(&path);
	}
	return code;
}

static int load_template(const struct cli_options *options, struct arena *arena,
			 struct diag_file **ret)
{
	const struct init_options *own = options->data;
	const int err = tree_load(own->template, NULL, arena, ret);

	if (err)
		cli_refuse(options, "cannot read %s: %s", own->template, strerror(-err));
	return err ? CLI_USAGE : CLI_YES;
}

static int make(const struct cli_options *options, const char *ns)
{
	const struct init_options *own = options->data;
	struct init_request request = {
		.ns = ns,
		.profile = own->profile,
		.variables = own->variables.items,
		.n_variables = own->variables.n,
	};
	struct diag_file *template = NULL;
	struct init_result result;
	struct diag_list diags;
	struct arena arena;
	int code = CLI_YES;

	arena_init(&arena);
	diag_list_init(&diags, &arena);
	if (own->template)
		code = load_template(options, &arena, &template);
	request.template = template;
	if (code == CLI_YES) {
		init_make(&result, &request, &diags);
		cli_print_diags(options, &diags);
		if (diags.n_errors)
			code = CLI_USAGE;
		else if (options->folder)
			code = write_all(options, &result);
		else
			print(&result);
		init_result_release(&result);
	}
	arena_release(&arena);
	return code;
}

static bool has_owner(const struct init_options *own)
{
	for (size_t i = 0; i < own->variables.n; i++)
		if (strcmp(own->variables.items[i].name, "owner") == 0)
			return true;
	return false;
}

static int run(struct cli_options *options, int n, char **words)
{
	const char *wrong;

	if (n != 1)
		return cli_refuse(options, "expected one NAMESPACE, found %d words", n);
	wrong = model_syntax_namespace(words[0], strlen(words[0]));
	if (wrong)
		return cli_refuse(options, "'%s' %s", words[0], wrong);
	if (analyze_is_system(words[0]))
		return cli_refuse(
			options,
			"'%s' is the platform's own: a default deny there stops what every "
			"other namespace needs",
			words[0]);
	if (!has_owner(options->data))
		fputs("bulkhead init: nobody answers for this namespace; name somebody with "
		      "--owner\n",
		      stderr);
	return make(options, words[0]);
}

int cli_run_init(const struct cli_command *command, int argc, char **argv)
{
	struct init_options own = {.profile = "kubernetes"};
	struct cli_options options = {.command = command, .own = own_options, .data = &own};
	const int code = cli_run_verb(&options, argc, argv, run);

	for (size_t i = 0; i < own.variables.n; i++)
		free((char *)own.variables.items[i].name);
	vec_release(&own.variables);
	return code;
}
