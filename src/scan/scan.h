/* SPDX-License-Identifier: Apache-2.0 */
/*
 * `scan`: what is wrong or missing in the input, where, how bad, and the fix.
 *
 *	scan_init(&scan, &cluster, &options);
 *	scan_run(&scan);
 *	… scan.findings, in order …
 *	scan_release(&scan);
 *
 * A finding is a fact with a place and a consequence; whatever it says of access was asked of the
 * compiled rules. What the input cannot tell (a selector that finds nothing in a namespace of which
 * not all is shown) is in `unknown`, not a finding.
 *
 * Borrows the cluster, which must have been loaded with keep_manifests and skip_invalid, and adds
 * hypothetical pods to its snapshot. One thread.
 */
#pragma once

#include "analyze/cluster.h"
#include "analyze/hypothetical.h"
#include "base/hash.h"
#include "base/vec.h"
#include "scan/exception.h"
#include "scan/rule.h"

#define SCAN_FINGERPRINT_SIZE 33 /* 32 hex digits */

/* What a finding is about, and where. `name` is NULL for a file as a whole. */
struct scan_place {
	const char *kind;
	const char *ns; /* NULL: cluster-wide */
	const char *name;
	struct diag_span span;
};

/* Bytes of a file, and what to write in their place. */
struct scan_edit {
	const struct diag_file *file;
	size_t offset;
	size_t len;
	const char *text;
};

struct scan_finding {
	const struct scan_rule *rule;
	uint8_t severity; /* enum scan_severity */
	uint8_t fix;      /* enum scan_fix: what is at hand for this one */
	bool is_hidden;   /* its parent says it too: not in text */
	bool is_known;    /* the baseline lists it, in force or not */
	struct scan_place place;
	const char *message; /* one sentence without full stop */
	const char *help;    /* NULL, or what to write instead */
	struct diag_span related;
	const char *related_message;
	const char *parent; /* NULL, or the id of a rule with a finding for the namespace */
	const struct scan_exception *suppressed; /* NULL: it counts */
	VEC(struct scan_edit) edits;
	char fingerprint[SCAN_FINGERPRINT_SIZE];
};

/* What a rule could not tell from this input. */
struct scan_unknown {
	const struct scan_rule *rule;
	struct scan_place place;
	const char *message;
};

struct scan_config;

struct scan_options {
	const struct scan_config *config; /* NULL: nothing is configured */
	const char *rules; /* NULL, or "BH3,BH501": only ids that begin so; "-BH208" without */
	int64_t now;       /* seconds since 1970: for what expires */
};

struct scan {
	struct analyze_cluster *cluster;
	const struct model_snapshot *snapshot;
	const struct policy_set *policies;
	const struct scan_config *config;
	struct scan_options options;
	struct arena arena;

	VEC(struct scan_finding) findings;
	VEC(struct scan_unknown) unknown;
	VEC(struct scan_exception) exceptions;
	VEC(const struct scan_rule *) skipped; /* what they need the input does not show */

	/* below: for check.h */
	const struct scan_rule *rule; /* that runs */
	struct analyze_hypotheticals hypotheticals;
	struct compile_world *world;             /* of every pod */
	struct ip_addr far[IP_V6 + 1];           /* by family, of the internet: see far.c */
	struct hash_map rows;                    /* see reach.c */
	struct hash_map lines;                   /* by file, where they begin: see edit.c */
	struct hash_map members;                 /* see members.c */
	const uint32_t *starts;                  /* by namespace, of its workloads: members.c */
	const struct model_pod **newcomers;      /* by namespace; made with the world */
	const struct model_manifest **manifests; /* by kind, namespace, name; NULL: until then */
	uint32_t n_workloads;                    /* of the snapshot, without hypothetical ones */
	uint32_t n_namespaces;
};

/* `options` is copied. */
void scan_init(struct scan *scan, struct analyze_cluster *cluster,
	       const struct scan_options *options);

/* Fills findings (by file, line, column, rule, object), unknown and skipped. */
void scan_run(struct scan *scan);
void scan_release(struct scan *scan);

/* Where a line and column are in the text of a file, in bytes. */
size_t scan_offset(struct scan *scan, const struct diag_file *file, uint32_t line, uint32_t column);

/* The line and column of a byte, or of the end. */
struct diag_span scan_span(struct scan *scan, const struct diag_file *file, size_t offset);

/* How many findings count and are at least this severe. */
size_t scan_count(const struct scan *scan, enum scan_severity least);
