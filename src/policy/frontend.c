/* SPDX-License-Identifier: Apache-2.0 */
#include "policy/frontend.h"

#include "base/arena.h"

#include <stdarg.h>
#include <string.h>

static const struct policy_frontend *const frontends[] = {
	&policy_frontend_networkpolicy,
	&policy_frontend_clusternetworkpolicy,
	&policy_frontend_adminnetworkpolicy,
	&policy_frontend_baselineadminnetworkpolicy,
	&policy_frontend_istio_authorizationpolicy,
	&policy_frontend_istio_peerauthentication,
	&policy_frontend_ciliumnetworkpolicy,
	&policy_frontend_ciliumclusterwidenetworkpolicy,
	&policy_frontend_ciliumcidrgroup,
	&policy_frontend_ciliumnode,
};

static bool is_of(const struct policy_frontend *frontend, const char *group, const char *kind)
{
	return strcmp(frontend->group, group) == 0 && strcmp(frontend->kind, kind) == 0;
}

const struct policy_frontend *policy_frontend_find(const char *group, const char *kind)
{
	for (size_t i = 0; i < sizeof(frontends) / sizeof(frontends[0]); i++)
		if (is_of(frontends[i], group, kind))
			return frontends[i];
	for (size_t i = 0; i < POLICY_N_FRONTENDS_CALICO; i++)
		if (is_of(&policy_frontends_calico[i], group, kind))
			return &policy_frontends_calico[i];
	return NULL;
}

static struct diag *report(struct policy_reader *reader, enum diag_code code, struct diag_span span,
			   const char *format, va_list args)
{
	char *message = arena_vprintf(reader->diags->arena, format, args);

	return diag_add(reader->diags, code, span, "%s", message);
}

struct diag *policy_error(struct policy_reader *reader, enum diag_code code, struct diag_span span,
			  const char *format, ...)
{
	struct diag *diag;
	va_list args;

	va_start(args, format);
	diag = report(reader, code, span, format, args);
	va_end(args);
	reader->failed = true;
	if (reader->options->skip_invalid)
		diag_set_severity(reader->diags, diag, DIAG_WARNING);
	return diag;
}

struct diag *policy_warning(struct policy_reader *reader, struct diag_span span, const char *format,
			    ...)
{
	struct diag *diag;
	va_list args;

	va_start(args, format);
	diag = report(reader, DIAG_BH0205, span, format, args);
	va_end(args);
	return diag;
}
