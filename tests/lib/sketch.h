/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A snapshot of a text, and parts of it as one line, for tests of the model.
 *
 *	struct sketch sketch;
 *
 *	sketch_text(&sketch, "{apiVersion: v1, kind: Pod, metadata: {name: a}}", NULL);
 *	ok_str(sketch_workloads(&sketch), "default/Pod/a: a", "a bare pod");
 *	sketch_release(&sketch);
 *
 * Each text is valid until the next one is asked for.
 */
#pragma once

#include "base/strbuf.h"
#include "model/load.h"

struct sketch {
	struct model_snapshot *snapshot;
	struct diag_list diags;
	struct strbuf text;
};

/* `options` NULL: default namespace given, no assumed DNS. */
void sketch_text(struct sketch *sketch, const char *text, const struct model_options *options);
void sketch_path(struct sketch *sketch, const char *path, const struct model_options *options);
void sketch_release(struct sketch *sketch);

/* "NS/KIND/NAME: POD POD; …" of the input, with (ALIAS) and (0) for one without replicas. */
const char *sketch_workloads(struct sketch *sketch);

/* "NS/POD: key=value,…; …" */
const char *sketch_labels(struct sketch *sketch);

/* "NS/POD: 10.0.0.1 fd00::1; …": ? before assumed ones, (host) for host-network pods. */
const char *sketch_addresses(struct sketch *sketch);

/* "NS/POD: http=80/TCP 53/UDP; …" */
const char *sketch_ports(struct sketch *sketch);

/* "NS/NAME ADDRESS… -> POD… ADDRESS…; …" of the Services of the input. */
const char *sketch_services(struct sketch *sketch);

/* "NS/KIND/NAME -> NS/SERVICE: POD 80/TCP …, …; …": the pods behind each backend, and at what port. */
const char *sketch_routes(struct sketch *sketch);

/* "NAME: key=value,…; …" with the origin as a letter: declared, implied, assumed, hypothetical. */
const char *sketch_namespaces(struct sketch *sketch);

/* "NS/NAME: key=value,…; …", service accounts, with the origin as a letter. */
const char *sketch_accounts(struct sketch *sketch);

/* "BH0104 3 no; …": the line and the word that stands there. */
const char *sketch_codes(struct sketch *sketch);

/* "BH0104 'country' must be a string, found boolean; …" */
const char *sketch_messages(struct sketch *sketch);
