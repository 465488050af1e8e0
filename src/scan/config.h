/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bulkhead.yaml: what the manifests cannot say of themselves. docs/config.md describes it.
 *
 * Owns what it points to, but its diagnostics' arena is its own too: print them before the release.
 */
#pragma once

#include "base/arena.h"
#include "base/diag.h"
#include "base/intern.h"
#include "base/port.h"
#include "base/vec.h"
#include "model/model.h"
#include "scan/exception.h"
#include "scan/rule.h"

struct scan_texts {
	const char **items;
	size_t n;
	size_t cap;
};

/* "NAMESPACE/NAME" or "NAMESPACE/KIND/NAME"; '*' stands for anything in a part. */
struct scan_pattern {
	const char *ns;
	const char *kind; /* NULL: any */
	const char *name;
};

struct scan_patterns {
	struct scan_pattern *items;
	size_t n;
	size_t cap;
};

/* Values of the environment label that are one class: prod and production. */
struct scan_environment {
	const char *name;
	struct scan_texts values;
};

/* Traffic that may be between two zones. */
struct scan_crossing {
	const char *from;
	const char *to;
};

struct scan_contract_peer {
	const char *ns;
	struct model_labels labels; /* keys and values are not interned in a snapshot */
};

/* What the owner of a shared service lets others rely on. */
struct scan_contract {
	struct scan_pattern service;
	struct port_set ports; /* of the pods; none: every port */
	VEC(struct scan_contract_peer) from;
	bool has_from; /* an empty one lets nobody */
	struct diag_span span;
};

struct scan_config {
	struct arena arena;
	struct intern intern;
	struct diag_list diags;
	int severities[SCAN_N_RULES];  /* enum scan_severity, or SCAN_OFF */
	const char *environment_label; /* NULL: none */
	VEC(struct scan_environment) environments;
	struct scan_texts shared; /* namespaces that every environment may use */
	const char *zone_label;   /* NULL: none */
	VEC(struct scan_crossing) crossings;
	struct scan_patterns sensitive; /* workloads */
	struct scan_patterns exposed;
	struct scan_texts system; /* namespaces besides kube-* and openshift-* */
	struct scan_texts required_annotations;
	VEC(struct scan_contract) contracts;
	VEC(struct scan_exception) exceptions;
	bool has_baseline; /* one was read */
};

#define SCAN_OFF (-1)

/* Nothing is configured. */
void scan_config_init(struct scan_config *ret);

/* Reads bulkhead.yaml, or a baseline; false: what is wrong is in config->diags. */
bool scan_config_load(struct scan_config *config, const char *path);
bool scan_baseline_load(struct scan_config *config, const char *path);
void scan_config_release(struct scan_config *config);

/* The text of a file that belongs to the configuration; NULL: it cannot be read, and that is said. */
const struct diag_file *scan_config_file(struct scan_config *config, const char *path);

/* How severe a rule's findings are here, or SCAN_OFF. `config` may be NULL. */
int scan_config_severity(const struct scan_config *config, const struct scan_rule *rule);

bool scan_texts_have(const struct scan_texts *texts, const char *text);
bool scan_patterns_match(const struct scan_patterns *patterns, const char *ns, const char *kind,
			 const char *name);
