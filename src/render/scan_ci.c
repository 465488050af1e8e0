/* SPDX-License-Identifier: Apache-2.0 */
/* GitHub's workflow commands, and GitLab's code quality report. */
#include "render/scan.h"

#include "base/json.h"
#include "render/escape.h"

static void write_command(const struct scan_finding *finding)
{
	const enum scan_severity severity = finding->severity;

	printf("::%s file=", severity >= SCAN_HIGH     ? "error"
			     : severity == SCAN_MEDIUM ? "warning"
						       : "notice");
	render_github_property(stdout, render_scan_path(&finding->place));
	if (finding->place.span.line)
		printf(",line=%u,col=%u", finding->place.span.line, finding->place.span.column);
	printf(",title=%s::", finding->rule->id);
	render_github_message(stdout, finding->message);
	if (finding->help) {
		render_github_message(stdout, "\nfix: ");
		render_github_message(stdout, finding->help);
	}
	putchar('\n');
}

void render_scan_github(const struct scan *scan)
{
	for (size_t i = 0; i < scan->findings.n; i++)
		if (render_scan_counts(&scan->findings.items[i]))
			write_command(&scan->findings.items[i]);
}

static const char *gitlab_severity(enum scan_severity severity)
{
	static const char *const names[SCAN_N_SEVERITIES] = {
		[SCAN_INFO] = "info",     [SCAN_LOW] = "minor",        [SCAN_MEDIUM] = "major",
		[SCAN_HIGH] = "critical", [SCAN_CRITICAL] = "blocker",
	};

	return names[severity];
}

static void write_issue(struct json *json, const struct scan_finding *finding)
{
	json_object(json);
	json_field(json, "description", finding->message);
	json_field(json, "check_name", finding->rule->id);
	json_field(json, "fingerprint", finding->fingerprint);
	json_field(json, "severity", gitlab_severity(finding->severity));
	json_key(json, "location");
	json_object(json);
	json_field(json, "path", render_scan_path(&finding->place));
	json_key(json, "lines");
	json_object(json);
	json_key(json, "begin");
	json_uint(json, finding->place.span.line ? finding->place.span.line : 1);
	json_end(json);
	json_end(json);
	json_end(json);
}

void render_scan_gitlab(const struct scan *scan)
{
	struct json json;

	json_init(&json, stdout, 2);
	json_array(&json);
	for (size_t i = 0; i < scan->findings.n; i++)
		if (render_scan_counts(&scan->findings.items[i]))
			write_issue(&json, &scan->findings.items[i]);
	json_end(&json);
	putchar('\n');
}
