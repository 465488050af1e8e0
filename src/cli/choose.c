/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/options.h"

#include "base/diag.h"
#include "base/strbuf.h"

#include <string.h>

static void refuse(const struct cli_options *options, const char *option, const char *value,
		   const char *const words[])
{
	struct strbuf names = {0};
	const char *near;
	size_t n;

	for (n = 0; words[n]; n++)
		strbuf_printf(&names, "%s%s", n ? ", " : "", words[n]);
	near = diag_did_you_mean(value, words, n);
	cli_refuse(options, "%s %s is unknown, expected one of %s%s%s%s", option, value,
		   strbuf_str(&names), near ? "; did you mean '" : "", near ? near : "",
		   near ? "'?" : "");
	strbuf_release(&names);
}

bool cli_choose(const struct cli_options *options, const char *option, const char *value,
		const char *const words[], size_t *ret)
{
	for (size_t i = 0; words[i]; i++)
		if (strcmp(value, words[i]) == 0) {
			*ret = i;
			return true;
		}
	refuse(options, option, value, words);
	return false;
}
