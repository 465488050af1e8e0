/* SPDX-License-Identifier: Apache-2.0 */
#include "scan/fingerprint.h"

#include "base/hash.h"
#include "scan/check.h"

#include <stdio.h>
#include <string.h>

/* A place that moves through the files in the order of the findings. */
struct cursor {
	const struct diag_file *file;
	const char *at;
	uint32_t line;
};

/* A whole cluster may be on one line, which is no text of a finding: then what is at its place is. */
#define LONG_LINE 1024
#define NEARBY 64

struct text {
	const char *at;
	size_t len;
};

/* The line of a span, without its indentation; NULL: there is none. */
static const char *line_at(struct cursor *cursor, const struct diag_span *span)
{
	if (!span->file || !span->file->text || span->line == 0)
		return NULL;
	if (cursor->file != span->file || cursor->line > span->line)
		*cursor = (struct cursor){span->file, span->file->text, 1};
	while (cursor->line < span->line) {
		const char *newline = strchr(cursor->at, '\n');

		if (!newline)
			return NULL;
		cursor->at = newline + 1;
		cursor->line++;
	}
	return cursor->at + strspn(cursor->at, " \t");
}

static size_t line_len(const char *line, size_t limit)
{
	size_t len = 0;

	while (len < limit && line[len] && line[len] != '\r' && line[len] != '\n')
		len++;
	return len;
}

static struct text text_at(struct scan *scan, struct cursor *cursor, const struct diag_span *span)
{
	struct text text = {line_at(cursor, span), 0};

	if (!text.at)
		return text;
	text.len = line_len(text.at, LONG_LINE);
	if (text.len < LONG_LINE)
		return text;
	text.at = span->file->text + scan_offset(scan, span->file, span->line, span->column);
	text.len = line_len(text.at, NEARBY);
	return text;
}

/* What stays when lines above come and go. */
static uint64_t hash_finding(const struct scan_finding *finding, struct text text, uint64_t seed)
{
	const char *const texts[] = {finding->rule->id, finding->place.kind, finding->place.ns,
				     finding->place.name};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		seed = hash_bytes(texts[i] ? texts[i] : "", texts[i] ? strlen(texts[i]) + 1 : 0,
				  seed + i);
	return text.at ? hash_bytes(text.at, text.len, seed) : seed;
}

void scan_fingerprint(struct scan *scan)
{
	struct hash_map counts = {0};
	struct cursor cursor = {0};

	for (size_t i = 0; i < scan->findings.n; i++) {
		struct scan_finding *finding = &scan->findings.items[i];
		const struct text text = text_at(scan, &cursor, &finding->place.span);
		const uint64_t high = hash_finding(finding, text, 1);
		uint64_t *count = hash_map_put(&counts, high, NULL);

		snprintf(finding->fingerprint, sizeof(finding->fingerprint), "%016llx%016llx",
			 (unsigned long long)hash_u64(high + *count),
			 (unsigned long long)hash_u64(hash_finding(finding, text, 2) + *count));
		++*count;
	}
	hash_map_release(&counts);
}
