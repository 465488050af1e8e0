/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which workloads are not for just anybody: by their label, the configuration, or what they are known
 * to run, databases, queues, secrets and admin planes.
 */
#pragma once

#include "scan/config.h"

/*
 * What makes a workload sensitive, in a word or two: of its label, "sensitive" for the
 * configuration's, "PostgreSQL". NULL: nothing does. `config` may be NULL.
 */
const char *scan_sensitivity(const struct scan_config *config,
			     const struct model_workload *workload);

/* What is known to listen at a port that is not for just anybody; NULL: nothing. */
const char *scan_sensitive_port(const struct model_port *port);

/* What its images are known to be, and the TCP port of that, 0: it has no usual one; else NULL. */
const char *scan_sensitive_image(const struct model_workload *workload, uint16_t *ret_port);

/* Called so by its label or the configuration, as a clause for a report; NULL: by neither. */
const char *scan_called_sensitive(const struct scan_config *config,
				  const struct model_workload *workload);
